"""What Lambda does with asynchronous events: how often it tries again, and where what failed goes.

Replacement and defaults: terraform-provider-aws, website/docs/r/lambda_function_event_invoke_config.html.markdown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from standin.resource import Resource, resource

from .blocks import only

if TYPE_CHECKING:
    from standin.values import State

_WAYS = {"on_failure": "OnFailure", "on_success": "OnSuccess"}


@resource
class EventInvokeConfig(Resource):
    """The asynchronous events of one function, or of one version of it."""

    type = "aws_lambda_function_event_invoke_config"
    supported = frozenset({
        "destination_config.on_failure.destination", "destination_config.on_success.destination", "function_name",
        "maximum_event_age_in_seconds", "maximum_retry_attempts", "qualifier",
    })  # fmt: skip
    force_new = frozenset({"function_name", "qualifier"})
    defaults: ClassVar = {"maximum_retry_attempts": 2}

    def create(self, planned: State) -> State:
        """Put it: there is one a function, and Lambda makes no difference between the first time and later."""
        self._put(planned)
        qualifier = planned["qualifier"]
        return {"id": f"{planned['function_name']}:{qualifier}" if qualifier else planned["function_name"]}

    def read(self, state: State) -> State | None:
        """Read it."""
        name, _, qualifier = state["id"].partition(":")
        answer = self.client("lambda").get_function_event_invoke_config(**_where(name, qualifier))
        destinations = answer.get("DestinationConfig") or {}
        ways = {
            way: [{"destination": found}] if (found := (destinations.get(member) or {}).get("Destination")) else []
            for way, member in _WAYS.items()
        }
        age = answer.get("MaximumEventAgeInSeconds")
        return {
            "id": state["id"],
            "destination_config": [ways] if any(ways.values()) else [],
            "function_name": name,
            # Six hours is what Lambda does where nothing is said; the provider keeps nothing then.
            "maximum_event_age_in_seconds": None if age == _LONGEST_S and not _said(state) else age,
            "maximum_retry_attempts": answer["MaximumRetryAttempts"],
            "qualifier": qualifier or None,
        }

    def update(self, prior: State, planned: State, changed: set[str]) -> State | None:  # noqa: ARG002 - the base's hook
        """Put it again as a whole."""
        self._put(planned)
        return None

    def delete(self, state: State) -> None:
        """Delete it: Lambda's own defaults are in force again."""
        self.client("lambda").delete_function_event_invoke_config(**_where(state["function_name"], state["qualifier"]))

    def _put(self, planned: State) -> None:
        arguments: dict[str, Any] = {"MaximumRetryAttempts": planned["maximum_retry_attempts"]}
        if planned["maximum_event_age_in_seconds"] is not None:
            arguments["MaximumEventAgeInSeconds"] = planned["maximum_event_age_in_seconds"]
        ways = only(planned["destination_config"])
        if destinations := {
            member: {"Destination": only(ways[way])["destination"]} for way, member in _WAYS.items() if ways.get(way)
        }:
            arguments["DestinationConfig"] = destinations
        where = _where(planned["function_name"], planned["qualifier"])
        self.client("lambda").put_function_event_invoke_config(**where, **arguments)


_LONGEST_S = 6 * 60 * 60


def _said(state: State) -> bool:
    return state.get("maximum_event_age_in_seconds") is not None


def _where(name: str, qualifier: str | None) -> dict[str, str]:
    return {"FunctionName": name, **({"Qualifier": qualifier} if qualifier else {})}
