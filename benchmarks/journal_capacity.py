"""What it costs to look over everything: what `rollcall history` and `rollcall mail list` read.

`.venvs/dev/bin/python benchmarks/journal_capacity.py` fills a table of the emulator with so many submissions of long
ago, and the same few of today, and counts the queries that each command makes and the items that they read: the
emulator charges half a unit a query whatever it reads, so items tell more. A large table must cost what a small one
does. For AWS's own word name a context: `--context prod`.
"""

import argparse
import io
import os
import sys
import tempfile
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import emulated
import entries
from list_capacity import written

from admin_cli import aws
from admin_cli.app import run
from admin_cli.contexts import Context, ContextFile, context_file
from admin_cli.output import Output
from admin_cli.services import Services
from admin_cli.stack import AwsStack
from registration_core.adapters.clock import SystemClock
from registration_core.adapters.dynamodb.managed import ManagedDynamoRepository
from registration_core.adapters.dynamodb.outcomes import DynamoMailOutcomes
from registration_core.adapters.dynamodb.sdk import sdk_call
from registration_core.domain.identifiers import new_reference, new_submission_id
from registration_core.domain.mail import MailKind, MailRequest, MailState
from registration_core.domain.submission import Idempotency, Status, Submission

COMMANDS = (
    ("history", "--since", "1d"),
    ("mail", "list", "--since", "1d"),
    ("mail", "list", "--since", "1d", "--state", "bounced"),
)
TODAY = 20


@dataclass
class Meter:
    """Counts calls and what they read."""

    units: float = 0.0
    calls: int = 0
    items: int = 0

    def session(self, context: Context) -> Any:  # noqa: ANN401 - boto3 has no types
        """Make sessions whose DynamoDB clients are metered."""
        made = aws.session(context)
        client = made.client

        def metered(service: str, **more: object) -> Any:  # noqa: ANN401 - boto3 has no types
            found = client(service, **more)
            if service == "dynamodb":
                found.meta.events.register("provide-client-params.dynamodb.*", _asked)
                found.meta.events.register("after-call.dynamodb.*", self._told)
            return found

        made.client = metered
        return made

    def _told(self, parsed: dict[str, Any], **_: object) -> None:
        self.calls += 1
        self.items += int(parsed.get("ScannedCount", 0)) + sum(map(len, parsed.get("Responses", {}).values()))
        consumed = parsed.get("ConsumedCapacity", {})
        for each in consumed if isinstance(consumed, list) else [consumed]:
            self.units += each.get("CapacityUnits", 0.0)


def _asked(params: dict[str, Any], **_: object) -> dict[str, Any]:
    return params | {"ReturnConsumedCapacity": "TOTAL"}


def main() -> int:
    """Run, and print a table; 1 when a command reads more of the larger table."""
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
            costs.append(report(f"{size:,} submissions", written(Path(scratch), endpoint)))
    return int(any(cost != costs[0] for cost in costs))


def report(what: str, contexts: ContextFile, name: str | None = None) -> list[int]:
    """Have each command print, and say what it cost; give the items that each read."""
    found = []
    for words in COMMANDS:
        meter = Meter()
        out, err = io.StringIO(), io.StringIO()
        output = Output(out, err, os.environ)
        connect = partial(AwsStack, say=output.note, session=meter.session)
        services = Services(output, os.environ, contexts, connect, local=sys.exit, context_name=name)
        if run(list(words), services) != 0:
            sys.exit(err.getvalue())
        lines = out.getvalue().count("\n")
        print(f"{meter.units:7.1f} {meter.calls:6} {meter.items:6} {lines:6}  rollcall {' '.join(words)}: {what}")
        found.append(meter.items)
    return found


def fill_today(endpoint: str) -> None:
    """Add what came in today: submissions, suspected spam, a mail for each, some of them returned."""
    call = sdk_call(emulated.client(endpoint))
    clock = SystemClock()
    repository = ManagedDynamoRepository(call, emulated.TABLE, clock=clock)
    outcomes = DynamoMailOutcomes(call, emulated.TABLE, clock=clock)
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
