"""A distribution: its lifecycle. Its configuration is in cloudfront_configuration."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any, ClassVar

from standin.resource import GONE, Resource, removed_tags, resource, tag_list, tag_map

from . import cloudfront_configuration as configuration
from . import members

if TYPE_CHECKING:
    from standin.values import State

# CloudFront's own zone, the same for every distribution (the page: "hosted_zone_id").
HOSTED_ZONE = "Z2FDTNDATAQYW2"


@resource
class Distribution(Resource):
    """aws_cloudfront_distribution. Arguments and defaults: documentation page cloudfront_distribution."""

    type = "aws_cloudfront_distribution"
    supported = configuration.SUPPORTED | {"retain_on_delete", "wait_for_deployment"}
    defaults: ClassVar = {**configuration.DEFAULTS, "retain_on_delete": False, "wait_for_deployment": True}
    on_change: ClassVar = {"etag": ("*",), "last_modified_time": ("*",), "status": ("*",)}
    enums: ClassVar = {"price_class": ("cloudfront", "PriceClass"), "http_version": ("cloudfront", "HttpVersion")}
    # Both are options of the provider and are never sent to AWS.
    echoed = frozenset({"retain_on_delete", "wait_for_deployment"})
    gone = GONE | {"NoSuchDistribution"}

    def create(self, planned: State) -> State:
        """Create it, with its tags."""
        answer = self.client("cloudfront").create_distribution_with_tags(
            DistributionConfigWithTags={
                "DistributionConfig": configuration.write(planned, f"terraform-{uuid.uuid4().hex}"),
                "Tags": {"Items": tag_list(planned["tags_all"])},
            }
        )
        identifier: str = answer["Distribution"]["Id"]
        self.created(identifier)
        self._await_deployment(planned, identifier)
        return {"id": identifier}

    def _await_deployment(self, planned: State, identifier: str) -> None:
        if planned["wait_for_deployment"]:
            client = self.client("cloudfront")
            self.wait_until(
                lambda: client.get_distribution(Id=identifier)["Distribution"]["Status"] == "Deployed",
                f"the distribution {identifier} to be deployed",
            )

    def read(self, state: State) -> State:
        """Read it, and its tags."""
        client = self.client("cloudfront")
        answer = client.get_distribution(Id=state["id"])
        distribution: dict[str, Any] = answer["Distribution"]
        config = distribution["DistributionConfig"]
        tags = client.list_tags_for_resource(Resource=distribution["ARN"])["Tags"]
        return {
            "id": distribution["Id"],
            "arn": distribution["ARN"],
            "caller_reference": config["CallerReference"],
            "continuous_deployment_policy_id": config.get("ContinuousDeploymentPolicyId", ""),
            "domain_name": distribution["DomainName"],
            "etag": answer["ETag"],
            "hosted_zone_id": HOSTED_ZONE,
            "in_progress_validation_batches": distribution["InProgressInvalidationBatches"],
            "last_modified_time": str(distribution["LastModifiedTime"]),
            "logging_v1_enabled": config.get("Logging", {}).get("Enabled", False),
            "status": distribution["Status"],
            "trusted_key_groups": [{"enabled": False, "items": []}],
            "trusted_signers": [{"enabled": False, "items": []}],
            "tags_all": tag_map(members.listed(tags)),
            **configuration.read(config),
        }

    def update(self, prior: State, planned: State, changed: set[str]) -> None:
        """Put the configuration as a whole, then the tags."""
        client = self.client("cloudfront")
        if changed & configuration.NAMES:
            client.update_distribution(
                Id=planned["id"],
                IfMatch=prior["etag"],
                DistributionConfig=configuration.write(planned, planned["caller_reference"]),
            )
            self._await_deployment(planned, planned["id"])
        if "tags_all" in changed:
            if gone := removed_tags(prior, planned):
                client.untag_resource(Resource=planned["arn"], TagKeys={"Items": gone})
            if planned["tags_all"]:
                client.tag_resource(Resource=planned["arn"], Tags={"Items": tag_list(planned["tags_all"])})

    def delete(self, state: State) -> None:
        """Disable it, and delete it unless it is to be retained."""
        client = self.client("cloudfront")
        answer = client.get_distribution_config(Id=state["id"])
        etag = answer["ETag"]
        if answer["DistributionConfig"]["Enabled"]:
            disabled = {**answer["DistributionConfig"], "Enabled": False}
            etag = client.update_distribution(Id=state["id"], IfMatch=etag, DistributionConfig=disabled)["ETag"]
            self._await_deployment({"wait_for_deployment": True}, state["id"])
        if not state["retain_on_delete"]:
            client.delete_distribution(Id=state["id"], IfMatch=etag)
