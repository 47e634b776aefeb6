"""Where a webhook may go: no spelling of an address, and no answer of a name server, leads into a private network."""

from __future__ import annotations

import ssl
from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from registration_core.adapters.webhook_receiver import HttpsReceiver, is_on_this_machine
from registration_core.domain.public_addresses import is_public
from registration_core.domain.webhook_ports import ReceiverError
from registration_core.domain.webhook_urls import PORT, WebhookUrlError, read_webhook_url

PRIVATE = (
    *(
        "0.0.0.0",  # noqa: S104 - nothing binds to it
        "10.1.2.3",
        "100.64.0.1",
        "127.0.0.1",
        "169.254.169.254",
        "169.254.170.2",
        "172.31.255.255",
    ),
    *("192.0.0.8", "192.168.0.1", "198.18.0.1", "203.0.113.9", "224.0.0.1", "240.0.0.1", "255.255.255.255"),
    *("::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "ff02::1", "::ffff:8.8.8.8", "::8.8.8.8"),
    *("64:ff9b::a00:1", "64:ff9b:1::1", "2002:a00:1::", "2001::1", "2001:db8::1", "100::1", "3fff::1", "5f00::1"),
)
"""Loopback, private, link-local, metadata, carrier-grade NAT, multicast, reserved, mapped and translated addresses."""
TRUSTS_NOBODY = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
PUBLIC = ("8.8.8.8", "52.94.236.248", "2606:4700:4700::1111", "2a01:4f8::1")


@pytest.mark.parametrize("address", PRIVATE)
def test_private_address__is_never_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_public_address__is_public(address: str) -> None:
    assert is_public(address)


@given(st.ip_addresses())
def test_public_address__is_one_for_python_too(address: IPv4Address | IPv6Address) -> None:
    """Python's own list differs between versions; nothing that it calls private is public here."""
    assert not is_public(str(address)) or (address.is_global and not address.is_multicast)


@given(st.ip_addresses(v=4))
@example(IPv4Address("127.0.0.1"))
def test_translated_address__is_never_public(address: IPv4Address) -> None:
    """An IPv6 address that holds an IPv4 address could lead anywhere."""
    high, low = divmod(int(address), 2**16)
    for text in (f"::ffff:{address}", f"::{address}", f"64:ff9b::{address}", f"2002:{high:x}:{low:x}::1"):
        assert not is_public(str(ip_address(text)))


@given(st.text(max_size=60))
def test_other_text__is_no_public_address(text: str) -> None:
    try:
        ip_address(text)
    except ValueError:
        assert not is_public(text)


@given(
    st.one_of(
        st.text(max_size=80),
        st.builds("https://{}/{}".format, st.text(max_size=40), st.text(max_size=20)),
        st.from_regex(r"https://[a-z0-9.@:\[\]%#?/\\-]{1,40}", fullmatch=True),
    )
)
@example("https://hooks.example.org")
@settings(max_examples=300)
def test_url__is_read_or_refused(url: str) -> None:
    """What is read has a name, port 443, and a target that can't break out of the request line."""
    try:
        place = read_webhook_url(url)
    except WebhookUrlError:
        return
    assert place.port == PORT
    assert "." in place.host
    assert place.host.isascii()
    assert place.target.startswith("/")
    assert all("!" <= letter <= "~" for letter in place.host + place.target)
    with pytest.raises(ValueError, match="does not appear"):
        ip_address(place.host)


@given(st.ip_addresses())
def test_url__with_an_ip_address_is_refused(address: IPv4Address | IPv6Address) -> None:
    """Also in the spellings that resolvers accept: one number, hexadecimal, octal, fewer parts."""
    hosts = [f"[{address}]"]
    if isinstance(address, IPv4Address):
        number = int(address)
        first, rest = divmod(number, 2**24)
        hosts = [str(address), str(number), hex(number), f"0{number:o}", f"{first}.{rest}", f"{address}."]
        hosts.append(".".join(hex(part) for part in address.packed))
    for host in hosts:
        with pytest.raises(WebhookUrlError):
            read_webhook_url(f"https://{host}/")


@pytest.mark.parametrize(
    "url",
    [
        *("http://hooks.example.org/", "https://user:pass@hooks.example.org/", "https://hooks.example.org:8443/"),
        *("https://localhost/", "https://x.localhost/", "https://x.internal/", "https://printer.local/"),
        *("https://hooks.example.org/#x", "https://hooks.example.org/a b", "https://hooks.example.org/\r\nX: y"),
        *("https://hooks.example.org\\@10.0.0.1/", "https://räksmörgås.example/", "//hooks.example.org", "ftp://x.org"),
        *("https://hooks.example.org:x/", "https://[::1/", "https://x..example.org/", "https:///path"),
    ],
)
def test_url__that_is_not_plain_https_is_refused(url: str) -> None:
    with pytest.raises(WebhookUrlError):
        read_webhook_url(url)


def test_loopback__is_allowed_in_an_emulator_only() -> None:
    assert read_webhook_url("https://localhost:9443/x", on_this_machine=True).port == 9443
    with pytest.raises(WebhookUrlError):
        read_webhook_url("https://127.0.0.1:9443/x", on_this_machine=True)
    assert is_on_this_machine({"AWS_ENDPOINT_URL": "http://127.0.0.1:4566"})
    for elsewhere in (
        "",
        "https://dynamodb.eu-north-1.amazonaws.com",
        "http://127.0.0.1.example.org",
        "http://10.0.0.1",
    ):
        assert not is_on_this_machine({"AWS_ENDPOINT_URL": elsewhere})


@pytest.mark.parametrize("on_this_machine", [True, False])
@given(public=st.lists(st.sampled_from(PUBLIC), max_size=3), private=st.sampled_from(PRIVATE), place=st.integers(0, 3))
@settings(max_examples=50)
def test_name__with_one_private_address_gets_nothing(
    *, on_this_machine: bool, public: list[str], private: str, place: int
) -> None:
    """No connection is tried, also not to the name's public addresses, and also not in an emulator."""
    addresses = [*public[:place], private, *public[place:]]
    receiver = HttpsReceiver(
        on_this_machine=on_this_machine, resolve=lambda _host, _port: addresses, context=TRUSTS_NOBODY
    )

    with pytest.raises(ReceiverError) as error:
        receiver.send("https://hooks.example.org/", {}, b"{}")

    assert error.value.problem == "the name leads to an address that is not public"
