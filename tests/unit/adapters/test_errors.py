"""DynamoDB's errors: the same through our own client and through botocore, down to whether they are retried."""

from __future__ import annotations

import json
import re
from typing import Any

import botocore.loaders
import botocore.parsers
import pytest
from botocore.exceptions import ClientError
from botocore.retries import standard
from botocore_judge import model
from hypothesis import given
from hypothesis import strategies as st

from admin_cli.aws import sessions
from registration_core.adapters.dynamodb.call import RETRYABLE_CODES, RETRYABLE_REASONS, AwsCallError
from registration_core.adapters.dynamodb.failures import translated
from registration_core.adapters.dynamodb.sdk import sdk_call
from registration_core.adapters.dynamodb.wire import refusal
from registration_core.domain.errors import StorageDeniedError

OPERATIONS = (
    "BatchGetItem", "DeleteItem", "GetItem", "PutItem", "Query", "Scan", "TransactWriteItems", "UpdateItem",
)  # fmt: skip
"""What a table's client calls."""

PREFIX = "com.amazonaws.dynamodb.v20120810#"
ITEM = {"pk": {"S": "å"}, "taken": {"N": "3"}}


class Answered:
    """A boto3 client that gets one response to whatever it asks."""

    def __init__(self, status: int, headers: dict[str, str], content: bytes) -> None:
        self._response = {"status_code": status, "headers": headers, "body": content, "context": {}}

    def transact_write_items(self, **_: Any) -> dict[str, Any]:
        operation = model("dynamodb").operation_model("TransactWriteItems")
        parser = botocore.parsers.create_parser("json")
        parsed = parser.parse(self._response, operation.output_shape)
        code = parsed["Error"]["Code"]
        shapes = {shape.name: shape for shape in model("dynamodb").error_shapes}
        parsed |= parser.parse(self._response, shapes[code]) if code in shapes else {}
        raise ClientError(parsed, "TransactWriteItems")


def by_botocore(status: int, error_type: str, content: bytes) -> AwsCallError:
    """Return the error of a response as botocore reads it."""
    with pytest.raises(AwsCallError) as caught:
        sdk_call(Answered(status, {"x-amzn-errortype": error_type}, content))("TransactWriteItems", {})
    return caught.value


CODES = (
    st.sampled_from(["ConditionalCheckFailedException", "TransactionCanceledException"])
    | st.sampled_from(sorted({shape.name for shape in model("dynamodb").error_shapes} | RETRYABLE_CODES))
    | st.text("abcXYZ", min_size=1)
)
TYPES = st.builds(
    "{}{}{}".format,
    st.sampled_from(["", PREFIX, "com.amazon.coral.availability#", "a#b#"]),
    CODES,
    st.sampled_from(["", ":", ":http://internal.amazon.com/coral/com.amazon.coral.validate/", ":b#c"]),
)
REASONS = st.lists(
    st.fixed_dictionaries(
        {"Code": st.sampled_from(["None", "ConditionalCheckFailed", "ValidationError", *sorted(RETRYABLE_REASONS)])},
        optional={"Message": st.text(), "Item": st.just(ITEM)},
    ),
    min_size=1,
)
BODIES = st.builds(
    lambda code, message, more: {"__type": code} | message | more,
    TYPES,
    st.builds(lambda name, text: {name: text}, st.sampled_from(["message", "Message"]), st.text(min_size=1)),
    st.just({}) | st.builds(lambda reasons: {"CancellationReasons": reasons}, REASONS) | st.just({"Item": ITEM}),
)


@given(status=st.sampled_from([400, 403, 409, 413, 429, 500, 503]), body=BODIES)
def test_refusal__is_read_as_botocore_reads_it(status: int, body: dict[str, Any]) -> None:
    """Botocore hands on reasons and items only with the errors that have them in its model; so does AWS."""
    content = json.dumps(body).encode()

    ours, theirs = refusal(status, "", content), by_botocore(status, "", content)

    assert (ours.code, ours.message, ours.retryable) == (theirs.code, theirs.message, theirs.retryable)
    if ours.code == "TransactionCanceledException":
        assert ours.cancellation_reasons == theirs.cancellation_reasons
    if ours.code == "ConditionalCheckFailedException":
        assert ours.item == theirs.item


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504, 509])
@pytest.mark.parametrize("content", [b"", b"<html><body>Bad Gateway</body></html>", b"[]", b"{", b"\xff", b"{}"])
def test_refusal__by_a_busy_server_is_retried_without_a_code(status: int, content: bytes) -> None:
    """A load balancer or proxy answers without a code; so botocore goes by the status, and so do we."""
    assert (refusal(status, "", content).code, refusal(status, "", content).retryable) == ("ServiceUnavailable", True)


@pytest.mark.parametrize(
    "content",
    [
        b"", b"<html>Forbidden</html>", b"[]", b"null", b"3", b"{", b"\xff\xfe", b"[" * 100_000, b"{}",
        b'{"__type": null}', b'{"__type": ""}', b'{"__type": "#"}', b'{"message": {"a": 1}}',
    ],
    ids=lambda content: str(content[:24]),
)  # fmt: skip
def test_refusal__without_a_code_is_final(content: bytes) -> None:
    """Botocore takes the status for the code and the page for the message, or raises; a page may hold anything."""
    error = refusal(403, "", content)

    assert (error.code, error.retryable, error.cancellation_reasons) == ("UnreadableAnswer", False, ())
    assert "html" not in error.message


def test_refusal__reads_the_code_from_the_header_too() -> None:
    """Botocore ignores the header in this protocol; AWS's specification of the protocol names it.

    https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html#operation-error-serialization
    """
    assert refusal(400, "ThrottlingException:http://internal.amazon.com/", b"").code == "ThrottlingException"
    assert by_botocore(400, "ThrottlingException", b"").code == "400"
    assert refusal(400, "Another", b'{"__type": "ThrottlingException"}').code == "ThrottlingException"


@pytest.mark.parametrize("reasons", [None, "no", {}, [None], ["no"], [{}], [{"Code": None}], 7])
def test_cancellation__with_malformed_reasons_is_final(reasons: object) -> None:
    body = {"__type": PREFIX + "TransactionCanceledException", "Message": "no", "CancellationReasons": reasons}
    error = refusal(400, "", json.dumps(body).encode())

    assert (error.code, error.retryable, error.refused(["write"])) == ("TransactionCanceledException", False, {})


OF_OTHER_SERVICES = {
    "BandwidthLimitExceeded": "CloudSearch",
    "EC2ThrottledException": "EC2",
    "PriorRequestNotComplete": "Route 53",
    "RequestThrottled": "SQS",
    "SlowDown": "S3",
    "TooManyRequestsException": "Organizations",
}
"""botocore retries these everywhere. DynamoDB doesn't send them."""

OURS_ONLY = {
    "ConnectionLost": "our own code for a missing response, which botocore retries as an exception",
    "InternalFailure": "sent with status 500, which botocore goes by",
    "InternalServerError": "sent with status 500, which botocore goes by",
    "ServiceUnavailable": "sent with status 503, which botocore goes by",
    "TransactionConflictException": "botocore leaves it to its caller; our writes may all be sent twice",
}


def codes_that_botocore_retries() -> set[str]:
    """Return the error codes of botocore's tables that concern DynamoDB, in its standard and its legacy mode."""
    codes = {*standard.ThrottledRetryableChecker._THROTTLED_ERROR_CODES}
    codes |= {*standard.TransientRetryableChecker._TRANSIENT_ERROR_CODES}
    codes |= {shape.name for shape in model("dynamodb").error_shapes if shape.metadata.get("retryable")}
    tables = botocore.loaders.Loader().load_data("_retry")
    policies = [*tables["retry"]["__default__"]["policies"], *tables["retry"]["dynamodb"]["__default__"]["policies"]]
    rules = [*tables["definitions"].values(), *tables["retry"]["dynamodb"]["__default__"]["policies"].values()]
    assert len(policies) >= len(tables["definitions"])
    answers = [rule["applies_when"].get("response", {}) for rule in rules]
    return codes | {answer["service_error_code"] for answer in answers if "service_error_code" in answer}


def test_retryable_codes__are_botocores_but_for_stated_reasons() -> None:
    assert codes_that_botocore_retries() - OF_OTHER_SERVICES.keys() == RETRYABLE_CODES - OURS_ONLY.keys()


def test_retryable_statuses__are_botocores() -> None:
    """In the legacy mode botocore retries 509 too."""
    statuses = {*standard.TransientRetryableChecker._TRANSIENT_STATUS_CODES}
    statuses |= {*standard.ThrottlingStatusCodeChecker._THROTTLING_STATUS_CODES, 509}

    assert all(refusal(status, "", b"").retryable for status in statuses)
    assert not any(refusal(status, "", b"").retryable for status in range(300, 500) if status not in statuses)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_errors__of_each_operation_are_retried_or_final(operation: str) -> None:
    """Each error in DynamoDB's model was looked at: a new one fails this test."""
    final = {
        "ConditionalCheckFailedException", "IdempotentParameterMismatchException",
        "ItemCollectionSizeLimitExceededException", "ResourceNotFoundException", "TransactionCanceledException",
    }  # fmt: skip
    errors = {shape.name for shape in model("dynamodb").operation_model(operation).error_shapes}

    assert errors - final <= RETRYABLE_CODES
    assert not final & RETRYABLE_CODES


def test_retryable_reasons__are_in_the_model() -> None:
    """Which reasons there are, only the documentation in the model says."""
    text = model("dynamodb").shape_for("TransactionCanceledException").documentation
    reasons = set(re.findall(r"Code: <code>(\w+)</code>", text))

    assert reasons >= RETRYABLE_REASONS
    assert reasons - RETRYABLE_REASONS == {
        "None", "ConditionalCheckFailed", "ItemCollectionSizeLimitExceeded", "ValidationError",
    }  # fmt: skip


def test_throttling__is_named_as_botocore_names_it() -> None:
    """The command line says that AWS is throttling for each code that botocore counts as that, of any service.

    A transaction in progress is no throttling, although botocore waits as long for it.
    """
    codes = set(standard.ThrottledRetryableChecker._THROTTLED_ERROR_CODES)

    assert {code for code in codes if not sessions.is_throttled(code)} == {"TransactionInProgressException"}


@pytest.mark.parametrize("message", ["Signature expired: 20270301T120000Z is now earlier", "Signature not yet current"])
def test_wrong_clock__is_final_and_named(message: str) -> None:
    """Neither botocore nor we correct the clock: AWS sets a function's, and a command says that yours is off."""
    body = {"__type": "com.amazon.coral.service#InvalidSignatureException", "message": message}
    error = refusal(400, "", json.dumps(body).encode())

    assert (error.retryable, by_botocore(400, "", json.dumps(body).encode()).retryable) == (False, False)
    assert isinstance(translated(error, "rollcall-prod"), StorageDeniedError)
    assert "clock" in str(sessions.refusal(error.code, error.message, "Query"))
