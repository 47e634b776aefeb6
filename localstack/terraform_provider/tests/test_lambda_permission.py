"""Permissions to call a function, at the emulator."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from functions import FUNCTION, function, make_role, package

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from harness import Harness

PERMISSION = "aws_lambda_permission"


@pytest.fixture
def role(tf: Harness) -> str:
    """A role that functions may take."""
    return make_role(tf)


def statements(aws: Callable[[str], Any], name: str) -> dict[str, dict[str, Any]]:
    policy = json.loads(aws("lambda").get_policy(FunctionName=name)["Policy"])
    return {each["Sid"]: each for each in policy["Statement"]}


def test_permission__arrives_and_imports(tf: Harness, aws: Callable[[str], Any], role: str, tmp_path: Path) -> None:
    tf.apply(FUNCTION, function("called", role, package(tmp_path)))
    config = {
        "statement_id": "post-contact", "action": "lambda:InvokeFunction", "function_name": "called",
        "principal": "apigateway.amazonaws.com", "source_account": "000000000000",
        "source_arn": "arn:aws:execute-api:eu-north-1:000000000000:x/v1/POST/contact",
    }  # fmt: skip

    state = tf.apply(PERMISSION, config)

    found = statements(aws, "called")["post-contact"]
    assert found["Principal"] == {"Service": "apigateway.amazonaws.com"}
    assert found["Action"] == "lambda:InvokeFunction"
    assert found["Condition"]["ArnLike"] == {"AWS:SourceArn": config["source_arn"]}
    assert found["Condition"]["StringEquals"] == {"AWS:SourceAccount": "000000000000"}
    assert tf.changes(PERMISSION, state, config) == set()
    assert tf.import_then_plan(PERMISSION, "called/post-contact", config) == set()


CONDITIONS: list[tuple[dict[str, Any], dict[str, Any]]] = [
    (
        {"principal": "000000000000", "principal_org_id": "o-abcdefghij"},
        {"StringEquals": {"aws:PrincipalOrgID": "o-abcdefghij"}},
    ),
    (
        {"principal": "alexa-appkit.amazon.com", "event_source_token": "token"},
        {"StringEquals": {"lambda:EventSourceToken": "token"}},
    ),
    (
        {"principal": "*", "action": "lambda:InvokeFunctionUrl", "function_url_auth_type": "NONE"},
        {"StringEquals": {"lambda:FunctionUrlAuthType": "NONE"}},
    ),
    (
        {"principal": "*", "invoked_via_function_url": True},
        {"Bool": {"lambda:InvokedViaFunctionUrl": "true"}},
    ),
]


def test_permission__each_condition_arrives(tf: Harness, aws: Callable[[str], Any], role: str, tmp_path: Path) -> None:
    tf.apply(FUNCTION, function("conditioned", role, package(tmp_path)))
    base = {"statement_id_prefix": "made-", "action": "lambda:InvokeFunction", "function_name": "conditioned"}
    for more, condition in CONDITIONS:
        config = {**base, **more}

        state = tf.apply(PERMISSION, config)

        assert state["statement_id"].startswith("made-")
        assert statements(aws, "conditioned")[state["statement_id"]]["Condition"] == condition
        assert tf.changes(PERMISSION, state, config) == set()


def test_permission__of_a_version_arrives_and_imports(
    tf: Harness, aws: Callable[[str], Any], role: str, tmp_path: Path
) -> None:
    tf.apply(FUNCTION, function("versioned", role, package(tmp_path), publish=True))
    config = {
        "statement_id": "it",
        "action": "lambda:InvokeFunction",
        "function_name": "versioned",
        "principal": "s3.amazonaws.com",
        "qualifier": "1",
    }

    state = tf.apply(PERMISSION, config)

    policy = json.loads(aws("lambda").get_policy(FunctionName="versioned", Qualifier="1")["Policy"])
    assert [each["Resource"].rsplit(":", 1)[-1] for each in policy["Statement"]] == ["1"]
    assert tf.changes(PERMISSION, state, config) == set()
    assert tf.import_then_plan(PERMISSION, "versioned:1/it", config) == set()


def test_permission__update_replaces_the_statement(
    tf: Harness, aws: Callable[[str], Any], role: str, tmp_path: Path
) -> None:
    arn = tf.apply(FUNCTION, function("recalled", role, package(tmp_path)))["arn"]
    config = {"action": "lambda:InvokeFunction", "function_name": arn, "principal": "events.amazonaws.com"}
    state = tf.apply(PERMISSION, config)
    assert tf.changes(PERMISSION, state, config) == set()

    config["principal"] = "s3.amazonaws.com"
    assert tf.plan(PERMISSION, state, config)[1] == ["principal"]
    state = tf.apply(PERMISSION, config, state)

    found = statements(aws, "recalled")
    assert [each["Principal"] for each in found.values()] == [{"Service": "s3.amazonaws.com"}]
    assert state["function_name"] == arn
    assert tf.changes(PERMISSION, state, config) == set()


def test_permission__drift_and_loss_are_seen(tf: Harness, aws: Callable[[str], Any], role: str, tmp_path: Path) -> None:
    tf.apply(FUNCTION, function("guarded", role, package(tmp_path)))
    config = {
        "statement_id": "it", "action": "lambda:InvokeFunction", "function_name": "guarded",
        "principal": "events.amazonaws.com",
    }  # fmt: skip
    state = tf.apply(PERMISSION, config)
    client = aws("lambda")

    client.remove_permission(FunctionName="guarded", StatementId="it")
    assert tf.refresh(PERMISSION, state) is None

    client.add_permission(
        FunctionName="guarded", StatementId="it", Action="lambda:InvokeFunction", Principal="s3.amazonaws.com"
    )
    assert tf.changes(PERMISSION, state, config) == {"principal"}
