"""Secret values: read from Secrets Manager with only the standard library, for functions that visitors wait for.

Protocol: https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html
"""

from __future__ import annotations

import http.client
import json
import os
import time
from urllib.parse import urlsplit

from registration_core.adapters.dynamodb.sigv4 import Credentials, Sigv4
from registration_core.domain.errors import HumanCheckUnavailableError, SettingsError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

TIMEOUT_S = 3.0
KEPT_S = 15 * 60
"""How long a value is used before it is read again. A rotated secret takes effect within this time."""


class SecretValue:
    """Returns a secret's text, read on first use and again after a while.

    environ: None for the process's own. Raises SettingsError if it has no region or credentials.
    """

    def __init__(
        self, name: str, environ: Mapping[str, str] | None = None, *, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        env = os.environ if environ is None else environ
        try:
            region = env.get("AWS_REGION") or env["AWS_DEFAULT_REGION"]
            key = Credentials(
                env["AWS_ACCESS_KEY_ID"], env["AWS_SECRET_ACCESS_KEY"], env.get("AWS_SESSION_TOKEN") or None
            )
        except KeyError as error:
            raise SettingsError(
                f"The environment variable {error} is not set; Lambda sets it for functions."
            ) from error
        domain = "amazonaws.com.cn" if region.startswith("cn-") else "amazonaws.com"
        self._endpoint = (
            env.get("AWS_ENDPOINT_URL_SECRETS_MANAGER")
            or env.get("AWS_ENDPOINT_URL")
            or f"https://secretsmanager.{region}.{domain}"
        )
        self._name = name
        self._signer = Sigv4(key, region=region, service="secretsmanager")
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
        from urllib.request import Request, urlopen  # noqa: PLC0415 - most functions do without

        body = json.dumps({"SecretId": self._name}).encode()
        headers = {
            "host": urlsplit(self._endpoint).netloc,
            "content-type": "application/x-amz-json-1.1",
            "x-amz-target": "secretsmanager.GetSecretValue",
        }
        signed = self._signer.sign(headers, body, timestamp=time.strftime("%Y%m%dT%H%M%SZ", time.gmtime()))
        sent = Request(f"{self._endpoint.rstrip('/')}/", body, signed, method="POST")  # noqa: S310 - AWS, or an emulator
        try:
            with urlopen(sent, timeout=TIMEOUT_S) as received:  # noqa: S310 - as above
                value = json.loads(received.read())["SecretString"].strip()
        except (OSError, http.client.HTTPException, ValueError, KeyError, AttributeError) as error:
            raise HumanCheckUnavailableError(f'The secret "{self._name}" cannot be read.') from error
        if not value:
            raise HumanCheckUnavailableError(f'The secret "{self._name}" is empty.')
        return str(value)
