"""What an export says in its own words, in each language: headings that no form has, and yes and no."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

DEFAULT_LANGUAGE = "en"

WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "id": "ID",
        "reference": "Reference",
        "form": "Form",
        "status": "Status",
        "submitted_at": "Submitted (UTC)",
        "email": "E-mail address",
        "language": "Language",
        "form_version": "Form version",
        "version": "Version",
        "expires_at": "Kept until (UTC)",
        "option": "Option",
        "position": "Ticket",
        "verify_by": "Verify by (UTC)",
        "verified_at": "Verified (UTC)",
        "yes": "yes",
        "no": "no",
    },
    "sv": {
        "id": "ID",
        "reference": "Referens",
        "form": "Formulär",
        "status": "Status",
        "submitted_at": "Inkommen (UTC)",
        "email": "E-postadress",
        "language": "Språk",
        "form_version": "Formulärversion",
        "version": "Version",
        "expires_at": "Sparas till (UTC)",
        "option": "Alternativ",
        "position": "Könummer",
        "verify_by": "Verifieras före (UTC)",
        "verified_at": "Verifierad (UTC)",
        "yes": "ja",
        "no": "nej",
    },
}


def words(language: str) -> Mapping[str, str]:
    """Give the words in this language, or in English where it has none."""
    return WORDS.get(language, WORDS[DEFAULT_LANGUAGE])
