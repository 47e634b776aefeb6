"""Cloudflare Turnstile: checks the token that it gave to the visitor's browser.

Protocol: https://developers.cloudflare.com/turnstile/get-started/server-side-validation/
"""

from __future__ import annotations

import http.client
import json
import uuid

from registration_core.adapters.dynamodb.retries import Deadline
from registration_core.domain.errors import HumanCheckFailedError, HumanCheckUnavailableError
from registration_core.domain.ports import HumanCheck

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

MOST_LETTERS = 2048
"""The longest token that Cloudflare gives."""
TIMEOUT_S = 3.0
_MOST_BYTES = 64 * 1024
_OURS = frozenset({"missing-input-secret", "invalid-input-secret", "bad-request", "internal-error"})
"""Cloudflare's error codes that aren't the visitor's fault."""


class Turnstile(HumanCheck):
    """Asks Cloudflare, and refuses if it can't be reached or understood.

    secret: returns the site's secret, or raises HumanCheckUnavailableError. url: https, or http on
    this machine. deadline: after it, nobody is asked; until then we wait for at most `timeout_s`.
    """

    def __init__(
        self,
        secret: Callable[[], str],
        *,
        url: str,
        deadline: Deadline | None = None,
        timeout_s: float = TIMEOUT_S,
    ) -> None:
        self._secret = secret
        self._url = url
        self._deadline = deadline or Deadline()
        self._timeout_s = timeout_s

    def ensure_human(self, token: str, *, address: str, request: str) -> None:
        """Raise HumanCheckFailedError for an invalid token, HumanCheckUnavailableError if it can't be checked."""
        if not token or len(token) > MOST_LETTERS:
            raise HumanCheckFailedError("The form came without a usable Turnstile token.")
        question = {"secret": self._secret(), "response": token, "idempotency_key": _uuid_of(request)}
        if address:
            question["remoteip"] = address
        answer = self._ask(question)
        if answer.get("success") is True:
            return
        codes = answer.get("error-codes")
        if not isinstance(codes, list) or not codes or not _OURS.isdisjoint(map(str, codes)):
            raise HumanCheckUnavailableError(f"Turnstile could not decide: {codes}")
        raise HumanCheckFailedError(f"Turnstile refused: {codes}")

    def _ask(self, question: dict[str, str]) -> dict[str, Any]:
        from urllib.request import Request, urlopen  # noqa: PLC0415 - stacks without Turnstile don't need it

        timeout_s = min(self._timeout_s, self._deadline.left_s())
        if timeout_s <= 0:
            raise HumanCheckUnavailableError("There was no time left to ask Turnstile.")
        sent = Request(  # noqa: S310 - the operator's own setting
            self._url, json.dumps(question).encode(), {"Content-Type": "application/json"}, method="POST"
        )
        try:
            with urlopen(sent, timeout=timeout_s) as received:  # noqa: S310 - as above
                answer = json.loads(received.read(_MOST_BYTES))
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise HumanCheckUnavailableError("Turnstile could not be reached.") from error
        if not isinstance(answer, dict):
            raise HumanCheckUnavailableError("Turnstile's answer cannot be read.")
        return answer


def _uuid_of(request: str) -> str:
    """Return an ID with which Cloudflare accepts a token again for the same request only."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, request))
