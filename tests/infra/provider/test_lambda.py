"""Functions, their event source mappings and permissions, at the emulator."""

from __future__ import annotations

import base64
import hashlib
import json
import zipfile
from typing import TYPE_CHECKING, Any

import pytest
from infra.provider.harness import ProviderRefusedError

from standin.values import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from infra.provider.harness import Harness

FUNCTION, PERMISSION = "aws_lambda_function", "aws_lambda_permission"
MAPPING = "aws_lambda_event_source_mapping"
ROLE_ARN = "arn:aws:iam::000000000000:role/functions"


def package(folder: Path, body: str = "return 1") -> dict[str, str]:
    """Make a zip; give the arguments that name it."""
    path = folder / f"{hashlib.sha1(body.encode()).hexdigest()}.zip"  # noqa: S324 - a file's name
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(zipfile.ZipInfo("app.py"), f"def handler(event, context):\n    {body}\n")
    digest = hashlib.sha256(path.read_bytes()).digest()
    return {"filename": str(path), "source_code_hash": base64.b64encode(digest).decode()}


@pytest.fixture
def role(tf: Harness) -> str:
    """A role that functions may take."""
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    arn: str = tf.apply("aws_iam_role", {"name": "functions", "assume_role_policy": document})["arn"]
    return arn


def function(name: str, role: str, code: dict[str, str], **more: Any) -> dict[str, Any]:
    return {"function_name": name, "role": role, "runtime": "python3.13", "handler": "app.handler", **code, **more}


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


def test_function__import_then_plan_changes_only_what_aws_does_not_know(
    tf: Harness, role: str, tmp_path: Path
) -> None:
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

    with open(other["filename"], "rb") as archive:  # noqa: PTH123 - read once, at once
        aws("lambda").update_function_code(FunctionName="drifts", ZipFile=archive.read())
    aws("lambda").update_function_configuration(FunctionName="drifts", Environment={"Variables": {"A": "2"}})

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


def test_function__one_that_is_to_stay_stays(
    tf: Harness, aws: Callable[[str], Any], role: str, tmp_path: Path
) -> None:
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


# --- event source mappings -------------------------------------------------------------------------------------------


@pytest.fixture
def source(tf: Harness, role: str, tmp_path: Path) -> dict[str, str]:
    """A function, and what may wake it."""
    tf.apply(FUNCTION, function("woken", role, package(tmp_path)))
    table = {
        "name": "waking", "billing_mode": "PAY_PER_REQUEST", "hash_key": "pk", "stream_enabled": True,
        "attribute": [{"name": "pk", "type": "S"}], "stream_view_type": "NEW_AND_OLD_IMAGES",
    }  # fmt: skip
    return {
        "stream": tf.apply("aws_dynamodb_table", table)["stream_arn"],
        "queue": tf.apply("aws_sqs_queue", {"name": "waking"})["arn"],
        "letters": tf.apply("aws_sqs_queue", {"name": "waking-letters"})["arn"],
    }


def of_stream(source: dict[str, str]) -> dict[str, Any]:
    pattern = json.dumps({"eventName": ["INSERT"]})
    return {
        "event_source_arn": source["stream"], "function_name": "woken", "starting_position": "TRIM_HORIZON",
        "batch_size": 50, "maximum_batching_window_in_seconds": 1, "parallelization_factor": 2,
        "maximum_retry_attempts": 3, "maximum_record_age_in_seconds": 3600, "bisect_batch_on_function_error": True,
        "function_response_types": ["ReportBatchItemFailures"],
        "filter_criteria": [{"filter": [{"pattern": pattern}]}],
        "destination_config": [{"on_failure": [{"destination_arn": source["letters"]}]}],
        "enabled": False, "tags": {"Part": "dispatch"},
    }  # fmt: skip


def test_mapping__of_a_stream_arrives_whole(
    tf: Harness, aws: Callable[[str], Any], source: dict[str, str]
) -> None:
    config = of_stream(source)

    state = tf.apply(MAPPING, config)

    found = aws("lambda").get_event_source_mapping(UUID=state["uuid"])
    assert (found["BatchSize"], found["MaximumBatchingWindowInSeconds"], found["ParallelizationFactor"]) == (50, 1, 2)
    assert (found["MaximumRetryAttempts"], found["MaximumRecordAgeInSeconds"]) == (3, 3600)
    assert found["BisectBatchOnFunctionError"] is True
    assert found["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert found["FilterCriteria"]["Filters"] == config["filter_criteria"][0]["filter"] or (
        found["FilterCriteria"]["Filters"][0]["Pattern"] == config["filter_criteria"][0]["filter"][0]["pattern"]
    )
    assert found["DestinationConfig"]["OnFailure"]["Destination"] == source["letters"]
    assert (found["State"], found["StartingPosition"]) == ("Disabled", "TRIM_HORIZON")
    assert aws("lambda").list_tags(Resource=state["arn"])["Tags"] == {"Part": "dispatch"}
    assert tf.changes(MAPPING, state, config) == set()


def test_mapping__import_then_plan_shows_no_change(tf: Harness, source: dict[str, str]) -> None:
    config = of_stream(source)
    state = tf.apply(MAPPING, config)
    by_arn = {**config, "function_name": state["function_arn"]}

    assert tf.import_then_plan(MAPPING, state["uuid"], by_arn) == set()


def test_mapping__update_sets_back_what_is_no_longer_configured(
    tf: Harness, aws: Callable[[str], Any], source: dict[str, str]
) -> None:
    state = tf.apply(MAPPING, of_stream(source))
    after = {
        "event_source_arn": source["stream"], "function_name": "woken", "starting_position": "TRIM_HORIZON",
        "maximum_retry_attempts": 5, "tags": {"Other": "x"},
    }  # fmt: skip

    updated = tf.apply(MAPPING, after, state)

    found = aws("lambda").get_event_source_mapping(UUID=state["uuid"])
    assert updated["uuid"] == state["uuid"]
    assert (found["BatchSize"], found["MaximumBatchingWindowInSeconds"], found["MaximumRetryAttempts"]) == (100, 0, 5)
    assert found["BisectBatchOnFunctionError"] is False
    assert found["FilterCriteria"]["Filters"] == found["FunctionResponseTypes"] == []
    assert "OnFailure" not in found["DestinationConfig"]
    assert found["State"] == "Enabled"
    assert aws("lambda").list_tags(Resource=state["arn"])["Tags"] == {"Other": "x"}
    assert tf.changes(MAPPING, updated, after) == set()


def test_mapping__of_a_queue_arrives_and_changes(
    tf: Harness, aws: Callable[[str], Any], source: dict[str, str]
) -> None:
    config: dict[str, Any] = {
        "event_source_arn": source["queue"], "function_name": "woken",
        "function_response_types": ["ReportBatchItemFailures"], "scaling_config": [{"maximum_concurrency": 2}],
    }  # fmt: skip
    state = tf.apply(MAPPING, config)
    found = aws("lambda").get_event_source_mapping(UUID=state["uuid"])
    assert (found["BatchSize"], found["ScalingConfig"]) == (10, {"MaximumConcurrency": 2})
    assert tf.changes(MAPPING, state, config) == set()

    config |= {"scaling_config": [], "enabled": False}
    state = tf.apply(MAPPING, config, state)

    found = aws("lambda").get_event_source_mapping(UUID=state["uuid"])
    assert (found["ScalingConfig"], found["State"]) == ({}, "Disabled")
    assert tf.changes(MAPPING, state, config) == set()


def test_mapping__drift_is_seen_and_repaired(
    tf: Harness, aws: Callable[[str], Any], source: dict[str, str]
) -> None:
    config = of_stream(source)
    state = tf.apply(MAPPING, config)

    aws("lambda").update_event_source_mapping(
        UUID=state["uuid"], BatchSize=7, FilterCriteria={"Filters": []}, Enabled=True
    )

    assert {"batch_size", "filter_criteria", "enabled"} <= tf.changes(MAPPING, state, config)
    assert tf.changes(MAPPING, tf.apply(MAPPING, config, state), config) == set()


def test_mapping__another_source_replaces(tf: Harness, source: dict[str, str]) -> None:
    config = {"event_source_arn": source["queue"], "function_name": "woken"}
    state = tf.apply(MAPPING, config)

    assert tf.plan(MAPPING, state, {**config, "event_source_arn": source["letters"]})[1] == ["event_source_arn"]


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"starting_position": None}, "a stream needs one"),
        ({"starting_position": "SOMEWHERE"}, "starting_position must be one of"),
        ({"tumbling_window_in_seconds": 30}, "tumbling_window_in_seconds"),
        ({"kms_key_arn": "arn:aws:kms:eu-north-1:000000000000:key/1"}, "kms_key_arn"),
    ],
)
def test_mapping__what_is_not_carried_out_is_refused_at_plan(tf: Harness, more: dict[str, Any], words: str) -> None:
    stream = "arn:aws:dynamodb:eu-north-1:000000000000:table/t/stream/s"

    with pytest.raises(ProviderRefusedError, match=words):
        tf.plan(MAPPING, None, {**of_stream({"stream": stream, "letters": stream}), **more})


def test_mapping__a_source_not_known_yet_can_be_planned(tf: Harness) -> None:
    planned, _ = tf.plan(MAPPING, None, {"event_source_arn": UNKNOWN, "function_name": UNKNOWN})

    assert planned["batch_size"] is None


# --- permissions -----------------------------------------------------------------------------------------------------


def statements(aws: Callable[[str], Any], name: str) -> dict[str, dict[str, Any]]:
    policy = json.loads(aws("lambda").get_policy(FunctionName=name)["Policy"])
    return {each["Sid"]: each for each in policy["Statement"]}


def test_permission__arrives_and_imports(
    tf: Harness, aws: Callable[[str], Any], role: str, tmp_path: Path
) -> None:
    tf.apply(FUNCTION, function("called", role, package(tmp_path)))
    config = {
        "statement_id": "post-contact", "action": "lambda:InvokeFunction", "function_name": "called",
        "principal": "apigateway.amazonaws.com", "source_account": "000000000000",
        "source_arn": "arn:aws:execute-api:eu-north-1:000000000000:x/v1/POST/contact",
    }  # fmt: skip

    state = tf.apply(PERMISSION, config)

    found = statements(aws, "called")["post-contact"]
    assert found["Principal"] == {"Service": "apigateway.amazonaws.com"}
    assert found["Action"] == "lambda:InvokeFunction"
    assert found["Condition"]["ArnLike"] == {"AWS:SourceArn": config["source_arn"]}
    assert found["Condition"]["StringEquals"] == {"AWS:SourceAccount": "000000000000"}
    assert tf.changes(PERMISSION, state, config) == set()
    assert tf.import_then_plan(PERMISSION, "called/post-contact", config) == set()


def test_permission__update_replaces_the_statement(
    tf: Harness, aws: Callable[[str], Any], role: str, tmp_path: Path
) -> None:
    arn = tf.apply(FUNCTION, function("recalled", role, package(tmp_path)))["arn"]
    config = {"action": "lambda:InvokeFunction", "function_name": arn, "principal": "events.amazonaws.com"}
    state = tf.apply(PERMISSION, config)
    assert tf.changes(PERMISSION, state, config) == set()

    config["principal"] = "s3.amazonaws.com"
    assert tf.plan(PERMISSION, state, config)[1] == ["principal"]
    state = tf.apply(PERMISSION, config, state)

    found = statements(aws, "recalled")
    assert [each["Principal"] for each in found.values()] == [{"Service": "s3.amazonaws.com"}]
    assert state["function_name"] == arn
    assert tf.changes(PERMISSION, state, config) == set()


def test_permission__drift_and_loss_are_seen(
    tf: Harness, aws: Callable[[str], Any], role: str, tmp_path: Path
) -> None:
    tf.apply(FUNCTION, function("guarded", role, package(tmp_path)))
    config = {
        "statement_id": "it", "action": "lambda:InvokeFunction", "function_name": "guarded",
        "principal": "events.amazonaws.com",
    }  # fmt: skip
    state = tf.apply(PERMISSION, config)
    client = aws("lambda")

    client.remove_permission(FunctionName="guarded", StatementId="it")
    assert tf.refresh(PERMISSION, state) is None

    client.add_permission(
        FunctionName="guarded", StatementId="it", Action="lambda:InvokeFunction", Principal="s3.amazonaws.com"
    )
    assert tf.changes(PERMISSION, state, config) == {"principal"}
