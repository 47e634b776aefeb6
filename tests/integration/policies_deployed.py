"""The policies of the deployed stack, as IAM and the services hold them."""

from __future__ import annotations

import json
import string
from typing import TYPE_CHECKING, Any

from conftest import ROOT
from policies.evaluator import listed
from policies.recording import steady

from rollcall_local.credentials import ACCOUNT, deployer_policies

if TYPE_CHECKING:
    from conftest import DeployedStack
    from policies.evaluator import Statement

FUNCTIONS = ("submit", "links", "sweep", "dispatch", "notify", "feedback", "deliver", "staff")
STAFF = ("reader", "manager")
EVERYBODY = (*FUNCTIONS, *STAFF, "deployer")

Document = dict[str, Any]


def held_by(stack: DeployedStack, who: str) -> list[Document]:
    """Return the documents that a function's role, staff or the deployer holds."""
    iam = stack.client("iam")
    if who == "deployer":
        return [json.loads(text) for text in deployer_policies(stack.workspace).values()]
    if who in STAFF:
        return [managed(stack, stack.outputs[f"{who}_policy_arn"])]
    return [
        iam.get_role_policy(RoleName=f"rollcall-{stack.workspace.stack}-{who}", PolicyName="work")["PolicyDocument"]
    ]


def managed(stack: DeployedStack, arn: str) -> Document:
    """Return a managed policy's document."""
    iam = stack.client("iam")
    version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
    document: Document = iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]
    return document


def statements_of(stack: DeployedStack, who: str) -> list[Statement]:
    """Return the statements of everything that somebody holds."""
    return [statement for document in held_by(stack, who) for statement in document["Statement"]]


def statements_of_options(stack: DeployedStack) -> list[Statement]:
    """Return what the deployer may do besides, once every option is turned on."""
    workspace = stack.workspace
    names = {"account": ACCOUNT, "region": workspace.region, "stack": workspace.stack, "partition": "aws"}
    options = (ROOT / "infra" / "terraform" / "deployer" / "options").glob("*.json")
    documents = [string.Template(file.read_text(encoding="utf-8")).safe_substitute(names) for file in options]
    return [comparable(statement) for text in documents for statement in json.loads(text)["Statement"]]


def comparable(statement: Statement) -> Statement:
    """Return a statement with the identifiers of a recording."""
    resources = listed(statement["Resource"])
    return statement | {"Resource": [one if "*" in one else steady(one) for one in resources]}


def of_resources(stack: DeployedStack) -> dict[str, Document]:
    """Return the policies of the queues, the bucket and the topics, by ARN; a function's by its name."""
    s3, sns, sqs = stack.client("s3"), stack.client("sns"), stack.client("sqs")
    bucket, prefix = stack.outputs["site_bucket"], f"rollcall-{stack.workspace.stack}-"
    found = {f"arn:aws:s3:::{bucket}": s3.get_bucket_policy(Bucket=bucket)["Policy"]}
    for url in sqs.list_queues(QueueNamePrefix=prefix)["QueueUrls"]:
        attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn", "Policy"])["Attributes"]
        found[attributes["QueueArn"]] = attributes["Policy"]
    for topic in sns.list_topics()["Topics"]:
        if topic["TopicArn"].endswith(f"{prefix}feedback"):
            found[topic["TopicArn"]] = sns.get_topic_attributes(TopicArn=topic["TopicArn"])["Attributes"]["Policy"]
    for function in ("submit", "links", "sweep", "feedback", "staff"):
        policy = stack.client("lambda").get_policy(FunctionName=prefix + function)["Policy"]
        found[f"arn:aws:lambda:{stack.workspace.region}:000000000000:function:{prefix}{function}"] = policy
    return {arn: json.loads(policy) for arn, policy in found.items()}
