"""Files as registrants send them, good and bad."""

from __future__ import annotations

import io
import zipfile

PDF = b"%PDF-1.7\n" + b"a page " * 100
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40
JPG = b"\xff\xd8\xff\xe0" + b"\0" * 40
PROGRAM = b"MZ\x90\0" + b"\0" * 400
WORD = {"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<w:document/>"}


def packed(entries: dict[str, bytes], *, level: int = 6, first: str = "") -> bytes:
    """Return a zip. first: the media type that an OpenDocument begins with, stored as it is."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=level) as archive:
        if first:
            archive.writestr("mimetype", first, zipfile.ZIP_STORED)
        for name, content in entries.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def docx(**more: bytes) -> bytes:
    """Return a Word document."""
    return packed(WORD | more)


def bomb(unpacked_mb: int) -> bytes:
    """Return a Word document that unpacks to so many MB of nothing."""
    return packed(WORD | {"word/media/image1.bmp": b"\0" * (unpacked_mb * 1_000_000)}, level=9)
