"""Makes ministack's Lambda refuse what AWS refuses while a function changes, and a mapping that there is already.

bridged_ministack.py loads it in the emulator's own interpreter.
"""

# ruff: noqa: SLF001 - ministack has no hooks for this; its version is locked

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

from ministack.services import lambda_svc

if TYPE_CHECKING:
    from collections.abc import Callable


def change_one_thing_at_a_time() -> None:
    """Make ministack refuse a change while an earlier one of the same function is in progress.

    Source: Lambda Developer Guide, "Lambda function states": UpdateFunctionCode,
    UpdateFunctionConfiguration and PublishVersion fail then, and while creation is pending.
    https://docs.aws.amazon.com/lambda/latest/dg/functions-states.html
    """

    def guarded(change: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(change)
        def when_settled(name: str, *rest: Any) -> Any:  # noqa: ANN401 - ministack's arguments and answers
            configuration = lambda_svc._functions.get(name, {}).get("config", {})
            if configuration.get("LastUpdateStatus") == "InProgress":
                return _conflict(
                    "The operation cannot be performed at this time. "
                    f"An update is in progress for resource: {configuration['FunctionArn']}"
                )
            return change(name, *rest)

        return when_settled

    lambda_svc._update_code = guarded(lambda_svc._update_code)
    lambda_svc._update_config = guarded(lambda_svc._update_config)
    lambda_svc._publish_version = guarded(lambda_svc._publish_version)


def map_a_source_once() -> None:
    """Make ministack refuse a second mapping of the same source to the same function.

    Source: Lambda API Reference, CreateEventSourceMapping: ResourceConflictException.
    https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html
    """
    create = lambda_svc._create_esm

    def created(data: dict[str, Any]) -> Any:  # noqa: ANN401 - as above
        source, function = data.get("EventSourceArn"), str(data.get("FunctionName")).rpartition(":function:")[2]
        for one in lambda_svc._esms.values():
            if (one["EventSourceArn"], one["FunctionArn"].rpartition(":function:")[2]) == (source, function):
                return _conflict(
                    f'The event source arn (" {source} ") and function (" {function} ") provided mapping already '
                    f"exists. Please update or delete the existing mapping with UUID {one['UUID']}"
                )
        return create(data)

    lambda_svc._create_esm = created


def _conflict(message: str) -> Any:  # noqa: ANN401 - as above
    return lambda_svc.error_response_json("ResourceConflictException", message, 409)
