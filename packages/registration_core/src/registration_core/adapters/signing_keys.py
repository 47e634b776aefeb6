"""Signing keys in Secrets Manager. The stack creates the first one: docs/decisions/0026-keys.md."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from registration_core.adapters.signing import SigningKey, TokenSigner
from registration_core.domain.errors import RollcallError, SettingsError

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from registration_core.domain.ports import Clock

FRESH_S, LEAST_AGE_S = 300, 5

KEY_BYTES = 48
FIRST_VERSION = "rollcall-first-signing-key-00000001"
"""The first key's version in the secret. Secrets Manager accepts a version once, so only one of two creators wins.

https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_PutSecretValue.html,
ClientRequestToken
"""


class KeysUnavailableError(RollcallError):
    """The signing keys could not be read; retry later."""

    code = "keys_unavailable"


def parse_keys(text: str) -> tuple[SigningKey, ...]:
    """Read the secret: `{"keys": [{"id": …, "key": …}, …]}`, newest first, or one bare key.

    A key without an ID gets one from its hash, so a bare key stays the same key when it moves into
    a list. Raises SettingsError, which quotes nothing of the secret.
    """
    if not text.lstrip().startswith("{"):
        return (_with_id({"key": text.strip()}),)
    try:
        listed = json.loads(text)["keys"]
        return tuple(_with_id(entry) for entry in listed)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise SettingsError('The signing keys\' secret must be {"keys": [{"key": …}, …]}, newest first.') from None


class SecretSigner:
    """Returns a TokenSigner with a secret's keys, which it reads again after five minutes.

    client: boto3's low-level client. randomness: creates the first key if the secret is still
    empty; None to leave that to another function.
    """

    def __init__(
        self,
        client: Any,  # noqa: ANN401 - boto3 ships no types
        secret: str,
        *,
        clock: Clock,
        randomness: Callable[[int], bytes] | None = None,
    ) -> None:
        self._client = client
        self._secret = secret
        self._clock = clock
        self._randomness = randomness
        self._signer: TokenSigner | None = None
        self._read_at: datetime | None = None

    def signer(self, *, renew: bool = False) -> TokenSigner:
        """Return the signer. renew: read the keys again unless that just happened, because a token's key is unknown.

        Raises SettingsError, or KeysUnavailableError if the keys were never read and can't be read
        now.
        """
        now = self._clock.now()
        age_s = None if self._read_at is None else (now - self._read_at).total_seconds()
        if self._signer is None or age_s is None or age_s >= (LEAST_AGE_S if renew else FRESH_S):
            self._signer = self._renewed()
            self._read_at = now
        return self._signer

    def _renewed(self) -> TokenSigner:
        try:
            text = self._read()
        except (ClientError, BotoCoreError) as error:
            if self._signer is not None:
                return self._signer  # the keys that we have still work
            raise KeysUnavailableError("The signing keys could not be read.") from error
        return TokenSigner(parse_keys(text))

    def _read(self) -> str:
        try:
            return str(self._client.get_secret_value(SecretId=self._secret)["SecretString"])
        except ClientError as error:
            if self._randomness is None or _code(error) != "ResourceNotFoundException":
                raise
        self._make(self._randomness)
        return str(self._client.get_secret_value(SecretId=self._secret)["SecretString"])

    def _make(self, randomness: Callable[[int], bytes]) -> None:
        """Create the first key, unless another function just did."""
        key = randomness(KEY_BYTES).hex()
        try:
            self._client.put_secret_value(SecretId=self._secret, ClientRequestToken=FIRST_VERSION, SecretString=key)
        except ClientError as error:
            if _code(error) != "ResourceExistsException":
                raise


def _code(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))


def _with_id(entry: dict[str, str]) -> SigningKey:
    key, name = entry["key"], entry.get("id", "")
    if not isinstance(key, str) or not isinstance(name, str):
        raise TypeError("a key and its id are text")
    return SigningKey(name or hashlib.sha256(key.encode()).hexdigest()[:8], key)
