"""botocore as the judge of our own requests to AWS: its service models, its serializer and its signer.

botocore's models are AWS's own descriptions of its services.
"""

from __future__ import annotations

import functools
import json
from typing import TYPE_CHECKING, Any

import botocore.auth
import botocore.credentials
import botocore.serialize
import botocore.session
import botocore.validate
from botocore.awsrequest import AWSRequest

if TYPE_CHECKING:
    from collections.abc import Mapping

SECRETS_OF_TESTS = {"test": "test"}
"""The secret key of each access key that the suites sign with."""


def judge_request(endpoint: str, headers: Mapping[str, str], body: bytes) -> None:
    """Check one request as it was sent. Raises AssertionError if botocore would not send the same.

    endpoint: `http://host:port`. headers: with their names in lower case.
    """
    service, operation = model_of(headers["x-amz-target"])
    params = json.loads(body)
    faults = faults_of(params, operation.input_shape)
    assert not faults, f"{operation.name}: {faults}"
    serializer = botocore.serialize.create_serializer(service.metadata["protocol"], include_validation=False)
    expected = serializer.serialize_to_request(params, operation)
    assert headers["x-amz-target"] == expected["headers"]["X-Amz-Target"]
    assert headers["content-type"] == expected["headers"]["Content-Type"]
    assert (expected["method"], expected["url_path"]) == ("POST", "/")
    assert params == json.loads(expected["body"])
    signed = signed_by_botocore(endpoint, headers, body, SECRETS_OF_TESTS)
    assert {name: headers.get(name) for name in signed} == signed


def signed_by_botocore(
    endpoint: str,
    headers: Mapping[str, str],
    body: bytes,
    secrets: Mapping[str, str],
    *,
    method: str = "POST",
    path: str = "/",
) -> dict[str, str]:
    """Return the headers that botocore's signer makes of a signed request at the same second.

    secrets: secret keys by access key. path: as it is sent, with its query.
    """
    scope = headers["authorization"].partition("Credential=")[2].partition(",")[0]
    access_key, _, region, service, _ = scope.split("/")
    known = botocore.credentials.Credentials(access_key, secrets[access_key], headers.get("x-amz-security-token"))
    given = {name: headers[name] for name in ("host", "content-type", "x-amz-target") if name in headers}
    request = AWSRequest(method, f"{endpoint}{path}", given, body)
    _SignerAt(headers["x-amz-date"], known, service, region).add_auth(request)
    return {name.lower(): value for name, value in request.headers.items()}


@functools.cache
def model_of(target: str) -> tuple[Any, Any]:
    """Return the models of the service and the operation that a request's `x-amz-target` names."""
    prefix, _, operation = target.rpartition(".")
    service = model(prefix.partition("_")[0].lower())
    assert prefix == service.metadata["targetPrefix"]
    return service, service.operation_model(operation)


@functools.cache
def model(service: str) -> Any:
    """Return botocore's model of a service."""
    return botocore.session.get_session().get_service_model(service)


def faults_of(params: Mapping[str, Any], shape: Any) -> str:
    """Return what a service model says against an operation's parameters; empty if nothing."""
    faults = _StrictValidator().validate(params, shape)
    return str(faults.generate_report()) if faults.has_errors() else ""


class _StrictValidator(botocore.validate.ParamValidator):  # type: ignore[misc]
    """botocore's validator, which also checks the choices and largest sizes that a model states, and unions."""

    _UNIONS = frozenset({"AttributeValue", "TransactWriteItem"})
    """Structures with one member at a time, which only their documentation says."""

    def _validate_structure(self, params: Any, shape: Any, errors: Any, name: str) -> None:
        super()._validate_structure(params, shape, errors, name)
        if shape.name in self._UNIONS and len(params) != 1:
            errors.report(name, "more than one input", members=shape.members)

    def _validate_string(self, param: Any, shape: Any, errors: Any, name: str) -> None:
        super()._validate_string(param, shape, errors, name)
        if shape.enum and param not in shape.enum:
            errors.report(name, "invalid type", param=param, valid_types=shape.enum)
        self._check_size(param, shape, errors, name)

    def _validate_list(self, param: Any, shape: Any, errors: Any, name: str) -> None:
        super()._validate_list(param, shape, errors, name)
        self._check_size(param, shape, errors, name)

    def _check_size(self, param: Any, shape: Any, errors: Any, name: str) -> None:
        most = shape.metadata.get("max")
        if most is not None and isinstance(param, str | list) and len(param) > most:
            errors.report(name, "invalid type", param=param, valid_types=[f"at most {most}"])


class _SignerAt(botocore.auth.SigV4Auth):  # type: ignore[misc]
    """botocore's signer at a chosen time."""

    def __init__(self, timestamp: str, *credentials_service_region: Any) -> None:
        super().__init__(*credentials_service_region)
        self._timestamp = timestamp

    def add_auth(self, request: Any) -> None:
        request.context["timestamp"] = self._timestamp
        self._modify_request_before_signing(request)
        to_sign = self.string_to_sign(request, self.canonical_request(request))
        self._inject_signature_to_request(request, self.signature(to_sign, request))
