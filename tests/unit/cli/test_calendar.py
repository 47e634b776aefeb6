"""`rollcall calendar`: the link to the staff's calendar, and its end."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from registration_core.domain.calendar_link import CalendarLink

if TYPE_CHECKING:
    from unit.cli.fakes import CommandLine

ADDRESS = "http://localhost:4566/api/v1/calendar.ics?t="


class InMemoryCalendarLink(CalendarLink):
    """A secret that counts how often it was made."""

    def __init__(self) -> None:
        self.made = 0

    def secret(self) -> str | None:
        return f"secret-{self.made}" if self.made else None

    def make(self) -> str:
        return self.secret() or self.reset()

    def reset(self) -> str:
        self.made += 1
        return f"secret-{self.made}"


@pytest.fixture
def link(rollcall_local: CommandLine) -> InMemoryCalendarLink:
    rollcall_local.calendar = InMemoryCalendarLink()
    return rollcall_local.calendar


@pytest.mark.usefixtures("link")
def test_link__is_made_once_and_printed_alone(rollcall_local: CommandLine) -> None:
    first, second = rollcall_local("calendar", "link"), rollcall_local("calendar", "link")
    assert (first.code, first.out) == (second.code, second.out) == (0, f"{ADDRESS}secret-1\n")


def test_reset__ends_the_link_and_prints_the_new_one(rollcall_local: CommandLine, link: InMemoryCalendarLink) -> None:
    link.make()
    dry = rollcall_local("calendar", "reset", "--dry-run")
    assert (dry.code, link.secret()) == (0, "secret-1")
    ran = rollcall_local("calendar", "reset", "--yes")
    assert (ran.code, ran.out) == (0, f"{ADDRESS}secret-2\n")
    assert link.secret() == "secret-2"


def test_reset__in_a_script_needs_yes(rollcall_local: CommandLine, link: InMemoryCalendarLink) -> None:
    assert rollcall_local("calendar", "reset").code == 2
    assert link.secret() is None
