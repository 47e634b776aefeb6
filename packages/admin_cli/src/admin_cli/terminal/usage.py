"""The parser's errors, worded like all others."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from registration_core.domain.suggestions import meant

if TYPE_CHECKING:
    from collections.abc import Sequence

    from typer.exceptions import TyperException

_ONE_OF = re.compile(r"(?:Value error, )?'(?P<given>.*?)' is not one of (?P<known>'.*')\.?", re.DOTALL)
_NUMBERS = {
    "Input should be a valid integer": "must be a whole number",
    "Input should be greater than or equal to": "must be {} or more",
    "Input should be less than or equal to": "must be {} or less",
}
_EXTRA = re.compile(r"Got unexpected extra arguments?(?:\(s\)|s)? \((?P<extra>.*)\)", re.DOTALL)


def sentence(error: TyperException) -> str:
    """Return a sentence that says what is wrong with a command line."""
    if option := getattr(error, "option_name", None):
        if getattr(error, "possibilities", False) is not False:
            if option[1:].isdecimal():
                return f"{option} is below zero: give a number such as {option[1:]}."
            return f"There is no option {option!r}.{meant(option, _options(error))}"
        return f"{option} needs a value."
    what = _named(error)
    if what is None:
        extra = _EXTRA.fullmatch(error.message)
        return f"Unexpected argument: {extra['extra']}." if extra else error.format_message()
    return _missing(what, error) if hasattr(error, "param_type") else _wrong(what, error)


def _missing(what: str, error: TyperException) -> str:
    choices = " ".join(error.format_message().partition("Choose from:")[2].split())
    return f"{what} is missing.{f' Use one of {choices}.' if choices else ''}"


def _wrong(what: str, error: TyperException) -> str:
    if one_of := _ONE_OF.fullmatch(error.message):
        known = re.findall(r"'([^']*)'", one_of["known"])
        return f"{what} must be {_either(known)}, not {one_of['given']!r}.{meant(one_of['given'], known)}"
    for prefix, rule in _NUMBERS.items():
        if error.message.startswith(prefix):
            return f"{what} {rule.format(error.message.removeprefix(prefix).strip())}."
    return error.format_message() if not error.message else f"{what}: {error.message}"


def _either(choices: Sequence[str]) -> str:
    """Return choices as in a sentence: a, b or c."""
    *others, last = choices
    return f"{', '.join(others)} or {last}" if others else last


def _options(error: TyperException) -> list[str]:
    ctx = getattr(error, "ctx", None)
    return (
        ["--context", "--debug", "--help", *(name for param in ctx.command.params for name in param.opts)]
        if ctx
        else []
    )


def _named(error: TyperException) -> str | None:
    """Return the name in the help of the option or argument that the error is about."""
    param = getattr(error, "param", None)
    if param is None:
        return None
    if param.param_type_name == "argument" and param.metavar is None:
        return str(param.name).upper()
    names = [name.strip("'") for name in param.get_error_hint().split(" / ")]
    return str(max(names, key=len))
