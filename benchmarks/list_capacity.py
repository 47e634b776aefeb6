"""What a list costs: the read capacity that DynamoDB charges for `rollcall list`, in a small and in a large table.

Run from the clone: .venvs/dev/bin/python benchmarks/list_capacity.py

The command asks for ReturnConsumedCapacity, and this script adds up the answers: from the replay
server, which charges as AWS documents it (half a unit for every 4 KB of items that a query reads),
at a thousand and at a million submissions; and from the emulator, which charges half a unit per
query whatever it reads, and so counts queries. To measure in AWS, name a context: `--context prod`.
A list must cost the same in both tables.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import emulated
import entries
from export_speed import replayed
from metered import Meter, write_context

from admin_cli.aws.contexts import ContextFile, context_file

LISTS = (
    ("list", "--form", "registration"),
    ("list", "--form", "registration", "--limit", "200"),
    ("list", "--form", "registration", "--status", "spam"),
)


def main() -> int:
    """Run, and print a table; return 1 if a larger table costs more."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--small", type=int, default=1_000, help="entries of the small table (default: 1,000)")
    parser.add_argument("--large", type=int, default=1_000_000, help="entries of the large one (default: 1,000,000)")
    parser.add_argument("--emulated", type=int, nargs="*", default=[1_000, 4_000], help="entries in the emulator")
    parser.add_argument("--context", help="measure this context's stack instead")
    options = parser.parse_args()
    print(f"{'units':>7} {'calls':>6} {'rows':>5}  of")
    if options.context:
        report(f"{options.context}", context_file(os.environ), options.context)
        return 0
    with tempfile.TemporaryDirectory() as scratch:
        costs = []
        for count in (options.small, options.large):
            with replayed(count) as endpoint:
                costs.append(report(f"{count:,} entries, replay server", write_context(Path(scratch), endpoint)))
        if options.emulated:
            with emulated.emulator(Path(scratch) / "emulator") as endpoint:
                emulated.make_table(endpoint)
                emulated.describe(endpoint)
                there = 0
                for count in options.emulated:
                    form = entries.the_forms()["registration"]
                    there += emulated.fill(endpoint, entries.items(count - there, form=form, seed=count))
                    report(f"{count:,} entries, emulator", write_context(Path(scratch), endpoint))
    small, large = costs
    return int(any(dear > cheap * 1.1 for cheap, dear in zip(small, large, strict=True)))


def report(what: str, contexts: ContextFile, name: str | None = None) -> Sequence[float]:
    """Print each list's cost, and return the units."""
    units = []
    for words in LISTS:
        meter = Meter()
        meter.run(words, contexts, name)
        print(f"{meter.units:7.1f} {meter.calls:6} {meter.lines:5}  rollcall {' '.join(words)}: {what}", flush=True)
        units.append(meter.units)
    return units


if __name__ == "__main__":
    sys.exit(main())
