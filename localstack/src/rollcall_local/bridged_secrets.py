"""Makes ministack's Secrets Manager match AWS: the value of a version never changes."""

# ruff: noqa: SLF001 - ministack has no hooks for this; its version is locked

from __future__ import annotations

from typing import Any

from ministack.core.responses import error_response_json
from ministack.services import secretsmanager


def keep_each_version() -> None:
    """Make ministack refuse a new value for an existing version, and create no version for a secret without a value.

    Source: Secrets Manager API Reference, PutSecretValue, "ClientRequestToken", and CreateSecret,
    "SecretString".
    """
    put, create = secretsmanager._put_secret_value, secretsmanager._create_secret

    def created(asked: dict[str, Any]) -> Any:  # noqa: ANN401 - ministack's own answer
        known = asked.get("Name") in secretsmanager._secrets
        answer = create(asked)
        if not known and asked.get("SecretString") is None and asked.get("SecretBinary") is None:
            secretsmanager._secrets[asked["Name"]]["Versions"].clear()
        return answer

    def stored(asked: dict[str, Any]) -> Any:  # noqa: ANN401 - as above
        _, secret = secretsmanager._resolve(asked.get("SecretId"))
        there = ((secret or {}).get("Versions") or {}).get(asked.get("ClientRequestToken"))
        if there and there.get("SecretString") != asked.get("SecretString"):
            message = "You can't use ClientRequestToken because it was already used for another value."
            return error_response_json("ResourceExistsException", message, 400)
        return put(asked)

    secretsmanager._create_secret, secretsmanager._put_secret_value = created, stored
