"""Signing: fingerprints of addresses, and the signed links in mails."""

from __future__ import annotations

import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from registration_core.domain.errors import RollcallError, SettingsError
from registration_core.domain.ports import Signer
from registration_core.domain.submission import email_key

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from registration_core.domain.submission import Submission

LEAST_LETTERS = 32
LONGEST_TOKEN = 400
ADDRESS_MARK_BYTES = 9
LINK_LIFE = timedelta(days=400)
"""How long a mailed link works if the submission is kept that long: a year and a month."""

MY = "my"
"""The purpose of a token that lets a registrant see and change their submission."""
UNSUBSCRIBE = "unsubscribe"
"""The purpose of a token that only stops a form's mails, because mail programs and lists of links may have it."""


class HmacSigner(Signer):
    """HMAC-SHA256 with one secret key. Raises SettingsError for a key that could be guessed."""

    def __init__(self, key: str) -> None:
        _check_key(key)
        self._key = key.encode()

    def fingerprint(self, purpose: str, value: str) -> str:
        """Return the HMAC-SHA256 of purpose and value. A zero byte separates them: `ab, c` differs from `a, bc`.

        Raises ValueError if purpose, a constant in the caller's code, has a zero byte.
        """
        if "\0" in purpose:
            raise ValueError("a purpose can't have a zero byte")
        return hmac.digest(self._key, f"{purpose}\0{value}".encode(), "sha256").hex()


class InvalidTokenError(RollcallError):
    """The token isn't valid. code: malformed, forged, unknown_key, expired or readdressed."""

    def __init__(self, code: str) -> None:
        super().__init__(f"This link can't be used: {code.replace('_', ' ')}.")
        self.code = code


@dataclass(frozen=True, slots=True)
class SigningKey:
    """One secret key. id: part of each token that the key signed; letters, digits, `-` and `_`."""

    id: str
    key: str


class TokenSigner:
    """Tokens `v1.<key id>.<payload>.<mac>`: each allows one purpose for one submission until it expires.

    keys: newest first. The first one signs and all of them verify, so that links survive a key
    rotation. Raises SettingsError if there is no key, two have the same ID, or one could be
    guessed.
    """

    def __init__(self, keys: Sequence[SigningKey]) -> None:
        if not keys or len({key.id for key in keys}) != len(keys):
            raise SettingsError("There must be at least one signing key, and each needs its own ID.")
        for key in keys:
            _check_key(key.key)
            if not key.id or not key.id.isascii() or not key.id.replace("-", "").replace("_", "").isalnum():
                raise SettingsError("A signing key's ID can have only letters, digits, - and _.")
        self._newest = keys[0]
        self._keys = {key.id: key for key in keys}

    def sign(self, submission_id: str, *, purpose: str, expires_at: datetime, address: str) -> str:
        """Return a token, always the same for the same arguments and key.

        expires_at: to the second. address: where it is mailed to; see `ensure_mailed_to`.
        """
        mark = _address_mark(self._newest, submission_id, address)
        claims = [submission_id, purpose, int(expires_at.timestamp()), mark]
        payload = json.dumps(claims, separators=(",", ":")).encode()
        signed = f"v1.{self._newest.id}.{_encode(payload)}"
        return f"{signed}.{_encode(_mac(self._newest, signed))}"

    def read(self, token: str, *, purpose: str, now: datetime) -> str:
        """Return the ID of the submission that a token leads to. Raises InvalidTokenError."""
        parts = token.split(".")
        if len(token) > LONGEST_TOKEN or not token.isascii() or len(parts) != 4 or parts[0] != "v1":  # noqa: PLR2004
            raise InvalidTokenError("malformed")
        signed, _, mac = token.rpartition(".")
        key = self._keys.get(parts[1])
        if key is None:
            raise InvalidTokenError("unknown_key")
        if not hmac.compare_digest(_encode(_mac(key, signed)), mac):  # as text: base64 spells one MAC in several ways
            raise InvalidTokenError("forged")
        submission_id, signed_purpose, expires_at, *_ = _claims(parts[2])
        if signed_purpose != purpose:
            raise InvalidTokenError("forged")
        if now >= datetime.fromtimestamp(expires_at, UTC):
            raise InvalidTokenError("expired")
        return str(submission_id)

    def also_for(self, token: str, submission_id: str, *, address: str) -> str:
        """Return a token for another submission of the same address, like one that `read` accepted: no longer valid."""
        _, purpose, expires_at, *_ = _claims(token.split(".")[2])
        expires = datetime.fromtimestamp(expires_at, UTC)
        return self.sign(submission_id, purpose=purpose, expires_at=expires, address=address)

    def ensure_mailed_to(self, address: str, token: str) -> None:
        """Raise InvalidTokenError unless a token that `read` accepted was mailed to this address, in any spelling.

        Tokens from before they had a mark of the address pass.
        """
        _, key, payload, _ = token.split(".")
        submission_id, _, _, *marks = _claims(payload)
        if marks and not hmac.compare_digest(marks[0], _address_mark(self._keys[key], submission_id, address)):
            raise InvalidTokenError("readdressed")


class MyLinks:
    """Links to registrants' pages. api_url: the API's base URL, without a trailing slash."""

    def __init__(self, signer: TokenSigner, *, api_url: str) -> None:
        self._signer = signer
        self._api_url = api_url

    def my_url(self, submission: Submission, *, now: datetime) -> str:
        """Return the link where a registrant sees, verifies, cancels and erases a submission.

        Only the registrant may see it: it is in mails to them, never in mails to staff or a
        response.
        """
        return f"{self._api_url}/my?t={self._token(submission, MY, now)}"

    def unsubscribe_url(self, submission: Submission, *, now: datetime) -> str:
        """Return the link that stops the mails of a submission's form that aren't about the contract."""
        return f"{self._api_url}/my?unsubscribe={self._token(submission, UNSUBSCRIBE, now)}"

    def _token(self, submission: Submission, purpose: str, now: datetime) -> str:
        expires_at = min(submission.expires_at, now + LINK_LIFE)
        return self._signer.sign(submission.id, purpose=purpose, expires_at=expires_at, address=submission.email)


def _check_key(key: str) -> None:
    if len(key) < LEAST_LETTERS:
        raise SettingsError(f"The signing key has {len(key)} characters. It needs at least {LEAST_LETTERS}.")


def _mac(key: SigningKey, signed: str) -> bytes:
    return hmac.digest(key.key.encode(), f"token\0{signed}".encode(), "sha256")


def _address_mark(key: SigningKey, submission_id: str, address: str) -> str:
    """Return a mark from which nobody without the key learns the address."""
    content = f"address\0{submission_id}\0{email_key(address)}"
    return _encode(hmac.digest(key.key.encode(), content.encode(), "sha256")[:ADDRESS_MARK_BYTES])


def _claims(payload: str) -> list[Any]:
    claims: list[Any] = json.loads(urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return claims


def _encode(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()
