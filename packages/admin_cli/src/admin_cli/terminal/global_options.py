"""Global options: people may write them anywhere, but the parser needs them first."""

from __future__ import annotations

DEBUG = "--debug"
WITH_VALUES = ("--context", "--via")
_FLAGS = (DEBUG, "--quiet", "-q")


def globals_first(arguments: list[str]) -> list[str]:
    """Move the global options before a `--` to the front."""
    end = arguments.index("--") if "--" in arguments else len(arguments)
    front: list[str] = []
    rest: list[str] = []
    words = iter(arguments[:end])
    for word in words:
        if word in _FLAGS or (word.partition("=")[0] in WITH_VALUES and "=" in word):
            front.append(word)
        elif word in WITH_VALUES:
            front += [word, *[value for value in [next(words, None)] if value is not None]]
        else:
            rest.append(word)
    return front + rest + arguments[end:]
