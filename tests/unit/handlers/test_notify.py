"""Notify: each mail is separate; failures are reported, so that they come again."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from unit.handlers.emf import Metric, metrics_of

from lambda_handlers.log import Log
from lambda_handlers.notify import MAIL_TAKES_S, notify
from registration_core.adapters.dynamodb.retries import FUNCTION_RETRY_S, Deadline
from registration_core.adapters.ses import CLIENT_CONFIG
from registration_core.bootstrap.connections import CONNECT_TIMEOUT_S, READ_TIMEOUT_S
from registration_core.domain.errors import (
    MailerError,
    MailHeldError,
    MailLeaseLostError,
    OutOfTimeError,
    StorageUnavailableError,
)
from registration_core.domain.mail import MailKind, MailRequest
from registration_core.services.notify import NotifyService, Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping


class FakeNotifyService(NotifyService):
    """Raises a chosen error for a submission; otherwise returns the mail's outcome."""

    def __init__(self, errors: Mapping[str, Exception] | None = None, *, outcome: Outcome = Outcome.SENT) -> None:
        self._outcome = outcome
        self.asked: list[MailRequest] = []
        self._errors = errors or {}

    def notify(self, request: MailRequest) -> Outcome:
        self.asked.append(request)
        if request.id in self._errors:
            raise self._errors[request.id]
        return self._outcome


def message(entry: str, body: str | None = None) -> dict[str, Any]:
    content = json.dumps({"id": entry, "kind": "staff", "version": 1}) if body is None else body
    return {"messageId": f"m-{entry}", "body": content}


def run(
    service: NotifyService, *messages: dict[str, Any], deadline: Deadline | None = None, metrics_namespace: str = ""
) -> list[str]:
    log = Log("notify", metrics_namespace=metrics_namespace)
    answer = notify({"Records": list(messages)}, service, log, request_id="r1", deadline=deadline or Deadline())
    return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


def test_notify__handles_each_mail_and_reports_no_failure() -> None:
    service = FakeNotifyService()

    assert run(service, message("reg_1"), message("reg_2")) == []
    assert service.asked == [MailRequest("reg_1", MailKind.STAFF, 1), MailRequest("reg_2", MailKind.STAFF, 1)]


@pytest.mark.parametrize(
    "error",
    [
        MailerError("throttled"),
        MailHeldError("another"),
        MailLeaseLostError("too slow"),
        StorageUnavailableError("not now"),
        KeyError("a fault of ours"),
    ],
)
def test_notify__a_failed_mail_comes_again_and_delays_no_other(error: Exception) -> None:
    service = FakeNotifyService({"reg_2": error})

    assert run(service, message("reg_1"), message("reg_2"), message("reg_3")) == ["m-reg_2"]
    assert [request.id for request in service.asked] == ["reg_1", "reg_2", "reg_3"]


@pytest.mark.parametrize("body", ["", "{", "[]", '{"id": "reg_1"}', '{"id": "reg_1", "kind": "spam", "version": 1}'])
def test_notify__an_unreadable_message_becomes_a_dead_letter(body: str) -> None:
    assert run(FakeNotifyService(), message("reg_1", body), message("reg_2")) == ["m-reg_1"]


def test_notify__logs_outcomes_without_error_messages(capsys: pytest.CaptureFixture[str]) -> None:
    run(FakeNotifyService({"reg_2": MailerError("anna@example.org refused")}), message("reg_1"), message("reg_2"))

    written = capsys.readouterr().out
    events = [json.loads(line) for line in written.splitlines()]
    assert [(event["level"], event["message"]) for event in events] == [("INFO", "sent"), ("ERROR", "not sent")]
    assert [event["submission_id"] for event in events] == ["reg_1", "reg_2"]
    assert "anna" not in written


def test_notify__stops_in_time_when_the_mail_service_stalls(capsys: pytest.CaptureFixture[str]) -> None:
    """Sent mails are reported as sent and the rest comes again, so Lambda need not stop the run."""
    now = iter([0.0, 7.0, 14.0, 21.0, 28.0])
    deadline = Deadline(lambda: next(now))
    deadline.begin(45.0 - MAIL_TAKES_S)
    service = FakeNotifyService({"reg_2": OutOfTimeError("the table stalled")})

    failed = run(service, *map(message, ("reg_1", "reg_2", "reg_3", "reg_4")), deadline=deadline)

    assert failed == ["m-reg_2", "m-reg_3", "m-reg_4"]
    assert [request.id for request in service.asked] == ["reg_1", "reg_2"]
    events = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [event["message"] for event in events] == ["sent", *["no time left"] * 3]
    assert {event["level"] for event in events} == {"INFO", "WARN"}


def test_one_mail__finishes_within_its_reserved_time() -> None:
    """The reserve covers one attempt at a silent mail service, and the record of it in a table that is silent too."""
    sent_s = CLIENT_CONFIG.connect_timeout + CLIENT_CONFIG.read_timeout
    recorded_s = FUNCTION_RETRY_S + CONNECT_TIMEOUT_S + READ_TIMEOUT_S

    assert CLIENT_CONFIG.retries == {"total_max_attempts": 1}
    assert sent_s + recorded_s <= MAIL_TAKES_S


def test_notify__refused_by_a_staff_address__is_done_and_logged(capsys: pytest.CaptureFixture[str]) -> None:
    service = FakeNotifyService(outcome=Outcome.SENT_TO_SOME)

    assert run(service, message("reg_1")) == []
    (event,) = map(json.loads, capsys.readouterr().out.splitlines())
    assert (event["level"], event["message"]) == ("WARN", "sent_to_some")


@pytest.mark.parametrize(
    ("outcome", "counted"),
    [
        (Outcome.SENT, ["MailsSent"]),
        (Outcome.SENT_TO_SOME, ["MailsSent"]),
        (Outcome.SENT_BEFORE, []),
        (Outcome.SUPPRESSED, []),
    ],
)
def test_notify__counts_mails_that_it_sent(
    capsys: pytest.CaptureFixture[str], outcome: Outcome, counted: list[str]
) -> None:
    run(FakeNotifyService(outcome=outcome), message("reg_1"), metrics_namespace="Rollcall/test")

    (line,) = capsys.readouterr().out.splitlines()
    assert metrics_of(line) == [Metric("Rollcall/test", name, {}, 1) for name in counted]


def test_notify__counts_attempts_that_failed_and_none_that_wait(capsys: pytest.CaptureFixture[str]) -> None:
    errors = {"reg_1": MailerError("throttled"), "reg_2": MailHeldError("another"), "reg_3": OutOfTimeError("slow")}

    run(FakeNotifyService(errors), *map(message, errors), metrics_namespace="Rollcall/test")

    failed, held, late = capsys.readouterr().out.splitlines()
    assert metrics_of(failed) == [Metric("Rollcall/test", "MailsFailed", {}, 1)]
    assert metrics_of(held) == metrics_of(late) == []
