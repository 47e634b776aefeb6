"""The page for a refused form post: the form with everything that was typed, and what to do."""

from __future__ import annotations

from lambda_handlers import refusals
from lambda_handlers.form_pages import Notice, form_page
from registration_core.domain.errors import (
    FormClosedError,
    HumanCheckFailedError,
    InvalidKeyError,
    KeyReusedError,
    StorageUnavailableError,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Container, Mapping
    from typing import Any

    from lambda_handlers.refusals import Refusal
    from lambda_handlers.site_words import SiteWords
    from registration_core.domain.forms import Form

UNREADABLE = frozenset({"malformed_body", "malformed_form", "unsupported_charset"})
"""Errors that aren't the visitor's fault, so the API's sentence for developers wouldn't help."""
FINAL = frozenset({FormClosedError.code, HumanCheckFailedError.code})
"""Refusals after which sending the same page again can't succeed."""


def refused_form_page(
    form: Form,
    sent: Mapping[str, object],
    refused: Refusal,
    *,
    key: str,
    words: SiteWords,
    language: str,
    embedded: bool = False,
    closed: Container[str] = (),
) -> str:
    """Return the page. key: the Idempotency-Key that the next attempt repeats if this one may have been stored.

    closed: see `form_page`.
    """
    texts = words.by_language[words.language_for(language)]["form"]
    notice = _notice(refused, texts, key)
    return form_page(form, sent, words=words, language=language, notice=notice, embedded=embedded, closed=closed)


def _notice(refused: Refusal, texts: Mapping[str, Any], key: str) -> Notice:
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
