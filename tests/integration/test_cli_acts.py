"""What the staff change by the command line, on the deployed stack: who is mailed, which place frees, what remains."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from conftest import ROOT
from integration.asking import FORMS, example, send, stored

from admin_cli.contexts import add_local, context_file

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import DeployedStack

COURSE = "competition-team"


@pytest.fixture
def rollcall(stack: DeployedStack) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs `rollcall` against the deployed stack; whatever it is asked here, it must do."""
    workspace = stack.workspace
    add_local(workspace.stack, workspace.region, workspace.endpoint_url, file=context_file(stack.env))

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [sys.executable, "-m", "admin_cli", *arguments],
            cwd=ROOT,
            env={"PATH": os.environ["PATH"]} | stack.env,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert done.returncode == 0, done.stderr
        return done

    return run


def test_acts__spam_marked_genuine_is_mailed_then_cancelled_and_erased(
    stack: DeployedStack, rollcall: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    """One entry's way through the staff's hands."""
    course = ("registration", COURSE)

    def places() -> dict[str, Any]:
        listed = json.loads(rollcall("quota", "list", "--form", "registration", "--json", "all").stdout)
        (found,) = [each for each in listed if each["option"] == COURSE]
        return dict(found)

    before = places()
    rollcall("quota", "set", *course, str(before["taken"] + 1), "--yes")
    assert places() == before | {"capacity": before["taken"] + 1}
    answers = example("registration", course=COURSE) | {FORMS["registration"].spam.honeypot: "http://spam.example"}
    answer = send(stack, "registration", answers)
    assert answer.status == 201, answer.body
    listed = json.loads(rollcall("list", "--status", "spam", "--limit", "500", "--json", "id,email").stdout)
    (entry,) = [each["id"] for each in listed if each["email"] == answers["email"]]
    assert stack.mails(to=answers["email"]) == []

    rollcall("status", "set", entry, "confirmed", "--dry-run")
    assert stored(stack, entry)["status"]["S"] == "spam"
    for _ in range(2):
        rollcall("status", "set", entry, "confirmed", "--yes")
    stack.wait_for_mails(to=answers["email"])
    assert places()["taken"] == before["taken"] + 1

    rollcall("status", "set", entry, "cancelled", "--yes")
    stack.wait_for_mails(to=answers["email"], count=2)
    assert places()["taken"] == before["taken"]

    for _ in range(2):
        rollcall("erase", entry, "--yes")
    shown = json.loads(rollcall("show", entry, "--json", "all").stdout)
    assert (shown["status"], shown["answers"], shown["email"]) == ("erased", {}, "")
    arn = stack.client("sts").get_caller_identity()["Arn"]
    acts = [(event["what"], event["by"]) for event in shown["history"] if event["what"] != "submitted"]
    assert acts == [("marked genuine", arn), ("cancelled", arn), ("erased", arn)]
    assert rollcall("show", shown["reference"], "--json", "id").stdout.strip() == json.dumps({"id": entry}, indent=2)

    rollcall("quota", "set", *course, str(before["capacity"]), "--yes")
    assert places() == before


def test_preview__prints_a_mail(rollcall: Callable[..., subprocess.CompletedProcess[str]]) -> None:
    """Of this clone's forms, in the registrant's language."""
    told = rollcall("mail", "preview", "registration", "waitlisted", "--language", "sv").stdout

    assert told.startswith("Subject: På väntelistan")
    assert "https://example.org/my?t=preview" in told
