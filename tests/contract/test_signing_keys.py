"""The signing keys: whoever signs first makes the first one, and nobody else does."""

from __future__ import annotations

import os
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from contract.fakes import StoppedClock

from registration_core.adapters.signing import MY
from registration_core.adapters.signing_keys import KeysUnavailableError, SecretSigner
from rollcall_local.credentials import client

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rollcall_local.paths import Workspace

ENTRY = "reg_01K4C7Q3ZJ8M5R2V9XTB6WYHDN"


@pytest.fixture
def secrets(bare_emulator: Workspace) -> Any:
    return client("secretsmanager", bare_emulator)


@pytest.fixture
def secret(secrets: Any) -> Iterator[str]:
    """Create a secret without a value, as Terraform does."""
    name = f"rollcall/{uuid.uuid4().hex[:12]}/signing-key"
    secrets.create_secret(Name=name)
    yield name
    secrets.delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True)


@pytest.fixture
def keys(secrets: Any, secret: str) -> Callable[..., SecretSigner]:
    """Return the keys as one function holds them."""
    return lambda **more: SecretSigner(secrets, secret, clock=StoppedClock(), **more)


def test_first_link__makes_the_key_for_everyone(keys: Callable[..., SecretSigner], secrets: Any, secret: str) -> None:
    later = StoppedClock().now() + timedelta(days=1)
    token = keys(randomness=os.urandom).signer().sign(ENTRY, purpose=MY, expires_at=later, address="asa@example.org")

    assert keys().signer().read(token, purpose=MY, now=StoppedClock().now()) == ENTRY
    assert (
        keys(randomness=os.urandom).signer().sign(ENTRY, purpose=MY, expires_at=later, address="asa@example.org")
        == token
    )
    assert len(secrets.get_secret_value(SecretId=secret)["SecretString"]) >= 64


def test_first_links__made_at_once__are_signed_with_one_key(keys: Callable[..., SecretSigner]) -> None:
    later = StoppedClock().now() + timedelta(days=1)

    def token(_: int) -> str:
        return keys(randomness=os.urandom).signer().sign(ENTRY, purpose=MY, expires_at=later, address="asa@example.org")

    with ThreadPoolExecutor(8) as workers:
        assert len(set(workers.map(token, range(16)))) == 1


def test_reading__makes_no_key(keys: Callable[..., SecretSigner], secrets: Any, secret: str) -> None:
    """A made-up link is no reason to make a key."""
    with pytest.raises(KeysUnavailableError):
        keys().signer()

    assert not secrets.describe_secret(SecretId=secret).get("VersionIdsToStages")


def test_existing_keys__are_never_replaced(keys: Callable[..., SecretSigner], secrets: Any, secret: str) -> None:
    """Older stacks keep the key that signed their links."""
    secrets.put_secret_value(SecretId=secret, SecretString="k" * 64)

    keys(randomness=os.urandom).signer()

    assert secrets.get_secret_value(SecretId=secret)["SecretString"] == "k" * 64


def test_missing_secret__is_not_created(secrets: Any) -> None:
    with pytest.raises(KeysUnavailableError):
        SecretSigner(secrets, "rollcall/none/signing-key", clock=StoppedClock(), randomness=os.urandom).signer()


def test_new_key__signs_everywhere_within_five_minutes(secrets: Any, secret: str) -> None:
    """This needs no deployment, and the secret is not read for each mail."""
    clock = StoppedClock()
    later = clock.now() + timedelta(days=1)
    signer = SecretSigner(secrets, secret, clock=clock, randomness=os.urandom)
    before = signer.signer().sign(ENTRY, purpose=MY, expires_at=later, address="asa@example.org")
    secrets.put_secret_value(SecretId=secret, SecretString="n" * 64)

    clock.forward(minutes=4)
    assert signer.signer().sign(ENTRY, purpose=MY, expires_at=later, address="asa@example.org") == before
    clock.forward(minutes=1)
    assert signer.signer().sign(ENTRY, purpose=MY, expires_at=later, address="asa@example.org") != before


def test_unknown_keys__read_the_secret_at_most_every_5_s(secrets: Any, secret: str) -> None:
    """Thousands of made-up links don't cost thousands of calls."""
    clock, asked = StoppedClock(), []

    class Counting:
        """Secrets Manager with its calls counted."""

        def get_secret_value(self, **parameters: str) -> Any:
            asked.append(parameters)
            return secrets.get_secret_value(**parameters)

    secrets.put_secret_value(SecretId=secret, SecretString="k" * 64)
    signer = SecretSigner(Counting(), secret, clock=clock)
    for _ in range(10):
        signer.signer(renew=True)
    assert len(asked) == 1

    clock.forward(seconds=5)
    signer.signer(renew=True)
    assert len(asked) == 2
