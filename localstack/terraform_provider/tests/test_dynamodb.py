"""Tables, at the emulator."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from harness import ProviderRefusedError

if TYPE_CHECKING:
    from collections.abc import Callable

    from harness import Harness

KIND = "aws_dynamodb_table"


def attributes(*names: str) -> list[dict[str, str]]:
    return [{"name": name, "type": "S"} for name in names]


def index(name: str, hash_key: str, range_key: str | None = None, **more: Any) -> dict[str, Any]:
    return {"name": name, "hash_key": hash_key, "range_key": range_key, "projection_type": "ALL", **more}


def table(name: str, *more_attributes: str, **more: Any) -> dict[str, Any]:
    return {
        "name": name,
        "billing_mode": "PAY_PER_REQUEST",
        "hash_key": "pk",
        "range_key": "sk",
        "attribute": attributes("pk", "sk", *more_attributes),
        **more,
    }


def entries(name: str) -> dict[str, Any]:
    """The table that the stack has."""
    return table(
        name,
        "month",
        "id",
        "email_key",
        stream_enabled=True,
        stream_view_type="NEW_AND_OLD_IMAGES",
        deletion_protection_enabled=False,
        global_secondary_index=[index("by_month", "month", "id"), index("by_email", "email_key", "id")],
        ttl=[{"attribute_name": "expires_at", "enabled": True}],
        point_in_time_recovery=[{"enabled": True}],
        server_side_encryption=[{"enabled": True}],
        tags={"Part": "store"},
    )


def described(aws: Callable[[str], Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = aws("dynamodb").describe_table(TableName=name)["Table"]
    return found


def test_table__arrives_whole(tf: Harness, aws: Callable[[str], Any]) -> None:
    config = entries("whole")

    state = tf.apply(KIND, config)

    client, found = aws("dynamodb"), described(aws, "whole")
    keys = {
        each["IndexName"]: [key["AttributeName"] for key in each["KeySchema"]]
        for each in found["GlobalSecondaryIndexes"]
    }
    assert keys == {"by_month": ["month", "id"], "by_email": ["email_key", "id"]}
    assert found["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
    assert found["StreamSpecification"] == {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}
    assert found["SSEDescription"]["Status"] == "ENABLED"
    ttl = client.describe_time_to_live(TableName="whole")["TimeToLiveDescription"]
    assert ttl == {"AttributeName": "expires_at", "TimeToLiveStatus": "ENABLED"}
    backups = client.describe_continuous_backups(TableName="whole")["ContinuousBackupsDescription"]
    assert backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED"
    assert client.list_tags_of_resource(ResourceArn=state["arn"])["Tags"] == [{"Key": "Part", "Value": "store"}]
    assert state["stream_arn"] == found["LatestStreamArn"]
    assert tf.changes(KIND, state, config) == set()


def test_table__import_then_plan_shows_no_change(tf: Harness) -> None:
    config = entries("imported")
    tf.apply(KIND, config)

    assert tf.import_then_plan(KIND, "imported", config) == set()


def test_table__the_least_there_can_be_shows_no_change(tf: Harness) -> None:
    config = {"name": "least", "billing_mode": "PAY_PER_REQUEST", "hash_key": "pk", "attribute": attributes("pk")}
    state = tf.apply(KIND, config)

    assert tf.changes(KIND, state, config) == set()
    assert tf.import_then_plan(KIND, "least", config) == set()


def test_table__indexes_are_added_changed_and_removed_in_place(tf: Harness, aws: Callable[[str], Any]) -> None:
    before = table("indexed", "a", "b", global_secondary_index=[index("one", "a"), index("two", "b")])
    state = tf.apply(KIND, before)
    created = described(aws, "indexed")["TableId"]
    after = table(
        "indexed", "b", "c", "d",
        global_secondary_index=[
            index("two", "b", "c"),
            index("three", "d", projection_type="INCLUDE", non_key_attributes=["y", "x"]),
        ],
    )  # fmt: skip

    state = tf.apply(KIND, after, state)

    found = described(aws, "indexed")
    indexes = {each["IndexName"]: each for each in found["GlobalSecondaryIndexes"]}
    assert found["TableId"] == created
    assert set(indexes) == {"two", "three"}
    assert [key["AttributeName"] for key in indexes["two"]["KeySchema"]] == ["b", "c"]
    assert sorted(indexes["three"]["Projection"]["NonKeyAttributes"]) == ["x", "y"]
    assert tf.changes(KIND, state, after) == set()


def test_table__an_index_may_say_its_keys_as_key_schema(tf: Harness, aws: Callable[[str], Any]) -> None:
    schema = [
        {"attribute_name": "a", "key_type": "HASH"},
        {"attribute_name": "b", "key_type": "RANGE"},
    ]
    config = table(
        "schemed", "a", "b", global_secondary_index=[{"name": "one", "projection_type": "ALL", "key_schema": schema}]
    )

    state = tf.apply(KIND, config)

    found = described(aws, "schemed")["GlobalSecondaryIndexes"][0]["KeySchema"]
    assert [(key["AttributeName"], key["KeyType"]) for key in found] == [("a", "HASH"), ("b", "RANGE")]
    assert tf.changes(KIND, state, config) == set()


def test_table__local_indexes_and_limits_arrive(tf: Harness, aws: Callable[[str], Any]) -> None:
    limits = [{"max_read_request_units": 5, "max_write_request_units": 6}]
    config = table(
        "limited", "l", "g",
        local_secondary_index=[{"name": "local", "range_key": "l", "projection_type": "KEYS_ONLY"}],
        global_secondary_index=[index("global", "g", on_demand_throughput=limits)],
        on_demand_throughput=limits,
        table_class="STANDARD_INFREQUENT_ACCESS",
    )  # fmt: skip

    state = tf.apply(KIND, config)

    found = described(aws, "limited")
    units = {"MaxReadRequestUnits": 5, "MaxWriteRequestUnits": 6}
    assert found["LocalSecondaryIndexes"][0]["Projection"] == {"ProjectionType": "KEYS_ONLY"}
    assert found["OnDemandThroughput"] == found["GlobalSecondaryIndexes"][0]["OnDemandThroughput"] == units
    assert found["TableClassSummary"]["TableClass"] == "STANDARD_INFREQUENT_ACCESS"
    assert tf.changes(KIND, state, config) == set()
    assert tf.import_then_plan(KIND, "limited", config) == set()


def test_table__switches_to_provisioned_with_its_index(tf: Harness, aws: Callable[[str], Any]) -> None:
    state = tf.apply(KIND, table("switched", "g", global_secondary_index=[index("one", "g")]))
    after = table(
        "switched", "g", billing_mode="PROVISIONED", read_capacity=2, write_capacity=3,
        global_secondary_index=[index("one", "g", read_capacity=4, write_capacity=5)],
    )  # fmt: skip

    state = tf.apply(KIND, after, state)

    found = described(aws, "switched")
    throughput = found["GlobalSecondaryIndexes"][0]["ProvisionedThroughput"]
    assert found["ProvisionedThroughput"]["ReadCapacityUnits"] == 2
    assert (throughput["ReadCapacityUnits"], throughput["WriteCapacityUnits"]) == (4, 5)
    assert tf.changes(KIND, state, after) == set()


def test_table__update_turns_everything_off_and_protection_on(tf: Harness, aws: Callable[[str], Any]) -> None:
    config = entries("turned")
    state = tf.apply(KIND, config)
    config |= {
        "stream_enabled": False,
        "stream_view_type": None,
        "deletion_protection_enabled": True,
        "ttl": [{"attribute_name": "expires_at", "enabled": False}],
        "point_in_time_recovery": [{"enabled": False}],
        "server_side_encryption": [],
        "tags": {"Other": "x"},
    }

    state = tf.apply(KIND, config, state)

    client, found = aws("dynamodb"), described(aws, "turned")
    assert found["StreamSpecification"] == {"StreamEnabled": False}
    assert found["SSEDescription"]["Status"] == "DISABLED"
    assert found["DeletionProtectionEnabled"] is True
    ttl = client.describe_time_to_live(TableName="turned")["TimeToLiveDescription"]
    assert ttl["TimeToLiveStatus"] == "DISABLED"
    backups = client.describe_continuous_backups(TableName="turned")["ContinuousBackupsDescription"]
    assert backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "DISABLED"
    assert client.list_tags_of_resource(ResourceArn=state["arn"])["Tags"] == [{"Key": "Other", "Value": "x"}]
    assert tf.changes(KIND, state, config) == set()
    with pytest.raises(ProviderRefusedError, match="protected against deletion"):
        tf.destroy(KIND, state)
    tf.apply(KIND, {**config, "deletion_protection_enabled": False}, state)


def test_table__another_view_makes_another_stream(tf: Harness, aws: Callable[[str], Any]) -> None:
    config = table("viewed", stream_enabled=True, stream_view_type="KEYS_ONLY")
    state = tf.apply(KIND, config)
    config["stream_view_type"] = "NEW_IMAGE"

    planned, replaced = tf.plan(KIND, state, config)
    state = tf.apply(KIND, config, state)

    assert replaced == []
    assert repr(planned["stream_arn"]) == "<unknown>"
    assert described(aws, "viewed")["StreamSpecification"]["StreamViewType"] == "NEW_IMAGE"
    assert tf.changes(KIND, state, config) == set()


def test_table__ttl_moves_to_another_attribute(tf: Harness, aws: Callable[[str], Any]) -> None:
    state = tf.apply(KIND, table("moved", ttl=[{"attribute_name": "old", "enabled": True}]))

    tf.apply(KIND, table("moved", ttl=[{"attribute_name": "new", "enabled": True}]), state)

    ttl = aws("dynamodb").describe_time_to_live(TableName="moved")["TimeToLiveDescription"]
    assert ttl == {"AttributeName": "new", "TimeToLiveStatus": "ENABLED"}


def test_table__drift_is_seen_and_repaired(tf: Harness, aws: Callable[[str], Any]) -> None:
    config, client = entries("drifts"), aws("dynamodb")
    state = tf.apply(KIND, config)

    client.update_table(TableName="drifts", GlobalSecondaryIndexUpdates=[{"Delete": {"IndexName": "by_email"}}])
    client.update_time_to_live(
        TableName="drifts", TimeToLiveSpecification={"Enabled": False, "AttributeName": "expires_at"}
    )
    client.update_continuous_backups(
        TableName="drifts", PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": False}
    )

    drift = tf.changes(KIND, state, config)
    assert drift == {"attribute", "global_secondary_index", "ttl", "point_in_time_recovery"}
    assert tf.changes(KIND, tf.apply(KIND, config, state), config) == set()


def test_table__a_table_deleted_by_hand_is_planned_anew(tf: Harness, aws: Callable[[str], Any]) -> None:
    state = tf.apply(KIND, table("lost"))

    aws("dynamodb").delete_table(TableName="lost")

    assert tf.refresh(KIND, state) is None


@pytest.mark.parametrize("change", [{"name": "other"}, {"range_key": None, "attribute": attributes("pk")}])
def test_table__name_and_keys_replace(tf: Harness, change: dict[str, Any]) -> None:
    state = tf.apply(KIND, table("keyed"))

    assert set(tf.plan(KIND, state, {**table("keyed"), **change})[1]) == set(change) - {"attribute"}


def test_table__a_stream_without_a_view_is_refused(tf: Harness) -> None:
    state = tf.apply(KIND, table("viewless"))

    with pytest.raises(ProviderRefusedError, match="a stream needs one"):
        tf.plan(KIND, state, table("viewless", stream_enabled=True))


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"attribute": attributes("pk", "sk", "idle")}, "no key .* uses idle"),
        ({"attribute": attributes("pk")}, "a key uses sk"),
        ({"billing_mode": "FREE"}, "billing_mode must be one of"),
        ({"replica": [{"region_name": "eu-west-1"}]}, r"doesn't carry out the argument replica\.region_name"),
        (
            {"point_in_time_recovery": [{"enabled": True, "recovery_period_in_days": 7}]},
            r"point_in_time_recovery\.recovery_period_in_days",
        ),
    ],
)
def test_table__what_is_not_carried_out_is_refused_at_plan(tf: Harness, more: dict[str, Any], words: str) -> None:
    with pytest.raises(ProviderRefusedError, match=words):
        tf.plan(KIND, None, {**table("refused"), **more})
