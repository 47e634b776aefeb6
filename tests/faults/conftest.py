"""Functions as processes with a proxy before their own emulator, and a stack with seats to race for."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from conftest import brought_up
from contract.conftest import REGION, dynamodb, emulator, table
from faults.clone import make_clone
from faults.functions import running
from faults.proxy import FaultProxy
from faults.table_contents import read_books

from rollcall_build.files import staff_package
from rollcall_build.package import build_package
from rollcall_build.sources import Sources
from rollcall_local.paths import Workspace
from rollcall_local.process import free_port

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from conftest import DeployedStack
    from faults.functions import Function
    from faults.table_contents import Books

__all__ = ["dynamodb", "emulator", "table"]

ORIGIN = "https://forms.example.org"
SENDER = "courses@example.org"
AT_ONCE = 8
NOTIFY_AT_ONCE = 4


@pytest.fixture(scope="session")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clone with one more form."""
    return make_clone(tmp_path_factory.mktemp("clone"))


@pytest.fixture(scope="session")
def package(clone: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The functions' zip, unpacked as Lambda does it."""
    folder = tmp_path_factory.mktemp("package")
    report = build_package(Sources(clone, clone / "example"), folder / "functions.zip")
    with zipfile.ZipFile(report.path) as archive:
        archive.extractall(folder / "task")
    return folder / "task"


@pytest.fixture(scope="session")
def staffs_package(package: Path) -> Path:
    """The zip of the function staff, unpacked as Lambda does it."""
    folder = package.parent
    with zipfile.ZipFile(staff_package(folder / "functions.zip")) as archive:
        archive.extractall(folder / "staff")
    return folder / "staff"


@pytest.fixture
def proxy(emulator: str) -> Iterator[FaultProxy]:
    """A proxy before the emulator that injects no fault at first. botocore must find every request of ours right."""
    with FaultProxy(emulator) as standing:
        yield standing
    assert standing.wrong_requests == []


def function_environment(package: Path, endpoint: str, table: str) -> dict[str, str]:
    """What Terraform sets for the functions, and the endpoint for AWS."""
    return {
        "PYTHONPATH": str(package),
        "PYTHONDONTWRITEBYTECODE": "1",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ENDPOINT_URL": endpoint,
        "STACK": "faults",
        "LOG_LEVEL": "INFO",
        "TABLE": table,
        "SITE_URL": ORIGIN,
        "ALLOWED_ORIGINS": ORIGIN,
        "RATE_PER_ADDRESS": "0",
        "RATE_PER_EMAIL": "0",
    }


@pytest.fixture(name="read_books")
def books_reader(dynamodb: Any, table: str) -> Callable[[], Books]:
    """Read what the table holds now."""
    return lambda: read_books(dynamodb, table)


@pytest.fixture
def submit(package: Path, proxy: FaultProxy, table: str, tmp_path: Path) -> Iterator[Function]:
    """The submit function in several processes, behind the proxy."""
    environ = function_environment(package, proxy.endpoint, table)
    with running("lambda_handlers.submit", environ, tmp_path / "submit.log", at_once=AT_ONCE) as function:
        yield function


@pytest.fixture
def notify_environment(package: Path, proxy: FaultProxy, emulator: str, table: str) -> dict[str, str]:
    """What Terraform sets for notify. SES has verified its sender."""
    environment = {
        "SENDER": SENDER,
        "CONFIGURATION_SET": "faults",
        "API_URL": f"{ORIGIN}/api",
        "SIGNING_KEY_SECRET": "rollcall/faults/signing-key",
    }
    _prepare_mail(emulator, environment)
    return function_environment(package, proxy.endpoint, table) | environment


@pytest.fixture
def notify(notify_environment: dict[str, str], tmp_path: Path) -> Iterator[Function]:
    """The notify function in several processes, behind the proxy."""
    with running(
        "lambda_handlers.notify", notify_environment, tmp_path / "notify.log", at_once=NOTIFY_AT_ONCE
    ) as function:
        yield function


def _prepare_mail(emulator: str, environment: Mapping[str, str]) -> None:
    """Verify the sender, and create the configuration set and the secret once."""
    ses, secrets = client("ses", emulator), client("secretsmanager", emulator)
    ses.verify_email_identity(EmailAddress=environment["SENDER"])
    if not ses.list_configuration_sets()["ConfigurationSets"]:
        ses.create_configuration_set(ConfigurationSet={"Name": environment["CONFIGURATION_SET"]})
        secrets.create_secret(Name=environment["SIGNING_KEY_SECRET"], SecretString="0123456789abcdef0123456789abcdef")


def client(service: str, endpoint: str) -> Any:
    """Create a client with the emulator's root key."""
    return boto3.client(
        service,
        endpoint_url=endpoint,
        region_name=REGION,
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )


@pytest.fixture(scope="module")
def racing_stack(clone: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeployedStack]:
    """A separate stack, so that hundreds of submissions and mails don't disturb other tests."""
    workspace = Workspace(
        root=clone,
        state=tmp_path_factory.mktemp("racing"),
        edge_port=free_port(),
        site_port=free_port(),
        mailbox_port=free_port(),
    )
    with brought_up(workspace) as made:
        yield made
