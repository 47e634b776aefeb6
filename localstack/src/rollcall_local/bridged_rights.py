"""Makes ministack check rights as AWS does: the same actions, resources and condition keys.

bridged_ministack.py loads it in the emulator's own interpreter.
"""

# ruff: noqa: SLF001 - ministack has no hooks for this; its version is locked

from __future__ import annotations

import base64
import contextlib
import contextvars
import email.utils
import json
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ministack.core import iam_actions, iam_evaluator, responses
from ministack.services import dynamodb, dynamodb_streams, lambda_svc, tagging

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

RECORDINGS = "ROLLCALL_CALLS"
"""The environment variable with the folder where a test run records the calls."""

#: Calls whose right has another name. A batch needs the right to the single call; tags at creation are TagResource.
#: Source: Service Authorization Reference; CloudFront Developer Guide, "CloudFront API permissions".
RIGHTS = {
    "cloudfront:CreateDistributionWithTags": "cloudfront:CreateDistribution",
    "lambda:Invoke": "lambda:InvokeFunction",
    "sqs:ChangeMessageVisibilityBatch": "sqs:ChangeMessageVisibility",
    "sqs:DeleteMessageBatch": "sqs:DeleteMessage",
    "sqs:SendMessageBatch": "sqs:SendMessage",
}

#: The parameters of all services that name a resource by its ARN.
ARNS = ("ResourceArn", "ResourceARN", "StreamArn", "Resource")

PART_OF_DISTRIBUTION = r"/(cache-policy|origin-access-control|response-headers-policy)/(\w+)"

LEADING_KEYS = "dynamodb:LeadingKeys"
FUNCTION = "lambda:FunctionArn"

#: The leading keys of a transaction's items that are yet to be authorised.
_ITEMS: contextvars.ContextVar[list[str]] = contextvars.ContextVar("items")


def authorise_with_the_actions_of_aws() -> None:
    """Make ministack check the same actions as AWS; for Lambda those of its API, not the few that ministack knows."""
    named: Callable[..., str | None] = iam_actions.extract_iam_action
    matched: Callable[..., str | None] = iam_actions._match_rest_action
    iam_actions._BOTOCORE_SERVICE_MAP["lambda"] = ["lambda"]

    def as_in_aws(*request: Any) -> str | None:  # noqa: ANN401 - ministack's own arguments
        service, method, path, *_, query = request
        operation = matched(service, method, path, query) if service == "lambda" else None
        action = f"lambda:{operation}" if operation else named(*request)
        return RIGHTS.get(action, action) if action else action

    iam_actions.extract_iam_action = as_in_aws


def authorise_with_the_arns_of_aws() -> None:
    """Make ministack check the same resources as AWS.

    A tag's resource and a read of a table's stream are named by their ARN. A rule of the default bus
    has no bus in its ARN, and a target's rule is named `Rule`. A managed policy to be created is
    named by its path and name, a function to be created by its name, alarms and keys' aliases by their names.

    Source: Service Authorization Reference, "Actions, resources, and condition keys for …".
    """
    named: Callable[..., str] = iam_actions.extract_resource_arn

    def as_in_aws(*request: Any) -> str:  # noqa: ANN401 - ministack's own arguments
        service, _, path, _, body, query, region, account = request
        asked = {} if service == "s3" else query | read(body)
        iterator = dynamodb_streams._decode_iterator(asked.get("ShardIterator") or "") or {}
        arn = next((asked[name] for name in ARNS if asked.get(name)), iterator.get("arn"))
        if arn and service != "lambda":  # whose bodies may be any event
            return first(arn)
        return by_name(service, path, asked, f"{region}:{account}") or named(*request)

    iam_actions.extract_resource_arn = as_in_aws


def by_name(service: str, path: str, asked: dict[str, Any], place: str) -> str | None:
    """Return the ARN of what a request names, if ministack doesn't know. place: Region and account."""
    account = place.rpartition(":")[2]
    arn = None
    match service:
        case "cloudfront" if part := re.search(PART_OF_DISTRIBUTION, path):
            arn = f"arn:aws:cloudfront::{account}:{part[1]}/{part[2]}"
        case "events" if rule := asked.get("Rule") or asked.get("Name"):
            bus = asked.get("EventBusName") or "default"
            arn = f"arn:aws:events:{place}:rule/{'' if bus == 'default' else bus + '/'}{rule}"
        case "iam" if "GroupName" in asked:
            arn = f"arn:aws:iam::{account}:group/{first(asked['GroupName'])}"
        case "iam" if first(asked.get("Action", "")) == "CreatePolicy":
            arn = f"arn:aws:iam::{account}:policy{first(asked.get('Path', '/'))}{first(asked['PolicyName'])}"
        case "kms" if "AliasName" in asked:
            arn = f"arn:aws:kms:{place}:{asked['AliasName']}"
        case "lambda" if path.rstrip("/").endswith("/functions") and "FunctionName" in asked:
            arn = f"arn:aws:lambda:{place}:function:{asked['FunctionName']}"
        case "monitoring" if alarm := asked.get("AlarmNames.member.1") or asked.get("AlarmNames"):
            arn = f"arn:aws:cloudwatch:{place}:alarm:{first(alarm)}"
    return arn


def provide_condition_keys() -> None:
    """Make ministack provide the condition keys that it lacks and our policies name.

    Source: Service Authorization Reference, "… for AWS IAM" (iam:PolicyARN), "… for Amazon SES"
    (ses:FromAddress), "… for AWS Lambda" (lambda:FunctionArn), "… for Amazon Cognito User Pools"
    (aws:RequestTag) and "… for Amazon DynamoDB" (dynamodb:LeadingKeys).
    """
    tag_context: Callable[..., dict[str, Any]] = iam_actions.request_tag_context
    tagging._RESOURCE_TAG_COLLECTORS["cloudfront"] = tagging._collect_cloudfront
    tagging._RESOURCE_TAG_COLLECTORS["cognito-idp"] = tagging._collect_cognito

    def with_ours(service: str, action: str, body: bytes, parameters: dict[str, Any]) -> dict[str, Any]:
        context = tag_context(service, action, body, parameters)
        if service == "iam" and "PolicyArn" in parameters:
            return context | {"iam:PolicyARN": first(parameters["PolicyArn"])}
        if action == "ses:SendRawEmail":
            message = base64.b64decode(first(parameters["RawMessage.Data"]))
            sender = email.message_from_bytes(message)["From"] or first(parameters.get("Source", ""))
            return context | {"ses:FromAddress": email.utils.parseaddr(sender)[1]}
        if action == "lambda:CreateEventSourceMapping":
            return context | {FUNCTION: lambda_svc._func_arn(read(body)["FunctionName"].rpartition(":")[2])}
        if action == "cognito-idp:CreateUserPool":
            tags = read(body).get("UserPoolTags") or {}
            return context | {f"aws:RequestTag/{name}".lower(): value for name, value in tags.items()}
        if service == "dynamodb" and (keys := list(leading_keys(read(body)))):
            return context | {LEADING_KEYS: keys}
        return context

    iam_actions.request_tag_context = with_ours


def authorise_transactions_in_either_reading() -> None:
    """Make ministack check each item of a transaction twice: with its own key, and with the keys of all items.

    AWS documents that each item needs its own action, not which keys the check then sees: see
    docs/decisions/0068-rights-from-data.md. With ROLLCALL_CALLS each check is recorded.
    """
    checks_of: Callable[..., list[tuple[str, str]]] = iam_actions.dynamodb_transaction_checks
    enforce = iam_evaluator.enforce
    folder = os.environ.get(RECORDINGS)
    record = recorder(Path(folder)) if folder else None

    def checks_with_keys(action: str, body: bytes, *place: str) -> list[tuple[str, str]]:
        checks = checks_of(action, body, *place)
        _ITEMS.set(list(leading_keys(read(body))) if checks else [])
        return checks

    def enforced(key_id: str, action: str, service: str, region: str, **more: Any) -> Any:  # noqa: ANN401 - ministack's own
        context = more.pop("service_context", None) or {}
        mapping = lambda_svc._esms.get(more.get("resource_arn", "").partition(":event-source-mapping:")[2])
        if mapping:
            context = context | {FUNCTION: mapping["FunctionArn"]}
        readings = [context]
        if "dynamodb:EnclosingOperation" in context:
            readings.append(context | {LEADING_KEYS: [_ITEMS.get().pop(0)]})
        for reading in readings:
            denied = enforce(key_id, action, service, region, service_context=reading, **more)
            if record:
                record(key_id, action, more.get("resource_arn", "*"), reading, denied)
            if denied:
                return denied
        return None

    iam_actions.dynamodb_transaction_checks = checks_with_keys
    iam_evaluator.enforce = enforced


def recorder(folder: Path) -> Callable[..., None]:
    """Return what appends each new check to a file of this process: who, action, resource, context, allowed."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{os.getpid()}.jsonl"
    lines: set[str] = set()

    def record(key_id: str, action: str, resource: str, context: dict[str, Any], denied: object) -> None:
        principal = iam_evaluator.resolve_principal(key_id or "", responses.get_account_id())
        if isinstance(principal, iam_evaluator.AuthError) or principal.policies is None:
            return
        tags = {f"aws:ResourceTag/{name}": value for name, value in (tagging.resource_tags(resource) or {}).items()}
        call = [principal.arn, action, resource, context | tags, denied is None]
        line = json.dumps(call, sort_keys=True)
        if line not in lines:
            lines.add(line)
            with file.open("a", encoding="utf-8") as recording:
                recording.write(line + "\n")

    return record


def leading_keys(asked: dict[str, Any]) -> Iterator[str]:
    """Return the partition key of each item that a request to DynamoDB names; of an index, the index's."""
    for transaction in asked.get("TransactItems") or ():
        for item in transaction.values():
            yield from leading_keys(item)
    for name, batch in (asked.get("RequestItems") or {}).items():
        items = (one for write in batch for one in write.values()) if isinstance(batch, list) else batch["Keys"]
        for item in items:
            yield from leading_keys({"TableName": name, "Key": item.get("Key") or item.get("Item") or item})
    table = dynamodb._tables.get(str(asked.get("TableName", "")).rpartition("/")[2])
    if table and "KeyConditionExpression" in asked:
        indexes = [
            one for one in table.get("GlobalSecondaryIndexes") or () if one["IndexName"] == asked.get("IndexName")
        ]
        names = asked.get("ExpressionAttributeNames") or {}
        for name, value in re.findall(r"(#?\w+) *= *(:\w+)", asked["KeyConditionExpression"]):
            if names.get(name, name) == partition_key((indexes or [table])[0]):
                yield from asked["ExpressionAttributeValues"][value].values()
    elif table:
        item = asked.get("Item") or asked.get("Key") or {}
        yield from item.get(partition_key(table), {}).values()


def partition_key(described: dict[str, Any]) -> str:
    """Return the name of a table's or an index's partition key."""
    return next(str(part["AttributeName"]) for part in described["KeySchema"] if part["KeyType"] == "HASH")


def read(body: bytes) -> dict[str, Any]:
    """Return a JSON object, or an empty one if the body holds none."""
    with contextlib.suppress(ValueError):
        if isinstance(asked := json.loads(body), dict):
            return asked
    return {}


def first(value: str | list[str]) -> str:
    """Return a query parameter's only value."""
    return value[0] if isinstance(value, list) else value
