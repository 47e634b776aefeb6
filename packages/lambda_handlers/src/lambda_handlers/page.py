"""The pages that a plain form post may lead to: the form again with what to mend, or a sentence on what went wrong.

Written without a template engine, which would cost every cold start. The classes are those of the site's stylesheet.
"""

from __future__ import annotations

from html import escape

from registration_core.domain.fields import FieldType
from registration_core.domain.spam import HUMAN_TOKEN, LANGUAGE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from registration_core.domain.errors import FieldError
    from registration_core.domain.fields import Field, Option
    from registration_core.domain.forms import Form

WORDS = {
    "en": {
        "error": "Error",
        "summary": "There is something to mend",
        "optional": "(optional)",
        "send": "Send",
        "not_sent": "Your answers were not taken",
        "back": "Back to the form",
        "honeypot": "Leave this field empty",
    },
    "sv": {
        "error": "Fel",
        "summary": "Något behöver rättas",
        "optional": "(valfritt)",
        "send": "Skicka",
        "not_sent": "Dina svar togs inte emot",
        "back": "Tillbaka till formuläret",
        "honeypot": "Lämna det här fältet tomt",
    },
}
"""What the pages say by themselves; everything else comes from the form file."""

NOT_IN_HTML = dict.fromkeys({*range(0x20), *range(0x7F, 0xA0)} - {*b"\t\n\r"})
"""Control characters; a browser would show none of them, and NUL breaks a page."""

INPUT_TYPES = {
    FieldType.EMAIL: "email",
    FieldType.PHONE: "tel",
    FieldType.DATE: "date",
    FieldType.NUMBER: "text",  # a browser's number field hides what it cannot read, and changes on a wheel
}


def mend_page(
    form: Form, answers: Mapping[str, object], errors: Sequence[FieldError], *, site_url: str, language: str
) -> str:
    """Give the form again, as it was filled in, with a summary that leads to each field to mend."""
    words = WORDS.get(language, WORDS["en"])
    found: dict[str, FieldError] = {}
    for error in errors:
        found.setdefault(error.field, error)
    title = form.title.in_language(language)
    links = "".join(
        f'<li><a href="#{_id_of(form, name)}">{escape(_with_label(form.field(name), error, language))}</a></li>'
        for name, error in found.items()
    )
    fields = "".join(
        _field(field, _values(answers.get(field.name)), found.get(field.name), words, language) for field in form.fields
    )
    return _page(
        f"{words['error']}: {title}",
        '<div class="form-page"><div>'
        '<div class="error-summary" role="alert" tabindex="-1" autofocus aria-labelledby="error-summary-title">'
        f'<h2 id="error-summary-title">{words["summary"]}</h2><ul>{links}</ul></div>'
        f"<h1>{escape(title)}</h1>"
        f'<form method="post" novalidate>{fields}{_unasked(form, answers, words, language)}'
        f'<div class="actions"><button class="button" type="submit">{words["send"]}</button></div></form></div></div>',
        site_url=site_url,
        language=language,
    )


def _unasked(form: Form, answers: Mapping[str, object], words: Mapping[str, str], language: str) -> str:
    """Give the fields that are no questions: the language, a proof that came, and what only programs fill in."""
    hidden = f'<input type="hidden" name="{LANGUAGE}" value="{escape(language)}">'
    if proof := _values(answers.get(HUMAN_TOKEN)):  # not used up yet: it is looked at once the answers are right
        hidden += f'<input type="hidden" name="{HUMAN_TOKEN}" value="{escape(proof[-1])}">'
    name = escape(form.spam.honeypot)
    if form.field(form.spam.honeypot) is not None:
        return hidden
    values = _values(answers.get(form.spam.honeypot))
    return (
        f'{hidden}<p class="visually-hidden" aria-hidden="true"><label for="leave-empty">{words["honeypot"]}</label> '
        f'<input type="text" id="leave-empty" name="{name}" value="{escape(values[-1] if values else "")}" '
        'tabindex="-1" autocomplete="off"></p>'
    )


def sentence_page(sentence: str, *, form: str, site_url: str, language: str) -> str:
    """Give a page that says in one sentence what went wrong, with a way back to the form."""
    words = WORDS.get(language, WORDS["en"])
    back = f'<p class="actions"><a href="{escape(site_url)}/{escape(form)}">{words["back"]}</a></p>'
    return _page(
        words["not_sent"],
        f'<h1>{words["not_sent"]}</h1><p class="lede">{escape(sentence)}</p>{back}',
        site_url=site_url,
        language=language,
    )


def _page(title: str, main: str, *, site_url: str, language: str) -> str:
    return (
        f'<!doctype html><html lang="{escape(language)}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex">'
        f"<title>{escape(title)}</title>"
        f'<link rel="stylesheet" href="{escape(site_url)}/assets/rollcall.css"></head>'
        f'<body><main id="main">{main}</main></body></html>'
    )


def _values(answer: object) -> tuple[str, ...]:
    """Give an answer as the texts that were typed or chosen, without what no page may hold."""
    if answer is None:
        return ()
    texts = map(str, answer) if isinstance(answer, list) else (str(answer),)
    return tuple(text.translate(NOT_IN_HTML) for text in texts)


def _with_label(field: Field | None, error: FieldError, language: str) -> str:
    """Say which field is meant; a consent's label is a sentence, and its message says so by itself."""
    if field is None or field.type is FieldType.CONSENT:
        return error.message
    return f"{field.label.in_language(language)}: {error.message}"


def _id_of(form: Form, name: str) -> str:
    """Give the id to lead to: of the field, or of its first option; an unknown name leads to the page's top."""
    field = form.field(name)
    if field is None:
        return "main"
    return f"{name}-1" if _is_group(field) else name


def _is_group(field: Field) -> bool:
    return field.type in {FieldType.CHOICE, FieldType.CHOICES}


def _field(
    field: Field, values: tuple[str, ...], error: FieldError | None, words: Mapping[str, str], language: str
) -> str:
    """Give one question: label, hint, what is wrong, and the control that holds what was entered."""
    name = escape(field.name)
    notes, described = "", []
    if field.hint is not None:
        described.append(f"{name}-hint")
        notes += f'<p class="hint" id="{name}-hint">{escape(field.hint.in_language(language))}</p>'
    if error is not None:
        described.append(f"{name}-error")
        notes += f'<p class="field-error" id="{name}-error">{escape(error.message)}</p>'
    state = f' aria-describedby="{" ".join(described)}"' if described else ""
    label = escape(field.label.in_language(language))
    if not field.required:
        label += f' <span class="optional">{words["optional"]}</span>'
    css = "field has-error" if error else "field"
    if _is_group(field):
        options = "".join(
            _option(field, option, number, values, language) for number, option in enumerate(field.options, start=1)
        )
        return f'<fieldset class="{css}"{state}><legend>{label}</legend>{notes}{options}</fieldset>'
    state += (' aria-invalid="true"' if error else "") + (" required" if field.required else "")
    if field.type is FieldType.CONSENT:
        checked = " checked" if values and values[-1] not in {"", "False", "false"} else ""
        box = f'<input type="checkbox" id="{name}" name="{name}" value="true"{checked}{state}>'
        return f'<div class="{css}">{notes}<label class="choice">{box}<span>{label}</span></label></div>'
    return f'<div class="{css}"><label for="{name}">{label}</label>{notes}{_control(field, values, state)}</div>'


def _control(field: Field, values: tuple[str, ...], state: str) -> str:
    name, value = escape(field.name), escape(values[-1] if values else "")
    common = f'id="{name}" name="{name}"{state}'
    if field.autocomplete:
        common += f' autocomplete="{escape(field.autocomplete)}"'
    if field.type is FieldType.TEXTAREA:
        return f"<textarea {common}>\n{value}</textarea>"  # HTML drops the first line break, and so keeps the second
    mode = ' inputmode="decimal"' if field.type is FieldType.NUMBER else ""
    return f'<input type="{INPUT_TYPES.get(field.type, "text")}"{mode} {common} value="{value}">'


def _option(field: Field, option: Option, number: int, values: tuple[str, ...], language: str) -> str:
    kind = "radio" if field.type is FieldType.CHOICE else "checkbox"
    checked = " checked" if option.value in values else ""
    hint = f"<small>{escape(option.hint.in_language(language))}</small>" if option.hint else ""
    name = escape(field.name)
    return (
        f'<label class="choice"><input type="{kind}" id="{name}-{number}" name="{name}" '
        f'value="{escape(option.value)}"{checked}><span>{escape(option.label.in_language(language))}{hint}</span></label>'
    )
