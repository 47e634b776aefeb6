"""Failed mails: how long `rollcall mail failed` takes to list many.

Run from the clone: .venvs/dev/bin/python benchmarks/failed_mails.py

It fills a table and a queue of the emulator with mails that bounced and with dead letters, each about a
submission of its own. The command looks every submission up, so most of the time is the emulator's own.
"""

import argparse
import os
import platform
import statistics
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import emulated
import entries
from export_speed import BIN, CREDENTIALS, run

from registration_core.adapters.clock import SystemClock
from registration_core.adapters.dynamodb.items import submission_item
from registration_core.adapters.dynamodb.management import ManagedDynamoRepository
from registration_core.adapters.dynamodb.outcomes import DynamoMailOutcomes
from registration_core.adapters.dynamodb.sdk import sdk_call
from registration_core.adapters.dynamodb.table import Table, wire_item
from registration_core.adapters.sqs import to_message
from registration_core.domain.mail import MailKind, MailRequest, MailState


def main() -> int:
    """Run, and print a line a measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mails", type=int, default=500, help="that bounced (default: 500)")
    parser.add_argument("--letters", type=int, default=500, help="dead letters beside them (default: 500)")
    parser.add_argument("--runs", type=int, default=5, help="of each (default: 5)")
    options = parser.parse_args()
    print(f"Python {platform.python_version()}, {os.cpu_count()} processors, medians of {options.runs}")
    print(f"{'seconds':>8} {'CPU s':>7}  of rollcall mail failed")
    with tempfile.TemporaryDirectory() as scratch, emulated.emulator(Path(scratch) / "emulator") as endpoint:
        emulated.make_table(endpoint)
        queues = {name: queue(endpoint, name) for name in ("mail_queue_url", "stream_dead_letters_url")}
        letters = queue(endpoint, "mail_dead_letters_url")
        emulated.describe(endpoint, mail_dead_letters_url=letters, **queues)
        environ = os.environ | CREDENTIALS | emulated.context(Path(scratch) / "config", endpoint)
        command = [str(BIN / "rollcall"), "mail", "failed"]
        requests = stored(endpoint, options.mails + options.letters)
        bounce(endpoint, requests[: options.mails])
        report(f"{options.mails:,} mails", command, environ, options.runs)
        put(endpoint, letters, requests[options.mails :])
        report(f"{options.mails:,} mails, {options.letters:,} dead letters", command, environ, options.runs)
    return 0


def report(what: str, command: list[str], environ: dict[str, str], runs: int) -> None:
    """Run the command, and print how long it took."""
    taken = [run(command, environ) for _ in range(runs)]
    wall, cpu = (statistics.median(getattr(each, name) for each in taken) for name in ("wall_s", "cpu_s"))
    print(f"{wall:8.2f} {cpu:7.2f}  {what}", flush=True)


def queue(endpoint: str, name: str) -> str:
    """Make a queue; give its address."""
    return str(emulated.client(endpoint, "sqs").create_queue(QueueName=name)["QueueUrl"])


def stored(endpoint: str, count: int) -> list[MailRequest]:
    """Store so many submissions of the last weeks; give the mail that each calls for."""
    form = entries.the_forms()["registration"]
    made = list(entries.submissions(count, form=form))
    emulated.fill(endpoint, map(wire_item, map(submission_item, made)))
    return [MailRequest(entry.id, MailKind.CONFIRMED, 1) for entry in made]


def bounce(endpoint: str, requests: list[MailRequest]) -> None:
    """Note that these mails went out and came back."""
    call, clock = sdk_call(emulated.client(endpoint)), SystemClock()
    repository = ManagedDynamoRepository(Table(call, emulated.TABLE), clock=clock)
    outcomes = DynamoMailOutcomes(Table(call, emulated.TABLE), clock=clock)
    soon, later = (datetime.now(UTC) + timedelta(days=days) for days in (1, 30))
    for request in requests:
        repository.lease_mail(request, holder="b", until=soon, expires_at=later)
        repository.mark_mail_sent(request, holder="b", message_id="m")
        outcomes.note(request, MailState.BOUNCED)


def put(endpoint: str, url: str, requests: list[MailRequest]) -> None:
    """Lay these mails into the queue of dead letters."""
    sqs = emulated.client(endpoint, "sqs")
    for request in requests:
        sqs.send_message(QueueUrl=url, MessageBody=to_message(request))


if __name__ == "__main__":
    sys.exit(main())
