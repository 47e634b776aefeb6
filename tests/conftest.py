"""What all tests share: the deployed stack, and how to wait for it.

Each run makes the stack once, on free ports and in a separate folder, beside whatever `make up`
runs. Tests isolate themselves by data (their own addresses), never by order.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hypothesis
import localstack_client.session
import pytest
from capabilities import CAPABILITIES, OF_THE_USER, PROFILES, ask
from deadlines import DEADLINE_S, wait_until
from groups import STACKS, Groups, group_of, place_of
from machine import bare_emulator, only_this_machine
from needs import Needs
from organisation import organisation
from shipped import ROOT

from registration_core.adapters.given_forms import GivenForms
from registration_core.bootstrap.connections import staff_table
from registration_core.bootstrap.staff import manage_service
from rollcall_build.forms.files import compile_forms
from rollcall_local import emulators, mailbox, stack
from rollcall_local.credentials import ROOT_KEY
from rollcall_local.emulators.ministack import Ministack
from rollcall_local.paths import Workspace
from rollcall_local.process import clean_environment, free_port

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rollcall_local.mailbox import Mail

__all__ = ["DEADLINE_S", "bare_emulator", "only_this_machine", "wait_until"]

pytest.register_assert_rewrite("botocore_judge")

ROOM = 10_000
"""How many seats each option but one has on the run's stack: enough for all who register in a run."""

FULL_COURSE = "python-and-sensors"
"""The course that nobody gets a seat in."""

# A property test on a busy machine may be slow, which is no failure.
hypothesis.settings.register_profile("steady", deadline=None)
hypothesis.settings.load_profile("steady")


def pytest_configure(config: pytest.Config) -> None:
    """Register the mark `needs`. Let tests send Ctrl-C to what they start, even if this run ignores it."""
    lacks = {name: capability.lack for name, capability in CAPABILITIES.items()}
    chosen = os.environ.get(emulators.VARIABLE) or Ministack.name
    needs = Needs(config, lacks=lacks, profiles=PROFILES, chosen=chosen, ask=ask, of_the_user=OF_THE_USER)
    config.pluginmanager.register(needs, "needs")
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Groups:
    """Divide the tests among the workers by group."""
    return Groups(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest groups first, and hold the tests of the deployed stack to their groups."""
    items.sort(key=lambda item: place_of(item.nodeid))
    for item in items:
        if "deployed" in getattr(item, "fixturenames", ()) and group_of(item.nodeid) not in STACKS:
            raise pytest.UsageError(f"{item.nodeid} uses the deployed stack: see OWN_SYSTEMS in tests/groups.py")


def environment_of(workspace: Workspace) -> dict[str, str]:
    """Return the environment for a command on a workspace: its own contexts, none of this machine's credentials."""
    return clean_environment(
        EDGE_PORT=str(workspace.edge_port),
        ROLLCALL_CONFIG_DIR=str(workspace.state / "config"),
        ROLLCALL_MAILBOX_PORT=str(workspace.mailbox_port),
        ROLLCALL_ORGANISATION=str(workspace.sources.organisation),
        ROLLCALL_ROOT=str(workspace.root),
        ROLLCALL_SITE_PORT=str(workspace.site_port),
        ROLLCALL_STATE=str(workspace.state),
        XDG_CACHE_HOME=str(workspace.state / "cache"),
    )


@dataclass(frozen=True, slots=True)
class DeployedStack:
    """The stack as Terraform made it, and how tests use it."""

    workspace: Workspace
    outputs: dict[str, Any]

    @property
    def site_url(self) -> str:
        return self.workspace.site_url

    @property
    def api_url(self) -> str:
        return self.workspace.api_url

    @property
    def endpoint_url(self) -> str:
        return self.workspace.endpoint_url

    @property
    def table(self) -> str:
        return self.workspace.table

    @property
    def env(self) -> dict[str, str]:
        """The environment for a command on this stack."""
        return environment_of(self.workspace)

    def client(self, service: str) -> Any:
        """Return a boto3 client for the emulator, with its endpoint from localstack-client."""
        edge = f"localhost:{self.workspace.edge_port}"
        session = localstack_client.session.Session(
            aws_access_key_id=ROOT_KEY,
            aws_secret_access_key=ROOT_KEY,
            region_name=self.workspace.region,
            localstack_host=edge,
        )
        return session.client(service)

    def mails(self, *, to: str | None = None) -> list[Mail]:
        """Return the mails so far, oldest first. to: only those with this address."""
        return [mail for mail in mailbox.messages(self.workspace) if to is None or to in mail.to]

    def wait_for_mails(self, *, to: str, count: int = 1) -> list[Mail]:
        """Wait until this many mails went to an address and none is queued; more of them is a failure."""
        wait_until(lambda: len(self.mails(to=to)) >= count, what=f"{count} mail(s) to {to}")
        wait_until(self.nothing_is_queued_for_mailing, what="an empty mail queue")
        mails = self.mails(to=to)
        assert len(mails) == count
        return mails

    def nothing_is_queued_for_mailing(self) -> bool:
        """Return whether the mail queue is empty. A request that met another's lease comes again later."""
        name, queue = "ApproximateNumberOfMessages", self.outputs["mail_queue_url"]
        attributes = self.client("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=[name])["Attributes"]
        return int(attributes[name]) == 0


def chosen_edge_port() -> int:
    """Return the port of EDGE_PORT or LOCALSTACK_HOST if set, else a free one; in a worker always a free one."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        return free_port()
    _, _, port = os.environ.get("LOCALSTACK_HOST", "").partition(":")
    return int(os.environ.get("EDGE_PORT") or port or free_port())


@pytest.fixture
def needs(pytestconfig: pytest.Config) -> Needs:
    """What is stated of this run's emulator, and what it answers."""
    plugin: Needs = pytestconfig.pluginmanager.get_plugin("needs")
    return plugin


@pytest.fixture(scope="session")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The ports and the folder of the run's stack."""
    return Workspace(
        root=ROOT,
        state=tmp_path_factory.mktemp("stack"),
        edge_port=chosen_edge_port(),
        site_port=free_port(),
        mailbox_port=free_port(),
        organisation=organisation(tmp_path_factory.mktemp("organisation") / "academy").organisation,
    )


@contextmanager
def brought_up(workspace: Workspace) -> Iterator[DeployedStack]:
    """The whole system, brought up by the command behind `make up`, and stopped at the end."""
    rollcall = [str(Path(sys.executable).with_name("rollcall")), "local"]
    environment = environment_of(workspace)
    up = subprocess.run([*rollcall, "up"], env=environment, capture_output=True, text=True, check=False)
    try:
        if up.returncode != 0:
            pytest.fail(f"rollcall local up failed with {up.returncode}:\n{up.stdout}{up.stderr}", pytrace=False)
        yield DeployedStack(workspace, stack.outputs(workspace))
    finally:
        subprocess.run([*rollcall, "down"], env=environment, capture_output=True, check=True)


@pytest.fixture(scope="session")
def deployed(workspace: Workspace) -> Iterator[DeployedStack]:
    """The run's stack, with seats for everybody in all courses but one: tests share the example's courses."""
    with brought_up(workspace) as made:
        forms = compile_forms(workspace.sources.forms)
        staff = manage_service(staff_table(made.client("dynamodb"), made.table), GivenForms(forms))
        for form in forms.values():
            for option in form.capacities():
                staff.set_capacity(form.name, option, 0 if option == FULL_COURSE else ROOM)
        yield made


@pytest.fixture(name="stack")
def the_stack(deployed: DeployedStack) -> DeployedStack:
    """The run's deployed stack."""
    return deployed
