"""`rollcall label`: put on, listed, exported, taken off, and gone with the submission."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from unit.cli.office import Office, called, reference

from registration_core.domain.labels import MOST_LABELS

if TYPE_CHECKING:
    from unit.cli.fakes import CommandLine


@pytest.fixture
def office(rollcall_local: CommandLine) -> Office:
    return Office(rollcall_local)


def test_label__is_put_on_shown_and_listed(office: Office) -> None:
    paid, other = office.register("Åsa"), office.register("Bo")

    ran = office.line("label", "add", "Paid", reference(paid), "--yes")

    assert ran.code == 0
    assert ran.err.endswith("1 submission labelled.\n")
    assert office.get(paid).labels == ("paid",)
    assert office.get(paid).status is paid.status
    assert "labels\tpaid\n" in office.line("show", paid.id).out
    listed = office.line("list", "--label", "paid", "--columns", "id,labels").out
    assert listed == f"{paid.id}\tpaid\n"
    assert other.id in office.line("list", "--columns", "id,labels").out
    assert json.loads(office.line("list", "--label", "paid", "--json", "id,labels").out) == [
        {"id": paid.id, "labels": ["paid"]}
    ]
    assert office.repository.details(paid.id).events[-1].what == "labelled paid"


def test_label__is_put_on_once_and_taken_off(office: Office) -> None:
    entry = office.register()
    for label in ("vegetarian", "paid"):
        office.line("label", "add", label, entry.id, "--yes")
    assert office.get(entry).labels == ("paid", "vegetarian")
    version = office.get(entry).version

    again = office.line("label", "add", "paid", entry.id, "--yes")
    assert f"{called(entry)}, which already has it" in again.err
    assert office.get(entry).version == version

    assert office.line("label", "remove", "paid", entry.id, "--yes").code == 0
    assert office.get(entry).labels == ("vegetarian",)
    assert "which already lacks it" in office.line("label", "remove", "paid", entry.id, "--yes").err
    assert office.repository.details(entry.id).events[-1].what == "unlabelled paid"


def test_label__dry_run_changes_nothing_and_says_what_it_would_do(office: Office) -> None:
    entry = office.register()

    ran = office.line("label", "add", "paid", entry.id, "--dry-run")

    assert "put paid on 1 submission" in ran.err
    assert office.get(entry) == entry


@pytest.mark.parametrize("label", ["", "two words", "-paid", "x" * 31, "a,b", "\n"])
def test_label__that_is_no_word_is_refused(office: Office, label: str) -> None:
    entry = office.register()

    for arguments in (("label", "add", "--yes", "--", label, entry.id), ("list", f"--label={label}")):
        ran = office.line(*arguments)
        assert (ran.code, "can't be a label" in ran.err) == (2, True), ran.err
    assert office.get(entry) == entry


def test_label__most_are_twenty(office: Office) -> None:
    entry = office.register()
    for number in range(MOST_LABELS):
        office.manage.label(entry.id, f"label-{number}", on=True, by="me")

    ran = office.line("label", "add", "one-more", entry.id, "--yes")

    assert ran.code != 0
    assert "at most 20 labels" in ran.err


def test_erased__loses_its_labels_and_can_get_none(office: Office) -> None:
    entry = office.register()
    office.line("label", "add", "paid", entry.id, "--yes")

    office.line("erase", entry.id, "--yes")

    assert office.get(entry).labels == ()
    assert "is erased, so it can't have a label" in office.line("label", "add", "paid", entry.id, "--yes").err
