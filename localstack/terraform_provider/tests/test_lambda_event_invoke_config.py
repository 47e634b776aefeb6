"""What Lambda does with asynchronous events, at the emulator."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from functions import FUNCTION, function, make_role, package

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from harness import Harness

CONFIG = "aws_lambda_function_event_invoke_config"


@pytest.fixture
def letters(tf: Harness, tmp_path: Path) -> str:
    """A queue for what fails, beside the function `told`."""
    tf.apply(FUNCTION, function("told", make_role(tf), package(tmp_path)))
    arn: str = tf.apply("aws_sqs_queue", {"name": "told-letters"})["arn"]
    return arn


def test_config__arrives_whole_and_imports(tf: Harness, aws: Callable[[str], Any], letters: str) -> None:
    config = {
        "function_name": "told",
        "maximum_event_age_in_seconds": 300,
        "maximum_retry_attempts": 0,
        "destination_config": [{"on_failure": [{"destination": letters}]}],
    }

    state = tf.apply(CONFIG, config)

    found = aws("lambda").get_function_event_invoke_config(FunctionName="told")
    assert (found["MaximumRetryAttempts"], found["MaximumEventAgeInSeconds"]) == (0, 300)
    assert found["DestinationConfig"]["OnFailure"]["Destination"] == letters
    assert state["id"] == "told"
    assert tf.changes(CONFIG, state, config) == set()
    assert tf.import_then_plan(CONFIG, "told", config) == set()


def test_config__changes_in_place_and_takes_back_what_is_left_out(
    tf: Harness, aws: Callable[[str], Any], letters: str
) -> None:
    before = {"function_name": "told", "maximum_retry_attempts": 1, "maximum_event_age_in_seconds": 60}
    destination = [{"on_failure": [{"destination": letters}]}]
    state = tf.apply(CONFIG, {**before, "destination_config": destination})
    after = {"function_name": "told"}

    updated = tf.apply(CONFIG, after, state)

    found = aws("lambda").get_function_event_invoke_config(FunctionName="told")
    assert (found["MaximumRetryAttempts"], found["MaximumEventAgeInSeconds"]) == (2, 21600)
    assert not found["DestinationConfig"].get("OnFailure")
    assert tf.changes(CONFIG, updated, after) == set()


def test_config__deleted__is_gone(tf: Harness, aws: Callable[[str], Any], letters: str) -> None:
    assert letters
    state = tf.apply(CONFIG, {"function_name": "told", "maximum_retry_attempts": 0})

    tf.destroy(CONFIG, state)

    client = aws("lambda")
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.get_function_event_invoke_config(FunctionName="told")
    assert tf.refresh(CONFIG, state) is None
