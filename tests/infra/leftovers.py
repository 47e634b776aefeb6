"""What a destroyed stack must not leave in an emulator that had nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

_LISTED: dict[str, Callable[[Any], list[Any]]] = {
    "apigateway": lambda aws: aws.get_rest_apis()["items"],
    "cloudfront": lambda aws: aws.list_distributions()["DistributionList"].get("Items", []),
    "cloudwatch": lambda aws: aws.describe_alarms()["MetricAlarms"],
    "dynamodb": lambda aws: aws.list_tables()["TableNames"],
    "events": lambda aws: aws.list_rules()["Rules"],
    "iam": lambda aws: aws.list_roles()["Roles"],
    "lambda": lambda aws: (
        aws.list_functions()["Functions"]
        + [each for each in aws.list_event_source_mappings()["EventSourceMappings"] if each["State"] != "Deleting"]
    ),
    "logs": lambda aws: aws.describe_log_groups()["logGroups"],
    "s3": lambda aws: aws.list_buckets()["Buckets"],
    "secretsmanager": lambda aws: aws.list_secrets()["SecretList"],
    "sesv2": lambda aws: (
        aws.list_email_identities()["EmailIdentities"] + aws.list_configuration_sets()["ConfigurationSets"]
    ),
    "sns": lambda aws: aws.list_topics()["Topics"] + aws.list_subscriptions()["Subscriptions"],
    "sqs": lambda aws: aws.list_queues().get("QueueUrls", []),
}


def leftovers(aws: Callable[[str], Any]) -> dict[str, list[Any]]:
    """Return what is still there, by service. aws: returns a client for a service."""
    return {service: left for service, listed in _LISTED.items() if (left := listed(aws(service)))}
