"""`rollcall export` on the deployed stack, as staff who may only read."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from integration.api_requests import FORMS, example, send, stored

from admin_cli.export.json_files import WHOLE
from registration_core.adapters.dynamodb.sdk import sdk_call
from registration_core.adapters.dynamodb.stored_forms import StoredForms
from registration_core.adapters.dynamodb.table import Table

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import DeployedStack
    from integration.staff import Staff

COURSE = "python-and-sensors"


@pytest.fixture
def sent(stack: DeployedStack) -> list[dict[str, Any]]:
    """Two registrations, the newest first."""
    return send_two(stack, COURSE)


def send_two(stack: DeployedStack, course: str) -> list[dict[str, Any]]:
    answers = [
        example("registration", course=course, participant="=1+1", phone="+46 70 123 45 67"),
        example("registration", course=course, participant='Åsa, "Ada"', heard_of_us=["school", "web"]),
    ]
    return [each | send(stack, "registration", each).json for each in answers][::-1]


def rows(path: Path, sent: list[dict[str, Any]]) -> list[dict[str, str]]:
    """Return the rows of these submissions, in the file's order."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        exported = list(csv.DictReader(file))
    return [row for row in exported if row["ID"] in {each["id"] for each in sent}]


def test_export__holds_what_was_sent(reader: Staff, sent: list[dict[str, Any]], tmp_path: Path) -> None:
    """Newest first, in the form's words; the reader's policy is enough."""
    out = tmp_path / "registrations.csv"

    ran = reader.done("export", str(out), "--form", "registration", "--option", COURSE)

    newest, oldest = rows(out, sent)
    assert [newest["ID"], oldest["ID"]] == [each["id"] for each in sent]
    assert newest["Reference"] == sent[0]["reference"]
    assert newest["Course"] == "Python and sensors"
    assert newest["How did you hear of us?"] == "At school; On the web"
    assert (oldest["Participant's name"], oldest["Guardian's telephone"]) == ("'=1+1", "070-123 45 67")
    assert ran.err.startswith(f"{out}: ")


def test_export__matches_list(reader: Staff, sent: list[dict[str, Any]]) -> None:
    """Both have the same submissions, with the same names and values."""
    exported = [
        json.loads(line) for line in reader.done("export", "--format", "jsonl", "--option", COURSE).out.splitlines()
    ]
    listed = [
        json.loads(line)
        for line in reader.done("list", "--jsonl", "--option", COURSE, "--limit", "10000").out.splitlines()
    ]

    # A list leaves out an entry's raw answers, its queue and its spam signs.
    listed_values = [{name: value for name, value in each.items() if name in WHOLE} for each in listed]
    assert exported == listed_values
    assert [each["id"] for each in exported[:2]] == [each["id"] for each in sent]


def test_export__keeps_the_answers_of_an_older_form(
    stack: DeployedStack, reader: Staff, sent: list[dict[str, Any]], tmp_path: Path
) -> None:
    """A question that is no longer asked comes after the current ones."""
    form = FORMS["registration"]
    gone = replace(form.fields[-3], name="shirt", label=replace(form.fields[-3].label, by_language={"en": "Shirt"}))
    dynamodb = stack.client("dynamodb")
    stored_forms = StoredForms(Table(sdk_call(dynamodb), stack.table))
    stored_forms.store(FORMS | {"registration": replace(form, version="0lder0000000", fields=(*form.fields, gone))})
    stored_forms.store(FORMS)
    key = {name: stored(stack, sent[1]["id"])[name] for name in ("pk", "sk")}
    dynamodb.update_item(
        TableName=stack.table,
        Key=key,
        UpdateExpression="SET answers.shirt = :m, form_version = :v",
        ExpressionAttributeValues={":m": {"S": "M"}, ":v": {"S": "0lder0000000"}},
    )
    out = tmp_path / "registrations.csv"

    reader.done("export", str(out), "--form", "registration", "--option", COURSE)

    assert [row["Shirt"] for row in rows(out, sent)] == ["", "M"]


def test_export__can_be_imported_again(stack: DeployedStack, manager: Staff, tmp_path: Path) -> None:
    """`import` accepts the spreadsheet without an error."""
    course = "first-robot"
    sent = send_two(stack, course)
    out = tmp_path / "registrations.csv"
    manager.done("export", str(out), "--form", "registration", "--option", course, "--since", "1h")
    assert len(rows(out, sent)) == 2

    ran = manager("import", str(out), "--form", "registration", "--dry-run")

    assert ran.code == 0, ran.err
