"""DynamoDB's wire protocol over one kept-alive connection, with only the standard library.

Importing boto3 would take most of submit's cold start, and of an export of some thousand
submissions. Everything else uses `sdk`. Protocol:
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.LowLevelAPI.html

Credentials, endpoints and authorities come from the SDKs' environment variables. A proxy and the
settings for FIPS, dual-stack and required account-based endpoints are refused: decision 69.
"""

from __future__ import annotations

import http.client
import json
import os
import ssl
import time
from dataclasses import dataclass
from urllib.parse import urlsplit

from registration_core.adapters.dynamodb.call import AwsCallError, code_of
from registration_core.adapters.dynamodb.retries import Deadline
from registration_core.adapters.dynamodb.sigv4 import Credentials, Sigv4
from registration_core.domain.errors import SettingsError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

_LOST = (OSError, http.client.HTTPException)


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Time limits of one call; host name lookups have none. idle_s: a connection that was idle for longer is
    reopened, because the other side may hang up while a function is frozen.
    """

    connect_s: float = 1.5
    read_s: float = 2.5
    idle_s: float = 30.0


_TIMEOUTS = Timeouts()


@dataclass(frozen=True, slots=True)
class Service:
    """An AWS service that accepts JSON at `/`.

    target: the prefix of the operation's name. variable: the environment variable that names its
    endpoint.
    """

    name: str
    target: str
    content_type: str
    variable: str


DYNAMODB = Service("dynamodb", "DynamoDB_20120810", "application/x-amz-json-1.0", "AWS_ENDPOINT_URL_DYNAMODB")
SECRETS = Service("secretsmanager", "secretsmanager", "application/x-amz-json-1.1", "AWS_ENDPOINT_URL_SECRETS_MANAGER")

_DOMAINS = {
    "cn": "amazonaws.com.cn",
    "eu-isoe": "cloud.adc-e.uk",
    "eusc-de": "amazonaws.eu",
    "us-iso": "c2s.ic.gov",
    "us-isob": "sc2s.sgov.gov",
    "us-isof": "csp.hci.ic.gov",
}
"""The domains that differ from amazonaws.com, by what the names of their regions begin with."""
_UNFOLLOWED = {
    "AWS_ACCOUNT_ID_ENDPOINT_MODE": "required",
    "AWS_USE_DUALSTACK_ENDPOINT": "true",
    "AWS_USE_FIPS_ENDPOINT": "true",
}


def wire_call(endpoint: str, region: str, credentials: Credentials, *, ca_bundle: str | None = None) -> WireCall:
    """Return a `Call` to DynamoDB at an endpoint (`https://host[:port]`, or http for an emulator).

    ca_bundle: a file of the authorities to trust; None means the system's (or SSL_CERT_FILE's).
    """
    return WireCall(endpoint, region, credentials, ca_bundle=ca_bundle)


def wire_call_from_environment(environ: Mapping[str, str] | None = None, *, service: Service = DYNAMODB) -> WireCall:
    """Return a `Call` from the SDKs' environment variables.

    environ: None for the process's own. Raises SettingsError if it has no region or credentials, or
    a setting that only the SDKs follow. The credentials are read once: Lambda never changes those
    of a running function, unless it has SnapStart, which gives it none here.
    https://docs.aws.amazon.com/lambda/latest/dg/snapstart-activate.html#snapstart-credentials
    """
    env = os.environ if environ is None else environ
    try:
        region = env.get("AWS_REGION") or env["AWS_DEFAULT_REGION"]
        key = Credentials(env["AWS_ACCESS_KEY_ID"], env["AWS_SECRET_ACCESS_KEY"], env.get("AWS_SESSION_TOKEN") or None)
    except KeyError as error:
        raise SettingsError(
            f"The environment variable {error} is not set; Lambda sets it for functions without SnapStart."
        ) from error
    endpoint = endpoint_from_environment(env, region, service)
    setting = unfollowed_setting(env) or next((name for name in ("HTTPS_PROXY", "https_proxy") if env.get(name)), None)
    if setting is not None and not _named_endpoint(env, service):
        raise SettingsError(
            f"{setting} is set, which Rollcall's own AWS client does not follow. Name the endpoint that it should "
            f"connect to in {service.variable}, such as {endpoint}."
        )
    return WireCall(endpoint, region, key, ca_bundle=env.get("AWS_CA_BUNDLE") or None, service=service)


def unfollowed_setting(environ: Mapping[str, str]) -> str | None:
    """Return the variable of a setting of the SDKs that chooses endpoints in a way that we don't."""
    return next((name for name, value in _UNFOLLOWED.items() if environ.get(name, "").lower() == value), None)


def endpoint_from_environment(environ: Mapping[str, str], region: str, service: Service = DYNAMODB) -> str:
    """Return a service's endpoint: from the SDKs' variables, otherwise the region's public one."""
    domain = _DOMAINS.get(region.rsplit("-", 2)[0], "amazonaws.com")
    return _named_endpoint(environ, service) or f"https://{service.name}.{region}.{domain}"


def _named_endpoint(environ: Mapping[str, str], service: Service) -> str | None:
    if environ.get("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "").lower() == "true":
        return None
    return environ.get(service.variable) or environ.get("AWS_ENDPOINT_URL") or None


class WireCall:
    """A `Call` over one connection, opened on first use and kept.

    Not safe for threads: give each thread its own. A function handles one event at a time.

    A call is sent once, and once more if the other side had closed a kept connection. So it must be
    safe to run twice: a read, a conditional write, or a transaction with ClientRequestToken.
    deadline: we wait for no response beyond it.
    """

    def __init__(
        self,
        endpoint: str,
        region: str,
        credentials: Credentials,
        *,
        ca_bundle: str | None = None,
        service: Service = DYNAMODB,
        timeouts: Timeouts = _TIMEOUTS,
        deadline: Deadline | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        url = urlsplit(endpoint)
        if url.scheme not in {"http", "https"} or not url.hostname:
            raise ValueError(f"{endpoint!r} is not an endpoint; use http://host:port or https://host[:port]")
        self._tls = url.scheme == "https"
        self._address = (url.hostname, url.port or (443 if self._tls else 80))
        self._host = url.netloc.rpartition("@")[2]
        self._service = service
        self._signer = Sigv4(credentials, region=region, service=service.name)
        self._ca_bundle = ca_bundle
        self._timeouts = timeouts
        self._monotonic = monotonic
        self.deadline = deadline or Deadline(monotonic)
        self._context: ssl.SSLContext | None = None
        self._connection: http.client.HTTPConnection | None = None
        self._used_at = 0.0

    def __call__(self, operation: str, params: Mapping[str, Any]) -> dict[str, Any]:
        """Carry out one operation, such as `TransactWriteItems`, and return its response. Raises AwsCallError."""
        answer = _object(self.content(operation, params))
        if answer is None:
            raise AwsCallError("UnreadableAnswer", "The response is not a JSON object.")
        return answer

    def content(self, operation: str, params: Mapping[str, Any]) -> bytes:
        """Carry out one operation and return its raw response. Raises AwsCallError."""
        body = json.dumps(params, separators=(",", ":")).encode()
        kept = self._connection is not None
        try:
            return self._send(operation, body)
        except AwsCallError as error:
            if not kept or error.code != "ConnectionLost" or isinstance(error.__cause__, TimeoutError):
                raise
        return self._send(operation, body)

    def close(self) -> None:
        """Close the connection. The next call opens a new one."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _send(self, operation: str, body: bytes) -> bytes:
        timestamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
        headers = {
            "host": self._host,
            "content-type": self._service.content_type,
            "x-amz-target": f"{self._service.target}.{operation}",
        }
        signed = self._signer.sign(headers, body, timestamp=timestamp)
        try:
            connection = self._open(min(self._timeouts.connect_s, self.deadline.left_s()))
            connection.sock.settimeout(max(0.01, min(self._timeouts.read_s, self.deadline.left_s())))
            connection.request("POST", "/", body, signed)
            answer = connection.getresponse()
            content = answer.read()
        except _LOST as error:
            raise self._lost(error) from error
        self._used_at = self._monotonic()
        if answer.status != http.client.OK:
            raise refusal(answer.status, answer.getheader("x-amzn-errortype", ""), content)
        return content

    def _open(self, timeout_s: float) -> http.client.HTTPConnection:
        if self._connection is not None and self._monotonic() - self._used_at > self._timeouts.idle_s:
            self.close()
        if self._connection is None:
            self._connection = self._new_connection()
        if self._connection.sock is None:  # new, or the last response said `Connection: close`
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


def refusal(status: int, error_type: str, content: bytes) -> AwsCallError:
    """Return the error of a response. error_type: its header `x-amzn-errortype`, read if the body has no code."""
    answer = _object(content) or {}
    code = str(answer.get("__type") or error_type).partition(":")[0].rpartition("#")[2]
    message = str(answer.get("message") or answer.get("Message") or f"HTTP status {status}")
    reasons = answer.get("CancellationReasons")
    if not isinstance(reasons, list) or not all(isinstance(reason, dict) for reason in reasons):
        reasons = ()
    return AwsCallError(code_of(code or "UnreadableAnswer", status), message, reasons, item=answer.get("Item"))


def _object(content: bytes) -> dict[str, Any] | None:
    """Return the JSON object of a response; None if it isn't one."""
    try:
        answer = json.loads(content or b"{}")
    except (ValueError, RecursionError):
        return None
    return answer if isinstance(answer, dict) else None
