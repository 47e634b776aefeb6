"""Writes what Rollcall knows of the world's telephone numbers, from the data of Google's libphonenumber.

`.venvs/dev/bin/python packages/registration_core/tools/make_phone_rules.py` renews `domain/phone_codes.py` (what a
number may look like; loaded by every submit that has one) and `domain/phone_formats.py` (how people write it) from the
installed `phonenumbers`, which only developers need. docs/decisions/0050-telephone-numbers.md says why.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import phonenumbers
import regex
from phonenumbers import PhoneMetadata

if TYPE_CHECKING:
    from collections.abc import Iterable

DOMAIN = Path(__file__).resolve().parents[1] / "src" / "registration_core" / "domain"
LICENCE = "# Made by tools/make_phone_rules.py from libphonenumber's data (Apache-2.0); change that, not this."

_PREFIXES = {"375": "80"}
"""What is dialled first, where the data says it by a pattern."""


def codes_module() -> str:
    """Give the text of `phone_codes.py`."""
    lines = [
        '"""Calling codes and regions: what a telephone number of each may look like."""',
        "",
        LICENCE,
        "",
        "# By calling code: the prefix of a call within the country (- for none), how many digits follow the code, and",
        "# which of them may come first.",
        "CODES = {",
    ]
    for code, found in sorted(_by_code().items()):
        prefix = (
            _PREFIXES.get(code) or next((each.national_prefix for each in found if each.national_prefix), None) or "-"
        )
        shortest = min(found[0].general_desc.possible_length)
        every = {length for each in found for length in each.general_desc.possible_length}
        lengths = sorted(length for length in every if length >= shortest)  # 310 1234 is for Canada's telephones alone
        first = "".join(digit for digit in "0123456789" if any(_may_begin(each, digit) for each in found))
        lines.append(f'    "{code}": "{prefix} {",".join(map(str, lengths))} {first}",')
    regions = "".join(
        f'    "{region}": "{phonenumbers.country_code_for_region(region)}",\n'
        for region in sorted(phonenumbers.SUPPORTED_REGIONS)
    )
    return "\n".join([*lines, "}", "", "# By region (ISO 3166): its calling code.", "REGIONS = {", regions + "}", ""])


def formats_module() -> str:
    """Give the text of `phone_formats.py`."""
    lines = [
        '"""How people write telephone numbers, by calling code."""',
        "",
        LICENCE,
        "",
        "# First how many digits tell formats apart. Then one format a line: what the digits begin with, how they are",
        "# grouped, how that is written within the country and from abroad (after the code); - where it is never so.",
        "FORMATS = {",
    ]
    for code, found in sorted(_by_code().items()):
        formats = list(_formats(found[0]))
        if formats:
            depth = max(_longest(line.split("\t")[0]) for line in formats)
            told = "\n".join([str(depth), *formats])
            lines.append(f'    "{code}": r"""{told}""",')
    return "\n".join([*lines, "}", ""])


def _by_code() -> dict[str, list[Any]]:
    """Give the metadata of every calling code; that of its main region comes first."""
    found: dict[str, list[Any]] = {}
    for code, regions in phonenumbers.COUNTRY_CODE_TO_REGION_CODE.items():
        for region in regions:
            of_region = PhoneMetadata.metadata_for_region(region, None)
            world = PhoneMetadata.metadata_for_nongeo_region(code, None) if region == "001" else of_region
            found.setdefault(str(code), []).append(world)
    return found


def _may_begin(metadata: Any, digit: str) -> bool:  # noqa: ANN401 - the library has no types
    pattern = regex.compile(metadata.general_desc.national_number_pattern)
    return pattern.fullmatch(digit, partial=True) is not None


def _formats(metadata: Any) -> Iterable[str]:  # noqa: ANN401
    abroad = {(each.pattern, _leading(each)): each.format for each in metadata.intl_number_format}
    for each in metadata.number_format:
        at_home = each.format
        if each.national_prefix_formatting_rule:
            at_home = at_home.replace(r"\1", each.national_prefix_formatting_rule.replace(r"\1", "\0"), 1)
            at_home = at_home.replace("\0", r"\1")
        key = (each.pattern, _leading(each))
        international = abroad.pop(key, "-") if metadata.intl_number_format else each.format
        yield "\t".join([_leading(each), each.pattern, at_home, "-" if international == "NA" else international])
    for (pattern, leading), international in abroad.items():
        yield f"{leading}\t{pattern}\t-\t{international}"


def _longest(pattern: str) -> int:
    """Give how many digits a pattern looks at, at most."""
    return int(re._parser.parse(pattern).getwidth()[1])  # type: ignore[attr-defined] # noqa: SLF001


def _leading(each: Any) -> str:  # noqa: ANN401
    return each.leading_digits_pattern[-1] if each.leading_digits_pattern else ""


if __name__ == "__main__":
    (DOMAIN / "phone_codes.py").write_text(codes_module(), encoding="utf-8")
    (DOMAIN / "phone_formats.py").write_text(formats_module(), encoding="utf-8")
