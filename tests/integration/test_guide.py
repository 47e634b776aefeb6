"""Every command of the staff guide runs on the deployed stack, with only the manager's policy.

Each line gets real references, addresses and files instead of the guide's. The tests of the
commands in guide.BEYOND run those with fakes.
"""

from __future__ import annotations

import csv
import json
import re
import shlex
import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import guide
import pytest
from conftest import ROOT
from integration.api_requests import example, send
from integration.staff import Ran, interrupted, sign_in_to_api

from admin_cli.aws.contexts import Context, ContextFile

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from conftest import DeployedStack
    from integration.staff import Staff

REFERENCE = re.compile(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}\b")
ADDRESS, LETTER, MAIL = "per.lindqvist@example.org", "3f2a9c01", "1a2b3c4d"
PERSON = "asa lindqvist"

#: Commands for the deployer; staff don't publish.
DEPLOYERS = ("rollcall site",)

#: What a line ends with that goes through the staff API.
VIA_API = ("--via api", "--via api --dry-run")

#: The columns of the guide's files, with answers from a form's example.
FILES = {"spring.csv": "registration", "letters.csv": "contact"}

#: A mail's text that the guide reads from a file.
TEXT = "plans.txt"


def ran_here() -> list[str]:
    return [line for line in guide.lines() if not line.startswith(guide.BEYOND)]


class Reader:
    """Somebody who reads the guide and types each line in a folder of their own."""

    def __init__(self, stack: DeployedStack, folder: Path, manager: Staff, deployer: Staff) -> None:
        self._stack = stack
        self._folder = folder
        self._manager, self._deployer = manager, deployer
        self._began = datetime.now(UTC)

    def types(self, line: str) -> Ran:
        """Run a line with real values in place of the guide's, and confirm every question."""
        words = self._words(line)
        if words[1:3] == ["note", "remove"]:
            self._manager.done("note", "add", "Called, no answer", words[4], "--yes")
        redirected = words.index("<") if "<" in words else None
        piped = None
        if redirected is not None:
            piped = (self._folder / words[redirected + 1]).read_text(encoding="utf-8")
            words = words[:redirected]
        who = self._deployer if line.startswith(DEPLOYERS) else self._manager
        if "--resume" in words:
            self._interrupt([*words[1:-1], "--form", "registration", "--jobs", "1"])
        asked = None if piped is not None or "--yes" in words else "y\n" * 3
        if line.endswith(VIA_API):
            sign_in_to_api(self._stack, self._manager.contexts, "managers")
        sleep = {"sleep": interrupted} if words[1] == "watch" else {}
        return who(*words[1:], typed=asked, piped=piped, **sleep)

    def _words(self, line: str) -> list[str]:
        command = re.split(r" \| | > ", line)[0]
        for reference in dict.fromkeys(REFERENCE.findall(command)):
            # A recently mailed kind is not mailed again, and an imported registrant got no mail at all.
            real = self._imported() if " resend " in command else self._registered(mailed=" local mail " in command)
            command = command.replace(reference, real)
        if " erase " in command and ADDRESS in command:
            command = command.replace(ADDRESS, self._register()["email"])
        if " edit " in command or " search " in command:
            command = command.replace(ADDRESS, f"{uuid.uuid4().hex}@example.org")
        if LETTER in command:
            command = command.replace(LETTER, self._dead_letter())
        if MAIL in command:
            command = command.replace(MAIL, self._mailed())
        for name, form in FILES.items():
            if name in command:
                self._write(name, form)
        if TEXT in command:
            (self._folder / TEXT).write_text("We meet again in August.\n", encoding="utf-8")
        words = shlex.split(command)
        if words[1:3] == ["mail", "send"]:  # only those of this test
            self._registered()
            words = [word for word in words if word not in ("--since", "30d")]
            words += ["--since", self._began.isoformat()]
        return words

    def _register(self) -> dict[str, str]:
        """Send a registration; return its address and reference."""
        answers = example("registration")
        answer = send(self._stack, "registration", answers)
        assert answer.status == 201, answer.body
        return {"email": answers["email"], "reference": answer.json["reference"]}

    def _registered(self, *, mailed: bool = False) -> str:
        """Return the reference of a new registration. mailed: once its mail is out."""
        new = self._register()
        if mailed:
            self._stack.wait_for_mails(to=new["email"])
        return new["reference"]

    def _imported(self) -> str:
        self._write("one.csv", "registration")
        self._manager.done("import", "one.csv", "--form", "registration", "--yes")
        with (self._folder / "one.csv").open(encoding="utf-8", newline="") as file:
            address = next(csv.DictReader(file, delimiter=";"))["email"]
        (row,) = self._manager.json("search", address, "--json", "reference")
        return str(row["reference"])

    def _interrupt(self, words: list[str]) -> None:
        self._registered()
        with self._manager.interrupted_at_query(8):
            assert self._manager(*words).code == 130

    def _mailed(self) -> str:
        address = f"{uuid.uuid4().hex}@example.org"
        send(self._stack, "registration", example("registration", email=address))
        (mail,) = self._stack.wait_for_mails(to=address)
        return mail.id

    def _dead_letter(self) -> str:
        answer = send(self._stack, "registration", example("registration"))
        body = json.dumps({"id": answer.json["id"], "kind": "confirmed", "version": 1})
        queue = self._stack.outputs["mail_dead_letters_url"]
        return str(self._stack.client("sqs").send_message(QueueUrl=queue, MessageBody=body)["MessageId"])

    def _write(self, name: str, form: str) -> None:
        answers = {field: _cell(value) for field, value in example(form).items()}
        with (self._folder / name).open("w", encoding="utf-8", newline="") as file:
            rows = csv.DictWriter(file, list(answers), delimiter=";")
            rows.writeheader()
            rows.writerow(answers)


def _cell(value: Any) -> str:
    if value is True:
        return "yes"
    return ", ".join(value) if isinstance(value, list) else str(value)


@pytest.fixture
def reader_of_guide(
    stack: DeployedStack, manager: Staff, deployer: Staff, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Reader]:
    """A reader whose contexts all mean the deployed stack; seats and dead letters are restored afterwards."""
    monkeypatch.setenv("ROLLCALL_ROOT", str(ROOT))
    monkeypatch.chdir(tmp_path)
    contexts = ContextFile(tmp_path / "config" / "contexts.json")
    workspace = stack.workspace
    for name in ("local", "prod", "dev"):
        one = Context(name, workspace.stack, workspace.region, workspace.endpoint_url)
        contexts.write(contexts.read().with_entry(one))
    queues = [stack.outputs["mail_dead_letters_url"], stack.outputs["stream_dead_letters_url"]]
    for queue in queues:
        stack.client("sqs").purge_queue(QueueUrl=queue)
    yield Reader(stack, tmp_path, manager.with_contexts(contexts), deployer.with_contexts(contexts))
    manager.done("quota", "set", "registration", "first-robot", "10000", "--yes")


def _marked(line: str) -> Any:
    """Mark a line that somebody who signed in types."""
    return pytest.param(line, marks=pytest.mark.needs("sign-in pages")) if line.endswith(VIA_API) else line


@pytest.mark.parametrize("line", [_marked(line) for line in ran_here()])
def test_guide__commands_run(reader_of_guide: Reader, line: str) -> None:
    """Each line of the guide runs exactly as printed."""
    ran = reader_of_guide.types(line)

    assert ran.code == (130 if line.startswith("rollcall watch") else 0), ran.err
    assert "error:" not in ran.err
