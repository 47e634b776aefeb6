"""What is written and read again is what it was: items, messages, compiled forms, telephone numbers."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shipped import SOURCES
from unit.core.builders import a_form, an_entry

from registration_core.adapters.dynamodb.items import read_submission, submission_item
from registration_core.adapters.dynamodb.table import from_wire_item, wire_item
from registration_core.adapters.sqs import from_message, to_message
from registration_core.domain.forms import Form
from registration_core.domain.mail import MailKind, MailRequest
from registration_core.domain.phones import PhoneError, normalise_phone, shown_phone
from registration_core.domain.sendings import parse_sending_id, sending_id
from registration_core.domain.submission import Status
from rollcall_build.forms.files import compile_forms

FORMS = compile_forms(SOURCES.forms)

numbers = st.text("+0123456789 -()/xe#;=tw.", max_size=25)
national_numbers = st.from_regex(r"0[1-9][0-9]{6,10}( ?x[0-9]{1,5})?", fullmatch=True)


@given(numbers | national_numbers, st.sampled_from([None, "SE", "US", "AR", "IT", "GB"]))
def test_phone__once_stored_stays_the_same(text: str, region: str | None) -> None:
    """A stored number is read as itself, and so is what people see of it."""
    try:
        stored = normalise_phone(text, region)
    except PhoneError:
        return
    assert normalise_phone(stored, region) == stored
    assert normalise_phone(shown_phone(stored, region), region) == stored


counts = st.integers(0, 10**6)
of_kinds = st.builds(
    MailRequest,
    st.text(),
    st.sampled_from(MailKind),
    counts,
    counts,
    entries=st.lists(st.text()).map(tuple),
    more=counts,
)
of_sendings = st.builds(
    MailRequest,
    st.text(),
    st.text(min_size=1),
    counts,
    sending=st.text(min_size=1),
    statuses=st.frozensets(st.sampled_from(Status)),
    option=st.none() | st.text(),
)


@given(of_kinds | of_sendings)
def test_message__reads_back_the_request(request: MailRequest) -> None:
    assert from_message(to_message(request)) == request


@given(st.text("0123456789abcdef", min_size=1), st.integers(1))
def test_sending_id__reads_back_its_parts(digest: str, number: int) -> None:
    assert parse_sending_id(sending_id(digest, number)) == (digest, number)


values = st.one_of(
    st.text(),
    st.booleans(),
    st.integers(-(10**30), 10**30),
    st.floats(allow_nan=False, allow_infinity=False),
    st.lists(st.text()),
)
milliseconds = st.integers(0, 7 * 10**12).map(
    lambda ms: datetime.fromtimestamp(ms // 1000, UTC).replace(microsecond=ms % 1000 * 1000)
)


@given(
    st.dictionaries(st.text(min_size=1, max_size=9), values, max_size=5),
    milliseconds,
    st.sampled_from(Status),
    st.none() | st.text(min_size=1),
    st.none() | counts,
)
def test_item__reads_back_the_submission(
    answers: dict[str, Any], at: datetime, status: Status, option: str | None, position: int | None
) -> None:
    """Written in DynamoDB's format and read again, a submission is what it was."""
    settings = {"submitted_at": at, "verified_at": at, "expires_at": at.replace(microsecond=0)}
    entry = an_entry(a_form(), answers, status=status, option=option, position=position, **settings)
    wire = json.loads(json.dumps(wire_item(submission_item(entry))))
    assert read_submission(from_wire_item(wire)) == entry


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_compiled_form__reads_back_the_form(form: Form) -> None:
    assert Form.from_dict(json.loads(json.dumps(form.to_dict()))) == form
