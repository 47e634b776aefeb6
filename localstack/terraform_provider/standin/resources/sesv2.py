"""SES identities and configuration sets.

Replacement and defaults: terraform-provider-aws, website/docs/r/sesv2_email_identity.html.markdown and
sesv2_configuration_set.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from standin.resource import Resource, removed_tags, resource, tag_list, tag_map

from .blocks import keep_computed_blocks, only

if TYPE_CHECKING:
    from collections.abc import Mapping

    from standin.values import State


def ses_arn(handler: Resource, what: str) -> str:
    """Return the ARN of an identity or a configuration set. SES doesn't return it."""
    provider = handler.provider
    return f"arn:{provider.partition}:ses:{provider.region}:{provider.account_id}:{what}"


@resource
class EmailIdentityV2(Resource):
    """An address or a domain that may send.

    The emulator drops configuration_set_name (its answer lacks it, and it can't be changed) and dkim_signing_attributes
    (it doesn't know the call), so they aren't supported; what it says of DKIM is read.
    """

    type = "aws_sesv2_email_identity"
    supported = frozenset({"email_identity"})
    force_new = supported
    import_key = "email_identity"

    def plan(self, prior: State | None, planned: State, changed: set[str]) -> None:
        """Leave DKIM to SES."""
        keep_computed_blocks(prior, planned, changed, ("dkim_signing_attributes",))

    def create(self, planned: State) -> State:
        """Create the identity."""
        name = planned["email_identity"]
        self.client("sesv2").create_email_identity(EmailIdentity=name, Tags=tag_list(planned["tags_all"]))
        return {"id": name}

    def read(self, state: State) -> State | None:
        """Read the identity."""
        name = state["email_identity"] or state["id"]
        answer = self.client("sesv2").get_email_identity(EmailIdentity=name)
        arn = ses_arn(self, f"identity/{name}")
        dkim, verified = answer["DkimAttributes"], answer["VerifiedForSendingStatus"]
        return {
            "id": name,
            "email_identity": name,
            "arn": arn,
            "dkim_signing_attributes": [
                {
                    "current_signing_key_length": dkim.get("CurrentSigningKeyLength", ""),
                    "last_key_generation_timestamp": "",
                    "next_signing_key_length": dkim.get("NextSigningKeyLength", ""),
                    "signing_attributes_origin": dkim.get("SigningAttributesOrigin", ""),
                    "status": dkim["Status"],
                    "tokens": dkim.get("Tokens", []),
                }
            ],
            "identity_type": answer["IdentityType"],
            "tags_all": _tags(self, arn),
            # The emulator leaves VerificationStatus out.
            "verification_status": answer.get("VerificationStatus") or ("SUCCESS" if verified else "PENDING"),
            "verified_for_sending_status": verified,
        }

    def update(self, prior: State, planned: State, changed: set[str]) -> State | None:  # noqa: ARG002 - the base's hook
        """Change tags; nothing else can change."""
        _retag(self, prior, planned)
        return None

    def delete(self, state: State) -> None:
        """Delete the identity."""
        self.client("sesv2").delete_email_identity(EmailIdentity=state["email_identity"])


# Block -> (argument -> member), and the member of the set that holds it.
_OPTIONS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "delivery_options": (
        "DeliveryOptions",
        {
            "max_delivery_seconds": "MaxDeliverySeconds",
            "sending_pool_name": "SendingPoolName",
            "tls_policy": "TlsPolicy",
        },
    ),
    "reputation_options": ("ReputationOptions", {"reputation_metrics_enabled": "ReputationMetricsEnabled"}),
    "sending_options": ("SendingOptions", {"sending_enabled": "SendingEnabled"}),
    "suppression_options": ("SuppressionOptions", {"suppressed_reasons": "SuppressedReasons"}),
    "tracking_options": (
        "TrackingOptions",
        {"custom_redirect_domain": "CustomRedirectDomain", "https_policy": "HttpsPolicy"},
    ),
}


@resource
class ConfigurationSetV2(Resource):
    """A configuration set; vdm_options isn't supported."""

    type = "aws_sesv2_configuration_set"
    supported = frozenset({
        "configuration_set_name", *(f"{block}.{name}" for block, (_, names) in _OPTIONS.items() for name in names),
    })  # fmt: skip
    force_new = frozenset({"configuration_set_name"})
    import_key = "configuration_set_name"

    def plan(self, prior: State | None, planned: State, changed: set[str]) -> None:
        """Leave to SES what isn't configured."""
        keep_computed_blocks(prior, planned, changed, ("reputation_options", "sending_options"))

    def create(self, planned: State) -> State:
        """Create the set with its options."""
        name = planned["configuration_set_name"]
        options = {member: _members(planned, block) for block, (member, _) in _OPTIONS.items()}
        self.client("sesv2").create_configuration_set(
            ConfigurationSetName=name,
            Tags=tag_list(planned["tags_all"]),
            **{member: members for member, members in options.items() if members},
        )
        return {"id": name}

    def read(self, state: State) -> State | None:
        """Read the set."""
        answer = self.client("sesv2").get_configuration_set(
            ConfigurationSetName=state["configuration_set_name"] or state["id"]
        )
        name = answer["ConfigurationSetName"]
        arn = ses_arn(self, f"configuration-set/{name}")
        return {
            **{
                block: [{argument: answer[member].get(inner) for argument, inner in names.items()}]
                if answer.get(member)
                else []
                for block, (member, names) in _OPTIONS.items()
            },
            "id": name,
            "configuration_set_name": name,
            "arn": arn,
            "tags_all": _tags(self, arn),
        }

    def update(self, prior: State, planned: State, changed: set[str]) -> State | None:
        """Write the options that changed, each with its own call."""
        client, name = self.client("sesv2"), planned["configuration_set_name"]
        for block in _OPTIONS:
            if block in changed:
                getattr(client, f"put_configuration_set_{block}")(ConfigurationSetName=name, **_members(planned, block))
        if "tags_all" in changed:
            _retag(self, prior, planned)
        return None

    def delete(self, state: State) -> None:
        """Delete the set."""
        self.client("sesv2").delete_configuration_set(ConfigurationSetName=state["configuration_set_name"])


def _members(planned: State, block: str) -> dict[str, Any]:
    """Return a block's members that are set."""
    values = only(planned[block])
    return {
        member: values[argument] for argument, member in _OPTIONS[block][1].items() if values.get(argument) is not None
    }


def _tags(handler: Resource, arn: str) -> dict[str, str]:
    # Asked for by themselves: beside an identity the emulator repeats those that it was made with.
    return tag_map(handler.client("sesv2").list_tags_for_resource(ResourceArn=arn)["Tags"])


def _retag(handler: Resource, prior: State, planned: State) -> None:
    client = handler.client("sesv2")
    if gone := removed_tags(prior, planned):
        client.untag_resource(ResourceArn=prior["arn"], TagKeys=gone)
    client.tag_resource(ResourceArn=prior["arn"], Tags=tag_list(planned["tags_all"]))
