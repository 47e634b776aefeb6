"""Files on a registrant's own page: what was sent, what is missing, and plain forms that send to the bucket."""

from __future__ import annotations

from registration_core.adapters.field_views import files_view
from registration_core.domain.files import FileState, Upload, counting
from registration_core.domain.identifiers import new_ulid
from registration_core.domain.submission import STANDING

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from registration_core.adapters.upload_grants import UploadGrants
    from registration_core.domain.fields import Field
    from registration_core.domain.files import StoredFile
    from registration_core.domain.ports import Clock
    from registration_core.services.own_submission import OwnSubmission

SENT = "file"
"""The value of `done` with which the bucket leads back here."""


class MyFiles:
    """The part about files. grants: None if the stack accepts none. api_url: without a trailing slash."""

    def __init__(
        self, grants: UploadGrants | None, *, api_url: str, clock: Clock, randomness: Callable[[int], bytes]
    ) -> None:
        self._grants = grants
        self._api_url = api_url
        self._clock = clock
        self._randomness = randomness

    @property
    def origin(self) -> str:
        """Where the page's forms send files; empty if there are none."""
        return self._grants.origin if self._grants is not None else ""

    def questions(
        self, entry: OwnSubmission, *, token: str, language: str, words: Mapping[str, Any]
    ) -> list[dict[str, object]]:
        """Return each question for files, with what was sent and the form to send one more."""
        submission, form = entry.submission, entry.form
        return [
            {
                "id": f"f-{field.name}",
                "label": field.label.in_language(language),
                "hint": field.hint.in_language(language) if field.hint else "",
                "files": files_view(field),
                "sent": [_shown(file, words) for file in submission.files if file.field == field.name],
                "wanted": field.required and not counting(submission, field.name),
                "form": self._form(entry, field, token=token, language=language),
            }
            for field in form.fields
            if field.files is not None and form.asks(field, submission.answers)
        ]

    def _form(self, entry: OwnSubmission, field: Field, *, token: str, language: str) -> dict[str, object] | None:
        """Return the address and hidden fields of a form for one more file; None if no more is accepted."""
        submission, rules = entry.submission, field.files
        room = rules is not None and len(counting(submission, field.name)) < rules.max_files
        if self._grants is None or not room or submission.status not in STANDING:
            return None
        upload = Upload(submission.id, field.name, new_ulid(self._clock.now(), self._randomness))
        back_to = f"{self._api_url}/my?t={token}&lang={language}&done={SENT}"
        return {"url": self._grants.url, "fields": self._grants.for_one_file(field, upload, back_to=back_to)}


def _shown(file: StoredFile, words: Mapping[str, Any]) -> dict[str, str]:
    said = words["refused"][file.reason] if file.state is FileState.REFUSED else words[file.state.value]
    return {"name": file.name, "state": said}
