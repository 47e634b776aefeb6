"""Mails that staff ask for: recorded, also in the submission's history, before they are queued."""

from __future__ import annotations

from registration_core.adapters.dynamodb import items, keys
from registration_core.adapters.dynamodb.table import check, put
from registration_core.domain.errors import SubmissionChangedError
from registration_core.domain.identifiers import new_ulid
from registration_core.domain.mail import MailState
from registration_core.domain.mail_errors import MailAskedError
from registration_core.domain.mail_ports import AskedMails
from registration_core.domain.submission import Event

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from registration_core.adapters.dynamodb.table import Table
    from registration_core.domain.mail import MailRequest
    from registration_core.domain.ports import Clock
    from registration_core.domain.submission import Submission


class DynamoAskedMails(AskedMails):
    """Stores each mail as an item in its submission's partition."""

    def __init__(self, table: Table, *, clock: Clock, randomness: Callable[[int], bytes]) -> None:
        self._table = table
        self._clock = clock
        self._randomness = randomness

    def ask(self, request: MailRequest, submission: Submission, *, what: str, by: str, key: str | None = None) -> None:
        """Record, all or nothing, that this mail is to be sent, also in the submission's history."""
        now = self._clock.now()
        event = Event(new_ulid(now, self._randomness), now, what, by)
        mail = items.plain_item(
            keys.mail_key(submission.id, request.name),
            state=MailState.QUEUED.value,
            attempts=0,
            asked_at=now.isoformat(timespec="milliseconds"),
            expires_at=items.seconds(submission.expires_at),
            **({} if key is None else {"asked_key": key}),
            **items.mail_attributes(request),
            **items.mail_topic(request, now, open_=True),
        )
        refused = self._table.transact(
            {
                "entry": check(keys.submission_key(submission.id), "#version = :version", version=submission.version),
                "mail": put(mail, "attribute_not_exists(pk)"),
                "event": put(items.event_item(submission, event)),
            }
        )
        if not refused or self._table.get(keys.event_key(submission.id, event.id)) is not None:
            return  # already written, perhaps by an attempt whose response got lost
        if "entry" in refused:
            raise SubmissionChangedError(submission.id)
        raise MailAskedError(
            f'Someone else asked for the mail "{request.kind}" about "{submission.id}" at the same moment.'
        )

    def states(self, requests: Iterable[MailRequest]) -> Mapping[tuple[str, str], MailState]:
        """Return the states of known mails."""
        places = [keys.mail_key(request.id, request.name) for request in requests]
        return {
            (item["pk"].removeprefix("SUB#"), item["sk"].removeprefix(keys.MAIL)): MailState(item["state"])
            for item in self._table.batch_get(places)
        }
