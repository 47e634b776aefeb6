"""Whole records: what goes through JSON comes back as it was."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from datetime import UTC, date, datetime

import pytest
from unit.core.builders import a_form, an_entry

from registration_core.domain.attendance import CheckIn
from registration_core.domain.files import FileState, StoredFile
from registration_core.domain.notes import Note
from registration_core.domain.quota import QuotaState
from registration_core.domain.submission import Event, MailRecord, Status, Submission, SubmissionDetails
from registration_core.domain.whole_records import (
    read_details,
    read_quota,
    read_submission,
    whole_details,
    whole_quota,
    whole_record,
)

AT = datetime(2026, 3, 1, 12, 30, 5, 250_000, tzinfo=UTC)
SECOND = datetime(2027, 3, 1, 12, 30, 5, tzinfo=UTC)
LEAST = an_entry(a_form(), {})
FULL = replace(
    LEAST,
    answers={"name": "Åsa", "age": 7, "share": 0.5, "consent": True, "days": ["mon", "tue"]},
    status=Status.WAITLISTED,
    option="first-robot",
    position=3,
    verify_by=SECOND,
    verified_at=AT,
    quiet=True,
    spam_sign="quick 2",
    labels=("paid", "vip"),
    notes=(Note("n1", AT, "ada@example.org", "Two\nlines"),),
    check_ins=(CheckIn(date(2026, 3, 2), AT, "ada@example.org"),),
    members=("crs_01JD2M8V4Q7ZJ3T9X0K5W6RYBB", LEAST.id),
    files=(StoredFile("f1", "letter", "letter.pdf", 300_000, FileState.KEPT, AT, "pdf", "0" * 64),),
)
EVENTS = (
    Event("01KJM2N0S0ABCDEFGHJKMNPQRS", AT, "submitted", "registrant", Status.CONFIRMED, 1),
    Event("01KJM2N0S0ABCDEFGHJKMNPQRT", AT, "edited course", "ada", Status.WAITLISTED, 2, Status.CONFIRMED, ("a", "")),
    Event("01KJM2N0S0ABCDEFGHJKMNPQRV", AT, "repaired", "system"),
)
MAILS = (
    MailRecord("confirmed", 1, "sent", "m-1", AT, AT, 1, "s-1", 2, "Throttling", AT, "key-1"),
    MailRecord("staff", 1, "queued"),
)


@pytest.mark.parametrize("submission", [FULL, LEAST], ids=["everything", "least"])
def test_submission__comes_back_whole(submission: Submission) -> None:
    record = json.loads(json.dumps(whole_record(submission, name="Åsa", rank=1)))
    assert read_submission(record) == submission


def test_full_submission__has_every_value() -> None:
    """A new attribute must be added to the records, or commands through the API would lose it."""
    optional = [each.name for each in fields(Submission) if getattr(LEAST, each.name) in (None, False, ())]
    assert all(getattr(FULL, name) not in (None, False, ()) for name in optional)


def test_details__come_back_whole() -> None:
    details = SubmissionDetails(FULL, EVENTS, MAILS)
    assert read_details(json.loads(json.dumps(whole_details(details, name="Åsa", rank=1)))) == details


def test_quota__comes_back_but_for_what_the_public_sees() -> None:
    state = QuotaState("registration", "first-robot", 12, 12, 5, 2, "ada@example.org", AT)
    assert read_quota(json.loads(json.dumps(whole_quota(state)))) == state
