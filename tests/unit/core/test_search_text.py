"""Folding: what two spellings of one name have in common."""

from __future__ import annotations

import pytest

from registration_core.domain.search_text import fold, has_words, phone_digits, same_number


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
        ("Đorđe Ðorðe", "dorde dorde"),
        ("Ħaż-Żebbuġ", "haz-zebbug"),
        ("I\u015f\u0131k", "isik"),
        ("Œuvre Þór", "oeuvre thor"),
        ("O`Brien O\u00b4Brien O\u02bcBrien O\u2018Brien", "obrien obrien obrien obrien"),
        ("Anna\u2010Karin", "anna-karin"),
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


@pytest.mark.parametrize(
    ("written", "digits"),
    [
        ("+46 (0)70-140 50 21", "46701405021"),
        (" 070-140 50 21 ", "701405021"),
        ("+46701405021;ext=12", "46701405021"),
        ("0012345", "12345"),
        ("12345", "12345"),
        ("1234", None),
        ("01234", None),
        ("call 12345", None),
        ("", None),
    ],
)
def test_phone_digits__are_what_two_spellings_share(written: str, digits: str | None) -> None:
    assert phone_digits(written) == digits


def test_same_number__with_or_without_a_country_code() -> None:
    assert same_number("46701405021", "701405021")
    assert same_number("701405021", "46701405021")
    assert not same_number("46701405021", "701405022")
