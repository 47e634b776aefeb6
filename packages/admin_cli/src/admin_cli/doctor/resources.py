"""Checks of the stack's parts: table, functions, queues, and what the account allows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from admin_cli.aws import sessions
from admin_cli.doctor.findings import not_examined, well, worth_a_look, wrong

if TYPE_CHECKING:
    from collections.abc import Mapping

    from admin_cli.doctor.examination import Patient
    from admin_cli.doctor.findings import Verdict

APPLY = "Have the deployer run: rollcall infra apply"

#: The functions that something in the stack wakes, and what that is.
WOKEN = {"dispatch": "the table's stream", "notify": "the mail queue"}

#: A new account runs ten at once; a course that opens its registration needs more.
FEW_AT_ONCE = 50


def table(patient: Patient) -> Verdict:
    """Whether the table serves, and tells the functions of its changes."""
    name = patient.stack.description.table
    found = _ask(patient, "dynamodb", "describe_table", TableName=name)["Table"]
    if found["TableStatus"] not in ("ACTIVE", "UPDATING"):
        return wrong(
            f"The table {name} is {found['TableStatus']}.", "Wait if it is being made or restored; else apply."
        )
    if found.get("StreamSpecification", {}).get("StreamViewType") != "NEW_AND_OLD_IMAGES":
        return wrong(f"The table {name} has no stream, so nobody is mailed.", APPLY)
    return well(f"{name} is {found['TableStatus']}, with its stream")


def backups(patient: Patient) -> Verdict:
    """Whether the table can be restored to any moment of the last weeks."""
    told = _ask(patient, "dynamodb", "describe_continuous_backups", TableName=patient.stack.description.table)
    backup = told["ContinuousBackupsDescription"].get("PointInTimeRecoveryDescription", {})
    if backup.get("PointInTimeRecoveryStatus") != "ENABLED":
        return wrong("Point-in-time recovery is off: what is lost stays lost.", APPLY)
    return well("point-in-time recovery is on")


def expiry(patient: Patient) -> Verdict:
    """Whether submissions go when their time is over."""
    told = _ask(patient, "dynamodb", "describe_time_to_live", TableName=patient.stack.description.table)
    found = told["TimeToLiveDescription"]
    if found.get("TimeToLiveStatus") not in ("ENABLED", "ENABLING") or found.get("AttributeName") != "expires_at":
        return wrong("Entries are kept beyond their retention: the table's time to live is off.", APPLY)
    return well("submissions go when their retention ends")


def functions(patient: Patient) -> Verdict:
    """Whether every function is ready to run."""
    from rollcall_build.package import FUNCTIONS  # noqa: PLC0415 - reads forms; only for this

    bad = []
    for name in FUNCTIONS:
        found = _ask(patient, "lambda", "get_function_configuration", FunctionName=_function(patient, name))
        state, update = found.get("State", "Active"), found.get("LastUpdateStatus", "Successful")
        if state not in ("Active", "Inactive") or update == "Failed":  # an inactive one wakes when it is called
            bad.append(
                f"{name} is {state} ({found.get('StateReason') or found.get('LastUpdateStatusReason') or update})"
            )
    if bad:
        return wrong(f"{'; '.join(bad)}.", f"{APPLY}; the function's log group says more.")
    return well(f"all {len(FUNCTIONS)} are ready")


def mappings(patient: Patient) -> Verdict:
    """Whether stream and queue wake the functions that mail."""
    bad, mends = [], []
    for name, source in WOKEN.items():
        told = _ask(patient, "lambda", "list_event_source_mappings", FunctionName=_function(patient, name))
        found = told["EventSourceMappings"]
        if not found:
            bad.append(f"nothing wakes {name}: {source} leads nowhere")
            mends.append(APPLY)
        for one in found:
            if one.get("State") not in ("Enabled", "Enabling", "Updating", "Creating"):
                bad.append(f"{source} does not wake {name} ({one.get('State')})")
                mends.append(f"aws lambda update-event-source-mapping --enabled --uuid {one['UUID']}")
    if bad:
        return wrong(f"No mails go out: {'; '.join(bad)}.", "; ".join(dict.fromkeys(mends)))
    return well("stream and queue wake dispatch and notify")


def dead_letters(patient: Patient) -> Verdict:
    """Whether mails, changes of the table or notices of SES were given up."""
    said = patient.stack.description
    feedback = f"{said.mail_dead_letters_url.rpartition('/')[0]}/{_function(patient, 'feedback')}-dead-letters"
    mails = _waiting(patient, said.mail_dead_letters_url)
    changes = _waiting(patient, said.stream_dead_letters_url)
    notices = _waiting(patient, feedback)
    if not mails + changes + notices:
        return well("none")
    mends = ["See why: rollcall mail failed; mend the cause, then: rollcall mail redrive"] if mails + changes else []
    mends += ["Try the notices again: docs/operator.md, Retry SES feedback"] if notices else []
    return wrong(
        f"Given up: mails {mails}, changes of the table {changes}, notices of SES {notices}.", "; ".join(mends)
    )


def _waiting(patient: Patient, queue_url: str) -> int:
    """Count the messages of a queue."""
    name = "ApproximateNumberOfMessages"
    told = _ask(patient, "sqs", "get_queue_attributes", QueueUrl=queue_url, AttributeNames=[name])
    return int(told["Attributes"][name])


def concurrency(patient: Patient) -> Verdict:
    """Whether the account lets enough functions run at once."""
    if patient.on_this_machine:
        return not_examined("An emulator has no such quota.")
    limit = int(_ask(patient, "lambda", "get_account_settings")["AccountLimit"]["ConcurrentExecutions"])
    if limit < FEW_AT_ONCE:
        return worth_a_look(
            f"The account runs {limit} functions at once: a rush of visitors is told to come again.",
            "Ask for 1,000: Service Quotas, AWS Lambda, Concurrent executions.",
        )
    return well(f"{limit} functions at once")


def _function(patient: Patient, name: str) -> str:
    return f"rollcall-{patient.stack.description.stack}-{name}"


def _ask(patient: Patient, service: str, operation: str, **parameters: object) -> Mapping[str, Any]:
    """Ask AWS. Raises CliError."""
    with sessions.sentences(patient.stack.context):
        answer: Mapping[str, Any] = getattr(patient.stack.client(service), operation)(**parameters)
    return answer
