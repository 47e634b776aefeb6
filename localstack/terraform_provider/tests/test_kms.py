"""Keys and aliases, at the emulator."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from harness import Harness

POLICY = {
    "Version": "2012-10-17",
    "Statement": [{
        "Sid": "Account", "Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::000000000000:root"},
        "Action": "kms:*", "Resource": "*",
    }],
}  # fmt: skip
CONFIG: dict[str, Any] = {
    "description": "Encrypts what is stored.",
    "enable_key_rotation": True,
    "deletion_window_in_days": 7,
    "policy": json.dumps(POLICY),
    "tags": {"Stack": "one"},
}


def test_key__arrives_updates_imports_and_waits_to_be_deleted(tf: Harness, aws: Callable[[str], Any]) -> None:
    kms = aws("kms")
    state = tf.apply("aws_kms_key", CONFIG)
    key = state["id"]
    assert kms.get_key_rotation_status(KeyId=key)["KeyRotationEnabled"]
    assert json.loads(kms.get_key_policy(KeyId=key, PolicyName="default")["Policy"]) == POLICY
    assert tf.changes("aws_kms_key", state, CONFIG) == set()
    assert tf.import_then_plan("aws_kms_key", key, CONFIG) <= {"deletion_window_in_days"}

    policy = {**POLICY, "Statement": [{**POLICY["Statement"][0], "Sid": "Other"}]}
    other = CONFIG | {
        "description": "Other.", "enable_key_rotation": False, "policy": json.dumps(policy), "tags": {"Part": "two"},
    }  # fmt: skip
    state = tf.apply("aws_kms_key", other, state)

    assert kms.describe_key(KeyId=key)["KeyMetadata"]["Description"] == "Other."
    assert not kms.get_key_rotation_status(KeyId=key)["KeyRotationEnabled"]
    assert json.loads(kms.get_key_policy(KeyId=key, PolicyName="default")["Policy"]) == policy
    assert kms.list_resource_tags(KeyId=key)["Tags"] == [{"TagKey": "Part", "TagValue": "two"}]
    assert tf.changes("aws_kms_key", state, other) == set()

    tf.destroy("aws_kms_key", state)
    assert kms.describe_key(KeyId=key)["KeyMetadata"]["KeyState"] == "PendingDeletion"


def test_alias__leads_to_one_key_and_then_another(tf: Harness, aws: Callable[[str], Any]) -> None:
    first, second = (tf.apply("aws_kms_key", CONFIG) for _ in range(2))
    config = {"name": "alias/rollcall-test", "target_key_id": first["id"]}
    state = tf.apply("aws_kms_alias", config)
    assert state["target_key_arn"] == first["arn"]
    assert tf.changes("aws_kms_alias", state, config) == set()
    assert tf.import_then_plan("aws_kms_alias", "alias/rollcall-test", config) == set()

    state = tf.apply("aws_kms_alias", config | {"target_key_id": second["id"]}, state)

    assert aws("kms").describe_key(KeyId="alias/rollcall-test")["KeyMetadata"]["KeyId"] == second["id"]
    tf.destroy("aws_kms_alias", state)
    assert "alias/rollcall-test" not in {one["AliasName"] for one in aws("kms").list_aliases()["Aliases"]}
