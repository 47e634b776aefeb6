"""Values that AWS knows by name, as botocore's service models list them."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from .errors import Problem

if TYPE_CHECKING:
    from .resource import Resource
    from .values import State


@functools.cache
def allowed(service: str, shape: str) -> tuple[str, ...]:
    """Give the values that a shape of a service allows."""
    from botocore.loaders import Loader  # noqa: PLC0415 - only a type with such an argument needs the models

    model = Loader().load_service_model(service, "service-2")
    return tuple(model["shapes"][shape]["enum"])


def problems(handler: Resource, config: State) -> list[Problem]:
    """Name every argument of `enums` whose value isn't one of the shape's."""
    return [
        Problem(f"{handler.type}: {name} must be one of {', '.join(values)}; it is {config[name]!r}", path=(name,))
        for name, (service, shape) in handler.enums.items()
        if isinstance(config.get(name), str) and config[name] not in (values := allowed(service, shape))
    ]
