"""Errors that Rollcall raises: `code` is for programs, the message for people."""

from __future__ import annotations

from dataclasses import dataclass

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from registration_core.domain.quota import QuotaState


class RollcallError(Exception):
    """The base class of all of Rollcall's errors."""

    code: str = "error"


class SettingsError(RollcallError):
    """An environment variable is missing or wrong; the message names it."""

    code = "settings"


class FormFileError(RollcallError):
    """A form file has mistakes.

    problems: one sentence each, with the file, the key and what is allowed; never empty. Each
    becomes one line, although a quoted text may have several.
    """

    code = "form_file"

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(" ".join(problem.splitlines()) for problem in problems)
        super().__init__("\n".join(self.problems))


class UnknownFormError(RollcallError):
    """No form has this name."""

    code = "unknown_form"

    def __init__(self, name: str) -> None:
        super().__init__(f'There is no form "{name[:40]}".')
        self.name = name


class FormNotNamedError(RollcallError):
    """The command can't tell which forms exist, so it needs a form's name."""

    code = "form_not_named"

    def __init__(self) -> None:
        super().__init__("There are no form files here. Name a form, such as registration.")


class FormClosedError(RollcallError):
    """The form is closed now.

    opens: it opens later. at: when it opens or closed, aware; None if unknown.
    """

    code = "form_closed"

    def __init__(self, message: str, *, opens: bool = False, at: datetime | None = None) -> None:
        super().__init__(message)
        self.opens = opens
        self.at = at


class TooManyRequestsError(RollcallError):
    """One network or one e-mail address sent more than its limit. Nothing was stored.

    retry_after_s: seconds until it may send again. for_email: the limit of the e-mail address was
    reached, not the network's.
    """

    code = "too_many_requests"

    def __init__(self, *, retry_after_s: int, for_email: bool = False) -> None:
        super().__init__("Too many requests came from here in a short time.")
        self.retry_after_s = retry_after_s
        self.for_email = for_email


class HumanCheckFailedError(RollcallError):
    """The Turnstile token is missing, wrong or already used. Nothing was stored."""

    code = "human_check_failed"


class HumanCheckUnavailableError(RollcallError):
    """The Turnstile token could not be checked, so nothing was stored. The sender can try again later."""

    code = "human_check_unavailable"


@dataclass(frozen=True, slots=True)
class FieldError:
    """One wrong field. code: such as `required` or `too_long`. message: a sentence in the visitor's language."""

    field: str
    code: str
    message: str


class InvalidAnswersError(RollcallError):
    """Some answers are missing or wrong.

    errors: every wrong field, in the form's order; never empty.
    """

    code = "invalid_answers"

    def __init__(self, errors: Sequence[FieldError]) -> None:
        super().__init__("; ".join(f"{error.field}: {error.message}" for error in errors))
        self.errors = tuple(errors)


class InvalidKeyError(RollcallError):
    """The idempotency key is empty, too long or not printable ASCII."""

    code = "invalid_key"


class KeyReusedError(RollcallError):
    """The idempotency key was already used with different answers, or for another request. Nothing was stored."""

    code = "key_reused"

    def __init__(self) -> None:
        super().__init__("This Idempotency-Key was already used for another request. Send this one with a new key.")


class InvalidReferenceError(RollcallError):
    """This isn't a reference: it has the wrong length, a letter that references don't use, or a typing error."""

    code = "invalid_reference"


class InvalidLabelError(RollcallError):
    """This can't be a label, or the submission has as many as it can have."""

    code = "invalid_label"


class InvalidNoteError(RollcallError):
    """This can't be a note, or the submission has as many as it can have."""

    code = "invalid_note"


class NoteNotFoundError(RollcallError):
    """The submission has no note with this ID."""

    code = "note_not_found"

    def __init__(self, note_id: str) -> None:
        super().__init__(f'The submission has no note "{note_id[:64]}".')


class InvalidCheckInError(RollcallError):
    """Nobody can be checked in for this day or at this time, or the submission has as many days as it can have."""

    code = "invalid_check_in"


class InvalidCursorError(RollcallError):
    """This cursor doesn't come from a list."""

    code = "invalid_cursor"


class SubmissionNotFoundError(RollcallError):
    """No submission has this ID or reference, or it has expired."""

    code = "not_found"

    def __init__(self, id_or_reference: str) -> None:
        super().__init__(f'There is no submission "{id_or_reference[:60]}".')


class DamagedSubmissionError(RollcallError):
    """A submission, or a line of its history or mails, can't be read from the table."""

    code = "damaged_submission"

    def __init__(self, submission_id: str, reason: str) -> None:
        super().__init__(f'The submission "{submission_id}" is damaged and can\'t be read: {reason}.')


class InvalidFilterError(RollcallError):
    """A time, a status or a search term that can't be read. The message names it and says what is accepted."""

    code = "invalid_filter"


class UnknownNameError(RollcallError):
    """There is no form or option of this name. The message lists those that exist."""

    code = "not_found"


class StatusTransitionError(RollcallError):
    """The submission's status does not allow this change."""

    code = "status_transition"


class SubmissionChangedError(RollcallError):
    """Someone else changed the submission. Nothing was stored; read it again before you decide."""

    code = "entry_changed"

    def __init__(self, submission_id: str) -> None:
        super().__init__(f'Someone else changed the submission "{submission_id}" while you were working. Try again.')


class TicketSettledError(SubmissionChangedError):
    """The ticket was counted as departed before its submission was stored. Nothing was stored; draw another."""


class ReferenceTakenError(RollcallError):
    """Another submission has this reference. Nothing was stored; draw another."""

    code = "reference_taken"


class AlreadyRegisteredError(RollcallError):
    """The person already has a submission for this option. Nothing was stored. first: that submission's ID."""

    code = "already_registered"

    def __init__(self, first: str) -> None:
        super().__init__(f'The submission "{first}" already registers this person for this option.')
        self.first = first


class NoSeatError(RollcallError):
    """The option has no free seat for this submission now. Nothing was stored."""

    code = "no_seat"

    def __init__(self, form: str, option: str) -> None:
        super().__init__(f'The option "{option}" of the form "{form}" has no free seat.')


class OptionBegunError(RollcallError):
    """The option has begun and is closed, so nobody is promoted into it. Nothing was stored."""

    code = "option_begun"

    def __init__(self, form: str, option: str) -> None:
        super().__init__(f'"{option}" of the form "{form}" has begun and is closed, so nobody can be promoted into it.')


class QuotaNotFoundError(RollcallError):
    """The option has no quota: its seats aren't counted, or the quota isn't stored yet."""

    code = "quota_not_found"

    def __init__(self, form: str, option: str) -> None:
        super().__init__(f'The form "{form}" has no quota for the option "{option}".')


class InvalidCapacityError(RollcallError):
    """An option can't have this many seats."""

    code = "invalid_capacity"


class QuotaChangedError(RollcallError):
    """Someone else changed the option's capacity. Nothing was stored."""

    code = "quota_changed"

    def __init__(self, now: QuotaState) -> None:
        who = now.set_by or "Someone else"
        super().__init__(f'{who} set the capacity of "{now.option}" to {now.capacity} while you were working.')
        self.now = now


class StorageUnavailableError(RollcallError):
    """The table could not be read or written. A write may have succeeded, because its response can get lost.

    Retrying with the same idempotency key is safe and settles it. retry_after_s: seconds to wait
    first.
    """

    code = "storage_unavailable"

    def __init__(self, message: str, *, retry_after_s: int = 2) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class StorageDeniedError(StorageUnavailableError):
    """No credentials, no permission or no such table. Retrying does not help."""

    code = "storage_denied"


class MailTemplateError(RollcallError):
    """A mail template is missing or has a mistake; the message names the file."""

    code = "mail_template"


class MailerError(RollcallError):
    """The mail service did not accept the mail. Nothing was sent; the same mail may be sent later."""

    code = "mailer"


class MailRefusedError(MailerError):
    """The mail service will never accept this mail, because of its address or an unverified identity."""

    code = "mail_refused"


class OutOfTimeError(MailerError):
    """There was too little time left to send this mail and to record it. Nothing was sent."""

    code = "out_of_time"


class MailHeldError(RollcallError):
    """Another worker holds this mail's lease. Either it sends the mail, or the lease runs out."""

    code = "mail_held"


class MailLeaseLostError(RollcallError):
    """The lease ran out and another worker took over the mail, so it may have been sent twice."""

    code = "mail_lease_lost"


class MailQueueError(RollcallError):
    """Some messages could not be queued; the same change may be dispatched again."""

    code = "mail_queue"
