"""Log groups, at the emulator."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from harness import ProviderRefusedError

if TYPE_CHECKING:
    from collections.abc import Callable

    from harness import Harness

KIND = "aws_cloudwatch_log_group"
KEY = "arn:aws:kms:eu-north-1:000000000000:key/1"


def group(aws: Callable[[str], Any], name: str) -> dict[str, Any]:
    found = aws("logs").describe_log_groups(logGroupNamePrefix=name)["logGroups"]
    (only,) = [each for each in found if each["logGroupName"] == name]
    return dict(only)


def test_log_group__arrives_whole_and_imports(tf: Harness, aws: Callable[[str], Any]) -> None:
    config = {
        "name": "/whole/it", "retention_in_days": 30, "kms_key_id": KEY, "log_group_class": "INFREQUENT_ACCESS",
        "tags": {"Part": "submit"},
    }  # fmt: skip

    state = tf.apply(KIND, config)

    found = group(aws, "/whole/it")
    assert (found["retentionInDays"], found["kmsKeyId"], found["logGroupClass"]) == (30, KEY, "INFREQUENT_ACCESS")
    assert aws("logs").list_tags_for_resource(resourceArn=state["arn"])["tags"] == {"Part": "submit"}
    assert state["arn"] == "arn:aws:logs:eu-north-1:000000000000:log-group:/whole/it"
    assert tf.changes(KIND, state, config) == set()
    assert tf.import_then_plan(KIND, "/whole/it", config) == set()


def test_log_group__update_changes_in_place(tf: Harness, aws: Callable[[str], Any]) -> None:
    config: dict[str, Any] = {"name": "/changes", "retention_in_days": 30, "tags": {"Old": "1"}}
    created = group_time = tf.apply(KIND, config)
    group_time = group(aws, "/changes")["creationTime"]

    state = tf.apply(KIND, {"name": "/changes", "retention_in_days": 7, "tags": {"New": "2"}}, created)

    assert group(aws, "/changes")["retentionInDays"] == 7
    assert aws("logs").list_tags_for_resource(resourceArn=state["arn"])["tags"] == {"New": "2"}
    state = tf.apply(KIND, {"name": "/changes"}, state)
    assert "retentionInDays" not in group(aws, "/changes")
    assert group(aws, "/changes")["creationTime"] == group_time
    assert tf.changes(KIND, state, {"name": "/changes"}) == set()


def test_log_group__one_whose_name_begins_alike_is_not_taken_for_it(tf: Harness) -> None:
    tf.apply(KIND, {"name": "/alike/longer"})
    state = tf.apply(KIND, {"name": "/alike"})
    tf.destroy(KIND, state)

    assert tf.refresh(KIND, state) is None


def test_log_group__drift_is_seen_and_repaired(tf: Harness, aws: Callable[[str], Any]) -> None:
    config = {"name": "/drifts", "retention_in_days": 30}
    state = tf.apply(KIND, config)

    aws("logs").delete_retention_policy(logGroupName="/drifts")

    assert tf.changes(KIND, state, config) == {"retention_in_days"}
    assert tf.changes(KIND, tf.apply(KIND, config, state), config) == set()


def test_log_group__a_failed_retention_leaves_a_tainted_group(tf: Harness, aws: Callable[[str], Any]) -> None:
    with pytest.raises(ProviderRefusedError, match="retentionInDays") as refused:
        tf.apply(KIND, {"name": "/tainted", "retention_in_days": 31})

    assert refused.value.state is not None
    assert refused.value.state["id"] == "/tainted"
    assert group(aws, "/tainted")["logGroupName"] == "/tainted"
    tf.destroy(KIND, refused.value.state)


def test_log_group__one_that_is_to_stay_stays(tf: Harness, aws: Callable[[str], Any]) -> None:
    tf.destroy(KIND, tf.apply(KIND, {"name": "/stays", "skip_destroy": True}))

    assert group(aws, "/stays")["logGroupName"] == "/stays"
    aws("logs").delete_log_group(logGroupName="/stays")


def test_log_group__gets_another_key_and_none_again(tf: Harness, aws: Callable[[str], Any]) -> None:
    state = tf.apply(KIND, {"name": "/keyed"})

    for key in (KEY, None):
        state = tf.apply(KIND, {"name": "/keyed", "kms_key_id": key}, state)

        (group,) = aws("logs").describe_log_groups(logGroupNamePrefix="/keyed")["logGroups"]
        assert group.get("kmsKeyId") == key
        assert tf.changes(KIND, state, {"name": "/keyed", "kms_key_id": key}) == set()


def test_log_group__name_and_class_replace_it(tf: Harness) -> None:
    state = tf.apply(KIND, {"name": "/named"})

    assert tf.plan(KIND, state, {"name": "/other"})[1] == ["name"]
    changed = {"name": "/named", "log_group_class": "INFREQUENT_ACCESS"}
    assert tf.plan(KIND, state, changed)[1] == ["log_group_class"]


def test_log_group__deletion_protection_is_refused(tf: Harness) -> None:
    with pytest.raises(ProviderRefusedError, match="deletion_protection_enabled"):
        tf.plan(KIND, None, {"name": "/refused", "deletion_protection_enabled": True})
