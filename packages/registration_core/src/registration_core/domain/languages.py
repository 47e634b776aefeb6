"""Languages: the available one that a visitor reads best."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence


def best_language(preferred: str | None, languages: Sequence[str]) -> str:
    """Return the best of the languages; the first one if none matches.

    preferred: a language tag such as `sv`, or the value of an Accept-Language header. languages: at
    least one.
    """
    best, best_weight = languages[0], 0.0
    for choice in (preferred or "").split(","):
        tag, _, parameter = choice.partition(";")
        language = tag.strip().lower().partition("-")[0]
        weight = _weight(parameter)
        if weight > best_weight and language in languages:
            best, best_weight = language, weight
    return best


def _weight(parameter: str) -> float:
    """Return the q of `q=0.8`: 1 if there is none, 0 if it can't be read."""
    name, _, value = parameter.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0
