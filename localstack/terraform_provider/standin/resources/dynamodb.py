"""DynamoDB tables.

Replacement and defaults: terraform-provider-aws, website/docs/r/dynamodb_table.html.markdown.
"""

from __future__ import annotations

from typing import Any, ClassVar

from standin.resource import Resource, removed_tags, resource, tag_list, tag_map
from standin.values import State, has_unknown

from . import dynamodb_indexes as indexes
from .blocks import keep_computed_blocks, only

_STREAM = ("stream_enabled", "stream_view_type")


@resource
class Table(Resource):
    """A table. The emulator drops recovery_period_in_days and warm_throughput (written, and not in the answer), so
    they aren't supported; nor are replicas, imports and restores.
    """

    type = "aws_dynamodb_table"
    supported = frozenset({
        "attribute.name", "attribute.type", "billing_mode", "deletion_protection_enabled",
        "global_secondary_index.hash_key", "global_secondary_index.key_schema.attribute_name",
        "global_secondary_index.key_schema.key_type", "global_secondary_index.name",
        "global_secondary_index.non_key_attributes", "global_secondary_index.on_demand_throughput",
        "global_secondary_index.on_demand_throughput.max_read_request_units",
        "global_secondary_index.on_demand_throughput.max_write_request_units",
        "global_secondary_index.projection_type", "global_secondary_index.range_key",
        "global_secondary_index.read_capacity", "global_secondary_index.write_capacity", "hash_key",
        "local_secondary_index.name", "local_secondary_index.non_key_attributes",
        "local_secondary_index.projection_type", "local_secondary_index.range_key", "name",
        "on_demand_throughput.max_read_request_units", "on_demand_throughput.max_write_request_units",
        "point_in_time_recovery.enabled", "range_key", "read_capacity", "server_side_encryption.enabled",
        "server_side_encryption.kms_key_arn", *_STREAM, "table_class", "ttl.attribute_name", "ttl.enabled",
        "write_capacity",
    })  # fmt: skip
    force_new = frozenset({"hash_key", "local_secondary_index", "name", "range_key"})
    defaults: ClassVar = {"billing_mode": "PROVISIONED", "table_class": "STANDARD", "ttl.enabled": False}
    on_change: ClassVar = {"stream_arn": _STREAM, "stream_label": _STREAM}
    enums: ClassVar = {
        "billing_mode": ("dynamodb", "BillingMode"),
        "stream_view_type": ("dynamodb", "StreamViewType"),
        "table_class": ("dynamodb", "TableClass"),
    }
    import_key = "name"

    def plan(self, prior: State | None, planned: State, changed: set[str]) -> None:
        """Keep what is off and not configured; refuse an attribute that no key uses."""
        keep_computed_blocks(prior, planned, changed, ("on_demand_throughput", "point_in_time_recovery", "ttl"))
        if prior is None:
            keep_computed_blocks(prior, planned, changed, ("server_side_encryption",))
        elif not any(only(side["server_side_encryption"]).get("enabled") for side in (prior, planned)):
            planned["server_side_encryption"] = prior["server_side_encryption"]
        if not has_unknown([planned[name] for name in ("attribute", *indexes.KEY_HOLDERS)]):
            keys = indexes.key_attributes(planned)
            if unused := sorted({each["name"] for each in planned["attribute"]} - keys):
                self.refuse("attribute", f"no key of the table or of an index uses {', '.join(unused)}; take it out")
            if missing := sorted(keys - {each["name"] for each in planned["attribute"]}):
                self.refuse("attribute", f"a key uses {', '.join(missing)}; say the type in an attribute block")
        if planned["stream_enabled"] and planned["stream_view_type"] in (None, ""):
            self.refuse("stream_view_type", "a stream needs one, such as NEW_AND_OLD_IMAGES")
        if changed & {"stream_enabled"} and prior is not None and not planned["stream_enabled"]:
            planned["stream_view_type"] = ""

    def create(self, planned: State) -> State:
        """Create the table, then what can't be said at the creation: TTL and backups."""
        client, name = self.client("dynamodb"), planned["name"]
        client.create_table(**_creation(planned))
        self.created(name)
        client.get_waiter("table_exists").wait(TableName=name, WaiterConfig={"Delay": 0.1, "MaxAttempts": 100})
        self._write_ttl_and_backups(planned, {"ttl", "point_in_time_recovery"})
        return {"id": name}

    def read(self, state: State) -> State | None:
        """Read the table, its TTL, its backups and its tags."""
        client, name = self.client("dynamodb"), state["name"] or state["id"]
        table = client.describe_table(TableName=name)["Table"]
        ttl = client.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
        backups = client.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
        recovery = backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"]
        stream, throughput = table.get("StreamSpecification", {}), table["ProvisionedThroughput"]
        keys = {key["KeyType"]: key["AttributeName"] for key in table["KeySchema"]}
        tags = client.list_tags_of_resource(ResourceArn=table["TableArn"]).get("Tags")
        return {
            "id": table["TableName"],
            "name": table["TableName"],
            "arn": table["TableArn"],
            "attribute": [
                {"name": each["AttributeName"], "type": each["AttributeType"]} for each in table["AttributeDefinitions"]
            ],
            "billing_mode": table.get("BillingModeSummary", {}).get("BillingMode", "PROVISIONED"),
            "deletion_protection_enabled": table["DeletionProtectionEnabled"],
            "global_secondary_index": indexes.read_global(table, state.get("global_secondary_index") or []),
            "hash_key": keys["HASH"],
            "local_secondary_index": indexes.read_local(table),
            "on_demand_throughput": indexes.read_on_demand(table),
            "point_in_time_recovery": [{"enabled": recovery == "ENABLED"}],
            "range_key": keys.get("RANGE"),
            "read_capacity": throughput["ReadCapacityUnits"],
            "server_side_encryption": _read_encryption(table),
            "stream_arn": table.get("LatestStreamArn", "") if stream.get("StreamEnabled") else "",
            "stream_enabled": stream.get("StreamEnabled", False),
            "stream_label": table.get("LatestStreamLabel", "") if stream.get("StreamEnabled") else "",
            "stream_view_type": stream.get("StreamViewType", ""),
            # AWS, and the emulator, name the class only once it was said.
            "table_class": table.get("TableClassSummary", {}).get("TableClass", "STANDARD"),
            "tags_all": tag_map(tags),
            "ttl": [
                {
                    "attribute_name": ttl.get("AttributeName", ""),
                    "enabled": ttl["TimeToLiveStatus"] in ("ENABLED", "ENABLING"),
                }
            ],
            "write_capacity": throughput["WriteCapacityUnits"],
        }

    def update(self, prior: State, planned: State, changed: set[str]) -> State | None:
        """Change the table, then index after index: DynamoDB takes one change of indexes at a time."""
        client, name = self.client("dynamodb"), planned["name"]
        arguments = _changes(planned, changed)
        if "stream_view_type" in changed and prior["stream_enabled"] and planned["stream_enabled"]:
            # A running stream keeps its view; it has to be ended first.
            client.update_table(TableName=name, StreamSpecification={"StreamEnabled": False})
        if arguments:
            client.update_table(TableName=name, **arguments)
        definitions = indexes.definitions(planned)
        for change in indexes.changes(prior, planned):
            client.update_table(TableName=name, AttributeDefinitions=definitions, GlobalSecondaryIndexUpdates=[change])
            self._wait_for_indexes(name)
        self._write_ttl_and_backups(planned, changed, prior)
        if "tags_all" in changed:
            if gone := removed_tags(prior, planned):
                client.untag_resource(ResourceArn=prior["arn"], TagKeys=gone)
            client.tag_resource(ResourceArn=prior["arn"], Tags=tag_list(planned["tags_all"]))
        return None

    def delete(self, state: State) -> None:
        """Delete the table; one that is protected refuses."""
        client, name = self.client("dynamodb"), state["name"]
        client.delete_table(TableName=name)
        client.get_waiter("table_not_exists").wait(TableName=name, WaiterConfig={"Delay": 0.1, "MaxAttempts": 100})

    def _write_ttl_and_backups(self, planned: State, changed: set[str], prior: State | None = None) -> None:
        client, name = self.client("dynamodb"), planned["name"]
        ttl, before = only(planned["ttl"]), only((prior or {}).get("ttl"))
        # Turning off what isn't on is an error at DynamoDB.
        if "ttl" in changed and ttl and (ttl["enabled"] or before.get("enabled")):
            attribute: str = ttl["attribute_name"] or before["attribute_name"]
            if before.get("enabled") and before["attribute_name"] != attribute:
                _set_ttl(client, name, before["attribute_name"], enabled=False)
            _set_ttl(client, name, attribute, enabled=ttl["enabled"])
        if "point_in_time_recovery" in changed and (recovery := only(planned["point_in_time_recovery"])):
            client.update_continuous_backups(
                TableName=name,
                PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": recovery["enabled"]},
            )

    def _wait_for_indexes(self, name: str) -> None:
        def settled() -> bool:
            table = self.client("dynamodb").describe_table(TableName=name)["Table"]
            states = {index["IndexStatus"] for index in table.get("GlobalSecondaryIndexes", [])}
            return states <= {"ACTIVE"} and table["TableStatus"] == "ACTIVE"

        self.wait_until(settled, f"the indexes of table {name}")


def _set_ttl(client: Any, name: str, attribute: str, *, enabled: bool) -> None:  # noqa: ANN401 - boto3's client
    client.update_time_to_live(TableName=name, TimeToLiveSpecification={"Enabled": enabled, "AttributeName": attribute})


def _creation(planned: State) -> dict[str, Any]:
    arguments: dict[str, Any] = {
        "TableName": planned["name"],
        "BillingMode": planned["billing_mode"],
        "KeySchema": indexes.key_schema(planned["hash_key"], planned["range_key"]),
        "AttributeDefinitions": indexes.definitions(planned),
        "TableClass": planned["table_class"],
        "DeletionProtectionEnabled": bool(planned["deletion_protection_enabled"]),
        "Tags": tag_list(planned["tags_all"]),
    }
    arguments |= indexes.throughput(planned, planned["billing_mode"])
    if planned["stream_enabled"]:
        arguments["StreamSpecification"] = _stream(planned)
    if planned["global_secondary_index"]:
        arguments["GlobalSecondaryIndexes"] = [
            indexes.global_index(each, planned["billing_mode"]) for each in planned["global_secondary_index"]
        ]
    if planned["local_secondary_index"]:
        arguments["LocalSecondaryIndexes"] = [
            indexes.local_index(each, planned["hash_key"]) for each in planned["local_secondary_index"]
        ]
    if planned["server_side_encryption"]:
        arguments["SSESpecification"] = _encryption(planned)
    return arguments


def _changes(planned: State, changed: set[str]) -> dict[str, Any]:
    """Return the arguments of update_table, but for indexes."""
    arguments: dict[str, Any] = {}
    if changed & {"billing_mode", "read_capacity", "write_capacity", "on_demand_throughput"}:
        arguments |= {"BillingMode": planned["billing_mode"], **indexes.throughput(planned, planned["billing_mode"])}
    if changed & set(_STREAM):
        arguments["StreamSpecification"] = _stream(planned)
    if "deletion_protection_enabled" in changed:
        arguments["DeletionProtectionEnabled"] = bool(planned["deletion_protection_enabled"])
    if "table_class" in changed:
        arguments["TableClass"] = planned["table_class"]
    if "server_side_encryption" in changed:
        arguments["SSESpecification"] = _encryption(planned)
    return arguments


def _stream(planned: State) -> dict[str, Any]:
    if planned["stream_enabled"]:
        return {"StreamEnabled": True, "StreamViewType": planned["stream_view_type"]}
    return {"StreamEnabled": False}


def _encryption(planned: State) -> dict[str, Any]:
    encryption = only(planned["server_side_encryption"])
    if not encryption.get("enabled"):
        return {"Enabled": False}
    key = {"KMSMasterKeyId": encryption["kms_key_arn"]} if encryption["kms_key_arn"] else {}
    return {"Enabled": True, "SSEType": "KMS", **key}


def _read_encryption(table: dict[str, Any]) -> list[State]:
    """Return the encryption by KMS; without it DynamoDB uses its own key, which AWS doesn't mention."""
    description = table.get("SSEDescription")
    if not description or description["Status"] not in ("ENABLED", "ENABLING", "UPDATING"):
        return []
    return [{"enabled": True, "kms_key_arn": description.get("KMSMasterKeyArn", "")}]
