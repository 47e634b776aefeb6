"""Between Terraform's arguments and the members of an API's structures, where they map one to one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from standin.values import State, Value

# argument -> (member, what the provider shows when the API has none)
Members = dict[str, tuple[str, "Value"]]


def write(given: Mapping[str, Value], members: Members) -> dict[str, Any]:
    """Return the structure's members for the arguments that are set."""
    return {member: given[name] for name, (member, _) in members.items() if given.get(name) is not None}


def read(answer: Mapping[str, Any], members: Members) -> State:
    """Return the arguments for a structure."""
    return {name: answer.get(member, missing) for name, (member, missing) in members.items()}


def counted(items: Iterable[Any] | None) -> dict[str, Any]:
    """Return CloudFront's way of writing a list."""
    listed = list(items or ())
    return {"Quantity": len(listed), "Items": listed} if listed else {"Quantity": 0}


def listed(answer: Mapping[str, Any] | None) -> list[Any]:
    """Return the items of CloudFront's way of writing a list."""
    return list((answer or {}).get("Items") or [])


def paths(block: str, names: Iterable[str]) -> set[str]:
    """Return the dotted paths of a block's arguments."""
    return {f"{block}.{name}" for name in names}
