"""Submissions that were sent together: shown, listed, and cancelled or erased together."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from unit.cli.office import Office, reference

from admin_cli.errors import ExitCode
from registration_core.domain.groups import Group
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


def test_edit__of_a_group_changes_what_all_have_in_common(office: Office, family: list[Submission]) -> None:
    command = ("edit", reference(family[1]), "email=eva@example.org", "--group")
    tried = office.line(*command, "--dry-run")
    assert "Would change email of 3 submissions. Nothing was changed." in tried.err
    ran = office.line(*command, "--yes")
    assert (ran.code, ran.err.count("rollcall mail resend")) == (0, 1)
    assert [office.get(each).email for each in family] == ["eva@example.org"] * 3
    assert "Neighbour" not in ran.err
    assert "already has these answers" in office.line(*command, "--yes").err


def test_edit__gives_no_group_the_answer_of_one(office: Office, family: list[Submission]) -> None:
    form = office.forms["registration"]
    office.forms["registration"] = replace(form, group=Group(("participant", "course"), 6))
    ran = office.line("edit", reference(family[0]), "participant=Dag", "--group", "--yes")
    assert ran.code == ExitCode.USAGE
    assert "Each participant has an answer to 'participant', so --group can't change it." in ran.err
    assert [office.get(each).answers["participant"] for each in family] == ["Åsa", "Bo", "Cy"]
