"""Unverified addresses: the part of a submission that may be mailed to one.

Anyone can type someone else's address into a form. So that nobody can use our mails to send them a
message, the renderer removes free text before any template sees it: see
docs/decisions/0039-mail-to-strangers.md.
"""

from __future__ import annotations

from dataclasses import replace

from registration_core.domain.fields import FieldType
from registration_core.domain.mail import TO_STAFF
from registration_core.domain.names import name_for_stranger

TYPE_CHECKING = False
if TYPE_CHECKING:
    from registration_core.domain.fields import Field
    from registration_core.domain.forms import Form
    from registration_core.domain.submission import Submission
    from registration_core.domain.values import Answer


def may_have_free_text(kind: str, submission: Submission) -> bool:
    """Whether a mail may contain free text: it goes to staff, or to a verified address."""
    return kind in TO_STAFF or submission.verified_at is not None


def without_free_text(form: Form, submission: Submission) -> Submission:
    """Return the submission with only chosen options, consents, a checked name, and the kinds of its files.

    Every other answer is empty and not missing, so that templates that show it still work.
    """
    answers: dict[str, Answer] = {}
    for name, answer in submission.answers.items():
        field = form.field(name)
        if name == form.name_field:
            answers[name] = name_for_stranger(str(answer))
        else:
            answers[name] = _from_closed_list(field, answer) if field is not None else ""
    files = tuple(replace(file, name=file.kind.upper()) for file in submission.files)  # its sender chose the name
    return replace(submission, answers=answers, files=files)


def _from_closed_list(field: Field, answer: Answer) -> Answer:
    """Return the answer if the form's options contain it. An older form's answer may be anything."""
    if field.type is FieldType.CONSENT:
        return answer if answer is True else ""
    if field.type is FieldType.CHOICE:
        return answer if isinstance(answer, str) and field.option(answer) is not None else ""
    if field.type is FieldType.CHOICES and isinstance(answer, list):
        return [value for value in answer if field.option(value) is not None]
    return ""
