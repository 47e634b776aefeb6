"""What the staff API answers for `rollcall --via api` beside what the desk asks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from unit.handlers.staff_office import COLLEAGUE, READER, Answer, StaffOffice

from registration_core.domain.whole_records import read_details, read_submission

if TYPE_CHECKING:
    from registration_core.domain.submission import Submission

COURSE = "first-robot"


@pytest.fixture
def office() -> StaffOffice:
    return StaffOffice()


def act(office: StaffOffice, entry: Submission, action: str, *, version: int = 1, **more: Any) -> Answer:
    path, body = f"/staff/submissions/{entry.id}/actions", {"action": action, **more}
    return office.call("POST", path, body=body, headers={"If-Match": f'"{version}"'}, who=COLLEAGUE)


def test_whole_list__has_everything_of_a_submission(office: StaffOffice) -> None:
    entry = office.register()
    path = f"/staff/submissions/{entry.id}/notes"
    assert office.call("POST", path, body={"text": "Called"}, headers={"Idempotency-Key": "k"}).status == 200
    (listed,) = office.get("/staff/submissions?whole=1").json["submissions"]
    assert read_submission(listed) == office.table.get(entry.id)
    assert "notes" not in office.get("/staff/submissions").json["submissions"][0]


def test_whole_entry__has_everything_of_the_history(office: StaffOffice) -> None:
    entry = office.register()
    act(office, entry, "cancel")
    assert read_details(office.get(f"/staff/submissions/{entry.id}?whole=1").json) == office.table.details(entry.id)


def test_ids__name_submissions_in_their_order(office: StaffOffice) -> None:
    """Those that don't exist are left out."""
    first, second = office.register(), office.register("contact")
    answer = office.get(f"/staff/submissions?id={second.id},reg_01JD9Z3V8Q4X2M7N5R6T1WKBCE,{first.id}")
    assert [each["id"] for each in answer.json["submissions"]] == [second.id, first.id]


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("id=reg_1&status=spam", "Leave out status: id names the submissions."),
        ("id=" + ",".join("x" * 101), "id can name 100 submissions at most."),
    ],
)
def test_ids__go_with_no_filter(office: StaffOffice, query: str, says: str) -> None:
    answer = office.get(f"/staff/submissions?{query}")
    assert (answer.status, answer.json["detail"]) == (400, says)


def test_history__is_of_one_form_and_newest_first(office: StaffOffice) -> None:
    entry = office.register()
    office.register("contact")
    act(office, entry, "cancel")
    events = office.get("/staff/history?form=registration&since=2020-01-01").json["events"]
    assert [(each["submission"], each["what"]) for each in events] == [(entry.id, "cancelled"), (entry.id, "submitted")]
    after = office.get(f"/staff/history?form=registration&since=2020-01-01&cursor={events[0]['id']}").json
    assert after["events"] == events[1:]


@pytest.mark.parametrize(
    ("query", "status"),
    [("", 400), ("form=nosuch", 404), ("form=contact&cursor=x", 400), ("form=contact&since=never", 400)],
)
def test_history__refuses_what_it_cannot_read(office: StaffOffice, query: str, status: int) -> None:
    assert office.get(f"/staff/history?{query}").status == status


@pytest.mark.parametrize("action", ["cancel", "mark_spam", "erase"])
def test_dry_run__changes_nothing(office: StaffOffice, action: str) -> None:
    entry = office.register()
    assert act(office, entry, action, dry_run=True).status == 200
    assert office.table.get(entry.id) == entry


def test_dry_run__says_what_would_be_refused(office: StaffOffice) -> None:
    """A status that forbids it, a version that has changed, a person who registered again, a reader."""
    entry = office.register(participant="Asa", email="asa@example.org")
    assert act(office, entry, "restore", dry_run=True).json["code"] == "not_allowed"
    act(office, entry, "cancel")
    assert act(office, entry, "restore", dry_run=True).json["code"] == "changed"
    again = office.register(participant="Asa", email="asa@example.org")
    refusal = act(office, entry, "restore", version=2, dry_run=True)
    assert (refusal.status, refusal.json["code"], refusal.json["first"]) == (409, "already_registered", again.id)
    path, body = f"/staff/submissions/{entry.id}/actions", {"action": "restore", "dry_run": True}
    assert office.call("POST", path, body=body, headers={"If-Match": '"2"'}, who=READER).status == 403


def test_dry_run_of_an_edit__checks_the_answers_only(office: StaffOffice) -> None:
    entry = office.register()
    path = f"/staff/submissions/{entry.id}/answers"
    for answers, status in (({"participant": "New"}, 200), ({"email": "nowhere"}, 422)):
        body = {"answers": answers, "dry_run": True}
        assert office.call("PATCH", path, body=body, headers={"If-Match": '"1"'}).status == status
    assert office.table.get(entry.id) == entry


def test_dry_run_of_a_mail__queues_nothing(office: StaffOffice) -> None:
    entry = office.register()
    path = f"/staff/submissions/{entry.id}/mails"
    answer = office.call("POST", path, body={"again": True, "dry_run": True}, headers={"Idempotency-Key": "k"})
    assert answer.status == 200
    assert office.queue.requests == []
    assert office.table.details(entry.id).mails == ()


def test_whole_quota__says_who_set_it_and_who_is_next(office: StaffOffice) -> None:
    path = f"/staff/quotas/registration/{COURSE}"
    assert office.call("PUT", path, body={"capacity": 0}, who=COLLEAGUE).status == 200
    waiting = office.register(course=COURSE)
    quotas = office.get("/staff/quotas?form=registration&whole=1").json["quotas"]
    (quota,) = [each for each in quotas if each["option"] == COURSE]
    assert (quota["set_by"], quota["next"], quota["tickets"]) == (COLLEAGUE, waiting.id, 1)
