"""What the deployed staff API shows, over HTTP: the same as the command line, and files behind links."""

from __future__ import annotations

import csv
import io
import urllib.request
from typing import TYPE_CHECKING

import pytest
from described import assert_described, operation_of
from integration.api_requests import ask, example, send
from sign_in import staff_token

from registration_core.domain.records import FIELDS

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import DeployedStack
    from integration.api_requests import Answer
    from integration.staff import Staff

pytestmark = pytest.mark.needs("sign-in pages")


@pytest.fixture(scope="module")
def token(deployed: DeployedStack) -> str:
    return staff_token(deployed, group="readers")


def look(stack: DeployedStack, token: str, path: str) -> Answer:
    """Look at something as a reader does. Fails if it isn't as described."""
    headers = {"Authorization": f"Bearer {token}", "Origin": stack.site_url}
    answer = ask(f"{stack.api_url}/staff/{path}", None, method="GET", headers=headers)
    operation = operation_of("GET", f"/staff/{path.partition('?')[0]}")
    assert operation is not None
    assert_described(operation, answer.status, dict(answer.headers), answer.body)
    return answer


def test_reader__sees_what_the_command_line_prints(stack: DeployedStack, token: str, reader: Staff) -> None:
    """A list by its filters, a search, one submission, seats and the overview."""
    sent = send(stack, "registration", example("registration", course="first-robot")).json
    listed = look(stack, token, "submissions?form=registration&since=today&limit=500").json["submissions"]
    (mine,) = [one for one in listed if one["id"] == sent["id"]]
    printed = reader.json("show", sent["id"], "--json", "all")
    assert mine == {name: printed[name] for name in FIELDS}
    found = look(stack, token, f"submissions?q={mine['email']}").json["submissions"]
    assert [one["id"] for one in found] == [sent["id"]]
    shown = look(stack, token, f"submissions/{sent['reference']}").json
    same = printed.keys() - {"mails"}  # they are sent meanwhile
    assert {name: shown[name] for name in same} == {name: printed[name] for name in same}
    quotas = {one["option"]: one for one in look(stack, token, "quotas?form=registration").json["quotas"]}
    assert quotas["first-robot"]["taken"] >= 1
    assert look(stack, token, "overview").json["today"]["submitted"] >= 1
    people = look(stack, token, "attendance?form=registration&option=first-robot").json["people"]
    assert sent["id"] in [person["id"] for person in people] or mine["status"] != "confirmed"


def test_forms__are_those_that_were_published(stack: DeployedStack, token: str) -> None:
    forms = {form["name"]: form for form in look(stack, token, "forms?lang=sv").json["forms"]}
    assert {"registration", "contact"} <= set(forms)
    versions = look(stack, token, "forms/registration/versions").json["versions"]
    assert forms["registration"]["definition"] in versions


@pytest.mark.parametrize("format_", ["csv", "xlsx"])
def test_export__downloads_what_the_command_line_writes(
    stack: DeployedStack, token: str, reader: Staff, tmp_path: Path, format_: str
) -> None:
    """The link needs no sign-in, and its file is an attachment. Nobody gets it without the link."""
    person = example("registration", course="first-robot")
    sent = send(stack, "registration", person).json
    made = look(stack, token, f"exports?format={format_}&form=registration&since=today&lang=sv").json
    with urllib.request.urlopen(made["url"], timeout=10) as answer:  # noqa: S310 - the stack's own
        body, headers = answer.read(), answer.headers
    assert headers["Content-Disposition"] == f'attachment; filename="{made["filename"]}"'
    out = tmp_path / made["filename"]
    ran = reader("export", str(out), "--form", "registration", "--since", "today", "--language", "sv")
    assert ran.code == 0, ran.err
    if format_ == "csv":
        (line,) = [line for line in body.decode().splitlines() if sent["id"] in line]
        assert line in out.read_text(encoding="utf-8").splitlines()
        assert len(list(csv.reader(io.StringIO(body.decode(), newline=""), delimiter=";"))) == made["rows"] + 1
    else:
        assert body[:2] == b"PK"
    assert ask(made["url"].partition("?")[0], None, method="GET").status == 403
