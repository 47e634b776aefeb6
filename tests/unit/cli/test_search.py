"""`rollcall search`, with fake submissions."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from unit.cli.fakes import ADA, BOB, CommandLine, FakeQueries, Terminal
from unit.core.builders import a_field, a_form

from registration_core.domain.identifiers import display_reference, new_reference
from registration_core.domain.submission import Status

if TYPE_CHECKING:
    from collections.abc import Iterator

    from registration_core.domain.submission import Submission

REFERENCE = display_reference(ADA.reference)
ASA = replace(
    ADA,
    id="reg_01KJM2N0S0ABCDEFGHJKMNPQRV",
    reference=new_reference(lambda count: b"\x0b" * count),
    answers={"name": "Åsa Lovelace"},
    status=Status.SPAM,
)


@pytest.fixture
def rollcall(rollcall_local: CommandLine) -> CommandLine:
    rollcall_local.queries = FakeQueries()
    rollcall_local.queries.entries = [ASA, ADA, BOB]
    rollcall_local.forms = {"registration": a_form(a_field("text", "name"), a_field("choice", "course"))}
    return rollcall_local


def ids(out: str) -> list[str]:
    return [line.split("\t")[5] for line in out.splitlines()]


@pytest.mark.parametrize(
    ("what", "expected"),
    [
        ("ADA@example.org", [ASA.id, ADA.id]),
        ("nobody@example.org", []),
        (ADA.id, [ADA.id]),
        (REFERENCE, [ADA.id]),
    ],
)
def test_search__by_index_reads_nothing_else(rollcall: CommandLine, what: str, expected: list[str]) -> None:
    """By address, ID or reference, and stderr stays empty."""
    ran = rollcall("search", what)

    assert (ran.code, ids(ran.out), ran.err) == (0, expected, "")
    assert rollcall.queries.asked == []  # type: ignore[union-attr]


@pytest.mark.parametrize("what", ["asa lovelace", "LÖVELACE ås", "Åsa"])
def test_search__by_name_reads_everything_and_says_so(rollcall: CommandLine, what: str) -> None:
    """In any case, with or without accents; all words must be in one answer."""
    ran = rollcall("search", what)

    assert ids(ran.out) == [ASA.id]
    assert ran.err.startswith("Reading every submission: names and phone numbers have no index.")


@pytest.mark.parametrize(
    "what", ["070-140 50 21", "+46 70 140 50 21", "0046701405021", "0701405021", "140 50 21", "+46 (0)70-1405021"]
)
@pytest.mark.parametrize("stored", ["0701405021", "+46701405021", "+46 70-140 50 21"])
def test_search__finds_a_phone_number_in_any_spelling(rollcall: CommandLine, what: str, stored: str) -> None:
    """Dialling prefixes make no difference."""
    rollcall.forms = {"registration": a_form(a_field("phone", "phone"), a_field("text", "name"))}
    caller = replace(BOB, form="registration", answers={"name": "Bob", "phone": stored})
    rollcall.queries.entries = [ASA, caller]  # type: ignore[union-attr]

    assert ids(rollcall("search", what).out) == [caller.id]


@pytest.mark.parametrize("what", ["070-140 50 22", "08 123 456 78", "12345678"])
def test_search__finds_no_other_phone_number(rollcall: CommandLine, what: str) -> None:
    """Nor does it mistake eight digits for a mistyped reference."""
    rollcall.forms = {"registration": a_form(a_field("phone", "phone"), a_field("text", "name"))}
    rollcall.queries.entries = [replace(BOB, form="registration", answers={"phone": "+46701405021"})]  # type: ignore[union-attr]

    assert (rollcall("search", what).code, rollcall("search", what).out) == (0, "")


@pytest.mark.parametrize("what", ["seán o'brien", "Sean OBrien", "sean o\u2019brien", "sean o\u00b4brien"])
@pytest.mark.parametrize("stored", ["Seán O'Brien", "Seán O\u2019Brien"])
def test_search__finds_a_name_with_an_apostrophe(rollcall: CommandLine, what: str, stored: str) -> None:
    """Any kind of apostrophe works, or none; an apostrophe alone finds nothing."""
    rollcall.forms = {"registration": a_form(a_field("text", "name"))}
    sean = replace(BOB, form="registration", answers={"name": stored})
    rollcall.queries.entries = [ASA, sean]  # type: ignore[union-attr]

    assert ids(rollcall("search", what).out) == [sean.id]
    assert rollcall("search", "\u2019").code == 2


def test_search__accepts_filters(rollcall: CommandLine) -> None:
    """The options of `list` work here too, and --limit says that there may be more."""
    assert ids(rollcall("search", "lovelace").out) == [ASA.id, ADA.id]
    assert ids(rollcall("search", "lovelace", "--status", "confirmed").out) == [ADA.id]
    assert ids(rollcall("search", "ada@example.org", "--status", "spam").out) == [ASA.id]
    ran = rollcall("search", "lovelace", "--limit", "1")
    assert (ids(ran.out), ran.err.splitlines()[1]) == (
        [ASA.id],
        "1 found among the newest 1. More: rollcall search lovelace --limit 2",
    )


def test_search__prints_like_list(rollcall: CommandLine) -> None:
    assert json.loads(rollcall("search", REFERENCE, "--json", "id,answers.name").out) == [
        {"id": ADA.id, "answers.name": "Ada Lovelace"}
    ]
    assert json.loads(rollcall("search", "ada", "--jsonl").out)["id"] == ADA.id
    assert "REFERENCE" in rollcall("search", REFERENCE, terminal=True).out
    assert rollcall("search", "xyz", terminal=True).err.endswith("No submissions found for 'xyz'.\n")
    assert rollcall("search", "xyz", "--json", "id").out == "[]\n"


@pytest.mark.parametrize("what", ["K7QM-3XTQ", "k7qm3xtq", "reg_01KJM2N0S0ABCDEFGHJKMNPQRT", "K7QM-3XTP"])
def test_search__without_a_match_is_not_found(rollcall: CommandLine, what: str) -> None:
    """A mistyped reference is reported, and not searched for as a name."""
    ran = rollcall("search", what)

    assert (ran.code, ran.out) == (3, "")
    assert "Reading every submission" not in ran.err


def test_search__reports_a_mistyped_reference_first(rollcall: CommandLine) -> None:
    """The check letter reveals it."""
    assert "typing error" in rollcall("search", "K7QM-3XTQ").err
    assert rollcall.connected == []


def test_search__for_nothing_is_a_mistake(rollcall: CommandLine) -> None:
    assert rollcall("search", " ").code == 2


@pytest.mark.parametrize("options", [[], ["--json", "id"], ["--jsonl"]])
def test_search__interrupted__prints_what_was_found(
    rollcall: CommandLine, monkeypatch: pytest.MonkeyPatch, options: list[str]
) -> None:
    """Exit code 130; the JSON is still complete."""

    def read(entries: list[Submission]) -> Iterator[Submission]:
        yield entries[0]
        raise KeyboardInterrupt

    monkeypatch.setattr(rollcall.queries, "_read", read)

    ran = rollcall("search", "lovelace", *options)

    assert ran.code == 130
    assert ASA.id in ran.out
    assert json.loads(ran.out) if options else ids(ran.out) == [ASA.id]
    assert ran.err.endswith("Stopped after 1 submission; 1 found so far.\n")


def test_search__prints_each_match_at_once_on_a_terminal(
    rollcall: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The table does not wait for its last line."""
    out = Terminal()

    def read(entries: list[Submission]) -> Iterator[Submission]:
        yield entries[0]
        assert display_reference(ASA.reference) in out.getvalue()
        yield entries[1]

    monkeypatch.setattr(rollcall.queries, "_read", read)

    assert rollcall("search", "lovelace", out=out).code == 0
    assert REFERENCE in out.getvalue()
