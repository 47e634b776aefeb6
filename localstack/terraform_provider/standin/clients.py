"""How AWS is reached: by an endpoint on this machine, with the credentials given, or not at all."""

from __future__ import annotations

import functools
import ipaddress
import os
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from .errors import InvalidConfigurationError, NotLocalError, Problem

if TYPE_CHECKING:
    from collections.abc import Mapping

    from botocore.session import Session


def require_local(endpoint: str, name: str) -> str:
    """Return the endpoint back when it is on this machine.

    name: where the endpoint was set, for the message. Raises NotLocalError.
    """
    parts = urlsplit(endpoint)
    host = (parts.hostname or "").rstrip(".")
    if parts.scheme in ("http", "https") and (_is_loopback(host) or host == "localhost" or host.endswith(".localhost")):
        return endpoint
    raise NotLocalError(
        f"{name} is {endpoint!r}, and the stand-in provider only works with an emulator on this machine: it takes "
        "http or https to 127.0.0.0/8, ::1, localhost or a name under .localhost, and never talks to AWS."
    )


def _is_loopback(host: str) -> bool:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return address.is_loopback and getattr(address, "ipv4_mapped", None) is None


@dataclass(frozen=True, slots=True)
class Connection:
    """Where the emulator is, and as whom one speaks to it."""

    region: str
    endpoint: str
    access_key: str
    secret_key: str
    token: str | None = None
    endpoints: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def from_configuration(cls, config: Mapping[str, Any], environment: Mapping[str, str]) -> Connection:
        """Create it from the provider block and the environment; files of AWS's tools are never read.

        Raises NotLocalError, or InvalidConfigurationError when region or credentials are missing.
        """
        endpoint = environment.get("AWS_ENDPOINT_URL")
        if not endpoint:
            raise NotLocalError(
                "AWS_ENDPOINT_URL isn't set, and the stand-in provider refuses to work without it: it only works with "
                "an emulator on this machine. Set it to the emulator's address, such as http://127.0.0.1:4566."
            )
        require_local(endpoint, "AWS_ENDPOINT_URL")
        given = {name: url for block in config.get("endpoints") or [] for name, url in block.items() if url}
        return cls(
            region=_required(config.get("region"), environment, ("AWS_REGION", "AWS_DEFAULT_REGION"), "region"),
            endpoint=endpoint,
            access_key=_required(config.get("access_key"), environment, ("AWS_ACCESS_KEY_ID",), "access_key"),
            secret_key=_required(config.get("secret_key"), environment, ("AWS_SECRET_ACCESS_KEY",), "secret_key"),
            token=config.get("token") or environment.get("AWS_SESSION_TOKEN"),
            endpoints={name: require_local(url, f"the provider's endpoints.{name}") for name, url in given.items()},
        )


def _required(given: str | None, environment: Mapping[str, str], names: tuple[str, ...], argument: str) -> str:
    value = given or next((environment[name] for name in names if environment.get(name)), None)
    if value is None:
        raise InvalidConfigurationError(
            Problem(f"The stand-in provider needs {argument}: set it in the provider block, or {names[0]}.")
        )
    return value


class Clients:
    """boto3's clients for one connection, made when first needed and kept."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._clients: dict[str, Any] = {}
        self._lock = threading.Lock()

    def get(self, service: str) -> Any:  # noqa: ANN401 - boto3's clients have no static type
        """Return the client of a service, by boto3's name for it."""
        with self._lock:
            if service not in self._clients:
                self._clients[service] = self._make(service)
            return self._clients[service]

    def _make(self, service: str) -> Any:  # noqa: ANN401 - as above
        from botocore.config import Config  # noqa: PLC0415 - the schema is given without loading the SDK

        connection = self._connection
        return _session().create_client(
            service,
            region_name=connection.region,
            endpoint_url=connection.endpoints.get(service.replace("-", ""), connection.endpoint),
            aws_access_key_id=connection.access_key,
            aws_secret_access_key=connection.secret_key,
            aws_session_token=connection.token,
            config=Config(
                retries={"mode": "standard", "max_attempts": 3},
                s3={"addressing_style": "path"},
                proxies={},  # a loopback address is reached directly, whatever HTTP_PROXY says
                connect_timeout=5,
                read_timeout=60,
                max_pool_connections=20,
            ),
        )


@functools.cache
def _session() -> Session:
    """Return botocore's session, shared so that service models load once; profiles and AWS's files are left alone."""
    from botocore.session import Session as BotocoreSession  # noqa: PLC0415 - as above

    nothing: tuple[None, list[str], None, None] = (None, [], None, None)
    return BotocoreSession(
        session_vars={
            "profile": nothing,
            "config_file": (None, [], os.devnull, None),
            "credentials_file": (None, [], os.devnull, None),
        }
    )
