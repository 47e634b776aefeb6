"""What it costs to read the journal, as `rollcall history` and `rollcall mail list` do.

Run from the clone: .venvs/dev/bin/python benchmarks/journal_capacity.py

It fills a table on the emulator with many old submissions and a few of today, and counts the
queries of each command and the items that they read. The emulator charges half a unit per query
whatever it reads, so items say more. A large table must cost as much as a small one. To measure in
AWS, name a context: `--context prod`.
"""

import argparse
import os
import sys
import tempfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import emulated
import entries
from metered import Meter, write_context

from admin_cli.aws.contexts import ContextFile, context_file
from registration_core.adapters.clock import SystemClock
from registration_core.adapters.dynamodb.management import ManagedDynamoRepository
from registration_core.adapters.dynamodb.outcomes import DynamoMailOutcomes
from registration_core.adapters.dynamodb.sdk import sdk_call
from registration_core.adapters.dynamodb.table import Table
from registration_core.domain.identifiers import new_reference, new_submission_id
from registration_core.domain.mail import MailKind, MailRequest, MailState
from registration_core.domain.submission import Idempotency, Status, Submission

COMMANDS = (
    ("history", "--since", "1d"),
    ("mail", "list", "--since", "1d"),
    ("mail", "list", "--since", "1d", "--state", "bounced"),
)
TODAY = 20


def main() -> int:
    """Run, and print a table; return 1 if a command reads more of the larger table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="*", default=[500, 5_000], help="submissions of long ago")
    parser.add_argument("--context", help="measure this context's stack instead")
    options = parser.parse_args()
    print(f"{'units':>7} {'calls':>6} {'items':>6} {'lines':>6}  of")
    if options.context:
        report(options.context, context_file(os.environ), options.context)
        return 0
    costs = []
    with tempfile.TemporaryDirectory() as scratch, emulated.emulator(Path(scratch) / "emulator") as endpoint:
        emulated.make_table(endpoint)
        emulated.describe(endpoint)
        fill_today(endpoint)
        there = 0
        for size in options.sizes:
            form = entries.the_forms()["registration"]
            there += emulated.fill(endpoint, entries.items(size - there, form=form, seed=size))
            costs.append(report(f"{size:,} submissions", write_context(Path(scratch), endpoint)))
    return int(any(cost != costs[0] for cost in costs))


def report(what: str, contexts: ContextFile, name: str | None = None) -> list[int]:
    """Run each command, print what it cost, and return the items that each read."""
    item_counts = []
    for words in COMMANDS:
        meter = Meter()
        meter.run(words, contexts, name)
        print(f"{meter.units:7.1f} {meter.calls:6} {meter.items:6} {meter.lines:6}  rollcall {' '.join(words)}: {what}")
        item_counts.append(meter.items)
    return item_counts


def fill_today(endpoint: str) -> None:
    """Add today's submissions: confirmed ones, suspected spam, a mail for each, some of them bounced."""
    call = sdk_call(emulated.client(endpoint))
    clock = SystemClock()
    repository = ManagedDynamoRepository(Table(call, emulated.TABLE), clock=clock)
    outcomes = DynamoMailOutcomes(Table(call, emulated.TABLE), clock=clock)
    for number in range(TODAY):
        at = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=number)
        entry = Submission(
            id=new_submission_id("reg", at, os.urandom),
            form="registration",
            form_version="0123456789ab",
            submitted_at=at,
            answers={"participant": f"Person {number}", "email": f"p{number}@example.org"},
            status=Status.CONFIRMED,
            reference=new_reference(os.urandom),
            email=f"p{number}@example.org",
            language="en",
            version=1,
            expires_at=at + timedelta(days=30),
        )
        if number % 4 == 0:
            entry = replace(entry, status=Status.SPAM, spam_sign="links 9")
        key = Idempotency(entry.id, "f", at + timedelta(days=1))
        repository.add(entry, once=None, idempotency=key)
        request = MailRequest(entry.id, MailKind.CONFIRMED, 1)
        repository.lease_mail(request, holder="b", until=at + timedelta(days=1), expires_at=entry.expires_at)
        repository.mark_mail_sent(request, holder="b", message_id="m")
        if number % 5 == 0:
            outcomes.note(request, MailState.BOUNCED)


if __name__ == "__main__":
    sys.exit(main())
