"""The port between a table and DynamoDB: one call in its wire format, and the one error that it raises."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from typing import Any, TypeAlias

    Call: TypeAlias = Callable[[str, Mapping[str, Any]], dict[str, Any]]
"""`call("PutItem", {"TableName": …, "Item": {"pk": {"S": …}}})`
returns the response's JSON as a dict. Raises only AwsCallError, if DynamoDB refused the call or
could not be reached.
"""

RETRYABLE_CODES = frozenset(
    {
        "ConnectionLost",
        "InternalFailure",
        "InternalServerError",
        "LimitExceededException",
        "ProvisionedThroughputExceededException",
        "ReplicatedWriteConflictException",
        "RequestLimitExceeded",
        "RequestThrottledException",
        "RequestTimeout",
        "RequestTimeoutException",
        "ServiceUnavailable",
        "ThrottledException",
        "ThrottlingException",
        "Throttling",
        "TransactionConflictException",
        "TransactionInProgressException",
    }
)
"""Errors that mean "not now" and not "no". `ConnectionLost` is our own code for a missing response."""

RETRYABLE_REASONS = frozenset({"TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"})
"""Reasons to cancel a transaction although nothing in it is wrong."""

_TOO_MANY_REQUESTS, _SERVERS_FAULT = 429, 500


def code_of(code: str, status: int) -> str:
    """Return the code of a refusal; `ServiceUnavailable` if only its HTTP status says "not now"."""
    not_now = status == _TOO_MANY_REQUESTS or status >= _SERVERS_FAULT
    return "ServiceUnavailable" if not_now and code not in RETRYABLE_CODES else code


class AwsCallError(Exception):
    """DynamoDB refused a call, or could not be reached.

    code: the exception's short name, such as `TransactionCanceledException`; `ConnectionLost` if
    there was no response. cancellation_reasons: one per write of the transaction, in order, as
    DynamoDB sends them: `{"Code": "None"}`, `{"Code": "ConditionalCheckFailed", "Message": …,
    "Item": …}`. item: the item that stood in the way of a single conditional write, when the call
    asked for it.
    """

    def __init__(
        self,
        code: str,
        message: str,
        cancellation_reasons: Sequence[Mapping[str, Any]] = (),
        *,
        item: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.cancellation_reasons = tuple(cancellation_reasons)
        self.item = item

    @property
    def retryable(self) -> bool:
        """Whether the same call may succeed later, unchanged."""
        if self.code == "TransactionCanceledException":
            codes = {reason.get("Code", "None") for reason in self.cancellation_reasons} - {"None"}
            return bool(codes) and codes <= RETRYABLE_REASONS
        return self.code in RETRYABLE_CODES

    def refused(self, writes: Iterable[str]) -> dict[str, dict[str, Any]]:
        """Return the transaction's writes whose condition failed, with the existing items.

        writes: their names, in the transaction's order.
        """
        if self.code != "TransactionCanceledException":
            return {}
        return {
            name: reason.get("Item") or {}
            for name, reason in zip(writes, self.cancellation_reasons, strict=False)
            if reason.get("Code") == "ConditionalCheckFailed"
        }
