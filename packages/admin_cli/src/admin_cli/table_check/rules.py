"""Rules: what the check knows besides the table's items: forms, guard keys, the time, and who repairs."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from registration_core.adapters.dynamodb import items, keys
from registration_core.domain.submission import SEATED
from registration_core.services.submit import once_for

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from admin_cli.table_check.changes import Changes
    from registration_core.adapters.dynamodb.table import Item
    from registration_core.domain.forms import Form
    from registration_core.domain.ports import Signer
    from registration_core.domain.submission import Once, Submission


@dataclass(frozen=True, slots=True)
class Rules:
    """What the check compares with.

    forms: the forms in force. versions_of: every stored version of a form. signer: has all guard keys; None if the
    table has none. history_of: reads a submission's history.
    """

    forms: Mapping[str, Form]
    versions_of: Callable[[str], Sequence[Form]]
    signer: Signer | None
    changes: Changes
    history_of: Callable[[str], Iterable[Item]]
    _versions: dict[str, Sequence[Form]] = field(default_factory=dict)

    @property
    def now(self) -> datetime:
        """The time of the check."""
        return self.changes.now

    def expired(self, item: Item) -> bool:
        """Whether an item's time is over; DynamoDB may not have deleted it yet."""
        return items.expired(item, self.now)

    def capacity(self, form: str, option: str) -> int | None:
        """Return an option's capacity by the form in force; None if it isn't counted."""
        return self.forms[form].capacities().get(option) if form in self.forms else None

    def guards(self, submission: Submission) -> tuple[Once | None, frozenset[str], bool]:
        """Return what a submission's guard should be: the newest, all that are recognised, and whether it needs one.

        A form's rule may have changed since the submission: it needs one if its own version and the one in force
        both have the rule.
        """
        form = self.forms.get(submission.form)
        own = next((each for each in self._all(submission.form) if each.version == submission.form_version), form)
        if self.signer is None or form is None or own is None:
            return None, frozenset(), False
        rules = [once_for(each, submission.answers, self.signer) for each in (form, own)]
        known = {
            keys.once_key(submission.form, once.option, person)[0]
            for once in rules
            if once is not None
            for person in (once.person_fingerprint, *once.earlier)
        }
        return rules[0], frozenset(known), all(once is not None for once in rules)

    def must_be_there(self, submission_id: str, form: str) -> bool:
        """Whether a submission with this ID can't have expired yet, by any version of its form."""
        kept_days = min((each.retention_days for each in self._all(form)), default=0)
        try:
            return items.moment_of(submission_id[-26:]) + timedelta(days=kept_days) > self.now
        except ValueError:
            return False

    def oversold(self, quota: Item, partition: Sequence[Item]) -> bool:
        """Whether a seat was given that there wasn't, and not only the capacity lowered afterwards."""
        if "set_at" not in quota:
            return True
        lowered_at = datetime.fromisoformat(quota["set_at"])
        holders = (item["sk"].removeprefix(keys.SEAT) for item in partition if item["sk"].startswith(keys.SEAT))
        return any(at > lowered_at for holder in holders for at in self._seated_at(holder))

    def _seated_at(self, submission_id: str) -> Iterator[datetime]:
        """Yield when a submission was given a seat."""
        for item in self.history_of(submission_id):
            event = items.read_event(item)
            gained = event.was is not None and event.was not in SEATED
            if event.status in SEATED and (
                gained or event.moved is not None or event.what in ("submitted", "imported")
            ):
                yield items.moment_of(event.id)

    def _all(self, form: str) -> Sequence[Form]:
        if form not in self._versions:
            in_force = [self.forms[form]] if form in self.forms else []
            self._versions[form] = [*self.versions_of(form), *in_force]
        return self._versions[form]
