"""Checks of the stack's table, functions and queues, and of the account's concurrency."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from admin_cli.aws import sessions
from admin_cli.doctor.findings import not_examined, well, worth_a_look, wrong

if TYPE_CHECKING:
    from collections.abc import Mapping

    from admin_cli.doctor.examination import Patient
    from admin_cli.doctor.findings import Verdict

APPLY = "Ask the operator to run: rollcall infra apply"

#: The functions that something in the stack triggers, and what that is.
TRIGGERS = {"dispatch": "the table's stream", "notify": "the mail queue"}

#: A new account runs ten functions at once; a course that opens its registration needs more.
ENOUGH_AT_ONCE = 50


def table(patient: Patient) -> Verdict:
    """Whether the table is active and has a stream."""
    name = patient.stack.description.table
    description = _ask(patient, "dynamodb", "describe_table", TableName=name)["Table"]
    status = description["TableStatus"]
    if status not in ("ACTIVE", "UPDATING"):
        return wrong(f"The table {name} is {status}.", f"If it is being created or restored, wait. Otherwise: {APPLY}")
    if description.get("StreamSpecification", {}).get("StreamViewType") != "NEW_AND_OLD_IMAGES":
        return wrong(f"The table {name} has no stream, so nobody is mailed.", APPLY)
    return well(f"{name} is {status}, with its stream")


def backups(patient: Patient) -> Verdict:
    """Whether the table can be restored to any moment of the last weeks."""
    answer = _ask(patient, "dynamodb", "describe_continuous_backups", TableName=patient.stack.description.table)
    backup = answer["ContinuousBackupsDescription"].get("PointInTimeRecoveryDescription", {})
    if backup.get("PointInTimeRecoveryStatus") != "ENABLED":
        return wrong("Point-in-time recovery is off, so lost data can't be restored.", APPLY)
    return well("point-in-time recovery is on")


def expiry(patient: Patient) -> Verdict:
    """Whether submissions expire on their retention date."""
    answer = _ask(patient, "dynamodb", "describe_time_to_live", TableName=patient.stack.description.table)
    ttl = answer["TimeToLiveDescription"]
    if ttl.get("TimeToLiveStatus") not in ("ENABLED", "ENABLING") or ttl.get("AttributeName") != "expires_at":
        return wrong("Submissions are kept past their retention date: the table's time to live is off.", APPLY)
    return well("submissions expire on their retention date")


def functions(patient: Patient) -> Verdict:
    """Whether every function is ready to run."""
    from rollcall_build.package import FUNCTIONS  # noqa: PLC0415 - reads forms; only for this

    description = patient.stack.description
    by_choice = {"staff": description.desk, "deliver": description.webhooks, "files": description.files_bucket}
    names = (*FUNCTIONS, *(name for name, chosen in by_choice.items() if chosen is not None))
    problems = []
    for name in names:
        function = _ask(patient, "lambda", "get_function_configuration", FunctionName=_function(patient, name))
        state, update = function.get("State", "Active"), function.get("LastUpdateStatus", "Successful")
        if state not in ("Active", "Inactive") or update == "Failed":  # a call activates an inactive function
            reason = function.get("StateReason") or function.get("LastUpdateStatusReason") or update
            problems.append(f"{name} is {state} ({reason})")
    if problems:
        return wrong(f"{'; '.join(problems)}.", f"{APPLY}. See also the function's log group.")
    return well(f"all {len(names)} are ready")


def mappings(patient: Patient) -> Verdict:
    """Whether the stream and the queue trigger the functions that mail."""
    problems, mends = untriggered(patient, TRIGGERS)
    if problems:
        return wrong(f"No mails are sent: {'; '.join(problems)}.", "; ".join(mends))
    return well("the stream triggers dispatch, the queue triggers notify")


def untriggered(patient: Patient, triggers: Mapping[str, str]) -> tuple[list[str], list[str]]:
    """Return which functions their source doesn't trigger, and how to fix that. triggers: function -> source."""
    problems, mends = [], []
    for name, source in triggers.items():
        answer = _ask(patient, "lambda", "list_event_source_mappings", FunctionName=_function(patient, name))
        mappings = answer["EventSourceMappings"]
        if not mappings:
            problems.append(f"nothing triggers {name}: {source} has no event source mapping")
            mends.append(APPLY)
        for mapping in mappings:
            if mapping.get("State") not in ("Enabled", "Enabling", "Updating", "Creating"):
                problems.append(f"{source} does not trigger {name} ({mapping.get('State')})")
                mends.append(f"aws lambda update-event-source-mapping --enabled --uuid {mapping['UUID']}")
    return problems, list(dict.fromkeys(mends))


def dead_letters(patient: Patient) -> Verdict:
    """Whether there are dead letters: mails, table changes or SES feedback."""
    description = patient.stack.description
    feedback_url = (
        f"{description.mail_dead_letters_url.rpartition('/')[0]}/{_function(patient, 'feedback')}-dead-letters"
    )
    mails = count_messages(patient, description.mail_dead_letters_url)
    changes = count_messages(patient, description.stream_dead_letters_url)
    feedback = count_messages(patient, feedback_url)
    if not mails + changes + feedback:
        return well("none")
    mends = ["See why: rollcall mail failed. Fix the cause, then: rollcall mail redrive"] if mails + changes else []
    mends += ["Retry the SES feedback: docs/operator.md, Retry SES feedback"] if feedback else []
    return wrong(
        f"{mails} from mails, {changes} from table changes, {feedback} from SES feedback.",
        "; ".join(mends),
    )


def count_messages(patient: Patient, queue_url: str) -> int:
    """Count the messages in a queue."""
    name = "ApproximateNumberOfMessages"
    answer = _ask(patient, "sqs", "get_queue_attributes", QueueUrl=queue_url, AttributeNames=[name])
    return int(answer["Attributes"][name])


def concurrency(patient: Patient) -> Verdict:
    """Whether the account lets enough functions run at once."""
    if patient.on_this_machine:
        return not_examined("An emulator has no such quota.")
    limit = int(_ask(patient, "lambda", "get_account_settings")["AccountLimit"]["ConcurrentExecutions"])
    if limit < ENOUGH_AT_ONCE:
        return worth_a_look(
            f"The account runs only {limit} functions at once, so in a rush visitors are asked to try again later.",
            "Request 1,000 in Service Quotas: AWS Lambda, Concurrent executions.",
        )
    return well(f"{limit} functions at once")


def _function(patient: Patient, name: str) -> str:
    return f"rollcall-{patient.stack.description.stack}-{name}"


def _ask(patient: Patient, service: str, operation: str, **parameters: object) -> Mapping[str, Any]:
    """Ask AWS. Raises CliError."""
    with sessions.sentences(patient.stack.context):
        answer: Mapping[str, Any] = getattr(patient.stack.client(service), operation)(**parameters)
    return answer
