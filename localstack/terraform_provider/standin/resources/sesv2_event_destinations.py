"""Where a configuration set reports what happened to its mails.

Replacement and defaults: terraform-provider-aws, website/docs/r,
sesv2_configuration_set_event_destination.html.markdown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from standin.resource import Resource, resource

from .blocks import only

if TYPE_CHECKING:
    from standin.values import State


@resource
class EventDestination(Resource):
    """A topic that gets events; streams, buses and metrics aren't supported.

    The emulator keeps the destination and tells it nothing: no mail of its bounces.
    """

    type = "aws_sesv2_configuration_set_event_destination"
    supported = frozenset({
        "configuration_set_name", "event_destination.enabled", "event_destination.matching_event_types",
        "event_destination.sns_destination.topic_arn", "event_destination_name",
    })  # fmt: skip
    force_new = frozenset({"configuration_set_name", "event_destination_name"})
    defaults: ClassVar = {"event_destination.enabled": False}

    def create(self, planned: State) -> State:
        """Create the destination."""
        self.client("sesv2").create_configuration_set_event_destination(**_names(planned), **_definition(planned))
        return {"id": f"{planned['configuration_set_name']}|{planned['event_destination_name']}"}

    def read(self, state: State) -> State | None:
        """Find the destination among the set's."""
        name = state["event_destination_name"]
        answer = self.client("sesv2").get_configuration_set_event_destinations(
            ConfigurationSetName=state["configuration_set_name"]
        )
        found = next((each for each in answer.get("EventDestinations", ()) if each["Name"] == name), None)
        if found is None:
            return None
        topic = found.get("SnsDestination")
        return {
            "id": state["id"],
            "configuration_set_name": state["configuration_set_name"],
            "event_destination_name": name,
            "event_destination": [
                {
                    "enabled": found["Enabled"],
                    "matching_event_types": found["MatchingEventTypes"],
                    "sns_destination": [{"topic_arn": topic["TopicArn"]}] if topic else [],
                }
            ],
        }

    def update(self, prior: State, planned: State, changed: set[str]) -> State | None:  # noqa: ARG002 - the base's hook
        """Replace the destination."""
        self.client("sesv2").update_configuration_set_event_destination(**_names(planned), **_definition(planned))
        return None

    def delete(self, state: State) -> None:
        """Delete the destination."""
        self.client("sesv2").delete_configuration_set_event_destination(**_names(state))

    def import_state(self, identifier: str) -> State:
        """Accept SET|DESTINATION."""
        configuration_set, _, name = identifier.partition("|")
        return {"id": identifier, "configuration_set_name": configuration_set, "event_destination_name": name}


def _names(state: State) -> dict[str, Any]:
    return {
        "ConfigurationSetName": state["configuration_set_name"],
        "EventDestinationName": state["event_destination_name"],
    }


def _definition(planned: State) -> dict[str, Any]:
    block = only(planned["event_destination"])
    topic = only(block["sns_destination"])
    return {
        "EventDestination": {
            "Enabled": block["enabled"],
            "MatchingEventTypes": sorted(block["matching_event_types"]),
            **({"SnsDestination": {"TopicArn": topic["topic_arn"]}} if topic else {}),
        }
    }
