"""Fingerprints with the stack's signing key."""

from __future__ import annotations

import hmac

from registration_core.domain.errors import SettingsError
from registration_core.domain.ports import Signer

LEAST_LETTERS = 32


class HmacSigner(Signer):
    """HMAC-SHA256 under one secret key. Raises SettingsError for a key that could be guessed."""

    def __init__(self, key: str) -> None:
        if len(key) < LEAST_LETTERS:
            raise SettingsError(f"The signing key has {len(key)} letters; it needs {LEAST_LETTERS} or more.")
        self._key = key.encode()

    def fingerprint(self, purpose: str, value: str) -> str:
        """Return HMAC-SHA256 of purpose and value; a zero byte between them keeps `ab, c` apart from `a, bc`.

        Raises ValueError when purpose, a constant of the caller's, holds a zero byte.
        """
        if "\0" in purpose:
            raise ValueError("a purpose holds no zero byte")
        return hmac.digest(self._key, f"{purpose}\0{value}".encode(), "sha256").hex()
