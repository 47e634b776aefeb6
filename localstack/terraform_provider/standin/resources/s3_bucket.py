"""The bucket itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from standin.errors import error_code
from standin.resource import Resource, resource, tag_list, tag_map, unique_name

if TYPE_CHECKING:
    from collections.abc import Callable

    from standin.values import State


@resource
class Bucket(Resource):
    """aws_s3_bucket. Arguments and defaults: documentation page s3_bucket."""

    type = "aws_s3_bucket"
    supported = frozenset({"bucket", "bucket_prefix", "force_destroy", "object_lock_enabled"})
    force_new = frozenset({"bucket", "bucket_prefix", "object_lock_enabled"})
    defaults: ClassVar = {"force_destroy": False}
    # force_destroy is the provider's own; which prefix a name was made from, AWS doesn't know.
    echoed = frozenset({"force_destroy", "bucket_prefix"})
    import_key = "bucket"

    def create(self, planned: State) -> State:
        """Create the bucket, then tag it: S3 takes no tags with the bucket."""
        client, region = self.client("s3"), self.provider.region
        name = unique_name(planned["bucket"], planned["bucket_prefix"])
        arguments: dict[str, Any] = {"ObjectLockEnabledForBucket": True} if planned["object_lock_enabled"] else {}
        if region != "us-east-1":
            arguments["CreateBucketConfiguration"] = {"LocationConstraint": region}
        client.create_bucket(Bucket=name, **arguments)
        self.created(name)
        if planned["tags_all"]:
            self._tag(name, planned["tags_all"])
        return {"id": name, "bucket": name}

    def _tag(self, name: str, tags: dict[str, str]) -> None:
        if tags:
            self.client("s3").put_bucket_tagging(Bucket=name, Tagging={"TagSet": tag_list(tags)})
        else:
            self.client("s3").delete_bucket_tagging(Bucket=name)

    def read(self, state: State) -> State:
        """Read the bucket and what belongs to it."""
        client, name, region = self.client("s3"), state["id"], self.provider.region
        client.head_bucket(Bucket=name)
        policy = self._part(lambda: client.get_bucket_policy(Bucket=name)["Policy"], "NoSuchBucketPolicy")
        tags = self._part(lambda: client.get_bucket_tagging(Bucket=name)["TagSet"], "NoSuchTagSet")
        lock = self._part(
            lambda: client.get_object_lock_configuration(Bucket=name)["ObjectLockConfiguration"],
            "ObjectLockConfigurationNotFoundError",
        )
        return {
            "id": name,
            "bucket": name,
            "arn": f"arn:{self.provider.partition}:s3:::{name}",
            "bucket_domain_name": f"{name}.s3.amazonaws.com",
            "bucket_region": region,
            "bucket_regional_domain_name": f"{name}.s3.{region}.amazonaws.com",
            "object_lock_enabled": (lock or {}).get("ObjectLockEnabled") == "Enabled",
            "policy": policy or "",
            "request_payer": client.get_bucket_request_payment(Bucket=name).get("Payer", "BucketOwner"),
            "tags_all": tag_map(tags),
        }

    def _part(self, ask: Callable[[], Any], none: str) -> Any:  # noqa: ANN401 - an answer's part has no static type
        """Ask for a part that may not be there."""
        try:
            return ask()
        except self.client("s3").exceptions.ClientError as error:
            if error_code(error) == none:
                return None
            raise

    def update(self, prior: State, planned: State, changed: set[str]) -> None:
        """Change tags; nothing else changes in place."""
        if "tags_all" in changed and prior["tags_all"] != planned["tags_all"]:
            self._tag(planned["id"], planned["tags_all"] or {})

    def delete(self, state: State) -> None:
        """Delete the bucket, with force_destroy also all it holds, in every version."""
        client, name = self.client("s3"), state["id"]
        if state["force_destroy"]:
            for page in client.get_paginator("list_object_versions").paginate(Bucket=name):
                for entry in [*page.get("Versions", []), *page.get("DeleteMarkers", [])]:
                    client.delete_object(Bucket=name, Key=entry["Key"], VersionId=entry["VersionId"])
        client.delete_bucket(Bucket=name)
