"""`rollcall watch`: new submissions, each printed once, whatever the network does."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from unit.cli.fakes import ADA, BOB, CommandLine, FakeQueries
from unit.cli.office import Office

from registration_core.domain.errors import StorageDeniedError, StorageUnavailableError
from registration_core.domain.submission import Status

if TYPE_CHECKING:
    from collections.abc import Callable

    from registration_core.domain.submission import Submission

LATER = ADA.submitted_at + timedelta(minutes=1)


def new(number: int, **changes: object) -> Submission:
    return replace(ADA, id=f"reg_{number}", submitted_at=LATER + timedelta(seconds=number), **changes)  # type: ignore[arg-type]


@dataclass
class Day:
    """What happens while somebody watches: one event at each wait, and Ctrl-C at the end."""

    happenings: list[Callable[[], object]]
    waits: list[float] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        if not self.happenings:
            raise KeyboardInterrupt
        self.happenings.pop(0)()


@pytest.fixture
def queries(rollcall_local: CommandLine) -> FakeQueries:
    rollcall_local.queries = FakeQueries()
    return rollcall_local.queries


def during(rollcall: CommandLine, *happenings: Callable[[], object]) -> Day:
    day = Day(list(happenings))
    rollcall.sleep = day.sleep
    return day


def ids(out: str) -> list[str]:
    return [line.split("\t")[5] for line in out.splitlines()]


def test_watch__prints_new_submissions_once_and_in_order(rollcall_local: CommandLine, queries: FakeQueries) -> None:
    """Nothing from before; Ctrl-C exits with 130 and prints nothing."""
    one, two, three = new(1), new(2), new(3)
    arrive = queries.entries.insert
    day = during(
        rollcall_local,
        lambda: (arrive(0, one), arrive(0, two)),
        lambda: None,
        lambda: arrive(0, three),
        lambda: None,
    )

    ran = rollcall_local("watch", "--interval", "7")

    assert (ran.code, ids(ran.out), ran.err) == (130, [one.id, two.id, three.id], "")
    assert day.waits == [7.0] * 5


def test_watch__misses_no_submission_that_appears_late(rollcall_local: CommandLine, queries: FakeQueries) -> None:
    """One was sent before the newest, but written after it."""
    late, newest = new(1), new(30)
    during(rollcall_local, lambda: queries.entries.insert(0, newest), lambda: queries.entries.insert(1, late))

    assert ids(rollcall_local("watch").out) == [newest.id, late.id]


def test_watch__reads_only_what_is_new(rollcall_local: CommandLine, queries: FakeQueries) -> None:
    """Each read starts a little before the newest submission, whatever the reader's clock says."""
    during(rollcall_local, lambda: queries.entries.insert(0, new(30)), lambda: None)
    rollcall_local("watch", "--form", "registration")

    looks = [asked["selection"] for asked in queries.asked[1:]]
    newest = [ADA.submitted_at, ADA.submitted_at, ADA.submitted_at, new(30).submitted_at]
    assert [look.since for look in looks] == [at - timedelta(minutes=2) for at in newest]  # type: ignore[attr-defined]
    assert {look.form for look in looks} == {"registration"}  # type: ignore[attr-defined]


def test_watch__prints_only_what_matches(rollcall_local: CommandLine, queries: FakeQueries) -> None:
    waiting = new(1, status=Status.WAITLISTED, option="a", position=1)
    other = replace(BOB, id="msg_9", submitted_at=LATER)
    during(rollcall_local, lambda: queries.entries.extend([waiting, other, new(2)]))

    ran = rollcall_local("watch", "--status", "waitlisted", "--option", "a", "--form", "registration", "--jsonl")

    assert [json.loads(line)["id"] for line in ran.out.splitlines()] == [waiting.id]


def test_watch__since_starts_with_existing_submissions(rollcall_local: CommandLine, queries: FakeQueries) -> None:
    """Oldest first, and nothing older."""
    during(rollcall_local, lambda: queries.entries.insert(0, new(1)))

    ran = rollcall_local("watch", "--since", "2026-02-15", "--json", "id")

    assert [json.loads(line)["id"] for line in ran.out.splitlines()] == [ADA.id, "reg_1"]


def test_watch__starts_on_an_empty_stack(rollcall_local: CommandLine, queries: FakeQueries) -> None:
    queries.entries = []
    fresh = replace(ADA, submitted_at=ADA.submitted_at + timedelta(days=100_000))
    during(rollcall_local, lambda: queries.entries.append(fresh))

    assert ids(rollcall_local("watch").out) == [ADA.id]


def test_watch__waits_longer_while_the_network_is_down(rollcall_local: CommandLine, queries: FakeQueries) -> None:
    """It says so once, and once when it is back; submissions from that time are printed."""
    gone = StorageUnavailableError("The table cannot be used now.")
    day = during(
        rollcall_local,
        lambda: setattr(queries, "failure", gone),
        lambda: queries.entries.insert(0, new(1)),
        lambda: None,
        lambda: setattr(queries, "failure", None),
    )

    ran = rollcall_local("watch")

    assert (ran.code, ids(ran.out)) == (130, ["reg_1"])
    assert ran.err.splitlines() == [
        "The table cannot be used now. Watching continues when the table can be reached.",
        "The table can be reached again.",
    ]
    assert day.waits == [5, 5, 10, 20, 5]


def test_watch__never_waits_more_than_a_minute(rollcall_local: CommandLine, queries: FakeQueries) -> None:
    gone = StorageUnavailableError("gone")
    day = during(rollcall_local, lambda: setattr(queries, "failure", gone), *[lambda: None] * 6)

    assert rollcall_local("watch").code == 130
    assert day.waits[-2:] == [60, 60]


def test_watch__ends_when_credentials_expire(rollcall_local: CommandLine, queries: FakeQueries) -> None:
    """Waiting would not help."""
    during(rollcall_local, lambda: setattr(queries, "failure", StorageDeniedError("expired")))

    ran = rollcall_local("watch")

    assert (ran.code, ran.err.splitlines()[0]) == (4, "error: expired")


def test_watch__draws_a_table_line_by_line(rollcall_local: CommandLine, queries: FakeQueries) -> None:
    """What people typed is made harmless."""
    during(rollcall_local, lambda: queries.entries.insert(0, new(1, email="a\x1b[2J\u202e@example.org")))

    rollcall_local.environ["COLUMNS"] = "180"
    ran = rollcall_local("watch", terminal=True)

    assert ran.out.splitlines()[0].split()[0] == "\x1b[1mNAME\x1b[0m"
    assert r"a\x1b[2J\u202e@example.org" in ran.out
    assert "Press Ctrl-C to stop" in ran.err


def test_watch__shows_the_rank_of_later_submissions(rollcall_local: CommandLine) -> None:
    """Two join the waiting list: each has the rank that `show` prints."""
    office = Office(rollcall_local)
    office.register("Anna")
    office.seats(capacity=1)
    during(rollcall_local, lambda: office.register("Per"), lambda: office.register("Åsa"))

    ran = rollcall_local("watch", "--json", "name,rank")

    assert [json.loads(line) for line in ran.out.splitlines()] == [
        {"name": "Per", "rank": 1},
        {"name": "Åsa", "rank": 2},
    ]
