"""Webhooks: which receivers get a message about a change, and what it says."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from registration_core.domain.identifiers import display_reference
from registration_core.domain.submission import SEATED, STANDING, Status

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from registration_core.domain.forms import Form
    from registration_core.domain.mail import Change
    from registration_core.domain.submission import Submission

PAYLOAD_VERSION = 1
"""Of the JSON that receivers get. It goes up when a receiver would have to change; new keys don't raise it."""


class WebhookEvent(StrEnum):
    """What a webhook tells of. test: what `rollcall webhook test` sends; nobody subscribes to it."""

    SUBMITTED = "submitted"
    CONFIRMED = "confirmed"
    WAITLISTED = "waitlisted"
    PROMOTED = "promoted"
    CHANGED = "changed"
    CANCELLED = "cancelled"
    ERASED = "erased"
    TEST = "test"


SUBSCRIBABLE = tuple(event for event in WebhookEvent if event is not WebhookEvent.TEST)


class WebhookFormat(StrEnum):
    """How a webhook is written: signed JSON for programs, or a message in a chat."""

    JSON = "json"
    SLACK = "slack"
    TEAMS = "teams"


@dataclass(frozen=True, slots=True)
class Webhook:
    """One receiver of a form's events.

    name: unique within its form. url: see `read_webhook_url`. fields: the answers that it gets; by
    default none.
    """

    name: str
    url: str
    events: tuple[WebhookEvent, ...]
    format: WebhookFormat = WebhookFormat.JSON
    fields: tuple[str, ...] = ()

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Webhook:
        """Read what `to_dict` returned."""
        return cls(
            data["name"],
            data["url"],
            tuple(map(WebhookEvent, data["events"])),
            WebhookFormat(data.get("format", WebhookFormat.JSON)),
            tuple(data.get("fields", ())),
        )

    def to_dict(self) -> dict[str, Any]:
        """Return values for the compiled form, without what isn't set."""
        data: dict[str, Any] = {"name": self.name, "url": self.url, "events": [event.value for event in self.events]}
        data |= {"format": self.format.value} if self.format is not WebhookFormat.JSON else {}
        return data | ({"fields": list(self.fields)} if self.fields else {})


def webhooks_of(form: Form) -> tuple[Webhook, ...]:
    """Return a form's webhooks."""
    return tuple(map(Webhook.from_dict, form.webhooks))


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message on the webhook queue: one event for one receiver. It has no personal data.

    id: the submission's; for a test an ID of its own. version: the submission's version that caused
    it. at: when it happened, ISO 8601; empty if unknown. edited: the names of the changed answers.
    """

    form: str
    webhook: str
    id: str
    event: WebhookEvent
    version: int = 0
    at: str = ""
    edited: tuple[str, ...] = ()

    @property
    def message_id(self) -> str:
        """The message's ID, the same however often it is sent. It has no full stop: a signature's parts have those."""
        return f"msg_{self.id}_{self.version}_{self.event}"


def deliveries_for(change: Change, form: Form) -> list[Delivery]:
    """Return the deliveries that a change calls for.

    A quiet submission, such as an imported row, goes to programs but not to chats.
    """
    return [
        Delivery(
            form.name,
            webhook.name,
            change.id,
            event,
            change.version,
            change.at,
            change.edited if event is WebhookEvent.CHANGED else (),
        )
        for webhook in webhooks_of(form)
        if not (change.quiet and not change.in_group and webhook.format is not WebhookFormat.JSON)
        for event in _events(change)
        if event in webhook.events
    ]


def _events(change: Change) -> tuple[WebhookEvent, ...]:
    """Return the events of a change, in the order in which they are delivered."""
    was, now = change.was, change.status
    edited = (WebhookEvent.CHANGED,) if change.edited and was is not None else ()
    if now is was:
        return edited
    if now is Status.ERASED:
        return (WebhookEvent.ERASED,)
    if now in (Status.CANCELLED, Status.SPAM):
        return (WebhookEvent.CANCELLED,) if was in STANDING else ()
    if was in (None, Status.SPAM):
        return (WebhookEvent.SUBMITTED, *_ARRIVED_AS.get(now, ()))
    if was is Status.WAITLISTED and now in SEATED:
        return (WebhookEvent.PROMOTED, *edited)
    return (*_ARRIVED_AS.get(now, ()), *edited) or (WebhookEvent.CHANGED,)


_ARRIVED_AS: Mapping[Status, tuple[WebhookEvent, ...]] = {
    Status.CONFIRMED: (WebhookEvent.CONFIRMED,),
    Status.WAITLISTED: (WebhookEvent.WAITLISTED,),
}


def payload(webhook: Webhook, delivery: Delivery, submission: Submission | None) -> dict[str, Any]:
    """Return the JSON of a delivery. submission: as it is now; None for a test."""
    data: dict[str, Any] = {"form": delivery.form}
    if submission is not None:
        data |= {
            "id": submission.id,
            "reference": display_reference(submission.reference),
            "version": submission.version,
            "status": submission.status.value,
            "option": submission.option,
            "language": submission.language,
            "submitted_at": submission.submitted_at.isoformat(timespec="milliseconds"),
            "expires_at": submission.expires_at.isoformat(),
        }
        data |= {"group": submission.group} if submission.group is not None else {}
    if delivery.event is WebhookEvent.CHANGED:
        data["changed"] = list(delivery.edited)
    if submission is not None and webhook.fields:
        data["answers"] = {name: submission.answers[name] for name in webhook.fields if name in submission.answers}
    kind = "test" if delivery.event is WebhookEvent.TEST else f"submission.{delivery.event}"
    return {"type": kind, "payload_version": PAYLOAD_VERSION, "timestamp": delivery.at, "data": data}
