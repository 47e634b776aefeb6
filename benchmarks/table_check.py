"""How long `rollcall doctor --deep` takes, and how much memory, without the time that DynamoDB takes.

Run from the clone: .venvs/dev/bin/python benchmarks/table_check.py --sizes 10000 100000

The table is made up as it is read: each submission with its history, two mails, reference, guard and seat, in a random
order of partitions, as a scan returns them. Nothing is wrong in it. Read units are counted as DynamoDB counts a
consistent scan: one per 4 KB.
"""

import argparse
import json
import random
import resource
import sys
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import entries

from admin_cli.table_check.check import TableCheck
from registration_core.adapters.clock import SystemClock
from registration_core.adapters.dynamodb import items, keys
from registration_core.adapters.dynamodb.management import ManagedDynamoRepository
from registration_core.adapters.dynamodb.table import Table, wire_item
from registration_core.adapters.signing import HmacSigner
from registration_core.domain.identifiers import new_reference, new_ulid
from registration_core.domain.mail import MailKind, MailRequest
from registration_core.domain.submission import Event, Status, Submission
from registration_core.services.submit import once_for

if TYPE_CHECKING:
    from registration_core.domain.forms import Form

SEATS = 20
"""How many submissions share an option."""
PAGE_BYTES = 1_000_000
NOW = datetime.now(UTC).replace(microsecond=0)


def main() -> int:
    """Run each size in this process, smallest first, and print a line for each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="*", default=[10_000, 100_000], help="how many submissions")
    print(f"{'submissions':>12} {'items':>10} {'units':>9} {'suspects':>9} {'s':>7} {'peak MB':>8}")
    for size in sorted(parser.parse_args().sizes):
        made_up = MadeUp(size)
        clock, signer = SystemClock(), made_up.signer
        table = Table(made_up, "made-up")
        check = TableCheck(
            table,
            forms={made_up.form.name: made_up.form},
            versions_of=lambda _name, form=made_up.form: [form],
            signer=signer,
            repository=ManagedDynamoRepository(table, clock=clock),
            clock=clock,
            by="benchmark",
        )
        began = time.process_time()
        suspects = len(check.suspects())
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        spent = time.process_time() - began - made_up.spent_s
        units = made_up.bytes / 4096
        print(f"{size:>12,} {made_up.items:>10,} {units:>9,.0f} {suspects:>9} {spent:>7.1f} {peak:>8.0f}")
    return 0


class MadeUp:
    """A `Call` that answers a scan. spent_s: the time for making the items up, which is not the check's."""

    def __init__(self, size: int) -> None:
        self.form: Form = entries.the_forms()["registration"]
        self.signer = HmacSigner("ab" * 32)
        self.items = self.bytes = 0
        self.spent_s = 0.0
        self._order = [(kind, number) for number in range(size) for kind in range(3)]
        self._order += [(3, number) for number in range(size // SEATS)]
        random.Random(1).shuffle(self._order)
        self._pages = self._page()

    def __call__(self, operation: str, _params: Mapping[str, Any]) -> dict[str, Any]:
        """Return the next page."""
        assert operation == "Scan", operation
        began = time.process_time()
        page, more = next(self._pages)
        self.spent_s += time.process_time() - began
        return {"Items": page, **({"LastEvaluatedKey": {"pk": {"S": "x"}}} if more else {})}

    def _page(self) -> Iterator[tuple[list[dict[str, Any]], bool]]:
        page, size = [], 0
        for kind, number in self._order:
            for item in self._partition(kind, number):
                page.append(wire_item(item))
                self.items += 1
                size += len(json.dumps(item, ensure_ascii=False))
            if size > PAGE_BYTES:
                self.bytes += size
                yield page, True
                page, size = [], 0
        self.bytes += size
        yield page, False

    def _partition(self, kind: int, number: int) -> Iterator[dict[str, Any]]:
        if kind == 3:
            pk, sk = keys.quota_key(self.form.name, f"option-{number}")
            counts = {"capacity": SEATS, "taken": SEATS, "tickets": 0, "departed": 0}
            yield {"pk": pk, "sk": sk, "form": self.form.name, "option": f"option-{number}", **counts}
            for holder in range(number * SEATS, (number + 1) * SEATS):
                submission = self._submission(holder)
                yield {"pk": pk, "sk": f"{keys.SEAT}{submission.id}", "submission": submission.id}
            return
        submission = self._submission(number)
        once = once_for(self.form, submission.answers, self.signer)
        if kind == 0:
            event = Event(submission.id[-26:], submission.submitted_at, "submitted", "registrant")
            yield items.event_item(submission, event)
            for mail in (MailKind.CONFIRMED, MailKind.STAFF):
                yield _mail(submission, MailRequest(submission.id, mail, 1))
            guards = {} if once is None else {keys.GUARDS: [items.once_item(submission, once)["pk"]]}
            yield items.submission_item(submission) | guards
        elif kind == 1:
            yield items.reference_item(submission.reference, submission.id, submission.expires_at)
        elif once is not None:
            yield items.once_item(submission, once)

    def _submission(self, number: int) -> Submission:
        chance = random.Random(number)
        at = NOW - timedelta(days=30, seconds=number)
        answers = {
            "participant": f"Åsa Lindqvist {number}",
            "birth_date": "2014-03-01",
            "course": f"option-{number // SEATS}",
            "guardian": "Per Lindqvist",
            "email": f"per.{number}@example.org",
            "phone": "+46701234567",
            "needs": "Allergic to nuts, and to getting up early.",
            "consent": True,
        }
        return Submission(
            id=f"{self.form.id_prefix}_{new_ulid(at, chance.randbytes)}",
            form=self.form.name,
            form_version=self.form.version,
            submitted_at=at,
            answers=answers,
            status=Status.CONFIRMED,
            reference=new_reference(chance.randbytes),
            email=str(answers["email"]),
            language="sv",
            version=1,
            expires_at=NOW + timedelta(days=700),
            option=str(answers["course"]),
        )


def _mail(submission: Submission, request: MailRequest) -> dict[str, Any]:
    at = submission.submitted_at
    return {
        **items.plain_item(keys.mail_key(submission.id, request.name), **items.mail_attributes(request)),
        **items.mail_topic(request, at, open_=False),
        "state": "delivered",
        "holder": "0123456789abcdef",
        "attempts": 1,
        "message_id": "0123456789abcdef-0123456789abcdef",
        "sent_at": at.isoformat(timespec="milliseconds"),
        "expires_at": items.seconds(submission.expires_at),
    }


if __name__ == "__main__":
    sys.exit(main())
