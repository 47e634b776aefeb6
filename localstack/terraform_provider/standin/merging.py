"""What the emulator answered, made a state: its values, in the practitioner's spelling where both mean the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .values import Block, State, Value, conform, differing, meaning, same_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from .resource import Resource


def merge(handler: Resource, block: Block, before: State, answer: State) -> State:
    """Return the state after a read: the answer, plus what is only echoed from the state before."""
    before = conform(block, before)
    after: State = conform(block, {**before, **answer})
    _echo(block, before, after, sorted(path for path in handler.echoed if "." in path))
    if "tags_all" in answer and "tags" in after:
        default_tags = handler.provider.default_tags
        after["tags"] = _own_tags(before.get("tags") or {}, answer["tags_all"] or {}, default_tags)
    different = differing(block, before, after)
    for name in after:
        if name not in different or (name in handler.json_attributes and same_json(before[name], after[name])):
            after[name] = before[name]
    return after


def _own_tags(before: Mapping[str, str], tags: Mapping[str, str], default_tags: Mapping[str, str]) -> dict[str, str]:
    """Return the tags without those that only the provider's default_tags ask for."""
    return {key: value for key, value in tags.items() if key in before or default_tags.get(key) != value}


def _echo(block: Block, before: Mapping[str, Value], after: State, paths: Iterable[str]) -> None:
    """Copy echoed arguments inside blocks from the state before into the elements that correspond."""
    inner_paths: dict[str, list[str]] = {}
    for path in paths:
        name, _, rest = path.partition(".")
        inner_paths.setdefault(name, []).append(rest)
    for name, rests in inner_paths.items():
        nested = block.get("block_types", {}).get(name)
        if nested is None:
            after[name] = before.get(name)
        elif "" not in rests:
            olds = before.get(name) or []
            for index, element in enumerate(after.get(name) or []):
                old = _counterpart(nested, olds, element, index, rests)
                if old is not None:
                    _echo(nested["block"], old, element, rests)


def _counterpart(nested: Block, olds: list[Value], element: Value, index: int, rests: list[str]) -> Value:
    """Find the old element: by place in a list, by its other arguments in a set."""
    if nested["nesting"] != "set":
        return olds[index] if index < len(olds) else None
    bare = _without(nested["block"], element, rests)
    return next((old for old in olds if _without(nested["block"], old, rests) == bare), None)


def _without(block: Block, element: Mapping[str, Value], rests: list[str]) -> str:
    tops = {rest.partition(".")[0] for rest in rests}
    return meaning(block, {name: None if name in tops else value for name, value in element.items()})
