"""Answers as the staff write them: in one cell of a table, or after a `=` on a command line."""

from __future__ import annotations

from registration_core.domain.fields import FieldType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from registration_core.domain.fields import Field

_YES = frozenset({"yes", "true", "on", "1", "x", "ja", "sant"})
_NO = frozenset({"no", "false", "off", "0", "nej", "falskt"})
_SEPARATORS = (";", ",", "\n")


def raw_answer(field: Field, text: str) -> object:
    """Return a text as the raw answer that `validate` takes.

    An option may be written as its value or as its label in any of the form's languages; several options with commas or
    semicolons between them; a consent as yes or no, also in Swedish. What cannot be read is left as it is, for
    `validate` to refuse.
    """
    if field.type is FieldType.CHOICE:
        return _option(field, text)
    if field.type is FieldType.CHOICES:
        return [_option(field, part) for part in _parts(field, text)]
    if field.type is FieldType.CONSENT:
        word = text.strip().casefold()
        return True if word in _YES else False if word in _NO else text
    return text


def _parts(field: Field, text: str) -> Iterator[str]:
    """Yield the options in a cell; a label that itself holds a separator is one, if it stands alone."""
    if field.option(_option(field, text)) is not None:
        yield text
        return
    separator = next((each for each in _SEPARATORS if each in text), ",")
    yield from (part for part in map(str.strip, text.split(separator)) if part)


def _option(field: Field, text: str) -> str:
    """Return the value of the option that a text names, or else the text itself."""
    if field.option(text.strip()) is not None:
        return text.strip()
    wanted = _folded(text)
    named = [
        option.value
        for option in field.options
        if wanted in map(_folded, (option.value, *option.label.by_language.values()))
    ]
    return named[0] if len(set(named)) == 1 else text


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())
