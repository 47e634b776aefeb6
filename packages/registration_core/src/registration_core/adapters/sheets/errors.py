"""What can't be written as a sheet."""

from __future__ import annotations

from registration_core.domain.errors import RollcallError


class UnknownColumnError(RollcallError):
    """There is no column of this name. The message lists those that exist."""

    code = "unknown_column"


class SheetLimitError(RollcallError):
    """Excel can't hold so many submissions, or so long an answer. CSV can."""

    code = "sheet_limit"
