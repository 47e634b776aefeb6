"""Topics and subscriptions, at the emulator."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from harness import ProviderRefusedError

if TYPE_CHECKING:
    from collections.abc import Callable

    from harness import Harness

TOPIC, SUBSCRIPTION = "aws_sns_topic", "aws_sns_topic_subscription"


def attributes(aws: Callable[[str], Any], arn: str) -> dict[str, str]:
    found: dict[str, str] = aws("sns").get_topic_attributes(TopicArn=arn)["Attributes"]
    return found


def subscribed(aws: Callable[[str], Any], arn: str) -> dict[str, str]:
    found: dict[str, str] = aws("sns").get_subscription_attributes(SubscriptionArn=arn)["Attributes"]
    return found


def policy(action: str) -> str:
    statement = {"Effect": "Allow", "Principal": "*", "Action": action, "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def test_topic__arrives_whole(tf: Harness, aws: Callable[[str], Any]) -> None:
    config = {
        "name": "whole", "display_name": "Alarms", "kms_master_key_id": "alias/aws/sns", "policy": policy("SNS:*"),
        "delivery_policy": json.dumps({"http": {"disableSubscriptionOverrides": True}}), "signature_version": 2,
        "tracing_config": "Active", "lambda_success_feedback_role_arn": "arn:aws:iam::000000000000:role/r",
        "lambda_success_feedback_sample_rate": 50, "tags": {"Part": "alarms"},
    }  # fmt: skip

    state = tf.apply(TOPIC, config)

    found = attributes(aws, state["arn"])
    assert (found["DisplayName"], found["KmsMasterKeyId"]) == ("Alarms", "alias/aws/sns")
    assert (found["SignatureVersion"], found["TracingConfig"]) == ("2", "Active")
    assert (found["LambdaSuccessFeedbackRoleArn"], found["LambdaSuccessFeedbackSampleRate"]) == (
        "arn:aws:iam::000000000000:role/r",
        "50",
    )
    assert json.loads(found["Policy"]) == json.loads(config["policy"])
    assert json.loads(found["DeliveryPolicy"]) == json.loads(config["delivery_policy"])
    assert aws("sns").list_tags_for_resource(ResourceArn=state["arn"])["Tags"] == [{"Key": "Part", "Value": "alarms"}]
    assert tf.changes(TOPIC, state, config) == set()
    assert tf.import_then_plan(TOPIC, state["arn"], config) == set()


def test_topic__update_changes_in_place(tf: Harness, aws: Callable[[str], Any]) -> None:
    state = tf.apply(TOPIC, {"name": "changes", "display_name": "Old", "kms_master_key_id": "k", "tags": {"Old": "1"}})
    after = {"name": "changes", "display_name": "New", "tags": {"New": "2"}}

    updated = tf.apply(TOPIC, after, state)

    found = attributes(aws, state["arn"])
    assert updated["arn"] == state["arn"]
    assert (found["DisplayName"], found["KmsMasterKeyId"]) == ("New", "")
    assert aws("sns").list_tags_for_resource(ResourceArn=state["arn"])["Tags"] == [{"Key": "New", "Value": "2"}]
    assert tf.changes(TOPIC, updated, after) == set()


def test_topic__a_fifo_topic_arrives(tf: Harness, aws: Callable[[str], Any]) -> None:
    config = {
        "name": "first.fifo", "fifo_topic": True, "content_based_deduplication": True,
        "fifo_throughput_scope": "MessageGroup",
    }  # fmt: skip

    state = tf.apply(TOPIC, config)

    found = attributes(aws, state["arn"])
    assert (found["FifoTopic"], found["ContentBasedDeduplication"]) == ("true", "true")
    assert found["FifoThroughputScope"] == "MessageGroup"
    assert tf.import_then_plan(TOPIC, state["arn"], config) == set()


def test_topic__drift_and_loss_are_seen(tf: Harness, aws: Callable[[str], Any]) -> None:
    config = {"name": "drifts", "display_name": "Alarms"}
    state = tf.apply(TOPIC, config)

    aws("sns").set_topic_attributes(TopicArn=state["arn"], AttributeName="DisplayName", AttributeValue="By hand")
    assert tf.changes(TOPIC, state, config) == {"display_name"}

    aws("sns").delete_topic(TopicArn=state["arn"])
    assert tf.refresh(TOPIC, state) is None


def test_topic__what_aws_would_refuse_is_refused_at_plan(tf: Harness) -> None:
    with pytest.raises(ProviderRefusedError, match="only a FIFO topic has it"):
        tf.plan(TOPIC, None, {"name": "t", "content_based_deduplication": True})


def test_subscription__of_a_queue_arrives_changes_and_imports(tf: Harness, aws: Callable[[str], Any]) -> None:
    topic = tf.apply(TOPIC, {"name": "heard"})["arn"]
    queue = tf.apply("aws_sqs_queue", {"name": "hears"})["arn"]
    config = {
        "topic_arn": topic, "protocol": "sqs", "endpoint": queue, "raw_message_delivery": True,
        "filter_policy": json.dumps({"kind": ["alarm"]}), "filter_policy_scope": "MessageBody",
        "redrive_policy": json.dumps({"deadLetterTargetArn": queue}),
    }  # fmt: skip
    state = tf.apply(SUBSCRIPTION, config)
    found = subscribed(aws, state["arn"])
    assert (found["TopicArn"], found["Protocol"], found["Endpoint"]) == (topic, "sqs", queue)
    assert (found["RawMessageDelivery"], found["FilterPolicyScope"]) == ("true", "MessageBody")
    assert json.loads(found["FilterPolicy"]) == {"kind": ["alarm"]}
    assert json.loads(found["RedrivePolicy"]) == {"deadLetterTargetArn": queue}
    assert tf.import_then_plan(SUBSCRIPTION, state["arn"], config) == set()

    after = {"topic_arn": topic, "protocol": "sqs", "endpoint": queue}
    updated = tf.apply(SUBSCRIPTION, after, state)

    found = subscribed(aws, state["arn"])
    assert updated["arn"] == state["arn"]
    assert (found["RawMessageDelivery"], found["FilterPolicy"], found["RedrivePolicy"]) == ("false", "{}", "")
    assert tf.changes(SUBSCRIPTION, updated, after) == set()


def test_subscription__of_an_address_arrives(tf: Harness, aws: Callable[[str], Any]) -> None:
    topic = tf.apply(TOPIC, {"name": "mailed"})["arn"]
    config = {"topic_arn": topic, "protocol": "email", "endpoint": "operators@example.org"}

    state = tf.apply(SUBSCRIPTION, config)

    found = aws("sns").list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
    assert [(each["Protocol"], each["Endpoint"]) for each in found] == [("email", "operators@example.org")]
    assert tf.changes(SUBSCRIPTION, state, config) == set()
    assert tf.plan(SUBSCRIPTION, state, {**config, "endpoint": "others@example.org"})[1] == ["endpoint"]


def test_subscription__drift_and_loss_are_seen(tf: Harness, aws: Callable[[str], Any]) -> None:
    topic = tf.apply(TOPIC, {"name": "drifting-topic"})["arn"]
    queue = tf.apply("aws_sqs_queue", {"name": "drifting-queue"})["arn"]
    config = {"topic_arn": topic, "protocol": "sqs", "endpoint": queue}
    state = tf.apply(SUBSCRIPTION, config)

    aws("sns").set_subscription_attributes(
        SubscriptionArn=state["arn"], AttributeName="RawMessageDelivery", AttributeValue="true"
    )
    assert tf.changes(SUBSCRIPTION, state, config) == {"raw_message_delivery"}

    aws("sns").unsubscribe(SubscriptionArn=state["arn"])
    assert tf.refresh(SUBSCRIPTION, state) is None
