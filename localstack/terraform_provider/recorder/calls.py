"""A call of an AWS operation, read from the HTTP request that a provider sent."""

from __future__ import annotations

import functools
import json
import re
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote, urlsplit

import botocore.session
from botocore.model import OperationNotFoundError

from .shapes import from_members, from_query, from_xml, scalar, without_secrets

if TYPE_CHECKING:
    from .proxy import Exchange

#: Services that sign with another name than botocore gives them.
SIGNED_AS = {"monitoring": "cloudwatch"}

#: Services that sign with another service's name, by the beginning of their paths.
BY_PATH = {("ses", "/v2/"): "sesv2", ("s3", "/v20180820/"): "s3control"}

READS = re.compile(r"^(?:Get|List|Describe|Head)")

#: Query parameters that say which operation an SDK means, or which it adds to every address.
OF_THE_SDK = {"x-id"}


@dataclass(frozen=True, slots=True)
class Call:
    """An operation with its parameters, as the recording holds it: without secrets.

    error: AWS's code when the emulator refused it.
    """

    service: str
    operation: str
    parameters: dict[str, Any]
    error: str | None = None

    @property
    def name(self) -> str:
        """Service and operation."""
        return f"{self.service}.{self.operation}"

    @property
    def reads(self) -> bool:
        """Return whether it changes nothing."""
        return READS.match(self.operation) is not None


class UnknownCallError(Exception):
    """A request that no operation of botocore's models explains: the provider's SDK may be newer."""


@functools.cache
def service_model(service: str) -> Any:  # noqa: ANN401 - botocore has no types
    """Return botocore's model of a service."""
    return botocore.session.get_session().get_service_model(service)


def call_of(exchange: Exchange) -> Call:
    """Read the call that a request makes. Raises UnknownCallError."""
    service = _service(exchange)
    model = service_model(service)
    parts = urlsplit(exchange.target)
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    content = exchange.headers.get("content-type", "")
    error = _error(exchange) if exchange.status >= 400 else None  # noqa: PLR2004 - HTTP's boundary
    if target := exchange.headers.get("x-amz-target"):
        operation = _operation(model, target.rpartition(".")[2])
        body = json.loads(exchange.body or b"{}")
        return _call(service, operation, from_members(operation.input_shape, body), error)
    if match := re.fullmatch(r"/service/[^/]+/operation/(\w+)", parts.path):
        operation = _operation(model, match[1])
        return _call(service, operation, from_members(operation.input_shape, _cbor(exchange.body)), error)
    if content.startswith("application/x-www-form-urlencoded"):
        form = dict(parse_qsl(exchange.body.decode(), keep_blank_values=True))
        operation = _operation(model, form["Action"])
        shape = operation.input_shape
        return _call(service, operation, (from_query(shape, form) if shape else None) or {}, error)
    operation, labels = _route(model, exchange.method, parts.path, query)
    return _call(service, operation, _of_rest(operation, exchange, labels, query), error)


def _call(service: str, operation: Any, parameters: dict[str, Any], error: str | None) -> Call:  # noqa: ANN401 - as above
    return Call(service, operation.name, without_secrets(operation.input_shape, parameters), error)


def _operation(model: Any, name: str) -> Any:  # noqa: ANN401 - as above
    try:
        return model.operation_model(name)
    except OperationNotFoundError as error:
        raise UnknownCallError(f"{model.service_name} has no operation {name}.") from error


def _service(exchange: Exchange) -> str:
    """Return botocore's name of the service that a request was signed for."""
    scope = re.search(r"Credential=[^/]+/\d{8}/[^/]+/([^/]+)/aws4_request", exchange.headers.get("authorization", ""))
    if scope is None:
        raise UnknownCallError(f"{exchange.method} {urlsplit(exchange.target).path} is not signed.")
    for (signed_as, start), service in BY_PATH.items():
        if signed_as == scope[1] and exchange.target.startswith(start):
            return service
    return SIGNED_AS.get(scope[1], scope[1])


def _route(model: Any, method: str, path: str, query: dict[str, str]) -> tuple[Any, dict[str, str]]:  # noqa: ANN401 - as above
    """Return the operation whose address fits best, and the values in the address."""
    fitting = []
    for pattern, literals, name in _routes(model.service_name, method):
        match = pattern.fullmatch(path)
        if match and literals.items() <= query.items():
            fitting.append((len(literals), -len(match.groups()), name, match.groups()))
    if not fitting:
        raise UnknownCallError(f"{model.service_name}: no operation has the address {method} {path}.")
    *_, name, groups = max(fitting)
    operation = model.operation_model(name)
    labels = re.findall(r"\{(\w+)\+?\}", urlsplit(operation.http["requestUri"]).path)
    return operation, dict(zip(labels, map(unquote, groups), strict=True))


@functools.cache
def _routes(service: str, method: str) -> list[tuple[re.Pattern[str], dict[str, str], str]]:
    routes = []
    model = service_model(service)
    for name in model.operation_names:
        http = model.operation_model(name).http
        if http["method"] == method:
            parts = urlsplit(http["requestUri"])
            words = re.split(r"(\{\w+\+?\})", parts.path.rstrip("/"))
            pattern = "".join(_group(word) if word.startswith("{") else re.escape(word) for word in words)
            literals = dict(parse_qsl(parts.query, keep_blank_values=True))
            routes.append((re.compile(f"{pattern}/?"), literals, name))
    return routes


def _group(label: str) -> str:
    return "(.+)" if label.endswith("+}") else "([^/]+)"


def _of_rest(operation: Any, exchange: Exchange, labels: dict[str, str], query: dict[str, str]) -> dict[str, Any]:  # noqa: ANN401 - as above
    shape = operation.input_shape
    if shape is None:
        return {}
    parameters = dict(_of_body(shape, exchange))
    literals = dict(parse_qsl(urlsplit(operation.http["requestUri"]).query, keep_blank_values=True))
    places = {"uri": labels, "header": exchange.headers, "querystring": _without(query, literals)}
    for name, member in shape.members.items():
        place = places.get(member.serialization.get("location", ""), {})
        wire = member.serialization.get("name", name)
        wire = wire.lower() if place is exchange.headers else wire
        if wire in place:
            parameters[name] = _listed(member, exchange, wire) or scalar(member, place[wire])
    return parameters


def _without(query: dict[str, str], literals: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in query.items() if name not in literals and name not in OF_THE_SDK}


def _listed(member: Any, exchange: Exchange, wire: str) -> list[str]:  # noqa: ANN401 - as above
    """Return all values of a query parameter that is a list; nothing for another one."""
    if member.type_name != "list":
        return []
    return [value for name, value in parse_qsl(urlsplit(exchange.target).query) if name == wire]


def _of_body(shape: Any, exchange: Exchange) -> dict[str, Any]:  # noqa: ANN401 - as above
    """Read the members that the body holds: all of them, or the one that is the payload."""
    if not exchange.body:
        return {}
    payload = shape.serialization.get("payload")
    inner = shape.members[payload] if payload else shape
    if inner.type_name in ("string", "blob"):
        value: Any = exchange.body if inner.type_name == "blob" else exchange.body.decode()
    elif exchange.body.lstrip().startswith(b"<"):
        value = from_xml(inner, ET.fromstring(exchange.body))  # noqa: S314 - a provider on this machine wrote it
    else:
        value = from_members(inner, json.loads(exchange.body))
    return {payload: value} if payload else value


def _cbor(body: bytes) -> dict[str, Any]:
    from botocore.parsers import RpcV2CBORParser  # noqa: PLC0415 - only some providers send it

    parser = RpcV2CBORParser()
    stream = parser.get_peekable_stream_from_bytes(body)
    parsed: dict[str, Any] = parser.parse_data_item(stream) if body else {}
    return parsed


def _error(exchange: Exchange) -> str:
    """Return AWS's code of an error, or the HTTP status."""
    patterns = (rb"<Code>([\w.]+)</Code>", rb'"(?:__type|code|Code)":\s*"(?:[\w.]+#)?([\w.]+)')
    for pattern in patterns:
        if match := re.search(pattern, exchange.answer):
            return match[1].decode()
    return str(exchange.status)
