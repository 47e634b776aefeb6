"""Secret values: read from Secrets Manager with only the standard library, for functions that visitors wait for.

Protocol: https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html
"""

from __future__ import annotations

import time

from registration_core.adapters.dynamodb.call import AwsCallError
from registration_core.adapters.dynamodb.wire import SECRETS, wire_call_from_environment
from registration_core.domain.errors import HumanCheckUnavailableError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from registration_core.adapters.dynamodb.retries import Deadline

KEPT_S = 15 * 60
"""How long a value is used before it is read again. A rotated secret takes effect within this time."""


class SecretValue:
    """Returns a secret's text, read on first use and again after a while.

    environ: see `wire_call_from_environment`, and what it raises. deadline: reads wait no longer.
    """

    def __init__(
        self,
        name: str,
        environ: Mapping[str, str] | None = None,
        *,
        deadline: Deadline | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._name = name
        self._call = wire_call_from_environment(environ, service=SECRETS)
        self._call.deadline = deadline or self._call.deadline
        self._monotonic = monotonic
        self._value = ""
        self._read_at = 0.0

    def __call__(self) -> str:
        """Return the secret. Raises HumanCheckUnavailableError if it can't be read or is empty."""
        if not self._value or self._monotonic() - self._read_at > KEPT_S:
            self._value = self._read()
            self._read_at = self._monotonic()
        return self._value

    def _read(self) -> str:
        try:
            value = str(self._call("GetSecretValue", {"SecretId": self._name}).get("SecretString", "")).strip()
        except AwsCallError as error:
            raise HumanCheckUnavailableError(f'The secret "{self._name}" cannot be read.') from error
        finally:
            self._call.close()  # the next read is far off
        if not value:
            raise HumanCheckUnavailableError(f'The secret "{self._name}" is empty.')
        return value
