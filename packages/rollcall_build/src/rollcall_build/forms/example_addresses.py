"""Example addresses, which no mail and no webhook reaches: fine for a trial, wrong for a deployment."""

from __future__ import annotations

from email.utils import parseaddr
from typing import TYPE_CHECKING

from registration_core.domain.errors import RollcallError
from registration_core.domain.webhook_urls import read_webhook_url
from registration_core.domain.webhooks import webhooks_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from registration_core.domain.forms import Form

#: Reserved by RFC 2606 and RFC 6761.
DOMAINS = ("example", "test", "invalid", "localhost", "example.com", "example.net", "example.org")


class ExampleAddressError(RollcallError):
    """A deployment whose mail to the staff or whose webhooks would reach nobody."""


def is_example(address: str) -> bool:
    """Whether an address, `Name <address>` or a domain is one that nobody's mail reaches."""
    domain = "." + (parseaddr(address)[1] or address).rpartition("@")[2].lower().rstrip(".")
    return any(domain.endswith(f".{reserved}") for reserved in DOMAINS)


def example_staff(form: Form) -> Iterator[str]:
    """Yield the example addresses that a form mails its submissions to."""
    return filter(is_example, form.staff)


def example_webhooks(form: Form) -> Iterator[str]:
    """Yield the names of a form's webhooks that go to example addresses."""
    return (each.name for each in webhooks_of(form) if is_example(read_webhook_url(each.url).host))


def ensure_own_addresses(forms: Collection[Form]) -> None:
    """Raise ExampleAddressError where a form would tell nobody of its submissions."""
    examples = [
        *(f"{form.name} mails {address}" for form in forms for address in example_staff(form)),
        *(f"{form.name} has the webhook {name}" for form in forms for name in example_webhooks(form)),
    ]
    if examples:
        raise ExampleAddressError(
            f"Nobody reads example addresses: {'; '.join(examples)}. Put your own addresses in the form files before "
            "you deploy."
        )
