"""Secrets Manager whose versions keep their own labels when a new version becomes the current one."""

from __future__ import annotations

from typing import Any

from localstack.services.moto import MotoFallbackDispatcher
from localstack.services.plugins import Service
from localstack.services.secretsmanager.provider import SecretsmanagerProvider
from moto.secretsmanager.models import FakeSecret

MOVED = ("AWSCURRENT", "AWSPREVIOUS")
"""The labels that Secrets Manager moves by itself: User Guide, "What's in a Secrets Manager secret?"."""


def keep_own_labels() -> None:
    """Take only AWSCURRENT from the version that was current: LocalStack takes every label."""
    reset = FakeSecret.reset_default_version

    def kept(secret: Any, version: dict[str, Any], version_id: str) -> None:  # noqa: ANN401 - moto's class
        before = secret.versions.get(secret.default_version_id)
        own = [label for label in before["version_stages"] if label not in MOVED] if before else []
        reset(secret, version, version_id)
        if before:
            before["version_stages"].extend(own)

    FakeSecret.reset_default_version = kept


def service() -> Any:  # noqa: ANN401 - LocalStack's class
    """Return Secrets Manager with this."""
    keep_own_labels()
    return Service.for_provider(SecretsmanagerProvider(), dispatch_table_factory=MotoFallbackDispatcher)
