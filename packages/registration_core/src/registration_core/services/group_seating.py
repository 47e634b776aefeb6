"""Group seating: the seats and tickets of several participants who are stored together."""

from __future__ import annotations

from dataclasses import replace

from registration_core.domain.errors import (
    AlreadyRegisteredError,
    KeyReusedError,
    NoSeatError,
    QuotaNotFoundError,
    ReferenceTakenError,
    StorageUnavailableError,
    TicketSettledError,
)
from registration_core.domain.groups import Newcomer, Share
from registration_core.domain.identifiers import new_reference, new_ulid
from registration_core.domain.submission import Status
from registration_core.services.seating import ATTEMPTS, busy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from registration_core.domain.ports import Clock, SubmissionRepository
    from registration_core.domain.quota import QuotaState
    from registration_core.domain.submission import Idempotency, Once, Receipt, Submission


class GroupSeating:
    """Stores a group: as many seats of each option as are left, in the group's order, and tickets for the others.

    An option whose waiting list is open costs one call more per participant, because a ticket is
    drawn before its submission is stored. Otherwise all is one transaction, also if fewer seats are
    left than the group needs.
    """

    def __init__(self, *, repository: SubmissionRepository, clock: Clock, randomness: Callable[[int], bytes]) -> None:
        self._repository = repository
        self._clock = clock
        self._randomness = randomness

    def add(
        self,
        members: Sequence[tuple[Submission, Once | None]],
        *,
        idempotency: Idempotency,
        capacities: Mapping[str, int],
    ) -> Receipt:
        """Store the submissions of a group, all or none, and return the first's receipt with all; see `Seating.add`.

        capacities: what the form's quotas begin with. Raises what `Seating.add` raises.
        """
        drawn: dict[str, list[int]] = {}
        first, _ = members[0]
        try:
            receipt = self._stored(self._known(members), drawn, idempotency, capacities)
        except (KeyReusedError, StorageUnavailableError):
            self._give_back(first.form, drawn)
            raise
        if receipt.id != first.id:
            self._give_back(first.form, drawn)
        return receipt

    def _stored(
        self,
        newcomers: Sequence[Newcomer],
        drawn: dict[str, list[int]],
        idempotency: Idempotency,
        capacities: Mapping[str, int],
    ) -> Receipt:
        first = newcomers[0].submission
        options = sorted({str(each.submission.option) for each in newcomers if each.submission.seated})
        for _ in range(2 * ATTEMPTS):
            states = self._repository.quotas(first.form, options) if options else {}
            try:
                shares = {option: self._share(newcomers, option, states, drawn) for option in options}
                placed = _placed(newcomers, shares, drawn)
                return self._repository.add_group(placed, shares, idempotency=idempotency)
            except QuotaNotFoundError:
                self._repository.make_quotas(first.form, {option: capacities[option] for option in options})
            except AlreadyRegisteredError:  # someone was faster, or the first one no longer exists
                newcomers = self._known([(each.submission, each.once) for each in newcomers])
            except ReferenceTakenError:
                newcomers = [
                    each._replace(submission=replace(each.submission, reference=new_reference(self._randomness)))
                    for each in newcomers
                ]
            except TicketSettledError:  # it took too long, and the sweep counted a ticket as departed
                drawn.clear()
            except NoSeatError:  # someone took a seat, or freed one up
                continue
        raise busy(first.id)

    def _known(self, members: Sequence[tuple[Submission, Once | None]]) -> list[Newcomer]:
        """Return the members, each with what they already have of their option."""
        return [
            Newcomer(submission, once, self._repository.standing(submission.form, once))
            if once is not None and submission.status is not Status.SPAM
            else Newcomer(submission, once)
            for submission, once in members
        ]

    def _share(
        self,
        newcomers: Sequence[Newcomer],
        option: str,
        states: Mapping[str, QuotaState],
        drawn: dict[str, list[int]],
    ) -> Share:
        """Return what the group takes of an option; if it has a waiting list, draw the tickets now."""
        form = newcomers[0].submission.form
        if option not in states:
            raise QuotaNotFoundError(form, option)
        state = states[option]
        if option in drawn:
            return Share(state)
        theirs = [each.submission for each in newcomers if each.submission.option == option]
        if state.left:
            seats = min(state.left, len(theirs))
            return Share(state, seats, len(theirs) - seats)
        drawn[option] = []
        for submission in theirs:
            holder = f"{submission.id}-{new_ulid(self._clock.now(), self._randomness)}"
            ticket = self._repository.take_ticket(form, option, holder=holder)
            if ticket is None:
                self._give_back(form, {option: drawn.pop(option)})
                raise NoSeatError(form, option)
            drawn[option].append(ticket)
        return Share(state)

    def _give_back(self, form: str, drawn: Mapping[str, Sequence[int]]) -> None:
        """Give back unused tickets. If that fails, the sweep finds them."""
        try:
            for option, tickets in drawn.items():
                for ticket in tickets:
                    self._repository.settle_ticket(form, option, ticket)
        except StorageUnavailableError:
            return


def _placed(
    newcomers: Sequence[Newcomer], shares: Mapping[str, Share], drawn: Mapping[str, Sequence[int]]
) -> list[Newcomer]:
    """Return the members with their seats and tickets.

    Who has the option already isn't stored again, so the others are the group. The mail to their first with a
    seat tells of all.
    """
    seats = {option: share.seats for option, share in shares.items()}
    tickets = {
        option: iter(drawn.get(option) or range(share.state.tickets + 1, share.state.tickets + 1 + share.tickets))
        for option, share in shares.items()
    }
    placed = []
    for each in newcomers:
        submission = each.submission
        option = str(submission.option)
        if submission.seated and not seats[option]:
            position = next(tickets[option])
            submission = replace(submission, status=Status.WAITLISTED, position=position, verify_by=None)
        elif submission.seated:
            seats[option] -= 1
        placed.append(submission)
    new = [submission for each, submission in zip(newcomers, placed, strict=True) if each.first is None] or placed
    told = next((each for each in new if each.status is not Status.WAITLISTED), new[0])
    ids = tuple(submission.id for submission in new) if len(new) > 1 else ()
    return [
        each._replace(submission=replace(submission, members=ids, quiet=submission.id != told.id))
        for each, submission in zip(newcomers, placed, strict=True)
    ]
