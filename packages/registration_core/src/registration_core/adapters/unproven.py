"""What of a submission may be mailed to an address that nobody has proven.

Whoever fills in a form may type somebody else's address. So that no form carries a stranger's words
there, the renderer takes them out before any template sees them: see
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


def may_be_told_all(kind: str, submission: Submission) -> bool:
    """Whether a mail of this kind may hold what was typed: to the staff, or to a proven address."""
    return kind in TO_STAFF or submission.verified_at is not None


def without_free_text(form: Form, submission: Submission) -> Submission:
    """Return the submission with the answers that come from closed lists, and the name as a stranger may read it.

    Every other answer is empty rather than missing, so that a template that shows it stays right.
    """
    answers: dict[str, Answer] = {}
    for name, answer in submission.answers.items():
        field = form.field(name)
        if name == form.name_field:
            answers[name] = name_for_stranger(str(answer))
        else:
            answers[name] = _from_closed_list(field, answer) if field is not None else ""
    return replace(submission, answers=answers)


def _from_closed_list(field: Field, answer: Answer) -> Answer:
    """Return the answer as far as the form itself wrote it; what was kept of an older form may be anything."""
    if field.type is FieldType.CONSENT:
        return answer if answer is True else ""
    if field.type is FieldType.CHOICE:
        return answer if isinstance(answer, str) and field.option(answer) is not None else ""
    if field.type is FieldType.CHOICES and isinstance(answer, list):
        return [value for value in answer if field.option(value) is not None]
    return ""
