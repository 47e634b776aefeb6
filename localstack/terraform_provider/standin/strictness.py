"""No argument is dropped: what is set must be supported, and what is supported must be read back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .errors import AttributePath, Problem
from .values import UNKNOWN, Block, State, Value

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

BASE_ARGUMENTS = frozenset({"id", "region", "tags", "tags_all"})


def _blocks(block: Block) -> dict[str, Block]:
    blocks: dict[str, Block] = block.get("block_types", {})
    return blocks


def _elements(nested: Block, value: Value) -> list[tuple[AttributePath, Value]]:
    """Return a block's objects, each with the path from the block's name to it."""
    if value is None or value is UNKNOWN:
        return []
    if nested["nesting"] == "single":
        return [((), value)]
    # An element of a set has no index; the path then ends at the block.
    return [((index,) if nested["nesting"] == "list" else (), element) for index, element in enumerate(value)]


def set_arguments(block: Block, config: State, prefix: str = "") -> Iterator[tuple[str, AttributePath]]:
    """Return every argument that a configuration sets, as dotted path and as Terraform's path."""
    for name in block["attributes"]:
        if config.get(name) is not None:
            yield prefix + name, (name,)
    for name, nested in _blocks(block).items():
        value = config.get(name)
        if value is UNKNOWN or (value and not _elements(nested, value)):
            yield prefix + name, (name,)
        for steps, element in _elements(nested, value):
            if element is UNKNOWN or element is None:
                continue
            inner = list(set_arguments(nested["block"], element, f"{prefix}{name}."))
            if not inner:
                yield prefix + name, (name, *steps)
            for path, rest in inner:
                yield path, (name, *steps, *rest)


def _covered(path: str, supported: frozenset[str]) -> bool:
    """Return whether a path is among the supported ones, or is a block of which some argument is."""
    return path in supported or any(known.startswith(path + ".") for known in supported)


def unsupported(kind: str, block: Block, config: State, supported: frozenset[str]) -> list[Problem]:
    """List every argument that is set and not supported."""
    problems = {
        path: Problem(
            f"{kind}: the stand-in provider doesn't carry out the argument {path}",
            "It runs on one machine, against an emulator. Leave the argument out there, teach the stand-in to carry it "
            "out (localstack/terraform_provider), or take the real provider: ROLLCALL_PROVIDER=registry.",
            where,
        )
        for path, where in set_arguments(block, config)
        if path not in BASE_ARGUMENTS and not _covered(path, supported)
    }
    return list(problems.values())


def unread(block: Block, answer: State, supported: Iterable[str], echoed: frozenset[str]) -> list[str]:
    """List every argument that is supported, isn't echoed, and is missing in what `read` gave."""
    if "tags_all" in block["attributes"]:
        supported = {*supported, "tags_all"}
    return sorted(path for path in supported if not _echoed(path, echoed) and not _present(block, answer, path))


def _echoed(path: str, echoed: frozenset[str]) -> bool:
    steps = path.split(".")
    return any(".".join(steps[: length + 1]) in echoed for length in range(len(steps)))


def _present(block: Block, answer: State, path: str) -> bool:
    name, _, rest = path.partition(".")
    if name not in answer:
        return False
    if not rest:
        return True
    nested = _blocks(block)[name]
    return all(_present(nested["block"], element, rest) for _, element in _elements(nested, answer[name]))
