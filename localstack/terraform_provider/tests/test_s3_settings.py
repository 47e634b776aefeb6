"""What is set on a bucket, at the emulator."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from harness import ProviderRefusedError

if TYPE_CHECKING:
    from collections.abc import Callable

    from harness import Harness

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
CORS = {"allowed_methods": ["POST"], "allowed_origins": ["https://a.example"], "max_age_seconds": 3600}
TOLD = {
    "id": "incoming",
    "lambda_function_arn": "arn:aws:lambda:eu-north-1:000000000000:function:files",
    "events": ["s3:ObjectCreated:*"],
    "filter_prefix": "incoming/",
}
ENCRYPTION = {"apply_server_side_encryption_by_default": [{"sse_algorithm": "AES256"}]}


@dataclass(frozen=True)
class Setting:
    """A setting, and how to ask S3 for the value in which its two configurations differ."""

    kind: str
    first: dict[str, Any]
    second: dict[str, Any]
    ask: str
    value: Callable[[Any], object]
    expected: tuple[object, object]


SETTINGS = [
    Setting(
        "aws_s3_bucket_public_access_block",
        BLOCK,
        {**BLOCK, "block_public_acls": False},
        "get_public_access_block",
        lambda answer: answer["PublicAccessBlockConfiguration"]["BlockPublicAcls"],
        (True, False),
    ),
    Setting(
        "aws_s3_bucket_policy",
        {"policy": POLICY % "false"},
        {"policy": POLICY % "true"},
        "get_bucket_policy",
        lambda answer: '"aws:SecureTransport": "false"' in answer["Policy"],
        (True, False),
    ),
    Setting(
        "aws_s3_bucket_versioning",
        {"versioning_configuration": [{"status": "Enabled"}]},
        {"versioning_configuration": [{"status": "Suspended"}]},
        "get_bucket_versioning",
        lambda answer: answer["Status"],
        ("Enabled", "Suspended"),
    ),
    Setting(
        "aws_s3_bucket_server_side_encryption_configuration",
        {"rule": [{**ENCRYPTION, "bucket_key_enabled": False}]},
        {"rule": [{**ENCRYPTION, "bucket_key_enabled": True}]},
        "get_bucket_encryption",
        lambda answer: answer["ServerSideEncryptionConfiguration"]["Rules"][0].get("BucketKeyEnabled", False),
        (False, True),
    ),
    Setting(
        "aws_s3_bucket_ownership_controls",
        {"rule": [{"object_ownership": "BucketOwnerEnforced"}]},
        {"rule": [{"object_ownership": "BucketOwnerPreferred"}]},
        "get_bucket_ownership_controls",
        lambda answer: answer["OwnershipControls"]["Rules"][0]["ObjectOwnership"],
        ("BucketOwnerEnforced", "BucketOwnerPreferred"),
    ),
    Setting(
        "aws_s3_bucket_lifecycle_configuration",
        {"rule": [RULE]},
        {"rule": [{**RULE, "noncurrent_version_expiration": [{"noncurrent_days": 60}]}]},
        "get_bucket_lifecycle_configuration",
        lambda answer: answer["Rules"][0]["NoncurrentVersionExpiration"]["NoncurrentDays"],
        (30, 60),
    ),
    Setting(
        "aws_s3_bucket_cors_configuration",
        {"cors_rule": [CORS]},
        {"cors_rule": [{**CORS, "allowed_origins": ["https://b.example", "https://a.example"]}]},
        "get_bucket_cors",
        lambda answer: len(answer["CORSRules"][0]["AllowedOrigins"]),
        (1, 2),
    ),
    Setting(
        "aws_s3_bucket_notification",
        {"lambda_function": [TOLD]},
        {"lambda_function": [{**TOLD, "filter_prefix": "kept/"}]},
        "get_bucket_notification_configuration",
        lambda answer: answer["LambdaFunctionConfigurations"][0]["Filter"]["Key"]["FilterRules"][0]["Value"],
        ("incoming/", "kept/"),
    ),
]


@pytest.fixture
def bucket(tf: Harness) -> str:
    """A bucket to set things on."""
    tf.apply("aws_s3_bucket", {"bucket": "rollcall-settings", "force_destroy": True})
    return "rollcall-settings"


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.kind)
def test_setting__arrives_is_stable_updates_and_is_repaired(
    tf: Harness, aws: Callable[[str], Any], bucket: str, setting: Setting
) -> None:
    kind, first, second = setting.kind, {"bucket": bucket, **setting.first}, {"bucket": bucket, **setting.second}
    ask = getattr(aws("s3"), setting.ask)
    state = tf.apply(kind, first)
    assert setting.value(ask(Bucket=bucket)) == setting.expected[0]
    assert tf.changes(kind, state, first) == set()
    assert tf.import_then_plan(kind, bucket, first) == set()

    updated = tf.apply(kind, second, state)
    assert setting.value(ask(Bucket=bucket)) == setting.expected[1]
    assert tf.changes(kind, updated, second) == set()

    # Seen from the first configuration the bucket has drifted, and that is repaired.
    assert tf.changes(kind, state, first) != set()
    tf.apply(kind, first, state)
    assert setting.value(ask(Bucket=bucket)) == setting.expected[0]


@pytest.mark.parametrize(
    ("setting", "delete"),
    [
        (SETTINGS[0], "delete_public_access_block"),
        (SETTINGS[1], "delete_bucket_policy"),
        (SETTINGS[4], "delete_bucket_ownership_controls"),
        (SETTINGS[5], "delete_bucket_lifecycle"),
    ],
    ids=lambda value: value.kind if isinstance(value, Setting) else "",
)
def test_setting__deleted_by_another_is_seen_as_gone(
    tf: Harness, aws: Callable[[str], Any], bucket: str, setting: Setting, delete: str
) -> None:
    state = tf.apply(setting.kind, {"bucket": bucket, **setting.first})

    getattr(aws("s3"), delete)(Bucket=bucket)

    assert tf.refresh(setting.kind, state) is None


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
