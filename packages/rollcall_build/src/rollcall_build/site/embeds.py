"""Pages for frames on other sites, for forms with `embed_on`: addresses, views, and what an outside page pastes.

Each form has a folder of its own below `embed/`, because CloudFront picks a page's headers by its address:
docs/decisions/0094-forms-on-other-sites.md.
"""

from __future__ import annotations

from dataclasses import replace
from html import escape

from registration_core.domain.embedding import embed_path
from rollcall_build.site.pages import FORM_TEMPLATE, THANK_YOU, Page

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from registration_core.domain.forms import Form
    from rollcall_build.site.content import SiteContent
    from rollcall_build.site.views import FormView

SCRIPT = "embed.js"
HEIGHT = 900
"""A frame's height in CSS px until the script fits it."""


def embed_pages(content: SiteContent, forms: Mapping[str, Form]) -> Iterator[Page]:
    """Yield each framed page: the form and its thank-you page, in each of the site's languages that it has."""
    for form in forms.values():
        for language in content.languages:
            if form.embed_on and language in form.languages:
                key = embed_path(form.name, content.prefix(language)).removeprefix("/")
                yield Page(form.name, language, key, FORM_TEMPLATE, form=form.name, listed=False, embedded=True)
                yield Page(
                    THANK_YOU,
                    language,
                    f"{key}/{THANK_YOU}",
                    f"{THANK_YOU}.html.j2",
                    form=form.name,
                    listed=False,
                    embedded=True,
                )


def embed_view(view: FormView, form: Form, prefix: str) -> FormView:
    """Return the view of a form in a frame: it stays there when it is sent."""
    path = embed_path(form.name, prefix)
    return replace(view, path=path, thanks=f"{path}/{THANK_YOU}", marks="&embed=yes", embed_on=form.embed_on)


def snippet(form: Form, *, site_url: str, path: str, language: str) -> str:
    """Return the lines that show the form on another site."""
    title = escape(form.title.in_language(language))
    return (
        f'<iframe src="{escape(site_url + path)}" title="{title}" width="100%" height="{HEIGHT}" '
        'loading="lazy"></iframe>\n'
        f'<script src="{escape(site_url)}/assets/{SCRIPT}" async></script>'
    )
