"""`rollcall forms list|close|open|history`, on the stack's table and through its staff API."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from contract.fakes import START
from unit.cli.api_office import ApiOffice
from unit.handlers.staff_office import READER

from admin_cli.forms.openings import FIELDS

if TYPE_CHECKING:
    from pathlib import Path

VIA = pytest.mark.parametrize("via", ["aws", "api"])
FAR = "2030-01-20"


@pytest.fixture
def rollcall(tmp_path: Path) -> ApiOffice:
    return ApiOffice(tmp_path)


def shown(rollcall: ApiOffice, option: str | None) -> dict[str, object]:
    listed = json.loads(rollcall.both("forms", "list", "--form", "registration", "--json", "all").out)
    return next(each for each in listed if each["option"] == option)


@VIA
def test_close_and_open__an_option_by_its_label(rollcall: ApiOffice, via: str) -> None:
    """`list` says the same both ways, with who did it and when."""
    ran = rollcall("forms", "close", "registration", "My first robot", "--yes", via=via)
    assert (ran.code, "registration first-robot is closed until somebody opens it." in ran.err) == (0, True), ran.err
    closed = shown(rollcall, "first-robot")
    assert (closed["open"], closed["until"], closed["at"]) == (
        False,
        None,
        START.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
    )
    assert closed["by"]
    ran = rollcall("forms", "open", "registration", "first-robot", "--until", FAR, "--yes", via=via)
    assert "registration first-robot is open until the end of 2030-01-20." in ran.err
    opened = shown(rollcall, "first-robot")
    assert opened["open"] is True
    assert datetime.fromisoformat(str(opened["until"])).astimezone(UTC) - datetime(
        2030, 1, 20, 23, tzinfo=UTC
    ) <= timedelta(hours=1)


@VIA
def test_close__for_some_days(rollcall: ApiOffice, via: str) -> None:
    """They count from now on, although a list's `--since` counts back. A year, because the office's clock is ahead."""
    assert rollcall("forms", "close", "registration", "first-robot", "--until", "366d", "--yes", via=via).code == 0
    until = datetime.fromisoformat(str(shown(rollcall, "first-robot")["until"]))
    assert abs(until - datetime.now(UTC) - timedelta(days=366)) < timedelta(minutes=5)


@VIA
def test_end__is_the_day_that_was_typed(rollcall: ApiOffice, via: str) -> None:
    """A person reads the day; programs get the moment."""
    assert rollcall("forms", "close", "registration", "first-robot", "--until", FAR, "--yes", via=via).code == 0
    listed = rollcall("forms", "list", "--form", "registration", via=via, terminal=True).out
    assert "the end of 2030-01-20" in listed
    assert "2030-01-21" not in listed
    assert "the end of 2030-01-20" in rollcall("forms", "history", "registration", via=via, terminal=True).out
    piped = rollcall("forms", "list", "--form", "registration", via=via).out.splitlines()
    (until,) = [line.split("\t")[3] for line in piped if "\tfirst-robot\t" in line]
    assert until == shown(rollcall, "first-robot")["until"]
    ran = rollcall("forms", "open", "registration", "--until", "2030-01-20T09:00", "--dry-run", via=via)
    assert "open registration until 2030-01-20 09:00." in ran.err


@VIA
def test_close_and_open__print_json(rollcall: ApiOffice, via: str) -> None:
    """It prints what `list` prints then, and with --dry-run what it would."""
    close = ("forms", "close", "registration", "first-robot")
    would = rollcall(*close, "--dry-run", "--json", "option,open", via=via)
    assert json.loads(would.out) == {"option": "first-robot", "open": False}
    assert shown(rollcall, "first-robot")["open"] is True
    ran = rollcall(*close, "--until", FAR, "--yes", "--json", "all", via=via)
    assert ran.code == 0, ran.err
    assert json.loads(ran.out) == shown(rollcall, "first-robot")
    whole = rollcall("forms", "open", "registration", "--yes", "--json", "form,option,open", via=via)
    assert json.loads(whole.out) == {"form": "registration", "option": None, "open": True}


@VIA
def test_json__without_fields_or_with_unknown_ones_changes_nothing(rollcall: ApiOffice, via: str) -> None:
    assert rollcall("forms", "close", "registration", "--yes", "--json", "", via=via).out.split() == list(FIELDS)
    assert rollcall("forms", "close", "registration", "--yes", "--json", "opened", via=via).code == 2
    assert shown(rollcall, None)["open"] is True


@VIA
def test_close__the_whole_form(rollcall: ApiOffice, via: str) -> None:
    assert rollcall("forms", "close", "registration", "--yes", via=via).code == 0
    assert (shown(rollcall, None)["open"], shown(rollcall, "first-robot")["open"]) == (False, True)


@VIA
def test_close__dry_run_changes_nothing(rollcall: ApiOffice, via: str) -> None:
    ran = rollcall("forms", "close", "registration", "first-robot", "--dry-run", via=via)
    assert "Would close registration first-robot until somebody opens it. Nothing was changed." in ran.err
    assert shown(rollcall, "first-robot")["open"] is True
    assert "Nobody has opened or closed registration" in rollcall("forms", "history", "registration", via=via).err


@VIA
@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("registration", "second-robot"), 3, "There are: first-robot"),
        (("contact", "first-robot"), 3, "has no options that open and close"),
        (("regstration",), 3, "registration"),
        (("registration", "--until", "2020-01-01"), 2, "--until must be in the future."),
        (("registration", "--until", "soon"), 2, "--until 'soon' is not a time."),
    ],
)
def test_close__says_what_is_wrong(
    rollcall: ApiOffice, via: str, arguments: tuple[str, ...], code: int, says: str
) -> None:
    ran = rollcall("forms", "close", *arguments, "--yes", via=via)
    assert (ran.code, says in ran.err) == (code, True), ran.err


def test_close__says_when_a_form_without_seats_notices(rollcall: ApiOffice) -> None:
    assert "visitors notice within 5 minutes" in rollcall("forms", "close", "contact", "--yes").err
    assert "within 5 minutes" not in rollcall("forms", "open", "contact", "--yes").err


def test_history__says_the_same_both_ways(rollcall: ApiOffice) -> None:
    rollcall("forms", "close", "registration", "first-robot", "--yes")
    rollcall.office.clock.forward(minutes=1)
    rollcall("forms", "open", "registration", "--until", FAR, "--yes")
    lines = json.loads(rollcall.both("forms", "history", "registration", "--json", "option,open,by").out)
    assert [(line["option"], line["open"]) for line in lines] == [(None, True), ("first-robot", False)]
    assert all(line["by"] for line in lines)
    assert "(whole form)" in rollcall("forms", "history", "registration", via="aws").out


def test_reader__may_look_but_not_close(tmp_path: Path) -> None:
    rollcall = ApiOffice(tmp_path, who=READER)
    assert rollcall("forms", "list").code == 0
    ran = rollcall("forms", "close", "registration", "--yes")
    assert (ran.code, "You can look at submissions but not change them." in ran.err) == (4, True), ran.err
