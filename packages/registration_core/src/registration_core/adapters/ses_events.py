"""SES events: reads SES's reports about mails, which come through SNS, into `Feedback`."""

from __future__ import annotations

import json

from registration_core.domain.mail import MailKind, MailRequest, MailState
from registration_core.services.feedback import Feedback

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

TAGS = ("submission", "kind", "version")
"""The tags with which SES names the mail in its reports; see `message_tags`."""
COPY, SENDING = "copy", "sending"
"""Tags of mails that staff asked for."""

_STATES = {
    "Delivery": MailState.DELIVERED,
    "Bounce": MailState.BOUNCED,
    "Complaint": MailState.COMPLAINED,
    "Reject": MailState.REJECTED,
}


class UnreadableEventError(ValueError):
    """This isn't an SES event. The error's message has no personal data."""


def message_tags(request: MailRequest) -> list[dict[str, str]]:
    """Return a mail's tags. SES returns them, so that we need no index to find the mail."""
    values = dict(zip(TAGS, (request.id, str(request.kind), str(request.version)), strict=True))
    if request.copy:
        values[COPY] = str(request.copy)
    if request.sending is not None:
        values[SENDING] = request.sending
    return [{"Name": name, "Value": value} for name, value in values.items()]


def feedback_of(message: str) -> Feedback | None:
    """Read the message of an SNS notification. Return None for other events, such as Send.

    Raises UnreadableEventError.
    """
    try:
        event = json.loads(message)
        kind = event.get("eventType") or event["notificationType"]
        if kind not in _STATES:
            return None
        return Feedback(_STATES[kind], _request(event["mail"].get("tags") or {}), _lost(kind, event))
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, OverflowError, RecursionError) as error:
        raise UnreadableEventError(f"an SES event cannot be read: {type(error).__name__}") from error


def _request(tags: Mapping[str, list[str]]) -> MailRequest | None:
    if any(name not in tags for name in TAGS):
        return None
    submission, kind, version = (tags[name][0] for name in TAGS)
    if SENDING in tags:
        return MailRequest(submission, kind, int(version), sending=tags[SENDING][0])
    return MailRequest(submission, MailKind(kind), int(version), int(tags[COPY][0]) if COPY in tags else 0)


def _lost(kind: str, event: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the addresses to suppress. A full mailbox or an unreachable server is no reason."""
    if kind == "Bounce" and event["bounce"]["bounceType"] == "Permanent":
        return tuple(str(each["emailAddress"]) for each in event["bounce"]["bouncedRecipients"])
    if kind == "Complaint" and event["complaint"].get("complaintFeedbackType") != "not-spam":
        return tuple(str(each["emailAddress"]) for each in event["complaint"]["complainedRecipients"])
    return ()
