"""The provider stand-in in this process, and an emulator of its own to work on.

`tf` is a Terraform for one resource (see harness.py): `tf.apply(type, config) -> state`,
`tf.plan(type, state, config) -> (planned, replaced)`, `tf.changes(type, state, config)` (empty: no changes),
`tf.destroy(type, state)`, `tf.import_then_plan(type, identifier, config) -> changed names`. `aws("sqs")` is boto3.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from api import API_CONFIG, BODY, Api
from harness import Harness
from machine import bare_emulator, only_this_machine
from recordings_there import NONE_YET, RECORDINGS

from standin.engine import Provider

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rollcall_local.paths import Workspace

__all__ = ["bare_emulator", "only_this_machine"]

REGION = "eu-north-1"

# Without a recording there is nothing to compare, and no test that could pass.
collect_ignore = [] if RECORDINGS else ["test_recorded.py"]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say at the end of a run what it doesn't prove."""
    if not RECORDINGS:
        terminalreporter.write_line(NONE_YET)


@pytest.fixture(scope="session")
def provider_emulator(bare_emulator: Workspace) -> str:
    """Return the address of an emulator with nothing deployed and IAM enforced."""
    return bare_emulator.endpoint_url


@pytest.fixture(scope="session")
def provider(provider_emulator: str) -> Provider:
    """Return the provider, configured as a run's provider block and environment would."""
    made = Provider(
        {"AWS_ENDPOINT_URL": provider_emulator, "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
    )
    made.configure({"region": REGION})
    return made


@pytest.fixture
def tf(provider: Provider) -> Iterator[Harness]:
    """Return a Terraform for one resource at a time; what a test leaves behind is destroyed."""
    harness = Harness(provider)
    yield harness
    harness.clean()


@pytest.fixture(scope="session")
def aws(provider: Provider) -> Callable[[str], Any]:
    """Return boto3 clients of the emulator, to ask it what arrived."""
    return provider.client


@pytest.fixture
def api(tf: Harness, aws: Callable[[str], Any]) -> Api:
    """An API with a method, and a client to ask about it."""
    return Api(tf.apply("aws_api_gateway_rest_api", {**API_CONFIG, "body": BODY}), aws("apigateway"))
