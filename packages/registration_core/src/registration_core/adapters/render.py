"""Mails from templates: `<form>/mail/<kind>.<language>.{subject,txt,html}.j2`, with Jinja2."""

from __future__ import annotations

import unicodedata
from datetime import date

import jinja2

from registration_core.domain.errors import MailTemplateError
from registration_core.domain.fields import FieldType
from registration_core.domain.identifiers import display_reference
from registration_core.domain.mail import RenderedMail
from registration_core.domain.ports import MailRenderer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path

    from registration_core.domain.fields import Field
    from registration_core.domain.forms import Form
    from registration_core.domain.mail import MailKind
    from registration_core.domain.submission import Submission
    from registration_core.domain.values import Answer

_YES = {"en": "Yes", "sv": "Ja"}
_SUBJECT_LENGTH = 200
_OVERRIDES = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


class JinjaMailRenderer(MailRenderer):
    """Renders what lies in the forms' folder.

    A value that a template asks for and does not get is an error, and what a visitor wrote is escaped in HTML.
    """

    def __init__(self, forms_dir: Path | str, *, site_url: str) -> None:
        self._site_url = site_url
        self._templates = jinja2.Environment(
            loader=jinja2.FileSystemLoader(forms_dir),
            undefined=jinja2.StrictUndefined,
            autoescape=jinja2.select_autoescape(enabled_extensions=("html.j2",), default=False),
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
        )

    def render(self, kind: MailKind, form: Form, submission: Submission) -> RenderedMail:
        """Return the mail's subject, text and HTML, in the entry's language or else the form's first."""
        languages = dict.fromkeys((submission.language, *form.languages))
        values = mail_values(form, submission, site_url=self._site_url)
        subject, text, html = (
            self._render([f"{form.name}/mail/{kind}.{language}.{part}.j2" for language in languages], values)
            for part in ("subject", "txt", "html")
        )
        return RenderedMail(one_line(subject), text.strip() + "\n", html)

    def _render(self, names: list[str], values: dict[str, object]) -> str:
        try:
            return self._templates.select_template(names).render(values)
        except jinja2.TemplatesNotFound as error:
            raise MailTemplateError(f"forms/{names[-1]}: there is no such mail template.") from error
        except jinja2.TemplateSyntaxError as error:
            raise MailTemplateError(f"forms/{error.name}, line {error.lineno}: {error.message}.") from error
        except (jinja2.TemplateError, TypeError, ValueError, ArithmeticError) as error:
            raise MailTemplateError(f"forms/{names[0]}: {error}.") from error


def mail_values(form: Form, submission: Submission, *, site_url: str) -> dict[str, object]:
    """Return what a template may use, as docs/editor.md lists it."""
    language = submission.language
    name = submission.answers.get(form.name_field, "") if form.name_field else ""
    return {
        "answer": dict(submission.answers),
        "answers": shown_answers(form, submission),
        "email": submission.email,
        "form": {"name": form.name, "title": form.title.in_language(language)},
        "id": submission.id,
        "language": language,
        "name": name,
        "reference": display_reference(submission.reference),
        "site_url": site_url,
        "status": submission.status.value,
        "submitted_at": submission.submitted_at,
    }


def shown_answers(form: Form, submission: Submission) -> list[dict[str, str]]:
    """Return label and value of each answer as a person reads them, in the form's order.

    Then what the form asks no more.
    """
    shown = [
        {
            "name": field.name,
            "label": field.label.in_language(submission.language),
            "value": shown_value(field, submission.answers[field.name], submission.language),
        }
        for field in form.fields
        if field.name in submission.answers
    ]
    no_more = [name for name in submission.answers if form.field(name) is None]
    return shown + [{"name": name, "label": name, "value": _plain(submission.answers[name])} for name in no_more]


def shown_value(field: Field, answer: Answer, language: str) -> str:
    """Return one answer as a person reads it: options by their labels."""
    if field.type is FieldType.CONSENT:
        return _YES.get(language, _YES["en"])
    if field.options:
        chosen = answer if isinstance(answer, list) else [str(answer)]
        return ", ".join(_option_label(field, value, language) for value in chosen)
    if field.type is FieldType.DATE:
        return _long_date(str(answer), language)
    return _plain(answer)


def one_line(text: str) -> str:
    """Return a header's text: one line, without control characters, and not longer than a mail program shows."""
    line = " ".join("".join(letter if _stays(letter) else " " for letter in text).split())
    return line if len(line) <= _SUBJECT_LENGTH else line[: _SUBJECT_LENGTH - 1].rstrip() + "…"


def _stays(letter: str) -> bool:
    """Whether a letter may stand in a subject.

    What joins or directs letters may, what overrides their direction may not.
    """
    return letter.isprintable() or (unicodedata.category(letter) == "Cf" and letter not in _OVERRIDES)


def _option_label(field: Field, value: str, language: str) -> str:
    option = field.option(value)
    return value if option is None else option.label.in_language(language)


def _plain(answer: Answer) -> str:
    return ", ".join(answer) if isinstance(answer, list) else str(answer)


def _long_date(text: str, language: str) -> str:
    """Return `30 April 2015` in English, the date as it is kept in other languages."""
    if language != "en":
        return text
    day = date.fromisoformat(text)
    return f"{day.day} {day:%B %Y}"
