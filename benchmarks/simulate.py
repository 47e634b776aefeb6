"""Scale on paper: costs, limits, contention on one quota and what waits behind it. docs/scale.md explains the figures.

Run from the clone: .venvs/dev/bin/python benchmarks/simulate.py [--measure] [--markdown]

--measure runs the same on the emulator, two minutes on an idle machine, and prints both and their ratio.
--markdown prints the tables of docs/scale.md.
"""

import argparse

import backlog
import contention
import scale_costs
import scale_limits

TABLES = {
    "What a month costs": scale_costs.table,
    "Which limits it meets": scale_limits.table,
    "The limits": scale_limits.key,
    "A crowd for one option": contention.crowds,
    "The mails of an opening": backlog.openings,
}


def markdown(rows: list[list[str]]) -> str:
    """Return rows as a Markdown table."""
    head, *body = [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join([head, "|" + " --- |" * len(rows[0]), *body])


def plain(rows: list[list[str]]) -> str:
    """Return rows as aligned columns."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--measure", action="store_true", help="measure on the emulator, and compare")
    parser.add_argument("--markdown", action="store_true", help="print the tables as docs/scale.md has them")
    chosen = parser.parse_args()
    write = markdown if chosen.markdown else plain
    if chosen.measure:
        import scale_measured  # noqa: PLC0415 - it needs the emulator's parts

        print(write(scale_measured.main()))
        return
    for title, rows in TABLES.items():
        print(f"{title}\n\n{write(rows())}\n")


if __name__ == "__main__":
    main()
