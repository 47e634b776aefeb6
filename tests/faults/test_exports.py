"""Exports as processes that are killed, interrupted, cut off or out of disk space: no row is lost or doubled."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from conftest import wait_until
from faults.table_server import CUT_OFF, THROTTLED, TableServer
from unit.export.table_source import NOW, entry

from admin_cli.aws.contexts import Context, ContextFile

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ENTRIES = [
    entry(number, at=NOW - timedelta(minutes=number), answers={"name": f"Robin {number} " + 250_000 * "x"})
    for number in range(240)
]
PAGE = 20
MUCH = 9
"""From so many pages on the export has processes that read side by side."""


@pytest.fixture
def server() -> Iterator[TableServer]:
    with TableServer(ENTRIES, PAGE) as serving:
        yield serving


@pytest.fixture
def environ(server: TableServer, tmp_path: Path) -> dict[str, str]:
    file = ContextFile(tmp_path / "config" / "contexts.json")
    file.write(file.read().with_entry(Context("local", "local", "eu-north-1", server.endpoint)))
    return {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "ROLLCALL_CONFIG_DIR": str(tmp_path / "config")}


def start(environ: dict[str, str], *words: str, **options: Any) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "admin_cli", "export", *words],
        env=environ,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **options,
    )


def finish(process: subprocess.Popen[str]) -> tuple[int, str]:
    _, err = process.communicate(timeout=60)
    return process.returncode, err


def ids(path: Path) -> list[str]:
    return [json.loads(line)["id"] for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize(
    ("pages", "jobs"),
    [
        (MUCH, 3),
        *(pytest.param(pages, jobs, marks=pytest.mark.full) for pages in (1, 3, 6, 10, 12) for jobs in (1, 2, 4)),
    ],
)
def test_killed_export__can_be_resumed(
    server: TableServer, environ: dict[str, str], tmp_path: Path, pages: int, jobs: int
) -> None:
    """Kill -9 during the reading: no worker outlives it for long, and what it had read is not read again."""
    server.hold_after = pages
    at_once = jobs if pages == MUCH else 1
    out = tmp_path / "course.jsonl"
    process = start(environ, str(out), "--jobs", str(jobs))
    wait_until(lambda: server.held >= at_once, what=f"{at_once} pages being read at once")
    process.kill()
    process.wait()
    server.hold_after = None
    server.release.set()
    finish(process)  # the workers share its stderr, so they have ended too
    before = server.given
    assert not out.exists()

    code, err = finish(start(environ, str(out), "--resume"))

    assert code == 0, err
    assert ids(out) == [each.id for each in ENTRIES]
    assert server.given - before < len(ENTRIES)
    assert not list(tmp_path.glob(".course*"))


def test_ctrl_c__ends_every_process_and_can_be_resumed(
    server: TableServer, environ: dict[str, str], tmp_path: Path
) -> None:
    """The exit code is 130, one line says how to continue, and no worker keeps reading."""
    server.hold_after = MUCH
    out = tmp_path / "course.jsonl"
    process = start(environ, str(out), "--jobs", "3")
    wait_until(lambda: server.held >= 3, what="three pages being read at once")
    process.send_signal(signal.SIGINT)

    kept = f"The submissions read so far are kept. To continue: rollcall export {out} --resume\n"
    assert finish(process) == (130, kept)
    server.hold_after = None
    server.release.set()
    assert finish(start(environ, str(out), "--resume"))[0] == 0
    assert ids(out) == [each.id for each in ENTRIES]


def test_lost_and_throttled_answers__are_retried(server: TableServer, environ: dict[str, str], tmp_path: Path) -> None:
    """The command reports dropped connections and throttling, and waits them out."""
    server.spoiled = {2: CUT_OFF, 4: THROTTLED, 7: CUT_OFF, MUCH + 2: THROTTLED, MUCH + 4: CUT_OFF}
    out = tmp_path / "course.jsonl"

    code, err = finish(start(environ, str(out), "--jobs", "2"))

    assert code == 0, err
    assert "throttling" in err
    assert ids(out) == [each.id for each in ENTRIES]


@pytest.mark.parametrize("room", [4_000_000, 29_000_000], ids=["alone", "processes"])
def test_full_disk__is_reported_and_can_be_resumed(environ: dict[str, str], tmp_path: Path, room: int) -> None:
    """Nothing that was read is lost."""
    out = tmp_path / "course.jsonl"

    def little_room() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))

    code, err = finish(start(environ, str(out), "--jobs", "2", preexec_fn=little_room))

    assert code == 1
    assert err.splitlines() == [
        "error: The disk is full. Free some space.",
        f"Then continue: rollcall export {out} --resume",
    ]
    assert not out.exists()
    assert finish(start(environ, str(out), "--resume"))[0] == 0
    assert ids(out) == [each.id for each in ENTRIES]


def test_closed_pipe__is_quiet(environ: dict[str, str]) -> None:
    """`| head` is no error and leaves nothing behind; the rows are far larger than a pipe's buffer."""
    export = f'"{sys.executable}" -m admin_cli export --format jsonl'
    command = f'{export} | head -1 | wc -l; echo "${{PIPESTATUS[0]}}"'
    done = subprocess.run(["bash", "-c", command], env=environ, capture_output=True, text=True, check=False, timeout=60)

    assert (done.stdout.split(), done.stderr) == (["1", "0"], "")


def test_small_export__loads_no_sdk(environ: dict[str, str], tmp_path: Path) -> None:
    """boto3 alone takes longer to load than a few thousand submissions take to read, as does the number parser."""
    out = tmp_path / "course.csv"

    code, err = finish(start(environ | {"PYTHONPROFILEIMPORTTIME": "1"}, str(out)))

    assert code == 0, err
    loaded = {line.rpartition("|")[2].strip().partition(".")[0] for line in err.splitlines() if "import time:" in line}
    assert "msgspec" in loaded
    assert loaded & {"boto3", "botocore", "pydantic"} == set()
