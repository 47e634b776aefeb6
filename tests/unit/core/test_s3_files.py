"""The files' bucket: what senders wrote into an object's metadata."""

from __future__ import annotations

import pytest

from registration_core.adapters.s3_files import S3Files


class OneObject:
    """An S3 client whose bucket has one object with this name as its metadata."""

    def __init__(self, name: str) -> None:
        self._name = name

    def head_object(self, **_: str) -> dict[str, object]:
        return {"ContentLength": 1, "ETag": '"e"', "Metadata": {"name": self._name}}


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        ("cv.pdf", "cv.pdf"),
        ("=?UTF-8?B?w6VyLnBkZg==?=", "år.pdf"),
        ("=?UTF-8?B?abcde?=", "=?UTF-8?B?abcde?="),
        ("=?UTF-8?B?/w==?=", "=?UTF-8?B?/w==?="),
        ("=?nonsense?B?w6U=?=", "=?nonsense?B?w6U=?="),
    ],
)
def test_look__reads_any_name(sent: str, read: str) -> None:
    """Senders choose it. A name that can't be read must not hold up this file and all others."""
    stored = S3Files(OneObject(sent), "bucket").look("incoming/prt_1/cv/u1")
    assert stored is not None
    assert stored.name == read
