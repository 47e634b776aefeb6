"""The API Gateway types, at the emulator."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from infra.provider.harness import Harness

API = "aws_api_gateway_rest_api"
RESOURCE = "aws_api_gateway_resource"
METHOD = "aws_api_gateway_method"
METHOD_RESPONSE = "aws_api_gateway_method_response"
INTEGRATION = "aws_api_gateway_integration"
INTEGRATION_RESPONSE = "aws_api_gateway_integration_response"
GATEWAY_RESPONSE = "aws_api_gateway_gateway_response"
DEPLOYMENT = "aws_api_gateway_deployment"
STAGE = "aws_api_gateway_stage"
SETTINGS = "aws_api_gateway_method_settings"
ACCOUNT = "aws_api_gateway_account"

API_CONFIG: dict[str, Any] = {
    "name": "rollcall",
    "description": "Takes forms.",
    "endpoint_configuration": [{"types": ["REGIONAL"]}],
    "tags": {"Part": "api"},
}
ORIGIN = "method.response.header.Access-Control-Allow-Origin"


@dataclass
class Api:
    """An API with one resource, and a client to ask about it."""

    state: dict[str, Any]
    resource: dict[str, Any]
    client: Any

    @property
    def here(self) -> dict[str, Any]:
        """Arguments that name the resource."""
        return {"rest_api_id": self.state["id"], "resource_id": self.resource["id"]}

    def method(self, verb: str) -> dict[str, Any]:
        """What the emulator has of a method."""
        answer: dict[str, Any] = self.client.get_method(
            restApiId=self.state["id"], resourceId=self.resource["id"], httpMethod=verb
        )
        return answer


@pytest.fixture
def api(tf: Harness, aws: Callable[[str], Any]) -> Api:
    """An API with one resource."""
    state = tf.apply(API, API_CONFIG)
    config = {"rest_api_id": state["id"], "parent_id": state["root_resource_id"], "path_part": "registration"}
    return Api(state, tf.apply(RESOURCE, config), aws("apigateway"))


def test_rest_api__arrives_updates_imports(tf: Harness, aws: Callable[[str], Any]) -> None:
    state = tf.apply(API, API_CONFIG)
    ask = aws("apigateway").get_rest_api
    assert ask(restApiId=state["id"])["endpointConfiguration"]["types"] == ["REGIONAL"]
    assert state["execution_arn"] == f"arn:aws:execute-api:eu-north-1:000000000000:{state['id']}"
    assert tf.changes(API, state, API_CONFIG) == set()
    assert tf.import_then_plan(API, state["id"], API_CONFIG) == set()

    other = {**API_CONFIG, "description": "Other.", "tags": {"Part": "other"}}
    updated = tf.apply(API, other, state)

    assert ask(restApiId=state["id"])["description"] == "Other."
    assert aws("apigateway").get_tags(resourceArn=state["arn"])["tags"] == {"Part": "other"}
    assert tf.changes(API, updated, other) == set()
    assert tf.changes(API, state, API_CONFIG) == {"description", "tags", "tags_all"}


def test_rest_api__tag_pins_its_id(tf: Harness) -> None:
    state = tf.apply(API, {**API_CONFIG, "tags": {"ms-custom-id": "pinned"}})

    assert state["id"] == "pinned"


def test_resource__arrives_updates_imports(tf: Harness, api: Api) -> None:
    config = {"rest_api_id": api.state["id"], "parent_id": api.state["root_resource_id"], "path_part": "registration"}
    assert api.resource["path"] == "/registration"
    assert tf.changes(RESOURCE, api.resource, config) == set()
    assert tf.import_then_plan(RESOURCE, f"{api.state['id']}/{api.resource['id']}", config) == set()

    updated = tf.apply(RESOURCE, {**config, "path_part": "contact"}, api.resource)

    assert updated["path"] == "/contact"
    assert api.client.get_resource(restApiId=api.state["id"], resourceId=updated["id"])["path"] == "/contact"


def test_method__update_keeps_what_is_below(tf: Harness, api: Api) -> None:
    method = {**api.here, "http_method": "OPTIONS", "authorization": "NONE"}
    state = tf.apply(METHOD, method)
    tf.apply(METHOD_RESPONSE, {**api.here, "http_method": "OPTIONS", "status_code": "204"})
    tf.apply(INTEGRATION, {**api.here, "http_method": "OPTIONS", "type": "MOCK"})
    tf.apply(INTEGRATION_RESPONSE, {**api.here, "http_method": "OPTIONS", "status_code": "204"})
    assert api.method("OPTIONS")["authorizationType"] == "NONE"
    assert tf.changes(METHOD, state, method) == set()
    place = f"{api.state['id']}/{api.resource['id']}/OPTIONS"
    assert tf.import_then_plan(METHOD, place, method) == set()

    other = {**method, "api_key_required": True, "request_parameters": {"method.request.header.X": True}}
    updated = tf.apply(METHOD, other, state)

    arrived = api.method("OPTIONS")
    assert arrived["apiKeyRequired"] is True
    assert arrived["requestParameters"] == {"method.request.header.X": True}
    assert set(arrived["methodResponses"]) == {"204"}
    assert arrived["methodIntegration"]["type"] == "MOCK"
    assert set(arrived["methodIntegration"]["integrationResponses"]) == {"204"}
    assert tf.changes(METHOD, updated, other) == set()
    assert tf.changes(METHOD, state, method) == {"api_key_required", "request_parameters"}


def test_method_response__arrives_updates_imports(tf: Harness, api: Api) -> None:
    tf.apply(METHOD, {**api.here, "http_method": "OPTIONS", "authorization": "NONE"})
    config = {**api.here, "http_method": "OPTIONS", "status_code": "204", "response_parameters": {ORIGIN: True}}
    state = tf.apply(METHOD_RESPONSE, config)
    assert api.method("OPTIONS")["methodResponses"]["204"]["responseParameters"] == {ORIGIN: True}
    assert tf.changes(METHOD_RESPONSE, state, config) == set()
    place = f"{api.state['id']}/{api.resource['id']}/OPTIONS/204"
    assert tf.import_then_plan(METHOD_RESPONSE, place, config) == set()

    other = {**config, "response_models": {"application/json": "Empty"}}
    updated = tf.apply(METHOD_RESPONSE, other, state)

    assert api.method("OPTIONS")["methodResponses"]["204"]["responseModels"] == {"application/json": "Empty"}
    assert tf.changes(METHOD_RESPONSE, updated, other) == set()


def test_integration__to_a_function_arrives_updates_imports(tf: Harness, api: Api) -> None:
    tf.apply(METHOD, {**api.here, "http_method": "POST", "authorization": "NONE"})
    uri = (
        "arn:aws:apigateway:eu-north-1:lambda:path/2015-03-31/functions/"
        "arn:aws:lambda:eu-north-1:000000000000:function:%s/invocations"
    )
    config = {
        **api.here,
        "http_method": "POST",
        "type": "AWS_PROXY",
        "integration_http_method": "POST",
        "uri": uri % "submit",
    }
    state = tf.apply(INTEGRATION, config)
    assert api.method("POST")["methodIntegration"]["uri"] == uri % "submit"
    assert tf.changes(INTEGRATION, state, config) == set()
    place = f"{api.state['id']}/{api.resource['id']}/POST"
    assert tf.import_then_plan(INTEGRATION, place, config) == set()

    other = {**config, "uri": uri % "other", "timeout_milliseconds": 5000}
    updated = tf.apply(INTEGRATION, other, state)

    arrived = api.method("POST")["methodIntegration"]
    assert (arrived["uri"], arrived["timeoutInMillis"]) == (uri % "other", 5000)
    assert tf.changes(INTEGRATION, updated, other) == set()
    assert tf.changes(INTEGRATION, state, config) == {"uri", "timeout_milliseconds"}
    _, replaced = tf.plan(INTEGRATION, updated, {**other, "type": "AWS"})
    assert replaced == ["type"]


def test_preflight__answers_stay_below_a_changed_integration(tf: Harness, api: Api) -> None:
    verb = {**api.here, "http_method": "OPTIONS"}
    tf.apply(METHOD, {**verb, "authorization": "NONE"})
    tf.apply(METHOD_RESPONSE, {**verb, "status_code": "204", "response_parameters": {ORIGIN: True}})
    mock = {**verb, "type": "MOCK", "request_templates": {"application/json": '{"statusCode": 204}'}}
    state = tf.apply(INTEGRATION, mock)
    assert tf.changes(INTEGRATION, state, mock) == set()
    response = {**verb, "status_code": "204", "response_parameters": {ORIGIN: "'*'"}}
    answer = tf.apply(INTEGRATION_RESPONSE, response)
    assert tf.changes(INTEGRATION_RESPONSE, answer, response) == set()
    place = f"{api.state['id']}/{api.resource['id']}/OPTIONS/204"
    assert tf.import_then_plan(INTEGRATION_RESPONSE, place, response) == set()

    tf.apply(INTEGRATION, {**mock, "request_templates": {"application/json": '{"statusCode": 200}'}}, state)

    arrived = api.method("OPTIONS")["methodIntegration"]
    assert arrived["requestTemplates"] == {"application/json": '{"statusCode": 200}'}
    assert arrived["integrationResponses"]["204"]["responseParameters"] == {ORIGIN: "'*'"}
    other = {**response, "response_templates": {"application/json": "{}"}}
    tf.apply(INTEGRATION_RESPONSE, other, answer)
    arrived = api.method("OPTIONS")["methodIntegration"]["integrationResponses"]["204"]
    assert arrived["responseTemplates"] == {"application/json": "{}"}


def test_gateway_response__arrives_updates_imports_and_is_missed(tf: Harness, api: Api) -> None:
    config = {
        "rest_api_id": api.state["id"],
        "response_type": "THROTTLED",
        "status_code": "429",
        "response_parameters": {"gatewayresponse.header.Retry-After": "'2'"},
        "response_templates": {"application/json": '{"code": "too_fast"}'},
    }
    state = tf.apply(GATEWAY_RESPONSE, config)
    asked = {"restApiId": api.state["id"], "responseType": "THROTTLED"}
    assert api.client.get_gateway_response(**asked)["responseTemplates"] == config["response_templates"]
    assert tf.changes(GATEWAY_RESPONSE, state, config) == set()
    assert tf.import_then_plan(GATEWAY_RESPONSE, f"{api.state['id']}/THROTTLED", config) == set()

    other = {**config, "response_parameters": {"gatewayresponse.header.Retry-After": "'5'"}}
    state = tf.apply(GATEWAY_RESPONSE, other, state)
    assert api.client.get_gateway_response(**asked)["responseParameters"] == other["response_parameters"]
    assert tf.changes(GATEWAY_RESPONSE, state, other) == set()

    api.client.delete_gateway_response(**asked)
    assert tf.refresh(GATEWAY_RESPONSE, state) is None


def test_deployment__arrives_and_is_replaced_by_its_triggers(tf: Harness, api: Api) -> None:
    config = {"rest_api_id": api.state["id"], "description": "First.", "triggers": {"definition": "1"}}
    state = tf.apply(DEPLOYMENT, config)
    asked = {"restApiId": api.state["id"], "deploymentId": state["id"]}
    assert api.client.get_deployment(**asked)["description"] == "First."
    assert tf.changes(DEPLOYMENT, state, config) == set()
    # What triggers a deployment is the provider's own note: it can't come back by an import.
    assert tf.import_then_plan(DEPLOYMENT, f"{api.state['id']}/{state['id']}", config) == {"triggers"}

    state = tf.apply(DEPLOYMENT, {**config, "description": "Second."}, state)
    assert api.client.get_deployment(**asked)["description"] == "Second."
    _, replaced = tf.plan(DEPLOYMENT, state, {**config, "triggers": {"definition": "2"}})
    assert replaced == ["triggers"]


def test_stage__arrives_updates_imports(tf: Harness, api: Api) -> None:
    deployment = tf.apply(DEPLOYMENT, {"rest_api_id": api.state["id"]})
    log = {"destination_arn": "arn:aws:logs:eu-north-1:000000000000:log-group:api", "format": '{"id": "1"}'}
    config = {
        "rest_api_id": api.state["id"],
        "deployment_id": deployment["id"],
        "stage_name": "v1",
        "description": "Serves.",
        "xray_tracing_enabled": True,
        "variables": {"colour": "blue"},
        "access_log_settings": [log],
        "tags": {"Part": "api"},
    }
    state = tf.apply(STAGE, config)
    asked = {"restApiId": api.state["id"], "stageName": "v1"}
    arrived = api.client.get_stage(**asked)
    assert arrived["accessLogSettings"] == {"destinationArn": log["destination_arn"], "format": log["format"]}
    assert arrived["tracingEnabled"] is True
    assert state["invoke_url"] == f"https://{api.state['id']}.execute-api.eu-north-1.amazonaws.com/v1"
    assert tf.changes(STAGE, state, config) == set()
    assert tf.import_then_plan(STAGE, f"{api.state['id']}/v1", config) == set()

    other = {**config, "xray_tracing_enabled": False, "access_log_settings": [], "variables": {"shape": "round"}}
    other["tags"] = {"Part": "other"}
    updated = tf.apply(STAGE, other, state)

    arrived = api.client.get_stage(**asked)
    assert arrived["tracingEnabled"] is False
    assert arrived["variables"] == {"shape": "round"}
    assert not arrived.get("accessLogSettings")
    assert api.client.get_tags(resourceArn=state["arn"])["tags"] == {"Part": "other"}
    assert tf.changes(STAGE, updated, other) == set()
    assert "variables" in tf.changes(STAGE, state, config)


def test_method_settings__arrive_update_import_and_are_missed(tf: Harness, api: Api) -> None:
    deployment = tf.apply(DEPLOYMENT, {"rest_api_id": api.state["id"]})
    stage = {"rest_api_id": api.state["id"], "stage_name": "v1"}
    tf.apply(STAGE, {**stage, "deployment_id": deployment["id"]})
    settings = {
        "throttling_rate_limit": 20.5,
        "throttling_burst_limit": 40,
        "logging_level": "OFF",
        "data_trace_enabled": False,
        "metrics_enabled": True,
    }
    config = {**stage, "method_path": "*/*", "settings": [settings]}
    state = tf.apply(SETTINGS, config)
    asked = {"restApiId": api.state["id"], "stageName": "v1"}
    arrived = api.client.get_stage(**asked)["methodSettings"]["*/*"]
    assert (arrived["throttlingRateLimit"], arrived["throttlingBurstLimit"]) == (20.5, 40)
    assert arrived["metricsEnabled"] is True
    assert tf.changes(SETTINGS, state, config) == set()
    assert tf.import_then_plan(SETTINGS, f"{api.state['id']}/v1/*/*", config) == set()

    other = {**config, "settings": [{**settings, "metrics_enabled": False, "throttling_burst_limit": 41}]}
    updated = tf.apply(SETTINGS, other, state)
    arrived = api.client.get_stage(**asked)["methodSettings"]["*/*"]
    assert (arrived["metricsEnabled"], arrived["throttlingBurstLimit"]) == (False, 41)
    assert tf.changes(SETTINGS, updated, other) == set()
    assert tf.changes(SETTINGS, state, config) == {"settings"}

    tf.destroy(SETTINGS, updated)
    assert "*/*" not in api.client.get_stage(**asked).get("methodSettings", {})
    assert tf.refresh(SETTINGS, updated) is None


def test_method_settings__without_limits_set_none(tf: Harness, api: Api) -> None:
    deployment = tf.apply(DEPLOYMENT, {"rest_api_id": api.state["id"]})
    stage = {"rest_api_id": api.state["id"], "stage_name": "v1"}
    tf.apply(STAGE, {**stage, "deployment_id": deployment["id"]})
    config = {**stage, "method_path": "*/*", "settings": [{"metrics_enabled": True}]}

    state = tf.apply(SETTINGS, config)

    arrived = api.client.get_stage(restApiId=api.state["id"], stageName="v1")["methodSettings"]["*/*"]
    assert "throttlingRateLimit" not in arrived
    assert tf.changes(SETTINGS, state, config) == set()


def test_account__arrives_updates_imports_and_is_reset(tf: Harness, aws: Callable[[str], Any]) -> None:
    role = "arn:aws:iam::000000000000:role/%s"
    config = {"cloudwatch_role_arn": role % "logs"}
    state = tf.apply(ACCOUNT, config)
    ask = aws("apigateway").get_account
    assert ask()["cloudwatchRoleArn"] == role % "logs"
    assert tf.changes(ACCOUNT, state, config) == set()
    assert tf.import_then_plan(ACCOUNT, "api-gateway-account", config) == set()

    state = tf.apply(ACCOUNT, {"cloudwatch_role_arn": role % "other"}, state)
    assert ask()["cloudwatchRoleArn"] == role % "other"
    assert tf.changes(ACCOUNT, state, config) == {"cloudwatch_role_arn"}

    tf.destroy(ACCOUNT, state)
    assert not ask().get("cloudwatchRoleArn")
