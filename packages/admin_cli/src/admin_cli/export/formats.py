"""The formats: their names, the endings that files of theirs have, and what writes each."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from pathlib import PurePath
from typing import TYPE_CHECKING

from admin_cli.errors import CliError, ExitCode

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path
    from typing import BinaryIO

    from admin_cli.export.columns import Column
    from admin_cli.export.rows import Row


class Format(StrEnum):
    """What a file of entries may be."""

    CSV = "csv"
    TSV = "tsv"
    JSON = "json"
    JSONL = "jsonl"
    XLSX = "xlsx"
    PARQUET = "parquet"

    @property
    def whole(self) -> bool:
        """Whether an entry stands in it with everything, whatever its form, unless columns are named."""
        return self in (Format.JSON, Format.JSONL)

    @property
    def binary(self) -> bool:
        """Whether it is nothing that a terminal can show."""
        return self in (Format.XLSX, Format.PARQUET)

    def ensure_can(self) -> None:
        """Raise CliError when a library that it needs is not there."""
        if self is Format.PARQUET:
            from admin_cli.export import parquet  # noqa: PLC0415 - only for this format

            parquet.ensure_there()

    def ensure_fits(self, entries: int) -> None:
        """Raise CliError when so many entries are too many for it."""
        if self is Format.XLSX:
            from admin_cli.export import xlsx  # noqa: PLC0415 - only for this format

            xlsx.ensure_fits(entries)


NAMES = ", ".join(Format)

_ENDINGS = {".ndjson": Format.JSONL, ".tab": Format.TSV, ".pq": Format.PARQUET} | {f".{each}": each for each in Format}


def the_format(name: str | None, file: str) -> Format:
    """Give the format of that name, or the one that a file's name tells; CSV for stdout.

    Raises CliError, naming the formats.
    """
    if name is not None:
        try:
            return Format(name.strip().lower().removeprefix("."))
        except ValueError as error:
            near = get_close_matches(name.lower(), NAMES.split(", "), n=1)
            guess = f" Did you mean {near[0]!r}?" if near else ""
            raise CliError(
                f"There is no format {name!r}.{guess} There are: {NAMES}.", exit_code=ExitCode.USAGE
            ) from error
    if file == "-":
        return Format.CSV
    told = _ENDINGS.get(PurePath(file).suffix.lower())
    if told is None:
        raise CliError(
            f"{file!r} does not tell which format it is to have.",
            hint=f"End its name in one of {NAMES}, or name it: --format csv",
            exit_code=ExitCode.USAGE,
        )
    return told


@dataclass(frozen=True, slots=True)
class Encoding:
    """How one export is written.

    columns: None for whole entries. said: the words of the language. to_file: whether a program will open it as a file.
    folder: where what does not fit in memory may be kept. delimiter: of CSV.
    """

    format: Format
    columns: Sequence[Column] | None
    said: Mapping[str, str]
    to_file: bool
    folder: Path
    delimiter: str = ","

    def write(self, batches: Iterable[list[Row]], stream: BinaryIO) -> None:
        """Write the entries. Raises OSError, and CliError for what the format cannot hold."""
        if self.format.whole:
            from admin_cli.export import json_files  # noqa: PLC0415 - only the format that is asked for

            write = json_files.write_jsonl if self.format is Format.JSONL else json_files.write_json
            write(batches, self.columns, stream)
            return
        columns = self.columns or ()
        if self.format is Format.XLSX:
            from admin_cli.export import xlsx  # noqa: PLC0415

            xlsx.write_xlsx(batches, columns, stream, said=self.said, folder=self.folder)
        elif self.format is Format.PARQUET:
            from admin_cli.export import parquet  # noqa: PLC0415

            parquet.write_parquet(batches, columns, stream)
        else:
            from admin_cli.export import delimited  # noqa: PLC0415

            if self.format is Format.TSV:
                delimited.write_tsv(batches, columns, stream, said=self.said)
                return
            delimited.write_csv(batches, columns, stream, said=self.said, marked=self.to_file, delimiter=self.delimiter)
