"""SES identities and configuration sets, at the emulator."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from harness import ProviderRefusedError

if TYPE_CHECKING:
    from collections.abc import Callable

    from harness import Harness

IDENTITY_V2, SET_V2 = "aws_sesv2_email_identity", "aws_sesv2_configuration_set"


def test_email_identity_v2__arrives_updates_and_imports(tf: Harness, aws: Callable[[str], Any]) -> None:
    config: dict[str, Any] = {"email_identity": "v2@example.org", "tags": {"Part": "mail"}}
    state = tf.apply(IDENTITY_V2, config)
    found = aws("sesv2").get_email_identity(EmailIdentity="v2@example.org")
    assert (found["IdentityType"], found["Tags"]) == ("EMAIL_ADDRESS", [{"Key": "Part", "Value": "mail"}])
    assert state["verified_for_sending_status"] is True
    assert tf.import_then_plan(IDENTITY_V2, "v2@example.org", config) == set()

    config["tags"] = {"Other": "x"}
    state = tf.apply(IDENTITY_V2, config, state)

    found = aws("sesv2").list_tags_for_resource(ResourceArn=state["arn"])
    assert found["Tags"] == [{"Key": "Other", "Value": "x"}]
    assert tf.changes(IDENTITY_V2, state, config) == set()


def test_email_identity_v2__a_domain_tells_its_dkim_tokens(tf: Harness, aws: Callable[[str], Any]) -> None:
    state = tf.apply(IDENTITY_V2, {"email_identity": "v2.example.org"})

    dkim = aws("sesv2").get_email_identity(EmailIdentity="v2.example.org")["DkimAttributes"]
    assert state["dkim_signing_attributes"][0]["tokens"] == dkim["Tokens"] != []
    assert tf.changes(IDENTITY_V2, state, {"email_identity": "v2.example.org"}) == set()


def test_email_identity_v2__drift_and_loss_are_seen(tf: Harness, aws: Callable[[str], Any]) -> None:
    config = {"email_identity": "drifts@example.org", "tags": {"Part": "mail"}}
    state = tf.apply(IDENTITY_V2, config)

    aws("sesv2").untag_resource(ResourceArn=state["arn"], TagKeys=["Part"])
    assert tf.changes(IDENTITY_V2, state, config) == {"tags", "tags_all"}

    aws("sesv2").delete_email_identity(EmailIdentity="drifts@example.org")
    assert tf.refresh(IDENTITY_V2, state) is None


@pytest.mark.parametrize(
    "more",
    [
        {"configuration_set_name": "set"},
        {"dkim_signing_attributes": [{"next_signing_key_length": "RSA_1024_BIT"}]},
    ],
)
def test_email_identity_v2__what_the_emulator_drops_is_refused(tf: Harness, more: dict[str, Any]) -> None:
    with pytest.raises(ProviderRefusedError, match="doesn't carry out the argument"):
        tf.plan(IDENTITY_V2, None, {"email_identity": "refused@example.org", **more})


def options(tls: str, *, enabled: bool) -> dict[str, Any]:
    return {
        "delivery_options": [{"tls_policy": tls, "max_delivery_seconds": 400}],
        "reputation_options": [{"reputation_metrics_enabled": enabled}],
        "sending_options": [{"sending_enabled": enabled}],
        "suppression_options": [{"suppressed_reasons": ["BOUNCE", "COMPLAINT"]}],
        "tracking_options": [{"custom_redirect_domain": "example.org", "https_policy": "REQUIRE"}],
    }


def test_configuration_set_v2__arrives_whole_and_imports(tf: Harness, aws: Callable[[str], Any]) -> None:
    config = {"configuration_set_name": "whole", **options("REQUIRE", enabled=True), "tags": {"Part": "mail"}}

    state = tf.apply(SET_V2, config)

    found = aws("sesv2").get_configuration_set(ConfigurationSetName="whole")
    assert found["DeliveryOptions"] == {"TlsPolicy": "REQUIRE", "MaxDeliverySeconds": 400}
    assert found["ReputationOptions"]["ReputationMetricsEnabled"] is True
    assert found["SendingOptions"] == {"SendingEnabled": True}
    assert found["SuppressionOptions"] == {"SuppressedReasons": ["BOUNCE", "COMPLAINT"]}
    assert found["TrackingOptions"] == {"CustomRedirectDomain": "example.org", "HttpsPolicy": "REQUIRE"}
    assert found["Tags"] == [{"Key": "Part", "Value": "mail"}]
    assert tf.changes(SET_V2, state, config) == set()
    assert tf.import_then_plan(SET_V2, "whole", config) == set()


def test_configuration_set_v2__update_changes_in_place(tf: Harness, aws: Callable[[str], Any]) -> None:
    state = tf.apply(SET_V2, {"configuration_set_name": "changes", **options("REQUIRE", enabled=True)})
    after = {
        "configuration_set_name": "changes", **options("OPTIONAL", enabled=False), "suppression_options": [],
        "tags": {"Other": "x"},
    }  # fmt: skip

    state = tf.apply(SET_V2, after, state)

    found = aws("sesv2").get_configuration_set(ConfigurationSetName="changes")
    assert found["DeliveryOptions"]["TlsPolicy"] == "OPTIONAL"
    assert found["SendingOptions"] == {"SendingEnabled": False}
    assert not found.get("SuppressionOptions", {}).get("SuppressedReasons")
    assert found["Tags"] == [{"Key": "Other", "Value": "x"}]
    assert tf.changes(SET_V2, state, after) == set()


def test_configuration_set_v2__the_least_there_can_be_shows_no_change(tf: Harness) -> None:
    config = {"configuration_set_name": "least"}
    state = tf.apply(SET_V2, config)

    assert tf.changes(SET_V2, state, config) == set()


def test_configuration_set_v2__drift_and_loss_are_seen(tf: Harness, aws: Callable[[str], Any]) -> None:
    config = {"configuration_set_name": "drifts", **options("REQUIRE", enabled=True)}
    state = tf.apply(SET_V2, config)

    aws("sesv2").put_configuration_set_delivery_options(ConfigurationSetName="drifts", TlsPolicy="OPTIONAL")
    assert tf.changes(SET_V2, state, config) == {"delivery_options"}

    aws("sesv2").delete_configuration_set(ConfigurationSetName="drifts")
    assert tf.refresh(SET_V2, state) is None


def test_configuration_set_v2__vdm_options_are_refused(tf: Harness) -> None:
    vdm = [{"dashboard_options": [{"engagement_metrics": "ENABLED"}]}]

    with pytest.raises(ProviderRefusedError, match=r"vdm_options\.dashboard_options\.engagement_metrics"):
        tf.plan(SET_V2, None, {"configuration_set_name": "refused", "vdm_options": vdm})
