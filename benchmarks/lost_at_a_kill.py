"""What a kill of the local emulator loses: acknowledged submissions, and how old they were.

Run from the clone: .venvs/dev/bin/python benchmarks/lost_at_a_kill.py [--seconds N] [--kills N]

Visitors register as fast as they can, the emulator is killed (SIGKILL) at a random moment, and
comes up again. For each kill it prints how many submissions were acknowledged, how many of them are
gone, and the age of the oldest. No figure is a pass or a fail.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from local_stack import ROOT, Visitor, environment

from rollcall_local.credentials import client
from rollcall_local.paths import Workspace
from rollcall_local.process import free_port

VISITORS = 2


def register(workspace: Workspace, name: str, acknowledged: dict[str, float], stop: threading.Event) -> None:
    """Register with new addresses until stopped or nobody answers, and note when each was acknowledged."""
    visitor, number = Visitor(workspace), 0
    while not stop.is_set():
        address, number = f"{name}-{number}@kuggen.se", number + 1
        try:
            visitor.post(address)
        except (OSError, SystemExit, ValueError):
            return
        except Exception as error:  # noqa: BLE001 - http.client's many ways to lose a connection
            sys.stderr.write(f"{error!r}\n")
            return
        acknowledged[address] = time.monotonic()


def stored(workspace: Workspace) -> set[str]:
    """Return the addresses of all submissions."""
    pages = client("dynamodb", workspace).get_paginator("scan")
    asked = {"TableName": workspace.table, "FilterExpression": "attribute_exists(email)"}
    return {item["email"]["S"] for page in pages.paginate(**asked) for item in page["Items"]}


def killed(workspace: Workspace, up: list[str], env: dict[str, str], round_number: int, seconds: float) -> None:
    """Kill the emulator once under load, bring it up, and print what is gone."""
    acknowledged: dict[str, float] = {}
    stop = threading.Event()
    visitors = [
        threading.Thread(target=register, args=(workspace, f"v{round_number}.{number}", acknowledged, stop))
        for number in range(VISITORS)
    ]
    for visitor in visitors:
        visitor.start()
    time.sleep(seconds + random.random() * 3)
    pid = int((workspace.state / "emulator" / "emulator.pid").read_text(encoding="utf-8"))
    os.killpg(pid, signal.SIGKILL)
    at = time.monotonic()
    stop.set()
    for visitor in visitors:
        visitor.join()
    subprocess.run(up, env=env, check=True, cwd=ROOT, stdout=subprocess.DEVNULL)
    there = stored(workspace)
    gone = [when for address, when in acknowledged.items() if address not in there]
    gap = at - min(gone) if gone else 0.0
    print(f"{len(acknowledged):6} acknowledged  {len(gone):5} gone  gap {gap:5.1f} s  {len(there):6} in the table")


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=60, help="of load before each kill (default 60)")
    parser.add_argument("--kills", type=int, default=3, help="how often (default 3)")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="rollcall-bench-") as folder:
        ports = {"edge_port": free_port(), "site_port": free_port(), "mailbox_port": free_port()}
        workspace = Workspace(root=ROOT, state=Path(folder), **ports)
        env = environment(workspace)
        command = f"{Path(sys.executable).parent}/rollcall"
        try:
            subprocess.run([command, "local", "up"], env=env, check=True, cwd=ROOT, stdout=subprocess.DEVNULL)
            for round_number in range(chosen.kills):
                killed(workspace, [command, "local", "up"], env, round_number, chosen.seconds)
        finally:
            subprocess.run([command, "local", "down"], env=env, check=True, cwd=ROOT, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    main()
