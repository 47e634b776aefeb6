"""Submissions that were sent together: shown, listed, and cancelled or erased together."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from unit.cli.office import Office, reference

from registration_core.domain.submission import Status

if TYPE_CHECKING:
    from unit.cli.fakes import CommandLine

    from registration_core.domain.submission import Submission


@pytest.fixture
def office(rollcall_local: CommandLine) -> Office:
    return Office(rollcall_local)


@pytest.fixture
def family(office: Office) -> list[Submission]:
    """Three of a family; and a neighbour, who isn't in it."""
    entries = [office.register(name) for name in ("Åsa", "Bo", "Cy")]
    office.register("Neighbour")
    ids = tuple(each.id for each in entries)
    for each in entries:
        office.repository.entries[each.id] = replace(each, members=ids)
    return [office.get(each) for each in entries]


def statuses(office: Office, family: list[Submission]) -> list[Status]:
    return [office.get(each).status for each in family]


def test_show_and_list__name_the_group(office: Office, family: list[Submission]) -> None:
    first, second, _ = family
    assert f"group\t{first.id}\n" in office.line("show", second.id).out
    assert json.loads(office.line("show", second.id, "--json", "group,members").out) == {
        "group": first.id,
        "members": [each.id for each in family],
    }
    listed = office.line("list", "--columns", "id,group").out.splitlines()
    assert f"{second.id}\t{first.id}" in listed
    assert len([line for line in listed if line.endswith(f"\t{first.id}")]) == len(family)


@pytest.mark.parametrize(("command", "after"), [(("status", "cancel"), Status.CANCELLED), (("erase",), Status.ERASED)])
def test_group__one_or_all(office: Office, family: list[Submission], command: tuple[str, ...], after: Status) -> None:
    """A repeated command finishes what is left, also when it names one that is done."""
    assert office.line(*command, reference(family[1]), "--yes").code == 0
    assert statuses(office, family).count(after) == 1
    tried = office.line(*command, reference(family[0]), "--group", "--dry-run")
    assert (tried.code, statuses(office, family).count(after)) == (0, 1)
    ran = office.line(*command, reference(family[0]), "--group", "--yes")
    assert ran.code == 0
    assert statuses(office, family) == [after] * 3
    assert "Neighbour" not in ran.err
