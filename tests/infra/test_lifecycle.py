"""The stack deployed, checked and finally destroyed by a deployer with only the shipped policy."""

from __future__ import annotations

import json
import os
import re
import shutil
from dataclasses import replace
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

import pytest
from botocore import xform_name
from infra.leftovers import leftovers
from infra.planned import plan_as_json
from python_terraform import IsFlagged

from admin_cli.aws.staff_policies import detach_all
from registration_core.adapters.clock import SystemClock
from registration_core.adapters.dynamodb.guard_keys import GuardKeys
from registration_core.adapters.dynamodb.sdk import sdk_call
from registration_core.adapters.dynamodb.table import Table
from registration_core.adapters.signing_keys import SecretSigner
from rollcall_local.credentials import ACCOUNT, client, deployer
from rollcall_local.errors import TerraformFailedError
from rollcall_local.terraform import LocalTerraform

if TYPE_CHECKING:
    from pathlib import Path

    from infra.applied import Applied
    from infra.planned import Plan

    from rollcall_local.paths import Workspace

FUNCTIONS = ("submit", "links", "sweep", "dispatch", "notify", "feedback")


def test_description__matches_the_outputs(applied: Applied) -> None:
    secret = applied.aws("secretsmanager").get_secret_value(SecretId="rollcall/local")
    outputs = applied.terraform.output()

    described = json.loads(secret["SecretString"])
    assert described == {name: outputs[name] for name in described}
    assert described["site_url"] == applied.workspace.site_url
    assert described["api_url"] == applied.workspace.api_url


@pytest.mark.needs("sign-in pages")
def test_desk__talks_to_the_api_and_the_sign_in_pages_only(applied: Applied) -> None:
    (made,) = [
        one["ResponseHeadersPolicy"]["ResponseHeadersPolicyConfig"]
        for one in applied.aws("cloudfront").list_response_headers_policies()["ResponseHeadersPolicyList"]["Items"]
        if one["ResponseHeadersPolicy"]["ResponseHeadersPolicyConfig"]["Name"] == "rollcall-local-site-desk"
    ]

    edge = applied.workspace.endpoint_url  # of both
    assert made["SecurityHeadersConfig"]["ContentSecurityPolicy"]["ContentSecurityPolicy"] == (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
        f"connect-src 'self' {edge}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
        "require-trusted-types-for 'script'; trusted-types 'none'"
    )


def test_second_apply__changes_nothing_and_shows_no_key(applied: Applied) -> None:
    """Terraform leaves keys alone. Neither its output and state nor a function's configuration shows one."""
    secrets, functions = applied.aws("secretsmanager"), applied.aws("lambda")
    name = "rollcall/local/signing-key"
    SecretSigner(secrets, name, clock=SystemClock(), randomness=os.urandom).signer()  # as notify's first mail does
    guard_keys = GuardKeys(Table(sdk_call(applied.aws("dynamodb")), applied.workspace.table)).keys()
    signing_key = secrets.get_secret_value(SecretId=name)["SecretString"]

    again = applied.terraform.run("apply", input=False, auto_approve=IsFlagged, **applied.terraform.inputs())

    assert "Resources: 0 added, 0 changed, 0 destroyed." in again
    assert secrets.get_secret_value(SecretId=name)["SecretString"] == signing_key

    outputs = {
        "log": applied.log + again,
        "plan": json.dumps(plan_as_json(applied.terraform)),
        "state": "".join(file.read_text() for file in applied.workspace.state.rglob("*.tfstate*") if file.is_file()),
        "environment": json.dumps(
            [functions.get_function_configuration(FunctionName=f"rollcall-local-{each}") for each in FUNCTIONS],
            default=str,
        ),
    }
    for where, text in outputs.items():
        assert len(text) > 100, where
        assert not [key for key in (signing_key, *guard_keys) if key in text], where


def test_dispatch__may_read_its_stream_and_send_its_failures(applied: Applied) -> None:
    (mapping,) = applied.aws("lambda").list_event_source_mappings(FunctionName="rollcall-local-dispatch")[
        "EventSourceMappings"
    ]

    for action in ("GetRecords", "GetShardIterator", "DescribeStream"):
        assert applied.may("dispatch", f"dynamodb:{action}") == {mapping["EventSourceArn"]}
    assert applied.may("dispatch", "dynamodb:ListStreams") == {"*"}
    failures = mapping["DestinationConfig"]["OnFailure"]["Destination"]
    assert failures.endswith(":rollcall-local-stream-dead-letters")
    assert applied.may("dispatch", "sqs:SendMessage") == {
        failures,
        failures.replace("stream-dead-letters", "mail"),
        failures.replace("stream-dead-letters", "webhooks"),
    }


def test_notify__may_consume_its_queue(applied: Applied) -> None:
    (mapping,) = applied.aws("lambda").list_event_source_mappings(FunctionName="rollcall-local-notify")[
        "EventSourceMappings"
    ]

    for action in ("ReceiveMessage", "DeleteMessage", "GetQueueAttributes"):
        assert applied.may("notify", f"sqs:{action}") == {mapping["EventSourceArn"]}


@pytest.mark.parametrize("function", FUNCTIONS)
def test_function__may_write_its_configured_log(applied: Applied, function: str) -> None:
    configured = applied.aws("lambda").get_function_configuration(FunctionName=f"rollcall-local-{function}")
    (group,) = applied.aws("logs").describe_log_groups(logGroupNamePrefix=configured["LoggingConfig"]["LogGroup"])[
        "logGroups"
    ]

    (allowed,) = applied.may(function, "logs:PutLogEvents")
    assert allowed == f"{group['arn'].removesuffix(':*')}:*"
    assert configured["Role"].endswith(f":role/rollcall-local-{function}")


@pytest.mark.parametrize(
    ("function", "service", "sources"),
    [
        ("submit", "apigateway", {"rollcall/v1/POST/*", "rollcall/v1/GET/*"}),
        ("links", "apigateway", {"rollcall/v1/GET/my", "rollcall/v1/POST/my", "rollcall/v1/*/calendar.ics"}),
        ("sweep", "events", {"rule/rollcall-local-sweep"}),
        ("feedback", "sns", {"rollcall-local-feedback"}),
    ],
)
def test_function__may_be_invoked_by_its_event_source(
    applied: Applied, function: str, service: str, sources: set[str]
) -> None:
    policy = json.loads(applied.aws("lambda").get_policy(FunctionName=f"rollcall-local-{function}")["Policy"])

    arns = [statement["Condition"]["ArnLike"]["AWS:SourceArn"].split(":", 5) for statement in policy["Statement"]]
    assert {arn[5] for arn in arns} == sources
    assert {":".join(arn[:2] + arn[3:5]) for arn in arns} == {f"arn:aws:{applied.workspace.region}:{ACCOUNT}"}
    assert {statement["Principal"]["Service"] for statement in policy["Statement"]} == {f"{service}.amazonaws.com"}


def test_api__may_invoke_the_function_of_every_route(applied: Applied, plans: dict[str, Plan]) -> None:
    """A permission covers each method of each path; without one, visitors get a 5xx."""
    body = json.loads(plans["local"].one("module.api.aws_api_gateway_rest_api.this")["body"])
    routes = {
        (integration["uri"].split(":function:rollcall-local-")[1].split("/")[0], f"{verb.upper()}{path}")
        for path, verbs in body["paths"].items()
        for verb, operation in verbs.items()
        if (integration := operation["x-amazon-apigateway-integration"])["type"] == "aws_proxy"
    }

    def is_covered(function: str, route: str) -> bool:
        policy = applied.aws("lambda").get_policy(FunctionName=f"rollcall-local-{function}")["Policy"]
        sources = [one["Condition"]["ArnLike"]["AWS:SourceArn"] for one in json.loads(policy)["Statement"]]
        return any(fnmatchcase(re.sub(r"\{\w+\}", "x", route), source.split("/v1/")[1]) for source in sources)

    assert ("submit", "GET/registration") in routes
    assert [route for route in sorted(routes) if not is_covered(*route)] == []


@pytest.mark.parametrize("function", ["links", "notify"])
def test_function__may_read_the_signing_keys_and_no_other_secret(applied: Applied, function: str) -> None:
    secret = applied.aws("secretsmanager").describe_secret(SecretId="rollcall/local/signing-key")
    environment = applied.aws("lambda").get_function_configuration(FunctionName=f"rollcall-local-{function}")[
        "Environment"
    ]

    assert applied.may(function, "secretsmanager:GetSecretValue") == {secret["ARN"]}
    assert environment["Variables"]["SIGNING_KEY_SECRET"] == secret["Name"]


def test_sweep__uses_the_queue_that_notify_reads(applied: Applied) -> None:
    environment = applied.aws("lambda").get_function_configuration(FunctionName="rollcall-local-sweep")["Environment"]
    (queue,) = applied.may("sweep", "sqs:SendMessage")

    assert environment["Variables"]["MAIL_QUEUE_URL"] == applied.terraform.output()["mail_queue_url"]
    assert queue.endswith(":rollcall-local-mail")


def test_ses__notifies_the_topic_of_feedback(applied: Applied) -> None:
    (destination,) = applied.aws("sesv2").get_configuration_set_event_destinations(
        ConfigurationSetName="rollcall-local"
    )["EventDestinations"]
    topic = destination["SnsDestination"]["TopicArn"]
    attributes = applied.aws("sns").get_topic_attributes(TopicArn=topic)["Attributes"]
    (subscription,) = applied.aws("sns").list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]

    (statement,) = json.loads(attributes["Policy"])["Statement"]
    region, account = topic.split(":")[3:5]
    assert statement["Resource"] == topic
    assert statement["Condition"] == {  # the whole ARN, since ArnEquals treats a `*` as a wildcard
        "ArnEquals": {"aws:SourceArn": f"arn:aws:ses:{region}:{account}:configuration-set/rollcall-local"},
        "StringEquals": {"aws:SourceAccount": account},
    }
    assert subscription["Protocol"] == "lambda"
    assert subscription["Endpoint"].endswith(":function:rollcall-local-feedback")


def test_alarms__arrive_as_planned(applied: Applied, plans: dict[str, Plan]) -> None:
    arrived = applied.aws("cloudwatch").describe_alarms()["MetricAlarms"]
    planned = plans["local"].all("aws_cloudwatch_metric_alarm").values()

    names = ("AlarmName", "AlarmDescription", "Namespace", "MetricName", "Threshold", "Period", "EvaluationPeriods")
    there = {alarm["AlarmName"]: [alarm[name] for name in names] for alarm in arrived}
    del there["rollcall-local-files-dead-letters"], there["rollcall-local-webhooks-dead-letters"]  # those of options
    assert there == {alarm["alarm_name"]: [alarm[xform_name(name)] for name in names] for alarm in planned}


def test_bucket__is_read_by_this_distribution_only(applied: Applied) -> None:
    """Nobody may write unencrypted objects."""
    outputs = applied.terraform.output()
    policy = json.loads(applied.aws("s3").get_bucket_policy(Bucket=outputs["site_bucket"])["Policy"])

    allowed, refused = policy["Statement"]
    assert allowed["Condition"] == {
        "StringEquals": {"aws:SourceArn": f"arn:aws:cloudfront::{ACCOUNT}:distribution/{outputs['distribution_id']}"}
    }
    assert refused["Effect"] == "Deny"
    assert refused["Condition"]["Bool"] == {"aws:SecureTransport": "false"}


def test_dead_letters__come_from_the_mail_queue_only(applied: Applied) -> None:
    queues, outputs = applied.aws("sqs"), applied.terraform.output()

    def attributes(name: str) -> dict[str, str]:
        attributes: dict[str, str] = queues.get_queue_attributes(QueueUrl=outputs[name], AttributeNames=["All"])[
            "Attributes"
        ]
        return attributes

    mail, dead = attributes("mail_queue_url"), attributes("mail_dead_letters_url")
    assert json.loads(mail["RedrivePolicy"]) == {"deadLetterTargetArn": dead["QueueArn"], "maxReceiveCount": 5}
    assert json.loads(dead["RedriveAllowPolicy"])["sourceQueueArns"] == [mail["QueueArn"]]


def attach_staff_policies(applied: Applied) -> None:
    """Attach them by hand, to each kind of holder."""
    iam, trust = applied.aws("iam"), json.dumps({"Version": "2012-10-17", "Statement": []})
    reader, manager = (applied.terraform.output()[f"{name}_policy_arn"] for name in ("reader", "manager"))
    iam.create_user(UserName="olle")
    iam.create_group(GroupName="teachers")
    iam.create_role(RoleName="course-staff", AssumeRolePolicyDocument=trust)
    iam.attach_user_policy(UserName="olle", PolicyArn=reader)
    iam.attach_group_policy(GroupName="teachers", PolicyArn=reader)
    iam.attach_role_policy(RoleName="course-staff", PolicyArn=manager)


def delete_staff(applied: Applied) -> None:
    """Delete those holders."""
    iam = applied.aws("iam")
    iam.delete_user(UserName="olle")
    iam.delete_group(GroupName="teachers")
    iam.delete_role(RoleName="course-staff")


def test_restore__moves_the_stack_to_the_restored_table(applied: Applied) -> None:
    """The steps of the runbook's Restoring: nothing is deleted, and everything uses the other table."""
    dynamodb, terraform, old = applied.aws("dynamodb"), applied.terraform, applied.workspace.table
    restored = f"{old}-restored-1"
    dynamodb.put_item(TableName=old, Item={"pk": {"S": "SUB#reg_1"}, "sk": {"S": "SUB"}})
    dynamodb.restore_table_to_point_in_time(SourceTableName=old, TargetTableName=restored, UseLatestRestorableTime=True)
    inputs = terraform.inputs(table_name=restored)
    before = dynamodb.describe_table(TableName=old)["Table"]["LatestStreamArn"]

    dynamodb.update_table(
        TableName=restored, StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}
    )
    terraform.run("state rm", "module.store.aws_dynamodb_table.this")
    terraform.run("import", "module.store.aws_dynamodb_table.this", restored, input=False, **inputs)
    terraform.run("apply", input=False, auto_approve=IsFlagged, **inputs)

    table = dynamodb.describe_table(TableName=restored)["Table"]
    ttl = dynamodb.describe_time_to_live(TableName=restored)["TimeToLiveDescription"]
    backups = dynamodb.describe_continuous_backups(TableName=restored)["ContinuousBackupsDescription"]
    assert (ttl["TimeToLiveStatus"], ttl["AttributeName"]) == ("ENABLED", "expires_at")
    assert backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED"
    assert table["StreamSpecification"] == {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}
    assert dynamodb.get_item(TableName=restored, Key={"pk": {"S": "SUB#reg_1"}, "sk": {"S": "SUB"}})["Item"]
    assert terraform.output()["table"] == restored
    functions = applied.aws("lambda")
    for function in ("submit", "links", "sweep", "notify", "feedback"):
        told_to = functions.get_function_configuration(FunctionName=f"rollcall-local-{function}")["Environment"]
        assert told_to["Variables"]["TABLE"] == restored, function
        assert applied.may(function, "dynamodb:GetItem") == {table["TableArn"]}, function
    mappings = functions.list_event_source_mappings(FunctionName="rollcall-local-dispatch")["EventSourceMappings"]
    (mapping,) = [each for each in mappings if each["State"] != "Deleting"]  # that takes some seconds
    assert mapping["EventSourceArn"] == table["LatestStreamArn"] != before
    assert dynamodb.describe_table(TableName=old)["Table"]["TableStatus"] == "ACTIVE"
    dynamodb.delete_table(TableName=old)


BACKEND = """
terraform {{
  backend "s3" {{
    bucket                      = "state"
    key                         = "rollcall/local.tfstate"
    region                      = "eu-north-1"
    use_lockfile                = true
    access_key                  = "test"
    secret_key                  = "test"
    endpoints                   = {{ s3 = "{endpoint}", sts = "{endpoint}", iam = "{endpoint}" }}
    use_path_style              = true
    skip_credentials_validation = true
    skip_requesting_account_id  = true
    skip_metadata_api_check     = true
  }}
}}

provider "aws" {{
  s3_use_path_style = true
}}
"""
"""The shipped backend, with the emulator in AWS's place."""


def test_destroy__from_a_clean_clone_leaves_nothing(
    applied: Applied, infra_workspace: Workspace, tmp_path: Path
) -> None:
    """All that the clone needs is the state in its bucket: no .terraform, no package. The site has pages.

    Staff hold the stack's policies; the deployer may detach these policies only.
    """
    attach_staff_policies(applied)
    s3, bucket = applied.aws("s3"), applied.terraform.output()["site_bucket"]
    for body in (b"first", b"second"):
        s3.put_object(Bucket=bucket, Key="index.html", Body=body)
    s3.create_bucket(Bucket="state", CreateBucketConfiguration={"LocationConstraint": "eu-north-1"})
    clone = LocalTerraform(replace(infra_workspace, state=tmp_path), deployer(infra_workspace))
    clone.prepare()
    override = clone.configuration / "local_override.tf"
    override.write_text(BACKEND.format(endpoint=infra_workspace.endpoint_url), encoding="utf-8")
    clone.run("init", input=False, reconfigure=IsFlagged)
    clone.run("state push", str(applied.workspace.state / "terraform" / "terraform.tfstate"))
    shutil.rmtree(clone.configuration / ".terraform")
    (clone.configuration / ".terraform.lock.hcl").unlink(missing_ok=True)

    clone.run("init", input=False)
    with pytest.raises(TerraformFailedError, match="DeleteConflict"):
        clone.run("destroy", input=False, auto_approve=IsFlagged, **clone.inputs())
    deploying = client("iam", applied.workspace, deployer(infra_workspace))
    detached = detach_all(deploying, ACCOUNT, "local")
    assert detached == ["group teachers", "role course-staff", "user olle"]
    assert detach_all(deploying, ACCOUNT, "local") == []
    clone.run("destroy", input=False, auto_approve=IsFlagged, **clone.inputs())
    delete_staff(applied)

    kept = s3.list_objects_v2(Bucket="state")["Contents"]
    assert [one["Key"] for one in kept] == ["rollcall/local.tfstate"]
    s3.delete_object(Bucket="state", Key="rollcall/local.tfstate")
    s3.delete_bucket(Bucket="state")
    assert leftovers(applied.aws) == {}
