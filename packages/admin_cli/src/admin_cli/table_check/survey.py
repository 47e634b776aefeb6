"""The survey: one pass over all items that finds what may be wrong. Everything that it finds is read again."""

from __future__ import annotations

from collections import Counter
from functools import partial
from itertools import groupby
from typing import TYPE_CHECKING

from admin_cli.table_check.orphans import is_stray, orphan_problems, other_problems
from admin_cli.table_check.own_items import is_readable, own_problems
from admin_cli.table_check.pointers import LEDGER, target_of
from admin_cli.table_check.problems import UNREADABLE
from admin_cli.table_check.quotas import quota_problems, ticket_of
from registration_core.adapters.dynamodb import items, keys
from registration_core.domain.submission import STANDING, Status

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from admin_cli.table_check.problems import Problem
    from admin_cli.table_check.rules import Rules
    from registration_core.adapters.dynamodb.table import Item, Key


class Survey:
    """Collects suspects. Whatever one item says of another is kept until the other says the same.

    An item that says something which no other says is a suspect. So memory grows with what is not matched yet, about
    half of the submissions, and no answer is kept. Items of one partition come one after the other; if a table returns
    them otherwise, more suspects are read again.
    """

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._unmatched: dict[int, Key | None] = {}
        self._present: set[int] = set()
        self._suspects: dict[Key, None] = {}
        self.counts: Counter[str] = Counter()
        self.alone: dict[Key, list[Problem]] = {}
        """Problems of single items, which no race explains: they aren't read again."""

    def read(self, scanned: Iterable[Item]) -> None:
        """Read all items of a table."""
        for pk, group in groupby(scanned, key=lambda item: str(item["pk"])):
            if pk.startswith("SUB#"):
                self._read((pk, keys.SUBMISSION), partial(self._read_submission, pk, list(group)))
            elif pk.startswith("QUOTA#"):
                self._read((pk, keys.QUOTA), partial(self._read_quota, pk, list(group)))
            else:
                for item in group:
                    self._read((pk, str(item["sk"])), partial(self._read_other, item))

    def _read(self, subject: Key, read: Callable[[], None]) -> None:
        """Read a part of the table. What can't be read is a suspect."""
        try:
            read()
        except UNREADABLE:
            self._suspects[subject] = None

    def suspects(self) -> list[Key]:
        """Return the keys of what may be wrong: quotas first, then submissions by age, then what points to them."""
        for subject in self._unmatched.values():
            if subject is not None and not self._outlived(subject):
                self._suspects[subject] = None
        return sorted(
            self._suspects, key=lambda key: (key[1] != keys.QUOTA, key[1] != keys.SUBMISSION, key[0][-26:], key[1])
        )

    def _match(self, *said: object, by: Key | None) -> None:
        """Remember what an item says, or forget it if the other one said it already."""
        number = hash(said)
        if number in self._unmatched:
            del self._unmatched[number]
        else:
            self._unmatched[number] = by

    def _outlived(self, subject: Key) -> bool:
        """Whether a seat or a line of the ledger names a submission that has expired since."""
        pk, sk = subject
        submission_id = sk.removeprefix(keys.SEAT)
        if hash(submission_id) in self._present:
            return False
        if pk.startswith(LEDGER):
            return True
        return sk.startswith(keys.SEAT) and not self._rules.must_be_there(submission_id, pk.split("#")[1])

    def _read_submission(self, pk: str, partition: Sequence[Item]) -> None:
        subject = (pk, keys.SUBMISSION)
        entry = next((item for item in partition if item["sk"] == keys.SUBMISSION), None)
        hanging = [item for item in partition if item is not entry]
        if entry is None:
            if any(True for _ in orphan_problems(pk, hanging, self._rules)):
                self._suspects[subject] = None
            return
        self.counts["submissions"] += 1
        self._present.add(hash(pk.removeprefix("SUB#")))
        if self._rules.expired(entry):
            return
        if any(True for _ in own_problems(entry, hanging, self._rules)):
            self._suspects[subject] = None
        if is_readable(entry):
            self._say(entry, subject)

    def _say(self, entry: Item, subject: Key) -> None:
        """Say what a submission says of other items."""
        submission = items.read_submission(entry)
        form, option = submission.form, submission.option
        until = entry["expires_at"]
        self._match("reference", submission.reference, submission.id, until, by=subject)
        if submission.seated:
            self._match("seat", keys.quota_key(form, str(option))[0], submission.id, entry.get("verify_by"), by=subject)
        if submission.status is Status.WAITLISTED and option is not None:
            self._match(
                "ticket", keys.quota_key(form, option)[0], submission.position, submission.id, until, by=subject
            )
        elif submission.position is not None:
            self._suspects[subject] = None
        if submission.status is Status.ERASED:
            self._match("erased", submission.id, by=subject)
        if submission.status in STANDING:
            kept = [pk for pk in entry.get(keys.GUARDS, ()) if pk.startswith(keys.ONCE)]
            for pk in kept:
                self._match("guard", pk, submission.id, until, by=subject)
            _, known, needed = self._rules.guards(submission)
            if needed and not known.intersection(kept):
                self._suspects[subject] = None

    def _read_quota(self, pk: str, partition: Sequence[Item]) -> None:
        self.counts["quotas"] += 1
        if any(True for _ in quota_problems(pk, partition, self._rules)):
            self._suspects[pk, keys.QUOTA] = None
        for item in partition:
            sk = str(item["sk"])
            if sk.startswith(keys.SEAT):
                self._match("seat", pk, target_of(item), item.get("verify_by"), by=(pk, sk))
            elif sk.startswith(keys.WAIT) and "submission" in item and not self._rules.expired(item):
                self._match("ticket", pk, ticket_of(item), target_of(item), item.get("expires_at"), by=(pk, sk))

    def _read_other(self, item: Item) -> None:
        key = (str(item["pk"]), str(item["sk"]))
        if problems := list(other_problems(item)):
            self.alone[key] = problems
            self._suspects[key] = None
        elif is_stray(item) or self._rules.expired(item):
            return
        elif key[0].startswith("REF#"):
            # One who registers twice gets a reference to the first submission, so more may lead to it than its own.
            self._match("reference", key[0].removeprefix("REF#"), item["submission"], item["expires_at"], by=None)
        elif key[0].startswith(keys.ONCE):
            self._match("guard", key[0], item["submission"], item["expires_at"], by=key)
        elif key[0].startswith(LEDGER):
            self._match("erased", key[1], by=key)
