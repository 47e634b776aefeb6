"""The examples of docs/api.md, typed by a program with a token, in the guide's order."""

from __future__ import annotations

import json
import re
import subprocess
from typing import TYPE_CHECKING, Any

import pytest
from conftest import ROOT
from integration.api_requests import example, send
from sign_in import staff_token

if TYPE_CHECKING:
    from conftest import DeployedStack

pytestmark = pytest.mark.needs("sign-in pages")

GUIDE = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^```sh\n(.*?)^```", GUIDE, re.MULTILINE | re.DOTALL)


def test_guide__examples_do_what_they_say(stack: DeployedStack) -> None:
    """Each prints JSON, and none a problem."""
    sent = send(stack, "registration", example("registration", course="first-robot", guardian="Eva Lindqvist")).json
    environ = {"API": stack.api_url, "TOKEN": staff_token(stack), "REFERENCE": sent["reference"]}
    answers = [typed(line, environ) for line in EXAMPLES]
    form, me, confirmed, found, shown, happened, edited, cancelled, noted, labelled, exported = answers
    assert [form["name"], me["role"], shown["id"]] == ["contact", "manager", sent["id"]]
    assert len(confirmed["submissions"]) <= 2
    assert {one["status"] for one in confirmed["submissions"]} <= {"confirmed"}
    assert sent["id"] in [one["id"] for one in found["submissions"]]
    assert (sent["id"], "submitted") in [(event["submission"], event["what"]) for event in happened["events"]]
    assert (edited["answers"]["guardian"], edited["version"]) == ("Per Lindqvist", 2)
    assert (cancelled["status"], cancelled["undo"]) == ("cancelled", "restore")
    assert [note["text"] for note in noted["notes"]] == ["Called: comes by bus"]
    assert labelled["labels"] == ["paid"]
    assert exported["filename"].startswith("registration-")


def typed(line: str, environ: dict[str, str]) -> Any:
    """Return what a line of the guide prints."""
    ran = subprocess.run(["sh", "-euc", line], env=environ, capture_output=True, text=True, timeout=60, check=False)
    assert ran.returncode == 0, ran.stderr
    answer = json.loads(ran.stdout)
    assert "detail" not in answer, (line, answer)
    return answer
