"""The provider's schema: as Terraform prints it, in the form of standin/schema.json."""

from __future__ import annotations

from typing import Any

Facts = dict[str, Any]

FLAGS = ("required", "optional", "computed", "sensitive")


def facts_of(printed: Facts, kinds: Facts) -> Facts:
    """Return the facts of the types that the stand-in knows, from `terraform providers schema -json`.

    kinds: standin/schema.json. A type that the provider lacks is missing in the answer.
    """
    (provider,) = (one for address, one in printed["provider_schemas"].items() if address.endswith("/aws"))
    return {
        "provider": _block(provider["provider"]["block"]),
        "resources": _blocks(provider.get("resource_schemas", {}), kinds["resources"]),
        "data": _blocks(provider.get("data_source_schemas", {}), kinds["data"]),
    }


def _blocks(schemas: Facts, kinds: Facts) -> Facts:
    return {kind: _block(schemas[kind]["block"]) for kind in sorted(kinds) if kind in schemas}


def _block(block: Facts) -> Facts:
    facts: Facts = {"attributes": {name: _attribute(one) for name, one in block.get("attributes", {}).items()}}
    if nested := block.get("block_types"):
        facts["block_types"] = {name: _nested(one) for name, one in nested.items()}
    return facts


def _attribute(attribute: Facts) -> Facts:
    facts = {flag: True for flag in FLAGS if attribute.get(flag)}
    nested = attribute.get("nested_type")
    return facts | ({"nested_type": _nested_type(nested)} if nested else {"type": attribute["type"]})


def _nested_type(nested: Facts) -> Facts:
    attributes = {name: _attribute(one) for name, one in nested["attributes"].items()}
    return {"nesting": nested["nesting_mode"], "attributes": attributes}


def _nested(nested: Facts) -> Facts:
    sizes = {short: nested[name] for short, name in (("min", "min_items"), ("max", "max_items")) if nested.get(name)}
    return {"nesting": nested["nesting_mode"], "block": _block(nested.get("block", {})), **sizes}
