"""`rollcall --via api` on the deployed stack: the output of each command is that of the same command on AWS itself."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from integration.api_requests import example, send
from integration.staff import sign_in_to_api

from admin_cli.aws.contexts import add_local, context_file

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import DeployedStack
    from integration.staff import Ran, Staff

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
    """The references of some registrations of one family."""
    family = uuid.uuid4().hex[:8]
    references = []
    for child in ("Åsa", "Bo", "Cleo"):
        answers = example(
            "registration", participant=f"{child} {family}", email=f"{family}@example.org", course="competition-team"
        )
        references.append(send(deployed, "registration", answers).json["reference"])
    return references


def test_looks__print_the_same(person: TwoWays, registered: list[str]) -> None:
    reference = registered[0]
    for command in ("list", "list --json", f"show {reference}", f"show {reference} --json all", "stats", "quota list"):
        assert person.both(*command.split()).code == 0
