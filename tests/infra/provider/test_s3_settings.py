"""What is set on a bucket, at the emulator."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from infra.provider.harness import ProviderRefusedError

if TYPE_CHECKING:
    from collections.abc import Callable

    from infra.provider.harness import Harness

POLICY = (
    '{"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Principal": "*", "Action": "s3:*",'
    ' "Resource": "arn:aws:s3:::rollcall-settings/*", "Condition": {"Bool": {"aws:SecureTransport": "%s"}}}]}'
)
BLOCK = dict.fromkeys(
    ("block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets"), True
)
RULE = {
    "id": "forget",
    "status": "Enabled",
    "filter": [{}],
    "noncurrent_version_expiration": [{"noncurrent_days": 30}],
    "abort_incomplete_multipart_upload": [{"days_after_initiation": 7}],
}
ENCRYPTION = {"apply_server_side_encryption_by_default": [{"sse_algorithm": "AES256"}]}

SETTINGS = [
    (
        "aws_s3_bucket_public_access_block",
        BLOCK,
        {**BLOCK, "block_public_acls": False},
        "get_public_access_block",
        lambda answer: answer["PublicAccessBlockConfiguration"]["BlockPublicAcls"],
        (True, False),
    ),
    (
        "aws_s3_bucket_policy",
        {"policy": POLICY % "false"},
        {"policy": POLICY % "true"},
        "get_bucket_policy",
        lambda answer: '"aws:SecureTransport": "false"' in answer["Policy"],
        (True, False),
    ),
    (
        "aws_s3_bucket_versioning",
        {"versioning_configuration": [{"status": "Enabled"}]},
        {"versioning_configuration": [{"status": "Suspended"}]},
        "get_bucket_versioning",
        lambda answer: answer["Status"],
        ("Enabled", "Suspended"),
    ),
    (
        "aws_s3_bucket_server_side_encryption_configuration",
        {"rule": [{**ENCRYPTION, "bucket_key_enabled": False}]},
        {"rule": [{**ENCRYPTION, "bucket_key_enabled": True}]},
        "get_bucket_encryption",
        lambda answer: answer["ServerSideEncryptionConfiguration"]["Rules"][0].get("BucketKeyEnabled", False),
        (False, True),
    ),
    (
        "aws_s3_bucket_ownership_controls",
        {"rule": [{"object_ownership": "BucketOwnerEnforced"}]},
        {"rule": [{"object_ownership": "BucketOwnerPreferred"}]},
        "get_bucket_ownership_controls",
        lambda answer: answer["OwnershipControls"]["Rules"][0]["ObjectOwnership"],
        ("BucketOwnerEnforced", "BucketOwnerPreferred"),
    ),
    (
        "aws_s3_bucket_lifecycle_configuration",
        {"rule": [RULE]},
        {"rule": [{**RULE, "noncurrent_version_expiration": [{"noncurrent_days": 60}]}]},
        "get_bucket_lifecycle_configuration",
        lambda answer: answer["Rules"][0]["NoncurrentVersionExpiration"]["NoncurrentDays"],
        (30, 60),
    ),
]


@pytest.fixture
def bucket(tf: Harness) -> str:
    """A bucket to set things on."""
    tf.apply("aws_s3_bucket", {"bucket": "rollcall-settings", "force_destroy": True})
    return "rollcall-settings"


@pytest.mark.parametrize(
    ("kind", "first", "second", "ask", "value", "expected"), SETTINGS, ids=[setting[0] for setting in SETTINGS]
)
def test_setting__arrives_is_stable_updates_and_is_repaired(
    tf: Harness,
    aws: Callable[[str], Any],
    bucket: str,
    kind: str,
    first: dict[str, Any],
    second: dict[str, Any],
    ask: str,
    value: Callable[[Any], object],
    expected: tuple[object, object],
) -> None:
    first, second = {"bucket": bucket, **first}, {"bucket": bucket, **second}
    state = tf.apply(kind, first)
    assert value(getattr(aws("s3"), ask)(Bucket=bucket)) == expected[0]
    assert tf.changes(kind, state, first) == set()
    assert tf.import_then_plan(kind, bucket, first) == set()

    updated = tf.apply(kind, second, state)
    assert value(getattr(aws("s3"), ask)(Bucket=bucket)) == expected[1]
    assert tf.changes(kind, updated, second) == set()
    # Seen from the first configuration the bucket has drifted.
    assert tf.changes(kind, state, first) != set()


@pytest.mark.parametrize(("kind", "config", "delete"), [
    ("aws_s3_bucket_public_access_block", BLOCK, "delete_public_access_block"),
    ("aws_s3_bucket_policy", {"policy": POLICY % "false"}, "delete_bucket_policy"),
    ("aws_s3_bucket_lifecycle_configuration", {"rule": [RULE]}, "delete_bucket_lifecycle"),
    ("aws_s3_bucket_ownership_controls", {"rule": [{"object_ownership": "ObjectWriter"}]}, "delete_bucket_ownership_controls"),
])  # fmt: skip
def test_setting__deleted_by_another_is_seen_as_gone(
    tf: Harness, aws: Callable[[str], Any], bucket: str, kind: str, config: dict[str, Any], delete: str
) -> None:
    state = tf.apply(kind, {"bucket": bucket, **config})

    getattr(aws("s3"), delete)(Bucket=bucket)

    assert tf.refresh(kind, state) is None


def test_lifecycle__argument_inside_a_block_that_is_not_carried_out_is_an_error(tf: Harness, bucket: str) -> None:
    rule = {**RULE, "transition": [{"days": 5, "storage_class": "GLACIER"}]}

    with pytest.raises(ProviderRefusedError, match=r"doesn't carry out the argument rule\.transition\.days") as refused:
        tf.plan("aws_s3_bucket_lifecycle_configuration", None, {"bucket": bucket, "rule": [rule]})

    assert refused.value.paths[0].startswith("rule.")


def test_versioning__once_enabled_is_never_disabled(tf: Harness, bucket: str) -> None:
    kind = "aws_s3_bucket_versioning"
    state = tf.apply(kind, {"bucket": bucket, "versioning_configuration": [{"status": "Enabled"}]})

    with pytest.raises(ProviderRefusedError, match="can be suspended"):
        tf.plan(kind, state, {"bucket": bucket, "versioning_configuration": [{"status": "Disabled"}]})
