"""The transaction that stores a submission, with a scripted DynamoDB."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from contract.fakes import START, CountedRandomness, StoppedClock
from unit.core.builders import a_form, an_entry

from registration_core.adapters.dynamodb.call import AwsCallError
from registration_core.adapters.dynamodb.repository import DynamoSubmissionRepository
from registration_core.adapters.dynamodb.table import Table
from registration_core.domain.errors import (
    AlreadyRegisteredError,
    NoSeatError,
    QuotaNotFoundError,
    ReferenceTakenError,
    StorageDeniedError,
    StorageUnavailableError,
)
from registration_core.domain.submission import Idempotency, Once

if TYPE_CHECKING:
    from collections.abc import Mapping

ENTRY = an_entry(a_form(), {"name": "Åsa"})
KEY = Idempotency("k", "f", START + timedelta(days=1))
ONCE = Once("a", "f" * 64)
FREE = {"Code": "None"}
GUARD = {"submission": {"S": "crs_first"}}


@dataclass
class ScriptedCall:
    """Raises the next of the errors, then succeeds, and records the calls."""

    errors: list[AwsCallError] = field(default_factory=list)
    asked: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)

    def __call__(self, operation: str, params: Mapping[str, Any]) -> dict[str, Any]:
        self.asked.append((operation, params))
        if self.errors:
            raise self.errors.pop(0)
        return {}


def cancelled(*reasons: dict[str, Any]) -> AwsCallError:
    return AwsCallError("TransactionCanceledException", "cancelled", reasons)


def repository(call: ScriptedCall) -> DynamoSubmissionRepository:
    return DynamoSubmissionRepository(
        Table(call, "rollcall-test", retry_s=0), clock=StoppedClock(), randomness=CountedRandomness()
    )


def keys(params: Mapping[str, Any]) -> list[str]:
    writes = [write for each in params["TransactItems"] for write in each.values()]
    return [write.get("Item", write.get("Key"))["pk"]["S"].partition("#")[0] for write in writes]


def test_add__writes_submission_history_and_guards_together() -> None:
    call = ScriptedCall()
    repository(call).add(ENTRY, once=ONCE, idempotency=KEY)
    ((operation, params),) = call.asked
    assert operation == "TransactWriteItems"
    assert keys(params) == ["SUB", "SUB", "REF", "IDEM", "ONCE"]
    assert all("attribute_not_exists(pk)" in write["Put"]["ConditionExpression"] for write in params["TransactItems"])
    assert all(int(write["Put"]["Item"]["expires_at"]["N"]) > 0 for write in params["TransactItems"])
    assert len(params["ClientRequestToken"]) <= 36


@pytest.mark.parametrize(
    ("place", "item", "raised"),
    [
        (0, None, StorageUnavailableError),
        (2, None, ReferenceTakenError),
        (4, GUARD, AlreadyRegisteredError),
        (5, {"pk": {"S": "QUOTA#course#a"}}, NoSeatError),
        (5, None, QuotaNotFoundError),
    ],
)
def test_add__raises_what_stood_in_the_way(place: int, item: dict[str, Any] | None, raised: type[Exception]) -> None:
    """The service decides what comes of it; nothing was stored, and nothing more is asked."""
    reason = {"Code": "ConditionalCheckFailed"} | ({} if item is None else {"Item": item})
    call = ScriptedCall([cancelled(*[FREE] * place, reason)])
    with pytest.raises(raised):
        repository(call).add(replace(ENTRY, option="a"), once=ONCE, idempotency=KEY)
    assert len(call.asked) == 1


def test_add__stores_no_answer_of_a_repeat() -> None:
    """It makes as many writes as a first submission, of which only the reference and the notice concern that one."""
    call = ScriptedCall()
    receipt = repository(call).add(
        ENTRY, once=ONCE, idempotency=KEY, first=("crs_first", "e" * 64, START + timedelta(days=1))
    )
    assert receipt.repeated
    ((_, params),) = call.asked
    assert keys(params) == ["SUB", "SUB", "REF", "IDEM", "ONCE"]
    writes = params["TransactItems"]
    assert writes[2]["Put"]["Item"]["submission"] == {"S": "crs_first"}
    assert writes[4]["Put"]["Item"]["pk"] == {"S": f"ONCE#{ENTRY.form}#a#{'e' * 64}"}
    assert writes[4]["Put"]["ConditionExpression"] == "submission = :first"
    assert "name" not in json.dumps(writes)


def test_add__recognises_its_own_earlier_attempt() -> None:
    """The transaction succeeded, its answer was lost, and the table has forgotten the token."""
    item = {
        "fingerprint": {"S": "f"},
        "submission": {"S": ENTRY.id},
        "reference": {"S": ENTRY.reference},
        "status": {"S": "confirmed"},
    }
    reason = {"Code": "ConditionalCheckFailed", "Item": item}
    error = cancelled({"Code": "ConditionalCheckFailed"}, FREE, {"Code": "ConditionalCheckFailed"}, reason)
    receipt = repository(ScriptedCall([error])).add(ENTRY, once=None, idempotency=KEY)
    assert (receipt.id, receipt.repeated) == (ENTRY.id, False)


@pytest.mark.parametrize(
    "error",
    [
        AwsCallError("ConnectionLost", "no answer"),
        AwsCallError("ProvisionedThroughputExceededException", "slow down"),
        AwsCallError("ValidationException", "?"),
        cancelled(FREE, {"Code": "TransactionConflict"}, FREE, FREE),
        cancelled(FREE, {"Code": "ThrottlingError"}, FREE, FREE),
        cancelled(),
    ],
)
def test_add__says_that_nothing_was_stored_for_other_errors(error: AwsCallError) -> None:
    with pytest.raises(StorageUnavailableError) as raised:
        repository(ScriptedCall([error])).add(ENTRY, once=None, idempotency=KEY)
    assert raised.value.__cause__ is error
    assert raised.value.retry_after_s > 0
    assert not isinstance(raised.value, StorageDeniedError)


@pytest.mark.parametrize("code", ["AccessDeniedException", "ResourceNotFoundException", "NoCredentialsError"])
def test_call__tells_a_refusal_from_an_outage(code: str) -> None:
    error = AwsCallError(code, "no")
    with pytest.raises(StorageDeniedError, match="rollcall-test"):
        repository(ScriptedCall([error])).get("crs_1")
    with pytest.raises(StorageDeniedError, match="rollcall-test"):
        repository(ScriptedCall([error])).add(ENTRY, once=None, idempotency=KEY)
