"""What every repository promises: the one in memory, and the table by both ways of calling it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from contract.entries import seating
from contract.fakes import START, CountedRandomness, StoppedClock

from registration_core.domain.errors import (
    InvalidCursorError,
    KeyReusedError,
    MailHeldError,
    MailLeaseLostError,
    SubmissionNotFoundError,
)
from registration_core.domain.identifiers import new_reference, new_submission_id
from registration_core.domain.mail import MailKind, MailRequest
from registration_core.domain.selection import Selection
from registration_core.domain.submission import Idempotency, Once, Receipt, Status, Submission

if TYPE_CHECKING:
    from collections.abc import Iterator

    from registration_core.domain.ports import ManagedRepository, SubmissionRepository

RANDOMNESS = CountedRandomness("test")
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
ONCE = Once("line-followers", "f" * 64)


def an_entry(at: datetime = START, *, form: str = "registration", prefix: str = "reg", email: str = "Åsa@Example.org",
             days: int = 30) -> Submission:  # fmt: skip
    return Submission(
        id=new_submission_id(prefix, at, RANDOMNESS),
        form=form,
        form_version="0123456789ab",
        submitted_at=at,
        answers={
            "name": "Zoë 👩‍🚀 عائشة",
            "age": 12,
            "half": 1.5,
            "topics": ["a", "b"],
            "consent": True,
            "note": "x\ny",
        },
        status=Status.CONFIRMED,
        reference=new_reference(RANDOMNESS),
        email=email,
        language="en",
        version=1,
        expires_at=at.replace(microsecond=0) + timedelta(days=days),
    )


def a_key(key: str, fingerprint: str = "same", *, at: datetime = START) -> Idempotency:
    return Idempotency(key, fingerprint, at + timedelta(hours=24))


def put(repository: SubmissionRepository, entry: Submission, *, once: Once | None = None) -> Receipt:
    return seating(repository).add(entry, once=once, idempotency=a_key(entry.id, at=entry.submitted_at))


def test_add__keeps_the_submission_as_given(repository: SubmissionRepository) -> None:
    entry = an_entry()
    receipt = put(repository, entry, once=ONCE)
    assert receipt == Receipt(entry.id, entry.reference, Status.CONFIRMED)
    assert repository.get(entry.id) == entry
    assert repository.by_reference(entry.reference) == entry


def test_add__records_that_the_registrant_submitted(repository: SubmissionRepository) -> None:
    entry = an_entry()
    put(repository, entry)
    details = repository.details(entry.id)
    assert details.submission == entry
    assert [(event.what, event.by, event.at) for event in details.events] == [("submitted", "registrant", START)]
    assert details.mails == ()


def test_add__repeats_the_answer_for_the_same_key_and_answers(repository: SubmissionRepository) -> None:
    first, second = an_entry(), an_entry()
    receipt = repository.add(first, once=None, idempotency=a_key("k"))
    again = repository.add(second, once=None, idempotency=a_key("k"))
    assert again == replace(receipt, repeated=True)
    with pytest.raises(SubmissionNotFoundError):
        repository.get(second.id)


def test_add__refuses_the_same_key_with_other_answers(repository: SubmissionRepository) -> None:
    repository.add(an_entry(), once=None, idempotency=a_key("k", "some"))
    other = an_entry()
    with pytest.raises(KeyReusedError):
        repository.add(other, once=None, idempotency=a_key("k", "other"))
    with pytest.raises(SubmissionNotFoundError):
        repository.get(other.id)


def test_add__accepts_a_key_again_once_it_has_expired(repository: SubmissionRepository, clock: StoppedClock) -> None:
    repository.add(an_entry(), once=None, idempotency=a_key("k", "some"))
    later = clock.forward(hours=24)
    entry = an_entry(later)
    receipt = repository.add(entry, once=None, idempotency=a_key("k", "other", at=later))
    assert (receipt.id, receipt.repeated) == (entry.id, False)


def test_add__keeps_keys_of_different_forms_apart(repository: SubmissionRepository) -> None:
    repository.add(an_entry(), once=None, idempotency=a_key("k", "some"))
    other = an_entry(form="contact", prefix="msg")
    assert not repository.add(other, once=None, idempotency=a_key("k", "other")).repeated


def test_add__answers_a_second_submission_like_a_first(
    repository: SubmissionRepository,
) -> None:
    """The second reference leads to the first submission."""
    first, second = an_entry(), an_entry()
    put(repository, first, once=ONCE)
    receipt = put(repository, second, once=ONCE)
    assert receipt == Receipt(second.id, second.reference, Status.CONFIRMED, repeated=True)
    assert repository.by_reference(receipt.reference) == first
    with pytest.raises(SubmissionNotFoundError):
        repository.get(second.id)
    assert len(repository.list("registration", since=LONG_AGO, limit=10).submissions) == 1


def test_add__repeats_a_second_entrys_answer_too(repository: SubmissionRepository) -> None:
    put(repository, an_entry(), once=ONCE)
    receipt = seating(repository).add(an_entry(), once=ONCE, idempotency=a_key("k"))
    again = seating(repository).add(an_entry(), once=ONCE, idempotency=a_key("k"))
    assert again == receipt


def test_add__lets_one_address_take_another_option(repository: SubmissionRepository) -> None:
    put(repository, an_entry(), once=ONCE)
    assert not put(repository, an_entry(), once=replace(ONCE, option="other")).repeated


def test_add__accepts_an_address_again_after_expiry(repository: SubmissionRepository, clock: StoppedClock) -> None:
    put(repository, an_entry(days=1), once=ONCE)
    assert not put(repository, an_entry(clock.forward(days=1)), once=ONCE).repeated


def test_add__draws_a_new_reference_if_one_is_taken(repository: SubmissionRepository) -> None:
    first = an_entry()
    put(repository, first)
    second = replace(an_entry(), reference=first.reference)
    receipt = put(repository, second)
    assert receipt.reference != first.reference
    assert repository.by_reference(receipt.reference).id == second.id
    assert repository.get(second.id).reference == receipt.reference
    assert repository.by_reference(first.reference) == first


def test_get__raises_for_an_unknown_id_or_reference(repository: SubmissionRepository) -> None:
    for look_up in (repository.get, repository.by_reference, repository.details):
        with pytest.raises(SubmissionNotFoundError):
            look_up("reg_01JD2M8V4Q7ZJ3T9X0K5W6RYBC")


def test_reads__skip_expired_submissions(repository: SubmissionRepository, clock: StoppedClock) -> None:
    entry = an_entry(days=1)
    put(repository, entry)
    clock.forward(days=1)
    for look_up in (repository.get, repository.details):
        with pytest.raises(SubmissionNotFoundError):
            look_up(entry.id)
    with pytest.raises(SubmissionNotFoundError):
        repository.by_reference(entry.reference)
    assert repository.list("registration", since=LONG_AGO, limit=10).submissions == ()
    assert repository.by_email(entry.email, limit=10) == ()


def test_list__pages_newest_first_across_months(repository: SubmissionRepository, clock: StoppedClock) -> None:
    entries = [an_entry(START - timedelta(days=days), days=900) for days in (0, 1, 20, 40, 41, 42, 200, 400)]
    for entry in entries:
        put(repository, entry)
    put(repository, an_entry(form="contact", prefix="msg"))
    clock.forward(minutes=1)
    listed, cursor = [], None
    while True:
        page = repository.list("registration", since=START - timedelta(days=500), limit=3, cursor=cursor)
        listed.append([entry.id for entry in page.submissions])
        cursor = page.cursor
        if cursor is None:
            break
    ids = [entry.id for entry in entries]
    assert listed == [ids[0:3], ids[3:6], ids[6:8]]


def test_list__ends_at_until(repository: SubmissionRepository) -> None:
    entries = [an_entry(START - timedelta(hours=hours)) for hours in (0, 1, 2)]
    for entry in entries:
        put(repository, entry)
    page = repository.list("registration", since=START - timedelta(hours=1), limit=10)
    assert page.submissions == tuple(entries[:2])
    assert page.cursor is None


def test_list__is_empty_once_its_window_has_passed_the_cursor(repository: SubmissionRepository) -> None:
    """`list --since 1h` continued an hour later: the cursor points before the window."""
    old, older = an_entry(START - timedelta(hours=2)), an_entry(START - timedelta(hours=3))
    for entry in (old, older, an_entry(START)):
        put(repository, entry)

    page = repository.list("registration", since=START - timedelta(hours=1), limit=10, cursor=old.id)

    assert (page.submissions, page.cursor) == ((), None)


def test_list__has_no_cursor_on_the_last_page(repository: SubmissionRepository) -> None:
    entry = an_entry()
    put(repository, entry)
    page = repository.list("registration", since=LONG_AGO, limit=1)
    assert (page.submissions, page.cursor) == ((entry,), None)


def test_list__finds_live_submissions_behind_many_expired_ones(
    repository: SubmissionRepository, clock: StoppedClock
) -> None:
    living = an_entry(START - timedelta(minutes=30), days=900)
    put(repository, living)
    for minutes in range(12):
        put(repository, an_entry(START - timedelta(minutes=minutes), days=1))
    clock.forward(days=2)
    assert repository.list("registration", since=LONG_AGO, limit=2).submissions == (living,)


def test_newest__returns_what_a_selection_admits(repository: SubmissionRepository) -> None:
    """A selection filters by status, option and time, within a month and across two."""
    entries = [
        replace(
            an_entry(START - timedelta(hours=hours), days=90),
            status=Status.SPAM if hours % 2 else Status.CONFIRMED,
            option="a" if hours % 3 else "b",
        )
        for hours in (0, 1, 2, 3, 4, 5, 9, 10, 11, 12)
    ]
    for entry in entries:
        repository.add(replace(entry, option=None), once=None, idempotency=a_key(entry.id, at=entry.submitted_at))
    put(repository, an_entry(form="contact", prefix="msg"))
    spam = frozenset({Status.SPAM})
    hour = timedelta(hours=1)
    selections = [
        Selection("registration"),
        Selection("registration", spam),
        Selection("registration", until=START - 2 * hour),
        Selection("registration", since=START - 4 * hour, until=START - 2 * hour),
        Selection("registration", spam, START - 9 * hour, START - 1 * hour),
        Selection("registration", spam, since=START - 12 * hour),
        Selection("registration", until=START + 1 * hour),
        Selection("registration", until=LONG_AGO),
        Selection("registration", option="a"),
    ]
    stored = [repository.get(entry.id) for entry in entries]
    for selection in selections:
        expected = [entry for entry in stored if selection.admits(entry)]
        for page_size in (1, 2, 100):
            assert list(_newest(repository, selection, page_size=page_size)) == expected
        if expected:
            rest = list(_newest(repository, selection, cursor=expected[0].id))
            assert rest == expected[1:]
    assert list(_newest(repository, Selection("poem", spam, START - hour, START))) == []


def test_newest__includes_erased_submissions_only_on_request(repository: ManagedRepository) -> None:
    entry = an_entry()
    put(repository, entry)
    erased = repository.erase(entry, by="staff")
    assert list(_newest(repository, Selection("registration"))) == []
    assert list(_newest(repository, Selection("registration", frozenset({Status.ERASED})))) == [erased]


def test_newest__finds_the_submissions_of_an_option(repository: SubmissionRepository) -> None:
    entries = [replace(an_entry(START - timedelta(minutes=n)), option="ab"[n % 2]) for n in range(4)]
    for entry in entries:
        seating(repository).add(entry, once=None, idempotency=a_key(entry.id), capacity=9)
    assert list(_newest(repository, Selection("registration", option="a"))) == [entries[0], entries[2]]


def _newest(
    repository: SubmissionRepository, selection: Selection, *, cursor: str | None = None, page_size: int = 2
) -> Iterator[Submission]:
    return repository.newest(
        "registration" if selection.form is None else selection.form,
        since=selection.since or LONG_AGO,
        until=selection.until,
        statuses=selection.statuses,
        option=selection.option,
        cursor=cursor,
        page_size=page_size,
    )


@pytest.mark.parametrize("cursor", ["", "reg_", "nonsense", "reg_ILOU", "registration=reg_01"])
def test_list__refuses_an_invalid_cursor(repository: SubmissionRepository, cursor: str) -> None:
    with pytest.raises(InvalidCursorError):
        repository.list("registration", since=LONG_AGO, limit=1, cursor=cursor)


def test_by_email__finds_every_spelling_in_every_form(repository: SubmissionRepository) -> None:
    """The newest comes first."""
    old = an_entry(START - timedelta(days=3), email="Robin@example.org", days=90)
    new = an_entry(email="robin@example.org", form="contact", prefix="msg")
    for entry in (old, new, an_entry(email="someone.else@example.org")):
        put(repository, entry)
    assert repository.by_email("ROBIN@example.org", limit=10) == (new, old)
    assert repository.by_email("robin@example.org", limit=1) == (new,)


@pytest.fixture
def request_(repository: SubmissionRepository) -> MailRequest:
    entry = an_entry()
    put(repository, entry)
    return MailRequest(entry.id, MailKind.CONFIRMED, 1)


def lease(repository: SubmissionRepository, request: MailRequest, holder: str, clock: StoppedClock) -> bool:
    until = clock.now() + timedelta(seconds=60)
    return repository.lease_mail(request, holder=holder, until=until, expires_at=clock.now() + timedelta(days=30))


def test_lease_mail__refuses_a_second_holder(
    repository: SubmissionRepository, request_: MailRequest, clock: StoppedClock
) -> None:
    assert lease(repository, request_, "one", clock)
    clock.forward(seconds=59)
    with pytest.raises(MailHeldError):
        lease(repository, request_, "two", clock)
    (mail,) = repository.details(request_.id).mails
    assert (mail.kind, mail.version, mail.state, mail.lease_until) == (
        "confirmed", 1, "sending", START + timedelta(seconds=60))  # fmt: skip


def test_lease_mail__is_renewed_for_its_holder(
    repository: SubmissionRepository, request_: MailRequest, clock: StoppedClock
) -> None:
    assert lease(repository, request_, "one", clock)
    assert lease(repository, request_, "one", clock)


def test_lease_mail__can_be_taken_over_after_it_expires(
    repository: SubmissionRepository, request_: MailRequest, clock: StoppedClock
) -> None:
    lease(repository, request_, "one", clock)
    clock.forward(seconds=60)
    assert lease(repository, request_, "two", clock)
    with pytest.raises(MailLeaseLostError):
        repository.mark_mail_sent(request_, holder="one", message_id="m1")
    repository.release_mail(request_, holder="one", problem="mailer")
    with pytest.raises(MailHeldError):
        lease(repository, request_, "three", clock)
    (mail,) = repository.details(request_.id).mails
    assert mail.attempts == 2


def test_mark_mail_sent__lets_nobody_send_it_again(
    repository: SubmissionRepository, request_: MailRequest, clock: StoppedClock
) -> None:
    lease(repository, request_, "one", clock)
    repository.mark_mail_sent(request_, holder="one", message_id="m1")
    repository.mark_mail_sent(request_, holder="one", message_id="m1")
    repository.release_mail(request_, holder="one", problem="mailer")
    clock.forward(hours=1)
    assert not lease(repository, request_, "two", clock)
    (mail,) = repository.details(request_.id).mails
    assert (mail.state, mail.message_id, mail.sent_at, mail.lease_until) == ("sent", "m1", START, None)


def test_release_mail__lets_the_next_one_try_at_once(
    repository: SubmissionRepository, request_: MailRequest, clock: StoppedClock
) -> None:
    lease(repository, request_, "one", clock)
    repository.release_mail(request_, holder="one", problem="mailer")
    assert lease(repository, request_, "two", clock)


def test_lease_mail__keeps_kinds_and_versions_apart(
    repository: SubmissionRepository, request_: MailRequest, clock: StoppedClock
) -> None:
    assert lease(repository, request_, "one", clock)
    assert lease(repository, replace(request_, kind=MailKind.STAFF), "two", clock)
    assert lease(repository, replace(request_, version=2), "three", clock)


def test_several__returns_submissions_in_the_order_asked(repository: SubmissionRepository, clock: StoppedClock) -> None:
    """It takes more than one DynamoDB call and leaves out IDs that don't exist."""
    entries = [an_entry() for _ in range(103)]
    short = an_entry(days=1)
    for entry in [*entries, short]:
        put(repository, entry)
    clock.forward(days=2)

    asked = [entry.id for entry in reversed(entries)]
    submissions = repository.several([*asked, short.id, "crs_01JD9Z3V8Q4X2M7N5R6T1WKBCE", asked[0]])

    assert list(submissions) == asked
    assert list(submissions.values()) == list(reversed(entries))
