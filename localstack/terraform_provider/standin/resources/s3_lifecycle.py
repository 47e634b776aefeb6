"""How long a bucket keeps what it holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from standin.resource import GONE, resource, without_none

from .s3_settings import BucketSetting

if TYPE_CHECKING:
    from standin.values import State


@resource
class Lifecycle(BucketSetting):
    """aws_s3_bucket_lifecycle_configuration. Documentation page s3_bucket_lifecycle_configuration."""

    type = "aws_s3_bucket_lifecycle_configuration"
    supported = frozenset({
        "bucket",
        "rule.id",
        "rule.status",
        "rule.filter",
        "rule.filter.prefix",
        "rule.expiration.days",
        "rule.expiration.expired_object_delete_marker",
        "rule.noncurrent_version_expiration.noncurrent_days",
        "rule.noncurrent_version_expiration.newer_noncurrent_versions",
        "rule.abort_incomplete_multipart_upload.days_after_initiation",
    })  # fmt: skip
    gone = GONE | {"NoSuchLifecycleConfiguration"}

    def put(self, planned: State) -> None:
        """Put the rules."""
        self.client("s3").put_bucket_lifecycle_configuration(
            Bucket=planned["bucket"], LifecycleConfiguration={"Rules": [_rule(rule) for rule in planned["rule"]]}
        )

    def read(self, state: State) -> State:
        """Read the rules."""
        answer = self.client("s3").get_bucket_lifecycle_configuration(Bucket=state["id"])
        return {
            "id": state["id"],
            "bucket": state["id"],
            "expected_bucket_owner": "",
            "transition_default_minimum_object_size": answer.get(
                "TransitionDefaultMinimumObjectSize", "all_storage_classes_128K"
            ),
            "rule": [_read_rule(rule) for rule in answer["Rules"]],
        }

    def delete(self, state: State) -> None:
        """Delete all rules."""
        self.client("s3").delete_bucket_lifecycle(Bucket=state["id"])


def _rule(rule: State) -> dict[str, Any]:
    made: dict[str, Any] = {"ID": rule["id"], "Status": rule["status"], "Filter": {"Prefix": ""}}
    for given in rule["filter"]:
        made["Filter"] = {"Prefix": given["prefix"] or ""}
    for given in rule["expiration"]:
        marker = given["expired_object_delete_marker"] or None
        made["Expiration"] = without_none({"Days": given["days"], "ExpiredObjectDeleteMarker": marker})
    for given in rule["noncurrent_version_expiration"]:
        made["NoncurrentVersionExpiration"] = without_none({
            "NoncurrentDays": given["noncurrent_days"],
            "NewerNoncurrentVersions": given["newer_noncurrent_versions"],
        })  # fmt: skip
    for given in rule["abort_incomplete_multipart_upload"]:
        made["AbortIncompleteMultipartUpload"] = {"DaysAfterInitiation": given["days_after_initiation"]}
    return made


def _read_rule(rule: dict[str, Any]) -> State:
    expiration = rule.get("Expiration")
    noncurrent = rule.get("NoncurrentVersionExpiration")
    abort = rule.get("AbortIncompleteMultipartUpload")
    return {
        "id": rule["ID"],
        "status": rule["Status"],
        "prefix": rule.get("Prefix", ""),
        "filter": [
            {
                "prefix": rule["Filter"].get("Prefix", ""),
                "object_size_greater_than": rule["Filter"].get("ObjectSizeGreaterThan"),
                "object_size_less_than": rule["Filter"].get("ObjectSizeLessThan"),
            }
        ]
        if "Filter" in rule
        else [],
        "expiration": [
            {
                "days": expiration.get("Days", 0),
                "expired_object_delete_marker": expiration.get("ExpiredObjectDeleteMarker", False),
            }
        ]
        if expiration
        else [],
        "noncurrent_version_expiration": [
            {
                "noncurrent_days": noncurrent.get("NoncurrentDays"),
                "newer_noncurrent_versions": noncurrent.get("NewerNoncurrentVersions"),
            }
        ]
        if noncurrent
        else [],
        "abort_incomplete_multipart_upload": [{"days_after_initiation": abort["DaysAfterInitiation"]}] if abort else [],
    }
