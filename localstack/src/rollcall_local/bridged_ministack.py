"""Makes ministack match AWS: state saved while it runs, and calls authorised under AWS's own resource names.

The emulator's interpreter runs it as a file. A killed emulator then loses seconds of data, not a
day.
"""

from __future__ import annotations

import contextlib
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ministack import app
from ministack.core import iam_actions
from ministack.services import dynamodb_streams

# The emulator's interpreter runs this file by its path and doesn't know its package.
sys.path.append(str(Path(__file__).parents[1]))

from rollcall_local import bridged_gateway, bridged_saving, bridged_secrets, bridged_suppressions

if TYPE_CHECKING:
    from collections.abc import Callable

#: AWS has no actions with these names: a batch needs the right to the single call.
#: Source: Service Authorization Reference, "Actions, resources, and condition keys for Amazon SQS".
SINGLE_ACTIONS = {
    "sqs:SendMessageBatch": "sqs:SendMessage",
    "sqs:DeleteMessageBatch": "sqs:DeleteMessage",
    "sqs:ChangeMessageVisibilityBatch": "sqs:ChangeMessageVisibility",
}


def authorise_batches_as_single_calls() -> None:
    """Make ministack check the same actions as AWS."""
    named: Callable[..., str | None] = iam_actions.extract_iam_action

    def as_in_aws(*request: object, **more: object) -> str | None:
        action = named(*request, **more)
        return SINGLE_ACTIONS.get(action, action) if action else action

    iam_actions.extract_iam_action = as_in_aws


def authorise_with_the_arns_of_aws() -> None:
    """Make ministack check the same resources as AWS.

    A rule of the default bus has no bus in its ARN, a target's rule is named `Rule`, and a tag's
    resource by its ARN. A managed policy to be created is named by its path and name, a read of a
    table's stream by the stream, and a tag of a table by the table.

    Source: Service Authorization Reference, "… for Amazon EventBridge", "… for Amazon SNS", "… for
    AWS IAM" and "… for Amazon DynamoDB".
    """
    named: Callable[..., str] = iam_actions.extract_resource_arn

    def as_in_aws(*request: Any) -> str:  # noqa: ANN401 - ministack's own arguments
        service, body, query, region, account = request[0], *request[4:8]
        if service == "sns" and query.get("ResourceArn"):
            return str(first(query["ResourceArn"]))
        if service == "iam" and first(query.get("Action", "")) == "CreatePolicy":
            return f"arn:aws:iam::{account}:policy{first(query.get('Path', '/'))}{first(query['PolicyName'])}"
        if service in ("dynamodb", "dynamodbstreams"):
            return named_by_arn(body) or named(*request)
        if service == "events":
            with contextlib.suppress(ValueError, AttributeError):
                asked = json.loads(body)
                if arn := asked.get("ResourceARN"):
                    return str(arn)
                rule, bus = asked.get("Rule") or asked.get("Name"), asked.get("EventBusName") or "default"
                if rule:
                    return f"arn:aws:events:{region}:{account}:rule/{'' if bus == 'default' else bus + '/'}{rule}"
        return named(*request)

    def named_by_arn(body: bytes) -> str | None:
        with contextlib.suppress(ValueError, AttributeError):
            asked = json.loads(body)
            iterator = dynamodb_streams._decode_iterator(asked.get("ShardIterator") or "") or {}  # noqa: SLF001 - the token's form is ministack's own
            arn = asked.get("ResourceArn") or asked.get("StreamArn") or iterator.get("arn")
            return str(arn) if arn else None
        return None

    def first(value: str | list[str]) -> str:
        return value[0] if isinstance(value, list) else value

    iam_actions.extract_resource_arn = as_in_aws


def provide_the_attached_policy() -> None:
    """Make ministack provide the condition key that holds the policy to attach or detach.

    Source: Service Authorization Reference, "… for AWS IAM": iam:PolicyARN.
    """
    tag_context: Callable[..., dict[str, Any]] = iam_actions.request_tag_context

    def with_policy(service: str, action: str, body: bytes, parameters: dict[str, Any]) -> dict[str, Any]:
        context = tag_context(service, action, body, parameters)
        arn = parameters.get("PolicyArn") if service == "iam" else None
        return context | {"iam:PolicyARN": arn[0] if isinstance(arn, list) else arn} if arn else context

    iam_actions.request_tag_context = with_policy


if __name__ == "__main__":
    authorise_batches_as_single_calls()
    authorise_with_the_arns_of_aws()
    provide_the_attached_policy()
    bridged_gateway.serve_what_was_deployed()
    bridged_gateway.replace_whole_definitions()
    bridged_secrets.keep_each_version()
    bridged_suppressions.keep_the_suppression_list()
    bridged_gateway.pass_the_caller_address()
    bridged_saving.save_as_it_runs()
    bridged_saving.stop_when_moved()
    app.main()
