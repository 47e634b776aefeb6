"""Where a configuration set tells of its mails, at the emulator."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from harness import ProviderRefusedError

if TYPE_CHECKING:
    from collections.abc import Callable

    from harness import Harness

DESTINATION = "aws_sesv2_configuration_set_event_destination"
TOPIC = "arn:aws:sns:eu-north-1:000000000000:feedback"


def config(name: str, *types: str, enabled: bool = True, topic: str = TOPIC) -> dict[str, Any]:
    return {
        "configuration_set_name": name,
        "event_destination_name": "feedback",
        "event_destination": [
            {"enabled": enabled, "matching_event_types": [*types], "sns_destination": [{"topic_arn": topic}]}
        ],
    }


@pytest.fixture
def configuration_set(aws: Callable[[str], Any], request: pytest.FixtureRequest) -> str:
    """A configuration set of the test's own."""
    name = f"set-{abs(hash(request.node.name))}"
    aws("sesv2").create_configuration_set(ConfigurationSetName=name)
    return name


def found(aws: Callable[[str], Any], name: str) -> list[dict[str, Any]]:
    destinations: list[dict[str, Any]] = (
        aws("sesv2").get_configuration_set_event_destinations(ConfigurationSetName=name).get("EventDestinations", [])
    )
    return destinations


def test_event_destination__arrives_updates_and_imports(
    tf: Harness, aws: Callable[[str], Any], configuration_set: str
) -> None:
    wanted = config(configuration_set, "BOUNCE", "COMPLAINT", "DELIVERY")
    state = tf.apply(DESTINATION, wanted)

    assert found(aws, configuration_set) == [
        {
            "Name": "feedback",
            "Enabled": True,
            "MatchingEventTypes": ["BOUNCE", "COMPLAINT", "DELIVERY"],
            "SnsDestination": {"TopicArn": TOPIC},
        }
    ]
    assert tf.changes(DESTINATION, state, wanted) == set()
    assert tf.import_then_plan(DESTINATION, f"{configuration_set}|feedback", wanted) == set()
    assert tf.plan(DESTINATION, state, wanted | {"event_destination_name": "other"})[1] == ["event_destination_name"]

    after = config(configuration_set, "BOUNCE", enabled=False, topic=f"{TOPIC}-other")
    state = tf.apply(DESTINATION, after, state)

    (changed,) = found(aws, configuration_set)
    assert (changed["Enabled"], changed["MatchingEventTypes"]) == (False, ["BOUNCE"])
    assert changed["SnsDestination"] == {"TopicArn": f"{TOPIC}-other"}
    assert tf.changes(DESTINATION, state, after) == set()


def test_event_destination__drift_and_loss_are_seen(
    tf: Harness, aws: Callable[[str], Any], configuration_set: str
) -> None:
    wanted = config(configuration_set, "BOUNCE")
    state = tf.apply(DESTINATION, wanted)

    aws("sesv2").update_configuration_set_event_destination(
        ConfigurationSetName=configuration_set,
        EventDestinationName="feedback",
        EventDestination={"Enabled": True, "MatchingEventTypes": ["SEND"], "SnsDestination": {"TopicArn": TOPIC}},
    )
    assert tf.changes(DESTINATION, state, wanted) == {"event_destination"}

    aws("sesv2").delete_configuration_set(ConfigurationSetName=configuration_set)
    assert tf.refresh(DESTINATION, state) is None


def test_event_destination__is_gone_after_its_deletion(
    tf: Harness, aws: Callable[[str], Any], configuration_set: str
) -> None:
    state = tf.apply(DESTINATION, config(configuration_set, "BOUNCE"))

    tf.destroy(DESTINATION, state)

    assert found(aws, configuration_set) == []


def test_event_destination__a_bus_is_refused(tf: Harness) -> None:
    bus = [{"matching_event_types": ["SEND"], "event_bridge_destination": [{"event_bus_arn": TOPIC}]}]

    with pytest.raises(ProviderRefusedError, match=r"event_bridge_destination\.event_bus_arn"):
        tf.plan(DESTINATION, None, config("refused", "SEND") | {"event_destination": bus})
