"""IDs sort by time; a reference reveals every single wrong letter and every swap."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registration_core.domain.errors import InvalidReferenceError
from registration_core.domain.identifiers import (
    CROCKFORD,
    display_reference,
    new_reference,
    new_submission_id,
    new_ulid,
    parse_reference,
    ulid_floor,
    ulid_milliseconds,
)

moments = st.datetimes(min_value=datetime(1970, 1, 2), max_value=datetime(9000, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - the strategy adds the zone
references = st.binary(min_size=5, max_size=5).map(lambda random: new_reference(lambda _: random))


@given(moments, moments)
def test_new_ulid__sorts_by_time(one: datetime, other: datetime) -> None:
    if one - other > timedelta(milliseconds=1):
        assert new_ulid(one, os.urandom) > new_ulid(other, os.urandom)


def test_ulid_floor__before_1970_is_the_lowest_of_all() -> None:
    assert ulid_floor(datetime(1926, 3, 1, tzinfo=UTC)) == "0" * 26


@given(moments)
def test_new_ulid__holds_its_time_and_is_above_its_floor(at: datetime) -> None:
    ulid = new_ulid(at, os.urandom)
    assert len(ulid) == 26
    assert set(ulid) <= set(CROCKFORD)
    assert ulid >= ulid_floor(at)
    assert abs(ulid_milliseconds(ulid) - at.timestamp() * 1000) <= 1


def test_new_ulid__agrees_with_the_specification() -> None:
    at = datetime.fromtimestamp(1469918176.385, UTC)
    assert new_ulid(at, lambda _: b"\xff" * 10) == "01ARYZ6S41ZZZZZZZZZZZZZZZZ"


def test_new_submission_id__has_the_forms_prefix() -> None:
    assert new_submission_id("reg", datetime(2027, 1, 1, tzinfo=UTC), os.urandom).startswith("reg_01")


@pytest.mark.parametrize(
    "text", ["", "01ARYZ6S41", "01ARYZ6S41ZZZZZZZZZZZZZZZI", "8" * 26, "01aryz6s41zzzzzzzzzzzzzzzz"]
)
def test_ulid_milliseconds__refuses_what_is_not_a_ulid(text: str) -> None:
    with pytest.raises(ValueError, match="not a ULID"):
        ulid_milliseconds(text)


@given(references)
def test_parse_reference__reads_what_was_displayed(reference: str) -> None:
    assert parse_reference(display_reference(reference)) == reference


@given(references)
def test_parse_reference__reads_what_a_person_writes(reference: str) -> None:
    written = f" {reference[:2]} {reference[2:4].lower()}-{reference[4:]} "
    written = written.replace("0", "o").replace("1", "l")
    assert parse_reference(written) == reference
    assert parse_reference(written.replace("l", "I").replace("o", "O")) == reference


@given(references, st.integers(0, 7), st.sampled_from(CROCKFORD))
def test_parse_reference__detects_any_wrong_letter(reference: str, place: int, letter: str) -> None:
    wrong = reference[:place] + letter + reference[place + 1 :]
    if wrong != reference:
        with pytest.raises(InvalidReferenceError):
            parse_reference(wrong)


@given(references)
def test_parse_reference__detects_any_two_letters_swapped(reference: str) -> None:
    for one, other in combinations(range(8), 2):
        if reference[one] != reference[other]:
            swapped = list(reference)
            swapped[one], swapped[other] = swapped[other], swapped[one]
            with pytest.raises(InvalidReferenceError):
                parse_reference("".join(swapped))


@given(st.text())
def test_parse_reference__raises_nothing_else(text: str) -> None:
    try:
        assert len(parse_reference(text)) == 8
    except InvalidReferenceError as error:
        assert str(error)  # noqa: PT017 - it may also be a reference


def test_parse_reference__reads_the_one_in_the_guides() -> None:
    assert parse_reference("K7QM-3XTP") == "K7QM3XTP"


def test_new_reference__uses_all_its_random_bits() -> None:
    """35 of them: half as many would meet taken references twice as often."""
    asked: list[int] = []

    def ones(length: int) -> bytes:
        asked.append(length)
        return b"\xff" * length

    assert new_reference(ones)[:7] == "Z" * 7
    assert new_reference(lambda length: b"\0" * (length - 1) + b"\x20")[:7] == "0000001"
    assert asked == [5]
