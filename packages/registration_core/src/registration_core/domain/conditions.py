"""Conditions: questions and options that depend on the answer to an earlier question."""

from __future__ import annotations

from dataclasses import dataclass

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from registration_core.domain.values import Answer


@dataclass(frozen=True, slots=True)
class Condition:
    """When something is asked: after one of some answers to a choice, or unless it is one of them.

    field: the choice's name. values: the options. unless: whether they rule it out.
    """

    field: str
    values: tuple[str, ...]
    unless: bool = False

    def holds(self, answers: Mapping[str, Answer]) -> bool:
        """Whether it is asked with these answers, as stored. A choice that isn't answered is none of the options."""
        answer = answers.get(self.field)
        chosen = answer if isinstance(answer, list | tuple) else (answer,)
        return any(value in self.values for value in chosen) is not self.unless

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Condition:
        """Read what `to_dict` returned."""
        unless = "not" in data
        return cls(data["field"], tuple(data["not" if unless else "is"]), unless)

    def to_dict(self) -> dict[str, Any]:
        """Return values for JSON."""
        return {"field": self.field, "not" if self.unless else "is": list(self.values)}
