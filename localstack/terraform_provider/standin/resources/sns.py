"""Topics and their subscriptions.

Replacement and defaults: terraform-provider-aws, website/docs/r/sns_topic.html.markdown and sns_topic_subscription.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from standin.resource import Resource, removed_tags, resource, tag_list, tag_map, unique_name

from .blocks import name_prefix

if TYPE_CHECKING:
    from standin.values import State, Value

_PROTOCOLS = {"application": "Application", "firehose": "Firehose", "http": "HTTP", "lambda": "Lambda", "sqs": "SQS"}
_NUMBERS = {
    "maximum_message_size": "MaximumMessageSize",
    "signature_version": "SignatureVersion",
    **{f"{name}_success_feedback_sample_rate": f"{api}SuccessFeedbackSampleRate" for name, api in _PROTOCOLS.items()},
}
_FLAGS = {"content_based_deduplication": "ContentBasedDeduplication", "fifo_topic": "FifoTopic"}
_TEXTS = {
    "archive_policy": "ArchivePolicy",
    "delivery_policy": "DeliveryPolicy",
    "display_name": "DisplayName",
    "fifo_throughput_scope": "FifoThroughputScope",
    "kms_master_key_id": "KmsMasterKeyId",
    "policy": "Policy",
    "tracing_config": "TracingConfig",
    **{f"{name}_failure_feedback_role_arn": f"{api}FailureFeedbackRoleArn" for name, api in _PROTOCOLS.items()},
    **{f"{name}_success_feedback_role_arn": f"{api}SuccessFeedbackRoleArn" for name, api in _PROTOCOLS.items()},
}
_ATTRIBUTES = {**_NUMBERS, **_FLAGS, **_TEXTS}


@resource
class Topic(Resource):
    """A topic with all its attributes."""

    type = "aws_sns_topic"
    supported = frozenset({*_ATTRIBUTES, "name", "name_prefix"})
    force_new = frozenset({"fifo_topic", "name", "name_prefix"})
    defaults: ClassVar = {"content_based_deduplication": False, "fifo_topic": False}
    json_attributes = frozenset({"archive_policy", "delivery_policy", "policy"})
    import_key = "arn"

    def plan(self, prior: State | None, planned: State, changed: set[str]) -> None:  # noqa: ARG002 - the base's hook
        """Refuse what AWS would."""
        if planned["content_based_deduplication"] and not planned["fifo_topic"]:
            self.refuse("content_based_deduplication", "only a FIFO topic has it")

    def create(self, planned: State) -> State:
        """Create the topic, then set its attributes one by one: SNS takes only some of them at the creation."""
        client = self.client("sns")
        name = unique_name(planned["name"], planned["name_prefix"])
        if planned["fifo_topic"] and not planned["name"]:
            name += ".fifo"
        fifo = {"Attributes": {"FifoTopic": "true"}} if planned["fifo_topic"] else {}
        arn = client.create_topic(Name=name, Tags=tag_list(planned["tags_all"]), **fifo)["TopicArn"]
        self.created(arn)
        for argument, member in _ATTRIBUTES.items():
            if argument != "fifo_topic" and planned[argument] not in (None, "", False):
                client.set_topic_attributes(TopicArn=arn, AttributeName=member, AttributeValue=_text(planned[argument]))
        return {"id": arn, "arn": arn}

    def read(self, state: State) -> State | None:
        """Read the topic's attributes and tags."""
        client, arn = self.client("sns"), state["arn"] or state["id"]
        answer = client.get_topic_attributes(TopicArn=arn)["Attributes"]
        name = arn.rsplit(":", 1)[-1]
        return {
            **{argument: int(answer.get(member) or 0) or None for argument, member in _NUMBERS.items()},
            **{argument: answer.get(member) == "true" for argument, member in _FLAGS.items()},
            **{argument: answer.get(member, "") for argument, member in _TEXTS.items()},
            "id": arn,
            "arn": arn,
            "beginning_archive_time": answer.get("BeginningArchiveTime", ""),
            "name": name,
            "name_prefix": name_prefix(name),
            "owner": answer["Owner"],
            "tags_all": tag_map(client.list_tags_for_resource(ResourceArn=arn).get("Tags")),
        }

    def update(self, prior: State, planned: State, changed: set[str]) -> State | None:
        """Set the attributes that changed; an empty text removes one."""
        client, arn = self.client("sns"), prior["arn"]
        for argument, member in _ATTRIBUTES.items():
            if argument in changed:
                client.set_topic_attributes(TopicArn=arn, AttributeName=member, AttributeValue=_text(planned[argument]))
        if "tags_all" in changed:
            if gone := removed_tags(prior, planned):
                client.untag_resource(ResourceArn=arn, TagKeys=gone)
            client.tag_resource(ResourceArn=arn, Tags=tag_list(planned["tags_all"]))
        return None

    def delete(self, state: State) -> None:
        """Delete the topic and with it its subscriptions."""
        self.client("sns").delete_topic(TopicArn=state["arn"])


_SUBSCRIPTION = {
    "delivery_policy": "DeliveryPolicy",
    "filter_policy": "FilterPolicy",
    "filter_policy_scope": "FilterPolicyScope",
    "raw_message_delivery": "RawMessageDelivery",
    "redrive_policy": "RedrivePolicy",
    "subscription_role_arn": "SubscriptionRoleArn",
}


@resource
class Subscription(Resource):
    """One endpoint that a topic's messages go to. At the emulator an e-mail address confirms itself."""

    type = "aws_sns_topic_subscription"
    supported = frozenset({
        *_SUBSCRIPTION, "confirmation_timeout_in_minutes", "endpoint", "endpoint_auto_confirms", "protocol",
        "topic_arn",
    })  # fmt: skip
    force_new = frozenset({"endpoint", "protocol", "topic_arn"})
    defaults: ClassVar = {
        "confirmation_timeout_in_minutes": 1,
        "endpoint_auto_confirms": False,
        "raw_message_delivery": False,
    }
    json_attributes = frozenset({"delivery_policy", "filter_policy", "redrive_policy"})
    echoed = frozenset({"confirmation_timeout_in_minutes", "endpoint_auto_confirms"})  # how long Terraform waits
    import_key = "arn"

    def create(self, planned: State) -> State:
        """Subscribe, with the attributes in the same call."""
        attributes = {
            member: _text(planned[argument])
            for argument, member in _SUBSCRIPTION.items()
            if planned[argument] not in (None, "", False)
        }
        answer = self.client("sns").subscribe(
            TopicArn=planned["topic_arn"],
            Protocol=planned["protocol"],
            Endpoint=planned["endpoint"],
            Attributes=attributes,
            ReturnSubscriptionArn=True,
        )
        return {"id": answer["SubscriptionArn"], "arn": answer["SubscriptionArn"]}

    def read(self, state: State) -> State | None:
        """Read the subscription's attributes."""
        arn = state["arn"] or state["id"]
        answer = self.client("sns").get_subscription_attributes(SubscriptionArn=arn)["Attributes"]
        texts = {argument: answer.get(member, "") for argument, member in _SUBSCRIPTION.items()}
        if texts["filter_policy"] == "{}":
            texts["filter_policy"] = ""
        return {
            **texts,
            "id": answer["SubscriptionArn"],
            "arn": answer["SubscriptionArn"],
            "confirmation_was_authenticated": answer.get("ConfirmationWasAuthenticated") == "true",
            "endpoint": answer["Endpoint"],
            "owner_id": answer["Owner"],
            "pending_confirmation": answer.get("PendingConfirmation") == "true",
            "protocol": answer["Protocol"],
            "raw_message_delivery": answer.get("RawMessageDelivery") == "true",
            "topic_arn": answer["TopicArn"],
        }

    def update(self, prior: State, planned: State, changed: set[str]) -> State | None:
        """Set the attributes that changed; {} lets every message pass again."""
        for argument, member in _SUBSCRIPTION.items():
            if argument in changed:
                value = _text(planned[argument]) or ("{}" if argument == "filter_policy" else "")
                self.client("sns").set_subscription_attributes(
                    SubscriptionArn=prior["arn"], AttributeName=member, AttributeValue=value
                )
        return None

    def delete(self, state: State) -> None:
        """Unsubscribe."""
        self.client("sns").unsubscribe(SubscriptionArn=state["arn"])


def _text(value: Value) -> str:
    """Return an attribute as SNS writes it."""
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)
