"""What AWS refuses on the way from one state to the next, and emulators let pass: the apply has to fail or wait too.

Where the default emulator is laxer, `rollcall_local/bridged_*.py` makes it refuse.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from api import API_CONFIG
from botocore.exceptions import ClientError
from functions import FUNCTION, function, make_role, package
from harness import ProviderRefusedError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from api import Api
    from harness import Harness

DEPLOYMENT = "aws_api_gateway_deployment"
TRUST = json.dumps({"Version": "2012-10-17", "Statement": []})
READS = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:Get*", "Resource": "*"}]})


def test_deployment__of_an_api_without_methods_is_refused(tf: Harness) -> None:
    """https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-deploy-api.html."""
    api = tf.apply("aws_api_gateway_rest_api", API_CONFIG)

    with pytest.raises(ProviderRefusedError, match=r"BadRequestException.*doesn't contain any methods"):
        tf.apply(DEPLOYMENT, {"rest_api_id": api["id"]})


def test_deployment__that_a_stage_serves_is_not_deleted(tf: Harness, api: Api) -> None:
    """So its replacement has to be created first.

    https://docs.aws.amazon.com/apigateway/latest/api/API_DeleteDeployment.html
    """
    of_api = {"rest_api_id": api.state["id"]}
    deployment = tf.apply(DEPLOYMENT, of_api)
    stage = {**of_api, "stage_name": "v1", "deployment_id": deployment["id"]}
    served = tf.apply("aws_api_gateway_stage", stage)

    with pytest.raises(ProviderRefusedError, match=r"BadRequestException.*Active stages"):
        tf.destroy(DEPLOYMENT, deployment)

    newer = tf.apply(DEPLOYMENT, of_api)
    tf.apply("aws_api_gateway_stage", {**stage, "deployment_id": newer["id"]}, served)
    tf.destroy(DEPLOYMENT, deployment)


def test_role__that_holds_policies_is_not_deleted(tf: Harness, aws: Callable[[str], Any]) -> None:
    """https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteRole.html."""
    state = tf.apply("aws_iam_role", {"name": "holds", "assume_role_policy": TRUST})
    policy = tf.apply("aws_iam_policy", {"name": "held", "policy": READS})
    iam = aws("iam")

    iam.attach_role_policy(RoleName="holds", PolicyArn=policy["arn"])
    with pytest.raises(ProviderRefusedError, match="DeleteConflict"):
        tf.destroy("aws_iam_role", state)
    with pytest.raises(ProviderRefusedError, match="DeleteConflict"):
        tf.destroy("aws_iam_policy", policy)
    iam.detach_role_policy(RoleName="holds", PolicyArn=policy["arn"])

    iam.put_role_policy(RoleName="holds", PolicyName="inside", PolicyDocument=READS)
    with pytest.raises(ProviderRefusedError, match="DeleteConflict"):
        tf.destroy("aws_iam_role", state)
    iam.delete_role_policy(RoleName="holds", PolicyName="inside")


def test_name__that_is_taken_is_refused(tf: Harness) -> None:
    """So a replacement that is created first needs a name of its own.

    https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html, and the same of a
    policy, a function, a table, a secret, a topic's subscription and a bucket.
    """
    unique = {
        "aws_iam_role": {"name": "taken", "assume_role_policy": TRUST},
        "aws_iam_policy": {"name": "taken", "policy": READS},
        "aws_secretsmanager_secret": {"name": "taken", "recovery_window_in_days": 0},
        "aws_cloudwatch_log_group": {"name": "taken"},
        "aws_sesv2_configuration_set": {"configuration_set_name": "taken"},
        "aws_dynamodb_table": {
            "name": "taken", "billing_mode": "PAY_PER_REQUEST", "hash_key": "pk",
            "attribute": [{"name": "pk", "type": "S"}],
        },
    }  # fmt: skip
    for kind, config in unique.items():
        tf.apply(kind, config)
        with pytest.raises(ProviderRefusedError, match=r"Exist|InUse"):
            tf.apply(kind, config)


def test_secret__that_waits_to_be_deleted_keeps_its_name(tf: Harness, aws: Callable[[str], Any]) -> None:
    """So a production stack can't be applied again right after it was destroyed.

    https://docs.aws.amazon.com/secretsmanager/latest/userguide/troubleshoot.html
    """
    config = {"name": "waits", "recovery_window_in_days": 30}
    state = tf.apply("aws_secretsmanager_secret", config)
    tf.destroy("aws_secretsmanager_secret", state)

    with pytest.raises(ProviderRefusedError, match=r"InvalidRequestException|ResourceExistsException"):
        tf.apply("aws_secretsmanager_secret", config)

    aws("secretsmanager").restore_secret(SecretId="waits")
    assert tf.import_then_plan("aws_secretsmanager_secret", state["arn"], config) <= {"recovery_window_in_days"}
    aws("secretsmanager").delete_secret(SecretId="waits", ForceDeleteWithoutRecovery=True)


def test_function__that_is_being_updated_is_changed_only_afterwards(
    tf: Harness, aws: Callable[[str], Any], tmp_path: Path
) -> None:
    """https://docs.aws.amazon.com/lambda/latest/dg/functions-states.html."""
    config = function("updated", make_role(tf), package(tmp_path))
    state = tf.apply(FUNCTION, config)
    aws("lambda").update_function_configuration(FunctionName="updated", MemorySize=256)
    with pytest.raises(ClientError, match=r"ResourceConflictException.*in progress"):
        aws("lambda").update_function_configuration(FunctionName="updated", MemorySize=512)
    aws("lambda").get_waiter("function_updated_v2").wait(FunctionName="updated", WaiterConfig={"Delay": 0.1})

    both = {**config, "memory_size": 512, **package(tmp_path, "return 2")}
    state = tf.apply(FUNCTION, both, state)

    assert tf.changes(FUNCTION, state, both) == set()


def test_mapping__of_the_same_source_and_function_is_refused(
    tf: Harness, aws: Callable[[str], Any], tmp_path: Path
) -> None:
    """So a replacement can't be created first.

    https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html
    """
    tf.apply(FUNCTION, function("mapped", make_role(tf), package(tmp_path)))
    queue = tf.apply("aws_sqs_queue", {"name": "mapped"})["arn"]
    config = {"event_source_arn": queue, "function_name": "mapped", "enabled": False}
    state = tf.apply("aws_lambda_event_source_mapping", config)

    with pytest.raises(ProviderRefusedError, match=r"ResourceConflictException.*already exists"):
        tf.apply("aws_lambda_event_source_mapping", {**config, "function_name": state["function_arn"]})

    (only,) = aws("lambda").list_event_source_mappings(EventSourceArn=queue)["EventSourceMappings"]
    assert only["UUID"] == state["uuid"]
