"""The transaction that stores a submission, with a scripted DynamoDB."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from contract.fakes import START, CountedRandomness, StoppedClock
from unit.core.builders import a_form, an_entry

from registration_core.adapters.dynamodb.call import AwsCallError
from registration_core.adapters.dynamodb.repository import DynamoSubmissionRepository
from registration_core.adapters.dynamodb.table import Table
from registration_core.domain.errors import StorageDeniedError, StorageUnavailableError
from registration_core.domain.submission import Idempotency, Once

if TYPE_CHECKING:
    from collections.abc import Mapping

ENTRY = an_entry(a_form(), {"name": "Åsa"})
KEY = Idempotency("k", "f", START + timedelta(days=1))
ONCE = Once("a", "f" * 64)
FREE = {"Code": "None"}
GUARD = {
    "pk": {"S": "ONCE#course#a"}, "sk": {"S": "ONCE"}, "submission": {"S": "crs_first"},
    "expires_at": {"N": str(int(START.timestamp()) + 60)},
}  # fmt: skip


@dataclass
class ScriptedCall:
    """Raises the next of the errors, then succeeds, and records the calls.

    guard: the item returned to a read of who has an option already; such a read never fails.
    """

    errors: list[AwsCallError] = field(default_factory=list)
    guard: dict[str, Any] | None = None
    asked: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)

    def __call__(self, operation: str, params: Mapping[str, Any]) -> dict[str, Any]:
        if operation == "GetItem" and params["Key"]["sk"]["S"] == "ONCE":
            return {} if self.guard is None else {"Item": self.guard}
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
    return [write["Put"]["Item"]["pk"]["S"].partition("#")[0] for write in params["TransactItems"]]


def test_add__writes_submission_history_and_guards_together() -> None:
    call = ScriptedCall()
    repository(call).add(ENTRY, once=ONCE, idempotency=KEY)
    ((operation, params),) = call.asked
    assert operation == "TransactWriteItems"
    assert keys(params) == ["SUB", "SUB", "REF", "IDEM", "ONCE"]
    assert all("attribute_not_exists(pk)" in write["Put"]["ConditionExpression"] for write in params["TransactItems"])
    assert all(int(write["Put"]["Item"]["expires_at"]["N"]) > 0 for write in params["TransactItems"])
    assert len(params["ClientRequestToken"]) <= 36


def test_add__uses_a_new_token_when_the_content_changes() -> None:
    taken = cancelled(FREE, FREE, {"Code": "ConditionalCheckFailed"}, FREE)
    call = ScriptedCall([taken, taken])
    receipt = repository(call).add(ENTRY, once=None, idempotency=KEY)
    assert receipt.reference != ENTRY.reference
    tokens = [params["ClientRequestToken"] for _, params in call.asked]
    assert len(set(tokens)) == 3


def test_add__gives_up_when_every_reference_is_taken() -> None:
    taken = cancelled(FREE, FREE, {"Code": "ConditionalCheckFailed"}, FREE)
    with pytest.raises(StorageUnavailableError, match="No free reference"):
        repository(ScriptedCall([taken] * 9)).add(ENTRY, once=None, idempotency=KEY)


def test_add__gives_up_when_the_id_is_taken() -> None:
    taken = cancelled({"Code": "ConditionalCheckFailed"}, FREE, FREE, FREE)
    with pytest.raises(StorageUnavailableError, match="is taken"):
        repository(ScriptedCall([taken])).add(ENTRY, once=None, idempotency=KEY)


def test_add__stores_no_answer_of_a_repeat() -> None:
    """It makes as many writes as a first submission, of which only the reference and the notice concern that one."""
    call = ScriptedCall([cancelled(FREE, FREE, {"Code": "ConditionalCheckFailed"})], guard=GUARD)
    receipt = repository(call).add(ENTRY, once=ONCE, idempotency=KEY)
    assert receipt.repeated
    assert [keys(params) for _, params in call.asked] == [["SUB", "SUB", "REF", "IDEM", "ONCE"]] * 2
    writes = call.asked[1][1]["TransactItems"]
    assert writes[2]["Put"]["Item"]["submission"] == {"S": "crs_first"}
    assert writes[4]["Put"]["Item"] == GUARD
    assert "name" not in json.dumps(writes)
    assert len({params["ClientRequestToken"] for _, params in call.asked}) == 2


def test_add__notices_that_another_was_faster() -> None:
    """The guard appeared, went and appeared again during the write."""
    taken = {"Code": "ConditionalCheckFailed", "Item": GUARD}
    gone = {"Code": "ConditionalCheckFailed"}
    call = ScriptedCall([cancelled(FREE, FREE, FREE, FREE, taken), cancelled(FREE, FREE, FREE, FREE, gone)], guard=None)
    receipt = repository(call).add(ENTRY, once=ONCE, idempotency=KEY)
    assert not receipt.repeated
    blank = ["BLANK#1" in json.dumps(params) for _, params in call.asked]
    assert blank == [False, True, False]


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
