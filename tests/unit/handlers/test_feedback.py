"""Feedback's submission point: one notification at a time; unreadable ones are skipped."""

from __future__ import annotations

import json
from typing import Any

import pytest

from lambda_handlers.feedback import feedback
from lambda_handlers.log import Log
from registration_core.domain.errors import StorageUnavailableError
from registration_core.domain.mail import MailKind, MailRequest, MailState
from registration_core.services.feedback import Feedback, FeedbackService

REQUEST = MailRequest("reg_1", MailKind.CONFIRMED, 1)
TAGS = {"submission": ["reg_1"], "kind": ["confirmed"], "version": ["1"]}
BOUNCE = {
    "eventType": "Bounce",
    "mail": {"tags": TAGS},
    "bounce": {"bounceType": "Permanent", "bouncedRecipients": [{"emailAddress": "anna@example.org"}]},
}


class ListedFeedback(FeedbackService):
    """Keeps its outcomes, or raises."""

    def __init__(self, error: Exception | None = None) -> None:
        self.taken: list[Feedback] = []
        self._error = error

    def take(self, feedback: Feedback) -> bool:
        if self._error:
            raise self._error
        self.taken.append(feedback)
        return True


def run(service: FeedbackService, *messages: Any) -> None:
    records = [
        {"Sns": {"Message": message if isinstance(message, str) else json.dumps(message)}} for message in messages
    ]
    feedback({"Records": records}, service, Log("feedback"), request_id="r1")


def test_feedback__accepts_what_ses_sends() -> None:
    service = ListedFeedback()
    run(service, BOUNCE, {"eventType": "Send", "mail": {"tags": TAGS}})
    assert service.taken == [Feedback(MailState.BOUNCED, REQUEST, ("anna@example.org",))]


def test_feedback__skips_what_cannot_be_read(capsys: pytest.CaptureFixture[str]) -> None:
    service = ListedFeedback()
    run(service, "Successfully validated SNS topic", BOUNCE)
    feedback({"Records": [{}]}, service, Log("feedback"), request_id="r1")
    assert len(service.taken) == 1
    levels = [json.loads(line)["level"] for line in capsys.readouterr().out.splitlines()]
    assert levels == ["ERROR", "INFO", "ERROR"]


def test_feedback__retries_if_the_table_is_unavailable() -> None:
    with pytest.raises(StorageUnavailableError):
        run(ListedFeedback(StorageUnavailableError("not now")), BOUNCE)


def test_feedback__logs_the_mail_and_no_address(capsys: pytest.CaptureFixture[str]) -> None:
    run(ListedFeedback(), BOUNCE)
    written = capsys.readouterr().out
    event = json.loads(written)
    assert (event["message"], event["submission_id"], event["suppressed"]) == ("bounced", "reg_1", 1)
    assert "anna" not in written
