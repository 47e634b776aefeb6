"""The ports that the local system and the tests choose themselves."""

from __future__ import annotations

import socket
from pathlib import Path

from rollcall_local.process import FREE_PORTS, free_port, port_is_taken


def test_free_port__is_outside_the_range_for_connections() -> None:
    """Linux gives outgoing connections ports from a range, so a browser can't take this port first."""
    begin, end = FREE_PORTS
    outgoing = Path("/proc/sys/net/ipv4/ip_local_port_range")
    assert not outgoing.exists() or end <= int(outgoing.read_text().split()[0])
    assert all(begin <= free_port() < end for _ in range(20))


def test_free_port__is_unused() -> None:
    port = free_port()
    assert not port_is_taken(port)
    with socket.create_server(("127.0.0.1", port)):
        assert port_is_taken(port)
