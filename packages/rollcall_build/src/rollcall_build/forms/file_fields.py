"""Questions for files: what a form file says about kinds, size and number."""

from __future__ import annotations

import re

from registration_core.domain.file_kinds import KINDS
from registration_core.domain.files import LARGEST_MB, MOST_FILES, FileRules
from rollcall_build.forms.checked_table import listed, suggestion

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rollcall_build.forms.checked_table import CheckedTable

KEYS = ("accept", "max_size", "max_files")
_SIZE = re.compile(r"([1-9][0-9]{0,5}) ?(KB|MB)")
_BYTES = {"KB": 1_000, "MB": 1_000_000}
_DEFAULT_SIZE = "10MB"


def read_file_rules(values: CheckedTable) -> FileRules | None:
    """Read what a question for files accepts; None if it has mistakes."""
    before = len(values.problems)
    accept = values.strings("accept")
    if not accept and len(values.problems) == before:
        values.problem(f'"accept" is missing; it lists kinds of file, such as ["pdf"]; use some of {listed(KINDS)}')
    for kind in accept:
        if kind not in KINDS:
            values.problem(f'"accept" has "{kind}"{suggestion(kind, KINDS)}; use some of {listed(KINDS)}')
    size = _size(values)
    most = values.whole("max_files", 1, MOST_FILES) or 1
    if values.boolean("keep_for_next"):
        values.problem('each submission gets its own files; remove "keep_for_next"')
    for key in ("draft", "example", "autocomplete"):
        if key in values:
            values.problem(f'type "file" has no "{key}"; remove it')
    if len(values.problems) > before or size is None:
        return None
    return FileRules(accept, size, most)


def _size(values: CheckedTable) -> int | None:
    text = values.raw("max_size") if "max_size" in values else _DEFAULT_SIZE
    parts = _SIZE.fullmatch(text) if isinstance(text, str) else None
    size = int(parts[1]) * _BYTES[parts[2]] if parts else 0
    if not 0 < size <= LARGEST_MB * 1_000_000:
        values.problem(f'"max_size" must be a size such as "10MB" or "500KB", and at most "{LARGEST_MB}MB"')
        return None
    return size
