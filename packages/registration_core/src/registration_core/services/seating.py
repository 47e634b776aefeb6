"""Seating: a seat for an entry that wants one, or else the next ticket."""

from __future__ import annotations

from dataclasses import replace

from registration_core.domain.errors import (
    AlreadyRegisteredError,
    EntryChangedError,
    NoSeatError,
    QuotaNotFoundError,
    StorageUnavailableError,
)
from registration_core.domain.identifiers import new_ulid
from registration_core.domain.submission import Status

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from registration_core.domain.ports import Clock, FormCatalogue, ManagedRepository
    from registration_core.domain.submission import Once, Submission

ATTEMPTS = 8
"""How often an entry that others change at the same moment is read and decided on anew."""


class Seating:
    """Stores entries that come to an option as newcomers do."""

    def __init__(
        self,
        *,
        forms: FormCatalogue,
        repository: ManagedRepository,
        clock: Clock,
        randomness: Callable[[int], bytes],
    ) -> None:
        self._forms = forms
        self._repository = repository
        self._clock = clock
        self._randomness = randomness

    def seat(
        self,
        before: Submission,
        after: Submission,
        *,
        what: str,
        by: str,
        once: Once | None = None,
        may_wait: bool = True,
    ) -> Submission:
        """Store an entry that wants a seat, or else the same entry with a ticket; return it.

        may_wait: False raises NoSeatError instead. Raises what `ManagedRepository.change` raises.
        """
        for _ in range(ATTEMPTS):
            try:
                return self._repository.change(before, after, what=what, by=by, once=once)
            except QuotaNotFoundError:
                self.make_quota(after.form, str(after.option))
            except NoSeatError:
                if not may_wait:
                    raise
                holder = f"{before.id}-{new_ulid(self._clock.now(), self._randomness)}"
                ticket = self._repository.take_ticket(after.form, str(after.option), holder=holder)
                if ticket is not None:
                    queued = replace(after, status=Status.WAITLISTED, position=ticket, verify_by=None)
                    return self._queue(before, queued, ticket, what=what, by=by, once=once)
        raise busy(before.id)

    def make_quota(self, form: str, option: str) -> None:
        """Make an option's quota as the form begins it. Raises QuotaNotFoundError for one that is not counted."""
        capacities = self._forms.get(form).capacities()
        if option not in capacities:
            raise QuotaNotFoundError(form, option)
        self._repository.make_quotas(form, {option: capacities[option]})

    def _queue(
        self, before: Submission, queued: Submission, ticket: int, *, what: str, by: str, once: Once | None
    ) -> Submission:
        try:
            return self._repository.change(before, queued, what=what, by=by, once=once)
        except (EntryChangedError, AlreadyRegisteredError):
            self._repository.settle_ticket(queued.form, str(queued.option), ticket)
            raise


def ensure_alone(repository: ManagedRepository, entry: Submission, once: Once | None) -> None:
    """Raise AlreadyRegisteredError when another entry stands for the same person and option already.

    once: whom the entry is to stand for; None for nobody. Raises StorageUnavailableError.
    """
    first = repository.known(entry.form, once=once) if once is not None else None
    if first not in (None, entry.id):
        raise AlreadyRegisteredError(str(first))


def busy(submission_id: str) -> StorageUnavailableError:
    """Return the error of an entry that others change all the time."""
    return StorageUnavailableError(f'The entry "{submission_id}" is changed by too many at the same moment.')
