"""`rollcall --via api` on the deployed stack: the output of each command is that of the same command on AWS itself."""

from __future__ import annotations

import json
import re
import shlex
import stat
import uuid
import webbrowser
from dataclasses import dataclass
from threading import Thread
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

import pytest
from integration.api_requests import example, send
from integration.staff import Staff, sign_in_to_api
from sign_in import ask_page, sign_in_of, staff_user, walk

from admin_cli.aws.contexts import add_local, context_file
from rollcall_local.credentials import Credentials

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import DeployedStack
    from integration.staff import Ran

NUMBERS = re.compile(r"[0-9A-Z]{4}-[0-9A-Z]{4}|[a-z]+_[0-9A-Z]{26}|[0-9T:.-]*[0-9]Z?")
"""References, IDs, and numbers with times among them."""

pytestmark = pytest.mark.needs("sign-in pages")


@dataclass(frozen=True)
class TwoWays:
    """Somebody with AWS rights who is also signed in to the staff API. name: whom the API's histories name."""

    staff: Staff
    name: str

    def both(self, *arguments: str) -> Ran:
        """Run a command that changes nothing in both ways. It must print the same."""
        through_api, directly = self.staff(*arguments, "--via", "api"), self.staff(*arguments)
        err = through_api.err.replace(" --via api", "")  # in a command that it names
        assert (through_api.code, through_api.raw, err) == (directly.code, directly.raw, directly.err)
        return through_api


@pytest.fixture(scope="module")
def person(deployed: DeployedStack, tmp_path_factory: pytest.TempPathFactory, manager: Staff) -> TwoWays:
    return signed_in(deployed, manager, tmp_path_factory.mktemp("contexts"), "managers")


def signed_in(stack: DeployedStack, staff: Staff, folder: Path, group: str) -> TwoWays:
    """Return staff with contexts of their own, in which a new person is signed in."""
    contexts, workspace = context_file({"ROLLCALL_CONFIG_DIR": str(folder)}), stack.workspace
    add_local(workspace.stack, workspace.region, workspace.endpoint_url, file=contexts)
    return TwoWays(staff.with_contexts(contexts), sign_in_to_api(stack, contexts, group))


@pytest.fixture(scope="module")
def registered(deployed: DeployedStack) -> list[str]:
    """The references of the registrations of one family."""
    family = f"fam{uuid.uuid4().hex[:8]}"
    return [register(deployed, f"{child} {family}", f"{child}-{family}@example.org") for child in ("asa", "bo", "cleo")]


def register(stack: DeployedStack, name: str, address: str) -> str:
    """Register somebody, and return the reference."""
    answers = example("registration", participant=name, email=address, course="competition-team")
    reference: str = send(stack, "registration", answers).json["reference"]
    return reference


@pytest.mark.parametrize(
    "command",
    [
        "list",
        "list --json --limit 3",
        "list --form registration --option competition-team --since 1d --columns name,rank,notes,checked_in",
        "list --status cancelled,spam --jsonl",
        "search {name}",
        "search {address} --json",
        "show {reference}",
        "show {reference} --json all",
        "show {reference} --copy",
        "history {reference} --json all",
        "history --since 1d",
        "stats --form registration --json",
        "quota list --json",
        "quota waiting registration competition-team",
        "attendance registration competition-team",
        "note list {reference} --json",
        "export --form registration --since 1d --format csv --quiet",
        "export --since 1d --format json --quiet",
        "show K7QM-3XTP",
        "list --form registraton",
    ],
)
def test_looks__print_the_same(person: TwoWays, registered: list[str], command: str) -> None:
    """Byte for byte, on stdout and stderr, with the same exit code."""
    (shown,) = person.staff.json("search", registered[0], "--json", "name,email")
    words = command.format(reference=registered[0], name=shown["name"].split()[1], address=shown["email"]).split()
    ran = person.both(*words)
    assert ran.code == (3 if command in ("show K7QM-3XTP", "list --form registraton") else 0)


CHANGES = (
    "note add 'Called: no answer' {0}",
    "label add paid {0}",
    "check-in {0}",
    "edit {0} guardian='Per Ek' phone='+46 70 140 50 21'",
    "check-in {0} --undo",
    "status cancel {0} {1}",
    "status restore {0}",
    "status set {1} confirmed",
    "status set {0} spam",
    "status set {0} confirmed",
    "label remove paid {0}",
    "note remove 1 {0}",
    "mail resend {0} --again --no-wait",
    "quota set registration competition-team +1",
    "status promote registration competition-team",
    "erase {1}",
)


TRIED_FIRST = ("edit", "mail", "quota", "status cancel", "status restore")


def test_changes__say_and_store_the_same(deployed: DeployedStack, person: TwoWays) -> None:
    """Two families, one changed directly and one through the API: only names, numbers and times differ."""
    told = []
    for ways in ([], ["--via", "api"]):
        family = f"fam{uuid.uuid4().hex[:8]}"
        references = [register(deployed, f"{child} {family}", f"{child}@{family}.example") for child in ("asa", "bo")]
        printed = []
        for command in CHANGES:
            words = shlex.split(command.format(*references))
            for dry_run in ("--dry-run", "--yes") if command.startswith(TRIED_FIRST) else ("--yes",):
                ran = person.staff(*words, dry_run, *ways)
                heading, _, err = ran.err.partition("\n")
                assert heading.endswith(f"as {person.name}") == bool(ways), ran.err
                printed.append(f"{command} {dry_run}: {ran.code} {ran.out}{err}")
        for reference in references:
            lines = person.staff.done("show", reference).out.splitlines()
            printed += [line for line in lines if not line.startswith("mails.")]  # some are still on their way
        everything = "\n".join(printed).replace(family, "family")
        by = person.name if ways else person.staff.arn
        told.append(NUMBERS.sub("#", everything.replace(by, "staff")))
    assert told[0] == told[1]
    assert "Nothing was changed" in told[1]


def test_change__names_the_person_in_the_history(deployed: DeployedStack, person: TwoWays) -> None:
    reference = register(deployed, "Asa Named", f"{uuid.uuid4().hex}@example.org")
    person.staff.done("label", "add", "paid", reference, "--yes", "--via", "api")
    (line,) = [
        line for line in person.staff.json("history", reference, "--json", "what,by") if line["what"] == "labelled paid"
    ]
    assert line["by"] == person.name


def test_reader__may_look_and_changes_nothing(
    deployed: DeployedStack, manager: Staff, tmp_path: Path, registered: list[str]
) -> None:
    """What the person's group may not do, the API refuses, whatever rights the AWS credentials have."""
    reading = signed_in(deployed, manager, tmp_path, "readers").staff
    assert reading("show", registered[2], "--via", "api").code == 0
    ran = reading("label", "add", "vip", registered[2], "--yes", "--via", "api")
    assert ran.code == 4
    assert "Ask a manager to do it." in ran.err
    assert manager.json("show", registered[2], "--json", "labels") == {"labels": []}


def test_login__signs_in_by_browser_and_logout_revokes(deployed: DeployedStack, manager: Staff, tmp_path: Path) -> None:
    """A shared context needs no rights in AWS. After the sign-out the kept sign-in is worth nothing."""
    contexts = context_file({"ROLLCALL_CONFIG_DIR": str(tmp_path)})
    command = manager.done("context", "share").out
    nobody = Staff(deployed, Credentials("nobody", "nobody"), contexts=contexts)
    assert nobody(*shlex.split(command)[1:]).code == 0
    nobody.done("context", "use", deployed.workspace.stack)
    assert nobody("list").code == 4
    user, place = staff_user(deployed), sign_in_of(deployed)

    def browse(address: str) -> bool:
        query = dict(parse_qsl(urlsplit(address).query))
        Thread(target=lambda: ask_page(walk(place, user, query).headers["Location"])).start()
        return True

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(webbrowser, "open", browse)
        ran = nobody("login", "--browser", typed="")
    assert ran.err.endswith(f"Signed in as {user.name}.\n"), ran.err
    (file,) = (tmp_path / "sign-ins").iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert nobody("list").code == 0

    kept = json.loads(file.read_text(encoding="utf-8"))
    late = {**kept, "tokens": {**kept["tokens"], "access": "x.y.z", "expires_at": 0}}
    file.write_text(json.dumps(late), encoding="utf-8")
    assert nobody("list").code == 0  # with a new access token
    assert nobody("logout").err == f"Signed out. {user.name} was signed in.\n"
    assert not file.exists()
    file.write_text(json.dumps(late), encoding="utf-8")
    ran = nobody("list")
    assert (ran.code, ran.err) == (4, "error: Your sign-in has ended.\nSign in: rollcall login\n")
