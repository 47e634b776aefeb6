"""REST APIs, their resources, the gateway's own answers, the account; at the emulator."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from api import API_CONFIG

if TYPE_CHECKING:
    from collections.abc import Callable

    from api import Api
    from harness import Harness

API = "aws_api_gateway_rest_api"
RESOURCE = "aws_api_gateway_resource"
GATEWAY_RESPONSE = "aws_api_gateway_gateway_response"
ACCOUNT = "aws_api_gateway_account"


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


def document(*forms: str, detail: str = "Wait.") -> str:
    """An API that answers a POST for each form by itself, and says the same when it is asked too much."""
    answers = {"type": "mock", "responses": {"default": {"statusCode": "200"}}}
    return json.dumps(
        {
            "openapi": "3.0.1",
            "info": {"title": "forms", "version": "1"},
            "paths": {f"/forms/{form}": {"post": {"x-amazon-apigateway-integration": answers}} for form in forms},
            "x-amazon-apigateway-gateway-responses": {
                "THROTTLED": {"statusCode": "429", "responseTemplates": {"application/json": detail}}
            },
        }
    )


def test_rest_api__holds_what_its_document_says_and_no_more(tf: Harness, aws: Callable[[str], Any]) -> None:
    config = {**API_CONFIG, "body": document("a", "b")}
    state = tf.apply(API, config)
    client, asked = aws("apigateway"), {"restApiId": state["id"]}

    def paths() -> set[str]:
        return {one["path"] for one in client.get_resources(**asked)["items"]}

    assert paths() == {"/", "/forms", "/forms/a", "/forms/b"}
    assert tf.changes(API, state, config) == set()

    other = {**API_CONFIG, "body": document("b", detail="Later.")}
    updated = tf.apply(API, other, state)

    assert updated["id"] == state["id"]
    assert paths() == {"/", "/forms", "/forms/b"}
    said = client.get_gateway_response(**asked, responseType="THROTTLED")["responseTemplates"]
    assert said == {"application/json": "Later."}


def test_rest_api__whose_document_says_what_is_not_carried_out_is_refused(tf: Harness) -> None:
    strange = json.dumps(json.loads(document("a")) | {"x-amazon-apigateway-policy": {}})

    with pytest.raises(Exception, match="x-amazon-apigateway-policy"):
        tf.apply(API, {**API_CONFIG, "body": strange})


def test_resource__arrives_updates_imports(tf: Harness, api: Api) -> None:
    config = {"rest_api_id": api.state["id"], "parent_id": api.state["root_resource_id"], "path_part": "registration"}
    assert api.resource["path"] == "/registration"
    assert tf.changes(RESOURCE, api.resource, config) == set()
    assert tf.import_then_plan(RESOURCE, f"{api.state['id']}/{api.resource['id']}", config) == set()

    updated = tf.apply(RESOURCE, {**config, "path_part": "contact"}, api.resource)

    assert updated["path"] == "/contact"
    assert api.client.get_resource(restApiId=api.state["id"], resourceId=updated["id"])["path"] == "/contact"


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
