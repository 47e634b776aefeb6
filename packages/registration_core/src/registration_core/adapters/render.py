"""Mails from templates with Jinja2: `<form>/mail/<kind>.<language>.{subject,txt,html}.j2`, or else those in `_mail`.

A file of `_mail` in the forms' folder takes the place of the product's of the same name.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from urllib.parse import quote

import jinja2

from registration_core.adapters.calendar import invitation
from registration_core.adapters.mail_values import chosen_option, mail_values
from registration_core.adapters.unproven import may_be_told_all, without_free_text
from registration_core.domain.errors import MailTemplateError
from registration_core.domain.lines import on_one_line
from registration_core.domain.mail import TO_STAFF, MailKind, RenderedMail
from registration_core.domain.ports import MailRenderer
from registration_core.domain.submission import Status

TYPE_CHECKING = False
if TYPE_CHECKING:
    from registration_core.domain.forms import Form
    from registration_core.domain.mail import Attachment, MailFacts
    from registration_core.domain.submission import Submission

PARTS = ("subject", "txt", "html")
SHARED = "_mail"
"""The folder of what all forms mail: a kind without a file of the form's own has the one from here."""

PAGES = f"{SHARED}/pages.json"
"""Where each form is asked on the site, by language and form: what the functions' zip brings beside the templates."""

_SUBJECT_LENGTH = 200


class JinjaMailRenderer(MailRenderer):
    """Renders what lies in the forms' folder, and in `shared` what that folder leaves out.

    The functions' zip has both in one.

    A value that a template asks for and does not get is an error, and what a visitor wrote is escaped in HTML.
    """

    def __init__(self, forms_dir: Path | str, *, site_url: str, shared: Path | None = None) -> None:
        self._site_url = site_url
        self._pages = _form_pages(Path(forms_dir))
        self._templates = jinja2.Environment(
            loader=jinja2.FileSystemLoader([forms_dir] if shared is None else [forms_dir, shared]),
            undefined=jinja2.StrictUndefined,
            autoescape=jinja2.select_autoescape(enabled_extensions=("html.j2",), default=False),
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
        )

    def render(self, kind: str, form: Form, submission: Submission, facts: MailFacts) -> RenderedMail:
        """Return the mail in the submission's language, the staff's in the form's first.

        No template gets what a visitor typed for a mail to an address that nobody has proven (see
        `unproven`). Where a language lacks a part, the whole mail is in the form's first language.
        """
        wanted = form.languages[0] if kind in TO_STAFF else submission.language
        language = next(
            (each for each in (wanted, *form.languages) if all(self._has(kind, form, each, part) for part in PARTS)),
            form.languages[0],
        )
        path = self._path(form.name, language)
        whole = may_be_told_all(kind, submission)
        submission = submission if whole else without_free_text(form, submission)
        values = mail_values(
            form, submission, facts, site_url=self._site_url, form_path=path, language=language, proven=whole
        )
        subject, text, html = (self._render(_names(kind, form, language, part), values) for part in PARTS)
        attachments = _invitations(kind, form, submission, facts, language)
        return RenderedMail(one_line(subject), re.sub(r"\n{3,}", "\n\n", text).strip() + "\n", html, attachments)

    def _path(self, form: str, language: str) -> str:
        """Return where on the site the form is asked in this language, or in the site's first."""
        pages = self._pages.get(language) or next(iter(self._pages.values()), {})
        return pages.get(form, f"/{quote(form)}")

    def _has(self, kind: str, form: Form, language: str, part: str) -> bool:
        try:
            self._templates.select_template(_names(kind, form, language, part))
        except jinja2.TemplatesNotFound:
            return False
        except jinja2.TemplateSyntaxError:
            return True
        return True

    def _render(self, names: list[str], values: dict[str, object]) -> str:
        name = names[0]
        try:
            template = self._templates.select_template(names)
            name = template.name or name
            return template.render(values)
        except jinja2.TemplatesNotFound as error:
            raise MailTemplateError(f"forms/{name}: there is no such mail template.") from error
        except jinja2.TemplateSyntaxError as error:
            raise MailTemplateError(f"forms/{error.name}, line {error.lineno}: {error.message}.") from error
        except (jinja2.TemplateError, TypeError, ValueError, ArithmeticError) as error:
            raise MailTemplateError(f"forms/{name}: {error}.") from error


def _names(kind: str, form: Form, language: str, part: str) -> list[str]:
    return [f"{folder}/{kind}.{language}.{part}.j2" for folder in (f"{form.name}/mail", SHARED)]


def _invitations(
    kind: str, form: Form, submission: Submission, facts: MailFacts, language: str
) -> tuple[Attachment, ...]:
    """Return the calendar file for who has a place, and surely comes."""
    if kind not in (MailKind.CONFIRMED, MailKind.PROMOTED) or submission.status is not Status.CONFIRMED:
        return ()
    chosen = chosen_option(form, submission)
    if chosen is None or chosen[1].starts_at is None:
        return ()
    option = chosen[1]
    name = form.name_in(submission.answers)
    label = option.label.in_language(language)
    return (
        invitation(
            uid=submission.id,
            at=facts.at,
            starts_at=chosen[1].starts_at,
            ends_at=option.ends_at,
            summary=f"{label} ({name})" if name else label,
            description=option.hint.in_language(language) if option.hint is not None else label,
            place=option.place.in_language(language) if option.place is not None else None,
        ),
    )


def _form_pages(forms_dir: Path) -> dict[str, dict[str, str]]:
    """Return the addresses of the forms' pages by language, as the functions' zip tells them; a clone does not."""
    try:
        pages: dict[str, dict[str, str]] = json.loads((forms_dir / PAGES).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    return pages


def one_line(text: str) -> str:
    """Return a header's text: one line, without control characters, and not longer than a mail program shows."""
    line = " ".join(on_one_line(text).split())
    return line if len(line) <= _SUBJECT_LENGTH else line[: _SUBJECT_LENGTH - 1].rstrip() + "…"
