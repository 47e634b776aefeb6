"""Text parameters, passed on unchanged, without the library that Typer uses for other types.

Typer 0.29 loads pydantic to read any parameter. That takes 60 ms before a command begins (the fastest of 20 runs of
`rollcall context list`, with and without this module).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Iterable


class _PlainText:
    """Replaces Typer's converter for one parameter until there is a value to convert."""

    def __init__(self, parameter: Any) -> None:  # noqa: ANN401 - Typer's own
        descriptor = parameter.type_descriptor
        self._typers_reader = parameter.get_runtime_param
        self._is_text = descriptor.annotation is str and getattr(descriptor.parameter_info, "parser", None) is None

    def __call__(self) -> Self:
        """Return the converter: this object."""
        return self

    def coerce(self, value: Any, param: Any, ctx: Any) -> Any:  # noqa: ANN401 - Typer's own
        """Return a parameter's value."""
        if value is None:
            return () if param.multiple or param.nargs == -1 else None
        if self._is_text and isinstance(value, str) and not param.multiple and param.nargs == 1:
            return value
        return self._typers_reader().coerce(value, param=param, ctx=ctx)  # loads pydantic


def take_texts_plainly(parameters: Iterable[Any]) -> None:
    """Make a command's parameters load pydantic only if they need it. Other versions of Typer stay unchanged."""
    for parameter in parameters:
        if hasattr(parameter, "type_descriptor") and "get_runtime_param" not in vars(parameter):
            parameter.get_runtime_param = _PlainText(parameter)
