"""Makes ministack's posted files match AWS: their names as UTF-8, in metadata as RFC 2047 has it.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingMetadata.html
"""

# ruff: noqa: SLF001 - ministack has no hooks for this; its version is locked

from __future__ import annotations

from email.header import Header
from typing import Any

from ministack.services import s3

_FAR = 10_000
"""So that no line of a header is folded."""


def keep_the_names_of_files() -> None:
    """Let `${filename}` be the name that the browser sent, without folders."""
    parse = s3._parse_multipart_form

    def parsed(content_type: str, body: bytes) -> list[tuple[Any, ...]]:
        return [(name, _encoded(filename), *rest) for name, filename, *rest in parse(content_type, body)]

    s3._parse_multipart_form = parsed


def _encoded(filename: str | None) -> str | None:
    """Return a name as S3 returns it from an object's metadata."""
    if filename is None:
        return None
    name = filename.encode("latin-1").decode("utf-8", "replace").replace("\\", "/").rpartition("/")[2]
    return name if name.isascii() else Header(name, "utf-8", maxlinelen=_FAR).encode(maxlinelen=_FAR)
