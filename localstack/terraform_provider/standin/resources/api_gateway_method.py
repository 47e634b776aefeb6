"""Methods of a REST API: what they take, what stands behind them, what they answer.

The configuration has none any more (docs/decisions/0030-api-description.md). A local stack that was made before
still has some in its state, and they must go with the next `make up`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from standin.resource import Resource, resource

from . import members

if TYPE_CHECKING:
    from standin.values import State

PLACE: members.Members = {
    "rest_api_id": ("restApiId", None),
    "resource_id": ("resourceId", None),
    "http_method": ("httpMethod", None),
}
STATUS: members.Members = {"status_code": ("statusCode", None)}


def put_again(client: Any, place: dict[str, str], method: dict[str, Any]) -> None:  # noqa: ANN401 - no types in boto3
    """Put back what stood below a method: a put replaces it with all that is below, at the emulator as at AWS."""
    for status, response in method.get("methodResponses", {}).items():
        client.put_method_response(**{**place, **_given(response), "statusCode": status})
    if integration := method.get("methodIntegration"):
        put_integration_again(client, place, integration)


def put_integration_again(client: Any, place: dict[str, str], integration: dict[str, Any]) -> None:  # noqa: ANN401
    """Put back an integration as it was read, with its responses."""
    verb = {"integrationHttpMethod": integration["httpMethod"]} if "httpMethod" in integration else {}
    own = {key: value for key, value in _given(integration).items() if key not in ("httpMethod", "cacheNamespace")}
    client.put_integration(**{**own, **place, **verb})
    put_responses_again(client, place, integration)


def put_responses_again(client: Any, place: dict[str, str], integration: dict[str, Any]) -> None:  # noqa: ANN401
    """Put back an integration's responses."""
    for status, response in integration.get("integrationResponses", {}).items():
        client.put_integration_response(**{**place, **_given(response), "statusCode": status})


def _given(answer: dict[str, Any]) -> dict[str, Any]:
    nested = ("ResponseMetadata", "integrationResponses", "methodResponses", "methodIntegration")
    return {key: value for key, value in answer.items() if key not in nested and value not in (None, "")}


class MethodPart(Resource):
    """Something of a method's that is put as a whole; it is known by API, resource, verb, and maybe a status code."""

    place: ClassVar[members.Members] = PLACE
    arguments: ClassVar[members.Members]
    id_prefix: ClassVar[str]
    noun: ClassVar[str]
    force_new = frozenset(PLACE)

    def _place(self, state: State) -> dict[str, str]:
        return members.write(state, self.place)

    def call(self, verb: str, **arguments: object) -> Any:  # noqa: ANN401 - boto3's answers have no static type
        """Call the operation of this part, such as put_integration_response."""
        return getattr(self.client("apigateway"), f"{verb}_{self.noun}")(**arguments)

    def put(self, planned: State) -> None:
        """Put it as a whole."""
        self.call("put", **self._place(planned), **members.write(planned, self.arguments))

    def identifier(self, state: State) -> str:
        """Return the id that the provider makes up."""
        return "-".join([self.id_prefix, *(state[name] for name in self.place)])

    def create(self, planned: State) -> State:
        """Put it for the first time."""
        self.put(planned)
        return {"id": self.identifier(planned)}

    def read(self, state: State) -> State:
        """Read it."""
        answer = self.call("get", **self._place(state))
        place = {name: state[name] for name in self.place}
        return {"id": self.identifier(state), **place, **members.read(answer, self.arguments)}

    def update(self, prior: State, planned: State, changed: set[str]) -> None:  # noqa: ARG002 - put as a whole
        """Put it again, as a whole."""
        self.put(planned)

    def delete(self, state: State) -> None:
        """Delete it."""
        self.call("delete", **self._place(state))

    def import_state(self, identifier: str) -> State:
        """Accept REST-API-ID/RESOURCE-ID/HTTP-METHOD, and a status code where the part has one."""
        place = dict(zip(self.place, identifier.split("/"), strict=True))
        return {"id": self.identifier(place), **place}


@resource
class Method(MethodPart):
    """aws_api_gateway_method. Documentation page api_gateway_method."""

    type = "aws_api_gateway_method"
    id_prefix, noun = "agm", "method"
    arguments: ClassVar[members.Members] = {
        "api_key_required": ("apiKeyRequired", False),
        "authorization": ("authorizationType", "NONE"),
        "authorization_scopes": ("authorizationScopes", []),
        "authorizer_id": ("authorizerId", ""),
        "operation_name": ("operationName", ""),
        "request_models": ("requestModels", {}),
        "request_parameters": ("requestParameters", {}),
        "request_validator_id": ("requestValidatorId", ""),
    }
    supported = frozenset({*PLACE, *arguments})
    defaults: ClassVar = {"api_key_required": False}

    def update(self, prior: State, planned: State, changed: set[str]) -> None:  # noqa: ARG002 - put as a whole
        """Put it again, and what is below it."""
        below = self.call("get", **self._place(planned))
        self.put(planned)
        put_again(self.client("apigateway"), self._place(planned), below)


@resource
class MethodResponse(MethodPart):
    """aws_api_gateway_method_response. Documentation page api_gateway_method_response."""

    type = "aws_api_gateway_method_response"
    id_prefix, noun = "agmr", "method_response"
    place: ClassVar[members.Members] = {**PLACE, **STATUS}
    arguments: ClassVar[members.Members] = {
        "response_models": ("responseModels", {}),
        "response_parameters": ("responseParameters", {}),
    }
    supported = frozenset({*PLACE, *STATUS, *arguments})
    force_new = frozenset({*PLACE, *STATUS})


@resource
class Integration(MethodPart):
    """aws_api_gateway_integration. Documentation page api_gateway_integration."""

    type = "aws_api_gateway_integration"
    id_prefix, noun = "agi", "integration"
    arguments: ClassVar[members.Members] = {
        "cache_key_parameters": ("cacheKeyParameters", []),
        "connection_type": ("connectionType", "INTERNET"),
        "content_handling": ("contentHandling", ""),
        "credentials": ("credentials", ""),
        "integration_http_method": ("integrationHttpMethod", ""),
        "passthrough_behavior": ("passthroughBehavior", "WHEN_NO_MATCH"),
        "request_parameters": ("requestParameters", {}),
        "request_templates": ("requestTemplates", {}),
        "timeout_milliseconds": ("timeoutInMillis", 29000),
        "type": ("type", None),
        "uri": ("uri", ""),
    }
    supported = frozenset({*PLACE, *arguments})
    force_new = frozenset({*PLACE, "type", "integration_http_method"})
    # The page: "timeout_milliseconds - ... The default value is 29,000 milliseconds", "connection_type - ... INTERNET".
    defaults: ClassVar = {"connection_type": "INTERNET", "timeout_milliseconds": 29000}
    enums: ClassVar = {
        "type": ("apigateway", "IntegrationType"),
        "connection_type": ("apigateway", "ConnectionType"),
        "content_handling": ("apigateway", "ContentHandlingStrategy"),
    }

    def read(self, state: State) -> State:
        """Read it. Behind a MOCK there is no call, and no verb of one; the emulator says POST."""
        answer = self.call("get", **self._place(state))
        verb = "" if answer["type"] == "MOCK" else answer.get("httpMethod", "")
        place = {name: state[name] for name in self.place}
        return {
            "id": self.identifier(state),
            **place,
            **members.read(answer, self.arguments),
            "integration_http_method": verb,
            "cache_namespace": answer.get("cacheNamespace", state["resource_id"]),
            "response_transfer_mode": answer.get("responseTransferMode", "BUFFERED"),
        }

    def update(self, prior: State, planned: State, changed: set[str]) -> None:  # noqa: ARG002 - put as a whole
        """Put it again, and its responses."""
        before = self.call("get", **self._place(planned))
        self.put(planned)
        put_responses_again(self.client("apigateway"), self._place(planned), before)


@resource
class IntegrationResponse(MethodPart):
    """aws_api_gateway_integration_response. Documentation page api_gateway_integration_response."""

    type = "aws_api_gateway_integration_response"
    id_prefix, noun = "agir", "integration_response"
    place: ClassVar[members.Members] = {**PLACE, **STATUS}
    arguments: ClassVar[members.Members] = {
        "content_handling": ("contentHandling", ""),
        "response_parameters": ("responseParameters", {}),
        "response_templates": ("responseTemplates", {}),
        "selection_pattern": ("selectionPattern", ""),
    }
    supported = frozenset({*PLACE, *STATUS, *arguments})
    force_new = frozenset({*PLACE, *STATUS})
    enums: ClassVar = {"content_handling": ("apigateway", "ContentHandlingStrategy")}
