"""E-mail addresses: accepted, refused, and never more lenient than a well-known validator."""

from __future__ import annotations

import email_validator
import pytest
from hypothesis import given
from hypothesis import strategies as st

from registration_core.domain.address_typos import SLIPS, corrected_address
from registration_core.domain.emails import EmailError, normalise_email


@pytest.mark.parametrize(
    ("written", "normalised"),
    [
        ("robin@example.org", "robin@example.org"),
        ("Robin.Ek+kurs@EXAMPLE.Org", "Robin.Ek+kurs@example.org"),
        ("o'brien@mail.example.co.uk", "o'brien@mail.example.co.uk"),
        ("a@b-c.se", "a@b-c.se"),
        ("info@åäö.se", "info@xn--4cab6c.se"),
        ("info@XN--4CAB6C.se", "info@xn--4cab6c.se"),
        ("1@1.museum", "1@1.museum"),
        ("x" * 64 + "@example.org", "x" * 64 + "@example.org"),
    ],
)
def test_normalise_email__accepts_and_tidies(written: str, normalised: str) -> None:
    assert normalise_email(written) == normalised


@pytest.mark.parametrize(
    "written",
    [
        *("", "@", "robin", "robin@", "@example.org", "robin@example", "robin@@example.org", "a@b@example.org"),
        *("robin example@example.org", "robin@exam ple.org", ".robin@example.org", "robin.@example.org"),
        *("ro..bin@example.org", "robin@.example.org", "robin@example..org", "robin@example.org."),
        *("robin@-example.org", "robin@example-.org", "robin@127.0.0.1", "robin@[127.0.0.1]", '"robin"@example.org'),
        *("robin@exa_mple.org", "Robin <robin@example.org>", "robin@example.org,other@example.org"),
        *("robin@example.org\nBcc: x@example.org", "robin\r@example.org", "robin@exam\x00ple.org"),
        *("x" * 65 + "@example.org", "robin@" + "x" * 64 + ".org", "x@" + "a." * 127 + "se"),
        "=?utf-8?q?x?=@example.org",
        *("robin@straße.de", "robin@\u200dx.org", "robin@xn--\u00e5.se", "(robin)@example.org", "robin@exämple"),
        *("a@example.c", "a@exam\u200bple.org", "a@exam\u00adple.org", "a@\ufeffexample.org", "a@exam\u2060ple.org"),
    ],
)
def test_normalise_email__refuses(written: str) -> None:
    with pytest.raises(EmailError) as error:
        normalise_email(written)
    assert error.value.code == "not_an_email"


def test_normalise_email__says_if_the_local_part_is_wrong() -> None:
    with pytest.raises(EmailError) as error:
        normalise_email("åsa@example.org")
    assert error.value.code == "email_not_ascii"


near_addresses = st.from_regex(r"[a-z.+'_\-A-Z0-9]{1,12}@[a-z0-9\-.åäöß]{1,20}\.[a-z0-9\-]{1,6}", fullmatch=True)


@given(st.one_of(near_addresses, st.emails(), st.text(max_size=30)))
def test_normalise_email__accepts_only_what_email_validator_does(text: str) -> None:
    try:
        address = normalise_email(text)
    except EmailError:
        return
    assert address.isascii()
    assert address.isprintable()
    assert " " not in address
    assert normalise_email(address) == address
    try:
        email_validator.validate_email(address, check_deliverability=False, test_environment=True)
    except email_validator.EmailSyntaxError as error:
        # Its own rules beyond DNS: reserved names, and labels such as `ab--c` or `xn--x`.
        assert "special-use" in str(error) or "xn--" in address or "--" in address  # noqa: PT017 - it may also be taken


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("robin@gmial.con", "robin@gmail.com"),
        ("robin@GMALI.com", "robin@gmail.com"),
        ("robin@htomail.se", "robin@hotmail.se"),
        ("robin@outllok.cmo", "robin@outlook.com"),
        ("robin@yhoo.vom", "robin@yahoo.com"),
        ("robin@iclould.com", "robin@icloud.com"),
        ("con@school.example", "con@school.example"),
        ("robin@mail.co", "robin@mail.co"),
    ],
)
def test_corrected_address__corrects_only_the_domain(typed: str, meant: str) -> None:
    assert corrected_address(typed) == meant


@pytest.mark.parametrize(("slip", "meant"), SLIPS.items())
def test_slips__lead_to_a_common_domain(slip: str, meant: str) -> None:
    common = {"gmail", "hotmail", "outlook", "yahoo", "icloud", "com"}
    assert meant in common
    assert slip.islower()
    assert slip not in common
