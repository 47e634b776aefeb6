"""Changes through the staff API: answers, actions and labels, on the version that the caller saw."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from contract.manage_fake import InMemoryManagedRepository
from unit.cli.office import COURSE, FORMS, OTHER_COURSE
from unit.handlers.staff_office import COLLEAGUE, MANAGER, READER, MemoryServices, StaffOffice

from registration_core.domain.identifiers import display_reference
from registration_core.domain.staff_actions import StaffAction
from registration_core.domain.submission import Status

if TYPE_CHECKING:
    from collections.abc import Callable

    from unit.handlers.staff_office import Answer

    from registration_core.domain.submission import Submission


@pytest.fixture
def office() -> StaffOffice:
    return StaffOffice(forms=dict(FORMS))


def edit(office: StaffOffice, entry: Submission, version: int | None = 1, **sent: Any) -> Answer:
    """Change answers as the manager. sent: the body, or `answers` if it has none of its own."""
    body = sent if "answers" in sent else {"answers": sent}
    headers = {} if version is None else {"If-Match": f'"{version}"'}
    return office.call("PATCH", f"/staff/submissions/{entry.id}/answers", body=body, headers=headers)


def act(office: StaffOffice, entry: Submission, action: str, version: int | None = 1, who: str = MANAGER) -> Answer:
    headers = {} if version is None else {"If-Match": f'"{version}"'}
    path = f"/staff/submissions/{entry.id}/actions"
    return office.call("POST", path, who=who, body={"action": action}, headers=headers)


def overtake(office: StaffOffice, do: Callable[[], object]) -> None:
    """Have somebody else do this just before the next change is written."""

    class Overtaken(InMemoryManagedRepository):
        __slots__ = ()

        def change(self, *args: Any, **options: Any) -> Submission:
            self.__class__ = InMemoryManagedRepository
            do()
            return self.change(*args, **options)

    office.table.__class__ = Overtaken


def label_by_colleague(office: StaffOffice, entry: Submission) -> None:
    MemoryServices(office).manage().label(entry.id, "paid", on=True, by=COLLEAGUE)


def events(office: StaffOffice, entry: Submission) -> list[tuple[str, str]]:
    return [(event.what, event.by) for event in office.table.details(entry.id).events[1:]]


def fill_course(office: StaffOffice, seats: int = 1) -> None:
    MemoryServices(office).manage().set_capacity("registration", COURSE, seats)


CHANGES = [
    ("PATCH", "answers", {"answers": {"participant": "Bo Ek"}}, {"If-Match": '"1"'}),
    ("POST", "actions", {"action": "cancel"}, {"If-Match": '"1"'}),
    ("PUT", "labels/paid", None, {}),
    ("DELETE", "labels/paid", None, {}),
    ("POST", "notes", {"text": "Called"}, {"Idempotency-Key": "k-1"}),
    ("DELETE", "notes/k-1", None, {}),
    ("PUT", "check-ins/2027-03-01", None, {}),
    ("DELETE", "check-ins/2027-03-01", None, {}),
    ("POST", "mails", {"kind": "confirmed"}, {"Idempotency-Key": "k-1"}),
]


@pytest.mark.parametrize(("method", "path", "body", "headers"), CHANGES)
def test_change__answers_with_the_entry(
    office: StaffOffice, method: str, path: str, body: Any, headers: dict[str, str]
) -> None:
    """By ID or reference, with the new version as the ETag."""
    entry = office.register()
    named = f"/staff/submissions/{display_reference(entry.reference)}"
    answer = office.call(method, f"{named}/{path}", body=body, headers=headers)
    now = office.get(named)
    assert (answer.status, answer.headers["ETag"]) == (200, now.headers["ETag"])
    assert answer.json == {**now.json, "promoted": []}


@pytest.mark.parametrize(("method", "path", "body", "headers"), CHANGES)
def test_change__is_nothing_for_a_reader(
    office: StaffOffice, method: str, path: str, body: Any, headers: dict[str, str]
) -> None:
    entry = office.register()
    before = office.table.details(entry.id)
    answer = office.call(method, f"/staff/submissions/{entry.id}/{path}", who=READER, body=body, headers=headers)
    assert (answer.status, answer.json["code"]) == (403, "readers_only_read")
    assert office.table.details(entry.id) == before


@pytest.mark.parametrize(("method", "path", "body", "headers"), CHANGES)
def test_change__of_an_unknown_submission_is_not_found(
    office: StaffOffice, method: str, path: str, body: Any, headers: dict[str, str]
) -> None:
    unknown = f"/staff/submissions/reg_01JD9Z3V8Q4X2M7N5R6T1WKBCE/{path}"
    answer = office.call(method, unknown, body=body, headers=headers)
    assert (answer.status, answer.json["code"]) == (404, "not_found")


@pytest.mark.parametrize(
    ("method", "path", "body", "headers"), [each for each in CHANGES if each[0] != "DELETE" and "mails" not in each[1]]
)
def test_change__of_an_erased_submission_is_not_allowed(
    office: StaffOffice, method: str, path: str, body: Any, headers: dict[str, str]
) -> None:
    entry = office.register()
    MemoryServices(office).manage().erase(entry.id, by=COLLEAGUE)
    versioned = {name: '"2"' if name == "If-Match" else value for name, value in headers.items()}
    answer = office.call(method, f"/staff/submissions/{entry.id}/{path}", body=body, headers=versioned)
    assert (answer.status, answer.json["code"]) == (409, "not_allowed")
    assert office.table.get(entry.id).version == 2


@pytest.mark.parametrize(
    ("body", "headers", "status", "code"),
    [
        ({"answers": {}}, {}, 428, "if_match_needed"),
        ({"answers": {}}, {"If-Match": "*"}, 400, "invalid_if_match"),
        ({"answers": {}}, {"If-Match": 'W/"1"'}, 400, "invalid_if_match"),
        ({"answers": {}}, {"If-Match": '"0"'}, 400, "invalid_if_match"),
        ({"answers": {}}, {"If-Match": '"1", "2"'}, 400, "invalid_if_match"),
        (None, {"If-Match": '"1"'}, 400, "malformed_json"),
        ([], {"If-Match": '"1"'}, 400, "malformed_json"),
        ({}, {"If-Match": '"1"'}, 400, "invalid_body"),
        ({"answers": []}, {"If-Match": '"1"'}, 400, "invalid_body"),
        ({"answers": {"participant": {"first": "Bo"}}}, {"If-Match": '"1"'}, 400, "invalid_body"),
        ({"answers": {"topics": [1]}}, {"If-Match": '"1"'}, 400, "invalid_body"),
        ({"answers": {}, "waitlist": 1}, {"If-Match": '"1"'}, 400, "invalid_body"),
        ({"answers": {}, "status": "confirmed"}, {"If-Match": '"1"'}, 400, "invalid_body"),
        ({"answers": {"participant": "x" * 40_000}}, {"If-Match": '"1"'}, 413, "body_too_large"),
        ({"answers": {}}, {"If-Match": '"1"', "Content-Type": "text/plain"}, 415, "unsupported_media_type"),
        ({"answers": {"participant": ""}}, {"If-Match": '"1"'}, 422, "invalid_answers"),
        ({"answers": {"nobody": "x"}}, {"If-Match": '"1"'}, 422, "invalid_answers"),
        ({"answers": {"status": "confirmed"}}, {"If-Match": '"1"'}, 422, "invalid_answers"),
    ],
)
def test_edit__refuses_what_it_cannot_read(
    office: StaffOffice, body: Any, headers: dict[str, str], status: int, code: str
) -> None:
    """With one clear error, and nothing stored."""
    entry = office.register()
    answer = office.call("PATCH", f"/staff/submissions/{entry.id}/answers", body=body, headers=headers)
    assert (answer.status, answer.json["code"]) == (status, code)
    assert office.table.get(entry.id) == entry


@pytest.mark.parametrize("text", ["{", '{"answers": {"a": NaN}}', '{"answers": {}, "answers": {}}', '"\\ud800"'])
def test_edit__refuses_wrong_json(office: StaffOffice, text: str) -> None:
    entry = office.register()
    context = {"authorizer": {"claims": {"token_use": "access", "client_id": "3k7ndesk", "username": MANAGER}}}
    context["authorizer"]["claims"]["cognito:groups"] = "managers"
    headers = {"If-Match": '"1"', "Content-Type": "application/json"}
    path = f"/staff/submissions/{entry.id}/answers"
    response = office.function(office.event("PATCH", path, context=context, headers=headers, body=text))
    assert (response["statusCode"], "malformed_json" in response["body"]) == (400, True)


def test_edit__names_every_wrong_field(office: StaffOffice) -> None:
    """In a sentence for staff each."""
    entry = office.register()
    answer = edit(office, entry, email="asa at example.org", born="31/1/2016")
    assert answer.status == 422
    errors = {error["field"]: error["message"] for error in answer.json["errors"]}
    assert errors["email"] == '"asa at example.org" is not an e-mail address, such as name@example.org.'
    assert set(errors) == {"email", "born"}


def test_edit__stores_the_answers_and_who_changed_them(office: StaffOffice) -> None:
    """Null removes an answer; an option may be given by its label."""
    entry = office.register(course=COURSE, needs="nuts")
    field = office.forms["registration"].field("course")
    assert field is not None
    label = field.option(OTHER_COURSE).label.in_language("sv")  # type: ignore[union-attr]
    answer = edit(office, entry, participant="Bo Ek", needs=None, course=label)
    assert (answer.status, answer.json["version"], answer.json["option"]) == (200, 2, OTHER_COURSE)
    assert (answer.json["name"], "needs" in answer.json["answers"]) == ("Bo Ek", False)
    assert events(office, entry) == [("edited participant, course, needs", MANAGER)]
    assert answer.json["history"][-1]["moved_to"] == OTHER_COURSE


def test_edit__without_a_change_writes_nothing(office: StaffOffice) -> None:
    entry = office.register()
    answer = edit(office, entry, participant=str(entry.answers["participant"]))
    assert (answer.status, answer.json["version"]) == (200, 1)
    assert events(office, entry) == []


def test_edit__to_a_full_course_needs_waitlist(office: StaffOffice) -> None:
    fill_course(office)
    office.register(course=COURSE)
    entry = office.register(course=OTHER_COURSE)
    refused = edit(office, entry, course=COURSE)
    assert (refused.status, refused.json["code"]) == (409, "no_seat")
    waiting = edit(office, entry, answers={"course": COURSE}, waitlist=True)
    assert (waiting.json["status"], waiting.json["position"]) == ("waitlisted", 1)


def test_edit__that_frees_a_seat_says_who_got_it(office: StaffOffice) -> None:
    fill_course(office)
    seated, waiting = office.register(course=COURSE), office.register(course=COURSE)
    answer = edit(office, seated, course=OTHER_COURSE)
    assert [(one["id"], one["status"]) for one in answer.json["promoted"]] == [(waiting.id, "confirmed")]


def test_edit__into_somebody_elses_registration_is_refused(office: StaffOffice) -> None:
    first = office.register(course=COURSE)
    second = office.register(course=OTHER_COURSE, email=first.email, participant=first.answers["participant"])
    answer = edit(office, second, course=COURSE)
    assert (answer.status, answer.json["code"]) == (409, "already_registered")
    assert first.id in answer.json["detail"]


def test_lost_race__says_who_changed_what_and_when(office: StaffOffice) -> None:
    entry = office.register()
    label_by_colleague(office, entry)
    for answer in (edit(office, entry, participant="Bo Ek"), act(office, entry, "cancel")):
        assert (answer.status, answer.json["code"]) == (412, "changed")
        changed = answer.json["changed"]
        assert changed.pop("at").startswith("2027-03-01T")
        assert changed == {"by": COLLEAGUE, "what": "labelled paid", "version": 2}
        assert answer.json["detail"].startswith(f"{COLLEAGUE} changed this submission while you were working")
    assert events(office, entry) == [("labelled paid", COLLEAGUE)]


def test_lost_race__is_told_by_the_change_not_by_a_mail_since(office: StaffOffice) -> None:
    """A resent mail is in the history too, but nobody loses a race to it."""
    entry = office.register()
    label_by_colleague(office, entry)
    path = f"/staff/submissions/{entry.id}/mails"
    assert office.call("POST", path, headers={"Idempotency-Key": "k-1"}).status == 200
    changed = edit(office, entry, participant="Bo Ek").json["changed"]
    assert (changed["by"], changed["what"]) == (COLLEAGUE, "labelled paid")


@pytest.mark.parametrize("action", ["cancel", "mark_spam", "erase", None])
def test_lost_race__between_reading_and_writing(office: StaffOffice, action: str | None) -> None:
    """The version is part of what is written, so the later one loses even then."""
    entry = office.register()
    overtake(office, lambda: label_by_colleague(office, entry))
    answer = edit(office, entry, participant="Bo Ek") if action is None else act(office, entry, action)
    assert (answer.status, answer.json["changed"]["by"]) == (412, COLLEAGUE)
    assert events(office, entry) == [("labelled paid", COLLEAGUE)]


def test_same_edit_twice__is_done_once(office: StaffOffice) -> None:
    """Also after a colleague's change since; another edit of the old version still loses."""
    entry = office.register()
    first = edit(office, entry, participant="Bo Ek")
    assert edit(office, entry, participant="Bo Ek").json == first.json
    label_by_colleague(office, entry)
    assert edit(office, entry, participant="Bo Ek").status == 200
    assert edit(office, entry, participant="Bo Bo").status == 412
    assert events(office, entry) == [("edited participant", MANAGER), ("labelled paid", COLLEAGUE)]


@pytest.mark.parametrize("action", ["cancel", "mark_spam", "erase"])
def test_same_action_twice__is_done_once(office: StaffOffice, action: str) -> None:
    """And a colleague who asks for it on the old version learns who was first."""
    entry = office.register()
    first = act(office, entry, action)
    assert (first.status, act(office, entry, action).json) == (200, first.json)
    assert len(events(office, entry)) == 1
    late = act(office, entry, action, who=COLLEAGUE)
    assert (late.status, late.json["changed"]["by"]) == (412, MANAGER)


def test_same_action_twice__after_its_undo_is_another(office: StaffOffice) -> None:
    """A page that is out of date says that it was cancelled; it isn't any more, so the person decides again."""
    entry = office.register()
    act(office, entry, "cancel")
    act(office, entry, "restore", version=2)
    answer = act(office, entry, "cancel")
    assert (answer.status, answer.json["changed"]["what"]) == (412, "restored")
    assert office.table.get(entry.id).status is Status.CONFIRMED


def test_same_request_twice_at_once__is_done_once(office: StaffOffice) -> None:
    """The slower one finds its own change already made."""
    edited, cancelled = office.register(), office.register()
    overtake(office, lambda: edit(office, edited, participant="Bo Ek"))
    assert edit(office, edited, participant="Bo Ek").status == 200
    overtake(office, lambda: act(office, cancelled, "cancel"))
    assert act(office, cancelled, "cancel").status == 200
    assert (events(office, edited), events(office, cancelled)) == (
        [("edited participant", MANAGER)],
        [("cancelled", MANAGER)],
    )


def test_action__killed_midway_is_finished_by_a_repeat(office: StaffOffice) -> None:
    """Before it promoted the next in line, who gets the seat now."""
    fill_course(office)
    seated, waiting = office.register(course=COURSE), office.register(course=COURSE)
    cancelled = replace(seated, version=2, status=Status.CANCELLED)
    office.table.change(seated, cancelled, what="cancelled", by=MANAGER)  # and there the function was killed

    answer = act(office, seated, "cancel")

    assert [one["id"] for one in answer.json["promoted"]] == [waiting.id]
    assert office.table.get(waiting.id).status is Status.CONFIRMED


def test_edit__killed_midway_is_finished_by_a_repeat(office: StaffOffice) -> None:
    """As for an action."""
    fill_course(office)
    seated, waiting = office.register(course=COURSE), office.register(course=COURSE)
    answers = {**seated.answers, "course": OTHER_COURSE}
    moved = replace(seated, version=2, option=OTHER_COURSE, answers=answers)
    MemoryServices(office).manage().set_capacity("registration", OTHER_COURSE, 5)
    office.table.change(seated, moved, what="edited course", by=MANAGER)  # and there the function was killed

    answer = edit(office, seated, course=OTHER_COURSE)

    assert answer.status == 200
    assert [one["id"] for one in answer.json["promoted"]] == [waiting.id]


def test_action__of_two_desks_on_one_entry(office: StaffOffice) -> None:
    """Each change has its own version, and the page that follows it can undo."""
    entry = office.register()
    cancelled = act(office, entry, "cancel")
    assert (cancelled.json["status"], cancelled.json["undo"]) == ("cancelled", "restore")
    assert cancelled.json["actions"] == ["restore", "erase"]
    assert act(office, entry, "mark_spam").status == 412
    restored = act(office, entry, cancelled.json["undo"], version=2)
    assert (restored.json["status"], restored.json["undo"]) == ("confirmed", "cancel")
    assert [what for what, _ in events(office, entry)] == ["cancelled", "restored"]


def test_action__promotes_the_next_in_line_only(office: StaffOffice) -> None:
    quota = office.forms["registration"].quota
    assert quota is not None
    office.forms["registration"] = replace(
        office.forms["registration"], quota=replace(quota, waitlist=type(quota.waitlist)("manual"))
    )
    fill_course(office)
    seated, first, second = (office.register(course=COURSE) for _ in range(3))
    full = act(office, first, "promote")
    assert (full.status, full.json["code"]) == (409, "no_seat")
    freed = act(office, seated, "cancel")
    assert freed.json["promoted"] == []
    assert "promote" in office.get(f"/staff/submissions/{first.id}").json["actions"]
    assert "promote" not in office.get(f"/staff/submissions/{second.id}").json["actions"]
    early = act(office, second, "promote")
    assert (early.status, early.json["code"]) == (409, "not_allowed")
    answer = act(office, first, "promote")
    assert (answer.json["status"], answer.json["position"]) == ("confirmed", None)
    assert act(office, first, "promote").json == answer.json
    assert act(office, second, "promote").json["code"] == "no_seat"


@pytest.mark.parametrize("action", list(StaffAction))
def test_action__does_what_the_entry_says_it_may(office: StaffOffice, action: StaffAction) -> None:
    """And what the entry doesn't name is refused with what is possible."""
    entry = office.register()
    possible = office.get(f"/staff/submissions/{entry.id}").json["actions"]
    answer = act(office, entry, action)
    if action in possible:
        assert (answer.status, answer.json["version"]) == (200, 2)
    else:
        assert (answer.status, answer.json["code"]) == (409, "not_allowed")
        assert "It can be cancelled, marked spam or erased." in answer.json["detail"]


@pytest.mark.parametrize("sent", [{"action": "explode"}, {"action": 1}, {"action": "cancel", "option": "a"}, {}])
def test_action__that_is_unknown_is_refused(office: StaffOffice, sent: Any) -> None:
    entry = office.register()
    path = f"/staff/submissions/{entry.id}/actions"
    answer = office.call("POST", path, body=sent, headers={"If-Match": '"1"'})
    assert (answer.status, answer.json["code"]) == (400, "invalid_body")
    without = office.call("POST", path, body={"action": "cancel"})
    assert (without.status, without.json["code"]) == (428, "if_match_needed")


def test_label__is_put_on_and_taken_off_once(office: StaffOffice) -> None:
    entry = office.register()
    path = f"/staff/submissions/{entry.id}/labels"
    assert [office.call("PUT", f"{path}/Paid").json["labels"] for _ in range(2)] == [["paid"]] * 2
    assert [office.call("DELETE", f"{path}/paid").json["labels"] for _ in range(2)] == [[]] * 2
    assert events(office, entry) == [("labelled paid", MANAGER), ("unlabelled paid", MANAGER)]
    wrong = office.call("PUT", f"{path}/not%20paid")
    assert (wrong.status, wrong.json["code"]) == (422, "invalid_label")
    with_body = office.call("PUT", f"{path}/paid", body={"colour": "red"})
    assert (with_body.status, with_body.json["code"]) == (400, "invalid_body")


def test_label__honours_if_match_when_it_is_sent(office: StaffOffice) -> None:
    entry = office.register()
    label_by_colleague(office, entry)
    path, old = f"/staff/submissions/{entry.id}/labels", {"If-Match": '"1"'}
    assert office.call("PUT", f"{path}/called", headers=old).status == 412
    assert office.call("PUT", f"{path}/paid", headers=old).status == 200, "it has it already"
