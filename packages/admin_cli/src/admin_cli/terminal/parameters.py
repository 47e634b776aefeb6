"""Options and arguments that are texts: taken as they are, without the library by which Typer reads other types.

Typer 0.29 loads pydantic for every parameter, a tenth of a second before any command begins.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable


class _Plain:
    """Stands in for Typer's own reading of one parameter until there is something to read."""

    def __init__(self, descriptor: Any) -> None:  # noqa: ANN401 - Typer's own
        self._descriptor = descriptor
        info = descriptor.parameter_info
        self._is_text = descriptor.annotation is str and getattr(info, "parser", None) is None

    def coerce(self, value: Any, param: Any, ctx: Any) -> Any:  # noqa: ANN401 - Typer's own
        """Give a parameter's value."""
        if value is None:
            return () if param.multiple or param.nargs == -1 else None
        if self._is_text and isinstance(value, str) and not param.multiple and param.nargs == 1:
            return value
        from typer._coercion import build_runtime_param  # noqa: PLC0415 - loads pydantic

        return build_runtime_param(self._descriptor).coerce(value, param=param, ctx=ctx)


def take_texts_plainly(parameters: Iterable[Any]) -> None:
    """Spare these parameters of a command what only other types need; another Typer's are left as they are."""
    for parameter in parameters:
        descriptor = getattr(parameter, "type_descriptor", None)
        if descriptor is not None and getattr(parameter, "_runtime_param", descriptor) is None:
            parameter._runtime_param = _Plain(descriptor)  # noqa: SLF001 - Typer has no other place for it
