"""The cost of starting: help appears at once, and a command loads only what it needs."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from shipped import SOURCES

MODULES = "import sys, atexit; atexit.register(lambda: print(*sorted(sys.modules), file=sys.stderr)); "
START = MODULES + "sys.argv[0] = 'rollcall'; from admin_cli.__main__ import main; main()"
HEAVY = ("boto3", "botocore", "rich", "jinja2", "python_terraform", "asyncio")

HERE = {"PATH": os.environ["PATH"], "ROLLCALL_ORGANISATION": str(SOURCES.organisation)}


def run(*arguments: str, tmp_path: Path, code: str = START) -> subprocess.CompletedProcess[str]:
    environ = HERE | {"HOME": str(tmp_path), "ROLLCALL_CONFIG_DIR": str(tmp_path)}
    return subprocess.run(
        [sys.executable, "-c", code, *arguments], env=environ, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize(
    ("arguments", "without"),
    [
        ([], (*HEAVY, "typer", "registration_core")),
        (["--help"], (*HEAVY, "typer", "registration_core")),
        (["--version"], (*HEAVY, "typer", "registration_core")),
        (["list", "--help"], HEAVY),
        (["local", "--help"], HEAVY),
        (["list", "--json"], HEAVY),
        (["context", "list"], HEAVY),
        (["forms", "check"], ("boto3", "botocore", "rich", "python_terraform")),
    ],
)
def test_start__loads_only_what_it_needs(tmp_path: Path, arguments: list[str], without: tuple[str, ...]) -> None:
    """Neither the SDK nor Rich is loaded before its first use."""
    done = run(*arguments, tmp_path=tmp_path)

    assert done.returncode == 0
    loaded = set(done.stderr.splitlines()[-1].split())
    assert not loaded & set(without)


def test_start__as_a_module_is_the_same_command(tmp_path: Path) -> None:
    """`python -m admin_cli` works too."""
    done = run("--version", tmp_path=tmp_path, code="import runpy; runpy.run_module('admin_cli', run_name='__main__')")

    assert done.stdout.startswith("rollcall ")


@pytest.mark.parametrize("arguments", ["--help", "list --help", "forms show registration"])
def test_closed_pipe__is_quiet(tmp_path: Path, arguments: str) -> None:
    """A reader that has gone, such as `head`, is no error."""
    command = f'"{sys.executable}" -m admin_cli {arguments} | true; echo "${{PIPESTATUS[0]}}"'
    environ = HERE | {"HOME": str(tmp_path)}
    done = subprocess.run(["bash", "-c", command], env=environ, capture_output=True, text=True, check=False)

    assert (done.stdout, done.stderr) == ("0\n", "")


@pytest.mark.parametrize("arguments", [["forms", "show", "contact"], ["--help"]])
def test_full_disk__is_reported(tmp_path: Path, arguments: list[str]) -> None:
    """Output that could not be written is a failure, with a message."""
    full = Path("/dev/full")
    if not full.exists():
        pytest.fail("/dev/full is missing; this test needs Linux")
    with full.open("w") as out:
        done = subprocess.run(
            [sys.executable, "-m", "admin_cli", *arguments],
            stdout=out,
            stderr=subprocess.PIPE,
            env=HERE | {"HOME": str(tmp_path)},
            text=True,
            check=False,
        )

    assert done.returncode == 1
    assert done.stderr == "error: The output could not be written: No space left on device.\n"


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion__knows_the_commands(tmp_path: Path, shell: str) -> None:
    """The shell gets the commands that start with these letters."""
    environ = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "_ROLLCALL_COMPLETE": f"complete_{shell}",
        "COMP_WORDS": "rollcall lo",
        "COMP_CWORD": "1",
        "_TYPER_COMPLETE_ARGS": "rollcall lo",
        "_TYPER_COMPLETE_FISH_ACTION": "get-args",
    }
    done = subprocess.run([sys.executable, "-m", "admin_cli"], env=environ, capture_output=True, text=True, check=False)

    assert "local" in done.stdout
    assert "list" not in done.stdout
