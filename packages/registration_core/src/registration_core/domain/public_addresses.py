"""Public addresses: which IP addresses belong to the open internet, and so may receive a webhook.

Source: IANA's registries of special-purpose addresses, https://www.iana.org/assignments/iana-ipv4-special-registry/
and https://www.iana.org/assignments/iana-ipv6-special-registry/. `ipaddress.is_global` differs
between versions of Python.
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Network, ip_address

_SPECIAL_V4 = tuple(
    map(
        IPv4Network,
        (
            *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"),
            *("192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24"),
            *("192.168.0.0/16", "192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24"),
            *("224.0.0.0/4", "240.0.0.0/4"),
        ),
    )
)
"""This network, private, carrier-grade NAT, loopback, link-local (with AWS's metadata), documentation, multicast, …"""

_UNICAST_V6 = IPv6Network("2000::/3")
"""Outside of it are loopback, link-local, private, multicast, IPv4-mapped and translated (64:ff9b::/96) addresses."""

_SPECIAL_V6 = tuple(map(IPv6Network, ("2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20")))
"""Protocols (Teredo among them), documentation, and 6to4, which holds an IPv4 address."""


def is_public(address: str) -> bool:
    """Whether an IP address belongs to the open internet. Anything that isn't an IP address does not."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    if isinstance(parsed, IPv4Address):
        return not any(parsed in network for network in _SPECIAL_V4)
    return parsed.scope_id is None and parsed in _UNICAST_V6 and not any(parsed in each for each in _SPECIAL_V6)
