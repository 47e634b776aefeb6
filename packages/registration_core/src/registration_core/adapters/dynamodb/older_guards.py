"""Guards under older guard keys, which still count during a key rotation."""

from __future__ import annotations

from registration_core.adapters.dynamodb import items, keys
from registration_core.adapters.dynamodb.table import check

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from registration_core.adapters.dynamodb.table import Write
    from registration_core.domain.submission import Idempotency, Once


def checks_of_older_guards(
    form: str, once: Once | None, idempotency: Idempotency | None, *, now: datetime
) -> dict[str, Write]:
    """Return the checks that cancel a transaction if one of these guards exists; usually none.

    Their names start with `once ` or `idempotency `, to tell which one failed.
    """
    named = {}
    if idempotency is not None:
        earlier = [key for key, _ in idempotency.earlier if key != idempotency.key]
        named = {f"idempotency {key}": keys.idempotency_key(form, key) for key in earlier}
    if once is not None:
        named |= {f"once {person}": keys.once_key(form, once.option, person) for person in once.earlier}
    free = "attribute_not_exists(pk) OR expires_at <= :now"
    return {name: check(key, free, now=items.seconds(now)) for name, key in named.items()}


def besides(checks: dict[str, Write], own: Collection[str]) -> dict[str, Write]:
    """Return the checks of guards that aren't the submission's own."""
    return {name: each for name, each in checks.items() if each["ConditionCheck"]["Key"]["pk"]["S"] not in own}
