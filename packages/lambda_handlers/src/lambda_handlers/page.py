"""The pages of a plain form post that was not taken: the form as it was filled in, or a sentence on what is wrong.

Both come from the site's own templates, the fields from the very macros that the site's form was made of. A script's
post is answered without any of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from registration_core.adapters.field_views import field_view, section_views
from registration_core.domain.date_parts import NOT_A_DATE, wrong_part
from registration_core.domain.fields import FieldType
from registration_core.domain.spam import HUMAN_TOKEN, KEY, LANGUAGE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lambda_handlers.site_words import SiteWords
    from registration_core.adapters.field_views import FieldView
    from registration_core.domain.errors import FieldError
    from registration_core.domain.fields import Field
    from registration_core.domain.forms import Form

NOT_IN_HTML = dict.fromkeys({*range(0x20), *range(0x7F, 0xA0)} - {*b"\t\n\r"})
"""Control characters; a browser would show none of them, and NUL breaks a page."""

UNTICKED = frozenset({"", "False", "false"})


@dataclass(frozen=True, slots=True)
class Notice:
    """Why a form comes back though its answers are right.

    title and text: in words. key: the Idempotency-Key that the next attempt bears; empty for a new one. final: sending
    again does no good, so there is no button.
    """

    title: str
    text: str
    key: str = ""
    final: bool = False


def form_page(
    form: Form,
    answers: Mapping[str, object],
    *,
    words: SiteWords,
    language: str,
    errors: Sequence[FieldError] = (),
    notice: Notice | None = None,
) -> str:
    """Give the form as it was filled in, with a notice, or a summary that leads to each field to mend."""
    from lambda_handlers.site_templates import render  # noqa: PLC0415 - loads Jinja2

    language = words.language_for(language)
    site = words.by_language[language]["site"]["forms"][form.name]
    found: dict[str, FieldError] = {}
    for error in errors:
        found.setdefault(error.field, error)
    fields = {field.name: _shown(field, answers, found.get(field.name), language) for field in form.fields}
    hidden = {LANGUAGE: language}
    if proof := typed(answers, HUMAN_TOKEN):  # not used up yet: it is looked at once the answers are right
        hidden[HUMAN_TOKEN] = proof
    if key := typed(answers, KEY) if notice is None else notice.key:
        hidden[KEY] = key
    return render(
        words,
        "mend",
        language,
        title=form.title.in_language(language),
        notice=notice,
        summary=[_summary(fields.get(name), error) for name, error in found.items()],
        sections=section_views(form, fields, language),
        hidden=hidden,
        honeypot="" if form.spam.honeypot in fields else form.spam.honeypot,
        trapped=typed(answers, form.spam.honeypot),
        submit=site["submit"],
        path=site["path"],
    )


def sentence_page(sentence: str, *, form: str, words: SiteWords, language: str) -> str:
    """Give a page that says in one sentence what went wrong, with a way back to the form."""
    from lambda_handlers.site_templates import render  # noqa: PLC0415 - loads Jinja2

    language = words.language_for(language)
    site = words.by_language[language]["site"]
    back = site["forms"].get(form, {}).get("path", site["home"])
    return render(words, "not-sent", language, sentence=sentence, back=back)


def bare_page(sentence: str, advice: str, *, site_url: str, language: str) -> str:
    """Give a page that says what is wrong and what to do, and needs nothing to be there: for when something broke."""
    return (
        f'<!doctype html><html lang="{escape(language)}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex">'
        f"<title>{escape(sentence)}</title>"
        f'<link rel="stylesheet" href="{escape(site_url)}/assets/rollcall.css"></head>'
        f'<body><main id="main"><h1>{escape(sentence)}</h1><p>{escape(advice)}</p></main></body></html>'
    )


def _shown(field: Field, answers: Mapping[str, object], error: FieldError | None, language: str) -> FieldView:
    values = typed_values(answers.get(field.name))
    if field.type is FieldType.CONSENT:
        values = tuple(value for value in values[-1:] if value not in UNTICKED)
    if error is None:
        return field_view(field, language, values=values)
    part = wrong_part("".join(values[-1:])) if error.code == NOT_A_DATE else ""
    return field_view(field, language, values=values, error=error.message, wrong_part=part)


def _summary(field: FieldView | None, error: FieldError) -> dict[str, str]:
    """Say where to go and what is wrong; a consent, and what is missing, is named by the message itself."""
    if field is None:
        return {"target": "main", "message": error.message}
    label = "" if field.control == "consent" or error.code == "required" else f"{field.summary_label} "
    return {"target": field.id, "message": f"{label}{error.message}"}


def typed(answers: Mapping[str, object], name: str) -> str:
    """Give an answer as it was typed; the last one where the name came more than once, nothing where it did not."""
    return "".join(typed_values(answers.get(name))[-1:])


def typed_values(answer: object) -> tuple[str, ...]:
    """Give an answer as the texts that were typed or chosen, without what no page may hold."""
    if answer is None:
        return ()
    texts = map(str, answer) if isinstance(answer, list) else (str(answer),)
    return tuple(text.translate(NOT_IN_HTML) for text in texts)
