"""The emulators that can serve AWS on one machine, and which one a system uses.

ROLLCALL_EMULATOR chooses it at the first `up`. The system then keeps it until it is reset, because
its data and Terraform's state fit no other.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from rollcall_build.files import replace_file
from rollcall_local.emulators.localstack import LocalStack
from rollcall_local.emulators.ministack import Ministack
from rollcall_local.errors import LocalStackError

if TYPE_CHECKING:
    from pathlib import Path

    from rollcall_local.emulators.emulator import Emulator
    from rollcall_local.paths import Workspace

VARIABLE = "ROLLCALL_EMULATOR"

EMULATORS: dict[str, type[Emulator]] = {kind.name: kind for kind in (Ministack, LocalStack)}


def emulator_of(workspace: Workspace) -> Emulator:
    """Return the emulator of a system: the one it was set up with, else the chosen one.

    Raises LocalStackError if there is no such emulator.
    """
    return EMULATORS[_saved(workspace.state) or _chosen() or Ministack.name](workspace)


def keep_emulator(workspace: Workspace) -> None:
    """Record which emulator the system uses, so that status, mail and down find it by themselves.

    Raises LocalStackError if the system was set up with another than the chosen one, or runs in
    another way.
    """
    saved, chosen = _saved(workspace.state), _chosen()
    if saved and chosen and saved != chosen:
        raise LocalStackError(
            f"The local system in {workspace.state} was set up with {saved}, not {chosen}. Delete it and its data "
            "(make down RESET=1), or keep both: choose another folder with ROLLCALL_STATE, and other ports.",
        )
    if refusal := emulator_of(workspace).refusal():
        raise LocalStackError(refusal)
    replace_file(_file(workspace.state), saved or chosen or Ministack.name)


def _chosen() -> str | None:
    name = os.environ.get(VARIABLE)
    if name and name not in EMULATORS:
        raise LocalStackError(f"{VARIABLE} is {name!r}. Choose one of these: {', '.join(sorted(EMULATORS))}.")
    return name or None


def _saved(state: Path) -> str | None:
    """Return the name on record. One that this version doesn't know counts as none."""
    try:
        name = _file(state).read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    return name if name in EMULATORS else None


def _file(state: Path) -> Path:
    return state / "emulator-name"
