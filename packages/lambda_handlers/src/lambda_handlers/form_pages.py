"""Pages for a refused form post: the form as it was filled in, or one sentence that says what is wrong.

They use the site's own templates and field macros. Posts from scripts need none of this.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from registration_core.adapters.field_views import field_view, section_views
from registration_core.domain.date_parts import NOT_A_DATE, wrong_part
from registration_core.domain.embedding import embed_path
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
"""Control characters. Browsers don't show them, and NUL breaks a page."""

UNTICKED = frozenset({"", "False", "false"})


@dataclass(frozen=True, slots=True)
class Notice:
    """Why the form is shown again although its answers are valid.

    key: the Idempotency-Key for the next attempt; empty for a new one. final: sending again can't
    succeed, so there is no button.
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
    embedded: bool = False,
) -> str:
    """Return the form as it was filled in, with a notice or a summary that links to each wrong field.

    embedded: it is for a frame on another site.
    """
    from lambda_handlers.site_templates import render  # noqa: PLC0415 - loads Jinja2

    language = words.language_for(language)
    site = words.by_language[language]["site"]["forms"][form.name]
    first_errors: dict[str, FieldError] = {}
    for error in errors:
        first_errors.setdefault(error.field, error)
    fields = {
        field.name: shown_field(form, field, answers, first_errors.get(field.name), language) for field in form.fields
    }
    hidden = {LANGUAGE: language}
    if proof := typed(answers, HUMAN_TOKEN):  # not used up yet: Turnstile checks it only after the answers are valid
        hidden[HUMAN_TOKEN] = proof
    if key := typed(answers, KEY) if notice is None else notice.key:
        hidden[KEY] = key
    hidden |= {name: typed(answers, name) for name in form.hidden if name in answers}
    return render(
        words,
        "mend",
        language,
        title=form.title.in_language(language),
        notice=notice,
        summary=[summary_line(fields.get(name), error) for name, error in first_errors.items()],
        sections=section_views(form, fields, language),
        hidden=hidden,
        honeypot="" if form.spam.honeypot in fields else form.spam.honeypot,
        trapped=typed(answers, form.spam.honeypot),
        submit=site["submit"],
        path=embed_path(form.name, words.by_language[language]["site"]["prefix"]) if embedded else site["path"],
        embedded=embedded,
    )


def sentence_page(sentence: str, *, form: str, words: SiteWords, language: str, embedded: bool = False) -> str:
    """Return a page that says in one sentence what went wrong and links back to the form."""
    from lambda_handlers.site_templates import render  # noqa: PLC0415 - loads Jinja2

    language = words.language_for(language)
    site = words.by_language[language]["site"]
    page = site["forms"].get(form, {}).get("path", site["home"])
    back = embed_path(form, site["prefix"]) if embedded else page
    return render(words, "not-sent", language, sentence=sentence, back=back, embedded=embedded)


def bare_page(sentence: str, advice: str, *, site_url: str, language: str) -> str:
    """Return a page that needs no template or file, for unexpected errors."""
    return (
        f'<!doctype html><html lang="{escape(language)}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex">'
        f"<title>{escape(sentence)}</title>"
        f'<link rel="stylesheet" href="{escape(site_url)}/assets/rollcall.css"></head>'
        f'<body><main id="main"><h1>{escape(sentence)}</h1><p>{escape(advice)}</p></main></body></html>'
    )


def shown_field(
    form: Form, field: Field, answers: Mapping[str, object], error: FieldError | None, language: str
) -> FieldView:
    """Return a field as it was filled in, with its error. answers: as typed, or as stored."""
    values = typed_values(answers.get(field.name))
    if field.type is FieldType.CONSENT:
        values = tuple(value for value in values[-1:] if value not in UNTICKED)
    if error is None:
        return field_view(form, field, language, values=values)
    part = wrong_part("".join(values[-1:])) if error.code == NOT_A_DATE else ""
    return field_view(form, field, language, values=values, error=error.message, wrong_part=part)


def summary_line(field: FieldView | None, error: FieldError) -> dict[str, str]:
    """Return a summary line: its link and message. Consents and missing answers name the field in the message."""
    if field is None:
        return {"target": "main", "message": error.message}
    label = "" if field.control == "consent" or error.code == "required" else f"{field.summary_label} "
    return {"target": field.id, "message": f"{label}{error.message}"}


def typed(answers: Mapping[str, object], name: str) -> str:
    """Return a field's text as it was typed: the last one if the field is repeated, empty if it is missing."""
    return "".join(typed_values(answers.get(name))[-1:])


def typed_values(answer: object) -> tuple[str, ...]:
    """Return an answer as the texts that were typed or chosen, without control characters."""
    if answer is None:
        return ()
    texts = map(str, answer) if isinstance(answer, list) else (str(answer),)
    return tuple(text.translate(NOT_IN_HTML) for text in texts)
