"""REST APIs, at the emulator."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from api import API_CONFIG, BODY

if TYPE_CHECKING:
    from collections.abc import Callable

    from harness import Harness

API = "aws_api_gateway_rest_api"


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


def test_rest_api__policy_survives_another_definition(tf: Harness, aws: Callable[[str], Any]) -> None:
    """Putting a definition drops the policy, so the provider writes it again: even one that is no longer configured."""
    policy = {"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "execute-api:Invoke", "Resource": "*",
        "Condition": {"IpAddress": {"aws:SourceIp": ["192.0.2.0/24"]}},
    }]}  # fmt: skip
    limited = {**API_CONFIG, "body": BODY, "policy": json.dumps(policy)}
    state = tf.apply(API, limited)
    other = {"body": BODY.replace("rollcall", "other")}

    for config in (limited | other, API_CONFIG | {"body": BODY}):
        state = tf.apply(API, config, state)

        answer = aws("apigateway").get_rest_api(restApiId=state["id"])["policy"]
        assert json.loads(json.loads(f'"{answer}"')) == json.loads(state["policy"]) == policy
        assert tf.changes(API, state, config) == set()


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


def test_account__sets_changes_and_clears_the_role_for_logs(tf: Harness, aws: Callable[[str], Any]) -> None:
    account, arn = "aws_api_gateway_account", "arn:aws:iam::000000000000:role/logs"

    state = tf.apply(account, {"cloudwatch_role_arn": arn})

    assert aws("apigateway").get_account()["cloudwatchRoleArn"] == arn
    assert tf.changes(account, state, {"cloudwatch_role_arn": arn}) == set()
    assert tf.import_then_plan(account, state["id"], {"cloudwatch_role_arn": arn}) == set()
    state = tf.apply(account, {"cloudwatch_role_arn": f"{arn}-2"}, state)
    assert aws("apigateway").get_account()["cloudwatchRoleArn"] == f"{arn}-2"
    tf.destroy(account, state)
    assert not aws("apigateway").get_account().get("cloudwatchRoleArn")
