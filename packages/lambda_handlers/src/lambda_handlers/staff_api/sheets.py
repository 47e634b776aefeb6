"""Sheets: a form's submissions as a CSV or Excel file."""

from __future__ import annotations

import tempfile
from io import BytesIO
from pathlib import Path

from registration_core.adapters.sheets.columns import Columns
from registration_core.adapters.sheets.delimited import write_csv
from registration_core.adapters.sheets.rows import SheetRow
from registration_core.adapters.sheets.separators import list_separator
from registration_core.adapters.sheets.xlsx import write_xlsx
from registration_core.domain.sheet_words import words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from registration_core.domain.forms import Form
    from registration_core.domain.submission import Submission


def write_sheet(submissions: Sequence[Submission], versions: Sequence[Form], language: str, format_: str) -> bytes:
    """Return the file that `rollcall export` writes of these submissions. Raises SheetLimitError.

    versions: all of the form, the present one first. format_: csv or xlsx.
    """
    answered = {name for submission in submissions for name in submission.answers}
    columns = Columns(versions, answered, language).chosen(None)
    sheet_words = words(language, versions[0].words)
    rows = [[SheetRow.of(submission) for submission in submissions]]
    stream = BytesIO()
    if format_ == "csv":
        write_csv(rows, columns, stream, words=sheet_words, marked=True, delimiter=list_separator(language))
    else:
        with tempfile.TemporaryDirectory() as folder:
            write_xlsx(rows, columns, stream, words=sheet_words, folder=Path(folder))
    return stream.getvalue()
