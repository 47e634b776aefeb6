"""A part of a spool after a crash: whole pages only."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from unit.export.table_source import entry

from admin_cli.export.rows import read_page
from admin_cli.export.spool_part import NOTHING, PartWriter, recover, rows_of
from registration_core.adapters.dynamodb.items import submission_item
from registration_core.adapters.dynamodb.table import wire_item

if TYPE_CHECKING:
    from pathlib import Path

    from admin_cli.export.rows import Row


def rows(*numbers: int) -> list[Row]:
    items = [wire_item(submission_item(entry(number, answers={"note": 'a\n{"key": 1}'}))) for number in numbers]
    return read_page(json.dumps({"Items": items}).encode()).rows


def written(path: Path) -> list[int]:
    """Write three pages, and return the file's length after each."""
    mark, ends = NOTHING, [0]
    with PartWriter(path) as part:
        for page, key in ((rows(1, 2), {"id": {"S": "2"}}), ([], {"id": {"S": "3"}}), (rows(4), None)):
            mark = mark.after(page, read=3, key=key)
            ends.append(ends[-1] + part.append(page, mark))
    return ends


def test_recover__cut_anywhere__keeps_only_whole_pages(tmp_path: Path) -> None:
    """Wherever the writing stopped, the rest ends with a mark, and the mark says what is there."""
    path = tmp_path / "part"
    ends = written(path)
    content = path.read_bytes()
    pages = [0, 2, 2, 3]
    for length in range(len(content) + 1):
        path.write_bytes(content[:length])
        whole = max(number for number, end in enumerate(ends) if end <= length)

        mark = recover(path)

        assert path.stat().st_size == ends[whole]
        assert (mark.rows, mark.read, mark.ended) == (pages[whole], 3 * whole, whole == 3)
        assert sum(map(len, rows_of(path))) == pages[whole]


def test_mark__names_the_fields_answered_so_far(tmp_path: Path) -> None:
    """An export knows its columns only once everything is read."""
    written(tmp_path / "part")

    assert recover(tmp_path / "part").answers == ("email", "name", "note")


def test_part__is_private(tmp_path: Path) -> None:
    """It holds what registrants wrote."""
    written(tmp_path / "part")

    assert (tmp_path / "part").stat().st_mode & 0o777 == 0o600
