"""States that older versions of the configuration wrote: as much of each as holds data.

Record a release's state from a stack that runs on this machine:

    PYTHONPATH=tests .venvs/dev/bin/python -m infra.old_states v0.2.0 < .local/terraform/terraform.tfstate
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "old_states"

HOLDS_DATA = {
    "aws_api_gateway_rest_api": "its ID is part of the address that pages and mails send people to",
    "aws_cloudfront_distribution": "the site's DNS record names it, and a new one takes minutes to deploy",
    "aws_cloudwatch_log_group": "logs",
    "aws_cognito_user_group": "who is in it",
    "aws_cognito_user_pool": "the people who sign in to the desk",
    "aws_dynamodb_table": "submissions",
    "aws_dynamodb_table_replica": "a copy of the submissions, made anew in hours and for money",
    "aws_iam_policy": "staff hold it, and IAM refuses to delete a policy that anyone holds",
    "aws_kms_key": "all that is encrypted under it",
    "aws_s3_bucket": "the site's pages, and a month of replaced ones",
    "aws_secretsmanager_secret": "keys: without them every mailed link is dead",
    "aws_secretsmanager_secret_version": "a key",
    "aws_sesv2_email_identity": "a new one has to be verified before any mail leaves",
    "aws_sns_topic": "its subscription",
    "aws_sns_topic_subscription": "the operator has to confirm a new one",
    "aws_sqs_queue": "mails that wait, and dead letters",
}
"""What an organisation loses with a resource, by the resource's type."""

WRITTEN_ANEW = {
    "aws_sns_topic_subscription.feedback",  # Lambda needs no confirmation
    "module.secrets.aws_secretsmanager_secret_version.description",  # the outputs, as one JSON
}
"""Resources of these types that hold nothing of the organisation's."""

REPLACEABLE = {
    "aws_api_gateway_deployment", "aws_api_gateway_method_settings", "aws_api_gateway_stage",
    "aws_cloudfront_origin_access_control", "aws_cloudfront_response_headers_policy", "aws_cloudwatch_event_rule",
    "aws_cloudwatch_event_target", "aws_cloudwatch_metric_alarm", "aws_iam_role", "aws_iam_role_policy",
    "aws_cognito_resource_server", "aws_cognito_user_pool_client", "aws_cognito_user_pool_domain", "aws_kms_alias",
    "aws_lambda_event_source_mapping", "aws_lambda_function", "aws_lambda_function_event_invoke_config",
    "aws_lambda_permission", "aws_s3_bucket_lifecycle_configuration", "aws_s3_bucket_ownership_controls",
    "aws_s3_bucket_policy", "aws_s3_bucket_public_access_block",
    "aws_s3_bucket_server_side_encryption_configuration", "aws_s3_bucket_versioning",
    "aws_sesv2_configuration_set", "aws_sesv2_configuration_set_event_destination",
    "aws_sqs_queue_policy", "aws_sqs_queue_redrive_allow_policy",
    "aws_wafv2_ip_set", "aws_wafv2_web_acl", "aws_wafv2_web_acl_association",
}  # fmt: skip
"""Types that hold nothing: the configuration says all there is to know about them."""


def address_of(resource: dict[str, Any]) -> str:
    """Return a resource's address in a state file, which covers all its instances."""
    return ".".join(resource[part] for part in ("module", "type", "name") if part in resource)


def addresses(record: list[dict[str, Any]]) -> set[str]:
    """Return the addresses of a record's instances."""
    return {
        address_of(resource) + (f"[{json.dumps(instance['index_key'])}]" if "index_key" in instance else "")
        for resource in record
        for instance in resource["instances"]
    }


def state_of(record: list[dict[str, Any]], provider: str) -> str:
    """Return a state file with a record's resources. provider: Terraform's address of hashicorp/aws."""
    resources = [{"mode": "managed", "provider": f'provider["{provider}"]', **resource} for resource in record]
    return json.dumps({"version": 4, "serial": 1, "lineage": "old", "resources": resources})


def record_of(state: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the resources of a state file that hold data, without what is unset or secret."""
    return [
        {
            **{name: resource[name] for name in ("module", "type", "name") if name in resource},
            "instances": [_shortened(instance) for instance in resource["instances"]],
        }
        for resource in state["resources"]
        if resource["mode"] == "managed" and resource["type"] in HOLDS_DATA and address_of(resource) not in WRITTEN_ANEW
    ]


def _shortened(instance: dict[str, Any]) -> dict[str, Any]:
    attributes = {
        name: value
        for name, value in instance["attributes"].items()
        if value not in (None, "", [], {}) and name != "secret_string"
    }
    kept = {name: instance[name] for name in ("index_key", "schema_version") if name in instance}
    return kept | {"attributes": attributes}


if __name__ == "__main__":
    (FOLDER / f"{sys.argv[1]}.json").write_text(
        json.dumps(record_of(json.load(sys.stdin)), indent=1) + "\n", encoding="utf-8"
    )
