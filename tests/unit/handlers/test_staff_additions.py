"""Notes, check-ins, mails and seats through the staff API: a repeated request does nothing twice."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from contract.mail_fakes import InMemoryAskedMails
from unit.cli.office import COURSE, FORMS
from unit.handlers.staff_office import COLLEAGUE, MANAGER, READER, MemoryServices, StaffOffice

from registration_core.domain.errors import DamagedSubmissionError
from registration_core.domain.mail import MailKind, MailRequest, MailState
from registration_core.domain.records import iso
from registration_core.domain.submission import Status

if TYPE_CHECKING:
    from collections.abc import Callable

    from unit.handlers.staff_office import Answer

    from registration_core.domain.submission import Submission

TODAY = "2027-03-01"


@pytest.fixture
def office() -> StaffOffice:
    return StaffOffice(forms=dict(FORMS))


def note(office: StaffOffice, entry: Submission, text: Any, key: str | None = "k-1", who: str = MANAGER) -> Answer:
    headers = {} if key is None else {"Idempotency-Key": key}
    return office.call("POST", f"/staff/submissions/{entry.id}/notes", who=who, body={"text": text}, headers=headers)


def mail(office: StaffOffice, entry: Submission, key: str | None = "k-1", who: str = MANAGER, **sent: Any) -> Answer:
    headers = {} if key is None else {"Idempotency-Key": key}
    return office.call("POST", f"/staff/submissions/{entry.id}/mails", who=who, body=sent or None, headers=headers)


def check_in(office: StaffOffice, entry: Submission, day: str = TODAY, who: str = MANAGER, **sent: Any) -> Answer:
    return office.call("PUT", f"/staff/submissions/{entry.id}/check-ins/{day}", who=who, body=sent or None)


def whats(office: StaffOffice, entry: Submission) -> list[str]:
    return [event.what for event in office.table.details(entry.id).events[1:]]


def test_note__with_the_same_key_is_added_once(office: StaffOffice) -> None:
    """The key is its ID. The same key for another text is a mistake."""
    entry = office.register()
    first = note(office, entry, "Will pay\non the day")
    assert first.json["notes"] == [
        {"id": "k-1", "at": iso(office.clock.now()), "by": MANAGER, "text": "Will pay\non the day"}
    ]
    assert note(office, entry, "Will pay\non the day").json == first.json
    reused = note(office, entry, "Has paid")
    assert (reused.status, reused.json["code"]) == (422, "invalid_note")
    assert note(office, entry, "Has paid", key="k-2").json["notes_count"] == 2
    assert whats(office, entry) == ["noted", "noted"]


@pytest.mark.parametrize(
    ("text", "key", "status", "code"),
    [
        ("Called", None, 400, "key_needed"),
        ("Called", "", 400, "key_needed"),
        ("Called", "two words", 400, "invalid_key"),
        ("Called", "k" * 65, 400, "invalid_key"),
        (7, "k-1", 400, "invalid_body"),
        ("", "k-1", 422, "invalid_note"),
        ("\x07", "k-1", 422, "invalid_note"),
        ("x" * 1_001, "k-1", 422, "invalid_note"),
    ],
)
def test_note__that_cannot_be_is_refused(
    office: StaffOffice, text: Any, key: str | None, status: int, code: str
) -> None:
    entry = office.register()
    answer = note(office, entry, text, key)
    assert (answer.status, answer.json["code"]) == (status, code)
    assert office.table.get(entry.id) == entry


def test_note__is_removed_once(office: StaffOffice) -> None:
    """By anyone of the staff; the history keeps no text."""
    entry = office.register()
    note(office, entry, "Called")
    path = f"/staff/submissions/{entry.id}/notes/k-1"
    assert [office.call("DELETE", path, who=COLLEAGUE).json["notes"] for _ in range(2)] == [[], []]
    assert whats(office, entry) == ["noted", "note removed"]


def test_check_in__twice_is_once(office: StaffOffice) -> None:
    """By two phones at the door too: the first one's time and name stay."""
    entry = office.register()
    first = check_in(office, entry)
    assert first.json["check_ins"] == [{"day": TODAY, "at": iso(office.clock.now()), "by": MANAGER}]
    office.clock.forward(minutes=5)
    assert check_in(office, entry, who=COLLEAGUE).json["check_ins"] == first.json["check_ins"]
    assert whats(office, entry) == [f"checked in {TODAY}"]


def test_check_in__keeps_when_it_was_tapped_offline(office: StaffOffice) -> None:
    """A device whose clock is fast can't check in later than now."""
    early, late = office.register(), office.register()
    now = office.clock.now()
    tapped = check_in(office, early, at=(now - timedelta(hours=2)).astimezone().isoformat())
    assert tapped.json["check_ins"][0]["at"] == iso(now - timedelta(hours=2))
    assert check_in(office, late, at=iso(now + timedelta(minutes=10))).json["check_ins"][0]["at"] == iso(now)


def test_check_in__is_undone_once(office: StaffOffice) -> None:
    entry = office.register()
    check_in(office, entry)
    path = f"/staff/submissions/{entry.id}/check-ins/{TODAY}"
    assert [office.call("DELETE", path).json["check_ins"] for _ in range(2)] == [[], []]
    assert whats(office, entry) == [f"checked in {TODAY}", f"check-in undone {TODAY}"]


@pytest.mark.parametrize(
    ("day", "sent", "status", "code"),
    [
        ("tomorrow", {}, 400, "invalid_parameter"),
        ("20270301", {}, 400, "invalid_parameter"),
        ("2027-03-02", {}, 422, "invalid_check_in"),
        (TODAY, {"at": "2027-03-01T09:00:00"}, 400, "invalid_body"),
        (TODAY, {"at": "nine"}, 400, "invalid_body"),
        (TODAY, {"at": 9}, 400, "invalid_body"),
        (TODAY, {"at": "2027-02-20T09:00:00Z"}, 422, "invalid_check_in"),
        (TODAY, {"by": "me"}, 400, "invalid_body"),
    ],
)
def test_check_in__that_cannot_be_is_refused(office: StaffOffice, day: str, sent: Any, status: int, code: str) -> None:
    entry = office.register()
    answer = check_in(office, entry, day, **sent)
    assert (answer.status, answer.json["code"]) == (status, code)
    assert office.table.get(entry.id) == entry


def test_check_in__of_a_cancelled_submission_is_not_allowed(office: StaffOffice) -> None:
    entry = office.register()
    MemoryServices(office).manage().cancel(entry.id, by=COLLEAGUE)
    answer = check_in(office, entry)
    assert (answer.status, answer.json["code"]) == (409, "not_allowed")


def test_mail__with_the_same_key_goes_out_once(office: StaffOffice) -> None:
    """Also if it is asked for again after it went out, and with `again`."""
    entry = office.register()
    first = mail(office, entry)
    assert [(one["kind"], one["copy"], one["state"]) for one in first.json["mails"]] == [("confirmed", 1, "queued")]
    request = office.queue.requests[0]
    assert request == MailRequest(entry.id, MailKind.CONFIRMED, 1, copy=1)
    send(office, entry, request)
    assert mail(office, entry).status == 200
    assert mail(office, entry, again=True).status == 200
    reused = mail(office, entry, kind="staff")
    assert (reused.status, reused.json["code"]) == (422, "key_reused")
    assert len(office.table.details(entry.id).mails) == len(office.queue.requests) == 1
    assert whats(office, entry) == ["mail resent: confirmed"]


def send(office: StaffOffice, entry: Submission, request: MailRequest) -> None:
    until = office.clock.now() + timedelta(seconds=90)
    office.table.lease_mail(request, holder="n", until=until, expires_at=entry.expires_at)
    office.table.mark_mail_sent(request, holder="n", message_id="m")


def test_mail__is_queued_by_a_repeat_after_a_kill(office: StaffOffice) -> None:
    """It was recorded but not queued: the caller got 503, and sends the same request again."""
    entry = office.register()
    office.queue.refusing = True
    refused = mail(office, entry)
    assert (refused.status, refused.headers["Retry-After"]) == (503, "2")
    office.queue.refusing = False
    assert mail(office, entry).status == 200
    assert len(office.queue.requests) == len(office.table.details(entry.id).mails) == 1


def test_mail__asked_for_twice_at_once_is_one(office: StaffOffice, monkeypatch: pytest.MonkeyPatch) -> None:
    """The slower of two equal requests finds the faster one's mail; a colleague's gets a clear refusal."""
    entry, other = office.register(), office.register()
    overtake(lambda: mail(office, entry), monkeypatch)
    assert mail(office, entry).status == 200
    overtake(lambda: mail(office, other, key="k-2", who=COLLEAGUE), monkeypatch)
    late = mail(office, other)
    assert (late.status, late.json["code"]) == (409, "mail_asked")
    assert [whats(office, each) for each in (entry, other)] == [["mail resent: confirmed"]] * 2


def overtake(do: Callable[[], object], monkeypatch: pytest.MonkeyPatch) -> None:
    """Have somebody else do this just before the next mail is recorded."""
    ask = InMemoryAskedMails.ask

    def overtaken(self: InMemoryAskedMails, *args: Any, **options: Any) -> None:
        monkeypatch.undo()
        do()
        ask(self, *args, **options)

    monkeypatch.setattr(InMemoryAskedMails, "ask", overtaken)


def test_mail__that_went_out_lately_needs_again(office: StaffOffice) -> None:
    entry = office.register()
    send(office, entry, MailRequest(entry.id, MailKind.CONFIRMED, 1))
    refused = mail(office, entry)
    assert (refused.status, refused.json["code"]) == (409, "mailed_lately")
    assert mail(office, entry, again=True).status == 200


def test_mail__that_nobody_would_get_is_refused(office: StaffOffice) -> None:
    entry = office.register()
    office.suppressions.add(entry.email, reason=MailState.BOUNCED, expires_at=entry.expires_at)
    suppressed = mail(office, entry)
    assert (suppressed.status, suppressed.json["code"]) == (409, "suppressed")
    assert office.queue.requests == []


@pytest.mark.parametrize(
    ("key", "sent", "status", "code"),
    [
        (None, {"kind": "confirmed"}, 400, "key_needed"),
        ("k 1", {"kind": "confirmed"}, 400, "invalid_key"),
        ("k-1", {"kind": "love_letter"}, 400, "invalid_body"),
        ("k-1", {"kind": 1}, 400, "invalid_body"),
        ("k-1", {"again": "yes"}, 400, "invalid_body"),
        ("k-1", {"to": "me@example.org"}, 400, "invalid_body"),
        ("k-1", {"kind": "cancelled"}, 409, "mail_not_fitting"),
    ],
)
def test_mail__that_cannot_be_is_refused(
    office: StaffOffice, key: str | None, sent: Any, status: int, code: str
) -> None:
    entry = office.register()
    answer = mail(office, entry, key, **sent)
    assert (answer.status, answer.json["code"]) == (status, code)
    assert office.queue.requests == []


def test_mail__of_an_unseen_version_is_refused(office: StaffOffice) -> None:
    entry = office.register()
    MemoryServices(office).manage().label(entry.id, "paid", on=True, by=COLLEAGUE)
    headers = {"Idempotency-Key": "k-1", "If-Match": '"1"'}
    answer = office.call("POST", f"/staff/submissions/{entry.id}/mails", headers=headers)
    assert (answer.status, answer.json["changed"]["by"]) == (412, COLLEAGUE)
    assert office.queue.requests == []


def seats(office: StaffOffice, option: str = COURSE, who: str = MANAGER, **sent: Any) -> Answer:
    return office.call("PUT", f"/staff/quotas/registration/{option}", who=who, body=sent)


def test_seats__more_of_them_promote_and_say_whom(office: StaffOffice) -> None:
    seats(office, capacity=1)
    office.register(course=COURSE)
    waiting = [office.register(course=COURSE) for _ in range(2)]
    answer = seats(office, capacity=2, instead_of=1)
    assert (answer.json["capacity"], answer.json["taken"], answer.json["waiting"]) == (2, 2, 1)
    assert [one["id"] for one in answer.json["promoted"]] == [waiting[0].id]
    assert office.table.get(waiting[0].id).status is Status.CONFIRMED
    again = seats(office, capacity=2, instead_of=1)
    assert (again.status, again.json["promoted"]) == (200, []), "the same request again"


def test_seats__that_a_colleague_changed_are_not_overwritten(office: StaffOffice) -> None:
    seats(office, capacity=14)
    seats(office, capacity=20, who=COLLEAGUE)
    answer = seats(office, capacity=16, instead_of=14)
    assert (answer.status, answer.json["code"]) == (412, "changed")
    assert answer.json["changed"] == {"by": COLLEAGUE, "at": iso(office.clock.now()), "capacity": 20}
    assert office.table.quotas("registration", [COURSE])[COURSE].capacity == 20


@pytest.mark.parametrize(
    ("named", "sent", "status", "code"),
    [
        (f"registration/{COURSE}", {"capacity": -1}, 422, "invalid_capacity"),
        (f"registration/{COURSE}", {"capacity": 100_001}, 422, "invalid_capacity"),
        (f"registration/{COURSE}", {"capacity": 1.5}, 400, "invalid_body"),
        (f"registration/{COURSE}", {"capacity": True}, 400, "invalid_body"),
        (f"registration/{COURSE}", {"seats": 5}, 400, "invalid_body"),
        ("registration/nothing", {"capacity": 5}, 404, "not_found"),
        (f"nothing/{COURSE}", {"capacity": 5}, 404, "not_found"),
    ],
)
def test_seats__that_cannot_be_are_refused(office: StaffOffice, named: str, sent: Any, status: int, code: str) -> None:
    answer = office.call("PUT", f"/staff/quotas/{named}", body=sent)
    assert (answer.status, answer.json["code"]) == (status, code)


def test_seats__are_not_a_readers_to_change(office: StaffOffice) -> None:
    assert seats(office, who=READER, capacity=5).json["code"] == "readers_only_read"


def test_damaged_submission__is_named(office: StaffOffice) -> None:
    """With the command that says what to do; a try again would not help."""
    office.failure = DamagedSubmissionError("reg_1", "an item of it has no 'status'")
    answer = office.get("/staff/submissions")
    assert (answer.status, answer.json["code"], "Retry-After" in answer.headers) == (500, "damaged_submission", False)
    assert answer.json["detail"] == (
        "The submission \"reg_1\" is damaged and can't be read: an item of it has no 'status'. "
        "Ask an operator to run: rollcall doctor --deep"
    )
