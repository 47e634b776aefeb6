"""AWS without its SDK, only where boto3 would do the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from admin_cli.aws.contexts import Context
from admin_cli.aws.wire import plain_call

if TYPE_CHECKING:
    from pathlib import Path

AWS = Context("prod", "prod", "eu-north-1")
KEYS = {"AWS_ACCESS_KEY_ID": "AKIAEXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret"}


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    return KEYS | {"AWS_CONFIG_FILE": str(tmp_path / "config")}


def test_keys_in_the_environment__need_no_sdk(environ: dict[str, str], tmp_path: Path) -> None:
    """Nor does a configuration that does not affect the connection."""
    assert plain_call(AWS, "dynamodb", environ) is not None
    (tmp_path / "config").write_text("[default]\nregion = eu-north-1\noutput = json\n", encoding="utf-8")
    assert plain_call(AWS, "secretsmanager", environ) is not None


@pytest.mark.parametrize(
    "more",
    [
        {"AWS_ACCESS_KEY_ID": ""},
        {"AWS_PROFILE": "work"},
        {"HTTPS_PROXY": "http://proxy.example:3128"},
        {"https_proxy": "http://proxy.example:3128"},
        {"AWS_USE_FIPS_ENDPOINT": "true"},
        {"AWS_USE_DUALSTACK_ENDPOINT": "true"},
        {"AWS_ACCOUNT_ID_ENDPOINT_MODE": "required"},
    ],
)
def test_settings_only_the_sdk_knows__are_left_to_it(environ: dict[str, str], more: dict[str, str]) -> None:
    assert plain_call(AWS, "dynamodb", environ | more) is None


@pytest.mark.parametrize(
    "setting", ["endpoint_url = https://vpce.example", "ca_bundle = /etc/ca.pem", "account_id_endpoint_mode = required"]
)
def test_configuration_with_an_endpoint__is_left_to_the_sdk(
    environ: dict[str, str], tmp_path: Path, setting: str
) -> None:
    (tmp_path / "config").write_text(f"[default]\n{setting}\n", encoding="utf-8")

    assert plain_call(AWS, "dynamodb", environ) is None


def test_profile_of_the_context__is_left_to_the_sdk(environ: dict[str, str]) -> None:
    assert plain_call(Context("prod", "prod", "eu-north-1", profile="work"), "dynamodb", environ) is None


def test_this_machine__needs_no_keys() -> None:
    """An emulator gets the dummy key, whatever the environment holds."""
    assert plain_call(Context("local", "local", "eu-north-1", "http://localhost:1"), "dynamodb", {}) is not None
