"""What the engine does for every type alike."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from harness import Harness, ProviderRefusedError

from standin.engine import Provider
from standin.errors import InvalidConfigurationError, NotLocalError, StandInError
from standin.facts import facts
from standin.planned_only import planned_only
from standin.planning import plan_change
from standin.values import UNKNOWN, conform

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

BUCKET = "aws_s3_bucket"
ENVIRONMENT = {
    "AWS_ENDPOINT_URL": "http://127.0.0.1:4566",
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_REGION": "eu-north-1",
}


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://127.0.0.1:4566",
        "http://127.8.9.1",
        "https://localhost:4566",
        "http://s3.localhost:4566",
        "http://[::1]:1",
    ],
)
def test_configure__takes_an_endpoint_on_this_machine(endpoint: str) -> None:
    provider = Provider({**ENVIRONMENT, "AWS_ENDPOINT_URL": endpoint})

    provider.configure({})

    assert provider.client("sqs").meta.endpoint_url == endpoint


@pytest.mark.parametrize(
    "endpoint",
    [
        "https://dynamodb.eu-north-1.amazonaws.com",
        "http://10.0.0.5:4566",
        "http://169.254.169.254",
        "http://localhost.example.org",
        "http://127.0.0.1.example.org",
        "http://localhost@example.org",
        "ftp://localhost",
        "localhost:4566",
        "http://0.0.0.0:4566",
    ],
)
def test_configure__refuses_any_other_endpoint(endpoint: str) -> None:
    with pytest.raises(NotLocalError, match="only works with an emulator on this machine"):
        Provider({**ENVIRONMENT, "AWS_ENDPOINT_URL": endpoint}).configure({})
    with pytest.raises(NotLocalError, match=r"the provider's endpoints\.s3 is"):
        Provider(ENVIRONMENT).configure({"endpoints": [{"s3": endpoint}]})


def test_configure__refuses_to_work_without_an_endpoint() -> None:
    without = {name: value for name, value in ENVIRONMENT.items() if name != "AWS_ENDPOINT_URL"}

    with pytest.raises(NotLocalError, match="AWS_ENDPOINT_URL isn't set"):
        Provider(without).configure({})


@pytest.mark.parametrize("name", ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION"])
def test_configure__names_what_is_missing(name: str) -> None:
    without = {key: value for key, value in ENVIRONMENT.items() if key != name}

    with pytest.raises(InvalidConfigurationError, match=name):
        Provider(without).configure({})


def test_configure__never_reads_the_files_of_aws_tools(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "config").write_text("[profile real]\nregion = us-west-2\nendpoint_url = https://example.org\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_PROFILE", "real")
    monkeypatch.setenv("AWS_ENDPOINT_URL_SQS", "https://example.org")
    provider = Provider(ENVIRONMENT)

    provider.configure({})

    client = provider.client("sqs")
    assert client.meta.endpoint_url == "http://127.0.0.1:4566"
    assert client.meta.region_name == "eu-north-1"


def test_provider_block__argument_that_is_not_carried_out_is_an_error() -> None:
    with pytest.raises(InvalidConfigurationError, match="doesn't carry out the argument assume_role"):
        Provider(ENVIRONMENT).configure({"assume_role": [{"role_arn": "arn:aws:iam::1:role/x"}]})
    with pytest.raises(InvalidConfigurationError, match="skip_metadata_api_check must be true"):
        Provider(ENVIRONMENT).configure({"skip_metadata_api_check": False})


def test_plan__names_every_argument_that_is_not_carried_out(tf: Harness) -> None:
    config = {"bucket": "b", "acl": "private", "logging": [{"target_bucket": "x"}], "timeouts": {"create": "5m"}}

    with pytest.raises(ProviderRefusedError) as refused:
        tf.plan(BUCKET, None, config)

    assert sorted(refused.value.paths) == ["acl", "logging.0.target_bucket", "timeouts.create"]


def test_plan__another_region_than_the_provider_s_is_an_error(tf: Harness) -> None:
    with pytest.raises(ProviderRefusedError, match="region must be the provider's, eu-north-1"):
        tf.plan(BUCKET, None, {"bucket": "b", "region": "us-east-1"})


def test_plan__unknown_values_stay_unknown(tf: Harness) -> None:
    planned, _ = tf.plan(BUCKET, None, {"bucket": UNKNOWN, "tags": {"Part": UNKNOWN}})

    assert planned["bucket"] is UNKNOWN
    assert planned["tags_all"] is UNKNOWN
    assert planned["arn"] is UNKNOWN
    assert planned["force_destroy"] is False


def test_default_tags__reach_aws_and_stay_out_of_the_resource_s_own(
    provider_emulator: str, aws: Callable[[str], Any]
) -> None:
    provider = Provider({**ENVIRONMENT, "AWS_ENDPOINT_URL": provider_emulator})
    provider.configure({"default_tags": [{"tags": {"Project": "rollcall", "Part": "all"}}]})
    tf = Harness(provider)
    config = {"bucket": "rollcall-default-tags", "tags": {"Part": "site"}}

    state = tf.apply(BUCKET, config)

    tags = aws("s3").get_bucket_tagging(Bucket="rollcall-default-tags")["TagSet"]
    assert {tag["Key"]: tag["Value"] for tag in tags} == {"Project": "rollcall", "Part": "site"}
    assert state["tags"] == {"Part": "site"}
    assert tf.changes(BUCKET, state, config) == set()
    assert tf.import_then_plan(BUCKET, "rollcall-default-tags", config) == set()
    tf.clean()


@pytest.fixture
def tf_without_tags(provider_emulator: str, aws: Callable[[str], Any]) -> Iterator[Harness]:
    """A Terraform whose user may make a bucket and read it, and may not tag it."""
    iam, name = aws("iam"), "no-tags"
    allowed = ["s3:CreateBucket", "s3:ListBucket", "s3:Get*", "s3:DeleteBucket"]
    policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": allowed, "Resource": "*"}]}
    iam.create_user(UserName=name)
    iam.put_user_policy(UserName=name, PolicyName=name, PolicyDocument=json.dumps(policy))
    key = iam.create_access_key(UserName=name)["AccessKey"]
    provider = Provider({**ENVIRONMENT, "AWS_ENDPOINT_URL": provider_emulator})
    provider.configure({"access_key": key["AccessKeyId"], "secret_key": key["SecretAccessKey"]})
    harness = Harness(provider)
    yield harness
    harness.clean()
    iam.delete_access_key(UserName=name, AccessKeyId=key["AccessKeyId"])
    iam.delete_user_policy(UserName=name, PolicyName=name)
    iam.delete_user(UserName=name)


def test_apply__create_that_fails_half_way_is_tainted_and_not_lost(
    tf_without_tags: Harness, aws: Callable[[str], Any]
) -> None:
    with pytest.raises(ProviderRefusedError, match="PutBucketTagging") as refused:
        tf_without_tags.apply(BUCKET, {"bucket": "rollcall-half", "tags": {"Part": "site"}})

    aws("s3").head_bucket(Bucket="rollcall-half")
    assert refused.value.state is not None
    assert refused.value.state["id"] == "rollcall-half"
    assert refused.value.state["tags"] is None or refused.value.state["tags"] == {}
    tf_without_tags.destroy(BUCKET, refused.value.state)


def test_apply__update_that_fails_keeps_what_arrived(tf_without_tags: Harness) -> None:
    tf, config = tf_without_tags, {"bucket": "rollcall-untagged"}
    state = tf.apply(BUCKET, config)

    with pytest.raises(ProviderRefusedError, match="PutBucketTagging") as refused:
        tf.apply(BUCKET, {**config, "tags": {"Part": "site"}}, state)

    assert refused.value.state is not None
    assert tf.changes(BUCKET, refused.value.state, {**config, "tags": {"Part": "site"}}) == {"tags", "tags_all"}


def test_apply__create_that_fails_at_once_leaves_no_state(tf: Harness) -> None:
    with pytest.raises(ProviderRefusedError, match="NoSuchBucket") as refused:
        tf.apply("aws_s3_bucket_versioning", {"bucket": "nowhere", "versioning_configuration": [{"status": "Enabled"}]})

    assert refused.value.state is None


def test_refresh__what_another_deleted_is_gone(tf: Harness, aws: Callable[[str], Any]) -> None:
    state = tf.apply(BUCKET, {"bucket": "rollcall-gone"})
    aws("s3").delete_bucket(Bucket="rollcall-gone")

    assert tf.refresh(BUCKET, state) is None
    tf.destroy(BUCKET, state)


def test_destroy__that_fails_keeps_the_state(tf: Harness, aws: Callable[[str], Any]) -> None:
    state = tf.apply(BUCKET, {"bucket": "rollcall-full"})
    aws("s3").put_object(Bucket="rollcall-full", Key="page", Body=b"")

    with pytest.raises(ProviderRefusedError, match="BucketNotEmpty") as refused:
        tf.destroy(BUCKET, state)

    assert refused.value.state is not None
    aws("s3").delete_object(Bucket="rollcall-full", Key="page")


def test_stop__ends_what_has_not_begun(provider_emulator: str) -> None:
    provider = Provider({**ENVIRONMENT, "AWS_ENDPOINT_URL": provider_emulator})
    provider.configure({})
    tf = Harness(provider)
    provider.stop()

    with pytest.raises(ProviderRefusedError, match="Terraform asked to stop"):
        tf.apply(BUCKET, {"bucket": "rollcall-never"})


def test_type_without_a_class__is_planned_and_not_created() -> None:
    """Some types no emulator has; the schema says what they take."""
    block, kind = facts().resources[BUCKET], planned_only(BUCKET)
    config = conform(block, {"bucket": "rollcall-pages"})

    planned, _ = plan_change(kind(Provider(ENVIRONMENT)), block, None, config, config)

    assert (planned["bucket"], planned["arn"]) == ("rollcall-pages", UNKNOWN)
    assert {"tags", "lifecycle_rule", "lifecycle_rule.expiration.days"} <= kind.supported
    with pytest.raises(StandInError, match="can plan this type and not create it"):
        kind(Provider(ENVIRONMENT)).create(planned)
