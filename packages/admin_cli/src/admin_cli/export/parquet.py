"""Parquet, for data tools: typed columns named as in JSON, written in groups of rows."""

from __future__ import annotations

from datetime import date, datetime
from itertools import chain, islice
from typing import TYPE_CHECKING, Any

from admin_cli.errors import CliError
from registration_core.adapters.sheets.columns import Kind
from registration_core.adapters.sheets.headings import ANSWER

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import BinaryIO

    from admin_cli.export.rows import Answer, Row
    from registration_core.adapters.sheets.columns import Column

#: Submissions per group, which is kept in memory.
_GROUP = 10_000

INSTALL = "make install EXTRAS=parquet"


def ensure_installed() -> None:
    """Raise CliError if the library is not installed; the hint says how to install it."""
    try:
        import pyarrow.parquet  # noqa: F401, PLC0415 - 170 MB that only this format needs
    except ImportError as error:
        raise CliError(
            "Parquet needs a library that is not installed.", hint=f"In your clone of Rollcall: {INSTALL}"
        ) from error


def write_parquet(batches: Iterable[list[Row]], columns: Sequence[Column], stream: BinaryIO) -> None:
    """Write one table. An answer's column has the field's name, any other the name that `--columns` uses."""
    import pyarrow as pa  # noqa: PLC0415 - 170 MB that only this format needs
    from pyarrow.parquet import ParquetWriter  # noqa: PLC0415

    types = _types(pa)
    taken = {column.name for column in columns}
    schema = pa.schema(
        [pa.field(_name(column, taken), types[column.kind], metadata={"heading": column.heading}) for column in columns]
    )
    left = chain.from_iterable(batches)
    with ParquetWriter(stream, schema, compression="zstd") as writer:
        while group := list(islice(left, _GROUP)):
            values = [[_typed(column.kind, column.value(row)) for row in group] for column in columns]
            arrays = [pa.array(each, field.type) for each, field in zip(values, schema, strict=True)]
            writer.write_table(pa.Table.from_arrays(arrays, schema=schema), row_group_size=_GROUP)


def _name(column: Column, taken: set[str]) -> str:
    """Return an answer's short name, unless a fixed column has the same one."""
    short = column.name.removeprefix(ANSWER)
    return column.name if short in taken else short


def _types(pa: Any) -> dict[Kind, Any]:  # noqa: ANN401 - pyarrow has no types
    return {
        Kind.TEXT: pa.string(),
        Kind.MOMENT: pa.timestamp("ms", tz="UTC"),
        Kind.DATE: pa.date32(),
        Kind.WHOLE: pa.int64(),
        Kind.NUMBER: pa.float64(),
        Kind.YES_NO: pa.bool_(),
        Kind.LIST: pa.list_(pa.string()),
    }


def _typed(kind: Kind, value: Answer | None) -> object:
    """Convert a value to its column's type, even if an older version of the form had another type."""
    if value is None:
        return None
    if kind is Kind.TEXT:
        return "; ".join(value) if isinstance(value, list) else str(value).lower() if value is True else str(value)
    if kind is Kind.LIST:
        return value if isinstance(value, list) else [str(value)]
    if kind is Kind.MOMENT:
        return datetime.fromisoformat(str(value))
    if kind is Kind.DATE:
        return date.fromisoformat(str(value))
    return value
