"""Secrets, their versions and random passwords, at the emulator."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

import pytest
from harness import ProviderRefusedError

if TYPE_CHECKING:
    from collections.abc import Callable

    from harness import Harness

SECRET, VERSION = "aws_secretsmanager_secret", "aws_secretsmanager_secret_version"


def policy(action: str) -> str:
    principal = {"AWS": "arn:aws:iam::000000000000:root"}
    statement = {"Effect": "Allow", "Principal": principal, "Action": action, "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def secret(name: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "recovery_window_in_days": 0, **more}


def test_secret__arrives_whole_and_imports(tf: Harness, aws: Callable[[str], Any]) -> None:
    config = secret(
        "whole/it", description="What it is", kms_key_id="alias/k", policy=policy("secretsmanager:GetSecretValue"),
        tags={"Part": "a"},
    )  # fmt: skip

    state = tf.apply(SECRET, config)

    found = aws("secretsmanager").describe_secret(SecretId="whole/it")
    assert (found["ARN"], found["Description"], found["KmsKeyId"]) == (state["arn"], "What it is", "alias/k")
    assert found["Tags"] == [{"Key": "Part", "Value": "a"}]
    put = aws("secretsmanager").get_resource_policy(SecretId="whole/it")["ResourcePolicy"]
    assert json.loads(put) == json.loads(config["policy"])
    assert tf.changes(SECRET, state, config) == set()
    # How long a deleted secret can be recovered isn't known to AWS before.
    assert tf.import_then_plan(SECRET, state["arn"], config) == {"recovery_window_in_days"}
    assert tf.import_then_plan(SECRET, state["arn"], {**config, "recovery_window_in_days": None}) == set()


def test_secret__update_changes_in_place(tf: Harness, aws: Callable[[str], Any]) -> None:
    state = tf.apply(SECRET, secret("changes", description="Old", kms_key_id="alias/k", tags={"Old": "1"}))
    after = secret("changes", policy=policy("secretsmanager:*"), tags={"New": "2"})

    updated = tf.apply(SECRET, after, state)

    found = aws("secretsmanager").describe_secret(SecretId="changes")
    assert updated["arn"] == state["arn"]
    assert found["Description"] == ""
    assert "KmsKeyId" not in found
    assert found["Tags"] == [{"Key": "New", "Value": "2"}]
    assert tf.changes(SECRET, updated, after) == set()


def test_secret__drift_is_seen_and_repaired(tf: Harness, aws: Callable[[str], Any]) -> None:
    config = secret("drifts", description="Mine", tags={"Part": "a"})
    state = tf.apply(SECRET, config)

    aws("secretsmanager").update_secret(SecretId="drifts", Description="By hand")
    aws("secretsmanager").untag_resource(SecretId="drifts", TagKeys=["Part"])

    assert tf.changes(SECRET, state, config) == {"description", "tags", "tags_all"}
    assert tf.changes(SECRET, tf.apply(SECRET, config, state), config) == set()


def test_secret__without_a_window_it_is_gone_at_once(tf: Harness, aws: Callable[[str], Any]) -> None:
    tf.destroy(SECRET, tf.apply(SECRET, secret("short")))

    with pytest.raises(aws("secretsmanager").exceptions.ResourceNotFoundException):
        aws("secretsmanager").describe_secret(SecretId="short")


def test_secret__with_a_window_it_waits_and_counts_as_gone(tf: Harness, aws: Callable[[str], Any]) -> None:
    state = tf.apply(SECRET, {"name": "long", "recovery_window_in_days": 7})

    tf.destroy(SECRET, state)

    found = aws("secretsmanager").describe_secret(SecretId="long")
    assert (found["DeletedDate"] - found["LastChangedDate"]).days in (6, 7)
    assert tf.refresh(SECRET, state) is None
    aws("secretsmanager").delete_secret(SecretId="long", ForceDeleteWithoutRecovery=True)


def test_secret__a_name_replaces_and_replicas_are_refused(tf: Harness) -> None:
    state = tf.apply(SECRET, secret("named"))

    assert tf.plan(SECRET, state, secret("other"))[1] == ["name"]
    with pytest.raises(ProviderRefusedError, match=r"replica\.region"):
        tf.plan(SECRET, None, secret("refused", replica=[{"region": "eu-west-1"}]))


def test_version__arrives_and_imports(tf: Harness, aws: Callable[[str], Any]) -> None:
    parent = tf.apply(SECRET, secret("valued"))["arn"]
    config = {"secret_id": parent, "secret_string": json.dumps({"stack": "local"})}

    state = tf.apply(VERSION, config)

    found = aws("secretsmanager").get_secret_value(SecretId="valued")
    assert found["SecretString"] == config["secret_string"]
    assert (found["VersionId"], found["VersionStages"]) == (state["version_id"], ["AWSCURRENT"])
    assert state["id"] == f"{parent}|{found['VersionId']}"
    assert tf.changes(VERSION, state, config) == set()
    assert tf.import_then_plan(VERSION, state["id"], config) == set()


def test_version__another_value_is_another_version(tf: Harness, aws: Callable[[str], Any]) -> None:
    parent = tf.apply(SECRET, secret("revalued"))["arn"]
    state = tf.apply(VERSION, {"secret_id": parent, "secret_string": "one"})
    config = {"secret_id": parent, "secret_binary": base64.b64encode(b"\x00two").decode()}

    assert set(tf.plan(VERSION, state, config)[1]) == {"secret_string", "secret_binary"}
    state = tf.apply(VERSION, config, state)

    assert aws("secretsmanager").get_secret_value(SecretId="revalued")["SecretBinary"] == b"\x00two"
    assert tf.changes(VERSION, state, config) == set()


def test_version__stages_move_in_place(tf: Harness, aws: Callable[[str], Any]) -> None:
    parent = tf.apply(SECRET, secret("staged"))["arn"]
    config: dict[str, Any] = {
        "secret_id": parent, "secret_string": "one", "version_stages": ["AWSCURRENT", "mine"],
    }  # fmt: skip
    state = tf.apply(VERSION, config)
    found = aws("secretsmanager").get_secret_value(SecretId="staged")
    assert set(found["VersionStages"]) == {"AWSCURRENT", "mine"}

    config["version_stages"] = ["AWSCURRENT", "other"]
    state = tf.apply(VERSION, config, state)

    found = aws("secretsmanager").get_secret_value(SecretId="staged")
    assert set(found["VersionStages"]) == {"AWSCURRENT", "other"}
    assert tf.changes(VERSION, state, config) == set()


def test_version__a_value_put_by_hand_takes_the_stage_away(tf: Harness, aws: Callable[[str], Any]) -> None:
    parent = tf.apply(SECRET, secret("drifting"))["arn"]
    config = {"secret_id": parent, "secret_string": "one", "version_stages": ["AWSCURRENT"]}
    state = tf.apply(VERSION, config)

    aws("secretsmanager").put_secret_value(SecretId=parent, SecretString="by hand")

    assert tf.changes(VERSION, state, config) == {"version_stages"}
    state = tf.apply(VERSION, config, state)
    assert aws("secretsmanager").get_secret_value(SecretId=parent)["SecretString"] == "one"
    assert tf.changes(VERSION, state, config) == set()


def test_version__is_gone_with_its_secret(tf: Harness, aws: Callable[[str], Any]) -> None:
    parent = tf.apply(SECRET, secret("gone"))["arn"]
    state = tf.apply(VERSION, {"secret_id": parent, "secret_string": "one"})

    aws("secretsmanager").delete_secret(SecretId=parent, RecoveryWindowInDays=7)

    assert tf.refresh(VERSION, state) is None


def test_version__write_only_values_are_refused(tf: Harness) -> None:
    config = {"secret_id": "s", "secret_string_wo": "x", "secret_string_wo_version": 1}

    with pytest.raises(ProviderRefusedError, match="secret_string_wo"):
        tf.plan(VERSION, None, config)
