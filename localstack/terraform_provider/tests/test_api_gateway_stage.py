"""Deployments, stages and their settings, at the emulator."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from api import Api
    from harness import Harness

DEPLOYMENT = "aws_api_gateway_deployment"
STAGE = "aws_api_gateway_stage"
SETTINGS = "aws_api_gateway_method_settings"


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
