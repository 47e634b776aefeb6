"""Tokens: each leads to one submission, for one purpose, until it expires, and only the stack can make one."""

from __future__ import annotations

import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registration_core.adapters.signing import MY, InvalidTokenError, SigningKey, TokenSigner
from registration_core.adapters.signing_keys import parse_keys
from registration_core.domain.errors import SettingsError

NOW = datetime(2026, 9, 1, 12, tzinfo=UTC)
LATER = NOW + timedelta(days=30)
OLD = SigningKey("old", "0123456789abcdef0123456789abcdef")
NEW = SigningKey("new", "fedcba9876543210fedcba9876543210")
ENTRY = "reg_01K4C7Q3ZJ8M5R2V9XTB6WYHDN"
ADDRESS = "asa@example.org"


def refused(signer: TokenSigner, token: str, *, purpose: str = MY, now: datetime = NOW) -> str:
    """Return the code with which a token is refused."""
    with pytest.raises(InvalidTokenError) as raised:
        signer.read(token, purpose=purpose, now=now)
    return raised.value.code


def test_read__returns_the_signed_submission() -> None:
    signer = TokenSigner([OLD])

    token = signer.sign(ENTRY, purpose=MY, expires_at=LATER, address=ADDRESS)

    assert signer.read(token, purpose=MY, now=LATER - timedelta(seconds=1)) == ENTRY
    assert len(token) < 150, "a mail program breaks a long address"


def test_read__accepts_links_of_the_previous_key() -> None:
    token = TokenSigner([OLD]).sign(ENTRY, purpose=MY, expires_at=LATER, address=ADDRESS)
    rotated = TokenSigner([NEW, OLD])

    assert rotated.read(token, purpose=MY, now=NOW) == ENTRY
    assert rotated.sign(ENTRY, purpose=MY, expires_at=LATER, address=ADDRESS).startswith("v1.new.")
    assert refused(TokenSigner([NEW]), token) == "unknown_key"


def test_read__refuses_an_expired_token_or_another_purpose() -> None:
    signer = TokenSigner([OLD])
    token = signer.sign(ENTRY, purpose=MY, expires_at=LATER, address=ADDRESS)

    assert refused(signer, token, now=LATER) == "expired"
    assert refused(signer, token, purpose="other") == "forged"


def test_read__refuses_another_key_under_a_known_id() -> None:
    token = TokenSigner([SigningKey("old", NEW.key)]).sign(ENTRY, purpose=MY, expires_at=LATER, address=ADDRESS)

    assert refused(TokenSigner([OLD]), token) == "forged"


def test_read__refuses_another_entry_or_time_with_the_same_mac() -> None:
    signer = TokenSigner([OLD])
    version, key, _, mac = signer.sign(ENTRY, purpose=MY, expires_at=LATER, address=ADDRESS).split(".")
    payload = urlsafe_b64encode(json.dumps(["reg_other", MY, 4102444800]).encode()).rstrip(b"=").decode()

    assert refused(signer, f"{version}.{key}.{payload}.{mac}") == "forged"


@given(place=st.integers(min_value=0), letter=st.sampled_from("AZaz09-_.=~ å\0"))
def test_read__refuses_a_token_with_any_letter_changed(place: int, letter: str) -> None:
    signer = TokenSigner([OLD])
    token = signer.sign(ENTRY, purpose=MY, expires_at=LATER, address=ADDRESS)
    place %= len(token)
    changed = token[:place] + letter + token[place + 1 :]

    if changed != token:
        assert refused(signer, changed) in {"malformed", "forged", "unknown_key"}


@given(st.text(max_size=600))
def test_read__refuses_any_other_text(text: str) -> None:
    assert refused(TokenSigner([OLD]), text) in {"malformed", "forged", "unknown_key"}


@pytest.mark.parametrize("keys", [[], [OLD, OLD], [SigningKey("a", "short")], [SigningKey("a.b", OLD.key)]])
def test_signer__refuses_ambiguous_or_guessable_keys(keys: list[SigningKey]) -> None:
    with pytest.raises(SettingsError):
        TokenSigner(keys)


def test_parse_keys__reads_a_list_newest_first() -> None:
    text = json.dumps({"keys": [{"id": "new", "key": NEW.key}, {"id": "old", "key": OLD.key}]})

    assert parse_keys(text) == (NEW, OLD)


def test_parse_keys__gives_a_bare_key_the_id_it_has_in_a_list() -> None:
    (bare,) = parse_keys(OLD.key + "\n")

    assert parse_keys(json.dumps({"keys": [{"key": NEW.key}, {"key": OLD.key}]}))[1] == bare


@pytest.mark.parametrize("text", ['{"keys": "hush"}', '{"keys": [{"id": "hush"}]}', '{"hush": 1}', '{"keys": [1'])
def test_parse_keys__never_quotes_an_unreadable_secret(text: str) -> None:
    with pytest.raises(SettingsError) as raised:
        parse_keys(text)

    assert "hush" not in str(raised.value)


def test_token__is_for_the_address_that_it_was_mailed_to() -> None:
    """Whoever got the link at a mistyped address can't use it once staff correct the address."""
    signer = TokenSigner([NEW, OLD])
    token = TokenSigner([OLD]).sign(ENTRY, purpose=MY, expires_at=LATER, address="asa@exmaple.org")

    signer.ensure_mailed_to("ASA@exmaple.org", token)
    with pytest.raises(InvalidTokenError) as raised:
        signer.ensure_mailed_to("asa@example.org", token)
    assert raised.value.code == "readdressed"
    assert "asa" not in str(urlsafe_b64decode(token.split(".")[2] + "=="))


def test_token__mailed_before_tokens_named_their_address_still_works() -> None:
    payload = urlsafe_b64encode(json.dumps([ENTRY, MY, int(LATER.timestamp())]).encode()).rstrip(b"=").decode()
    signed = f"v1.old.{payload}"
    mac = hmac.digest(OLD.key.encode(), f"token\0{signed}".encode(), "sha256")
    token = f"{signed}.{urlsafe_b64encode(mac).rstrip(b'=').decode()}"
    signer = TokenSigner([OLD])

    assert signer.read(token, purpose=MY, now=NOW) == ENTRY
    signer.ensure_mailed_to("anyone@example.org", token)
