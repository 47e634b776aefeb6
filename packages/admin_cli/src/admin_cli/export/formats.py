"""The formats: their names, their files' extensions, and how each is written."""

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

    from admin_cli.export.rows import Row
    from registration_core.adapters.sheets.columns import Column


class Format(StrEnum):
    """The format of an exported file."""

    CSV = "csv"
    TSV = "tsv"
    JSON = "json"
    JSONL = "jsonl"
    XLSX = "xlsx"
    PARQUET = "parquet"

    @property
    def whole(self) -> bool:
        """Whether it can hold whole submissions of any form. It does unless columns are named."""
        return self in (Format.JSON, Format.JSONL)

    @property
    def binary(self) -> bool:
        """Whether a terminal can't show it."""
        return self in (Format.XLSX, Format.PARQUET)

    def ensure_installed(self) -> None:
        """Raise CliError if a library that it needs is not installed."""
        if self is Format.PARQUET:
            from admin_cli.export import parquet  # noqa: PLC0415 - only for this format

            parquet.ensure_installed()

    def ensure_fits(self, entries: int) -> None:
        """Raise CliError if these are too many submissions for it."""
        if self is Format.XLSX:
            from registration_core.adapters.sheets import xlsx  # noqa: PLC0415 - only for this format

            xlsx.ensure_fits(entries)


NAMES = ", ".join(Format)

_ENDINGS = {".ndjson": Format.JSONL, ".tab": Format.TSV, ".pq": Format.PARQUET} | {f".{each}": each for each in Format}


def read_format(name: str | None, file: str) -> Format:
    """Return the format with that name, otherwise the one of the file's extension; CSV for stdout.

    Raises CliError, which lists the formats.
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
    format_ = _ENDINGS.get(PurePath(file).suffix.lower())
    if format_ is None:
        raise CliError(
            f"The file name {file!r} does not say which format to write.",
            hint=f"End the name in .{', .'.join(Format)}, or name a format: --format csv",
            exit_code=ExitCode.USAGE,
        )
    return format_


@dataclass(frozen=True, slots=True)
class Encoding:
    """How one export is written.

    columns: None for whole submissions. words: the words of the language. to_file: whether a program will open it as a
    file. folder: for temporary files. delimiter: of CSV.
    """

    format: Format
    columns: Sequence[Column] | None
    words: Mapping[str, str]
    to_file: bool
    folder: Path
    delimiter: str = ","

    def write(self, batches: Iterable[list[Row]], stream: BinaryIO) -> None:
        """Write the submissions. Raises OSError, and CliError for values that the format can't hold."""
        if self.format.whole:
            from admin_cli.export import json_files  # noqa: PLC0415 - only the format that is asked for

            write = json_files.write_jsonl if self.format is Format.JSONL else json_files.write_json
            write(batches, self.columns, stream)
            return
        columns = self.columns or ()
        if self.format is Format.XLSX:
            from registration_core.adapters.sheets import xlsx  # noqa: PLC0415

            xlsx.write_xlsx(batches, columns, stream, words=self.words, folder=self.folder)
        elif self.format is Format.PARQUET:
            from admin_cli.export import parquet  # noqa: PLC0415

            parquet.write_parquet(batches, columns, stream)
        elif self.format is Format.TSV:
            from admin_cli.export import tabbed  # noqa: PLC0415

            tabbed.write_tsv(batches, columns, stream, words=self.words)
        else:
            from registration_core.adapters.sheets import delimited  # noqa: PLC0415

            delimited.write_csv(
                batches, columns, stream, words=self.words, marked=self.to_file, delimiter=self.delimiter
            )
