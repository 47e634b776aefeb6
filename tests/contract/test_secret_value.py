"""A secret read without an SDK: cached for a while, and an error if there is none."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

import boto3
import pytest
from contract.conftest import REGION

from registration_core.adapters.secret_value import KEPT_S, SecretValue
from registration_core.domain.errors import HumanCheckUnavailableError, SettingsError


@dataclass
class Ticks:
    """A monotonic clock that only a test moves."""

    at: float = 100.0

    def __call__(self) -> float:
        return self.at


def environment(endpoint: str) -> dict[str, str]:
    return {
        "AWS_REGION": REGION,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_ENDPOINT_URL": endpoint,
    }


@pytest.fixture
def secrets(emulator: str) -> Any:
    return boto3.client(
        "secretsmanager",
        endpoint_url=emulator,
        region_name=REGION,
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )


def test_secret__is_cached_and_reread_after_a_while(emulator: str, secrets: Any) -> None:
    name, ticks = f"test/{uuid.uuid4().hex}", Ticks()
    secrets.create_secret(Name=name, SecretString="0x4AAA-first\n")
    value = SecretValue(name, environment(emulator), monotonic=ticks)
    assert value() == "0x4AAA-first"
    secrets.put_secret_value(SecretId=name, SecretString="0x4AAA-second")
    assert value() == "0x4AAA-first"
    ticks.at += KEPT_S + 1
    assert value() == "0x4AAA-second"


def test_secret__missing_or_empty_is_an_error_each_time(emulator: str, secrets: Any) -> None:
    name = f"test/{uuid.uuid4().hex}"
    value = SecretValue(name, environment(emulator))
    for _ in range(2):
        with pytest.raises(HumanCheckUnavailableError, match="cannot be read"):
            value()
    secrets.create_secret(Name=name, SecretString="  ")
    with pytest.raises(HumanCheckUnavailableError, match="is empty"):
        value()
    secrets.put_secret_value(SecretId=name, SecretString="there")
    assert value() == "there"


def test_secret__needs_a_region_and_credentials() -> None:
    with pytest.raises(SettingsError, match="AWS_DEFAULT_REGION"):
        SecretValue("name", {})
