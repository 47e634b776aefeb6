"""Ports of files: where they are stored, and who looks for viruses in them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class StoredObject:
    """An object in the bucket. name: the file's own, as the browser sent it. tag: changes with the content."""

    key: str
    size: int
    name: str
    tag: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the scanner found."""

    clean: bool
    reason: str = ""


class FileStore(ABC):
    """The bucket. Each method is safe to repeat, and may raise FilesUnavailableError."""

    @abstractmethod
    def look(self, key: str) -> StoredObject | None:
        """Return an object; None if there is none."""

    @abstractmethod
    def read(self, stored: StoredObject, start: int, length: int) -> bytes:
        """Read a part of this very object."""

    @abstractmethod
    def sha256(self, stored: StoredObject) -> str:
        """Return the digest of this very object in hexadecimal, with little memory."""

    @abstractmethod
    def copy(self, stored: StoredObject, key: str) -> None:
        """Copy this very object, without the file's own name."""

    @abstractmethod
    def delete(self, key: str) -> None:
        """Delete an object, if there is one."""

    @abstractmethod
    def keys(self, prefix: str) -> Iterator[tuple[str, datetime]]:
        """Yield the keys that begin like this, in order, each with when its object arrived."""

    @abstractmethod
    def delete_all(self, submission: str) -> int:
        """Delete everything of a submission, and return how many objects that were."""


class Scanner(ABC):
    """Looks for viruses."""

    @abstractmethod
    def scan(self, *, key: str, submission: str, field: str, sha256: str) -> Verdict:
        """Examine an object. Raises FilesUnavailableError if there is no answer that counts."""
