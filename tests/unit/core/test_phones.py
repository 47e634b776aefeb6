"""Telephone numbers: accepted as written in every country, stored as E.164, shown as readers expect."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import phonenumbers
import pytest
from phonenumbers import PhoneNumberFormat, PhoneNumberType
from unit.core.builders import TODAY, a_field, a_form

from registration_core.domain import phone_codes, phone_formats
from registration_core.domain.errors import InvalidAnswersError
from registration_core.domain.phones import lost_sign, shown_phone
from registration_core.domain.search_text import phone_digits, same_number
from registration_core.domain.validation import validate

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[3]


def taken(text: str, region: str | None = None) -> Any:
    return validate(a_form(a_field("phone", region=region)), {"it": text}, "en", today=TODAY)["it"]


def every_example() -> Iterator[tuple[str, phonenumbers.PhoneNumber]]:
    for region in sorted(phonenumbers.SUPPORTED_REGIONS):
        for kind in (PhoneNumberType.FIXED_LINE, PhoneNumberType.MOBILE):
            number = phonenumbers.example_number_for_type(region, kind)
            if number is not None:
                yield region, number


def test_number_of_every_country__is_accepted_as_written() -> None:
    """At home, from abroad and as a link, fixed and mobile; each is stored as E.164."""
    assert len(list(every_example())) > 400
    for region, number in every_example():
        e164 = phonenumbers.format_number(number, PhoneNumberFormat.E164)
        for style in (PhoneNumberFormat.INTERNATIONAL, PhoneNumberFormat.RFC3966):
            assert taken(phonenumbers.format_number(number, style)) == e164
        assert taken(phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL), region) == e164


def test_number_of_every_country__is_shown_as_its_people_do() -> None:
    """From abroad with the country's code; for two countries the library's trunk prefix differs from ours."""
    for region, number in every_example():
        e164 = phonenumbers.format_number(number, PhoneNumberFormat.E164)
        assert shown_phone(e164) == phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL)
        if region not in ("AR", "KI"):
            assert shown_phone(e164, region) == phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL)
        assert taken(shown_phone(e164, region), region) == e164


@pytest.mark.parametrize(
    ("text", "e164"),
    [
        ("070-140 50 21", "+46701405021"),
        ("0701405021", "+46701405021"),
        ("701405021", "+46701405021"),
        ("46701405021", "+46701405021"),
        ("+46 (0)70-140 50 21", "+46701405021"),
        ("0046 70 140 50 21", "+46701405021"),
        ("tel:+46-70-140-50-21", "+46701405021"),
        ("+47 406 12 345", "+4740612345"),
        ("08-12 34 56", "+468123456"),
        ("070-140 50 21 ext. 8", "+46701405021;ext=8"),
        ("070-140 50 21 anknytning 12", "+46701405021;ext=12"),
        ("+46 70 140 50 21 x9", "+46701405021;ext=9"),
        ("tel:+46-70-140-50-21;ext=7", "+46701405021;ext=7"),
        ("+46 70 140 50 21, #\u0667", "+46701405021;ext=7"),
    ],
)
def test_number__is_stored_as_e164(text: str, e164: str) -> None:
    assert taken(text, "SE") == e164


@pytest.mark.parametrize(
    "text",
    [
        "+46 070 140 50 21",
        "+0701234567",
        "000701234567",
        "+46",
        "++46701234567",
        "+999 12345678",
        "12345",
        "112",
        "070-140",
        "070-140 50 21 22 23",
        "+46 70 140 50 21 22 23 24",
        "call me",
        "070-140 50 21 or so",
    ],
)
def test_number__that_no_country_has__is_refused(text: str) -> None:
    with pytest.raises(InvalidAnswersError) as refused:
        taken(text, "SE")
    assert refused.value.errors[0].code == "not_a_phone"


def test_number__without_a_region__is_stored_as_its_digits() -> None:
    """The reader knows which country it means."""
    assert taken("070-140 50 21") == "0701405021"


@pytest.mark.parametrize(
    ("stored", "expected"),
    [
        ("+46701405021", "070-140 50 21"),
        ("0701405021", "070-140 50 21"),
        ("+4740612345", "+47 40 61 23 45"),
        ("+46701405021;ext=8", "070-140 50 21 ext. 8"),
        ("+460701405021", "+460701405021"),
        ("12", "12"),
        ("whatever", "whatever"),
    ],
)
def test_number__is_shown_as_people_write_it(stored: str, expected: str) -> None:
    """Numbers stored before these rules are shown too."""
    assert shown_phone(stored, "SE") == expected


@pytest.mark.parametrize(
    ("text", "region", "lost"),
    [("701405021", "SE", True), ("0701405021", "SE", False), ("40612345", "NO", False), ("701405021", None, False)],
)
def test_lost_plus_sign__is_noticed_where_numbers_start_with_0(text: str, region: str | None, *, lost: bool) -> None:
    assert lost_sign(text, region) == lost


@pytest.mark.parametrize("stored", ["+46701405021", "0701405021", "+46701405021;ext=8"])
def test_search__finds_a_number_however_it_is_stored(stored: str) -> None:
    for query in ("070-140 50 21", "+46 70 140 50 21", "701405021"):
        digits, others = phone_digits(stored), phone_digits(query)
        assert digits is not None
        assert others is not None
        assert same_number(digits, others)


def test_rules__are_those_of_the_installed_library() -> None:
    """After an upgrade, run packages/registration_core/tools/make_phone_rules.py."""
    sys.path.insert(0, str(ROOT / "packages" / "registration_core" / "tools"))
    try:
        import make_phone_rules  # noqa: PLC0415 - a script, not a package
    finally:
        sys.path.pop(0)
    for module, text in (
        (phone_codes, make_phone_rules.codes_module()),
        (phone_formats, make_phone_rules.formats_module()),
    ):
        assert Path(str(module.__file__)).read_text(encoding="utf-8") == text
