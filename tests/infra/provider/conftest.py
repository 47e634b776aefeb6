"""The provider stand-in in this process, and an emulator of its own to work on.

`tf` is a Terraform for one resource (see harness.py): `tf.apply(type, config) -> state`,
`tf.plan(type, state, config) -> (planned, replaced)`, `tf.changes(type, state, config)` (empty: no changes),
`tf.destroy(type, state)`, `tf.import_then_plan(type, identifier, config) -> changed names`. `aws("sqs")` is boto3.
"""

from __future__ import annotations

import contextlib
import os
import pathlib
import socket
import subprocess
import time
import urllib.request
from typing import TYPE_CHECKING, Any

import pytest
from infra.provider.api import API_CONFIG, Api
from infra.provider.harness import Harness

from standin.engine import Provider

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = pathlib.Path(__file__).parents[3]
EMULATOR_PYTHON = ROOT / ".venvs" / "emulator" / "bin" / "python"
REGION = "eu-north-1"
START_S = 30.0


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _answers(url: str) -> bool:
    with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=1) as answer:  # noqa: S310 - loopback
        return bool(answer.status == 200)
    return False


@pytest.fixture(scope="session")
def provider_emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Start ministack for these tests alone, with IAM enforced; give its address."""
    folder = tmp_path_factory.mktemp("ministack")
    port = _free_port()
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "MINISTACK_REGION": REGION,
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "AUTH": "true",
    }
    url = f"http://127.0.0.1:{port}"
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [EMULATOR_PYTHON, "-m", "ministack"], cwd=folder, env=environment, stdout=log, stderr=log
        )
    try:
        deadline = time.monotonic() + START_S
        while not _answers(f"{url}/_ministack/health"):
            assert process.poll() is None, (folder / "log").read_text()
            assert time.monotonic() < deadline, f"ministack didn't answer within {START_S:.0f} s"
            time.sleep(0.05)
        yield url
    finally:
        process.terminate()
        process.wait(timeout=30)


@pytest.fixture(scope="session")
def provider(provider_emulator: str) -> Provider:
    """Give the provider, configured as a run's provider block and environment would."""
    made = Provider(
        {"AWS_ENDPOINT_URL": provider_emulator, "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
    )
    made.configure({"region": REGION})
    return made


@pytest.fixture
def tf(provider: Provider) -> Iterator[Harness]:
    """Give a Terraform for one resource at a time; what a test leaves behind is destroyed."""
    harness = Harness(provider)
    yield harness
    harness.clean()


@pytest.fixture(scope="session")
def aws(provider: Provider) -> Callable[[str], Any]:
    """Give boto3 clients of the emulator, to ask it what arrived."""
    return provider.client


@pytest.fixture
def api(tf: Harness, aws: Callable[[str], Any]) -> Api:
    """An API with one resource."""
    state = tf.apply("aws_api_gateway_rest_api", API_CONFIG)
    config = {"rest_api_id": state["id"], "parent_id": state["root_resource_id"], "path_part": "registration"}
    return Api(state, tf.apply("aws_api_gateway_resource", config), aws("apigateway"))
