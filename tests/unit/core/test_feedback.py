"""Feedback: what SES reports about a mail is recorded, and whoever doesn't want our mail gets none."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from contract.fakes import StoppedClock
from contract.mail_fakes import InMemorySuppressionList

from registration_core.adapters.ses_events import UnreadableEventError, feedback_of, message_tags
from registration_core.domain.mail import MailKind, MailRequest, MailState
from registration_core.domain.mail_ports import MailOutcomes
from registration_core.services.feedback import Feedback, FeedbackService

if TYPE_CHECKING:
    from collections.abc import Mapping

REQUEST = MailRequest("crs_01JD2M8V4Q7ZJ3T9X0K5W6RYBC", MailKind.ALREADY_REGISTERED, 20270301)


def tags(request: MailRequest = REQUEST) -> dict[str, list[str]]:
    """The tags as SES returns them, among its own."""
    return {"ses:from-domain": ["example.org"]} | {tag["Name"]: [tag["Value"]] for tag in message_tags(request)}


def an_event(kind: str, details: Mapping[str, Any] | None = None, **mail: Any) -> str:
    """An event as SES publishes it: developer guide, "Contents of event data"."""
    return json.dumps(
        {"eventType": kind, "mail": {"messageId": "0100", "tags": tags()} | mail, kind.lower(): details or {}}
    )


def bounce(kind: str, *addresses: str) -> str:
    recipients = [{"emailAddress": address, "status": "5.1.1"} for address in addresses]
    return an_event("Bounce", {"bounceType": kind, "bounceSubType": "General", "bouncedRecipients": recipients})


def complaint(**details: Any) -> str:
    return an_event("Complaint", {"complainedRecipients": [{"emailAddress": "robin@example.org"}]} | details)


def test_feedback_of__reads_a_delivery_and_its_mail() -> None:
    assert feedback_of(an_event("Delivery")) == Feedback(MailState.DELIVERED, REQUEST)
    assert feedback_of(an_event("Reject")) == Feedback(MailState.REJECTED, REQUEST)


def test_feedback_of__suppresses_missing_mailboxes_not_full_ones() -> None:
    gone = feedback_of(bounce("Permanent", "a@example.org", "b@example.org"))
    assert gone == Feedback(MailState.BOUNCED, REQUEST, ("a@example.org", "b@example.org"))
    for passing in ("Transient", "Undetermined"):
        assert feedback_of(bounce(passing, "a@example.org")) == Feedback(MailState.BOUNCED, REQUEST)


def test_feedback_of__suppresses_complaints_not_their_retraction() -> None:
    assert feedback_of(complaint()) == Feedback(MailState.COMPLAINED, REQUEST, ("robin@example.org",))
    assert feedback_of(complaint(complaintFeedbackType="abuse")) == feedback_of(complaint())
    retraction = feedback_of(complaint(complaintFeedbackType="not-spam"))
    assert retraction is not None
    assert retraction.lost == ()


def test_feedback_of__reads_the_form_without_configuration_set() -> None:
    event = json.loads(bounce("Permanent", "a@example.org"))
    event["notificationType"] = event.pop("eventType")
    del event["mail"]["tags"]
    assert feedback_of(json.dumps(event)) == Feedback(MailState.BOUNCED, None, ("a@example.org",))


@pytest.mark.parametrize("kind", ["Send", "Open", "Click", "DeliveryDelay", "Rendering Failure", "Subscription"])
def test_feedback_of__skips_events_before_a_mails_end(kind: str) -> None:
    assert feedback_of(an_event(kind)) is None


@pytest.mark.parametrize(
    "message",
    [
        "",
        "Successfully validated SNS topic for Amazon SES event publishing.",
        "[]",
        "{}",
        '{"eventType": "Delivery"}',
        '{"eventType": "Bounce", "mail": {}, "bounce": {"bounceType": "Permanent"}}',
        '{"eventType": "Delivery", "mail": {"tags": {"submission": ["x"], "kind": ["poem"], "version": ["1"]}}}',
        '{"eventType": "Delivery", "mail": {"tags": {"submission": [], "kind": ["staff"], "version": ["1"]}}}',
    ],
)
def test_feedback_of__reports_unreadable_events_without_values(message: str) -> None:
    """The message holds no personal data."""
    with pytest.raises(UnreadableEventError, match="cannot be read"):
        feedback_of(message)


@pytest.mark.parametrize(
    "asked",
    [
        MailRequest(REQUEST.id, MailKind.CONFIRMED, 1, copy=2),
        MailRequest(REQUEST.id, "moved_again", 1, sending="0123456789abcdef-1"),
    ],
)
def test_feedback_of__names_mails_that_staff_asked_for(asked: MailRequest) -> None:
    event = {"eventType": "Delivery", "mail": {"tags": tags(asked)}}
    feedback = feedback_of(json.dumps(event))
    assert feedback is not None
    assert feedback.request == asked


def test_message_tags__use_only_characters_that_ses_allows() -> None:
    asked = [MailRequest(REQUEST.id, "moved_again", 1, sending="0123456789abcdef-1", option="a b")]
    for request in [*(MailRequest(REQUEST.id, kind, 1, copy=2) for kind in MailKind), *asked]:
        for tag in message_tags(request):
            assert tag["Value"].replace("_", "").replace("-", "").isalnum()
            assert tag["Value"].isascii()


class NotedOutcomes(MailOutcomes):
    """Keeps the outcomes that it gets."""

    def __init__(self) -> None:
        self.noted: list[tuple[MailRequest, MailState]] = []

    def note(self, request: MailRequest, state: MailState) -> bool:
        self.noted.append((request, state))
        return True


@pytest.mark.parametrize(("state", "days"), [(MailState.BOUNCED, 180), (MailState.COMPLAINED, 3650)])
def test_take__suppresses_an_address_and_notes_the_mail(state: MailState, days: int) -> None:
    clock = StoppedClock()
    outcomes, suppressions = NotedOutcomes(), InMemorySuppressionList(clock)
    service = FeedbackService(outcomes=outcomes, suppressions=suppressions, clock=clock)
    assert service.take(Feedback(state, REQUEST, ("Robin@example.org",)))
    assert outcomes.noted == [(REQUEST, state)]
    clock.at += timedelta(days=days) - timedelta(seconds=1)
    assert suppressions.holds("robin@example.org")
    clock.forward(seconds=1)
    assert not suppressions.holds("robin@example.org")


def test_take__suppresses_even_if_the_mail_is_unknown() -> None:
    clock = StoppedClock()
    suppressions = InMemorySuppressionList(clock)
    service = FeedbackService(outcomes=NotedOutcomes(), suppressions=suppressions, clock=clock)
    assert not service.take(Feedback(MailState.BOUNCED, None, ("a@example.org",)))
    assert suppressions.holds("a@example.org")
