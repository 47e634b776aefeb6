"""The thank-you page, which a plain form post gets once its answers are stored: what was sent, and what comes next.

It shows only what this post sent and what any new registrant would see. Nothing is read from the
table: showing an earlier submission's spelling would reveal that it exists.
"""

from __future__ import annotations

from dataclasses import replace

from lambda_handlers.form_pages import typed, typed_values
from registration_core.adapters.receipt_views import receipt_view
from registration_core.domain.identifiers import display_reference

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from lambda_handlers.site_words import SiteWords
    from registration_core.domain.forms import Form
    from registration_core.domain.submission import Receipt, Status


def thanks_page(
    form: Form,
    sent: Mapping[str, object],
    receipt: Receipt,
    status: Status,
    *,
    words: SiteWords,
    language: str,
    embedded: bool = False,
) -> str:
    """Return the page. sent: the post's fields. status: the one to show. embedded: it is for a frame."""
    from lambda_handlers.site_templates import render  # noqa: PLC0415 - loads Jinja2

    language = words.language_for(language)
    site = words.by_language[language]["site"]
    view = receipt_view(form, form.language_for(language), prefix=site["prefix"])
    chosen = typed(sent, form.chosen_field.name) if form.chosen_field is not None else ""
    view = replace(view, options=tuple(option for option in view.options if option.value == chosen))
    return render(
        words,
        "thank-you",
        language,
        forms=[{"name": form.name, "texts": site["forms"][form.name], "receipt": view}],
        statuses=[status.value],
        embedded=embedded,
        sent={
            "reference": display_reference(receipt.reference),
            "position": receipt.position,
            "name": typed(sent, view.participant),
            "email": typed(sent, view.email),
            "kept": [(name, value) for name in view.keeps for value in typed_values(sent.get(name))],
        },
    )
