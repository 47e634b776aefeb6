"""The notice above a form whose post was refused: what happened, and what to do."""

from __future__ import annotations

from lambda_handlers import refusals
from lambda_handlers.form_pages import Notice
from registration_core.domain.errors import (
    FormClosedError,
    HumanCheckFailedError,
    InvalidKeyError,
    KeyReusedError,
    StorageUnavailableError,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from lambda_handlers.refusals import Refusal

UNREADABLE = frozenset({"malformed_body", "malformed_form", "unsupported_charset"})
"""Errors that aren't the visitor's fault, so the API's sentence for developers wouldn't help."""
FINAL = frozenset({FormClosedError.code, HumanCheckFailedError.code})
"""Refusals after which sending the same page again can't succeed."""


def notice_of(refused: Refusal, texts: Mapping[str, Any], key: str) -> Notice:
    """Return the notice. texts: the form page's words.

    key: the Idempotency-Key that the next attempt repeats if this one may have been stored.
    """
    match refused.code:
        case StorageUnavailableError.code | refusals.INTERNAL:
            return Notice(texts["unsure"], refused.detail, key)
        case KeyReusedError.code:
            return Notice(texts["arrived"], texts["reused"])
        case InvalidKeyError.code:
            return Notice(texts["not_sent"], texts["refused"])
        case code if code in UNREADABLE:
            return Notice(texts["not_sent"], texts["unreadable"], key)
    return Notice(texts["not_sent"], refused.detail, key, final=refused.code in FINAL)
