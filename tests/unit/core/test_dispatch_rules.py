"""Dispatch: which mails a change in the table's stream calls for."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import product

import pytest
from contract.fakes import START, ListedMailQueue
from unit.core.builders import a_form, an_entry

from registration_core.adapters.dynamodb.items import event_item, submission_item
from registration_core.adapters.dynamodb.keys import notice_key
from registration_core.adapters.dynamodb.stream import UnreadableRecordError, change_of
from registration_core.adapters.dynamodb.table import wire_item
from registration_core.adapters.sqs import from_message, to_message
from registration_core.domain.errors import MailQueueError
from registration_core.domain.mail import FITTING, Change, MailKind, MailRequest, Notice, mails_for
from registration_core.domain.submission import Event, MailRecord, Status, SubmissionDetails
from registration_core.domain.transitions import TRANSITIONS
from registration_core.services.dispatch import DispatchService
from registration_core.services.missing_mails import missing_mails

ENTRY = an_entry(a_form(), {"name": "Åsa", "email": "robin@example.org"}, expires_at=START + timedelta(days=30))
CONFIRMED, VERIFY, WAITLISTED = MailKind.CONFIRMED, MailKind.VERIFY, MailKind.WAITLISTED
PROMOTED, CANCELLED, STAFF = MailKind.PROMOTED, MailKind.CANCELLED, MailKind.STAFF


def kinds(was: Status | None, status: Status) -> list[MailKind]:
    requests = mails_for(Change("crs_1", 3, status, was))
    assert {(request.id, request.version) for request in requests} <= {("crs_1", 3)}
    return [request.kind for request in requests]


@pytest.mark.parametrize(
    ("was", "status", "expected"),
    [
        (None, Status.CONFIRMED, [CONFIRMED, STAFF]),
        (None, Status.WAITLISTED, [WAITLISTED, STAFF]),
        (None, Status.PENDING, [VERIFY]),
        (None, Status.SPAM, []),
        (Status.PENDING, Status.CONFIRMED, [CONFIRMED, STAFF]),
        (Status.PENDING, Status.WAITLISTED, [WAITLISTED, STAFF]),
        (Status.WAITLISTED, Status.CONFIRMED, [PROMOTED]),
        (Status.WAITLISTED, Status.PENDING, [PROMOTED]),
        (Status.PENDING, Status.CANCELLED, [CANCELLED]),
        (Status.CONFIRMED, Status.CANCELLED, [CANCELLED]),
        (Status.WAITLISTED, Status.CANCELLED, [CANCELLED]),
        (Status.SPAM, Status.CANCELLED, []),
        (Status.SPAM, Status.CONFIRMED, [CONFIRMED, STAFF]),
        (Status.SPAM, Status.WAITLISTED, [WAITLISTED, STAFF]),
        (Status.SPAM, Status.PENDING, [VERIFY]),
        (Status.CANCELLED, Status.CONFIRMED, [CONFIRMED]),
        (Status.CANCELLED, Status.PENDING, [VERIFY]),
        (Status.CANCELLED, Status.WAITLISTED, [WAITLISTED]),
        (Status.CONFIRMED, Status.CONFIRMED, []),
        (Status.CONFIRMED, Status.SPAM, []),
        (Status.CONFIRMED, Status.ERASED, []),
    ],
)
def test_mails_for__reach_those_whom_a_change_concerns(
    was: Status | None, status: Status, expected: list[MailKind]
) -> None:
    assert kinds(was, status) == expected


@pytest.mark.parametrize(("was", "status"), [pair for pair in product((None, *Status), Status) if pair[0] != pair[1]])
def test_mails_for__match_the_new_status(was: Status | None, status: Status) -> None:
    assert all(status in FITTING[kind] for kind in kinds(was, status))


def test_mails_for__cover_every_change_but_spam_and_erasure() -> None:
    """Registrants hear of each of them."""
    quiet = {Status.SPAM, Status.ERASED}
    for was, allowed in TRANSITIONS.items():
        for status in allowed - quiet:
            if (was, status) != (Status.SPAM, Status.CANCELLED):
                assert [kind for kind in kinds(was, status) if kind is not STAFF], (was, status)


@pytest.mark.parametrize("was", [Status.PENDING, Status.CONFIRMED, Status.WAITLISTED])
def test_mails_for__tell_staff_about_withdrawals(was: Status) -> None:
    """One mail for a cancellation and one for an erasure; none for what staff or the sweep did, and none for spam."""

    def told(was: Status, status: Status, *, by_registrant: bool) -> list[str]:
        requests = mails_for(Change("crs_1", 2, status, was, by_registrant=by_registrant))
        return [request.kind for request in requests if request.kind == MailKind.STAFF_WITHDRAWN]

    for status in (Status.CANCELLED, Status.ERASED):
        assert told(was, status, by_registrant=True) == [MailKind.STAFF_WITHDRAWN]
        assert told(was, status, by_registrant=False) == []
    assert told(Status.CANCELLED, Status.ERASED, by_registrant=True) == [MailKind.STAFF_WITHDRAWN]
    assert told(Status.SPAM, Status.ERASED, by_registrant=True) == []
    assert told(Status.PENDING, Status.CONFIRMED, by_registrant=True) == []


@pytest.mark.parametrize("status", [Status.PENDING, Status.CONFIRMED, Status.WAITLISTED])
@pytest.mark.parametrize("was", [Status.PENDING, Status.CONFIRMED, Status.WAITLISTED])
def test_mails_for__a_registrants_change_of_answers(was: Status, status: Status) -> None:
    """One mail to each says what changed, instead of the mail about the status; staff's own changes cause none."""
    change = Change("crs_1", 3, status, was, by_registrant=True, edited=("name", "day"), left="a")
    ended = was is Status.CONFIRMED and status is not Status.CONFIRMED
    assert mails_for(change) == [
        MailRequest("crs_1", MailKind.CHANGED, 3, edited=("name", "day"), ended=ended, option="a" if ended else None),
        MailRequest("crs_1", MailKind.STAFF_CHANGED, 3, edited=("name", "day")),
    ]
    by_staff = [request.kind for request in mails_for(replace(change, by_registrant=False))]
    assert not {MailKind.CHANGED, MailKind.STAFF_CHANGED} & set(by_staff)


@pytest.mark.parametrize("was", [Status.PENDING, Status.CONFIRMED, Status.WAITLISTED])
def test_mails_for__a_cancellation_says_whether_a_seat_ended(was: Status) -> None:
    """Then the mail takes the date out of the registrant's calendar."""
    (cancelled,) = mails_for(Change("crs_1", 2, Status.CANCELLED, was))
    assert (cancelled.kind, cancelled.ended) == (MailKind.CANCELLED, was is Status.CONFIRMED)


def test_mails_for__a_move_to_a_waiting_list_names_the_option_left() -> None:
    told, _ = mails_for(Change("crs_1", 2, Status.WAITLISTED, Status.CONFIRMED, left="a"))
    assert (told.kind, told.ended, told.option) == (MailKind.WAITLISTED, True, "a")


def test_mails_for__a_notice_mail_the_owner_once_a_day() -> None:
    assert mails_for(Notice("crs_1", 20270301)) == [MailRequest("crs_1", MailKind.ALREADY_REGISTERED, 20270301)]


def test_dispatch__queues_the_requests_of_all_changes() -> None:
    queue = ListedMailQueue()
    changes = [Change(f"crs_{number}", 1, Status.CONFIRMED) for number in range(3)]
    requests = DispatchService(queue=queue).dispatch(changes)
    assert queue.requests == list(requests)
    assert len(requests) == 6


def test_dispatch__raises_when_the_queue_refuses() -> None:
    with pytest.raises(MailQueueError):
        DispatchService(queue=ListedMailQueue(refusing=True)).dispatch([Change("x", 1, Status.CONFIRMED)])


def test_change_of__reads_a_submission_before_and_after() -> None:
    item = wire_item(submission_item(ENTRY))
    arrived = Change(ENTRY.id, 1, Status.CONFIRMED, form=ENTRY.form)
    assert change_of({"eventName": "INSERT", "dynamodb": {"NewImage": item}}) == arrived
    before = {**item, "status": {"S": "waitlisted"}}
    changed = {"eventName": "MODIFY", "dynamodb": {"OldImage": before, "NewImage": {**item, "version": {"N": "2"}}}}
    assert change_of(changed) == Change(ENTRY.id, 2, Status.CONFIRMED, Status.WAITLISTED, form=ENTRY.form)


def test_change_of__names_the_edited_answers() -> None:
    """Changed, added and removed answers count; a label doesn't. Lambda gives the time in seconds."""
    before = wire_item(submission_item(replace(ENTRY, answers={"name": "Åsa", "age": 9, "note": "x"})))
    after = wire_item(
        submission_item(replace(ENTRY, answers={"name": "Åsa", "age": 10, "club": "y"}, labels=("paid",)))
    )
    images = {"OldImage": before, "NewImage": after, "ApproximateCreationDateTime": 1_800_000_000.0}

    change = change_of({"eventName": "MODIFY", "dynamodb": images})

    assert isinstance(change, Change)
    assert (change.edited, change.at) == (("age", "club", "note"), "2027-01-15T08:00:00+00:00")


def test_change_of__names_the_option_left() -> None:
    before, after = (wire_item(submission_item(replace(ENTRY, option=option))) for option in ("a", "b"))

    moved = change_of({"eventName": "MODIFY", "dynamodb": {"OldImage": before, "NewImage": after}})
    stayed = change_of({"eventName": "MODIFY", "dynamodb": {"OldImage": before, "NewImage": before}})

    assert isinstance(moved, Change)
    assert isinstance(stayed, Change)
    assert (moved.left, stayed.left) == ("a", None)


def test_message__keeps_what_a_mail_tells_of() -> None:
    request = MailRequest(ENTRY.id, MailKind.CHANGED, 3, edited=("day", "name"), ended=True, option="a")
    assert from_message(to_message(request)) == request
    assert from_message(to_message(replace(request, option=None))) == replace(request, option=None)


def test_missing_mails__find_a_registrants_change_as_the_stream_tells_it() -> None:
    """The sweep queues the very mail that got lost."""
    moved = replace(ENTRY, version=2, option="b", status=Status.WAITLISTED)
    events = (
        Event("1", START, "submitted", "registrant", Status.CONFIRMED, 1),
        Event("2", START, "edited day, name", "registrant", Status.WAITLISTED, 2, Status.CONFIRMED, ("a", "b")),
    )
    sent = tuple(MailRecord(kind, 1, "sent") for kind in (CONFIRMED, STAFF))

    missing = missing_mails(SubmissionDetails(moved, events, sent), until=START)

    assert missing == [
        MailRequest(ENTRY.id, MailKind.CHANGED, 2, edited=("day", "name"), ended=True, option="a"),
        MailRequest(ENTRY.id, MailKind.STAFF_CHANGED, 2, edited=("day", "name")),
    ]


def test_change_of__recognises_imports_and_their_later_changes() -> None:
    """An imported submission gets no mail; a later cancellation or promotion is mailed as usual."""
    item = wire_item(submission_item(replace(ENTRY, quiet=True)))
    came = change_of({"eventName": "INSERT", "dynamodb": {"NewImage": item}})
    after = {**item, "status": {"S": "cancelled"}, "version": {"N": "2"}}
    cancelled = change_of({"eventName": "MODIFY", "dynamodb": {"OldImage": item, "NewImage": after}})
    assert came is not None
    assert cancelled is not None
    assert mails_for(came) == []
    assert mails_for(cancelled) == [MailRequest(ENTRY.id, MailKind.CANCELLED, 2, ended=True)]


def test_change_of__says_if_the_registrant_did_it() -> None:
    image = wire_item(submission_item(ENTRY))
    record = {
        "eventName": "MODIFY",
        "dynamodb": {"OldImage": image, "NewImage": image | {"by_registrant": {"BOOL": True}}},
    }
    change = change_of(record)
    assert isinstance(change, Change)
    assert change.by_registrant
    change = change_of({"eventName": "MODIFY", "dynamodb": {"OldImage": image, "NewImage": image}})
    assert isinstance(change, Change)
    assert not change.by_registrant


def test_change_of__reads_a_new_notice() -> None:
    pk, sk = notice_key(ENTRY.id, START.date())
    images = {"NewImage": {"pk": {"S": pk}, "sk": {"S": sk}}}
    assert change_of({"eventName": "INSERT", "dynamodb": images}) == Notice(ENTRY.id, 20270301)
    assert change_of({"eventName": "MODIFY", "dynamodb": images}) is None


def test_change_of__skips_other_items_and_removals() -> None:
    event = wire_item(event_item(ENTRY, Event("01JD9Z3V8Q4X2M7N5R6T1WKBCE", START, "submitted", "registrant")))
    assert change_of({"eventName": "INSERT", "dynamodb": {"NewImage": event}}) is None
    assert change_of({"eventName": "REMOVE", "dynamodb": {"OldImage": wire_item(submission_item(ENTRY))}}) is None


@pytest.mark.parametrize(
    "image",
    [
        {},
        {"sk": {"S": "SUB"}},
        {"sk": {"S": "SUB"}, "id": {"S": "x"}, "status": {"S": "?"}},
        {"sk": {"S": "NOTICE#"}, "pk": {"S": "SUB#x"}},
    ],
)
def test_change_of__reports_unreadable_items_without_values(image: dict[str, object]) -> None:
    """The message holds no personal data."""
    with pytest.raises(UnreadableRecordError, match="cannot be read"):
        change_of({"eventName": "INSERT", "dynamodb": {"NewImage": image}})


def test_change_of__needs_the_old_image() -> None:
    with pytest.raises(UnreadableRecordError):
        change_of({"eventName": "MODIFY", "dynamodb": {"NewImage": wire_item(submission_item(ENTRY))}})


@pytest.mark.parametrize("kind", list(MailKind))
def test_from_message__reads_what_was_queued(kind: MailKind) -> None:
    request = MailRequest(ENTRY.id, kind, 20270301)
    assert from_message(to_message(request)) == request


@pytest.mark.parametrize(
    "body", ["", "[]", "{}", '{"id": "x", "kind": "poem", "version": 1}', '{"id": "x", "kind": "staff"}']
)
def test_from_message__reads_nothing_else(body: str) -> None:
    with pytest.raises(ValueError, match="not a mail request"):
        from_message(body)


@pytest.mark.parametrize(("copy", "name"), [(0, "confirmed#3"), (1, "confirmed#3#1"), (2, "confirmed#3#2")])
def test_request__keeps_its_name_in_the_table(copy: int, name: str) -> None:
    """Another name for a mail that was sent would send it again."""
    assert MailRequest("crs_1", MailKind.CONFIRMED, 3, copy).name == name


def test_missing_mails__are_not_those_of_a_repair() -> None:
    """What `doctor --deep --repair` notes happened before, and its mail was sent or not."""
    events = [
        Event("0" * 26, START, "submitted", "registrant", status=Status.PENDING, version=1),
        Event("1" * 26, START, "repaired: history", "staff", status=Status.CONFIRMED, version=1),
    ]
    verify = MailRecord(kind="verify", version=1, state="sent")

    details = SubmissionDetails(replace(ENTRY, status=Status.CONFIRMED), tuple(events), (verify,))

    assert missing_mails(details, until=START) == []
