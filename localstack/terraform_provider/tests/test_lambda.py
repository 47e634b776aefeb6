"""Functions, at the emulator."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from functions import FUNCTION, function, make_role, package
from harness import ProviderRefusedError

from standin.values import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Callable

    from harness import Harness

ROLE_ARN = "arn:aws:iam::000000000000:role/functions"


@pytest.fixture
def role(tf: Harness) -> str:
    """A role that functions may take."""
    return make_role(tf)


def whole(name: str, role: str, code: dict[str, str], letters: str) -> dict[str, Any]:
    """A function with everything that the class carries out."""
    return function(
        name, role, code,
        architectures=["arm64"], description="Does it", memory_size=256, timeout=7, reserved_concurrent_executions=3,
        environment=[{"variables": {"TABLE": "t"}}],
        dead_letter_config=[{"target_arn": letters}],
        ephemeral_storage=[{"size": 1024}],
        logging_config=[
            {
                "log_format": "JSON",
                "application_log_level": "INFO",
                "system_log_level": "WARN",
                "log_group": "/aws/lambda/elsewhere",
            }
        ],
        tracing_config=[{"mode": "Active"}],
        tags={"Part": "submit"},
    )  # fmt: skip


def configuration(aws: Callable[[str], Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = aws("lambda").get_function(FunctionName=name)["Configuration"]
    return found


def test_function__arrives_whole(tf: Harness, aws: Callable[[str], Any], role: str, tmp_path: Path) -> None:
    letters = tf.apply("aws_sqs_queue", {"name": "function-letters"})["arn"]
    code = package(tmp_path)
    config = whole("whole", role, code, letters)

    state = tf.apply(FUNCTION, config)

    found = configuration(aws, "whole")
    assert (found["Role"], found["Runtime"], found["Handler"]) == (role, "python3.13", "app.handler")
    assert (found["Architectures"], found["MemorySize"], found["Timeout"]) == (["arm64"], 256, 7)
    assert found["Description"] == "Does it"
    assert found["Environment"]["Variables"] == {"TABLE": "t"}
    assert found["DeadLetterConfig"] == {"TargetArn": letters}
    assert found["EphemeralStorage"] == {"Size": 1024}
    assert found["LoggingConfig"] == {
        "LogFormat": "JSON", "ApplicationLogLevel": "INFO", "SystemLogLevel": "WARN",
        "LogGroup": "/aws/lambda/elsewhere",
    }  # fmt: skip
    assert found["TracingConfig"] == {"Mode": "Active"}
    assert found["CodeSha256"] == code["source_code_hash"]
    answer = aws("lambda").get_function(FunctionName="whole")
    assert answer["Concurrency"] == {"ReservedConcurrentExecutions": 3}
    assert answer["Tags"] == {"Part": "submit"}
    assert state["invoke_arn"].endswith(f":lambda:path/2015-03-31/functions/{found['FunctionArn']}/invocations")
    assert state["version"] == "$LATEST"
    assert tf.changes(FUNCTION, state, config) == set()


def test_function__can_be_invoked_when_it_is_made(
    tf: Harness, aws: Callable[[str], Any], role: str, tmp_path: Path
) -> None:
    tf.apply(FUNCTION, function("invoked", role, package(tmp_path, "return {'sum': event['a'] + 1}")))

    answer = aws("lambda").invoke(FunctionName="invoked", Payload=b'{"a": 1}')

    assert json.loads(answer["Payload"].read()) == {"sum": 2}


def test_function__import_then_plan_changes_only_what_aws_does_not_know(tf: Harness, role: str, tmp_path: Path) -> None:
    letters = tf.apply("aws_sqs_queue", {"name": "import-letters"})["arn"]
    config = whole("imported", role, package(tmp_path), letters)
    tf.apply(FUNCTION, config)

    changed = tf.import_then_plan(FUNCTION, "imported", config)

    # As with the real provider: where the code came from on disk is written into the state once.
    computed = {"last_modified", "code_sha256", "source_code_size"}
    assert changed - computed == {"filename"}


def test_function__update_changes_everything_in_place(
    tf: Harness, aws: Callable[[str], Any], role: str, tmp_path: Path
) -> None:
    letters = tf.apply("aws_sqs_queue", {"name": "update-letters"})["arn"]
    state = tf.apply(FUNCTION, whole("changes", role, package(tmp_path), letters))
    code = package(tmp_path, "return 2")
    after = function(
        "changes", role, code,
        architectures=["x86_64"], memory_size=512,
        environment=[{"variables": {"TABLE": "u", "MORE": "1"}}],
        ephemeral_storage=[{"size": 512}],
        logging_config=[{"log_format": "Text"}],
        tracing_config=[{"mode": "PassThrough"}],
        tags={"Part": "links"},
    )  # fmt: skip

    planned, replaced = tf.plan(FUNCTION, state, after)
    state = tf.apply(FUNCTION, after, state)

    found = configuration(aws, "changes")
    assert replaced == []
    assert planned["code_sha256"] is UNKNOWN
    assert found["CodeSha256"] == code["source_code_hash"]
    assert (found["Architectures"], found["MemorySize"], found["Timeout"]) == (["x86_64"], 512, 3)
    assert found["Environment"]["Variables"] == {"TABLE": "u", "MORE": "1"}
    assert found["DeadLetterConfig"] == {"TargetArn": ""}
    assert found["EphemeralStorage"] == {"Size": 512}
    assert found["LoggingConfig"]["LogFormat"] == "Text"
    assert found["TracingConfig"] == {"Mode": "PassThrough"}
    answer = aws("lambda").get_function(FunctionName="changes")
    assert "Concurrency" not in answer
    assert answer["Tags"] == {"Part": "links"}
    assert tf.changes(FUNCTION, state, after) == set()


def test_function__what_is_not_configured_is_left_to_aws(tf: Harness, role: str, tmp_path: Path) -> None:
    config = function("least", role, package(tmp_path))

    planned, _ = tf.plan(FUNCTION, None, config)
    state = tf.apply(FUNCTION, config)

    assert planned["logging_config"] is UNKNOWN
    assert state["logging_config"][0]["log_group"] == "/aws/lambda/least"
    assert state["tracing_config"] == [{"mode": "PassThrough"}]
    assert tf.changes(FUNCTION, state, config) == set()


def test_function__its_code_may_lie_in_a_bucket_and_need_layers(
    tf: Harness, aws: Callable[[str], Any], role: str, tmp_path: Path
) -> None:
    code = package(tmp_path)
    key = "arn:aws:kms:eu-north-1:000000000000:key/1"
    archive = Path(code["filename"]).read_bytes()
    layer = aws("lambda").publish_layer_version(LayerName="shared", Content={"ZipFile": archive})["LayerVersionArn"]
    tf.apply("aws_s3_bucket", {"bucket": "function-code", "force_destroy": True})
    aws("s3").put_object(Bucket="function-code", Key="app.zip", Body=archive)
    source = {"s3_bucket": "function-code", "s3_key": "app.zip"}
    config = function("stored", role, source, layers=[layer], kms_key_arn=key)

    state = tf.apply(FUNCTION, config)

    found = configuration(aws, "stored")
    assert found["CodeSha256"] == code["source_code_hash"]
    assert ([each["Arn"] for each in found["Layers"]], found["KMSKeyArn"]) == ([layer], key)
    assert tf.changes(FUNCTION, state, config) == set()
    state = tf.apply(FUNCTION, function("stored", role, source), state)
    found = configuration(aws, "stored")
    assert (found["Layers"], found["KMSKeyArn"]) == ([], "")


def test_function__publishing_makes_a_version_with_each_change(
    tf: Harness, aws: Callable[[str], Any], role: str, tmp_path: Path
) -> None:
    config = function("published", role, package(tmp_path), publish=True)
    state = tf.apply(FUNCTION, config)
    assert state["version"] == "1"

    config |= package(tmp_path, "return 2")
    planned, _ = tf.plan(FUNCTION, state, config)
    state = tf.apply(FUNCTION, config, state)

    versions = aws("lambda").list_versions_by_function(FunctionName="published")["Versions"]
    assert planned["version"] is UNKNOWN
    assert {each["Version"] for each in versions} == {"$LATEST", "1", "2"}
    assert state["version"] == "2"
    assert state["qualified_arn"].endswith(":function:published:2")
    assert tf.changes(FUNCTION, state, config) == set()


def test_function__drift_of_code_and_settings_is_seen_and_repaired(
    tf: Harness, aws: Callable[[str], Any], role: str, tmp_path: Path
) -> None:
    code, other = package(tmp_path), package(tmp_path, "return 'by hand'")
    config = function("drifts", role, code, environment=[{"variables": {"A": "1"}}])
    state = tf.apply(FUNCTION, config)

    settled = aws("lambda").get_waiter("function_updated_v2")
    aws("lambda").update_function_code(FunctionName="drifts", ZipFile=Path(other["filename"]).read_bytes())
    settled.wait(FunctionName="drifts", WaiterConfig={"Delay": 0.1})
    aws("lambda").update_function_configuration(FunctionName="drifts", Environment={"Variables": {"A": "2"}})
    settled.wait(FunctionName="drifts", WaiterConfig={"Delay": 0.1})

    drift = tf.changes(FUNCTION, state, config)
    assert {"environment", "source_code_hash"} <= drift
    state = tf.apply(FUNCTION, config, state)
    assert configuration(aws, "drifts")["CodeSha256"] == code["source_code_hash"]
    assert tf.changes(FUNCTION, state, config) == set()


def test_function__a_name_replaces_and_a_lost_function_is_planned_anew(
    tf: Harness, aws: Callable[[str], Any], role: str, tmp_path: Path
) -> None:
    config = function("lost", role, package(tmp_path))
    state = tf.apply(FUNCTION, config)
    assert tf.plan(FUNCTION, state, {**config, "function_name": "other"})[1] == ["function_name"]

    aws("lambda").delete_function(FunctionName="lost")

    assert tf.refresh(FUNCTION, state) is None


def test_function__one_that_is_to_stay_stays(tf: Harness, aws: Callable[[str], Any], role: str, tmp_path: Path) -> None:
    state = tf.apply(FUNCTION, function("stays", role, package(tmp_path), skip_destroy=True))

    tf.destroy(FUNCTION, state)

    assert configuration(aws, "stays")["FunctionName"] == "stays"
    aws("lambda").delete_function(FunctionName="stays")


def test_function__a_zip_that_is_not_there_leaves_nothing_behind(tf: Harness, aws: Callable[[str], Any]) -> None:
    with pytest.raises(ProviderRefusedError, match="nowhere"):
        tf.apply(FUNCTION, function("unmade", ROLE_ARN, {"filename": "/nowhere.zip"}))

    with pytest.raises(aws("lambda").exceptions.ResourceNotFoundException):
        configuration(aws, "unmade")


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"package_type": "Image"}, "from a zip only"),
        ({"runtime": "python9.9"}, "runtime must be one of"),
        ({"vpc_config": [{"subnet_ids": ["s"], "security_group_ids": ["g"]}]}, r"argument vpc_config\."),
        ({"snap_start": [{"apply_on": "PublishedVersions"}]}, r"argument snap_start\.apply_on"),
    ],
)
def test_function__what_is_not_carried_out_is_refused_at_plan(tf: Harness, more: dict[str, Any], words: str) -> None:
    with pytest.raises(ProviderRefusedError, match=words):
        tf.plan(FUNCTION, None, {**function("refused", ROLE_ARN, {"filename": "/x.zip"}), **more})
