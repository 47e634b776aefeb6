"""A table's keys and indexes, as Terraform writes them and as DynamoDB does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .blocks import only

if TYPE_CHECKING:
    from collections.abc import Iterator

    from standin.values import State

# What may name attributes as keys.
KEY_HOLDERS = ("hash_key", "range_key", "global_secondary_index", "local_secondary_index")
_CAPACITY = ("read_capacity", "write_capacity")
_UNLIMITED = -1


def definitions(table: State) -> list[dict[str, str]]:
    """Return AttributeDefinitions."""
    return [{"AttributeName": each["name"], "AttributeType": each["type"]} for each in table["attribute"]]


def key_schema(hash_key: str, range_key: str | None) -> list[dict[str, str]]:
    """Return a KeySchema."""
    keys = [{"AttributeName": hash_key, "KeyType": "HASH"}]
    return [*keys, {"AttributeName": range_key, "KeyType": "RANGE"}] if range_key else keys


def key_attributes(table: State) -> set[str]:
    """List the attributes that the table's keys and those of its indexes use."""
    used = {table["hash_key"], table["range_key"]}
    for index in (*table["global_secondary_index"], *table["local_secondary_index"]):
        used |= {index.get("hash_key"), index["range_key"]}
        used |= {key["attribute_name"] for key in index.get("key_schema") or []}
    return {name for name in used if name}


def throughput(item: State, billing_mode: str) -> dict[str, Any]:
    """Return the throughput of a table or an index: provisioned, or the most that on-demand may take."""
    if billing_mode == "PROVISIONED":
        units = zip(("ReadCapacityUnits", "WriteCapacityUnits"), _CAPACITY, strict=True)
        return {"ProvisionedThroughput": {member: item[name] for member, name in units}}
    limits = only(item["on_demand_throughput"])
    if not limits:
        return {}
    return {
        "OnDemandThroughput": {
            "MaxReadRequestUnits": limits["max_read_request_units"] or _UNLIMITED,
            "MaxWriteRequestUnits": limits["max_write_request_units"] or _UNLIMITED,
        }
    }


def global_index(index: State, billing_mode: str) -> dict[str, Any]:
    """Return a GlobalSecondaryIndex."""
    keys = [{"AttributeName": key["attribute_name"], "KeyType": key["key_type"]} for key in index["key_schema"] or []]
    return {
        "IndexName": index["name"],
        "KeySchema": keys or key_schema(index["hash_key"], index["range_key"]),
        "Projection": _projection(index),
        **throughput(index, billing_mode),
    }


def local_index(index: State, hash_key: str) -> dict[str, Any]:
    """Return a LocalSecondaryIndex."""
    return {
        "IndexName": index["name"],
        "KeySchema": key_schema(hash_key, index["range_key"]),
        "Projection": _projection(index),
    }


def changes(prior: State, planned: State) -> Iterator[dict[str, Any]]:
    """Return the GlobalSecondaryIndexUpdates from prior to planned, in an order that DynamoDB takes.

    Keys and projection of an index can't be changed: it is replaced.
    """
    old = {index["name"]: index for index in prior["global_secondary_index"]}
    new = {index["name"]: index for index in planned["global_secondary_index"]}
    anew = {name for name in old.keys() & new.keys() if _fixed(old[name]) != _fixed(new[name])}
    for name in sorted((old.keys() - new.keys()) | anew):
        yield {"Delete": {"IndexName": name}}
    for name in sorted((new.keys() - old.keys()) | anew):
        yield {"Create": global_index(new[name], planned["billing_mode"])}
    switched = prior["billing_mode"] != planned["billing_mode"]
    for name in sorted((old.keys() & new.keys()) - anew):
        wanted = throughput(new[name], planned["billing_mode"])
        if wanted and (switched or wanted != throughput(old[name], planned["billing_mode"])):
            yield {"Update": {"IndexName": name, **wanted}}


def read_global(table: dict[str, Any], before: list[State]) -> list[State]:
    """Return the indexes; keys as key_schema where the state spells them so, else as hash_key and range_key."""
    with_schema = {index["name"] for index in before if index.get("key_schema")}
    return [
        {
            **_read_keys(index, as_schema=index["IndexName"] in with_schema),
            "name": index["IndexName"],
            "non_key_attributes": index["Projection"].get("NonKeyAttributes", []),
            "on_demand_throughput": read_on_demand(index),
            "projection_type": index["Projection"]["ProjectionType"],
            "read_capacity": index.get("ProvisionedThroughput", {}).get("ReadCapacityUnits", 0),
            "write_capacity": index.get("ProvisionedThroughput", {}).get("WriteCapacityUnits", 0),
        }
        for index in table.get("GlobalSecondaryIndexes", [])
    ]


def read_local(table: dict[str, Any]) -> list[State]:
    """Return the local indexes."""
    return [
        {
            "name": index["IndexName"],
            "non_key_attributes": index["Projection"].get("NonKeyAttributes", []),
            "projection_type": index["Projection"]["ProjectionType"],
            "range_key": next(key["AttributeName"] for key in index["KeySchema"] if key["KeyType"] == "RANGE"),
        }
        for index in table.get("LocalSecondaryIndexes", [])
    ]


def read_on_demand(described: dict[str, Any]) -> list[State]:
    """Return the limits of on-demand throughput, of a table or an index."""
    limits = described.get("OnDemandThroughput")
    if not limits:
        return []
    return [
        {
            "max_read_request_units": limits.get("MaxReadRequestUnits", _UNLIMITED),
            "max_write_request_units": limits.get("MaxWriteRequestUnits", _UNLIMITED),
        }
    ]


def _read_keys(index: dict[str, Any], *, as_schema: bool) -> State:
    keys = index["KeySchema"]
    if as_schema:
        schema = [{"attribute_name": key["AttributeName"], "key_type": key["KeyType"]} for key in keys]
        return {"hash_key": None, "range_key": None, "key_schema": schema}
    by_type = {key["KeyType"]: key["AttributeName"] for key in keys}
    return {"hash_key": by_type["HASH"], "range_key": by_type.get("RANGE"), "key_schema": []}


def _projection(index: State) -> dict[str, Any]:
    others = {"NonKeyAttributes": sorted(index["non_key_attributes"])} if index["non_key_attributes"] else {}
    return {"ProjectionType": index["projection_type"], **others}


def _fixed(index: State) -> dict[str, Any]:
    """Return what an index can't change."""
    described = global_index({**index, "on_demand_throughput": []}, "PAY_PER_REQUEST")
    return {name: described[name] for name in ("KeySchema", "Projection")}
