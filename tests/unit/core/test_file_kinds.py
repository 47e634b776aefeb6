"""Kinds of file: what the bytes say, whatever the name says."""

from __future__ import annotations

import struct

import pytest
from sent_files import JPG, PDF, PNG, PROGRAM, WORD, bomb, docx, packed

from registration_core.domain.file_kinds import KINDS, MOST_ENTRIES, REASONS, FileRefusedError, examine

ODT = "application/vnd.oasis.opendocument.text"
GOOD = {
    "pdf": PDF,
    "png": PNG,
    "jpg": JPG,
    "gif": b"GIF89a" + b"\0" * 20,
    "webp": b"RIFF\0\0\0\0WEBPVP8 ",
    "heic": b"\0\0\0\x18ftypheic\0\0\0\0",
    "docx": docx(),
    "xlsx": packed({"[Content_Types].xml": b"", "xl/workbook.xml": b""}),
    "pptx": packed({"[Content_Types].xml": b"", "ppt/presentation.xml": b""}),
    "odt": packed({"content.xml": b""}, first=ODT),
    "ods": packed({"content.xml": b""}, first=ODT.replace("text", "spreadsheet")),
    "odp": packed({"content.xml": b""}, first=ODT.replace("text", "presentation")),
}


def kind_of(content: bytes, accept: frozenset[str] = frozenset(KINDS)) -> str:
    def read(start: int, length: int) -> bytes:
        assert 0 <= start < start + length <= len(content), "beyond the file"
        return content[start : start + length]

    return examine(read, len(content), accept=accept)


def test_good__has_every_kind() -> None:
    assert GOOD.keys() == KINDS.keys()


@pytest.mark.parametrize("kind", GOOD)
def test_examine__knows_the_kind(kind: str) -> None:
    """Each kind is known by its bytes, and refused where the question doesn't accept it."""
    assert kind_of(GOOD[kind], frozenset({kind})) == kind
    with pytest.raises(FileRefusedError) as refusal:
        kind_of(GOOD[kind], frozenset(KINDS) - {kind})
    assert refusal.value.code == "not_accepted"


BAD = {
    "a Windows program": (PROGRAM, "executable"),
    "a Linux program": (b"\x7fELF\x02\x01" + b"\0" * 30, "executable"),
    "a Mac program": (b"\xcf\xfa\xed\xfe" + b"\0" * 30, "executable"),
    "a script": (b"#!/bin/sh\nrm -rf /\n", "executable"),
    "a page": (b"<!DOCTYPE html><script>alert(1)</script>", "page"),
    "a page after blanks": (b"\xef\xbb\xbf \n <html>", "page"),
    "a drawing": (b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', "page"),
    "a text": (b"Dear jury,", "not_accepted"),
    "a film as a photo": (b"\0\0\0\x18ftypmp42\0\0\0\0", "not_accepted"),
    "nothing": (b"", "empty"),
    "a plain zip": (packed({"notes.txt": b"a"}), "not_accepted"),
    "an OpenDocument without its part": (packed({"a.xml": b""}, first=ODT), "not_accepted"),
    "a zip in a document": (docx(**{"word/more.zip": b"PK"}), "archive"),
    "a program in a document": (docx(**{"word/setup.EXE": b"MZ"}), "archive"),
    "macros": (docx(**{"word/vbaProject.bin": b"x"}), "macros"),
    "a bomb": (bomb(60), "bomb"),
    "too many entries": (packed(WORD | {f"word/{number}": b"" for number in range(MOST_ENTRIES)}), "bomb"),
    "half a document": (docx()[:-30], "damaged"),
    "only the start of one": (b"PK\x03\x04", "damaged"),
    "a program before a document": (b"PK\x03\x04" + PROGRAM + docx(), "damaged"),
}


@pytest.mark.parametrize("case", BAD)
def test_examine__refuses(case: str) -> None:
    content, reason = BAD[case]
    with pytest.raises(FileRefusedError) as refusal:
        kind_of(content)
    assert (refusal.value.code, str(refusal.value)) == (reason, REASONS[reason])


def changed_directory(content: bytes, place: int, form: str, value: int) -> bytes:
    """Return a zip with one number of its first entry changed, in the directory only."""
    start = content.index(b"PK\x01\x02")
    return content[: start + place] + struct.pack(form, value) + content[start + place + struct.calcsize(form) :]


def test_examine__refuses_entries_that_share_their_bytes() -> None:
    """A bomb of a few KB has entries that overlap, so together they are larger than the file."""
    with pytest.raises(FileRefusedError, match="unpack"):
        kind_of(changed_directory(docx(), 20, "<I", 40_000_000))


def test_examine__refuses_a_size_that_only_the_directory_has() -> None:
    with pytest.raises(FileRefusedError, match="unpack"):
        kind_of(changed_directory(docx(), 24, "<I", 600_000_000))


def test_examine__refuses_what_is_encrypted() -> None:
    with pytest.raises(FileRefusedError, match="password"):
        kind_of(changed_directory(docx(), 8, "<H", 1))


def test_examine__keeps_a_document_with_drawings() -> None:
    """Word stores its icons as SVG, and shows them without running anything."""
    assert kind_of(docx(**{"word/media/image1.svg": b"<svg/>"})) == "docx"


def test_examine__reads_little_of_a_large_document() -> None:
    """A document is judged by its start and its directory, never by unpacking it."""
    content = docx(**{"word/media/film.bin": bytes(range(256)) * 40_000})
    read_bytes = 0

    def read(start: int, length: int) -> bytes:
        nonlocal read_bytes
        read_bytes += length
        return content[start : start + length]

    assert examine(read, len(content), accept={"docx"}) == "docx"
    assert read_bytes < 80_000
