"""Fingerprints: only with the key, and another for each purpose."""

from __future__ import annotations

import hashlib
import hmac

import pytest

from registration_core.adapters.signing import HmacSigner
from registration_core.domain.errors import SettingsError

KEY = "0123456789abcdef0123456789abcdef"


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


def test_fingerprint__refuses_a_purpose_that_could_be_taken_for_another() -> None:
    with pytest.raises(ValueError, match="zero byte"):
        HmacSigner(KEY).fingerprint("once\0a", "b")


def test_signer__refuses_a_key_that_could_be_guessed() -> None:
    with pytest.raises(SettingsError, match="9 letters"):
        HmacSigner("a-test-ky")
