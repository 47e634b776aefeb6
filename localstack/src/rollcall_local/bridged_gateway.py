"""Makes ministack's API Gateway match AWS: stages serve their deployment, and definitions replace the whole API.

bridged_ministack.py loads it in the emulator's own interpreter.
"""

# ruff: noqa: SLF001 - ministack has no hooks for this; its version is locked

from __future__ import annotations

import contextlib
import contextvars
import copy
import json
from typing import TYPE_CHECKING, Any

from ministack import app
from ministack.core.iam_evaluator import AuthError
from ministack.services import apigateway_v1 as gateway

from rollcall_local.bridged_rights import read

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Where a deployment keeps the resources that it was made of; saved with the deployment.
SNAPSHOT = "servedResources"

#: Where it keeps the API's policy of that moment.
SNAPSHOT_OF_POLICY = "servedPolicy"

#: Our name for the refusal of a caller whose policies deny the call.
DENIED = "AccessDenied"

#: The keys that an operation and its integration may have here. Others are refused, so that nothing is lost silently.
OPERATION = {"responses", "parameters", "operationId", "summary", "security", "x-amazon-apigateway-integration"}
INTEGRATION = {"type", "httpMethod", "uri", "requestTemplates", "responses", "passthroughBehavior", "timeoutInMillis"}
TOP = {"openapi", "info", "paths", "components", "x-amazon-apigateway-gateway-responses"}
ANY = "x-amazon-apigateway-any-method"


def serve_what_was_deployed() -> None:
    """Make a stage serve the API as it was when its deployment was made.

    Source: API Gateway Developer Guide, "Deploy REST APIs in API Gateway": a deployment is a
    snapshot of the resources and methods, and every change needs a new one; so does a changed policy.
    https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-resource-policies-create-attach.html
    """
    create, execute, match = gateway._create_deployment, gateway._execute_in_scope, gateway._match_resource_tree
    policy_of = gateway.rest_api_policy_for_arn
    serving: contextvars.ContextVar[str] = contextvars.ContextVar("serving")

    def created(api_id: str, data: dict[str, Any]) -> Any:  # noqa: ANN401 - ministack's answers
        status, headers, body = create(api_id, data)
        if status == 201:  # noqa: PLR2004 - HTTP's own
            made = gateway._deployments_v1[api_id][json.loads(body)["id"]]
            made[SNAPSHOT] = copy.deepcopy(dict(gateway._resources.get(api_id, {})))
            made[SNAPSHOT_OF_POLICY] = gateway._rest_apis[api_id].get("policy", "")
        return status, headers, body

    async def executed(request: dict[str, Any], api_id: str, stage_name: str, *rest: Any) -> Any:  # noqa: ANN401
        token = serving.set(stage_name)
        try:
            return await execute(request, api_id, stage_name, *rest)
        finally:
            serving.reset(token)

    def served(api_id: str) -> dict[str, Any]:
        stage = gateway._stages_v1.get(api_id, {}).get(serving.get(""), {})
        deployment: dict[str, Any] = gateway._deployments_v1.get(api_id, {}).get(stage.get("deploymentId"), {})
        return deployment

    def policy_served(arn: str) -> Any:  # noqa: ANN401
        api_id = arn.split(":", 5)[-1].split("/", 1)[0]
        api, deployment = gateway._rest_apis.get(api_id), served(api_id)
        if api is None or SNAPSHOT_OF_POLICY not in deployment:
            return policy_of(arn)
        latest = api.get("policy", "")
        api["policy"] = deployment[SNAPSHOT_OF_POLICY]
        try:
            return policy_of(arn)
        finally:
            api["policy"] = latest

    def matched(api_id: str, segments: list[str]) -> Any:  # noqa: ANN401
        deployment = served(api_id)
        if SNAPSHOT not in deployment:
            return match(api_id, segments)
        resources = deployment[SNAPSHOT]
        root = next(one for one in resources.values() if one["path"] == "/")
        return gateway._match_recursive(resources, root["id"], segments, {}) if segments else (root, {})

    gateway._create_deployment = created
    gateway._execute_in_scope = executed
    gateway._match_resource_tree = matched
    gateway.rest_api_policy_for_arn = policy_served


def refuse_what_no_stage_could_serve() -> None:
    """Make ministack refuse to deploy an API without methods, and to delete a deployment that a stage serves.

    Source: API Gateway API Reference, CreateDeployment and DeleteDeployment: it "will only succeed
    if there are no Stage resources associated with it".
    https://docs.aws.amazon.com/apigateway/latest/api/API_DeleteDeployment.html
    """
    create, delete = gateway._create_deployment, gateway._delete_deployment

    def created(api_id: str, data: dict[str, Any]) -> Any:  # noqa: ANN401 - ministack's answers
        if not any(one.get("resourceMethods") for one in gateway._resources.get(api_id, {}).values()):
            return gateway._v1_error("BadRequestException", "The REST API doesn't contain any methods", 400)
        return create(api_id, data)

    def deleted(api_id: str, deployment_id: str) -> Any:  # noqa: ANN401
        if deployment_id in [stage["deploymentId"] for stage in gateway._stages_v1.get(api_id, {}).values()]:
            message = "Active stages pointing to this deployment must be moved or deleted"
            return gateway._v1_error("BadRequestException", message, 400)
        return delete(api_id, deployment_id)

    gateway._create_deployment, gateway._delete_deployment = created, deleted


def pass_the_caller_address() -> None:
    """Give functions the address of the connection instead of one that the client claims.

    Source: API Gateway Developer Guide, "$context variables": identity.sourceIp is the address of
    the TCP connection. Here all requests come from this machine. X-Forwarded-For has what the
    client wrote, then that address.
    """
    execute = gateway._execute_in_scope

    async def executed(*arguments: Any) -> Any:  # noqa: ANN401 - ministack's arguments and answers
        request, api_id, stage, method, path, headers, *rest = arguments
        sent = {name.lower(): value for name, value in (headers or {}).items()}
        forwarded = ", ".join(filter(None, [sent.get("x-forwarded-for"), "127.0.0.1"]))
        # ministack takes the first address of a text as the connection's, and of a list none.
        return await execute(request, api_id, stage, method, path, sent | {"x-forwarded-for": [forwarded]}, *rest)

    gateway._execute_in_scope = executed


def deny_with_the_apis_own_response() -> None:
    """Answer a signed call that IAM's policies deny with the API's response ACCESS_DENIED, not in IAM's words.

    Source: Developer Guide, "Gateway response types".
    https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
    """
    enforce = app._enforce_execute_api
    gateway._AUTHENTICATION_GATEWAY_ERRORS[DENIED] = ("ACCESS_DENIED", "AccessDeniedException")

    def enforced(api_id: str, stage: str, method: str, path: str, *request: Any, **more: Any) -> Any:  # noqa: ANN401
        answer = enforce(api_id, stage, method, path, *request, **more)
        told = read(answer[2]) if answer else {}
        if not told.get("__type", "").endswith("AccessDeniedException"):
            return answer
        return gateway.authentication_error_response(api_id, stage, AuthError(DENIED, told["message"]), *request)

    app._enforce_execute_api = enforced


def give_lists_in_claims_as_text() -> None:
    """Give functions a claim that lists something, such as cognito:groups, with commas between its parts.

    ministack writes them as an HTTP API does, in brackets. AWS documents neither; a real call shows it.
    https://repost.aws/questions/QUFJRBaEJRSmmqarNrvCWoQA/aws-cognito-group
    """
    stringify = gateway._stringify_claims

    def with_commas(claims: dict[str, Any] | None) -> dict[str, str]:
        listed = {name: ",".join(map(str, one)) for name, one in (claims or {}).items() if isinstance(one, list)}
        text: dict[str, str] = stringify(claims) | listed
        return text

    gateway._stringify_claims = with_commas


def replace_whole_definitions() -> None:
    """Make PutRestApi replace all resources and gateway responses with those of an OpenAPI document; the policy goes.

    Source: API Gateway API Reference, PutRestApi, mode=overwrite; and Developer Guide, "OpenAPI
    extensions".
    """
    handle = gateway.handle_request

    async def handled(method: str, path: str, headers: dict[str, str], body: bytes, query: dict[str, Any]) -> Any:  # noqa: ANN401
        parts = [part for part in path.split("/") if part]
        if method == "PUT" and len(parts) == 2 and parts[0] == "restapis":  # noqa: PLR2004 - restapis/<id>
            mode = query.get("mode", "merge")
            return _put(parts[1], json.loads(body), mode[0] if isinstance(mode, list) else mode)
        return await handle(method, path, headers, body, query)

    gateway.handle_request = handled


def _put(api_id: str, definition: dict[str, Any], mode: str) -> Any:  # noqa: ANN401
    if api_id not in gateway._rest_apis:
        return gateway._v1_error("NotFoundException", "Invalid API identifier specified", 404)
    unknown = sorted(_unknown(definition))
    if mode != "overwrite" or unknown:
        message = f"the emulator's bridge does not support: {', '.join(unknown) or f'mode {mode}'}"
        return gateway._v1_error("BadRequestException", message, 400)
    gateway._rest_apis[api_id].pop("policy", None)
    schemes = _authorizers(api_id, definition)
    resources = gateway._resources[api_id]
    root = next(one for one in resources.values() if one["path"] == "/")
    root["resourceMethods"] = {}
    for identifier in [one for one in resources if one != root["id"]]:
        del resources[identifier]
    for path, operations in definition["paths"].items():
        resource_id = _resource(api_id, root["id"], path)
        for verb, operation in operations.items():
            _operation(api_id, resource_id, "ANY" if verb == ANY else verb.upper(), operation, schemes)
    gateway._gateway_responses[api_id] = {}
    for kind, response in definition.get("x-amazon-apigateway-gateway-responses", {}).items():
        gateway._put_gateway_response(api_id, kind, response)
    return gateway._get_rest_api(api_id)


def _unknown(definition: dict[str, Any]) -> Iterator[str]:
    yield from definition.keys() - TOP
    yield from definition.get("components", {}).keys() - {"securitySchemes"}
    for path, operations in definition["paths"].items():
        for verb, operation in operations.items():
            yield from (f"{verb} {path} {key}" for key in operation.keys() - OPERATION)
            integration = operation.get("x-amazon-apigateway-integration", {})
            yield from (f"{verb} {path} integration {key}" for key in integration.keys() - INTEGRATION)


def _authorizers(api_id: str, definition: dict[str, Any]) -> dict[str, Any]:
    """Replace the API's authorizers, and return what each security scheme means for a method.

    One that a deployment was made with stays, because a stage may still serve that deployment.
    Source: API Gateway Developer Guide, "x-amazon-apigateway-authorizer object".
    https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions-authorizer.html
    """
    served = {
        method.get("authorizerId")
        for deployment in gateway._deployments_v1.get(api_id, {}).values()
        for one in deployment.get(SNAPSHOT, {}).values()
        for method in one.get("resourceMethods", {}).values()
    }
    authorizers = gateway._authorizers_v1[api_id]
    for identifier in authorizers.keys() - served:
        del authorizers[identifier]
    schemes: dict[str, Any] = gateway._import_security_schemes(api_id, definition)
    return schemes


def _resource(api_id: str, parent: str, path: str) -> str:
    for part in path.strip("/").split("/"):
        with contextlib.suppress(StopIteration):
            siblings = gateway._resources[api_id].values()
            parent = next(one["id"] for one in siblings if (one.get("parentId"), one.get("pathPart")) == (parent, part))
            continue
        _, _, body = gateway._create_resource(api_id, parent, {"pathPart": part})
        parent = json.loads(body)["id"]
    return parent


def _operation(api_id: str, resource_id: str, verb: str, operation: dict[str, Any], schemes: dict[str, Any]) -> None:
    place = (api_id, resource_id, verb)
    gateway._put_method(*place, gateway._method_security(operation.get("security"), schemes))
    for status, response in operation.get("responses", {}).items():
        headers = {f"method.response.header.{name}": False for name in response.get("headers", {})}
        gateway._put_method_response(*place, status, {"responseParameters": headers})
    integration = operation["x-amazon-apigateway-integration"]
    settings = {key: value for key, value in integration.items() if key not in ("type", "responses")}
    gateway._put_integration(*place, settings | {"type": integration["type"].upper()})
    for pattern, response in integration.get("responses", {}).items():
        selection = {} if pattern == "default" else {"selectionPattern": pattern}
        gateway._put_integration_response(*place, response["statusCode"], response | selection)
