"""A bucket that browsers send to: from which pages, and the functions that hear of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from standin.resource import GONE, resource, without_none

from .s3_settings import BucketSetting

if TYPE_CHECKING:
    from standin.values import State


@resource
class Cors(BucketSetting):
    """aws_s3_bucket_cors_configuration. Documentation page s3_bucket_cors_configuration."""

    type = "aws_s3_bucket_cors_configuration"
    supported = frozenset({
        "bucket",
        "cors_rule.allowed_headers",
        "cors_rule.allowed_methods",
        "cors_rule.allowed_origins",
        "cors_rule.max_age_seconds",
    })  # fmt: skip
    gone = GONE | {"NoSuchCORSConfiguration"}

    def put(self, planned: State) -> None:
        """Put the rules."""
        rules = [
            without_none({
                "AllowedHeaders": sorted(rule["allowed_headers"]) if rule["allowed_headers"] else None,
                "AllowedMethods": sorted(rule["allowed_methods"]),
                "AllowedOrigins": sorted(rule["allowed_origins"]),
                "MaxAgeSeconds": rule["max_age_seconds"],
            })
            for rule in planned["cors_rule"]
        ]  # fmt: skip
        self.client("s3").put_bucket_cors(Bucket=planned["bucket"], CORSConfiguration={"CORSRules": rules})

    def read(self, state: State) -> State:
        """Read the rules."""
        answer = self.client("s3").get_bucket_cors(Bucket=state["id"])
        rules = [
            {
                "allowed_headers": rule.get("AllowedHeaders"),
                "allowed_methods": rule["AllowedMethods"],
                "allowed_origins": rule["AllowedOrigins"],
                "max_age_seconds": rule.get("MaxAgeSeconds"),
            }
            for rule in answer["CORSRules"]
        ]
        return {"id": state["id"], "bucket": state["id"], "expected_bucket_owner": None, "cors_rule": rules}

    def delete(self, state: State) -> None:
        """Delete all rules."""
        self.client("s3").delete_bucket_cors(Bucket=state["id"])


@resource
class Notification(BucketSetting):
    """aws_s3_bucket_notification. Documentation page s3_bucket_notification."""

    type = "aws_s3_bucket_notification"
    supported = frozenset({
        "bucket",
        "lambda_function.id",
        "lambda_function.lambda_function_arn",
        "lambda_function.events",
        "lambda_function.filter_prefix",
        "lambda_function.filter_suffix",
    })  # fmt: skip

    def put(self, planned: State) -> None:
        """Put all of it: what isn't named is gone."""
        self._put(planned["bucket"], [_configuration(each) for each in planned["lambda_function"]])

    def read(self, state: State) -> State | None:
        """Read it; a bucket that tells nobody has none."""
        answer = self.client("s3").get_bucket_notification_configuration(Bucket=state["id"])
        functions = [_read(each) for each in answer.get("LambdaFunctionConfigurations", ())]
        if not functions:
            return None
        return {"id": state["id"], "bucket": state["id"], "eventbridge": False, "lambda_function": functions}

    def delete(self, state: State) -> None:
        """Tell nobody any more."""
        self._put(state["bucket"], [])

    def _put(self, bucket: str, functions: list[dict[str, Any]]) -> None:
        configuration = {"LambdaFunctionConfigurations": functions} if functions else {}
        self.client("s3").put_bucket_notification_configuration(Bucket=bucket, NotificationConfiguration=configuration)


def _configuration(given: State) -> dict[str, Any]:
    rules = [
        {"Name": name, "Value": given[f"filter_{name}"]} for name in ("prefix", "suffix") if given[f"filter_{name}"]
    ]
    return without_none({
        "Id": given["id"],
        "LambdaFunctionArn": given["lambda_function_arn"],
        "Events": sorted(given["events"]),
        "Filter": {"Key": {"FilterRules": rules}} if rules else None,
    })  # fmt: skip


def _read(answer: dict[str, Any]) -> State:
    rules = answer.get("Filter", {}).get("Key", {}).get("FilterRules", ())
    filters = {rule["Name"].lower(): rule["Value"] for rule in rules}
    return {
        "id": answer["Id"],
        "lambda_function_arn": answer["LambdaFunctionArn"],
        "events": answer["Events"],
        "filter_prefix": filters.get("prefix"),
        "filter_suffix": filters.get("suffix"),
    }
