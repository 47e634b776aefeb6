"""The entry point of `rollcall`. Help and version are printed before anything large is loaded."""

import gc
import os
import sys

from admin_cli import __version__
from admin_cli.catalogue import root_help

INTERRUPTED = 130
COMPLETION_VARIABLE = "_ROLLCALL_COMPLETE"
_OBJECTS_BETWEEN_SEARCHES = 50_000
"""Loading a command makes many objects and little garbage, and Python looks for garbage after every 700."""


def main() -> None:
    """Run `rollcall` with the process's arguments, and end the process with its exit code."""
    gc.set_threshold(_OBJECTS_BETWEEN_SEARCHES)
    try:
        code = _run(sys.argv[1:])
    except KeyboardInterrupt:
        code = INTERRUPTED
    gc.freeze()  # the system frees all memory at exit, so Python needn't search it first
    sys.exit(code)


def _run(arguments: list[str]) -> int:
    if COMPLETION_VARIABLE not in os.environ:
        if arguments in ([], ["--help"], ["-h"], ["help"]):
            return _print(root_help(_columns()))
        if arguments == ["--version"]:
            return _print(f"rollcall {__version__}\n")
    else:
        _prepare_completion()
    from admin_cli.app import run  # noqa: PLC0415 - help and version need no Typer
    from admin_cli.services import services  # noqa: PLC0415

    return run(arguments, services())


def _columns() -> int:
    """Return the terminal's width; 0 if there is none."""
    try:
        return int(os.environ.get("COLUMNS") or os.get_terminal_size(sys.stdout.fileno()).columns)
    except (OSError, ValueError):
        return 0


def _prepare_completion() -> None:
    """Make completion fast and silent: anything on stderr would spoil the prompt."""
    from admin_cli.terminal.completion import globals_in_front  # noqa: PLC0415 - help and version need no Typer

    sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123 - for as long as the process lives
    sys.modules["rich"] = None  # type: ignore[assignment] # Typer would load it to remove markup that isn't there
    globals_in_front(os.environ)


def _print(text: str) -> int:
    """Print like any command, but without importing what prints tables."""
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except OSError as error:
        os.dup2(
            os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno()
        )  # Python would fail again on what is still buffered
        if isinstance(error, BrokenPipeError):  # the reader has read enough
            return 0
        sys.stderr.write(f"error: The output could not be written: {error.strerror}.\n")
        return 1
    return 0


if __name__ == "__main__":
    main()
