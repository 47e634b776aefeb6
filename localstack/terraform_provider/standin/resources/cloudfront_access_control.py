"""How CloudFront signs what it asks of an origin."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from standin.resource import GONE, Resource, resource

from . import members

if TYPE_CHECKING:
    from standin.values import State


@resource
class OriginAccessControl(Resource):
    """aws_cloudfront_origin_access_control. Documentation page cloudfront_origin_access_control."""

    type = "aws_cloudfront_origin_access_control"
    arguments: ClassVar[members.Members] = {
        "name": ("Name", None),
        "description": ("Description", ""),
        "origin_access_control_origin_type": ("OriginAccessControlOriginType", None),
        "signing_behavior": ("SigningBehavior", None),
        "signing_protocol": ("SigningProtocol", None),
    }
    supported = frozenset(arguments)
    # The page: "description - (Optional) Defaults to 'Managed by Terraform' if omitted."
    defaults: ClassVar = {"description": "Managed by Terraform"}
    on_change: ClassVar = {"etag": ("*",)}
    enums: ClassVar = {
        "signing_behavior": ("cloudfront", "OriginAccessControlSigningBehaviors"),
        "signing_protocol": ("cloudfront", "OriginAccessControlSigningProtocols"),
        "origin_access_control_origin_type": ("cloudfront", "OriginAccessControlOriginTypes"),
    }
    gone = GONE | {"NoSuchOriginAccessControl"}

    def create(self, planned: State) -> State:
        """Create it."""
        configuration = members.write(planned, self.arguments)
        answer = self.client("cloudfront").create_origin_access_control(OriginAccessControlConfig=configuration)
        return {"id": answer["OriginAccessControl"]["Id"]}

    def read(self, state: State) -> State:
        """Read it."""
        answer = self.client("cloudfront").get_origin_access_control(Id=state["id"])
        partition, account = self.provider.partition, self.provider.account_id
        return {
            "id": state["id"],
            "arn": f"arn:{partition}:cloudfront::{account}:origin-access-control/{state['id']}",
            "etag": answer["ETag"],
            **members.read(answer["OriginAccessControl"]["OriginAccessControlConfig"], self.arguments),
        }

    def update(self, prior: State, planned: State, changed: set[str]) -> None:  # noqa: ARG002 - put as a whole
        """Put it again, as a whole."""
        self.client("cloudfront").update_origin_access_control(
            Id=planned["id"],
            IfMatch=prior["etag"],
            OriginAccessControlConfig=members.write(planned, self.arguments),
        )

    def delete(self, state: State) -> None:
        """Delete it, as it is now."""
        client = self.client("cloudfront")
        etag = client.get_origin_access_control(Id=state["id"])["ETag"]
        client.delete_origin_access_control(Id=state["id"], IfMatch=etag)
