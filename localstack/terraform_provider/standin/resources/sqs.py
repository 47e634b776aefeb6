"""Queues, and the two policies that may stand beside them.

Replacement and defaults: terraform-provider-aws, website/docs/r/sqs_queue.html.markdown, sqs_queue_policy and
sqs_queue_redrive_allow_policy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from standin.resource import Resource, removed_tags, resource, unique_name
from standin.values import UNKNOWN

from .blocks import name_prefix

if TYPE_CHECKING:
    from standin.values import State, Value

_NUMBERS = {
    "delay_seconds": "DelaySeconds",
    "kms_data_key_reuse_period_seconds": "KmsDataKeyReusePeriodSeconds",
    "max_message_size": "MaximumMessageSize",
    "message_retention_seconds": "MessageRetentionPeriod",
    "receive_wait_time_seconds": "ReceiveMessageWaitTimeSeconds",
    "visibility_timeout_seconds": "VisibilityTimeout",
}
_FLAGS = {
    "content_based_deduplication": "ContentBasedDeduplication",
    "fifo_queue": "FifoQueue",
    "sqs_managed_sse_enabled": "SqsManagedSseEnabled",
}
_TEXTS = {
    "deduplication_scope": "DeduplicationScope",
    "fifo_throughput_limit": "FifoThroughputLimit",
    "kms_master_key_id": "KmsMasterKeyId",
    "policy": "Policy",
    "redrive_allow_policy": "RedriveAllowPolicy",
    "redrive_policy": "RedrivePolicy",
}
_ATTRIBUTES = {**_NUMBERS, **_FLAGS, **_TEXTS}
# AWS's own, which it doesn't return for a queue without a key (the provider fills it in, too).
_KEY_REUSE_S = 300


@resource
class Queue(Resource):
    """A queue with all its attributes."""

    type = "aws_sqs_queue"
    supported = frozenset({*_ATTRIBUTES, "name", "name_prefix"})
    force_new = frozenset({"fifo_queue", "name", "name_prefix"})
    defaults: ClassVar = {
        "content_based_deduplication": False,
        "delay_seconds": 0,
        "fifo_queue": False,
        "max_message_size": 262_144,
        "message_retention_seconds": 345_600,
        "receive_wait_time_seconds": 0,
        "visibility_timeout_seconds": 30,
    }
    json_attributes = frozenset({"policy", "redrive_allow_policy", "redrive_policy"})

    def plan(self, prior: State | None, planned: State, changed: set[str]) -> None:  # noqa: ARG002 - the base's hook
        """Refuse what AWS would."""
        if planned["kms_master_key_id"] is UNKNOWN and planned["sqs_managed_sse_enabled"]:
            planned["sqs_managed_sse_enabled"] = UNKNOWN
        elif planned["kms_master_key_id"] and planned["sqs_managed_sse_enabled"]:
            if prior is None or not prior["sqs_managed_sse_enabled"]:
                self.refuse("kms_master_key_id", "it excludes sqs_managed_sse_enabled; leave one of them out")
            planned["sqs_managed_sse_enabled"] = False
        if planned["content_based_deduplication"] and not planned["fifo_queue"]:
            self.refuse("content_based_deduplication", "only a FIFO queue has it")
        if isinstance(planned["name"], str) and planned["name"].endswith(".fifo") is not planned["fifo_queue"]:
            self.refuse("name", "the name of a FIFO queue ends in .fifo, and no other queue's does")

    def create(self, planned: State) -> State:
        """Create the queue with its attributes."""
        name = unique_name(planned["name"], planned["name_prefix"])
        if planned["fifo_queue"] and not planned["name"]:
            name += ".fifo"
        attributes = {
            member: _text(planned[argument])
            for argument, member in _ATTRIBUTES.items()
            if planned[argument] not in (None, "") and not (argument in _FLAGS and planned[argument] is False)
        }
        if planned["sqs_managed_sse_enabled"] is False:
            attributes["SqsManagedSseEnabled"] = "false"
        answer = self.client("sqs").create_queue(QueueName=name, Attributes=attributes, tags=planned["tags_all"] or {})
        return {"id": answer["QueueUrl"], "url": answer["QueueUrl"]}

    def read(self, state: State) -> State | None:
        """Read the queue's attributes and tags."""
        client, url = self.client("sqs"), state["id"]
        answer = client.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
        name = answer["QueueArn"].rsplit(":", 1)[-1]
        return {
            **{argument: int(answer[member]) for argument, member in _NUMBERS.items() if member in answer},
            **{argument: answer.get(member) == "true" for argument, member in _FLAGS.items()},
            **{argument: answer.get(member, "") for argument, member in _TEXTS.items()},
            "id": url,
            "arn": answer["QueueArn"],
            "kms_data_key_reuse_period_seconds": int(answer.get("KmsDataKeyReusePeriodSeconds", _KEY_REUSE_S)),
            "name": name,
            "name_prefix": name_prefix(name),
            "tags_all": client.list_queue_tags(QueueUrl=url).get("Tags", {}),
            "url": url,
        }

    def update(self, prior: State, planned: State, changed: set[str]) -> State | None:
        """Write the attributes that changed; an empty text removes one."""
        client, url = self.client("sqs"), prior["id"]
        attributes = {
            member: _text(planned[argument]) for argument, member in _ATTRIBUTES.items() if argument in changed
        }
        if attributes:
            client.set_queue_attributes(QueueUrl=url, Attributes=attributes)
        if "tags_all" in changed:
            if gone := removed_tags(prior, planned):
                client.untag_queue(QueueUrl=url, TagKeys=gone)
            client.tag_queue(QueueUrl=url, Tags=planned["tags_all"] or {})
        return None

    def delete(self, state: State) -> None:
        """Delete the queue with what is in it."""
        self.client("sqs").delete_queue(QueueUrl=state["id"])


class _QueueAttribute(Resource):
    """One attribute of a queue as a resource of its own."""

    argument: ClassVar[str]
    member: ClassVar[str]
    import_key = "queue_url"

    def create(self, planned: State) -> State:
        """Write the attribute."""
        self._write(planned["queue_url"], planned[self.argument])
        return {"id": planned["queue_url"]}

    def read(self, state: State) -> State | None:
        """Read the attribute; a queue without it has lost it."""
        url = state["queue_url"]
        answer = self.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=[self.member])
        value = answer.get("Attributes", {}).get(self.member)
        return {"id": url, "queue_url": url, self.argument: value} if value else None

    def update(self, prior: State, planned: State, changed: set[str]) -> State | None:  # noqa: ARG002 - the base's hook
        """Write it again."""
        self._write(prior["queue_url"], planned[self.argument])
        return None

    def delete(self, state: State) -> None:
        """Remove the attribute."""
        self._write(state["queue_url"], "")

    def _write(self, url: str, value: str) -> None:
        self.client("sqs").set_queue_attributes(QueueUrl=url, Attributes={self.member: value})


@resource
class QueuePolicy(_QueueAttribute):
    """Who may do what with a queue."""

    type = "aws_sqs_queue_policy"
    supported = frozenset({"policy", "queue_url"})
    force_new = frozenset({"queue_url"})
    json_attributes = frozenset({"policy"})
    argument = "policy"
    member = "Policy"


@resource
class QueueRedriveAllowPolicy(_QueueAttribute):
    """Which queues may use a queue for their dead letters."""

    type = "aws_sqs_queue_redrive_allow_policy"
    supported = frozenset({"queue_url", "redrive_allow_policy"})
    force_new = frozenset({"queue_url"})
    json_attributes = frozenset({"redrive_allow_policy"})
    argument = "redrive_allow_policy"
    member = "RedriveAllowPolicy"


def _text(value: Value) -> str:
    """Return an attribute as SQS writes it."""
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)
