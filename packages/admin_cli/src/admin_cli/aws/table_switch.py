"""The switch of a stack to another table, step by step. Each step that is done already is left out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from admin_cli.aws.terraform import run_through
from admin_cli.errors import CliError, ExitCode
from rollcall_build.files import replace_file

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from admin_cli.aws.terraform import StackTerraform

#: Where the configuration has the table.
ADDRESS = "module.store.aws_dynamodb_table.this"

INDEXES = {"by_month", "by_email", "by_topic"}
"""What a restore can leave out, and the stack can't work without."""

AGAIN = "Run the same command again: it goes on where it stopped."

_TABLE_NAME = re.compile(r"^table_name\s*=.*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Step:
    """One step that is still to do: what it does, as in "turn on its stream", and how."""

    what: str
    do: Callable[[], None]


@dataclass(frozen=True, slots=True)
class TableSwitch:
    """What makes Terraform use `table` for an initialised stack, up to the apply. Nothing in AWS is deleted."""

    terraform: StackTerraform
    dynamodb: Any
    table: str

    def ensure_possible(self) -> None:
        """Raise CliError unless the table has one of this stack's names, and is whole."""
        own = f"rollcall-{self.terraform.context.stack}"
        if self.table != own and not re.fullmatch(rf"{own}-restored-[a-z0-9-]+", self.table):
            raise CliError(
                f"The stack {self.terraform.context.stack} can't use a table named {self.table}.",
                hint=f"Restore into a table whose name begins with {own}-restored-",
                exit_code=ExitCode.USAGE,
            )
        described = self._described()
        indexes = {one["IndexName"]: one["IndexStatus"] for one in described.get("GlobalSecondaryIndexes", [])}
        if {described["TableStatus"], *indexes.values()} != {"ACTIVE"}:
            raise CliError(f"AWS is still restoring {self.table}.", hint="Run the same command again in some minutes.")
        if missing := sorted(INDEXES - indexes.keys()):
            raise CliError(
                f"{self.table} lacks the indexes {', '.join(missing)}.", hint="Restore once more, with all indexes."
            )

    def steps(self) -> Iterator[Step]:
        """Yield each step that is still to do, in order."""
        if not self._described().get("StreamSpecification", {}).get("StreamEnabled"):
            yield Step("turn on the table's stream", self._turn_on_stream)
        text = self.terraform.values.read_text(encoding="utf-8")
        renamed = self._renamed(text)
        if renamed != text:
            yield Step(
                f"write table_name into {self.terraform.values}", lambda: replace_file(self.terraform.values, renamed)
            )
        known = _table_in(self.terraform.described())
        if known not in {None, self.table}:
            yield Step(
                f"make Terraform forget {known}, which stays as it is", lambda: self._run("state", "rm", ADDRESS)
            )
        if known != self.table:
            yield Step(f"make Terraform know {self.table}", lambda: self._run("import", ADDRESS, self.table))

    def _renamed(self, text: str) -> str:
        line = f'table_name = "{self.table}"'
        if self.table == f"rollcall-{self.terraform.context.stack}":
            return _TABLE_NAME.sub("table_name = null", text)
        if _TABLE_NAME.search(text):
            return _TABLE_NAME.sub(line, text)
        return f"{text.rstrip()}\n\n# Restored; see docs/runbook.md, Restoring.\n{line}\n"

    def _described(self) -> dict[str, Any]:
        try:
            described: dict[str, Any] = self.dynamodb.describe_table(TableName=self.table)["Table"]
        except ClientError as error:
            if error.response["Error"]["Code"] != "ResourceNotFoundException":
                raise
            raise CliError(f"There is no table {self.table}.", exit_code=ExitCode.NOT_FOUND) from error
        return described

    def _turn_on_stream(self) -> None:
        stream = {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}
        self.dynamodb.update_table(TableName=self.table, StreamSpecification=stream)
        self.dynamodb.get_waiter("table_exists").wait(TableName=self.table)

    def _run(self, command: str, *words: str) -> None:
        code = run_through(self.terraform.call(command, words), to_stderr=True)
        if code:
            exit_code = ExitCode.INTERRUPTED if code == ExitCode.INTERRUPTED else ExitCode.FAILURE
            raise CliError(f"terraform {command} failed.", hint=AGAIN, exit_code=exit_code)


def _table_in(state: dict[str, Any]) -> str | None:
    """Return the name of the table that Terraform knows."""
    modules = [state.get("values", {}).get("root_module", {})]
    while modules:
        module = modules.pop()
        modules += module.get("child_modules", [])
        for resource in module.get("resources", []):
            if resource["address"] == ADDRESS:
                return str(resource["values"]["name"])
    return None
