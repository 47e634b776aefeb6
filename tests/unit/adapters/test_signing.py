"""Fingerprints need the key and differ by purpose; links live as long as they should."""

from __future__ import annotations

import hashlib
import hmac
from datetime import UTC, datetime, timedelta

import pytest
from unit.core.builders import a_form, an_entry

from registration_core.adapters.signing import MY, HmacSigner, InvalidTokenError, MyLinks, SigningKey, TokenSigner
from registration_core.domain.errors import SettingsError

KEY = "0123456789abcdef0123456789abcdef"
NOW = datetime(2026, 9, 1, 12, tzinfo=UTC)


def test_fingerprint__is_hmac_sha256_of_purpose_and_value() -> None:
    expected = hmac.new(KEY.encode(), "once\0ö@example.org".encode(), hashlib.sha256).hexdigest()

    assert HmacSigner(KEY).fingerprint("once", "ö@example.org") == expected


def test_fingerprint__differs_by_purpose_value_and_key() -> None:
    made = {
        HmacSigner(KEY).fingerprint("once", "a"),
        HmacSigner(KEY).fingerprint("once", "b"),
        HmacSigner(KEY).fingerprint("answers", "a"),
        HmacSigner(KEY[::-1]).fingerprint("once", "a"),
        HmacSigner(KEY).fingerprint("oncea", ""),
    }

    assert len(made) == 5


def test_fingerprint__refuses_an_ambiguous_purpose() -> None:
    with pytest.raises(ValueError, match="zero byte"):
        HmacSigner(KEY).fingerprint("once\0a", "b")


@pytest.mark.parametrize("letters", [9, 31])
def test_signer__refuses_a_key_that_could_be_guessed(letters: int) -> None:
    with pytest.raises(SettingsError, match=f"{letters} characters"):
        HmacSigner("k" * letters)


@pytest.mark.parametrize(("kept_days", "link_days"), [(30, 30), (399, 399), (400, 400), (401, 400), (3650, 400)])
def test_link__lives_as_long_as_its_submission_up_to_400_days(kept_days: int, link_days: int) -> None:
    """Links in an old leaked mailbox open nothing."""
    signer = TokenSigner([SigningKey("k", KEY)])
    entry = an_entry(a_form(), {}, expires_at=NOW + timedelta(days=kept_days))

    url = MyLinks(signer, api_url="https://api.example.org/v1").my_url(entry, now=NOW)

    address, _, token = url.partition("?t=")
    assert address == "https://api.example.org/v1/my"
    last = NOW + timedelta(days=link_days) - timedelta(seconds=1)
    assert signer.read(token, purpose=MY, now=last) == entry.id
    with pytest.raises(InvalidTokenError, match="expired"):
        signer.read(token, purpose=MY, now=last + timedelta(seconds=1))
