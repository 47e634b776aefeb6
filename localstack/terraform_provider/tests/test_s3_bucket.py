"""aws_s3_bucket, at the emulator."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from harness import Harness

KIND = "aws_s3_bucket"


def test_bucket__arrives_with_its_tags(tf: Harness, aws: Callable[[str], Any]) -> None:
    config = {"bucket": "rollcall-arrives", "tags": {"Part": "site"}}

    state = tf.apply(KIND, config)

    assert aws("s3").get_bucket_tagging(Bucket="rollcall-arrives")["TagSet"] == [{"Key": "Part", "Value": "site"}]
    assert state["arn"] == "arn:aws:s3:::rollcall-arrives"
    assert tf.changes(KIND, state, config) == set()


def test_bucket__drift_of_tags_is_seen_and_repaired(tf: Harness, aws: Callable[[str], Any]) -> None:
    config = {"bucket": "rollcall-drifts", "tags": {"Part": "site"}}
    state = tf.apply(KIND, config)

    aws("s3").delete_bucket_tagging(Bucket="rollcall-drifts")

    assert tf.changes(KIND, state, config) == {"tags", "tags_all"}
    state = tf.apply(KIND, config, state)
    assert tf.changes(KIND, state, config) == set()


def test_bucket__import_then_plan_shows_no_change(tf: Harness) -> None:
    config = {"bucket": "rollcall-imported", "force_destroy": False, "tags": {"Part": "site"}}
    tf.apply(KIND, config)

    assert tf.import_then_plan(KIND, "rollcall-imported", config) == set()
