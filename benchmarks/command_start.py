"""How soon `rollcall` answers: its help against `aws --version`, a list's first row against `aws dynamodb query`.

Run from the clone: .venvs/dev/bin/python benchmarks/command_start.py

Both lists ask the same emulator for the same newest submissions of a form. The time runs to the
process's first byte and to its end. Runs are interleaved and the figures are medians.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import emulated
import entries

BIN = Path(sys.executable).parent
AWS = entries.ROOT / ".venvs" / "bench-export" / "bin" / "aws"
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": emulated.REGION}
HELP_AIM = 0.35


def main() -> int:
    """Run, and print two tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=15, help="of each command, 7 or more (default: 15)")
    parser.add_argument("--entries", type=int, default=200, help="in the emulator (default: 200)")
    options = parser.parse_args()
    if options.runs < 7:
        parser.error("--runs must be 7 or more")
    if not AWS.exists():
        parser.error(f"{AWS} is not there; install it: make bench-cli")
    print(
        f"Python {platform.python_version()}, boto3 {version('boto3')}, {aws_version(AWS)}, medians of {options.runs}"
    )
    with tempfile.TemporaryDirectory() as scratch, emulated.emulator(Path(scratch) / "emulator") as endpoint:
        emulated.make_table(endpoint)
        emulated.describe(endpoint)
        form = entries.the_forms()["registration"]
        emulated.fill(endpoint, entries.items(options.entries, form=form))
        environ = os.environ | CREDENTIALS | emulated.context(Path(scratch) / "config", endpoint)
        rollcall, aws = str(BIN / "rollcall"), [str(AWS), "--endpoint-url", endpoint]
        month = json.dumps({":m": {"S": f"registration#{datetime.now(UTC):%Y-%m}"}})
        query = [
            *("dynamodb", "query", "--table-name", emulated.TABLE, "--index-name", "by_month", "--limit", "30"),
            *("--key-condition-expression", "#m = :m", "--expression-attribute-names", json.dumps({"#m": "month"})),
            *("--expression-attribute-values", month, "--no-scan-index-forward", "--no-paginate"),
        ]
        print(f"\n{'ratio':>6} {'aim':>6} {'first byte':>11} {'end':>7}")
        compare([rollcall, "--help"], [str(AWS), "--version"], environ, options.runs, HELP_AIM)
        compare([rollcall, "list", "--form", "registration"], [*aws, *query], environ, options.runs, 1.0)
    return 0


def compare(ours: Sequence[str], theirs: Sequence[str], environ: Mapping[str, str], runs: int, aim: float) -> None:
    """Run both in turn, and print when each one's first byte arrived."""
    taken: tuple[list[tuple[float, float]], list[tuple[float, float]]] = ([], [])
    for _ in range(runs):
        for command, times in zip((ours, theirs), taken, strict=True):
            times.append(run(command, environ))
    (our_first, our_end), (their_first, their_end) = (
        tuple(statistics.median(each) for each in zip(*times, strict=True)) for times in taken
    )
    print(f"{our_first / their_first:6.2f} {aim:6.2f} {our_first:9.3f} s {our_end:5.3f} s  {name(ours)}")
    print(f"{1:6.2f} {'':>6} {their_first:9.3f} s {their_end:5.3f} s  {name(theirs)}", flush=True)


def run(command: Sequence[str], environ: Mapping[str, str]) -> tuple[float, float]:
    """Run a process and return when its first byte arrived and when it ended, in seconds."""
    began = time.perf_counter()
    with subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        first = process.stdout.read(1)
        came = time.perf_counter() - began
        process.stdout.read()
        stderr = process.stderr.read()
    if process.returncode != 0 or not first:
        sys.exit(f"{' '.join(command)} ended with {process.returncode}: {stderr.decode()}")
    return came, time.perf_counter() - began


def name(command: Sequence[str]) -> str:
    """Name a command by its words, without options."""
    words = [Path(command[0]).name, *(word for word in command[1:] if not word.startswith(("http", "-")))]
    return " ".join([*words[:3], *(word for word in command[1:2] if word.startswith("-") and word != "--endpoint-url")])


def aws_version(aws: Path) -> str:
    """Return the version as the AWS CLI prints it."""
    return subprocess.run([aws, "--version"], capture_output=True, text=True, check=True).stdout.split()[0]


if __name__ == "__main__":
    sys.exit(main())
