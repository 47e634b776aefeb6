"""Query: lists of one form or all forms, and one submission by ID, reference or address."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from contract.fakes import START, CountedRandomness, InMemorySubmissionRepository, StoppedClock
from unit.core.builders import a_field, a_form, an_entry, words

from registration_core.domain.errors import (
    FormNotNamedError,
    InvalidCursorError,
    SubmissionNotFoundError,
    UnknownFormError,
)
from registration_core.domain.fields import Option
from registration_core.domain.identifiers import new_reference, new_submission_id
from registration_core.domain.selection import Selection
from registration_core.domain.submission import Idempotency, Status
from registration_core.services.query import QueryService

if TYPE_CHECKING:
    from collections.abc import Iterator

    from registration_core.domain.forms import Form
    from registration_core.domain.submission import Submission

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
    with pytest.raises(
        InvalidCursorError, match=f'^"{cursor}" is not a cursor of this list|^"cou_x" is not a cursor of a list'
    ):
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


class Counting(InMemorySubmissionRepository):
    """Records how many submissions each list reads at once."""

    __slots__ = ("sizes",)

    def newest(self, *arguments: Any, page_size: int = 500, **more: Any) -> Iterator[Submission]:
        self.sizes.append(page_size)
        return super().newest(*arguments, page_size=page_size, **more)


@pytest.mark.parametrize(
    ("limit", "statuses", "size"),
    [(3, (), 4), (3, (Status.CONFIRMED,), 3), (None, (), 77), (5_000, (), 500)],
)
def test_select__reads_only_as_much_as_it_shows(
    clock: StoppedClock, limit: int | None, statuses: tuple[Status, ...], size: int
) -> None:
    """And one more, to know whether others follow, where that costs one more and not many."""
    repository = Counting(clock, RANDOMNESS)
    repository.sizes = []
    query = QueryService(forms=FORMS, repository=repository, clock=clock)
    list(query.select(Selection("course", frozenset(statuses)), limit=limit, page_size=77 if limit is None else 500))
    assert repository.sizes == [size]


@pytest.mark.parametrize(("statuses", "known"), [((), True), ((Status.CONFIRMED,), False)])
def test_select__ends_with_a_cursor_if_more_may_follow(
    query: QueryService, *, statuses: tuple[Status, ...], known: bool
) -> None:
    """With a filter, finding out might mean to read everything."""
    listing = query.select(Selection("course", frozenset(statuses)), limit=6)
    assert len(list(listing)) == 6
    assert (listing.cursor is None) is known


def test_select__ends_before_until(query: QueryService) -> None:
    until, since = START - timedelta(hours=2), START - timedelta(hours=5)
    entries = list(query.select(Selection(since=since, until=until)))
    assert [START - entry.submitted_at for entry in entries] == [timedelta(hours=hours) for hours in (3, 4, 5)]


def test_select__without_definitions_takes_any_id_as_cursor(
    repository: InMemorySubmissionRepository, clock: StoppedClock
) -> None:
    query = QueryService(forms=None, repository=repository, clock=clock)
    listing = query.select(Selection("course"), limit=2)
    first = list(listing)
    assert len(first) + len(list(query.select(Selection("course"), cursor=listing.cursor))) == 6


def test_waiting__is_in_the_order_of_promotion(repository: InMemorySubmissionRepository, query: QueryService) -> None:
    """Each has its rank, and nobody else has one."""
    repository.make_quotas("course", {"a": 0})
    entries = list(repository.entries.values())
    for entry in entries[:3]:
        ticket = repository.take_ticket("course", "a", holder=entry.id)
        waiting = replace(entry, form="course", option="a", position=ticket, status=Status.WAITLISTED)
        repository._move(None, waiting)
        repository.entries[entry.id] = waiting
    assert [entry.id for entry in query.waiting("course", "a")] == [entry.id for entry in entries[:3]]
    now = [repository.entries[entry.id] for entry in entries]
    assert [entry.id for entry in query.waiting("course", "a", after=now[0].position or 0)] == [now[1].id, now[2].id]
    assert [query.rank(entry) for entry in now[:4]] == [1, 2, 3, None]
    assert [query.ranks().of(entry) for entry in now[:4]] == [1, 2, 3, None]
    assert query.rank(replace(now[0], option=None)) is None
    assert query.ranks().of(replace(now[0], position=None)) is None


OPTIONS = a_form(
    a_field("text", "name"),
    a_field("phone", "phone"),
    a_field("choice", "course", options=(Option("robots", words("Robots")),)),
    name="course",
)


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("asa LINDQVIST", True),
        ("Lind sa", True),
        ("asa ek", False),
        ("070-123 45 67", True),
        ("1234567", True),
        ("070-123 45 68", False),
        ("robots", False),
    ],
)
def test_named__looks_at_texts_and_numbers(query: QueryService, asked: str, *, found: bool) -> None:
    """A word that is only a chosen option finds nobody: `--option` does that."""
    query = QueryService(forms={"course": OPTIONS}, repository=query._repository, clock=StoppedClock())
    answers = {"name": "Åsa Lindqvist", "phone": "+46701234567", "course": "robots", "age": 12}
    assert query.named(asked, an_entry(OPTIONS, answers)) is found
    everything = QueryService(forms=None, repository=query._repository, clock=StoppedClock())
    assert everything.named("robots", an_entry(OPTIONS, answers)), "without its form, any text may be meant"
