"""Every mail of every form, rendered with the form's example before any is sent."""

from __future__ import annotations

from dataclasses import replace
from difflib import get_close_matches
from itertools import product

from registration_core.adapters.render import PARTS, SHARED, JinjaMailRenderer
from registration_core.domain.errors import FormFileError, MailTemplateError
from registration_core.domain.forms import MESSAGE
from registration_core.domain.mail import GROUP_MAIL, MailKind
from registration_core.domain.submission import Status
from registration_core.services.preview import PreviewService
from rollcall_build.mails.languages import of_two_languages

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from registration_core.domain.forms import Form, OwnMail
    from registration_core.domain.ports import Clock

_SITE_URL = "https://site.example"
_MY_URL = "https://api.example/v1/my?t=example"
_UNSUBSCRIBE_URL = "https://api.example/v1/my?unsubscribe=example"
_ALSO: Mapping[str, tuple[Status, ...]] = {
    MailKind.PROMOTED: (Status.PENDING,),
    MailKind.STAFF: (Status.WAITLISTED,),
    MailKind.STAFF_WITHDRAWN: (Status.ERASED,),
    GROUP_MAIL: (Status.PENDING, Status.WAITLISTED),
}
"""Templates say other things of these: tried beside the usual status."""


def check_mails(forms_dir: Path, forms: Mapping[str, Form], *, shared: Path, clock: Clock) -> None:
    """Render each kind of mail in each language of each form, and send none.

    shared: the folder of the product's own `_mail`, for what the forms' folder leaves out.

    Raises FormFileError with one sentence for every mistake: its file, and what is wrong.
    """
    renderer = JinjaMailRenderer(forms_dir, shared=shared, site_url=_SITE_URL)
    preview = PreviewService(renderer=renderer, clock=clock, my_url=_MY_URL)
    problems: dict[str, None] = {}  # a shared template's mistake shows in every form
    for form in forms.values():
        group = (GROUP_MAIL,) if form.group is not None else ()
        for kind, language in product((*MailKind, MESSAGE.name, *group), form.languages):
            problems |= dict.fromkeys(_missing((forms_dir, shared), form, f"{kind}.{language}"))
            problems |= dict.fromkeys(_mistakes(preview, form, kind, language))
            problems |= dict.fromkeys(of_two_languages(forms_dir, shared, form, f"{kind}.{language}"))
        for mail in form.mails:
            problems |= dict.fromkeys(_own_mistakes(forms_dir, preview, form, mail))
    if problems:
        raise FormFileError(list(problems))


def _mistakes(preview: PreviewService, form: Form, kind: str, language: str) -> Iterator[str]:
    others = [each for each in form.languages if each != language]
    form = replace(form, languages=(language, *others))  # the staff's mails are in the first
    values = {name: f"[{name}]" for name in MESSAGE.needs} if kind == MESSAGE.name else None
    for status, proven in product((None, *_ALSO.get(kind, ())), (True, False)):
        try:
            preview.preview(kind, form, language=language, status=status, values=values, proven=proven)
        except MailTemplateError as error:
            yield str(error)


def _own_mistakes(forms_dir: Path, preview: PreviewService, form: Form, mail: OwnMail) -> Iterator[str]:
    """Say what is wrong with one of the form's own mails; it has no shared files to fall back on."""
    near = get_close_matches(mail.name, [*MailKind, GROUP_MAIL], n=1, cutoff=0.8)
    if near:
        file = f"forms/{form.name}/mail/{mail.name}.*"
        yield f'{file}: "{mail.name}" is not a mail kind; call it {near[0]}, or give your own mail another name.'
    missing = [
        f"{mail.name}.{language}.{part}.j2"
        for language, part in product(dict.fromkeys((form.languages[0], *mail.languages)), PARTS)
        if not (forms_dir / form.name / "mail" / f"{mail.name}.{language}.{part}.j2").is_file()
    ]
    yield from (
        f"forms/{form.name}/mail/{file} is missing: a mail needs a subject, a text and an HTML part."
        for file in missing
    )
    if missing:
        return
    values = {name: f"[{name}]" for name in mail.needs}
    for language, status, proven in product(mail.languages, (Status.CONFIRMED, Status.WAITLISTED), (True, False)):
        if language not in form.languages:
            yield f'forms/{form.name}/mail/{mail.name}.{language}.*: the form has no language "{language}".'
            return
        try:
            written = preview.preview(mail.name, form, language=language, status=status, values=values, proven=proven)
        except MailTemplateError as error:
            yield str(error)
            continue
        for part, text in (("txt", written.text), ("html", written.html)):
            if mail.unsubscribe and _UNSUBSCRIBE_URL not in text:
                yield (
                    f"forms/{form.name}/mail/{mail.name}.{language}.{part}.j2: the form file says unsubscribe = true, "
                    "so write {{ unsubscribe_url }} where readers can stop these mails."
                )


def _missing(roots: tuple[Path, Path], form: Form, mail: str) -> Iterator[str]:
    """Name the files without which a mail says one thing as text and another as HTML, or is in another language."""
    forms_dir, shared = roots
    folders = ((forms_dir, f"{form.name}/mail"), (forms_dir, SHARED), (shared, SHARED))
    parts_by_folder = [
        (folder, [part for part in PARTS if (root / folder / f"{mail}.{part}.j2").is_file()])
        for root, folder in folders
    ]
    for folder, parts in parts_by_folder:
        for part, other in (("html", "txt"), ("txt", "html")):
            if other in parts and part not in parts:
                yield f"forms/{folder}/{mail}.{part}.j2 is missing: a mail with {mail}.{other}.j2 needs both."
    present = {part for _, parts in parts_by_folder for part in parts}
    if present and "subject" not in present:
        yield f"forms/{SHARED}/{mail}.subject.j2 is missing: the mail has a text but no subject."
    if present == {"subject"}:
        yield f"forms/{SHARED}/{mail}.txt.j2 and {mail}.html.j2 are missing: the mail has a subject but no text."
