"""The ports that the local system and the tests choose for themselves."""

from __future__ import annotations

import socket
from pathlib import Path

from rollcall_local.process import FREE_PORTS, free_port, port_is_taken


def test_free_port__is_never_one_of_an_outgoing_connection() -> None:
    """Linux gives those from a range of its own: a browser's connection can't take the port first."""
    begin, end = FREE_PORTS
    outgoing = Path("/proc/sys/net/ipv4/ip_local_port_range")
    assert not outgoing.exists() or end <= int(outgoing.read_text().split()[0])
    assert all(begin <= free_port() < end for _ in range(20))


def test_free_port__is_one_that_nobody_listens_on() -> None:
    port = free_port()
    assert not port_is_taken(port)
    with socket.create_server(("127.0.0.1", port)):
        assert port_is_taken(port)
