"""A LocalStack service that answers some operations itself and leaves the rest to moto, which LocalStack ships."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from localstack.aws.skeleton import Skeleton
from localstack.aws.spec import load_service
from localstack.services.moto import call_moto
from localstack.services.plugins import Service

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Operation = Callable[[Any, dict[str, Any]], dict[str, Any]]


def moto_service(name: str, own: Mapping[str, Operation]) -> Any:  # noqa: ANN401 - LocalStack's class
    """Return the service. own: operations by their name in AWS's API."""
    spec = load_service(name)
    operations = {operation: own.get(operation, _by_moto) for operation in spec.operation_names}
    return Service(name=name, skeleton=Skeleton(spec, operations))


def _by_moto(context: Any, _request: dict[str, Any]) -> Any:  # noqa: ANN401 - LocalStack's classes
    return call_moto(context)
