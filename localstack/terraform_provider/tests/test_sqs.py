"""Queues and their policies, at the emulator."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from harness import ProviderRefusedError

if TYPE_CHECKING:
    from collections.abc import Callable

    from harness import Harness

QUEUE, POLICY = "aws_sqs_queue", "aws_sqs_queue_policy"
ALLOW = "aws_sqs_queue_redrive_allow_policy"


def document(action: str, arn: str = "*") -> str:
    # The emulator enforces it: a policy that denies would keep the test itself out.
    statement = {"Effect": "Allow", "Principal": "*", "Action": action, "Resource": arn}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def attributes(aws: Callable[[str], Any], url: str) -> dict[str, str]:
    found: dict[str, str] = aws("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    return found


def test_queue__arrives_whole(tf: Harness, aws: Callable[[str], Any]) -> None:
    letters = tf.apply(QUEUE, {"name": "letters"})
    redrive = json.dumps({"deadLetterTargetArn": letters["arn"], "maxReceiveCount": 4})
    config = {
        "name": "whole", "delay_seconds": 1, "max_message_size": 2048, "message_retention_seconds": 120,
        "receive_wait_time_seconds": 3, "visibility_timeout_seconds": 33, "redrive_policy": redrive,
        "redrive_allow_policy": json.dumps({"redrivePermission": "denyAll"}), "policy": document("sqs:Purge*"),
        "sqs_managed_sse_enabled": True, "tags": {"Part": "mail"},
    }  # fmt: skip

    state = tf.apply(QUEUE, config)

    found = attributes(aws, state["url"])
    numbers = ("DelaySeconds", "MaximumMessageSize", "MessageRetentionPeriod", "ReceiveMessageWaitTimeSeconds")
    assert [found[name] for name in numbers] == ["1", "2048", "120", "3"]
    assert found["VisibilityTimeout"] == "33"
    assert found["SqsManagedSseEnabled"] == "true"
    assert json.loads(found["RedrivePolicy"]) == json.loads(redrive)
    assert json.loads(found["RedriveAllowPolicy"]) == {"redrivePermission": "denyAll"}
    assert json.loads(found["Policy"]) == json.loads(config["policy"])
    assert aws("sqs").list_queue_tags(QueueUrl=state["url"])["Tags"] == {"Part": "mail"}
    assert state["arn"] == found["QueueArn"]
    assert tf.changes(QUEUE, state, config) == set()
    assert tf.import_then_plan(QUEUE, state["url"], config) == set()


def test_queue__defaults_are_those_of_the_provider(tf: Harness, aws: Callable[[str], Any]) -> None:
    state = tf.apply(QUEUE, {"name": "plain"})

    found = attributes(aws, state["url"])
    assert (found["VisibilityTimeout"], found["MessageRetentionPeriod"]) == ("30", "345600")
    assert found["MaximumMessageSize"] == "262144"
    assert tf.changes(QUEUE, state, {"name": "plain"}) == set()
    assert tf.import_then_plan(QUEUE, state["url"], {"name": "plain"}) == set()


def test_queue__update_changes_in_place(tf: Harness, aws: Callable[[str], Any]) -> None:
    state = tf.apply(QUEUE, {"name": "changes", "kms_master_key_id": "alias/aws/sqs", "tags": {"Old": "1"}})
    after = {
        "name": "changes", "visibility_timeout_seconds": 90, "sqs_managed_sse_enabled": True,
        "policy": document("sqs:*"), "tags": {"New": "2"},
    }  # fmt: skip

    updated = tf.apply(QUEUE, after, state)

    found = attributes(aws, state["url"])
    assert updated["id"] == state["id"]
    assert (found["VisibilityTimeout"], found["KmsMasterKeyId"], found["SqsManagedSseEnabled"]) == ("90", "", "true")
    assert json.loads(found["Policy"]) == json.loads(after["policy"])
    assert aws("sqs").list_queue_tags(QueueUrl=state["url"])["Tags"] == {"New": "2"}
    assert tf.changes(QUEUE, updated, after) == set()


def test_queue__a_fifo_queue_arrives_and_changes(tf: Harness, aws: Callable[[str], Any]) -> None:
    config = {
        "name": "first.fifo", "fifo_queue": True, "content_based_deduplication": True,
        "deduplication_scope": "messageGroup", "fifo_throughput_limit": "perMessageGroupId",
    }  # fmt: skip
    state = tf.apply(QUEUE, config)
    assert attributes(aws, state["url"])["DeduplicationScope"] == "messageGroup"
    assert tf.import_then_plan(QUEUE, state["url"], config) == set()

    config |= {"content_based_deduplication": False, "deduplication_scope": "queue"}
    config["fifo_throughput_limit"] = "perQueue"
    state = tf.apply(QUEUE, config, state)

    found = attributes(aws, state["url"])
    assert (found["ContentBasedDeduplication"], found["DeduplicationScope"]) == ("false", "queue")
    assert tf.changes(QUEUE, state, config) == set()


def test_queue__a_prefix_makes_a_name(tf: Harness) -> None:
    config = {"name_prefix": "made-", "fifo_queue": True}

    state = tf.apply(QUEUE, config)

    assert state["name"].startswith("made-")
    assert state["name"].endswith(".fifo")
    assert tf.changes(QUEUE, state, config) == set()


def test_queue__drift_is_seen_and_repaired(tf: Harness, aws: Callable[[str], Any]) -> None:
    config = {"name": "drifts", "visibility_timeout_seconds": 90, "tags": {"Part": "mail"}}
    state = tf.apply(QUEUE, config)

    aws("sqs").set_queue_attributes(QueueUrl=state["url"], Attributes={"VisibilityTimeout": "5"})
    aws("sqs").untag_queue(QueueUrl=state["url"], TagKeys=["Part"])

    assert tf.changes(QUEUE, state, config) == {"visibility_timeout_seconds", "tags", "tags_all"}
    assert tf.changes(QUEUE, tf.apply(QUEUE, config, state), config) == set()


def test_queue__a_queue_deleted_by_hand_is_planned_anew(tf: Harness, aws: Callable[[str], Any]) -> None:
    state = tf.apply(QUEUE, {"name": "lost"})

    aws("sqs").delete_queue(QueueUrl=state["url"])

    assert tf.refresh(QUEUE, state) is None


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ({"name": "q", "content_based_deduplication": True}, "only a FIFO queue has it"),
        ({"name": "q", "fifo_queue": True}, r"ends in \.fifo"),
        ({"name": "q.fifo"}, r"ends in \.fifo"),
        ({"name": "q", "kms_master_key_id": "k", "sqs_managed_sse_enabled": True}, "leave one of them out"),
        ({"name": "q", "timeouts": {"create": "1m"}}, r"timeouts\.create"),
    ],
)
def test_queue__what_aws_would_refuse_is_refused_at_plan(tf: Harness, config: dict[str, Any], words: str) -> None:
    with pytest.raises(ProviderRefusedError, match=words):
        tf.plan(QUEUE, None, config)


def test_queue_policy__arrives_updates_imports_and_leaves(tf: Harness, aws: Callable[[str], Any]) -> None:
    queue = tf.apply(QUEUE, {"name": "guarded"})
    config = {"queue_url": queue["url"], "policy": document("sqs:*", queue["arn"])}
    state = tf.apply(POLICY, config)
    assert json.loads(attributes(aws, queue["url"])["Policy"]) == json.loads(config["policy"])
    assert tf.import_then_plan(POLICY, queue["url"], config) == set()
    assert tf.changes(QUEUE, queue, {"name": "guarded"}) == set()

    config["policy"] = document("sqs:SendMessage", queue["arn"])
    state = tf.apply(POLICY, config, state)
    assert json.loads(attributes(aws, queue["url"])["Policy"]) == json.loads(config["policy"])

    tf.destroy(POLICY, state)
    assert "Policy" not in attributes(aws, queue["url"])


def test_queue_policy__drift_and_loss_are_seen(tf: Harness, aws: Callable[[str], Any]) -> None:
    queue = tf.apply(QUEUE, {"name": "drifting-policy"})
    config = {"queue_url": queue["url"], "policy": document("sqs:*")}
    state = tf.apply(POLICY, config)

    aws("sqs").set_queue_attributes(QueueUrl=queue["url"], Attributes={"Policy": document("sqs:SendMessage")})
    assert tf.changes(POLICY, state, config) == {"policy"}

    aws("sqs").set_queue_attributes(QueueUrl=queue["url"], Attributes={"Policy": ""})
    assert tf.refresh(POLICY, state) is None


def test_redrive_allow_policy__arrives_updates_and_imports(tf: Harness, aws: Callable[[str], Any]) -> None:
    queue = tf.apply(QUEUE, {"name": "dead-letters"})
    config = {"queue_url": queue["url"], "redrive_allow_policy": json.dumps({"redrivePermission": "denyAll"})}
    state = tf.apply(ALLOW, config)
    assert tf.import_then_plan(ALLOW, queue["url"], config) == set()

    allowed = {"redrivePermission": "byQueue", "sourceQueueArns": [queue["arn"]]}
    config["redrive_allow_policy"] = json.dumps(allowed)
    state = tf.apply(ALLOW, config, state)

    assert json.loads(attributes(aws, queue["url"])["RedriveAllowPolicy"]) == allowed
    assert tf.changes(ALLOW, state, config) == set()
