"""Draws the site's two PNG pictures: run `make pictures` after you change the logo, the name or the colours.

They show the organisation's own name, colours and logo. Needs Chromium.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import jinja2
from markupsafe import Markup
from playwright.sync_api import sync_playwright

from registration_core.domain.errors import RollcallError
from rollcall_build.site.content import read_site_content
from rollcall_build.site.theme import read_theme
from rollcall_build.sources import Sources, sources_of

SITE = Path(__file__).resolve().parent
PICTURES = {"open-graph": (1200, 630), "touch-icon": (180, 180)}
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def main() -> int:
    """Draw both pictures and print their paths."""
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        sys.stderr.write(
            "Drawing pictures needs Chromium, which is not on your PATH. On Debian: apt-get install chromium\n"
        )
        return 1
    try:
        sources = sources_of(SITE.parent, os.environ)
        pages = _pages(sources)
    except RollcallError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=browser, args=["--no-sandbox"])
        for name, (width, height) in PICTURES.items():
            page = chromium.new_page(viewport={"width": width, "height": height}, color_scheme="light")
            page.set_content(pages[name])
            picture = sources.site / "pictures" / f"{name}.png"
            picture.parent.mkdir(exist_ok=True)
            page.screenshot(path=picture)
            sys.stdout.write(f"{picture}\n")
        chromium.close()
    return 0


def _pages(sources: Sources) -> dict[str, str]:
    content = read_site_content(sources.site)
    theme = read_theme(sources.site)
    files = (SITE / "assets" / name for name in ("rollcall.css", "home.css"))
    style = theme.style + "".join(file.read_text(encoding="utf-8") for file in files)
    templates = jinja2.Environment(
        loader=jinja2.FileSystemLoader(SITE / "templates"), autoescape=True, undefined=jinja2.StrictUndefined
    )
    text = content.words[content.languages[0]]
    return {
        name: templates.get_template(f"pictures/{name}.html.j2").render(
            text=text,
            style=Markup(style),  # noqa: S704 - the organisation's own files
            logo=Markup(theme.logo),  # noqa: S704 - the organisation's own files
            cover=Markup(theme.drawings.get("cover", "")),  # noqa: S704 - the organisation's own files
        )
        for name in PICTURES
    }


if __name__ == "__main__":
    sys.exit(main())
