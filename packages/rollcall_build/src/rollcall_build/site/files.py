"""What a built site is: its files, each with the headers it is stored with."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

HTML = "text/html; charset=utf-8"
CONTENT_TYPES = {
    "": HTML,  # pages are stored without an extension, so that addresses are clean without a function at the edge
    ".html": HTML,
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".webp": "image/webp",
    ".ico": "image/x-icon",
    ".woff2": "font/woff2",
    ".txt": "text/plain; charset=utf-8",
    ".xml": "application/xml",
    ".json": "application/json",
    ".ics": "text/calendar; charset=utf-8",
    ".pdf": "application/pdf",
}

CACHE_PAGE = "public, max-age=60, s-maxage=300"
CACHE_HASHED = "public, max-age=31536000, immutable"
CACHE_STABLE = "public, max-age=300"

HASH_LETTERS = 10
_HASHED = re.compile(rf"\.[0-9a-f]{{{HASH_LETTERS}}}\.[a-z0-9]+$")


@dataclass(frozen=True, slots=True)
class SiteFile:
    """One file of the site, ready to be stored.

    key: where it lies in the bucket, such as `registration` or `assets/rollcall.css`.
    """

    key: str
    body: bytes

    @property
    def content_type(self) -> str:
        """Raises KeyError for an ending that CONTENT_TYPES does not know; the build refuses such a file first."""
        return CONTENT_TYPES[PurePosixPath(self.key).suffix]

    @property
    def cache_control(self) -> str:
        """Pages briefly, names with a hash for ever, stable names for minutes."""
        if self.is_page:
            return CACHE_PAGE
        return CACHE_HASHED if _HASHED.search(self.key) else CACHE_STABLE

    @property
    def is_page(self) -> bool:
        """Whether a visitor's browser shows this file by itself."""
        return is_page(self.key)

    @property
    def sha256(self) -> str:
        """The content's SHA-256 in hex."""
        return hashlib.sha256(self.body).hexdigest()

    @property
    def md5(self) -> str:
        """The content's MD5 in hex, which S3 answers as the ETag of an object uploaded in one part."""
        return hashlib.md5(self.body, usedforsecurity=False).hexdigest()


@dataclass(frozen=True, slots=True)
class SiteBuild:
    """A whole site.

    out: the folder it was written to. files: sorted by key.
    """

    out: Path
    files: tuple[SiteFile, ...]

    def __iter__(self) -> Iterator[SiteFile]:
        return iter(self.files)

    def __getitem__(self, key: str) -> SiteFile:
        for file in self.files:
            if file.key == key:
                return file
        raise KeyError(key)

    @property
    def pages(self) -> tuple[SiteFile, ...]:
        """The files that are pages."""
        return tuple(file for file in self.files if file.is_page)


def is_page(key: str) -> bool:
    """Whether a visitor's browser shows what lies under this key by itself."""
    return CONTENT_TYPES.get(PurePosixPath(key).suffix) == HTML


def addresses(key: str) -> tuple[str, ...]:
    """Return the paths under which a distribution serves this key."""
    return ("/", "/index.html") if key == "index.html" else (f"/{key}",)
