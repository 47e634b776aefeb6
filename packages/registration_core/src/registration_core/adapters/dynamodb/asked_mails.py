"""Mails that the staff ask for: noted, and told in the submission's history, before anything is queued."""

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
    """Mails in their own items, beside the submission that they are about."""

    def __init__(self, table: Table, *, clock: Clock, randomness: Callable[[int], bytes]) -> None:
        self._table = table
        self._clock = clock
        self._randomness = randomness

    def ask(self, request: MailRequest, entry: Submission, *, what: str, by: str) -> None:
        """Note, all or nothing, that this mail is to be sent, and write it into the submission's history."""
        now = self._clock.now()
        event = Event(new_ulid(now, self._randomness), now, what, by)
        mail = items.plain_item(
            keys.mail_key(entry.id, request.name),
            state=MailState.QUEUED.value,
            attempts=0,
            asked_at=now.isoformat(timespec="milliseconds"),
            expires_at=items.seconds(entry.expires_at),
            **items.mail_attributes(request),
            **items.mail_topic(request, now, open_=True),
        )
        refused = self._table.transact(
            {
                "entry": check(keys.submission_key(entry.id), "#version = :version", version=entry.version),
                "mail": put(mail, "attribute_not_exists(pk)"),
                "event": put(items.event_item(entry, event)),
            }
        )
        if not refused or self._table.get(keys.event_key(entry.id, event.id)) is not None:
            return  # written, perhaps by an attempt whose answer got lost
        if "entry" in refused:
            raise SubmissionChangedError(entry.id)
        raise MailAskedError(f'Someone else has asked for the mail {request.name} of "{entry.id}".')

    def states(self, requests: Iterable[MailRequest]) -> Mapping[tuple[str, str], MailState]:
        """Return what became of mails that are noted."""
        places = [keys.mail_key(request.id, request.name) for request in requests]
        return {
            (item["pk"].removeprefix("SUB#"), item["sk"].removeprefix(keys.MAIL)): MailState(item["state"])
            for item in self._table.batch_get(places)
        }
