"""A bucket and a scanner in memory."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from unit.core.builders import NOW

from registration_core.domain.file_errors import FilesUnavailableError
from registration_core.domain.file_ports import FileStore, Scanner, StoredObject, Verdict
from registration_core.services.file_links import LinkSigner

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime


@dataclass
class InMemoryFiles(FileStore, LinkSigner):
    """Objects by key: content and the file's name. failing: the methods that fail."""

    objects: dict[str, tuple[bytes, str]] = field(default_factory=dict)
    failing: set[str] = field(default_factory=set)
    arrived_at: datetime = NOW

    def look(self, key: str) -> StoredObject | None:
        self._may("look")
        if key not in self.objects:
            return None
        content, name = self.objects[key]
        return StoredObject(key, len(content), name, hashlib.md5(content, usedforsecurity=False).hexdigest())

    def read(self, stored: StoredObject, start: int, length: int) -> bytes:
        content = self.objects[stored.key][0]
        assert 0 <= start < start + length <= len(content), "a part beyond the object"
        return content[start : start + length]

    def sha256(self, stored: StoredObject) -> str:
        return hashlib.sha256(self.objects[stored.key][0]).hexdigest()

    def copy(self, stored: StoredObject, key: str) -> None:
        self._may("copy")
        self.objects[key] = (self.objects[stored.key][0], "")

    def delete(self, key: str) -> None:
        self._may("delete")
        self.objects.pop(key, None)

    def keys(self, prefix: str) -> Iterator[tuple[str, datetime]]:
        for key in sorted(self.objects):
            if key.startswith(prefix):
                yield key, self.arrived_at

    def delete_all(self, submission: str) -> int:
        keys = [key for key in self.objects if key.split("/")[1] == submission]
        for key in keys:
            del self.objects[key]
        return len(keys)

    def link(self, key: str, *, filename: str, lasts_s: int) -> str:
        return f"https://files.example.org/{key}?as={filename}&for={lasts_s}"

    def _may(self, method: str) -> None:
        if method in self.failing:
            raise FilesUnavailableError(f"{method} fails")


@dataclass
class FixedScanner(Scanner):
    """Gives one verdict; None for no answer. asked: the keys."""

    verdict: Verdict | None = field(default_factory=lambda: Verdict(clean=True))
    asked: list[str] = field(default_factory=list)

    def scan(self, *, key: str, submission: str, field: str, sha256: str) -> Verdict:
        assert submission in key
        assert field in key
        assert len(sha256) == 64
        self.asked.append(key)
        if self.verdict is None:
            raise FilesUnavailableError("no answer")
        return self.verdict
