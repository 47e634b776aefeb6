"""A plan in Terraform's JSON format, with the questions that tests ask about it."""

from __future__ import annotations

import json
import re
import tempfile
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Any

from python_terraform import IsFlagged

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from rollcall_local.terraform import LocalTerraform


def plan_as_json(
    terraform: LocalTerraform,
    file: Path | None = None,
    values: Mapping[str, Any] | None = None,
    **options: Any,
) -> dict[str, Any]:
    """Give a plan as Terraform describes it to programs.

    file: the values; None for this machine's, without an option. values: what differs from them.
    """
    inputs = terraform.inputs(file)
    off: dict[str, Any] = {} if file else {"staff_auth": None, "webhooks": None, "files": None}
    with tempfile.TemporaryDirectory() as folder:
        planned = str(Path(folder) / "plan")
        given = inputs["var"] | off | dict(values or {})
        terraform.run("plan", input=False, out=planned, **options, **inputs | {"var": given})
        described: dict[str, Any] = json.loads(terraform.run("show", planned, json=IsFlagged))
        return described


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement of a policy document.

    resources: the values known before the apply, and the references in the configuration.
    """

    effect: str
    actions: frozenset[str]
    resources: frozenset[str]
    principals: tuple[dict[str, Any], ...]
    conditions: dict[tuple[str, str], list[str]]


@dataclass(frozen=True, slots=True)
class Plan:
    """What Terraform would create for one environment, from nothing."""

    described: dict[str, Any]

    @property
    def variables(self) -> dict[str, Any]:
        """The root's variables, with the environment's file applied."""
        return {name: one["value"] for name, one in self.described["variables"].items()}

    def all(self, kind: str) -> dict[str, dict[str, Any]]:
        """Return every resource of a type, by address, with its planned values; unknown ones are missing."""
        return {
            change["address"]: change["change"]["after"]
            for change in self.described["resource_changes"]
            if change["mode"] == "managed" and change["type"] == kind
        }

    def one(self, address: str) -> dict[str, Any]:
        """Return the planned values of one resource."""
        values: dict[str, Any] = self._change(address)["change"]["after"]
        return values

    @property
    def addresses(self) -> set[str]:
        """The addresses of all resources."""
        return {change["address"] for change in self.described["resource_changes"] if change["mode"] == "managed"}

    @property
    def types(self) -> set[str]:
        """The types of all resources."""
        return {change["type"] for change in self.described["resource_changes"] if change["mode"] == "managed"}

    @property
    def policies(self) -> dict[str, list[Statement]]:
        """Every policy document that the configuration builds, by address."""
        return {
            change["address"]: list(self._statements(change))
            for change in [*self.described["resource_changes"], *self._read_at_once()]
            if change["type"] == "aws_iam_policy_document"
        }

    def references(self, address: str, argument: str) -> list[str]:
        """Return what an argument of a resource refers to in the configuration."""
        expression = self.configured(address)["expressions"][argument]
        references: list[str] = expression.get("references", [])
        return references

    def _change(self, address: str) -> dict[str, Any]:
        return next(change for change in self.described["resource_changes"] if change["address"] == address)

    def _read_at_once(self) -> Iterator[dict[str, Any]]:
        """Return the data sources whose inputs were all known, in the form of a change."""

        def walk(module: dict[str, Any]) -> Iterator[dict[str, Any]]:
            for resource in module.get("resources", []):
                if resource["mode"] == "data":
                    yield resource | {"change": {"after": resource["values"]}}
            for child in module.get("child_modules", []):
                yield from walk(child)

        yield from walk(self.described["prior_state"]["values"]["root_module"])

    def configured(self, address: str) -> dict[str, Any]:
        """Return a resource as the configuration writes it, with the references of each argument."""
        parts = address.split(".")
        module = self.described["configuration"]["root_module"]
        while parts[0] == "module":
            module = module["module_calls"][parts[1].split("[")[0]]["module"]
            parts = parts[2:]
        name = ".".join(parts).split("[")[0]
        resource: dict[str, Any] = next(one for one in module["resources"] if one["address"] == name)
        return resource

    def source_of(self, module: str) -> str:
        """Return where the configuration takes a module from."""
        inside, call = self.described["configuration"]["root_module"], {}
        for name in re.findall(r"module\.([\w-]+)", module):
            call = inside["module_calls"][name]
            inside = call["module"]
        source: str = call["source"]
        return source

    def _statements(self, change: dict[str, Any]) -> Iterator[Statement]:
        configured = self.configured(change["address"]).get("expressions", {}).get("statement", [])
        # Terraform leaves dynamic statements out of the configuration. Ours come after the others.
        planned: list[dict[str, Any]] = change["change"]["after"]["statement"]
        for values, expressions in zip_longest(planned, configured, fillvalue={}):
            resources = expressions.get("resources", {})
            yield Statement(
                effect=values["effect"] or "Allow",
                actions=frozenset(values["actions"] or ()),
                resources=frozenset(known for known in values["resources"] or () if known)
                | frozenset(resources.get("references", ())),
                principals=tuple(values["principals"]),
                conditions={
                    (condition["test"], condition["variable"]): condition["values"] for condition in values["condition"]
                },
            )


def block(values: dict[str, Any], name: str) -> dict[str, Any]:
    """Return the only block of this name."""
    (only,) = values[name]
    return dict(only)
