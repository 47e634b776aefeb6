"""`rollcall purge` with the real services, in memory."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from unit.cli.fakes import STAFF
from unit.cli.office import COURSE, Office, reference

from registration_core.domain.errors import StorageDeniedError, StorageUnavailableError
from registration_core.domain.submission import Status, Submission

if TYPE_CHECKING:
    from unit.cli.fakes import CommandLine


@pytest.fixture
def office(rollcall_local: CommandLine) -> Office:
    """Two old registrations, an old message, and a new registration."""
    office = Office(rollcall_local)
    office.clock.at = datetime.now(UTC).replace(microsecond=0) - timedelta(days=100)
    office.old = []  # type: ignore[attr-defined]
    for name, form in (("Cleo", "contact"), ("Åsa", "registration"), ("Bo", "registration")):
        office.old.append(office.register(name, form=form))  # type: ignore[attr-defined]
        office.clock.forward(minutes=1)
    office.clock.at = datetime.now(UTC)
    office.new = office.register("Dag")  # type: ignore[attr-defined]
    return office


def erased(office: Office) -> list[bool]:
    return [office.get(entry).status is Status.ERASED for entry in [*office.old, office.new]]  # type: ignore[attr-defined]


def test_purge__erases_old_submissions_and_says_so_first(office: Office) -> None:
    """How many of each form and status, oldest and newest; the history names the caller."""
    ran = office.line("purge", "--older-than", "90d", typed="y\n")

    assert (ran.code, ran.out) == (0, "")
    old = office.old  # type: ignore[attr-defined]
    assert "  contact: 1 confirmed\n  registration: 2 confirmed\n  oldest: " in ran.err
    assert f"  newest: registration {reference(old[2])}, " in ran.err
    assert "Erase 3 submissions for good?\ny/N: " in ran.err
    assert ran.err.endswith("3 submissions erased.\n")
    assert erased(office) == [True, True, True, False]
    assert office.repository.details(old[0].id).events[-1].by == STAFF.arn
    again = office.line("purge", "--older-than", "90d", "--yes")
    assert (again.code, "No submissions from before" in again.err) == (0, True)


def test_purge__filters_like_a_list(office: Office) -> None:
    office.manage.cancel(office.old[1].id, by="kim")  # type: ignore[attr-defined]

    assert office.line("purge", "--older-than", "90d", "--form", "contact", "--yes").code == 0
    assert erased(office) == [True, False, False, False]
    assert office.line("purge", "--older-than", "90d", "--status", "cancelled", "--yes").code == 0
    assert erased(office) == [True, True, False, False]
    assert "Would erase 1 submission for good." in office.line("purge", "--older-than", "90d", "--dry-run").err
    assert erased(office) == [True, True, False, False]


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("--older-than", "soon"), 2, "--older-than 'soon' is not a time"),
        ((), 2, "--older-than"),
        (("--older-than", "90d", "--form", "registratoin"), 3, "Did you mean 'registration'?"),
        (("--older-than", "90d", "--status", "canceled"), 2, "Did you mean 'cancelled'?"),
    ],
)
def test_purge__reports_what_is_wrong(office: Office, arguments: tuple[str, ...], code: int, message: str) -> None:
    ran = office.line("purge", *arguments, "--yes")

    assert (ran.code, message in ran.err) == (code, True)
    assert not any(erased(office))


def test_purge__promotes_nobody_who_is_erased_next(office: Office) -> None:
    """Those on the waiting list go first."""
    office.clock.at = datetime.now(UTC) - timedelta(days=95)
    office.seats(capacity=2)
    waiting = office.register("Eir")
    office.clock.at = datetime.now(UTC)

    assert office.line("purge", "--older-than", "90d", "--yes").code == 0
    assert [event.what for event in office.repository.details(waiting.id).events] == ["submitted", "erased"]
    assert office.seats(COURSE)[1] == 0


def stumble(office: Office, error: BaseException, *, over: str | None = None) -> None:
    """Make the erasure of one submission fail, or of each."""

    class Stumbling(type(office.manage)):  # type: ignore[misc]
        def erase(self, submission_id: str, **asked: Any) -> Submission:
            if over in (None, submission_id):
                raise error
            return super().erase(submission_id, **asked)  # type: ignore[no-any-return]

    office.manage.__class__ = Stumbling


def test_purge__names_failures_and_erases_the_others(office: Office) -> None:
    broken = office.old[1]  # type: ignore[attr-defined]
    stumble(office, StorageUnavailableError("Not now."), over=broken.id)

    ran = office.line("purge", "--older-than", "90d", "--yes")

    assert ran.code == 1
    assert f"registration {reference(broken)} was not erased: Not now.\n" in ran.err
    assert "error: 1 of 3 submissions were not erased" in ran.err
    assert erased(office) == [True, False, True, False]


def test_purge__stops_on_an_outage_or_missing_permissions(office: Office) -> None:
    stumble(office, StorageUnavailableError("Not now."))
    down = office.line("purge", "--older-than", "90d", "--yes")
    assert (down.code, "the table can't be written to now." in down.err) == (1, True)
    stumble(office, StorageDeniedError("You may not."))
    denied = office.line("purge", "--older-than", "90d", "--yes")
    assert (denied.code, denied.err.count("You may not.")) == (4, 1)
    assert "0 of 3 submissions were erased.\n" in denied.err


def test_purge__interrupted__says_how_far_it_got(office: Office) -> None:
    stumble(office, KeyboardInterrupt(), over=office.old[0].id)  # type: ignore[attr-defined]

    ran = office.line("purge", "--older-than", "90d", "--yes")

    assert ran.code == 130
    assert "of 3 submissions were erased. Run the same command again to do the rest.\n" in ran.err


def test_purge__leaves_a_submission_that_changed_before_its_turn(office: Office) -> None:
    """One that was cancelled when counted, and no longer is, is named and stays."""
    first, second = office.old[1:3]  # type: ignore[attr-defined]
    for entry in (first, second):
        office.manage.cancel(entry.id, by="kim")

    class Overtaken(type(office.manage)):  # type: ignore[misc]
        def erase(self, submission_id: str, **asked: Any) -> Submission:
            before = office.repository.get(submission_id)
            if submission_id == first.id:
                after = replace(before, status=Status.CONFIRMED, version=before.version + 1)
                office.repository.change(before, after, what="restored", by="lo")
            return super().erase(submission_id, **asked)  # type: ignore[no-any-return]

    office.manage.__class__ = Overtaken
    ran = office.line("purge", "--older-than", "90d", "--status", "cancelled", "--yes")

    assert (ran.code, office.get(first).status) == (1, Status.CONFIRMED)
    assert f"registration {reference(first)} was not erased: " in ran.err
    assert erased(office) == [False, False, True, False]
