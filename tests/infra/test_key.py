"""A key of the stack's own: what is under it, who may use it, and how a stack moves to it and back."""

from __future__ import annotations

import json
import string
from typing import TYPE_CHECKING, Any

import pytest
from infra.planned import Plan, block
from policies.evaluator import Call, is_allowed
from python_terraform import IsFlagged

from rollcall_local.credentials import ACCOUNT, DEPLOYER
from rollcall_local.errors import TerraformFailedError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from infra.applied import Applied


UNDER_THE_KEY = {
    "aws_cloudwatch_log_group": "kms_key_id",
    "aws_lambda_function": "kms_key_arn",
    "aws_secretsmanager_secret": "kms_key_id",
    "aws_sns_topic": "kms_master_key_id",
    "aws_sqs_queue": "kms_master_key_id",
}
"""The types that store something, and where each names its key; the table has it in a block."""

KEY = "module.key[0].aws_kms_key.this"
REGION = "eu-north-1"


def unknown(plan: Plan, address: str) -> dict[str, Any]:
    """Return which values of a resource are known after the apply only, as a key's ARN is."""
    changes = plan.described["resource_changes"]
    values: dict[str, Any] = next(one for one in changes if one["address"] == address)["change"]["after_unknown"]
    return values


def test_everything_stored__is_under_the_key(everything: Plan) -> None:
    plain = [
        address
        for kind, argument in UNDER_THE_KEY.items()
        for address in everything.all(kind)
        if not unknown(everything, address).get(argument)
    ]
    table = "module.store.aws_dynamodb_table.this"

    assert plain == []
    assert all(everything.all(kind) for kind in UNDER_THE_KEY)
    assert unknown(everything, table)["server_side_encryption"] == [{"kms_key_arn": True}]
    assert block(everything.one(table), "server_side_encryption")["enabled"] is True


def test_pages__stay_under_the_key_of_s3(everything: Plan) -> None:
    """They are public: a key would cost a request each and hide nothing. The other buckets hold what people sent."""
    for address, values in everything.all("aws_s3_bucket_server_side_encryption_configuration").items():
        default = block(block(values, "rule"), "apply_server_side_encryption_by_default")
        personal = address.startswith(("module.exports", "module.files"))
        assert default["sse_algorithm"] == ("aws:kms" if personal else "AES256"), address


def test_key__is_renewed_and_can_be_taken_back(everything: Plan) -> None:
    key = everything.one(KEY)

    assert key["enable_key_rotation"] is True
    assert key["deletion_window_in_days"] == 30
    assert everything.one("module.key[0].aws_kms_alias.this")["name"] == "alias/rollcall-local"


def test_without_the_option__no_role_may_use_a_key(plan: Plan) -> None:
    rights = [
        action
        for address, statements in plan.policies.items()
        if not address.startswith("module.backup")
        for statement in statements
        for action in statement.actions
    ]

    assert rights
    assert [action for action in rights if action.startswith("kms:")] == []


def test_roles__use_the_key_through_services_only(everything: Plan) -> None:
    users = [
        (address, statement)
        for address, statements in everything.policies.items()
        if address.startswith("module.") and not address.startswith(("module.key", "module.backup", "module.delivery"))
        for statement in statements
        if any(action.startswith("kms:") for action in statement.actions)
    ]

    functions = {address.split(".")[1] for address, _ in users} - {"staff"}
    assert functions == {
        "submit",
        "links",
        "sweep",
        "dispatch",
        "notify",
        "feedback",
        "deliver[0]",
        "files_function[0]",
        "staff_function[0]",
    }
    assert sum(address.startswith("module.staff.") for address, _ in users) == 2
    services = [f"{service}.{REGION}.amazonaws.com" for service in ("dynamodb", "secretsmanager", "sqs", "s3")]
    for address, statement in users:
        assert statement.actions <= {"kms:Decrypt", "kms:GenerateDataKey"}, address
        assert statement.conditions[("StringEquals", "kms:ViaService")] == services, address
    staff = everything.policies["data.aws_iam_policy_document.staff"]
    [exports] = [statement for statement in staff if "kms:Decrypt" in statement.actions]
    assert exports.conditions[("StringEquals", "kms:ViaService")] == [f"s3.{REGION}.amazonaws.com"]


def key_policy(plan: Plan) -> list[dict[str, Any]]:
    document = json.loads(plan.one(KEY)["policy"])
    statements: list[dict[str, Any]] = document["Statement"]
    return statements


def log(group: str) -> dict[str, str]:
    arn = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/aws/lambda/{group}"
    return {"kms:EncryptionContext:aws:logs:arn": arn}


def source(thing: str, account: str = ACCOUNT) -> dict[str, str]:
    service, _, name = thing.partition(":")
    return {"aws:SourceArn": f"arn:aws:{service}:{REGION}:{account}:{name}", "aws:SourceAccount": account}


@pytest.mark.parametrize(
    ("service", "context", "allowed"),
    [
        (f"logs.{REGION}", log("rollcall-local-submit"), True),
        (f"logs.{REGION}", log("rollcall-prod-submit"), False),
        ("ses", source("ses:configuration-set/rollcall-local"), True),
        ("cloudwatch", source("cloudwatch:alarm:rollcall-local-api-errors"), True),
        ("cloudwatch", source("cloudwatch:alarm:rollcall-local-api-errors", "444455556666"), False),
        ("s3", {"aws:SourceAccount": ACCOUNT}, False),
    ],
)
def test_key_policy__lets_the_stacks_own_services_encrypt(
    everything: Plan, service: str, context: dict[str, str], *, allowed: bool
) -> None:
    statements = [one for one in key_policy(everything) if "Service" in one["Principal"]]

    call = Call(
        "kms:GenerateDataKey", "key", {name: [value] for name, value in context.items()}, f"{service}.amazonaws.com"
    )

    assert is_allowed(statements, call) is allowed


def test_key_policy__leaves_the_rest_to_the_accounts_roles(everything: Plan) -> None:
    """Through services of the stack only; and nobody may delete the key of a protected stack."""
    account = [one for one in key_policy(everything) if "AWS" in one["Principal"] and one["Effect"] == "Allow"]
    denied = [one for one in key_policy(everything) if one["Effect"] == "Deny"]

    assert {one["Principal"]["AWS"] for one in account} == {f"arn:aws:iam::{ACCOUNT}:root"}
    using = {"kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*", "kms:CreateGrant"}
    for statement in account:
        if using & set(statement["Action"]):
            assert "kms:ViaService" in statement["Condition"]["StringEquals"]
    assert [set(one["Action"]) for one in denied] == [{"kms:DisableKey", "kms:ScheduleKeyDeletion"}]


@pytest.fixture
def deployer_of_options(applied: Applied, configuration: Path) -> Iterator[None]:
    """Give the deployer what the option needs, as the guide says."""
    text = (configuration / "deployer" / "options" / "shield.json").read_text(encoding="utf-8")
    names = {"account": ACCOUNT, "region": REGION, "stack": "local", "partition": "aws"}
    iam = applied.aws("iam")
    iam.put_user_policy(UserName=DEPLOYER, PolicyName="shield", PolicyDocument=string.Template(text).substitute(names))
    yield
    iam.delete_user_policy(UserName=DEPLOYER, PolicyName="shield")


def keys_in_use(applied: Applied) -> dict[str, str | None]:
    """Return the key of each kind of thing, as AWS answers; None for AWS's own."""
    outputs = applied.terraform.output()
    topic = next(one["TopicArn"] for one in applied.aws("sns").list_topics()["Topics"] if "feedback" in one["TopicArn"])
    table = applied.aws("dynamodb").describe_table(TableName=outputs["table"])["Table"].get("SSEDescription", {})
    queue = applied.aws("sqs").get_queue_attributes(QueueUrl=outputs["mail_dead_letters_url"], AttributeNames=["All"])[
        "Attributes"
    ]
    logs = applied.aws("logs").describe_log_groups(logGroupNamePrefix="/aws/lambda/rollcall-local-submit")
    function = applied.aws("lambda").get_function_configuration(FunctionName="rollcall-local-submit")
    secret = applied.aws("secretsmanager").describe_secret(SecretId="rollcall/local/signing-key")
    found = {
        "table": table.get("KMSMasterKeyArn") if table.get("Status") == "ENABLED" else None,
        "queue": queue.get("KmsMasterKeyId"),
        "topic": applied.aws("sns").get_topic_attributes(TopicArn=topic)["Attributes"].get("KmsMasterKeyId"),
        "log": logs["logGroups"][0].get("kmsKeyId"),
        "environment": function.get("KMSKeyArn"),
        "secret": secret.get("KmsKeyId"),
    }
    return {what: key if key and ":key/" in key else None for what, key in found.items()}


@pytest.mark.full
@pytest.mark.usefixtures("deployer_of_options")
def test_stack__moves_to_its_own_key_and_back_with_its_data(applied: Applied) -> None:
    """In AWS what was written under the key opens only while the key lives, so it is retired before it goes."""
    outputs, kms = applied.terraform.output(), applied.aws("kms")
    dynamodb, sqs, secrets = applied.aws("dynamodb"), applied.aws("sqs"), applied.aws("secretsmanager")
    queue, name = outputs["mail_dead_letters_url"], "rollcall/local/signing-key"

    def write(mark: str) -> None:
        dynamodb.put_item(TableName=outputs["table"], Item={"pk": {"S": f"SUB#{mark}"}, "sk": {"S": "SUB"}})
        sqs.send_message(QueueUrl=queue, MessageBody=mark)
        secrets.put_secret_value(SecretId=name, SecretString=mark * 10)

    def read() -> dict[str, Any]:
        items = dynamodb.scan(TableName=outputs["table"])["Items"]
        messages = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10, VisibilityTimeout=0)["Messages"]
        return {
            "items": {item["pk"]["S"].removeprefix("SUB#") for item in items if item["pk"]["S"].startswith("SUB#")},
            "messages": {one["Body"] for one in messages},
            "secret": secrets.get_secret_value(SecretId=name)["SecretString"],
        }

    def apply(encryption: dict[str, Any] | None) -> None:
        inputs = applied.terraform.inputs(encryption=encryption)
        applied.terraform.run("apply", input=False, auto_approve=IsFlagged, **inputs)

    write("plain")
    apply({"deletion_window_days": 7})
    key = kms.describe_key(KeyId="alias/rollcall-local")["KeyMetadata"]
    under_the_key, of_aws = dict.fromkeys(keys_in_use(applied), key["Arn"]), dict.fromkeys(keys_in_use(applied))
    assert keys_in_use(applied) == under_the_key
    write("keyed")
    assert read() == {"items": {"plain", "keyed"}, "messages": {"plain", "keyed"}, "secret": "keyed" * 10}

    with pytest.raises(TerraformFailedError, match="retired = true"):
        apply(None)
    assert keys_in_use(applied) == under_the_key

    apply({"retired": True, "deletion_window_days": 7})
    assert keys_in_use(applied) == of_aws
    assert key["Arn"] in applied.may("notify", "kms:Decrypt")
    assert kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"]["KeyState"] == "Enabled"
    write("again")

    apply(None)
    assert keys_in_use(applied) == of_aws
    assert applied.may("notify", "kms:Decrypt") == set()
    assert kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"]["KeyState"] == "PendingDeletion"
    everything = {"plain", "keyed", "again"}
    assert read() == {"items": everything, "messages": everything, "secret": "again" * 10}
    assert applied.terraform.apply() == "0 added, 0 changed, 0 destroyed"
