"""Query: lists of one form or all forms, and one submission by ID, reference or address."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from contract.fakes import START, CountedRandomness, InMemorySubmissionRepository, StoppedClock
from unit.core.builders import a_form, an_entry

from registration_core.domain.errors import (
    FormNotNamedError,
    InvalidCursorError,
    SubmissionNotFoundError,
    UnknownFormError,
)
from registration_core.domain.identifiers import new_reference, new_submission_id
from registration_core.domain.selection import Selection
from registration_core.domain.submission import Idempotency
from registration_core.services.query import QueryService

if TYPE_CHECKING:
    from registration_core.domain.forms import Form

FORMS = {name: a_form(name=name, id_prefix=name[:3], retention_days=60) for name in ("course", "visit")}
RANDOMNESS = CountedRandomness("query")


@pytest.fixture
def clock() -> StoppedClock:
    return StoppedClock()


@pytest.fixture
def repository(clock: StoppedClock) -> InMemorySubmissionRepository:
    """A repository with ten submissions, an hour apart, of each form in turn, newest first."""
    repository = InMemorySubmissionRepository(clock, RANDOMNESS)
    for hours in range(10):
        form = FORMS["course" if hours % 3 else "visit"]
        at = START - timedelta(hours=hours)
        entry = an_entry(
            form,
            {"name": f"name {hours}"},
            id=new_submission_id(form.id_prefix, at, RANDOMNESS),
            reference=new_reference(RANDOMNESS),
            submitted_at=at,
            expires_at=at + timedelta(days=60),
        )
        repository.add(entry, once=None, idempotency=Idempotency(entry.id, "f", START + timedelta(days=1)))
    return repository


@pytest.fixture
def query(repository: InMemorySubmissionRepository, clock: StoppedClock) -> QueryService:
    return QueryService(forms=FORMS, repository=repository, clock=clock)


@pytest.mark.parametrize("form", [None, "course"])
@pytest.mark.parametrize("limit", [1, 2, 3, 9, 10, 11])
def test_select__returns_every_submission_once_newest_first(
    query: QueryService, repository: InMemorySubmissionRepository, form: str | None, limit: int
) -> None:
    listed, cursor = [], None
    while True:
        listing = query.select(Selection(form), limit=limit, cursor=cursor)
        page = list(listing)
        assert len(page) <= limit
        listed.extend(page)
        cursor = listing.cursor
        if cursor is None:
            break
    assert listed == [entry for entry in repository.entries.values() if form in (None, entry.form)]


def test_select__starts_at_the_cursor(query: QueryService) -> None:
    assert len(list(query.select(Selection(since=START - timedelta(hours=4))))) == 5


@pytest.mark.parametrize("since", [None, START - timedelta(days=9000)])
def test_select__finds_what_an_earlier_version_keeps_longer(
    repository: InMemorySubmissionRepository, clock: StoppedClock, since: datetime | None
) -> None:
    """Other form versions are read only if the list gets that far, and none is searched further back than it says."""
    for entry in list(repository.entries.values())[:5]:
        repository.entries[entry.id] = replace(entry, expires_at=START + timedelta(days=400))
    clock.forward(days=90)
    asked = []

    def versions(name: str) -> list[Form]:
        asked.append(name)
        return [FORMS[name], replace(FORMS[name], retention_days=400)]

    query = QueryService(forms=FORMS, repository=repository, clock=clock, versions=versions)

    entries = list(query.select(Selection(since=since)))
    assert entries == list(repository.entries.values())[:5]
    assert sorted(asked) == ["course", "visit"]
    assert list(query.select(Selection(since=clock.now() - timedelta(days=9)))) == []
    assert len(asked) == 2
    listing = query.select(Selection("course"), limit=1)
    rest = query.select(Selection("course"), cursor=[*listing] and listing.cursor)
    assert [*rest] == [entry for entry in entries if entry.form == "course"][1:]


@pytest.mark.parametrize(
    "cursor", ["", "nonsense", "poem=crs_1", "course=", "course=cou_x", "course=vis_01JD2M8V4Q7ZJ3T9X0K5W6RYBC"]
)
def test_select__refuses_an_invalid_cursor(query: QueryService, cursor: str) -> None:
    with pytest.raises(InvalidCursorError):
        query.select(Selection(), cursor=cursor)


def test_select__refuses_an_unknown_form(query: QueryService) -> None:
    with pytest.raises(UnknownFormError):
        query.select(Selection("poem"))
    with pytest.raises(ValueError, match="limit must be 1"):
        query.select(Selection(), limit=0)


def test_select__needs_a_form_without_definitions(
    repository: InMemorySubmissionRepository, clock: StoppedClock
) -> None:
    query = QueryService(forms=None, repository=repository, clock=clock)
    assert len(list(query.select(Selection("course")))) == 6
    with pytest.raises(FormNotNamedError):
        query.select(Selection())


def test_show__accepts_an_id_or_a_reference_as_written(
    query: QueryService, repository: InMemorySubmissionRepository
) -> None:
    entry = next(iter(repository.entries.values()))
    spoken = f"{entry.reference[:4]}-{entry.reference[4:]}".lower()
    for key in (entry.id, f" {entry.id} ", entry.reference, spoken):
        assert query.show(key).submission == entry


@pytest.mark.parametrize("key", ["", "K7QM-3XTP", "K7QM-3XTQ", "cou_1", "poem"])
def test_show__raises_if_there_is_none(query: QueryService, key: str) -> None:
    with pytest.raises(SubmissionNotFoundError, match=f'There is no submission "{key}"'):
        query.show(key)


def test_by_email__finds_an_address(query: QueryService) -> None:
    assert len(query.by_email(" Robin@Example.org ", limit=50)) == 10
