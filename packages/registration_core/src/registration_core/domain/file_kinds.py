"""Kinds of file: what each begins with, and whether its bytes may be kept."""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

    Read = Callable[[int, int], bytes]
    """Reads so many bytes from a place on."""

HEAD_BYTES = 4096
MOST_ENTRIES = 10_000
MOST_UNPACKED = 500_000_000
MOST_RATIO = 100
SMALL_UNPACKED = 50_000_000
"""A packed document is a bomb if it unpacks to more than MOST_UNPACKED, or to more than SMALL_UNPACKED and MOST_RATIO
times its own size. Text packs 20:1 at best in real documents.
"""
_LARGEST_DIRECTORY = 4_000_000
_END, _ENTRY = b"PK\x05\x06", b"PK\x01\x02"
_END_BYTES, _ENTRY_BYTES, _LONGEST_COMMENT = 22, 46, 65_535
_ENCRYPTED = 1
_OPEN_DOCUMENT = b"mimetypeapplication/vnd.oasis.opendocument."
_ARCHIVES = re.compile(r"\.(zip|7z|rar|gz|tgz|tar|bz2|xz|jar|war|apk|cab|iso|img|lzh|ace|arj|z)$", re.IGNORECASE)
_PROGRAMS = re.compile(
    r"\.(exe|dll|com|scr|bat|cmd|ps1|vbs|vbe|js|jse|wsf|hta|msi|lnk|jar|sh|app|html?|xhtml)$", re.IGNORECASE
)
_PAGE = re.compile(rb"\s*<(!doctype|html|head|body|script|iframe|svg|\?xml|!--)", re.IGNORECASE)
_EXECUTABLES = (
    b"MZ",
    b"\x7fELF",
    b"\xca\xfe\xba\xbe",
    b"\xfe\xed\xfa",
    b"\xcf\xfa\xed\xfe",
    b"\xce\xfa\xed\xfe",
    b"#!",
)


@dataclass(frozen=True, slots=True)
class FileKind:
    """One kind. label: for people. endings: of names, for the browser's chooser. starts: each (offset, bytes)."""

    label: str
    endings: tuple[str, ...]
    media_type: str
    starts: tuple[tuple[int, bytes], ...] = ()
    part: str = ""
    """Of a packed document: the file that says what it is."""

    def begins(self, head: bytes) -> bool:
        """Whether a file that starts with these bytes is of this kind; never for a packed document."""
        return bool(self.starts) and all(head[at : at + len(start)] == start for at, start in self.starts)


_OFFICE = "application/vnd.openxmlformats-officedocument."
KINDS: Mapping[str, FileKind] = {
    "pdf": FileKind("PDF", (".pdf",), "application/pdf", ((0, b"%PDF-"),)),
    "jpg": FileKind("JPEG", (".jpg", ".jpeg"), "image/jpeg", ((0, b"\xff\xd8\xff"),)),
    "png": FileKind("PNG", (".png",), "image/png", ((0, b"\x89PNG\r\n\x1a\n"),)),
    "gif": FileKind("GIF", (".gif",), "image/gif", ((0, b"GIF8"),)),
    "webp": FileKind("WebP", (".webp",), "image/webp", ((0, b"RIFF"), (8, b"WEBP"))),
    "heic": FileKind("HEIC", (".heic", ".heif"), "image/heic", ((4, b"ftyp"),)),
    "docx": FileKind("Word", (".docx",), f"{_OFFICE}wordprocessingml.document", part="word/document.xml"),
    "xlsx": FileKind("Excel", (".xlsx",), f"{_OFFICE}spreadsheetml.sheet", part="xl/workbook.xml"),
    "pptx": FileKind("PowerPoint", (".pptx",), f"{_OFFICE}presentationml.presentation", part="ppt/presentation.xml"),
    "odt": FileKind("OpenDocument", (".odt",), "application/vnd.oasis.opendocument.text", part="content.xml"),
    "ods": FileKind("OpenDocument", (".ods",), "application/vnd.oasis.opendocument.spreadsheet", part="content.xml"),
    "odp": FileKind("OpenDocument", (".odp",), "application/vnd.oasis.opendocument.presentation", part="content.xml"),
}
"""Every kind that a form may accept. Never a page or a drawing that a browser would run (HTML, SVG), nor a program."""

_HEIC_BRANDS = frozenset({b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1", b"avif"})

REASONS: Mapping[str, str] = {
    "executable": "it is a program",
    "page": "it is a web page or a drawing that can contain programs",
    "not_accepted": "it isn't one of the kinds that the question accepts",
    "macros": "it contains macros, which are programs",
    "bomb": "it would unpack to far more than its own size",
    "archive": "it contains other archives or programs",
    "damaged": "it is damaged, or protected by a password",
    "too_large": "it is larger than the question allows",
    "empty": "it is empty",
    "too_many": "the question accepts no more files",
    "scanner": "the virus scanner refused it",
}
"""Why a file is refused, in words for staff."""


class FileRefusedError(ValueError):
    """A file can't be kept. code: one of REASONS."""

    def __init__(self, code: str) -> None:
        super().__init__(REASONS[code])
        self.code = code


def examine(read: Read, size: int, *, accept: Collection[str]) -> str:
    """Return a file's kind by its bytes, whatever its name says.

    read: raises nothing for a place within the file. accept: the kinds that may be. A packed
    document is judged by its directory, and never unpacked. Raises FileRefusedError.
    """
    if size == 0:
        raise FileRefusedError("empty")
    head = read(0, min(size, HEAD_BYTES))
    kind = _packed(read, size, head) if head.startswith(b"PK\x03\x04") else _plain(head)
    if kind not in accept:
        raise FileRefusedError("not_accepted")
    return kind


def named_as(kind: str, name: str) -> str:
    """Return a file's name with an ending of its kind, so that no program opens it as anything else."""
    endings = KINDS[kind].endings
    return name if name.lower().endswith(endings) else f"{name}{endings[0]}"


def _plain(head: bytes) -> str:
    if head.startswith(_EXECUTABLES):
        raise FileRefusedError("executable")
    if _PAGE.match(head.removeprefix(b"\xef\xbb\xbf")):
        raise FileRefusedError("page")
    for name, kind in KINDS.items():
        if kind.begins(head) and (name != "heic" or head[8:12] in _HEIC_BRANDS):
            return name
    raise FileRefusedError("not_accepted")


@dataclass(frozen=True, slots=True)
class _Entry:
    name: str
    packed: int
    unpacked: int
    encrypted: bool


def _packed(read: Read, size: int, head: bytes) -> str:
    """Return the kind of a packed document, by its directory."""
    names: set[str] = set()
    packed = unpacked = 0
    for count, entry in enumerate(_directory(read, size), start=1):
        packed, unpacked = packed + entry.packed, unpacked + entry.unpacked
        if count > MOST_ENTRIES or unpacked > MOST_UNPACKED:
            raise FileRefusedError("bomb")
        if entry.encrypted:
            raise FileRefusedError("damaged")
        if _ARCHIVES.search(entry.name) or _PROGRAMS.search(entry.name):
            raise FileRefusedError("archive")
        if entry.name.rpartition("/")[2].lower() in {"vbaproject.bin", "macros.xml"}:
            raise FileRefusedError("macros")
        names.add(entry.name)
    # Entries that share their bytes are how a bomb of a few KB unpacks to terabytes.
    if packed > size or (unpacked > SMALL_UNPACKED and unpacked > MOST_RATIO * size):
        raise FileRefusedError("bomb")
    for name, kind in KINDS.items():
        if kind.part and kind.part in names and _says(head, kind):
            return name
    raise FileRefusedError("not_accepted")


def _says(head: bytes, kind: FileKind) -> bool:
    """Whether an OpenDocument names this type at its start; the others have only their parts."""
    if not kind.media_type.startswith("application/vnd.oasis."):
        return not head[30:].startswith(_OPEN_DOCUMENT)
    return head[30:].startswith(b"mimetype" + kind.media_type.encode())


def _directory(read: Read, size: int) -> Iterator[_Entry]:
    """Yield the entries of a zip's central directory. Raises FileRefusedError for any but a plain, whole one.

    https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT, 4.3.12 and 4.3.16
    """
    tail_bytes = min(size, _END_BYTES + _LONGEST_COMMENT)
    tail = read(size - tail_bytes, tail_bytes)
    at = tail.rfind(_END)
    if at < 0 or len(tail) - at < _END_BYTES:
        raise FileRefusedError("damaged")
    disk, first_disk, here, count, length, start = struct.unpack_from("<HHHHII", tail, at + 4)
    ends_at = size - tail_bytes + at
    if disk or first_disk or here != count or start + length != ends_at:  # split, prefixed, or zip64 (all ones)
        raise FileRefusedError("damaged")
    if count > MOST_ENTRIES or length > _LARGEST_DIRECTORY:
        raise FileRefusedError("bomb")
    directory = read(start, length) if length else b""
    place = 0
    for _ in range(count):
        if directory[place : place + 4] != _ENTRY or len(directory) - place < _ENTRY_BYTES:
            raise FileRefusedError("damaged")
        (flags,) = struct.unpack_from("<H", directory, place + 8)
        packed, unpacked, name, extra, comment = struct.unpack_from("<IIHHH", directory, place + 20)
        text = directory[place + _ENTRY_BYTES : place + _ENTRY_BYTES + name].decode("utf-8", "replace")
        yield _Entry(text, packed, unpacked, bool(flags & _ENCRYPTED))
        place += _ENTRY_BYTES + name + extra + comment
