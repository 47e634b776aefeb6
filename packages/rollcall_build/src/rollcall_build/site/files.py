"""The files of a built site, each with the headers that it is stored with."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

HTML = "text/html; charset=utf-8"
CONTENT_TYPES = {
    "": HTML,  # pages have no extension, so that addresses are clean without a function at the edge
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

CACHE_PAGE = "public, max-age=60, s-maxage=300, stale-while-revalidate=60"
CACHE_DESK = "no-cache"
CACHE_HASHED = "public, max-age=31536000, immutable"
CACHE_STABLE = "public, max-age=300"

HASH_LETTERS = 10
_HASHED = re.compile(rf"\.[0-9a-f]{{{HASH_LETTERS}}}(\.[a-z0-9]+$|/)")
DESK = "desk"
"""The key of the staff's page; also with a slash at its end."""


@dataclass(frozen=True, slots=True)
class SiteFile:
    """One file of the site, ready to upload.

    key: its key in the bucket, such as `registration` or `assets/rollcall.css`.
    """

    key: str
    body: bytes

    @property
    def content_type(self) -> str:
        """The Content-Type. Raises KeyError for an extension without one, which the build refuses first."""
        return CONTENT_TYPES[PurePosixPath(self.key).suffix]

    @property
    def cache_control(self) -> str:
        """The Cache-Control: short for pages, for ever for names with a hash, minutes for other names."""
        if self.key.removesuffix("/") == DESK:
            return CACHE_DESK
        if self.is_page:
            return CACHE_PAGE
        return CACHE_HASHED if _HASHED.search(self.key) else CACHE_STABLE

    @property
    def is_page(self) -> bool:
        """Whether a visitor's browser shows this file as a page."""
        return is_page(self.key)

    @property
    def sha256(self) -> str:
        """The content's SHA-256 in hex."""
        return hashlib.sha256(self.body).hexdigest()

    @property
    def md5(self) -> str:
        """The content's MD5 in hex, which S3 returns as the ETag of an object uploaded in one part."""
        return hashlib.md5(self.body, usedforsecurity=False).hexdigest()


@dataclass(frozen=True, slots=True)
class SiteBuild:
    """A whole site.

    out: the folder that it was written to. files: sorted by key.
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
        """The pages among the files."""
        return tuple(file for file in self.files if file.is_page)


def is_page(key: str) -> bool:
    """Whether a visitor's browser shows the object with this key as a page."""
    return CONTENT_TYPES.get(PurePosixPath(key).suffix) == HTML


def addresses(key: str) -> tuple[str, ...]:
    """Return the paths at which a distribution serves this key."""
    return ("/", "/index.html") if key == "index.html" else (f"/{key}",)
