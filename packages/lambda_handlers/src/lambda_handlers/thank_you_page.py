"""The thank-you page, which a plain form post gets once its answers are stored: what was sent, and what comes next.

It shows only what this post sent and what any new registrant would see. Nothing is read from the
table: showing an earlier submission's spelling would reveal that it exists.
"""

from __future__ import annotations

from dataclasses import replace

from lambda_handlers.shown_fields import typed, typed_values
from registration_core.adapters.receipt_views import receipt_view
from registration_core.domain.identifiers import display_reference

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from lambda_handlers.site_words import SiteWords
    from registration_core.adapters.receipt_views import ReceiptView
    from registration_core.domain.forms import Form
    from registration_core.domain.submission import Receipt, Status

SEVERAL = 2
MIXED = "mixed"
"""Some of a group have a seat, and some wait."""


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
    """Return the page. sent: the post's fields. embedded: it is for a frame.

    status: the one to show, as each in the receipt's group.
    """
    from lambda_handlers.site_templates import render  # noqa: PLC0415 - loads Jinja2

    language = words.language_for(language)
    site, group = words.by_language[language]["site"], words.by_language[language].get("group", {})
    view = receipt_view(form, form.language_for(language), prefix=site["prefix"])
    chosen = form.chosen_field.name if form.chosen_field is not None else ""
    members = _members(form, sent, receipt, view, group)
    options = {member["value"] for member in members} if members else {typed(sent, chosen)}
    theirs = tuple(option for option in view.options if options == {option.value})
    return render(
        words,
        "thank-you",
        language,
        forms=[
            {
                "name": form.name,
                "texts": site["forms"][form.name],
                "receipt": replace(view, options=theirs),
                "grouped": bool(members),
                "asks_for_files": form.asks_for_files,
            }
        ],
        grouped=bool(members),
        statuses=[status.value if len({each.status for each in receipt.group}) < SEVERAL else MIXED],
        embedded=embedded,
        sent={
            "reference": "" if members else display_reference(receipt.reference),
            "position": None if members else receipt.position,
            "name": "" if members else typed(sent, view.participant),
            "email": typed(sent, view.email),
            "members": members,
            "kept": [(name, value) for name in view.keeps for value in typed_values(sent.get(name))],
        },
    )


def _members(
    form: Form, sent: Mapping[str, object], receipt: Receipt, view: ReceiptView, words: Mapping[str, str]
) -> list[dict[str, object]]:
    """Return what the page says of each of several participants."""
    if len(receipt.group) < SEVERAL:
        return []
    from registration_core.domain.groups import members_in  # noqa: PLC0415 - few forms have groups

    once, members = members_in(form, sent)
    lines = {option.value: option.lines for option in view.options}
    chosen = form.chosen_field.name if form.chosen_field is not None else ""
    answers = [{**once, **own} for own in members.values() if isinstance(own, dict)]
    return [
        {
            "name": typed(own, view.participant),
            "value": typed(own, chosen),
            "lines": lines.get(typed(own, chosen), ()),
            "says": words[each.status].format(position=each.position),
            "reference": display_reference(each.reference),
        }
        for own, each in zip(answers, receipt.group, strict=False)
    ]
