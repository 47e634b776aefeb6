"""Labels: short words that staff put on submissions, such as paid."""

from __future__ import annotations

import re

from registration_core.domain.errors import InvalidLabelError

MOST_LABELS = 20
_LABEL = re.compile(r"[^\W_][\w-]{0,29}")


def read_label(text: str) -> str:
    """Return a label in lower case. Raises InvalidLabelError."""
    label = text.strip().lower()
    if _LABEL.fullmatch(label) is None:
        raise InvalidLabelError(f'"{text[:40]}" can\'t be a label. Use one word of up to 30 letters, digits, - and _.')
    return label
