"""AWS Signature Version 4 for requests with headers, such as POST / to DynamoDB.

Rules: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Credentials:
    """An access key. session_token: only temporary credentials, such as a function's role, have one."""

    access_key: str
    secret_key: str = field(repr=False)
    session_token: str | None = field(default=None, repr=False)


class Sigv4:
    """Signs requests of one key to one service in one region.

    The day's signing key is derived once per day, not once per request.
    """

    def __init__(self, credentials: Credentials, *, region: str, service: str) -> None:
        self._credentials = credentials
        self._region = region
        self._service = service
        self._day_key: tuple[str, bytes] = ("", b"")

    def sign(
        self,
        headers: Mapping[str, str],
        body: bytes,
        *,
        timestamp: str,
        method: str = "POST",
        path: str = "/",
        query: str = "",
    ) -> dict[str, str]:
        """Return the headers to send: the given ones (including `host`), the time and the authorization.

        timestamp: UTC as `20150830T123600Z`. path: encoded once more than it is sent. query: as it is
        sent, sorted by name.
        """
        signed = {name.lower(): " ".join(value.split()) for name, value in headers.items()}
        signed["x-amz-date"] = timestamp
        if self._credentials.session_token:
            signed["x-amz-security-token"] = self._credentials.session_token
        names = ";".join(sorted(signed))
        lines = "".join(f"{name}:{signed[name]}\n" for name in sorted(signed))
        canonical = f"{method}\n{path}\n{query}\n{lines}\n{names}\n{hashlib.sha256(body).hexdigest()}"
        scope = f"{timestamp[:8]}/{self._region}/{self._service}/aws4_request"
        digest = hashlib.sha256(canonical.encode()).hexdigest()
        signature = self.signature(f"AWS4-HMAC-SHA256\n{timestamp}\n{scope}\n{digest}", day=timestamp[:8])
        signed["authorization"] = (
            f"AWS4-HMAC-SHA256 Credential={self._credentials.access_key}/{scope}, "
            f"SignedHeaders={names}, Signature={signature}"
        )
        return signed

    def signature(self, text: str, *, day: str) -> str:
        """Return the signature of a text, such as a POST policy in base64. day: UTC as `20150830`."""
        return _hmac(self._key_of(day), text).hex()

    def _key_of(self, day: str) -> bytes:
        known, key = self._day_key
        if known != day:
            key = f"AWS4{self._credentials.secret_key}".encode()
            for part in (day, self._region, self._service, "aws4_request"):
                key = _hmac(key, part)
            self._day_key = (day, key)
        return key


def _hmac(key: bytes, message: str) -> bytes:
    return hmac.digest(key, message.encode(), "sha256")
