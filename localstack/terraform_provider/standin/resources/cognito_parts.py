"""What belongs to a user pool: groups, resource servers, clients and domains.

Replacement and import: terraform-provider-aws, website/docs/r/cognito_user_group.html.markdown and its neighbours
cognito_resource_server, cognito_user_pool_client and cognito_user_pool_domain.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from standin.resource import Resource, resource

from . import members
from .blocks import keep_computed_blocks, only

if TYPE_CHECKING:
    from standin.values import State

GROUP: members.Members = {"description": ("Description", "")}
SCOPE: members.Members = {"scope_name": ("ScopeName", None), "scope_description": ("ScopeDescription", None)}
UNITS: members.Members = {
    "access_token": ("AccessToken", "hours"),
    "id_token": ("IdToken", "hours"),
    "refresh_token": ("RefreshToken", "days"),
}
CLIENT: members.Members = {
    "access_token_validity": ("AccessTokenValidity", 0),
    "allowed_oauth_flows": ("AllowedOAuthFlows", []),
    "allowed_oauth_flows_user_pool_client": ("AllowedOAuthFlowsUserPoolClient", False),
    "allowed_oauth_scopes": ("AllowedOAuthScopes", []),
    "auth_session_validity": ("AuthSessionValidity", 3),
    "callback_urls": ("CallbackURLs", []),
    "default_redirect_uri": ("DefaultRedirectURI", ""),
    "enable_propagate_additional_user_context_data": ("EnablePropagateAdditionalUserContextData", False),
    "enable_token_revocation": ("EnableTokenRevocation", True),
    "explicit_auth_flows": ("ExplicitAuthFlows", []),
    "id_token_validity": ("IdTokenValidity", 0),
    "logout_urls": ("LogoutURLs", []),
    "name": ("ClientName", None),
    "prevent_user_existence_errors": ("PreventUserExistenceErrors", ""),
    "read_attributes": ("ReadAttributes", []),
    "refresh_token_validity": ("RefreshTokenValidity", 0),
    "supported_identity_providers": ("SupportedIdentityProviders", []),
    "write_attributes": ("WriteAttributes", []),
}


@resource
class UserGroup(Resource):
    """aws_cognito_user_group, without a role."""

    type = "aws_cognito_user_group"
    supported = frozenset({"user_pool_id", "name", "description"})
    force_new = frozenset({"user_pool_id", "name"})

    def create(self, planned: State) -> State:
        """Create it."""
        self.client("cognito-idp").create_group(
            UserPoolId=planned["user_pool_id"], GroupName=planned["name"], **members.write(planned, GROUP)
        )
        return {"id": f"{planned['user_pool_id']}/{planned['name']}"}

    def read(self, state: State) -> State:
        """Read it."""
        pool, _, name = state["id"].partition("/")
        group = self.client("cognito-idp").get_group(UserPoolId=pool, GroupName=name)["Group"]
        return {"id": state["id"], "user_pool_id": pool, "name": group["GroupName"], **members.read(group, GROUP)}

    def update(self, prior: State, planned: State, changed: set[str]) -> None:  # noqa: ARG002 - one argument can change
        """Change the description."""
        self.client("cognito-idp").update_group(
            UserPoolId=planned["user_pool_id"], GroupName=planned["name"], Description=planned["description"] or ""
        )

    def delete(self, state: State) -> None:
        """Delete it. Whoever was in it stays in the pool."""
        self.client("cognito-idp").delete_group(UserPoolId=state["user_pool_id"], GroupName=state["name"])


@resource
class ResourceServer(Resource):
    """aws_cognito_resource_server."""

    type = "aws_cognito_resource_server"
    supported = frozenset({"user_pool_id", "identifier", "name", *members.paths("scope", SCOPE)})
    force_new = frozenset({"user_pool_id", "identifier", "name"})
    on_change: ClassVar = {"scope_identifiers": ("scope",)}

    def create(self, planned: State) -> State:
        """Create it with its scopes."""
        self.client("cognito-idp").create_resource_server(**_server(planned))
        return {"id": f"{planned['user_pool_id']}|{planned['identifier']}"}

    def read(self, state: State) -> State:
        """Read it."""
        pool, _, identifier = state["id"].partition("|")
        answer = self.client("cognito-idp").describe_resource_server(UserPoolId=pool, Identifier=identifier)
        server = answer["ResourceServer"]
        scopes = [members.read(scope, SCOPE) for scope in server.get("Scopes", ())]
        return {
            "id": state["id"],
            "user_pool_id": pool,
            "identifier": server["Identifier"],
            "name": server["Name"],
            "scope": scopes,
            "scope_identifiers": [f"{identifier}/{scope['scope_name']}" for scope in scopes],
        }

    def update(self, prior: State, planned: State, changed: set[str]) -> None:  # noqa: ARG002 - put as a whole
        """Put the scopes again."""
        self.client("cognito-idp").update_resource_server(**_server(planned))

    def delete(self, state: State) -> None:
        """Delete it."""
        self.client("cognito-idp").delete_resource_server(
            UserPoolId=state["user_pool_id"], Identifier=state["identifier"]
        )


def _server(planned: State) -> State:
    return {
        "UserPoolId": planned["user_pool_id"],
        "Identifier": planned["identifier"],
        "Name": planned["name"],
        "Scopes": [members.write(scope, SCOPE) for scope in planned["scope"]],
    }


@resource
class UserPoolClient(Resource):
    """aws_cognito_user_pool_client, without analytics and rotation."""

    type = "aws_cognito_user_pool_client"
    supported = frozenset({*CLIENT, "user_pool_id", "generate_secret", *members.paths("token_validity_units", UNITS)})
    force_new = frozenset({"user_pool_id", "generate_secret"})
    # AWS answers with the secret, or without one. Whether it was asked for is what the provider keeps.
    echoed = frozenset({"generate_secret"})
    enums: ClassVar = {"prevent_user_existence_errors": ("cognito-idp", "PreventUserExistenceErrorTypes")}

    def plan(self, prior: State | None, planned: State, changed: set[str]) -> None:
        """Leave units that aren't configured to AWS."""
        keep_computed_blocks(prior, planned, changed, ["token_validity_units"])

    def create(self, planned: State) -> State:
        """Create it."""
        secret = {} if planned["generate_secret"] is None else {"GenerateSecret": planned["generate_secret"]}
        made = self.client("cognito-idp").create_user_pool_client(**_client(planned), **secret)
        return {"id": made["UserPoolClient"]["ClientId"]}

    def read(self, state: State) -> State:
        """Read it."""
        answer = self.client("cognito-idp").describe_user_pool_client(
            UserPoolId=state["user_pool_id"], ClientId=state["id"]
        )
        client = answer["UserPoolClient"]
        units = client.get("TokenValidityUnits")
        return {
            **members.read(client, CLIENT),
            "id": client["ClientId"],
            "user_pool_id": client["UserPoolId"],
            "client_secret": client.get("ClientSecret", ""),
            "token_validity_units": [members.read(units, UNITS)] if units else [],
        }

    def update(self, prior: State, planned: State, changed: set[str]) -> None:  # noqa: ARG002 - put as a whole
        """Put it again: AWS resets what an update leaves out."""
        self.client("cognito-idp").update_user_pool_client(ClientId=planned["id"], **_client(planned))

    def delete(self, state: State) -> None:
        """Delete it. Tokens that it got stay valid until they expire."""
        self.client("cognito-idp").delete_user_pool_client(UserPoolId=state["user_pool_id"], ClientId=state["id"])

    def import_state(self, identifier: str) -> State:
        """Take <pool>/<client>."""
        pool, _, client = identifier.partition("/")
        return {"user_pool_id": pool, "id": client}


def _client(planned: State) -> State:
    units = members.write(only(planned["token_validity_units"]), UNITS)
    return {
        "UserPoolId": planned["user_pool_id"],
        **members.write(planned, CLIENT),
        **({"TokenValidityUnits": units} if units else {}),
    }


@resource
class UserPoolDomain(Resource):
    """aws_cognito_user_pool_domain of Cognito's own; one with a certificate isn't supported."""

    type = "aws_cognito_user_pool_domain"
    supported = frozenset({"user_pool_id", "domain"})
    force_new = frozenset({"user_pool_id", "domain"})
    import_key = "domain"

    def create(self, planned: State) -> State:
        """Create it."""
        self.client("cognito-idp").create_user_pool_domain(UserPoolId=planned["user_pool_id"], Domain=planned["domain"])
        return {"id": planned["domain"]}

    def read(self, state: State) -> State | None:
        """Read it. Cognito describes a domain that nobody has by nothing."""
        answer = self.client("cognito-idp").describe_user_pool_domain(Domain=state["id"])["DomainDescription"]
        if not answer.get("Status"):
            return None
        return {
            "id": answer["Domain"],
            "domain": answer["Domain"],
            "user_pool_id": answer["UserPoolId"],
            "aws_account_id": answer.get("AWSAccountId", ""),
            "cloudfront_distribution": answer.get("CloudFrontDistribution", ""),
            "cloudfront_distribution_arn": answer.get("CloudFrontDistribution", ""),
            "cloudfront_distribution_zone_id": "Z2FDTNDATAQYW2",  # CloudFront's, for every distribution
            "managed_login_version": answer.get("ManagedLoginVersion", 1),
            "s3_bucket": answer.get("S3Bucket", ""),
            "version": answer.get("Version", ""),
        }

    def delete(self, state: State) -> None:
        """Delete it; its pool stays."""
        self.client("cognito-idp").delete_user_pool_domain(UserPoolId=state["user_pool_id"], Domain=state["domain"])
