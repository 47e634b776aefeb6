"""Exports: `rollcall export` against a colleague's script (rivals/export_boto3.py) and AWS's own tools.

Run from the clone: .venvs/dev/bin/python benchmarks/export_speed.py

It measures with a replay server, which sends pages as fast as clients take them, and with the
emulator, which is itself the limit. Runs are interleaved and the figures are medians. `--memory`
measures how much memory the export and all its processes hold together, at ten thousand and at a
million submissions.

Below about 10,000 submissions the export can't be five times as fast as the script: Python takes 0.2
seconds of CPU to load its code, and the script 0.6 in all (docs/decisions/0052-small-exports.md).
"""

import argparse
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import emulated
import entries

HERE = Path(__file__).resolve().parent
BIN = Path(sys.executable).parent
RIVALS = entries.ROOT / ".venvs" / "bench-export" / "bin"
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": emulated.REGION}
FEWEST_RUNS = 7


@dataclass(frozen=True)
class Contender:
    """One way to put all submissions in a file. aim: how many times faster than this we aim to be."""

    name: str
    command: Sequence[str]
    aim: float | None = None


@dataclass(frozen=True)
class Run:
    """One process and its children. peak_mb: the memory they hold together; shared pages count once."""

    wall_s: float
    cpu_s: float
    peak_mb: float = 0.0


def main() -> int:
    """Run, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--entries", type=int, default=100_000, help="in the replay server (default: 100,000)")
    parser.add_argument("--emulated", type=int, default=5_000, help="in the emulator; 0 leaves it out (default: 5,000)")
    parser.add_argument("--runs", type=int, default=FEWEST_RUNS, help=f"of each contender (default: {FEWEST_RUNS})")
    parser.add_argument("--memory", type=int, nargs="*", metavar="N", help="measure memory at so many entries instead")
    parser.add_argument("--formats", default="csv,parquet,xlsx", help="to measure memory of (default: all three)")
    options = parser.parse_args()
    print(f"Python {platform.python_version()}, boto3 {version('boto3')}, {os.cpu_count()} processors")
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        if options.memory is not None:
            measure_memory(folder, options.memory or [10_000, 1_000_000], options.formats.split(","))
            return 0
        with replayed(options.entries) as endpoint:
            print(f"\nReplay server, {options.entries:,} entries, medians of {options.runs}:")
            compare(folder, endpoint, options.entries, options.runs, {"boto3": 5.0, "aws": 10.0})
        if options.emulated:
            with emulated.emulator(folder / "emulator") as endpoint:
                emulated.make_table(endpoint)
                emulated.describe(endpoint)
                form = entries.the_forms()["registration"]
                emulated.fill(endpoint, entries.items(options.emulated, form=form))
                print(f"\nEmulator (ministack), {options.emulated:,} entries, medians of {options.runs}:")
                compare(folder, endpoint, options.emulated, options.runs, {})
    return 0


def compare(folder: Path, endpoint: str, count: int, runs: int, aims: Mapping[str, float]) -> None:
    """Let every contender export, in turn, and print the comparison."""
    out = folder / "out"
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir()
    environ = os.environ | CREDENTIALS | {"AWS_ENDPOINT_URL": endpoint} | emulated.context(folder / "config", endpoint)
    ours_to, theirs_to, rival = str(out / "r.csv"), str(out / "b.csv"), str(HERE / "rivals" / "export_boto3.py")
    export = [str(BIN / "rollcall"), "export", ours_to, "--form", "registration", "--force"]
    contenders = [
        Contender("rollcall export", export),
        Contender("export_boto3.py", [sys.executable, rival, emulated.TABLE, theirs_to], aims.get("boto3")),
    ]
    if (RIVALS / "aws").exists():
        scan = [str(RIVALS / "aws"), "dynamodb", "scan", "--table-name", emulated.TABLE, "--output", "json"]
        contenders.append(Contender("aws dynamodb scan", scan, aims.get("aws")))
    taken: dict[str, list[Run]] = {each.name: [] for each in contenders}
    for _ in range(runs):
        for each in contenders:
            taken[each.name].append(run(each.command, environ))
    ours = statistics.median(each.wall_s for each in taken["rollcall export"])
    ours_cpu = statistics.median(each.cpu_s for each in taken["rollcall export"])
    print(f"{'ratio':>6} {'CPU':>6}  {'aim':>4} {'seconds':>8} {'CPU s':>7} {'entries/s':>10}")
    for each in contenders:
        wall = statistics.median(one.wall_s for one in taken[each.name])
        cpu = statistics.median(one.cpu_s for one in taken[each.name])
        aim = f"{each.aim:g}" if each.aim else ""
        figures = f"{wall / ours:6.2f} {cpu / ours_cpu:6.2f}  {aim:>4} {wall:8.2f} {cpu:7.2f} {count / wall:10,.0f}"
        print(f"{figures}  {each.name}", flush=True)


def run(command: Sequence[str], environ: Mapping[str, str]) -> Run:
    """Run one process to its end."""
    before = os.times()
    began = time.perf_counter()
    with Path(os.devnull).open("wb") as nowhere:
        subprocess.run(command, env=environ, stdout=nowhere, stderr=subprocess.PIPE, check=True)
    wall = time.perf_counter() - began
    after = os.times()
    spent = after.children_user + after.children_system - before.children_user - before.children_system
    return Run(wall, spent)


def measure_memory(folder: Path, counts: Sequence[int], formats: Sequence[str]) -> None:
    """Print the most memory that an export of this many submissions holds, in each format."""
    print("\nPeak memory of all processes of `rollcall export` together (PSS), in MB:")
    print(f"{'entries':>10}  " + "  ".join(f"{each:>7}" for each in formats))
    for count in counts:
        with replayed(count) as endpoint:
            environ = os.environ | emulated.context(folder / "config", endpoint)
            peaks = []
            for ending in formats:
                out = folder / f"r.{ending}"
                words = [str(BIN / "rollcall"), "export", str(out), "--form", "registration", "--force", "--jobs", "4"]
                peaks.append(peak(words, environ))
                out.unlink()
            print(f"{count:10,}  " + "  ".join(f"{each:7.0f}" for each in peaks), flush=True)


def peak(command: Sequence[str], environ: Mapping[str, str]) -> float:
    """Return the most memory that a process and its children held, in MB."""
    highest = [0.0]
    with subprocess.Popen(command, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        ended = threading.Event()

        def watch() -> None:
            while not ended.wait(0.1):
                highest[0] = max(highest[0], sum(map(_held_mb, family(process.pid))))

        watcher = threading.Thread(target=watch)
        watcher.start()
        code = process.wait()
        ended.set()
        watcher.join()
    if code != 0:
        sys.exit(f"{' '.join(command)} ended with {code}")
    return highest[0]


def family(pid: int) -> Iterator[int]:
    """Return a process and everything that it started."""
    yield pid
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    except OSError:
        return
    for child in children:
        yield from family(int(child))


def _held_mb(pid: int) -> float:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


@contextmanager
def replayed(count: int) -> Iterator[str]:
    """Run the replay server and return its endpoint."""
    words = [sys.executable, str(HERE / "replay.py"), str(count)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            yield server.stdout.readline().strip()
        finally:
            server.terminate()


if __name__ == "__main__":
    sys.exit(main())
