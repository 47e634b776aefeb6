"""Files through the staff API."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from registration_core.services.file_links import FileLink, FileLinks

if TYPE_CHECKING:
    from admin_cli.staff_api.api import Api
    from registration_core.domain.submission import Submission


class ApiFileLinks(FileLinks):
    """Links that the staff API signs."""

    def __init__(self, api: Api) -> None:
        self._api = api

    def of(self, submission: Submission, file: str, *, unchecked: bool = False) -> FileLink:
        """Return a link to a file."""
        link = self._api.get("submissions", submission.id, "files", file, unchecked="yes" if unchecked else None)
        return FileLink(link["url"], link["filename"], datetime.fromisoformat(link["expires_at"]))
