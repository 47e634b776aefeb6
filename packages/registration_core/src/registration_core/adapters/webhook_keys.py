"""Webhooks' signing keys: one secret for the stack, `{"<form>/<webhook>": ["whsec_…", …]}`, newest first."""

from __future__ import annotations

import base64
import hashlib
import json
import os
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from registration_core.domain.webhook_ports import WebhookKeys, WebhookKeysError
from registration_core.services.deliver import KEY_PREFIX

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

KEY_BYTES = 32
_TRIES = 5


class SecretWebhookKeys(WebhookKeys):
    """The keys in a secret, read for each message, so that a rotation takes effect at once.

    client: boto3's low-level client.
    """

    def __init__(
        self,
        client: Any,  # noqa: ANN401 - boto3 ships no types
        secret: str,
        *,
        randomness: Callable[[int], bytes] = os.urandom,
    ) -> None:
        self._client = client
        self._secret = secret
        self._randomness = randomness

    def of(self, form: str, webhook: str) -> Sequence[str]:
        """Return a webhook's keys, newest first, and create the first one if there is none."""
        return self._change(form, webhook, lambda keys: keys or [self._new()])

    def rotate(self, form: str, webhook: str) -> Sequence[str]:
        """Add a new key. Until `forget_older`, messages have a signature by each."""
        return self._change(form, webhook, lambda keys: [self._new(), *keys])

    def forget_older(self, form: str, webhook: str) -> Sequence[str]:
        """Keep only the newest key."""
        return self._change(form, webhook, lambda keys: keys[:1])

    def _new(self) -> str:
        return KEY_PREFIX + base64.b64encode(self._randomness(KEY_BYTES)).decode()

    def _change(self, form: str, webhook: str, change: Callable[[list[str]], list[str]]) -> Sequence[str]:
        """Change a webhook's keys, unless that changes nothing.

        The token comes from the version that we read, and Secrets Manager accepts each token for
        one value only. So of two that change the secret at the same moment, one tries again.
        """
        name = f"{form}/{webhook}"
        try:
            for _ in range(_TRIES):
                version, keys = self._read()
                after = keys | {name: change(keys.get(name, []))}
                if after == keys or self._write(after, instead_of=version):
                    return tuple(after[name])
        except (ClientError, BotoCoreError) as error:
            raise WebhookKeysError("The webhooks' secret could not be read or written.") from error
        raise WebhookKeysError("Others kept changing the webhooks' secret.")

    def _read(self) -> tuple[str, dict[str, list[str]]]:
        try:
            answer = self._client.get_secret_value(SecretId=self._secret)
        except ClientError as error:
            if _code(error) != "ResourceNotFoundException":
                raise
            return "", {}  # Terraform created it empty
        try:
            keys = {
                str(name): [str(key) for key in listed] for name, listed in json.loads(answer["SecretString"]).items()
            }
        except (ValueError, AttributeError, TypeError) as error:
            raise WebhookKeysError('The webhooks\' secret must be {"<form>/<webhook>": ["whsec_…"]}.') from error
        return str(answer["VersionId"]), keys

    def _write(self, keys: dict[str, list[str]], *, instead_of: str) -> bool:
        token = hashlib.sha256(f"rollcall webhooks after {instead_of}".encode()).hexdigest()
        try:
            self._client.put_secret_value(
                SecretId=self._secret, ClientRequestToken=token, SecretString=json.dumps(keys, sort_keys=True)
            )
        except ClientError as error:
            if _code(error) != "ResourceExistsException":
                raise
            return False
        return True


def _code(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))
