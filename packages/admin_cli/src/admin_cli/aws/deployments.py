"""Plans and applies of one stack in AWS. An apply stops before it deletes what holds data or sends mail."""

from __future__ import annotations

import contextlib
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from admin_cli.aws.plans import losses
from admin_cli.aws.terraform import FOR_THE_APPLY, holds_plan, out_of, run_through
from admin_cli.aws.value_types import unknown_names
from admin_cli.confirmation import answer, can_ask, says_yes
from admin_cli.errors import CliError, DeclinedError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from admin_cli.aws.terraform import StackTerraform
    from admin_cli.services import Services
    from rollcall_build.sources import Sources
    from rollcall_local.terraform import Invocation

#: Terraform's exit codes for a plan that was made; the second if -detailed-exitcode found something to change.
PLANNED = (0, 2)

#: Terraform's own option for "don't ask".
AUTO_APPROVE = "-auto-approve"


@dataclass(frozen=True, slots=True)
class Deployment:
    """Terraform on an initialised stack, watched by a person or a pipeline.

    yes: don't ask before an apply. delete_data: whether an apply may delete what holds data or sends mail; None asks
    for the stack's name.
    """

    services: Services
    terraform: StackTerraform
    yes: bool = False
    delete_data: bool | None = None

    def plan(self, words: Sequence[str]) -> int:
        """Plan, and say what the plan deletes that ought to be kept. Return Terraform's exit code."""
        with _saved(words) as (file, planned):
            code = self._through("plan", planned)
            if code in PLANNED:
                self._tell(losses(self._planned(file)))
            return code

    def apply(self, words: Sequence[str] = ()) -> int:
        """Apply a saved plan, or plan, ask, and apply that plan. Return Terraform's exit code.

        Raises CliError or DeclinedError, and then nothing was changed.
        """
        if holds_plan(words):
            self._ensure_meant(losses(self._planned(Path(words[-1]))))
            return self._through("apply", words)
        with _saved([word for word in words if word != AUTO_APPROVE]) as (file, planned):
            code = self._through("plan", planned)
            if code not in PLANNED:
                return code
            plan = self._planned(file)
            if not plan.get("applyable", True):
                return 0
            self._ensure_agreed(plan, yes=self.yes or AUTO_APPROVE in words)
            return self._through("apply", [*(one for one in words if one.startswith(FOR_THE_APPLY)), str(file)])

    def _planned(self, file: Path) -> dict[str, Any]:
        """Return a plan. Raises CliError if Terraform dropped part of the values because it doesn't know its name."""
        plan = self.terraform.described(file)
        given = {name: each.get("value") for name, each in plan.get("variables", {}).items()}
        if unknown := unknown_names(self.terraform.folder, given):
            raise CliError("\n".join(unknown), hint=f"Correct {self.terraform.values}, then plan again.")
        return plan

    def _ensure_agreed(self, plan: dict[str, Any], *, yes: bool) -> None:
        lost = losses(plan)
        self._ensure_meant(lost)
        asked = bool(lost) and not self.delete_data
        question = f"Apply this plan to the stack {self.terraform.context.stack}?"
        if not yes and not asked and not says_yes(self.services, question):
            raise DeclinedError("Nothing was changed.")

    def _ensure_meant(self, lost: Sequence[str]) -> None:
        """Raise CliError unless nothing is lost, or somebody means it."""
        self._tell(lost)
        if not lost or self.delete_data:
            return
        if self.delete_data is False:
            raise CliError("This plan was not applied.")
        if self.yes or not can_ask(self.services):
            raise CliError("This plan was not applied.", hint="If you mean it, add --delete-data.")
        if answer(self.services, "Type the stack's name to go on: ") != self.terraform.context.stack:
            raise CliError("That is not the stack's name. Nothing was changed.")

    def _tell(self, lost: Sequence[str]) -> None:
        if lost:
            listed = "".join(f"\n  - {one}" for one in lost)
            self.services.output.tell(f"This plan deletes what holds data or sends mail:{listed}")

    def _through(self, command: str, words: Sequence[str]) -> int:
        return run_watched(self.services, self.terraform.call(command, words))


def run_watched(services: Services, call: Invocation) -> int:
    """Run Terraform below what this process has printed. Return its exit code; see `run_through`."""
    services.output.flush()
    return run_through(call)


def initialise(services: Services, terraform: StackTerraform) -> int:
    """Fetch what Terraform needs and reach the stack's state. Return Terraform's exit code."""
    terraform.take_lock()
    services.output.note(f"Initialising Terraform for {terraform.context.stack} ...")
    coloured = services.output.coloured and services.output.stderr.isatty()
    return run_through(terraform.initialise(coloured=coloured), to_stderr=True)


def build_package(services: Services, sources: Sources) -> None:
    """Build the functions' zip that the configuration deploys."""
    from rollcall_build.forms.example_addresses import ExampleAddressError, ensure_own_addresses  # noqa: PLC0415
    from rollcall_build.forms.files import compile_forms  # noqa: PLC0415 - one command's
    from rollcall_build.package import build_package  # noqa: PLC0415 - reads every form

    try:
        ensure_own_addresses(compile_forms(sources.forms).values())
    except ExampleAddressError as error:
        raise CliError(str(error)) from error
    report = build_package(sources, sources.root / "dist" / "rollcall-lambda.zip")
    services.output.note(f"The functions' zip is {'new' if report.changed else 'unchanged'}: {report.path}")


@contextlib.contextmanager
def _saved(words: Sequence[str]) -> Iterator[tuple[Path, list[str]]]:
    """Yield the file that a plan goes to, and the words that make Terraform save it there."""
    asked = out_of(words)
    if asked is not None:
        yield asked, list(words)
        return
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "plan"
        yield file, [*words, f"-out={file}"]
