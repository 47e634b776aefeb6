"""Commands through the staff API: the same output as on the table itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from unit.cli.api_office import ApiOffice
from unit.handlers.staff_office import MemoryServices

from registration_core.domain.identifiers import display_reference

if TYPE_CHECKING:
    from pathlib import Path

COURSE = "first-robot"


@pytest.fixture
def office(tmp_path: Path) -> ApiOffice:
    return ApiOffice(tmp_path)


@pytest.mark.parametrize(
    "command",
    [
        "list",
        "list --json",
        "list --jsonl --limit 2",
        "list --form registration --option first-robot --status confirmed,waitlisted --sort name",
        "list --columns name,rank,labels,notes,checked_in",
        "list --since 7d --until 2099-01-01",
        "list --label paid",
        "search 1@example.org",
        "search example --json",
        "stats",
        "stats --by week --json",
        "quota list",
        "quota list --json",
        "quota waiting registration first-robot",
        "attendance registration --option first-robot",
        "history --since 2020-01-01",
        "history --since 2020-01-01 --by staff --json",
        "list --form nosuch",
        "list --option nosuch",
        "search K7QM-3XTP",
    ],
)
def test_command__prints_the_same_in_both_ways(office: ApiOffice, command: str) -> None:
    stack = office.office
    MemoryServices(stack).manage().set_capacity("registration", COURSE, 2)
    entries = [stack.register(course=COURSE) for _ in range(4)] + [stack.register("contact")]
    assert office("label", "add", "paid", display_reference(entries[0].reference), "--yes").code == 0
    assert office("note", "add", "Called: no answer", entries[1].id, "--yes").code == 0
    office.both(*command.split())
