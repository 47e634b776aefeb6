"""Plans, as the AWS provider makes them: defaults, computed values, what is replaced."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING

from .values import UNKNOWN, Block, State, Value, conform, differing, has_unknown, meaning, same_json

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .resource import Resource

_ZERO: tuple[Value, ...] = ("", False, 0, [], {})


def plan_change(
    handler: Resource, block: Block, prior: State | None, proposed: State, config: State
) -> tuple[State, list[str]]:
    """Return the planned object, and the names of what forces a replacement."""
    planned: State = conform(block, proposed)
    _fill(block, planned, prior, handler.defaults, "")
    _plan_base_attributes(handler, planned, config)
    if prior is not None:
        for name in handler.json_attributes:
            if same_json(planned.get(name), prior.get(name)):
                planned[name] = prior[name]
    handler.plan(prior, planned, _changed(block, prior, planned))
    if prior is None:
        return planned, []
    changed = differing(block, prior, planned)
    if not changed:
        return prior, []
    for name, causes in handler.on_change.items():
        if name not in changed and ("*" in causes or changed & set(causes)):
            planned[name] = UNKNOWN
    return planned, sorted(changed & handler.force_new)


def _changed(block: Block, prior: State | None, planned: State) -> set[str]:
    return set(planned) if prior is None else differing(block, prior, planned)


def _plan_base_attributes(handler: Resource, planned: State, config: State) -> None:
    """Plan what every type has alike: region and tags_all."""
    if planned.get("region", "") is UNKNOWN:
        planned["region"] = handler.provider.region
    if "tags_all" in planned and config.get("tags_all") is None:
        tags = planned.get("tags")
        planned["tags_all"] = UNKNOWN if has_unknown(tags) else {**handler.provider.default_tags, **(tags or {})}


def _fill(block: Block, planned: State, prior: State | None, defaults: Mapping[str, Value], prefix: str) -> None:
    """Fill in defaults, and what is computed; keep the prior's spelling of a zero value."""
    for name, fact in block["attributes"].items():
        if planned.get(name) is not None:
            continue
        if prefix + name in defaults:
            planned[name] = copy.deepcopy(defaults[prefix + name])
        elif fact.get("computed"):
            if prior is None:
                planned[name] = UNKNOWN
            elif fact.get("optional") and prefix:
                planned[name] = prior.get(name)
        elif prior is not None and prior.get(name) in _ZERO:
            planned[name] = prior[name]
    for name, nested in block.get("block_types", {}).items():
        inner = planned.get(name)
        if inner and inner is not UNKNOWN and name != "timeouts":
            _fill_nested(nested, inner, (prior or {}).get(name), defaults, f"{prefix}{name}.")


def _fill_nested(nested: Block, inner: Value, prior: Value, defaults: Mapping[str, Value], prefix: str) -> None:
    if nested["nesting"] == "single":
        _fill(nested["block"], inner, prior or None, defaults, prefix)
        return
    olds = prior or []
    for index, element in enumerate(inner):
        if element is UNKNOWN:
            continue
        # Defaults come before the look-up: an element of a set is found by its value.
        _fill_defaults(nested["block"], element, defaults, prefix)
        if nested["nesting"] == "set":
            old = next((old for old in olds if _corresponds(nested["block"], element, old)), None)
        else:
            old = olds[index] if index < len(olds) else None
        _fill(nested["block"], element, old, defaults, prefix)


def _corresponds(block: Block, element: State, old: State) -> bool:
    """Return whether a set's old element is this one, but for what the provider computes."""
    return meaning(block, element) == meaning(block, _without_computed(block, old, element))


def _without_computed(block: Block, old: Value, element: Value) -> Value:
    """Return the old element without the computed values that the new one leaves open."""
    if not isinstance(old, dict) or not isinstance(element, dict):
        return old
    bare = {
        name: None if fact.get("computed") and element.get(name) is None else old.get(name)
        for name, fact in block["attributes"].items()
    }
    for name, nested in block.get("block_types", {}).items():
        inner, new = old.get(name), element.get(name)
        if nested["nesting"] == "list" and isinstance(inner, list) and isinstance(new, list) and len(inner) == len(new):
            inner = [_without_computed(nested["block"], one, other) for one, other in zip(inner, new, strict=True)]
        bare[name] = inner
    return bare


def _fill_defaults(block: Block, planned: State, defaults: Mapping[str, Value], prefix: str) -> None:
    for name in block["attributes"]:
        if planned.get(name) is None and prefix + name in defaults:
            planned[name] = copy.deepcopy(defaults[prefix + name])
    for name, nested in block.get("block_types", {}).items():
        inner = planned.get(name)
        if nested["nesting"] != "single" and isinstance(inner, list):
            for element in inner:
                if isinstance(element, dict):
                    _fill_defaults(nested["block"], element, defaults, f"{prefix}{name}.")
