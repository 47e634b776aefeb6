"""Files: their names and keys."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit.core.builders import NOW

from registration_core.domain.files import FileState, StoredFile, Upload, clean_name, megabytes


@pytest.mark.parametrize(
    ("sent", "cleaned"),
    [
        ("Mitt arbete åäö.pdf", "Mitt arbete åäö.pdf"),
        ("C:\\Users\\robin\\cv.pdf", "cv.pdf"),
        ("../../etc/passwd", "passwd"),
        ("cv\u202efdp.exe", "cvfdp.exe"),
        ("a\r\nSet-Cookie: b.pdf", "aSet-Cookie_ b.pdf"),
        ('say %22hi%22 <b> | "x"?.pdf', "say _hi_ _b_ _ _x__.pdf"),
        ("  .hidden. ", "hidden"),
        ("...", "file"),
        ("", "file"),
        ("x" * 300 + ".pdf", "x" * 116 + ".pdf"),
        ("x" * 300, "x" * 120),
        ("A\u030a.pdf", "Å.pdf"),
    ],
)
def test_clean_name__leaves_what_is_safe(sent: str, cleaned: str) -> None:
    assert clean_name(sent) == cleaned


@given(st.text())
def test_clean_name__is_one_safe_part_of_a_path(sent: str) -> None:
    name = clean_name(sent)
    assert name == clean_name(name)
    assert 0 < len(name) <= 120
    assert name.isprintable()
    assert not set(name) & set('<>:"/\\|?*')
    assert not name.startswith(".")
    assert not name.endswith(".")


@pytest.mark.parametrize(
    "key",
    ["incoming/prt_1/cv", "incoming/prt_1/cv/", "incoming/prt_1/cv/a/b", "incoming/prt_1/cv/å", "kept/prt_1/cv/a"],
)
def test_upload__is_nobodys_with_another_key(key: str) -> None:
    assert Upload.from_key(key) is None


def test_upload__has_its_keys() -> None:
    upload = Upload.from_key("incoming/prt_1/cv/0a-B")
    assert upload == Upload("prt_1", "cv", "0a-B")
    assert (upload.incoming_key, upload.kept_key) == ("incoming/prt_1/cv/0a-B", "kept/prt_1/cv/0a-B")


def test_stored_file__counts_as_unchecked_after_an_hour() -> None:
    file = StoredFile("a", "cv", "cv.pdf", 1, FileState.CHECKING, NOW)
    assert file.shown_state(NOW + timedelta(minutes=59)) == "checking"
    assert file.shown_state(NOW + timedelta(minutes=61)) == "unchecked"


@pytest.mark.parametrize(
    ("size", "shown"), [(10, "1 KB"), (300_000, "300 KB"), (10_000_000, "10 MB"), (2_540_000, "2.5 MB")]
)
def test_megabytes__are_short(size: int, shown: str) -> None:
    assert megabytes(size) == shown
