"""Mails from Jinja2 templates: `<form>/mail/<kind>.<language>.{subject,txt,html}.j2`, otherwise those in `_mail`.

A file in the forms folder's `_mail` replaces the product's file with the same name.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import jinja2

from registration_core.adapters.calendar import CALENDAR_FILE, Event, Method, invitation
from registration_core.adapters.mail_values import chosen_option, mail_values
from registration_core.adapters.unverified_addresses import may_have_free_text, without_free_text
from registration_core.domain.errors import MailTemplateError
from registration_core.domain.identifiers import display_reference
from registration_core.domain.mail import FOR_THE_DAY, GROUP_MAIL, TELLS_OF_ALL, TO_STAFF, RenderedMail
from registration_core.domain.ports import MailRenderer
from registration_core.domain.single_line import on_one_line
from registration_core.domain.submission import Status

TYPE_CHECKING = False
if TYPE_CHECKING:
    from registration_core.domain.fields import Field, Option
    from registration_core.domain.forms import Form
    from registration_core.domain.mail import Attachment, MailFacts
    from registration_core.domain.submission import Submission

PARTS = ("subject", "txt", "html")
SHARED = "_mail"
"""The folder of templates for all forms. A form's own template comes first."""

PAGES = f"{SHARED}/pages.json"
"""The paths of the forms' pages, by language and form: in the functions' zip, next to the templates."""

QR_CODE = "cid:reference"
"""What `qr_code` is in a template. The image is added if the HTML has it, so a template chooses."""

_SUBJECT_LENGTH = 200


class JinjaMailRenderer(MailRenderer):
    """Renders templates from the forms folder, and from `shared` those that it doesn't have.

    The functions' zip has both in one folder. A missing value is an error, and what a visitor wrote
    is escaped in HTML.
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
        """Return the mail in the submission's language; for staff in the form's first.

        Only a mail to staff has the answers to hidden fields. A mail to an unverified address gets
        no free text (see `unverified_addresses`). If a language lacks a part, the whole mail is in
        the form's first language.
        """
        if kind not in TO_STAFF:
            submission = _without_hidden(form, submission)
            facts = replace(facts, group=tuple(_without_hidden(form, each) for each in facts.group))
        several = len(facts.group) > 1
        kind, about = (GROUP_MAIL if several and kind in TELLS_OF_ALL else kind), kind
        preferred = form.languages[0] if kind in TO_STAFF else submission.language
        language = next(
            (each for each in (preferred, *form.languages) if all(self._has(kind, form, each, part) for part in PARTS)),
            form.languages[0],
        )
        path = self._path(form.name, language)
        whole = may_have_free_text(kind, submission)
        if not whole:
            submission = without_free_text(form, submission)
            facts = replace(facts, group=tuple(without_free_text(form, each) for each in facts.group))
        ended = _ended_option(form, submission, facts)
        for_the_day = [
            (each, option)
            for each in facts.group or (submission,)
            if (option := _option_for_the_day(about, form, each)) is not None
        ]
        qr_codes = {each.id: QR_CODE + _suffix(place) for place, (each, _) in enumerate(for_the_day)}
        values = mail_values(
            form,
            submission,
            facts,
            site_url=self._site_url,
            form_path=path,
            language=language,
            proven=whole,
            qr_codes=qr_codes,
            calendar_file=CALENDAR_FILE if for_the_day or ended is not None else "",
        )
        subject, text, html = (self._render(_names(kind, form, language, part), values) for part in PARTS)
        attachments = []
        if ended is not None:
            attachments.append(
                self._calendar_file(ended, form, submission, facts, language=language, method=Method.CANCEL)
            )
        for place, (each, option) in enumerate(for_the_day):
            if about in FOR_THE_DAY or CALENDAR_FILE in text + html:
                file = self._calendar_file(option, form, each, facts, language=language, method=Method.PUBLISH)
                attachments.append(replace(file, filename=file.filename.replace(".", f"{_suffix(place)}.")))
            if f'"{qr_codes[each.id]}"' in html:
                attachments.append(_qr_code(each, qr_codes[each.id]))
        return RenderedMail(one_line(subject), re.sub(r"\n{3,}", "\n\n", text).strip() + "\n", html, tuple(attachments))

    def _calendar_file(
        self, option: Option, form: Form, submission: Submission, facts: MailFacts, *, language: str, method: Method
    ) -> Attachment:
        """Return the calendar file of an option with a date.

        Its SEQUENCE is the submission's age in seconds and its version added up, so that each file is
        newer than those that were sent before, whether the submission or the form's dates changed.
        """
        assert option.starts_at is not None  # noqa: S101 - see `_with_date`
        name = form.name_in(submission.answers)
        label = option.label.in_language(language)
        organizer = f"mailto:{form.staff[0]}" if form.staff else self._site_url
        event = Event(
            uid=submission.id,
            starts_at=option.starts_at,
            ends_at=option.ends_at,
            summary=f"{label} ({name})" if name else label,
            description=option.hint.in_language(language) if option.hint is not None else label,
            place=option.place.in_language(language) if option.place is not None else None,
            organizer=organizer,
            sequence=max(0, int((facts.at - submission.submitted_at).total_seconds())) + submission.version,
        )
        return invitation(event, at=facts.at, method=method)

    def _path(self, form: str, language: str) -> str:
        """Return the path of the form's page in this language, or in the site's first."""
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


def _without_hidden(form: Form, submission: Submission) -> Submission:
    return replace(submission, answers=form.without_hidden(submission.answers))


def _names(kind: str, form: Form, language: str, part: str) -> list[str]:
    return [f"{folder}/{kind}.{language}.{part}.j2" for folder in (f"{form.name}/mail", SHARED)]


def _option_for_the_day(kind: str, form: Form, submission: Submission) -> Option | None:
    """Return the option if the mail says that the registrant has a confirmed seat in something with a date.

    A form's own mail may say so too; its template decides.
    """
    own = form.own_mail(kind) is not None
    if (kind not in FOR_THE_DAY and not own) or submission.status is not Status.CONFIRMED:
        return None
    return _with_date(chosen_option(form, submission))


def _ended_option(form: Form, submission: Submission, facts: MailFacts) -> Option | None:
    """Return the option with a date in which the registrant no longer has a confirmed seat, as the mail says."""
    if not facts.ended or submission.status is Status.CONFIRMED:
        return None
    chosen, field = chosen_option(form, submission), form.chosen_field
    left = field.option(facts.left) if field is not None and facts.left is not None else None
    return _with_date(chosen if left is None or field is None else (field, left))


def _with_date(chosen: tuple[Field, Option] | None) -> Option | None:
    return chosen[1] if chosen is not None and chosen[1].starts_at is not None else None


def _suffix(place: int) -> str:
    """Return what tells the files of several participants apart; empty for the first."""
    return f"-{place + 1}" if place else ""


def _qr_code(submission: Submission, address: str) -> Attachment:
    from registration_core.adapters.qr_code import qr_code  # noqa: PLC0415 - a fifth of what Jinja2 takes to load

    return qr_code(display_reference(submission.reference), address.removeprefix("cid:"))


def _form_pages(forms_dir: Path) -> dict[str, dict[str, str]]:
    """Return the paths of the forms' pages by language. The functions' zip has them; a clone doesn't."""
    try:
        pages: dict[str, dict[str, str]] = json.loads((forms_dir / PAGES).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    return pages


def one_line(text: str) -> str:
    """Return text for a header: one line, without control characters, cut to what mail programs show."""
    line = " ".join(on_one_line(text).split())
    return line if len(line) <= _SUBJECT_LENGTH else line[: _SUBJECT_LENGTH - 1].rstrip() + "…"
