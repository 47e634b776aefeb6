"""Files: what a question for files accepts, and what is known of each file that was sent."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from typing import Any

    from registration_core.domain.fields import Field
    from registration_core.domain.forms import Form
    from registration_core.domain.submission import Submission

INCOMING, KEPT = "incoming/", "kept/"
"""Where a file is until it has been examined, and from then on."""
MOST_FILES = 10
LARGEST_MB = 100
"""The limits of what a form file may allow for one question."""
UPLOAD_WITHIN = timedelta(hours=1)
"""How long a browser may send files after it got the right to."""
CHECKED_WITHIN = timedelta(hours=1)
"""A file whose check takes longer counts as unchecked: the check failed."""
MOST_REFUSED = 20
"""How many refused files of a question are remembered. Later ones are deleted without a trace."""
_LONGEST_NAME, _LONGEST_ENDING = 120, 10
_NAMELESS = "file"
_UPLOAD = re.compile(r"[0-9A-Za-z-]{1,40}")
_RESERVED = frozenset('<>:"/\\|?*')
"""Characters that Windows allows in no file name."""


class FileState(StrEnum):
    """What became of a file."""

    CHECKING = "checking"
    KEPT = "kept"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class FileRules:
    """What a question accepts. accept: kinds, see `file_kinds.KINDS`. max_bytes: of each file."""

    accept: tuple[str, ...]
    max_bytes: int
    max_files: int = 1

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> FileRules:
        """Read what `to_dict` returned."""
        return cls(tuple(data["accept"]), data["max_bytes"], data.get("max_files", 1))

    def to_dict(self) -> dict[str, Any]:
        """Return values for JSON."""
        most = {"max_files": self.max_files} if self.max_files > 1 else {}
        return {"accept": list(self.accept), "max_bytes": self.max_bytes, **most}


@dataclass(frozen=True, slots=True)
class StoredFile:
    """One file that a registrant sent.

    id: of the upload, unique within its submission. name: cleaned, see `clean_name`. kind: what its
    bytes say; empty if it was refused. reason: why it was refused, see `FileRefusedError`; empty
    otherwise. sha256: in hexadecimal; empty if it was refused.
    """

    id: str
    field: str
    name: str
    size: int
    state: FileState
    at: datetime
    kind: str = ""
    sha256: str = ""
    reason: str = ""

    def unchecked(self, now: datetime) -> bool:
        """Whether the check of the file failed: it should have been over long ago."""
        return self.state is FileState.CHECKING and now - self.at > CHECKED_WITHIN

    def shown_state(self, now: datetime) -> str:
        """Return the state as staff see it: checking, unchecked, kept or refused."""
        return "unchecked" if self.unchecked(now) else self.state.value


@dataclass(frozen=True, slots=True)
class Upload:
    """Which file of a submission an object is."""

    submission: str
    field: str
    id: str

    @property
    def incoming_key(self) -> str:
        """The object's key until it has been examined."""
        return f"{self.prefix_of(self.submission, self.field)}{self.id}"

    @property
    def kept_key(self) -> str:
        """The object's key once it is kept."""
        return kept_key(self.submission, self.field, self.id)

    @staticmethod
    def prefix_of(submission: str, field: str) -> str:
        """Return how the keys of a question's uploads begin."""
        return f"{INCOMING}{submission}/{field}/"

    @classmethod
    def from_key(cls, key: str) -> Upload | None:
        """Read an incoming object's key; None if nobody was allowed to send such a one."""
        parts = key.split("/")
        if len(parts) != 4 or f"{parts[0]}/" != INCOMING or _UPLOAD.fullmatch(parts[3]) is None:  # noqa: PLR2004 - the parts of a key
            return None
        return cls(parts[1], parts[2], parts[3])


def kept_key(submission: str, field: str, upload: str) -> str:
    """Return the key of an object that is kept."""
    return f"{KEPT}{submission}/{field}/{upload}"


def counting(submission: Submission, field: str) -> tuple[StoredFile, ...]:
    """Return the files of a question that weren't refused."""
    return tuple(file for file in submission.files if file.field == field and file.state is not FileState.REFUSED)


def missing_files(form: Form, submission: Submission) -> tuple[Field, ...]:
    """Return the questions that require a file which hasn't arrived."""
    return tuple(
        field
        for field in form.fields
        if field.files is not None
        and field.required
        and form.asks(field, submission.answers)
        and not counting(submission, field.name)
    )


def clean_name(name: str) -> str:
    """Return a file's name without folders and without what could mislead: controls, overrides of the direction.

    Its ending stays if a long name is shortened. The name is only ever shown and offered for saving.
    """
    name = re.split(r"[/\\]", unicodedata.normalize("NFC", name.replace("%22", '"')))[-1]
    letters = ("" if unicodedata.category(letter)[0] == "C" else letter for letter in name)
    name = " ".join("".join("_" if letter in _RESERVED else letter for letter in letters).split()).strip(". ")
    if len(name) <= _LONGEST_NAME:
        return name or _NAMELESS
    stem, dot, ending = name.rpartition(".")
    if not dot or len(ending) > _LONGEST_ENDING:
        return name[:_LONGEST_NAME]
    return f"{stem[: _LONGEST_NAME - len(ending) - 1]}.{ending}"


def megabytes(size_bytes: int) -> str:
    """Return a size for people: `10 MB`, `2.5 MB`, `300 KB`."""
    if size_bytes < 1_000_000:  # noqa: PLR2004 - a megabyte
        return f"{max(1, round(size_bytes / 1000))} KB"
    return f"{size_bytes / 1_000_000:.1f}".removesuffix(".0") + " MB"
