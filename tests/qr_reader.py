"""Reads a QR code from a PNG as a scanner does: version 1 (21 modules), letters and digits, no damage to repair."""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

SIZE = 21
ALPHANUMERIC = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
MASKS = (
    lambda y, x: (y + x) % 2,
    lambda y, _x: y % 2,
    lambda _y, x: x % 3,
    lambda y, x: (y + x) % 3,
    lambda y, x: (y // 2 + x // 3) % 2,
    lambda y, x: y * x % 2 + y * x % 3,
    lambda y, x: (y * x % 2 + y * x % 3) % 2,
    lambda y, x: ((y + x) % 2 + y * x % 3) % 2,
)
FORMAT_MASK = 0b101010000010010


def read_qr(png: bytes, *, quiet: int = 4) -> str:
    """Return the text of a code. quiet: the modules of its white edge."""
    pixels = _pixels(png)
    scale = len(pixels) // (SIZE + 2 * quiet)
    assert len(pixels) == scale * (SIZE + 2 * quiet), "a version 1 code with a white edge"
    dark = [[pixels[(y + quiet) * scale][(x + quiet) * scale] for x in range(SIZE)] for y in range(SIZE)]
    assert not any(pixels[y][x] for y in range(quiet * scale) for x in range(len(pixels))), "the edge is white"
    form = int("".join(str(dark[8][x]) for x in (0, 1, 2, 3, 4, 5, 7, 8)), 2) << 7
    mask = MASKS[(form ^ FORMAT_MASK) >> 10 & 7]
    bits = "".join(str(dark[y][x] ^ (mask(y, x) == 0)) for y, x in _data_modules())
    assert bits[:4] == "0010", "letters and digits"
    length, bits = int(bits[4:13], 2), bits[13:]
    text = ""
    while len(text) < length - 1:
        pair, bits = int(bits[:11], 2), bits[11:]
        text += ALPHANUMERIC[pair // 45] + ALPHANUMERIC[pair % 45]
    return text + (ALPHANUMERIC[int(bits[:6], 2)] if len(text) < length else "")


def _data_modules() -> Iterator[tuple[int, int]]:
    """Yield the modules of the data, in the order of their bits: two columns at a time, up and down."""
    up = True
    for right in (20, 18, 16, 14, 12, 10, 8, 5, 3, 1):
        for y in reversed(range(SIZE)) if up else range(SIZE):
            for x in (right, right - 1):
                in_finder = (y < 9 and (x < 9 or x > 12)) or (y > 12 and x < 9)
                if not in_finder and y != 6 and x != 6:
                    yield y, x
        up = not up


def _pixels(png: bytes) -> list[list[int]]:
    """Return a PNG's pixels, 1 for black: one bit each, unfiltered, grey or with a palette of black and white."""
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    place, width, data = 8, 0, b""
    while place < len(png):
        (length,), kind = struct.unpack(">I", png[place : place + 4]), png[place + 4 : place + 8]
        chunk = png[place + 8 : place + 8 + length]
        if kind == b"IHDR":
            width, _, depth, colour, *_ = struct.unpack(">IIBBBBB", chunk)
            assert (depth, colour) == (1, 0), "one bit of grey"
        data += chunk if kind == b"IDAT" else b""
        place += 12 + length
    row = (width + 7) // 8 + 1
    lines = zlib.decompress(data)
    above, rows = bytes(row - 1), []
    for start in range(0, len(lines), row):
        filtering, line = lines[start], lines[start + 1 : start + row]
        assert filtering in (0, 2), "as it is, or as the difference from the row above"
        above = line if filtering == 0 else bytes((here + up) % 256 for here, up in zip(line, above, strict=True))
        rows.append([1 - (above[x // 8] >> (7 - x % 8) & 1) for x in range(width)])
    return rows
