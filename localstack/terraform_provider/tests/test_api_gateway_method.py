"""Methods, integrations and their responses, at the emulator."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from api import Api
    from harness import Harness

METHOD = "aws_api_gateway_method"
METHOD_RESPONSE = "aws_api_gateway_method_response"
INTEGRATION = "aws_api_gateway_integration"
INTEGRATION_RESPONSE = "aws_api_gateway_integration_response"
ORIGIN = "method.response.header.Access-Control-Allow-Origin"


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
