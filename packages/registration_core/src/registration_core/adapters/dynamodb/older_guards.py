"""Guards that older guard keys made: while the keys are being changed they still count."""

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
    """Return what refuses a transaction where one of these guards stands; mostly there is no older key, and nothing.

    Their names begin with `once ` or `idempotency `, so that who reads a refusal knows which it was.
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
    """Return the checks of guards that are not the submission's own."""
    return {name: each for name, each in checks.items() if each["ConditionCheck"]["Key"]["pk"]["S"] not in own}
