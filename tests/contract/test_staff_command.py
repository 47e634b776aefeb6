"""`rollcall staff` and the doctor's look at the desk, on a user pool of the emulator."""

from __future__ import annotations

import json
import shlex
import urllib.request
import uuid
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import guide
import pytest
from contract.identities import clients_of
from contract.pools import new_pool
from sign_in import SignIn, StaffUser, choose_password, code_from, enter_code, password_page, tokens
from unit.cli.fakes import DESCRIPTION, CommandLine, FakeStack

from admin_cli.aws.contexts import Context, ContextFile
from admin_cli.doctor import desk as checks
from admin_cli.doctor.examination import Patient, examine
from admin_cli.doctor.findings import Health
from admin_cli.stack import Desk
from rollcall_local.credentials import client

if TYPE_CHECKING:
    from pathlib import Path

    from rollcall_local.paths import Workspace

pytestmark = pytest.mark.needs("sign-in pages")

PROD = Context("prod", "prod", "eu-north-1")


@pytest.fixture(scope="module")
def cognito(bare_emulator: Workspace) -> Any:
    return client("cognito-idp", bare_emulator)


@pytest.fixture
def place(bare_emulator: Workspace, cognito: Any) -> SignIn:
    """A new pool with nobody in it."""
    return new_pool(cognito, bare_emulator.endpoint_url)


@pytest.fixture
def line(tmp_path: Path, cognito: Any, place: SignIn) -> CommandLine:
    """A command line whose stack has this pool."""
    contexts = ContextFile(tmp_path / "contexts.json")
    contexts.write(contexts.read().with_entry(PROD).using(PROD.name))
    return CommandLine(contexts, clients={"cognito-idp": cognito}, description=described(place))


def described(place: SignIn) -> Any:
    return replace(DESCRIPTION, desk=Desk("cognito", place.user_pool_id, place.client_id, place.url))


def people(line: CommandLine) -> list[list[str]]:
    """Return who can sign in: address, role, state."""
    return [each.split("\t")[:3] for each in line("staff", "list").out.splitlines()]


def first_password(emulator: Workspace, address: str) -> str:
    """Return the first password of the latest mail to an address."""
    with urllib.request.urlopen(f"{emulator.endpoint_url}/_ministack/ses/messages") as answer:  # noqa: S310 - the emulator
        mails = [mail for of_account in json.load(answer)["messages"].values() for mail in of_account]
    text = next(mail["BodyText"] for mail in reversed(mails) if mail["To"] == [address])
    return str(text.removeprefix(f"{address} "))


def test_invite__mails_a_password_that_signs_in(line: CommandLine, bare_emulator: Workspace, place: SignIn) -> None:
    """The person chooses a password, sets up an app, and has the role; their name is their address in lower case."""
    address = f"Asa-{uuid.uuid4().hex[:8]}@Academy.example"
    ran = line("staff", "invite", address, "--role", "manager", "--yes")
    assert ran.code == 0, ran.err
    assert "http://localhost:8080/desk/" in ran.err
    assert people(line) == [[address.lower(), "manager", "invited"]]
    user = StaffUser(address.lower(), first_password(bare_emulator, address.lower()))
    page = choose_password(place, user, password_page(place, user), "correct horse battery")
    assert code_from(enter_code(place, user, page))
    assert people(line) == [[address.lower(), "manager", "active"]]


def test_invite__says_what_is_wrong(line: CommandLine) -> None:
    """No address, invited already, and a try without a change."""
    assert line("staff", "invite", "asa", "--yes").code == 2
    assert line("staff", "invite", "per@academy.example", "--dry-run").code == 0
    assert people(line) == []
    assert "Invite a manager" in line("staff", "list").err
    assert line("staff", "invite", "per@academy.example", "--yes").code == 0
    again = line("staff", "invite", "PER@academy.example", "--yes")
    assert again.code == 1
    assert "rollcall staff reset per@academy.example" in again.err


def test_role__is_one_at_a_time(line: CommandLine) -> None:
    """A manager who becomes a reader is no manager any more."""
    line("staff", "invite", "per@academy.example", "--role", "manager", "--yes")
    assert line("staff", "role", "per@academy.example", "reader", "--yes").code == 0
    assert people(line) == [["per@academy.example", "reader", "invited"]]
    assert "is a reader already" in line("staff", "role", "per@academy.example", "reader", "--yes").err
    nobody = line("staff", "role", "pre@academy.example", "reader", "--yes")
    assert (nobody.code, "rollcall staff list" in nobody.err) == (3, True)


def test_reset__lets_a_person_start_anew(line: CommandLine, bare_emulator: Workspace, place: SignIn) -> None:
    """Whoever found the phone is signed out; the person gets a password by mail and sets up another app."""
    line("staff", "invite", "per@academy.example", "--role", "manager", "--yes")
    user = StaffUser("per@academy.example", first_password(bare_emulator, "per@academy.example"))
    page = choose_password(place, user, password_page(place, user), "correct horse battery")
    enter_code(place, user, page)
    old_key = user.key
    assert tokens(place, user)
    assert line("staff", "reset", user.name, "--yes").code == 0
    assert people(line) == [[user.name, "manager", "invited"]]
    assert "Incorrect username or password" in password_page(place, user).body
    user.password = first_password(bare_emulator, user.name)
    page = choose_password(place, user, password_page(place, user), "another horse battery")
    assert page.key not in (None, old_key)


def test_remove__takes_the_sign_in_away(line: CommandLine) -> None:
    """Nothing of the person stays in the pool."""
    line("staff", "invite", "per@academy.example", "--yes")
    assert line("staff", "remove", "per@academy.example", "--dry-run").code == 0
    assert people(line) != []
    assert line("staff", "remove", "per@academy.example", "--yes").code == 0
    assert people(line) == []
    assert line("staff", "remove", "per@academy.example", "--yes").code == 3


@pytest.mark.parametrize(("desk", "hint"), [(None, "staff_auth"), (Desk("iam"), "Give staff access")])
def test_staff__of_a_stack_without_people_says_why(line: CommandLine, desk: Desk | None, hint: str) -> None:
    """The stack has no desk, or its staff use AWS credentials."""
    line.description = replace(DESCRIPTION, desk=desk)
    ran = line("staff", "list")
    assert (ran.code, hint in ran.err) == (1, True)


@pytest.mark.needs("iam enforced")
def test_staff__needs_an_operators_rights(line: CommandLine, bare_emulator: Workspace) -> None:
    """A manager of submissions may not say who else is one."""
    clients = clients_of("stranger", bare_emulator, {"nothing": json.dumps(NOTHING)})
    line.clients = {"cognito-idp": clients("cognito-idp")}
    for command in (("list",), ("invite", "per@academy.example", "--yes")):
        ran = line("staff", *command)
        assert ran.code == 4
        assert "It lacks cognito-idp:ListUsersInGroup" in ran.err
        assert "operator" in ran.err


NOTHING = {"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "*", "Resource": "*"}}


def test_doctor__says_if_no_manager_can_sign_in(line: CommandLine, cognito: Any, place: SignIn) -> None:
    """A reader is not enough, and a disabled manager is none."""
    stack = FakeStack(PROD, described(place), clients={"cognito-idp": cognito})
    line("staff", "invite", "per@academy.example", "--yes")
    assert seen(stack) == (Health.WARNING, "No manager can sign in to the desk.")
    line("staff", "invite", "asa@academy.example", "--role", "manager", "--yes")
    assert seen(stack) == (Health.OK, "2 can sign in, 1 of them to make changes")
    cognito.admin_disable_user(UserPoolId=place.user_pool_id, Username="asa@academy.example")
    assert seen(stack)[0] is Health.WARNING
    assert people(line)[0] == ["asa@academy.example", "manager", "disabled"]
    assert seen(replace(stack, description=DESCRIPTION))[0] is Health.SKIPPED


def test_guide__commands_run(line: CommandLine) -> None:
    """The lines of docs/staff.md, one after another, by a person who agrees."""
    for command in guide.beyond("rollcall staff"):
        ran = line(*shlex.split(command)[1:], typed="y\n")
        assert ran.code == 0, f"{command}: {ran.err}"


def seen(stack: FakeStack) -> tuple[Health, str]:
    (finding,) = examine({"desk": checks.managers}, Patient(stack, None, lambda: pytest.fail("it asks the time")))
    return finding.health, finding.says
