"""Folding: what two spellings of one name have in common."""

from __future__ import annotations

import pytest

from registration_core.domain.search_text import fold, has_words


@pytest.mark.parametrize(
    ("written", "sought"),
    [
        ("Åsa  LINDQVIST", "asa lindqvist"),
        ("A\u030asa", "Åsa"),
        ("Zoë", "ZOE"),
        ("Søren Kjær", "soren kjaer"),
        ("Łukasz", "lukasz"),
        ("Weiß", "WEISS"),
        ("İnci", "inci"),
        ("\uff21\uff22\uff23", "abc"),
        ("O\u2019Brien", "o'brien"),
        ("Μαρία ΠΑΠΑΔΑΚΗ", "μαρια παπαδακη"),
    ],
)
def test_fold__makes_two_spellings_one(written: str, sought: str) -> None:
    assert fold(written) == fold(sought)


def test_fold__keeps_different_names_apart() -> None:
    assert fold("Anna") != fold("Anne")
    assert fold("山田") == "山田"


def test_holds_words__needs_each_of_them() -> None:
    assert has_words(fold("Åsa Maria Lindqvist"), fold("lindq ÅSA"))
    assert not has_words(fold("Åsa Lindqvist"), fold("asa svensson"))
