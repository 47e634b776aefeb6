"""How fast the system is on one machine: `make up` after the install and again, a warm POST, and a POST to both mails.

Run from the clone: .venvs/dev/bin/python benchmarks/local_stack.py [--rounds N] [--posts N]

It uses free ports and a separate folder, and prints medians with minimum and maximum. No figure is
a pass or a fail.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.parse
from pathlib import Path

from registration_core.domain.validation import example_submission
from rollcall_build.forms.files import compile_forms
from rollcall_local import mailbox
from rollcall_local.paths import Workspace
from rollcall_local.process import clean_environment, free_port

ROOT = Path(__file__).resolve().parents[1]


def environment(workspace: Workspace) -> dict[str, str]:
    """Return an environment with this run's own ports and folder."""
    return clean_environment(
        EDGE_PORT=str(workspace.edge_port),
        ROLLCALL_CONFIG_DIR=str(workspace.state / "config"),
        ROLLCALL_MAILBOX_PORT=str(workspace.mailbox_port),
        ROLLCALL_ROOT=str(ROOT),
        ROLLCALL_SITE_PORT=str(workspace.site_port),
        ROLLCALL_STATE=str(workspace.state),
        TMPDIR=tempfile.gettempdir(),
    )


def timed(words: list[str], env: dict[str, str]) -> float:
    """Run a command to its end and return its wall time in seconds."""
    began = time.perf_counter()
    subprocess.run(words, env=env, check=True, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - began


def show(name: str, seconds: list[float], aim: str) -> None:
    """Print one figure."""
    middle, least, most = statistics.median(seconds), min(seconds), max(seconds)
    print(f"{name:28s} median {middle:.3f} s   min {least:.3f}   max {most:.3f}   n={len(seconds)}   aim {aim}")


class Visitor:
    """One connection to the API that is kept alive."""

    def __init__(self, workspace: Workspace) -> None:
        target = urllib.parse.urlsplit(workspace.api_url)
        self._path = target.path
        self._connection = http.client.HTTPConnection(target.hostname or "localhost", target.port)
        self._example = example_submission(compile_forms(ROOT / "example" / "forms")["registration"])

    def post(self, address: str) -> float:
        """Send one registration and return its wall time in seconds."""
        body = json.dumps({**self._example, "email": address})
        began = time.perf_counter()
        self._connection.request("POST", f"{self._path}/registration", body, {"Content-Type": "application/json"})
        answer = self._connection.getresponse()
        text = answer.read()
        took = time.perf_counter() - began
        if answer.status != http.client.CREATED:
            sys.exit(f"POST answered {answer.status}: {text.decode()[:300]}")
        return took


def both_mails(workspace: Workspace, visitor: Visitor, address: str) -> float:
    """Wait from the start of the POST until registrant and staff have their mails; return seconds."""
    before = len(mailbox.messages(workspace))
    began = time.perf_counter()
    visitor.post(address)
    while len(mailbox.messages(workspace)) < before + 2:
        if time.perf_counter() - began > 30:
            sys.exit("the mails did not arrive within 30 s")
        time.sleep(0.005)
    return time.perf_counter() - began


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="fresh stacks (default 3)")
    parser.add_argument("--posts", type=int, default=100, help="warm POSTs a stack (default 100)")
    chosen = parser.parse_args()
    first, again, warm, mails = [], [], [], []
    for round_number in range(chosen.rounds):
        with tempfile.TemporaryDirectory(prefix="rollcall-bench-") as folder:
            workspace = Workspace(
                root=ROOT,
                state=Path(folder),
                edge_port=free_port(),
                site_port=free_port(),
                mailbox_port=free_port(),
            )
            env = environment(workspace)
            up = [f"{Path(sys.executable).parent}/rollcall", "local", "up"]
            try:
                first.append(timed(up, env))
                again.extend(timed(up, env) for _ in range(2))
                visitor = Visitor(workspace)
                for number in range(5):
                    both_mails(workspace, visitor, f"warm{number}@example.org")
                mails.extend(both_mails(workspace, visitor, f"mail{n}@example.org") for n in range(7))
                warm.extend(visitor.post(f"r{round_number}-{number}@example.org") for number in range(chosen.posts))
            finally:
                timed([up[0], "local", "down"], env)
    print(f"Python {sys.version.split()[0]}, {os.cpu_count()} cores")
    show("make up, after the install", first, "< 20 s")
    show("make up, nothing changed", again, "< 8 s")
    show("warm POST at the emulator", warm, "< 0.06 s")
    show("POST to both mails", mails, "< 2 s")


if __name__ == "__main__":
    main()
