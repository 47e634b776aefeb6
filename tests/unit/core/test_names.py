"""Names: which contain an address, and what part of one may be mailed to a stranger."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registration_core.domain.names import count_links, holds_address, name_for_stranger, plain

PEOPLE = (
    "Åsa Lindqvist", "J.R. Smith", "J.R.Smith", "St.John Rivers", "Dr.No", "J.de Vries", "Dr. Anna-Maria O'Neil",
    "\u0639\u0627\u0626\u0634\u0629", "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
    "山田\u30fb太郎", "Łukasz Żółć", "anna.svensson", "Robin 2", "Nguyễn Văn A", "D\u2019Angelo", "Mary (Mia) Berg",
)  # fmt: skip
ADDRESSES = (
    "You won: https://evil.example",
    "www.evil.org",
    "see evil.com",
    "evil.com/win",
    "\uff45\uff56\uff49\uff4c\uff0e\uff43\uff4f\uff4d",
    "evil\u200b.com",
    "http://x",
    "robin@example.org",
    "Robin @handle",
    "HTTPS://EVIL",
    "ev\u00adil.xyz!",
    "evil\u3002com",
    "(win.click)",
    "Win at bit.ly/abc",
    "t.me/winner",
    "x.com",
    "evil.pl/x",
    "paypal.com-login.help/x",
    "evil.anything?x=1",
    "evil\ufe0f.c\u034fom",
)


@pytest.mark.parametrize("name", PEOPLE)
def test_holds_address__accepts_names_of_people(name: str) -> None:
    assert not holds_address(name)


@pytest.mark.parametrize("name", ADDRESSES)
def test_holds_address__finds_one_in_any_spelling(name: str) -> None:
    assert holds_address(name)
    assert name_for_stranger(name) == ""


@pytest.mark.parametrize(
    ("name", "short_name"),
    [
        ("Åsa Lindqvist", "Åsa Lindqvist"),
        (" J.R.  Smith ", ""),
        ("J. R. Smith", "J. R. Smith"),
        ("\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645", "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645"),
        ("anna.svensson", ""),
        ("Call 0900 1234", ""),
        ("Win: now", ""),
        ("Robin\u3164 Ek", ""),
        ("Robin\ufe0f Ek", ""),
        ("Congratulations You Won A Big Prize", "Congratulations You Won A Big…"),
        ("e\u0301" * 40, "e\u0301" * 14 + "…"),
    ],
)
def test_name_for_stranger__is_a_short_name_and_nothing_else(name: str, short_name: str) -> None:
    assert name_for_stranger(name) == short_name


@given(st.text(max_size=120))
def test_name_for_stranger__never_contains_a_link(name: str) -> None:
    """It has no digit, colon, slash or at sign, no dot inside a word, no invisible character, and is never long."""
    short_name = name_for_stranger(name)
    assert len(short_name) <= 30
    for place, letter in enumerate(short_name):
        assert (
            unicodedata.category(letter)[0] in "LM" or letter in " -'\u2019\u2010\u00b7\u30fb\u05f3\u05f4…\u200c\u200d."
        )
        assert letter != "." or short_name[place + 1 : place + 2] in {"", " ", "-"}


def test_count_links__counts_each_once_in_any_spelling() -> None:
    assert count_links("https://www.a.org http://b.org www.c.org HTTPS://D") == 4
    assert count_links("\uff48\uff54\uff54\uff50\uff53\uff1a\uff0f\uff0fa ht\u200btp://b") == 2
    assert count_links("nothing here") == 0


def test_plain__is_the_same_for_lookalikes() -> None:
    spellings = ("Åsa Li", "A\u030asa\u00a0Li", "åsa  li", "Ås\u200ba Li", "Å\u00adsa \uff2ci", "\ufeffÅsa\u2009Li")
    assert {plain(spelling) for spelling in spellings} == {"åsa li"}
