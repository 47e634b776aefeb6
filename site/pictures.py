"""Draw the site's two pictures that have to be PNG: `make pictures`, after a change of logo, name or colours.

They show the organisation's own words, colours and logo, so nothing in here is any one's in particular. Needs Chromium.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import jinja2
from markupsafe import Markup
from playwright.sync_api import sync_playwright

from registration_core.adapters.site_content import read_site_content
from registration_core.adapters.site_theme import read_theme
from registration_core.domain.errors import RollcallError

SITE = Path(__file__).resolve().parent
PICTURES = {"open-graph": (1200, 630), "touch-icon": (180, 180)}
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def main() -> int:
    """Draw them; say which were."""
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        sys.stderr.write(
            "Drawing pictures needs Chromium, and none is on the PATH. On Debian: apt-get install chromium\n"
        )
        return 1
    try:
        pages = _pages()
    except RollcallError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=browser, args=["--no-sandbox"])
        for name, (width, height) in PICTURES.items():
            page = chromium.new_page(viewport={"width": width, "height": height}, color_scheme="light")
            page.set_content(pages[name])
            page.screenshot(path=SITE / "assets" / f"{name}.png")
            sys.stdout.write(f"site/assets/{name}.png\n")
        chromium.close()
    return 0


def _pages() -> dict[str, str]:
    content = read_site_content(SITE / "content", source="site/content")
    theme = read_theme(SITE / "content", source="site/content")
    style = theme.style + (SITE / "assets" / "rollcall.css").read_text(encoding="utf-8")
    templates = jinja2.Environment(
        loader=jinja2.FileSystemLoader(SITE / "templates"), autoescape=True, undefined=jinja2.StrictUndefined
    )
    text = content.words[content.languages[0]]
    return {
        name: templates.get_template(f"pictures/{name}.html.j2").render(
            text=text,
            style=Markup(style),  # noqa: S704 - the clone's own files
            logo=Markup(theme.logo),  # noqa: S704 - the clone's own files
            cover=Markup(theme.drawings.get("cover", "")),  # noqa: S704 - the clone's own files
        )
        for name in PICTURES
    }


if __name__ == "__main__":
    sys.exit(main())
