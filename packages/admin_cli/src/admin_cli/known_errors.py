"""Known errors as the command line prints them, with the exit codes of docs/staff.md."""

from __future__ import annotations

from admin_cli.aws import sessions
from admin_cli.aws.contexts import InvalidContextError, UnknownContextError
from admin_cli.errors import CliError, ExitCode
from registration_core.adapters.dynamodb.call import AwsCallError
from registration_core.adapters.sheets.errors import SheetLimitError, UnknownColumnError
from registration_core.domain.errors import (
    DamagedSubmissionError,
    FormNotNamedError,
    InvalidCapacityError,
    InvalidCheckInError,
    InvalidCursorError,
    InvalidFilterError,
    InvalidLabelError,
    InvalidNoteError,
    InvalidReferenceError,
    MailQueueError,
    NoteNotFoundError,
    QuotaNotFoundError,
    RollcallError,
    StorageDeniedError,
    StorageUnavailableError,
    SubmissionNotFoundError,
    UnknownFormError,
    UnknownNameError,
)
from registration_core.domain.file_errors import FileNotReadyError, NoFilesError, UnknownFileError
from registration_core.domain.mail_errors import DeadLettersError, MailAskedError
from registration_core.domain.webhook_ports import WebhookQueueError
from rollcall_local.errors import LocalStackError

_EXIT_CODES: tuple[tuple[type[RollcallError], ExitCode], ...] = (
    (SubmissionNotFoundError, ExitCode.NOT_FOUND),
    (InvalidReferenceError, ExitCode.NOT_FOUND),
    (UnknownFormError, ExitCode.NOT_FOUND),
    (QuotaNotFoundError, ExitCode.NOT_FOUND),
    (UnknownNameError, ExitCode.NOT_FOUND),
    (NoteNotFoundError, ExitCode.NOT_FOUND),
    (UnknownFileError, ExitCode.NOT_FOUND),
    (UnknownContextError, ExitCode.NOT_FOUND),
    (InvalidContextError, ExitCode.USAGE),
    (InvalidCursorError, ExitCode.USAGE),
    (InvalidFilterError, ExitCode.USAGE),
    (InvalidCapacityError, ExitCode.USAGE),
    (UnknownColumnError, ExitCode.USAGE),
    (SheetLimitError, ExitCode.USAGE),
    (InvalidLabelError, ExitCode.USAGE),
    (InvalidNoteError, ExitCode.USAGE),
    (InvalidCheckInError, ExitCode.USAGE),
    (FormNotNamedError, ExitCode.USAGE),
    (StorageDeniedError, ExitCode.CREDENTIALS),
)

_HINTS: tuple[tuple[type[RollcallError], str], ...] = (
    (NoFilesError, "Add files = {} to the stack's values and apply: docs/options.md, Files."),
    (FileNotReadyError, "rollcall files ID shows the states of a submission's files."),
    (FormNotNamedError, "Name it (rollcall list --form registration), or publish the forms: rollcall site publish"),
    (
        InvalidCursorError,
        "Use the cursor that the previous page printed on stderr, with the same options, or start again without one.",
    ),
    (DamagedSubmissionError, "To see what is wrong with it, and whatever else is damaged: rollcall doctor --deep"),
    (SubmissionNotFoundError, "List submissions: rollcall list"),
    (StorageDeniedError, "Check your AWS identity and the stack's table: rollcall doctor"),
    (StorageUnavailableError, "Check the network, then run the same command again. Nothing is done twice."),
    (SheetLimitError, "Write CSV instead (--format csv), or export fewer (--since, --until, --status)."),
    (MailAskedError, "Someone else sent it at the same moment. Run the same command again to see when it was sent."),
    (MailQueueError, "Run the same command again to continue. A mail that is queued twice is sent once."),
    (WebhookQueueError, "Run the same command again to continue. A webhook that is queued twice is delivered once."),
    (DeadLettersError, "Run the same command again to continue. Nothing was lost."),
    (InvalidReferenceError, 'Look it up by a name, a phone number or an address: rollcall search "asa lindqvist"'),
)


def explain(error: Exception) -> CliError:
    """Turn an error into a message, a hint and an exit code."""
    if isinstance(error, RollcallError) and (refusal := _refused(error.__cause__)) is not None:
        return refusal
    if isinstance(error, RollcallError):
        exit_code = next((code for kind, code in _EXIT_CODES if isinstance(error, kind)), ExitCode.FAILURE)
        hint = next((text for kind, text in _HINTS if isinstance(error, kind)), None)
        return CliError(str(error), hint=hint, exit_code=exit_code)
    if isinstance(error, LocalStackError):
        return CliError(str(error))
    if isinstance(error, OSError) and error.filename is not None:
        return CliError(f"{error.filename}: {error.strerror}.")
    return CliError(
        f"Unexpected error ({type(error).__name__}: {error}).",
        hint="Run the same command with --debug to see where it came from, and report it.",
    )


def _refused(cause: BaseException | None) -> CliError | None:
    """Explain an AWS refusal behind an error: credentials, permissions or throttling. None for any other."""
    if isinstance(cause, AwsCallError):
        return sessions.refusal(cause.code, cause.message, None)
    answer = getattr(cause, "response", None)  # the SDK's errors have it, and name the operation
    if not isinstance(answer, dict):
        return None
    details = answer.get("Error", {})
    return sessions.refusal(details.get("Code", ""), details.get("Message", ""), getattr(cause, "operation_name", None))
