"""DynamoDB's own protocol over one kept-alive connection, with the standard library alone.

Importing boto3 would be most of submit's cold start, and of an export of some thousand entries; everything else uses
`sdk`.
Protocol: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.LowLevelAPI.html
"""

from __future__ import annotations

import http.client
import json
import os
import ssl
import time
from dataclasses import dataclass
from urllib.parse import urlsplit

from registration_core.adapters.dynamodb.call import RETRYABLE_CODES, AwsCallError
from registration_core.adapters.dynamodb.sigv4 import Credentials, Sigv4
from registration_core.domain.errors import SettingsError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

_LOST = (OSError, http.client.HTTPException)
_LEAST_S = 0.1
"""With less time left than this no call is made: its answer would hardly come."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a call may take. No attempt begins after total_s; looking up a host name has no limit here.

    idle_s: a connection unused for longer is not trusted: while a function is frozen the other side may hang up.
    backoff_s: the longest first wait; it doubles with each attempt, and the wait is drawn from nought to there, so that
    callers refused together don't come back together.
    """

    connect_s: float = 1.5
    read_s: float = 2.5
    total_s: float = 6.0
    attempts: int = 4
    backoff_s: float = 0.05
    idle_s: float = 30.0


_PATIENCE = Patience()


@dataclass(frozen=True, slots=True)
class Service:
    """A service of AWS that takes JSON at `/`. target: what stands before the operation's name."""

    name: str
    target: str
    content_type: str


DYNAMODB = Service("dynamodb", "DynamoDB_20120810", "application/x-amz-json-1.0")


def wire_call(endpoint: str, region: str, credentials: Credentials, *, ca_bundle: str | None = None) -> WireCall:
    """Make a `Call` that speaks to DynamoDB at endpoint (`https://host[:port]`, or http for an emulator).

    ca_bundle: a file of the authorities to trust; None means the system's (or SSL_CERT_FILE's).
    """
    return WireCall(endpoint, region, credentials, ca_bundle=ca_bundle)


def wire_call_from_environment(environ: Mapping[str, str] | None = None) -> WireCall:
    """Make a `Call` the way the SDKs read a function's environment.

    environ: None means the process's own. Raises SettingsError when region or credentials are not in it.
    """
    env = os.environ if environ is None else environ
    try:
        region = env.get("AWS_REGION") or env["AWS_DEFAULT_REGION"]
        key = Credentials(env["AWS_ACCESS_KEY_ID"], env["AWS_SECRET_ACCESS_KEY"], env.get("AWS_SESSION_TOKEN") or None)
    except KeyError as error:
        raise SettingsError(f"The environment variable {error} is not set; Lambda sets it for functions.") from error
    endpoint = endpoint_from_environment(env, region)
    return wire_call(endpoint, region, key, ca_bundle=env.get("AWS_CA_BUNDLE") or None)


def endpoint_from_environment(environ: Mapping[str, str], region: str) -> str:
    """Give DynamoDB's address: the SDKs' own variables first, else the region's public endpoint."""
    domain = "amazonaws.com.cn" if region.startswith("cn-") else "amazonaws.com"
    return (
        environ.get("AWS_ENDPOINT_URL_DYNAMODB")
        or environ.get("AWS_ENDPOINT_URL")
        or f"https://dynamodb.{region}.{domain}"
    )


class WireCall:
    """A `Call` over one connection, opened at the first use and kept.

    Not safe for several threads at once: a function serves one event at a time. Give each thread one of its own.

    A call that was throttled, met a conflict or a 5xx, or lost its connection is sent again. So it must be one that
    does no harm when it is carried out twice: a read, a conditional write, or a transaction with ClientRequestToken.
    """

    def __init__(
        self,
        endpoint: str,
        region: str,
        credentials: Credentials,
        *,
        ca_bundle: str | None = None,
        service: Service = DYNAMODB,
        patience: Patience = _PATIENCE,
        sleep: Callable[[float], None] = time.sleep,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        url = urlsplit(endpoint)
        if url.scheme not in {"http", "https"} or not url.hostname:
            raise ValueError(f"{endpoint!r} is no endpoint; use http://host:port or https://host[:port]")
        self._tls = url.scheme == "https"
        self._address = (url.hostname, url.port or (443 if self._tls else 80))
        self._host = url.netloc.rpartition("@")[2]
        self._service = service
        self._signer = Sigv4(credentials, region=region, service=service.name)
        self._ca_bundle = ca_bundle
        self._patience = patience
        self._sleep = sleep
        self._monotonic = monotonic
        self._all_end_at = float("inf")
        self._context: ssl.SSLContext | None = None
        self._connection: http.client.HTTPConnection | None = None
        self._used_at = 0.0

    def begin(self, within_s: float) -> None:
        """Give all calls from now on, taken together, so many seconds; with none left a call is not made."""
        self._all_end_at = self._monotonic() + within_s

    def __call__(self, operation: str, params: Mapping[str, Any]) -> dict[str, Any]:
        """Carry out one operation, such as `TransactWriteItems`, and give its answer. Raises AwsCallError."""
        content = self.content(operation, params)
        try:
            answer = json.loads(content) if content else {}
        except ValueError as error:
            raise AwsCallError("UnreadableAnswer", str(error)) from error
        if not isinstance(answer, dict):
            raise AwsCallError("UnreadableAnswer", "The answer is no JSON object.")
        return answer

    def content(self, operation: str, params: Mapping[str, Any], *, attempts: int | None = None) -> bytes:
        """Carry out one operation and give its answer as it came. Raises AwsCallError.

        attempts: how often it is tried at most; None for as often as this call's patience says.
        """
        most = self._patience.attempts if attempts is None else attempts
        body = json.dumps(params, separators=(",", ":")).encode()
        now = self._monotonic()
        ends_at = min(now + self._patience.total_s, self._all_end_at)
        if self._all_end_at - now < _LEAST_S:
            raise AwsCallError("OutOfTime", f"{operation} was not asked: the calls before it took all the time.")
        attempt = 0
        while True:
            attempt += 1
            stale = self._connection is not None
            try:
                return self._send(operation, body, ends_at)
            except AwsCallError as error:
                pause = self._pause(attempt, after_lost_reuse=stale and error.code == "ConnectionLost")
                left = ends_at - self._monotonic()
                if not error.retryable or attempt >= most or left <= pause:
                    raise
            if pause:
                self._sleep(pause)

    def close(self) -> None:
        """Hang up; the next call opens a new connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _pause(self, attempt: int, *, after_lost_reuse: bool) -> float:
        """Say how long to wait before the next attempt. A kept connection that was hung up needs no waiting."""
        if after_lost_reuse and attempt == 1:
            return 0.0
        import random  # noqa: PLC0415 - only a call that failed needs it

        return random.uniform(0, min(1.0, self._patience.backoff_s * 2**attempt))  # noqa: S311 - jitter, no secret

    def _send(self, operation: str, body: bytes, ends_at: float) -> bytes:
        timestamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
        headers = {
            "host": self._host,
            "content-type": self._service.content_type,
            "x-amz-target": f"{self._service.target}.{operation}",
        }
        signed = self._signer.sign(headers, body, timestamp=timestamp)
        try:
            connection = self._open(min(self._patience.connect_s, ends_at - self._monotonic()))
            connection.sock.settimeout(max(0.01, min(self._patience.read_s, ends_at - self._monotonic())))
            connection.request("POST", "/", body, signed)
            answer = connection.getresponse()
            content = answer.read()
        except _LOST as error:
            raise self._lost(error) from error
        self._used_at = self._monotonic()
        if answer.status != http.client.OK:
            raise _refusal(answer.status, answer.getheader("x-amzn-errortype", ""), content)
        return content

    def _open(self, timeout_s: float) -> http.client.HTTPConnection:
        if self._connection is not None and self._monotonic() - self._used_at > self._patience.idle_s:
            self.close()
        if self._connection is None:
            self._connection = self._new_connection()
        if self._connection.sock is None:  # new, or the last answer said `Connection: close`
            self._connection.timeout = max(0.01, timeout_s)
            self._connection.connect()
            self._used_at = self._monotonic()
        return self._connection

    def _new_connection(self) -> http.client.HTTPConnection:
        host, port = self._address
        if not self._tls:
            return http.client.HTTPConnection(host, port)
        if self._context is None:
            self._context = ssl.create_default_context(cafile=self._ca_bundle)
        return http.client.HTTPSConnection(host, port, context=self._context)

    def _lost(self, error: Exception) -> AwsCallError:
        self.close()
        code = "EndpointNotTrusted" if isinstance(error, ssl.SSLCertVerificationError) else "ConnectionLost"
        return AwsCallError(code, f"{type(error).__name__}: {error}")


def _refusal(status: int, error_type: str, content: bytes) -> AwsCallError:
    """Give what an answer says went wrong."""
    try:
        answer = json.loads(content) if content else {}
    except ValueError:
        answer = None
    said = answer if isinstance(answer, dict) else {}
    code = str(said.get("__type") or error_type).rpartition("#")[2].partition(":")[0] or "UnreadableAnswer"
    if status >= http.client.INTERNAL_SERVER_ERROR and code not in RETRYABLE_CODES:
        code = "ServiceUnavailable"
    message = str(said.get("message") or said.get("Message") or f"HTTP status {status}")
    return AwsCallError(code, message, said.get("CancellationReasons") or (), item=said.get("Item"))
