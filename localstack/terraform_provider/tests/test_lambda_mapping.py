"""Event source mappings, at the emulator."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from functions import FUNCTION, function, make_role, package
from harness import ProviderRefusedError

from standin.engine import Provider
from standin.resource import RESOURCES
from standin.values import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from harness import Harness

MAPPING = "aws_lambda_event_source_mapping"


@pytest.fixture
def source(tf: Harness, tmp_path: Path) -> dict[str, str]:
    """A function, and what may wake it."""
    tf.apply(FUNCTION, function("woken", make_role(tf), package(tmp_path)))
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


def test_mapping__of_a_stream_arrives_whole(tf: Harness, aws: Callable[[str], Any], source: dict[str, str]) -> None:
    config = of_stream(source)

    state = tf.apply(MAPPING, config)

    found = aws("lambda").get_event_source_mapping(UUID=state["uuid"])
    assert (found["BatchSize"], found["MaximumBatchingWindowInSeconds"], found["ParallelizationFactor"]) == (50, 1, 2)
    assert (found["MaximumRetryAttempts"], found["MaximumRecordAgeInSeconds"]) == (3, 3600)
    assert found["BisectBatchOnFunctionError"] is True
    assert found["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert found["FilterCriteria"]["Filters"] == [{"Pattern": json.dumps({"eventName": ["INSERT"]})}]
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


def test_mapping__drift_is_seen_and_repaired(tf: Harness, aws: Callable[[str], Any], source: dict[str, str]) -> None:
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


class SlowLambda:
    """A Lambda that still has a mapping for a while after it was told to delete it, as AWS's does."""

    def __init__(self, looks: int) -> None:
        self.looks = looks
        self.exceptions = SimpleNamespace(ResourceNotFoundException=LookupError)

    def delete_event_source_mapping(self, *, UUID: str) -> dict[str, str]:  # noqa: N803 - boto3's name
        return {"UUID": UUID, "State": "Deleting"}

    def get_event_source_mapping(self, *, UUID: str) -> dict[str, str]:  # noqa: N803 - boto3's name
        if not self.looks:
            raise LookupError
        self.looks -= 1
        return {"UUID": UUID, "State": "Deleting"}


def test_mapping__delete_waits_until_lambda_has_let_go_of_it() -> None:
    """The queue or table that it reads is deleted next, and Lambda must not read from it any more."""
    client, provider = SlowLambda(looks=3), Provider({})
    provider.client = lambda _service: client  # type: ignore[method-assign]

    RESOURCES[MAPPING](provider).delete({"uuid": "one"})

    assert client.looks == 0
