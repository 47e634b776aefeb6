"""SES identities and configuration sets, of the old API.

Replacement: terraform-provider-aws, website/docs/r/ses_email_identity.html.markdown, ses_domain_identity and
ses_configuration_set. The emulator keeps the two APIs apart: what one makes the other doesn't know, unlike at AWS.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from standin.resource import GONE, Resource, resource

if TYPE_CHECKING:
    from standin.values import State


def ses_arn(handler: Resource, what: str) -> str:
    """Return the ARN of an identity or a configuration set; SES doesn't tell it."""
    provider = handler.provider
    return f"arn:{provider.partition}:ses:{provider.region}:{provider.account_id}:{what}"


class _Identity(Resource):
    """An identity of the old API; the emulator verifies it by itself."""

    argument: ClassVar[str]
    identity_type: ClassVar[str]

    def _found(self, state: State) -> State | None:
        name = state[self.argument]
        pages = self.client("ses").get_paginator("list_identities").paginate(IdentityType=self.identity_type)
        if not any(name in page["Identities"] for page in pages):
            return None
        return {"id": name, self.argument: name, "arn": ses_arn(self, f"identity/{name}")}

    def delete(self, state: State) -> None:
        """Delete the identity."""
        self.client("ses").delete_identity(Identity=state[self.argument])


@resource
class EmailIdentity(_Identity):
    """An address that may send."""

    type = "aws_ses_email_identity"
    supported = frozenset({"email"})
    force_new = supported
    import_key = "email"
    argument = "email"
    identity_type = "EmailAddress"

    def create(self, planned: State) -> State:
        """Ask for the address to be verified."""
        self.client("ses").verify_email_identity(EmailAddress=planned["email"])
        return {"id": planned["email"]}

    def read(self, state: State) -> State | None:
        """Find the address among the identities."""
        return self._found(state)


@resource
class DomainIdentity(_Identity):
    """A domain that may send."""

    type = "aws_ses_domain_identity"
    supported = frozenset({"domain"})
    force_new = supported
    import_key = "domain"
    argument = "domain"
    identity_type = "Domain"

    def create(self, planned: State) -> State:
        """Ask for the domain to be verified."""
        answer = self.client("ses").verify_domain_identity(Domain=planned["domain"])
        return {"id": planned["domain"], "verification_token": answer["VerificationToken"]}

    def read(self, state: State) -> State | None:
        """Find the domain among the identities."""
        found = self._found(state)
        if found is None:
            return None
        # The emulator tells the token only when the domain is to be verified: the same one each time, as SES does.
        token = self.client("ses").verify_domain_identity(Domain=state["domain"])["VerificationToken"]
        return {**found, "verification_token": token}


@resource
class ConfigurationSet(Resource):
    """A configuration set of the old API: of it the emulator stores the name alone, and refuses to be told more."""

    type = "aws_ses_configuration_set"
    supported = frozenset({"name"})
    force_new = supported
    gone = GONE | {"ConfigurationSetDoesNotExist"}
    import_key = "name"

    def create(self, planned: State) -> State:
        """Create the set."""
        self.client("ses").create_configuration_set(ConfigurationSet={"Name": planned["name"]})
        return {"id": planned["name"]}

    def read(self, state: State) -> State | None:
        """Read the set."""
        answer = self.client("ses").describe_configuration_set(ConfigurationSetName=state["name"] or state["id"])
        name = answer["ConfigurationSet"]["Name"]
        return {"id": name, "name": name, "arn": ses_arn(self, f"configuration-set/{name}"), "last_fresh_start": ""}

    def delete(self, state: State) -> None:
        """Delete the set."""
        self.client("ses").delete_configuration_set(ConfigurationSetName=state["name"])
