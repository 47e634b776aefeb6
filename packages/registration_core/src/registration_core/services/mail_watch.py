"""Mail watch: follows mails that were just queued."""

from __future__ import annotations

from collections import Counter

from registration_core.domain.mail import MailState

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from registration_core.domain.mail import MailRequest
    from registration_core.domain.mail_ports import AskedMails

PAUSE_S = 0.5
ON_ITS_WAY = frozenset({MailState.QUEUED, MailState.SENDING})


class MailWatch:
    """Follows mails until each was sent or failed."""

    def __init__(self, *, asked: AskedMails, sleep: Callable[[float], None], monotonic: Callable[[], float]) -> None:
        self._asked = asked
        self._sleep = sleep
        self._monotonic = monotonic

    def states(
        self,
        requests: Sequence[MailRequest],
        *,
        longest_s: float,
        ended: Callable[[int], None] = lambda _count: None,
    ) -> Counter[MailState]:
        """Return the number of mails by state, once none is in progress or time is up.

        A mail that isn't recorded was never queued, and isn't counted. ended: called with how many
        more have ended. Raises StorageUnavailableError.
        """
        end = self._monotonic() + longest_s
        counted: Counter[MailState] = Counter()
        left = {(request.id, request.name): request for request in requests}
        while True:
            now = self._asked.states(left.values())
            over = {place: state for place, state in now.items() if state not in ON_ITS_WAY}
            counted.update(over.values())
            left = {place: request for place, request in left.items() if now.get(place) in ON_ITS_WAY}
            ended(len(over))
            if not left or self._monotonic() >= end:
                counted[MailState.QUEUED] += len(left)
                return +counted
            self._sleep(PAUSE_S)
