"""Example addresses, which no mail reaches: fine for a trial, wrong for a deployment."""

from __future__ import annotations

from email.utils import parseaddr
from typing import TYPE_CHECKING

from registration_core.domain.errors import RollcallError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from registration_core.domain.forms import Form

#: Reserved by RFC 2606 and RFC 6761.
DOMAINS = ("example", "test", "invalid", "localhost", "example.com", "example.net", "example.org")


class ExampleAddressError(RollcallError):
    """A deployment whose mail to the staff would reach nobody."""


def is_example(address: str) -> bool:
    """Whether an address, `Name <address>` or a domain is one that nobody's mail reaches."""
    domain = "." + (parseaddr(address)[1] or address).rpartition("@")[2].lower().rstrip(".")
    return any(domain.endswith(f".{reserved}") for reserved in DOMAINS)


def example_staff(form: Form) -> Iterator[str]:
    """Yield the example addresses that a form mails its submissions to."""
    return filter(is_example, form.staff)


def ensure_own_staff(forms: Iterable[Form]) -> None:
    """Raise ExampleAddressError where a form would mail its submissions to nobody."""
    examples = [f"{form.name} mails {address}" for form in forms for address in example_staff(form)]
    if examples:
        raise ExampleAddressError(
            f"Nobody reads example addresses: {'; '.join(examples)}. Put your staff's own addresses in "
            "the form files before you deploy."
        )
