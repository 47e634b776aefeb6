"""Openings in the table: overrides with their history, and forms that make no call more for them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, timedelta
from typing import TYPE_CHECKING, Any

from contract.conftest import new_table
from contract.fakes import START, CountedRandomness, StoppedClock

from registration_core.adapters.dynamodb.guard_keys import FRESH_S, GuardKeys
from registration_core.adapters.dynamodb.keys import openings_key
from registration_core.adapters.dynamodb.management import ManagedDynamoRepository
from registration_core.adapters.dynamodb.sdk import sdk_call
from registration_core.adapters.dynamodb.table import Table
from registration_core.domain.openings import WHOLE_FORM, Override
from registration_core.domain.quota import QuotaState

if TYPE_CHECKING:
    from collections.abc import Mapping

    from registration_core.domain.ports import ManagedRepository

BY = "arn:aws:iam::000000000000:user/staff"


def test_override__replaces_the_options_last_one_and_stays_in_the_history(repository: ManagedRepository) -> None:
    """Each form has its own, and a zone in a time is kept."""
    closed = Override(open=False, by=BY, at=START)
    opened = Override(
        open=True, by=BY, at=START + timedelta(seconds=1), until=(START + timedelta(days=1)).astimezone(UTC)
    )
    assert repository.overrides("course") == {}
    repository.override("course", "a", closed)
    whole = Override(open=False, by=BY, at=START + timedelta(milliseconds=1))
    repository.override("course", WHOLE_FORM, whole)
    repository.override("course", "a", opened)
    repository.override("other", "a", closed)
    assert repository.overrides("course") == {"a": opened, WHOLE_FORM: whole}
    assert repository.override_history("course", limit=2) == [("a", opened), (WHOLE_FORM, whole)]


def test_seats_and_overrides__are_read_at_once(repository: ManagedRepository) -> None:
    repository.make_quotas("course", {"a": 3})
    assert repository.seats_and_overrides("course", ["a"]) == ({"a": QuotaState("course", "a", 3)}, {})
    closed = Override(open=False, by=BY, at=START)
    repository.override("course", "a", closed)
    assert repository.seats_and_overrides("course", ["a", "b"]) == (
        {"a": QuotaState("course", "a", 3)},
        {"a": closed},
    )
    assert repository.seats_and_overrides("course", []) == ({}, {"a": closed})


def test_override__two_at_once_both_count(dynamodb: Any) -> None:
    """Neither of two people loses what they decided about different options."""
    with new_table(dynamodb) as name:
        table = Table(sdk_call(dynamodb), name)
        repository = ManagedDynamoRepository(table, clock=StoppedClock(), randomness=CountedRandomness())
        options = [f"option-{number}" for number in range(6)]
        with ThreadPoolExecutor(len(options)) as people:
            done = [
                people.submit(repository.override, "course", option, Override(open=False, by=BY, at=START))
                for option in options
            ]
        assert [each.result() for each in done] == [None] * len(options)
        assert repository.overrides("course").keys() == set(options)
        assert len(repository.override_history("course", limit=20)) == len(options)


def test_guard_keys__look_for_overrides_in_the_same_call(dynamodb: Any) -> None:
    """So a form without options that close makes no call more, and notices its first override within minutes."""
    asked: list[str] = []
    real = sdk_call(dynamodb)

    def call(operation: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        asked.append(operation)
        return real(operation, parameters)

    with new_table(dynamodb) as name:
        table, now = Table(call, name), [0.0]
        GuardKeys(table).keys()
        asked.clear()
        keys = GuardKeys(table, monotonic=lambda: now[0], beside=[openings_key("contact"), openings_key("course")])
        keys.warm()
        assert not keys.has(openings_key("contact"))
        keys.fingerprint("once", "somebody")
        assert asked == ["BatchGetItem"]
        repository = ManagedDynamoRepository(table, clock=StoppedClock(), randomness=CountedRandomness())
        repository.override("contact", WHOLE_FORM, Override(open=False, by=BY, at=START))
        now[0] = FRESH_S
        assert keys.has(openings_key("contact"))
        assert not keys.has(openings_key("course"))
        assert asked.count("BatchGetItem") == 2
