"""What the sweep's reminders read from a table with many submissions: before one is due, at the first look, and later.

Run from the clone: .venvs/dev/bin/python benchmarks/reminders.py --size 10000

Each call of DynamoDB is counted, with the read units that the emulator charges for it.
"""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import emulated
import entries

from registration_core.adapters.dynamodb.asked_mails import DynamoAskedMails
from registration_core.adapters.dynamodb.items import submission_item
from registration_core.adapters.dynamodb.journal import DynamoJournal
from registration_core.adapters.dynamodb.repository import DynamoSubmissionRepository
from registration_core.adapters.dynamodb.sdk import sdk_call
from registration_core.adapters.dynamodb.sendings import DynamoSendings
from registration_core.adapters.dynamodb.table import Table, wire_item
from registration_core.domain.ports import Clock, MailQueue
from registration_core.domain.submission import Status
from registration_core.services.reminders import ReminderService
from registration_core.services.send import SendService

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from registration_core.domain.forms import Form
    from registration_core.domain.mail import MailRequest

COURSE = "first-robot"
SEATS = 24


class Metered:
    """A `Call` that adds up calls and read units."""

    def __init__(self, client: Any) -> None:  # noqa: ANN401 - boto3 has no types
        self._call = sdk_call(client)
        self.calls, self.units = 0, 0.0

    def __call__(self, operation: str, params: Mapping[str, Any]) -> dict[str, Any]:
        """Make one call."""
        answer = self._call(operation, {**params, "ReturnConsumedCapacity": "TOTAL"})
        consumed = answer.get("ConsumedCapacity", {})
        self.calls += 1
        self.units += sum(
            each.get("CapacityUnits", 0.0) for each in (consumed if isinstance(consumed, list) else [consumed])
        )
        return answer


class Nowhere(MailQueue):
    """Drops what is queued."""

    def put(self, requests: "Sequence[MailRequest]") -> None:
        """Drop the requests."""


class Shifted(Clock):
    """The time, and some."""

    ahead = timedelta()

    def now(self) -> datetime:
        """Return the time, so much later."""
        now = datetime.now(UTC) + self.ahead
        return now.replace(microsecond=now.microsecond // 1000 * 1000)


def main() -> int:
    """Fill a table, look for reminders four times, and print a line for each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=int, default=10_000, help="how many submissions")
    size = parser.parse_args().size
    form = entries.the_forms()["registration"]
    with tempfile.TemporaryDirectory() as folder, emulated.emulator(Path(folder)) as endpoint:
        emulated.make_table(endpoint)
        emulated.fill(endpoint, stored(size, form))
        call, clock = Metered(emulated.client(endpoint)), Shifted()
        table = Table(call, emulated.TABLE)
        sendings = DynamoSendings(table, clock=clock)
        asked = DynamoAskedMails(table, clock=clock, randomness=os.urandom)
        service = ReminderService(
            repository=DynamoSubmissionRepository(table, clock=clock),
            journal=DynamoJournal(table, clock=clock),
            sendings=sendings,
            send=SendService(asked=asked, sendings=sendings, queue=Nowhere(), clock=clock),
            clock=clock,
        )
        print(f"{'look':<28} {'queued':>7} {'calls':>7} {'units':>8} {'s':>6}")
        report("none is due", starting(form, timedelta(days=30)), service, call)
        due = starting(form, timedelta(days=3))
        report("due, the first look", due, service, call)
        while report("due, the next sweep", due, service, call):
            pass
        clock.ahead = timedelta(minutes=61)
        report("due, an hour later", due, service, call)
    return 0


def stored(size: int, form: "Form") -> "Iterator[dict[str, object]]":
    """Return the submissions' items; the first few are about the course that starts, the others about other courses."""
    for number, submission in enumerate(entries.submissions(size, form=form)):
        course = COURSE if number < SEATS else "competition-team"
        answers = {**submission.answers, "course": course}
        seated = replace(submission, answers=answers, option=course, status=Status.CONFIRMED, position=None)
        yield wire_item(submission_item(seated))


def starting(form: "Form", wait: timedelta) -> "Form":
    """Return the form with one course that starts so much later, and the others long ago."""
    now = datetime.now(UTC)
    fields = (
        replace(
            field,
            options=tuple(
                replace(each, starts_at=now + (wait if each.value == COURSE else -timedelta(days=99)), ends_at=None)
                for each in field.options
            ),
        )
        if field is form.chosen_field
        else field
        for field in form.fields
    )
    return replace(form, fields=tuple(fields))


def report(name: str, form: "Form", service: ReminderService, call: Metered) -> int:
    """Look once, print what it took, and return how many were queued."""
    calls, units, began = call.calls, call.units, time.process_time()
    queued = service.queue_due(form)
    took_s = time.process_time() - began
    print(f"{name:<28} {queued:>7,} {call.calls - calls:>7,} {call.units - units:>8,.1f} {took_s:>6.2f}")
    return queued


if __name__ == "__main__":
    sys.exit(main())
