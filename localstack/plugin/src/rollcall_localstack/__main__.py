"""Starts LocalStack on loopback only: `python -m rollcall_localstack`."""

from __future__ import annotations

from typing import Any

from twisted.internet import endpoints


def listen_on_loopback_only() -> None:
    """Give the IPv4 listener a host: LocalStack ignores the one in GATEWAY_LISTEN (2026.3.0)."""
    endpoint = endpoints.TCP4ServerEndpoint

    def on_loopback(reactor: Any, port: int, **options: Any) -> Any:  # noqa: ANN401 - Twisted's classes
        return endpoint(reactor, port, **{"interface": "127.0.0.1", **options})

    endpoints.TCP4ServerEndpoint = on_loopback


if __name__ == "__main__":
    listen_on_loopback_only()
    from localstack.runtime.main import main

    main()
