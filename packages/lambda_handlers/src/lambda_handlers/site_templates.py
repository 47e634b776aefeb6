"""The site's templates, rendered by a function: pages that look like the site but have the API's address."""

from __future__ import annotations

import functools
import os

import jinja2
import markupsafe

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from lambda_handlers.site_words import SiteWords


@functools.cache
def _environment(site_dir: str) -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(os.path.join(site_dir, "templates")),  # noqa: PTH118 - as in the settings
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def render(site: SiteWords, template: str, language: str, /, *, here: str = "", **values: Any) -> str:  # noqa: ANN401 - what the template asks for
    """Return a page from the site's folder `my/`, with everything that a visitor wrote escaped.

    here: this page's address without its language, for the links to other languages; empty for no
    such links.
    """
    text = site.by_language[language]
    switch = [
        {"path": f"{here}lang={other}", "label": texts["name"], "language": other}
        for other, texts in site.by_language.items()
        if here and other != language
    ]
    shared = {
        "text": text,
        "base": site.site_url,
        "site_url": site.site_url,
        "current": "",
        "embedded": False,
        "switch": switch,
        "asset": lambda name: f"{site.site_url}/assets/{name}",
        **{name: text["site"][name] for name in ("home", "prefix", "navigation", "theme_colours")},
        # These are our own files, checked when the zip was built.
        "logo": markupsafe.Markup(text["site"]["logo"]),  # noqa: S704
        "drawing": lambda name: markupsafe.Markup(text["site"]["drawings"].get(name, "")),  # noqa: S704
    }
    return _environment(site.site_dir).get_template(f"my/{template}.html.j2").render({**shared, **values})
