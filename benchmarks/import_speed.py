"""Imports: how long it takes to read and check a file of 50 MB, and the memory it needs.

Run from the clone: .venvs/dev/bin/python benchmarks/import_speed.py

It writes a file with rows of the registration form and lets a separate process check every row as
`rollcall import` does before it asks for confirmation. Nothing goes to a table, so the figures are
the command's own, without AWS. With `--wrong`, the form refuses the last answer of every row.
"""

import argparse
import csv
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import entries

from admin_cli.imports.columns import Sheet, headings_known, read_columns
from admin_cli.imports.csv_file import CsvFile
from admin_cli.imports.seen_rows import SeenRows
from registration_core.adapters.clock import SystemClock
from registration_core.adapters.signing import HmacSigner
from registration_core.domain.cells import JOINT
from registration_core.domain.forms import Form
from registration_core.services.intake import IntakeService

MEGABYTE = 1_000_000
FORM = "registration"


def main() -> int:
    """Write the file, check it in a process, and print a line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=int, default=50, metavar="MB", help="of the file (default: 50)")
    parser.add_argument("--wrong", action="store_true", help="with a mistake in every row")
    parser.add_argument("--check", type=Path, metavar="FILE", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.check is not None:
        check(options.check)
        return 0
    with tempfile.TemporaryDirectory() as scratch:
        file = Path(scratch) / "rows.csv"
        rows = write(file, options.size * MEGABYTE, wrong=options.wrong)
        size = file.stat().st_size / MEGABYTE
        print(f"Python {platform.python_version()}, {os.cpu_count()} processors: {rows:,} rows, {size:.1f} MB")
        subprocess.run([sys.executable, __file__, "--check", str(file)], check=True)
    return 0


def the_form() -> Form:
    """Return the registration form with courses for all ages, so that the made-up birth dates fit."""
    form = entries.the_forms()[FORM]
    fields = (
        replace(field, options=tuple(replace(option, min_age=None, max_age=None) for option in field.options))
        for field in form.fields
    )
    return replace(form, fields=tuple(fields))


def write(file: Path, size: int, *, wrong: bool) -> int:
    """Write rows until the file is long enough, and return how many there are."""
    form = the_form()
    rows = 0
    with file.open("w", encoding="utf-8", newline="") as stream:
        out = csv.writer(stream)
        out.writerow(field.name for field in form.fields)
        for entry in entries.submissions(size // 100, form=form):
            cells = [_cell(entry.answers.get(field.name)) for field in form.fields]
            cells[-1] = "perhaps" if wrong else cells[-1]
            out.writerow(cells)
            rows += 1
            if stream.tell() >= size:
                break
    return rows


def check(file: Path) -> None:
    """Read and check every row, and print the time and the most memory that this process held."""
    form = the_form()
    service = IntakeService(
        repository=cast("Any", None),  # a check needs no table
        signer=HmacSigner(os.urandom(32).hex()),
        clock=SystemClock(),
        randomness=os.urandom,
    )
    before_mb = _peak_mb()
    began, cpu_before = time.perf_counter(), time.process_time()
    taken = refused = 0
    with file.open("rb") as stream, SeenRows() as seen_rows:
        rows = CsvFile(stream, file.name)
        rows.divide(headings_known(form))
        sheet = Sheet(form, rows, read_columns(form, rows.header, file.name))
        for checked in service.check(form, sheet.rows(), seen_rows):
            taken += not checked.wrong
            refused += bool(checked.wrong)
    seconds, cpu = time.perf_counter() - began, time.process_time() - cpu_before
    pace = (taken + refused) / seconds
    print(f"checked in {seconds:.1f} s (CPU {cpu:.1f} s), {pace:,.0f} rows/s: {taken:,} taken, {refused:,} refused")
    print(f"peak memory {_peak_mb():.0f} MB, of which {before_mb:.0f} MB before the first row")


def _cell(answer: object) -> str:
    if isinstance(answer, bool):
        return "yes" if answer else "no"
    if isinstance(answer, list):
        return JOINT.join(answer)
    return "" if answer is None else str(answer)


def _peak_mb() -> float:
    """Return the most memory that this process ever held; Linux counts it in kB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    sys.exit(main())
