"""What is set on a bucket: who may reach it, how it encrypts, what it keeps."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar

from standin.resource import GONE, Resource, resource

if TYPE_CHECKING:
    from standin.values import State


class BucketSetting(Resource):
    """A part of a bucket that is put, got and deleted as a whole; its id is the bucket's name."""

    force_new = frozenset({"bucket"})
    import_key = "bucket"

    @abstractmethod
    def put(self, planned: State) -> None:
        """Put the whole setting."""

    def create(self, planned: State) -> State:
        """Put it for the first time."""
        self.put(planned)
        return {"id": planned["bucket"]}

    def update(self, prior: State, planned: State, changed: set[str]) -> None:  # noqa: ARG002 - put as a whole
        """Put it again, as a whole."""
        self.put(planned)


@resource
class PublicAccessBlock(BucketSetting):
    """aws_s3_bucket_public_access_block. Defaults: documentation page s3_bucket_public_access_block."""

    type = "aws_s3_bucket_public_access_block"
    members: ClassVar = {
        "block_public_acls": "BlockPublicAcls",
        "block_public_policy": "BlockPublicPolicy",
        "ignore_public_acls": "IgnorePublicAcls",
        "restrict_public_buckets": "RestrictPublicBuckets",
    }
    supported = frozenset({"bucket", *members})
    defaults: ClassVar = dict.fromkeys(members, False)
    gone = GONE | {"NoSuchPublicAccessBlockConfiguration"}

    def put(self, planned: State) -> None:
        """Put all four."""
        configuration = {member: bool(planned[name]) for name, member in self.members.items()}
        self.client("s3").put_public_access_block(
            Bucket=planned["bucket"], PublicAccessBlockConfiguration=configuration
        )

    def read(self, state: State) -> State:
        """Read all four."""
        answer = self.client("s3").get_public_access_block(Bucket=state["id"])["PublicAccessBlockConfiguration"]
        blocks = {name: answer.get(member, False) for name, member in self.members.items()}
        return {"id": state["id"], "bucket": state["id"], **blocks}

    def delete(self, state: State) -> None:
        """Remove all four."""
        self.client("s3").delete_public_access_block(Bucket=state["id"])


@resource
class BucketPolicy(BucketSetting):
    """aws_s3_bucket_policy. Documentation page s3_bucket_policy."""

    type = "aws_s3_bucket_policy"
    supported = frozenset({"bucket", "policy"})
    json_attributes = frozenset({"policy"})
    gone = GONE | {"NoSuchBucketPolicy"}

    def put(self, planned: State) -> None:
        """Put the policy."""
        self.client("s3").put_bucket_policy(Bucket=planned["bucket"], Policy=planned["policy"])

    def read(self, state: State) -> State:
        """Read the policy."""
        answer = self.client("s3").get_bucket_policy(Bucket=state["id"])
        return {"id": state["id"], "bucket": state["id"], "policy": answer["Policy"]}

    def delete(self, state: State) -> None:
        """Delete the policy."""
        self.client("s3").delete_bucket_policy(Bucket=state["id"])


@resource
class Versioning(BucketSetting):
    """aws_s3_bucket_versioning. Documentation page s3_bucket_versioning."""

    type = "aws_s3_bucket_versioning"
    supported = frozenset({"bucket", "versioning_configuration.status"})

    def plan(self, prior: State | None, planned: State, changed: set[str]) -> None:  # noqa: ARG002 - the hook's form
        """Refuse a status that S3 doesn't know, or no longer offers for this bucket."""
        status = planned["versioning_configuration"][0]["status"]
        if isinstance(status, str) and status not in ("Enabled", "Suspended", "Disabled"):
            self.refuse("versioning_configuration", f"status must be Enabled, Suspended or Disabled; it is {status!r}")
        if prior and status == "Disabled" and prior["versioning_configuration"][0]["status"] != "Disabled":
            self.refuse("versioning_configuration", "versioning can be suspended, and not be disabled again")

    def put(self, planned: State) -> None:
        """Put the status; a bucket starts as disabled, which can't be put."""
        status = planned["versioning_configuration"][0]["status"]
        if status != "Disabled":
            self.client("s3").put_bucket_versioning(
                Bucket=planned["bucket"], VersioningConfiguration={"Status": status}
            )

    def read(self, state: State) -> State:
        """Read the status."""
        answer = self.client("s3").get_bucket_versioning(Bucket=state["id"])
        configuration = {"status": answer.get("Status", "Disabled"), "mfa_delete": answer.get("MFADelete", "")}
        return {"id": state["id"], "bucket": state["id"], "versioning_configuration": [configuration]}

    def delete(self, state: State) -> None:
        """Suspend versioning, as the provider does: there is no way back to disabled."""
        if state["versioning_configuration"][0]["status"] == "Enabled":
            self.client("s3").put_bucket_versioning(Bucket=state["id"], VersioningConfiguration={"Status": "Suspended"})


@resource
class Encryption(BucketSetting):
    """aws_s3_bucket_server_side_encryption_configuration. Documentation page of the same name."""

    type = "aws_s3_bucket_server_side_encryption_configuration"
    supported = frozenset({
        "bucket",
        "rule.bucket_key_enabled",
        "rule.apply_server_side_encryption_by_default.sse_algorithm",
        "rule.apply_server_side_encryption_by_default.kms_master_key_id",
    })  # fmt: skip
    gone = GONE | {"ServerSideEncryptionConfigurationNotFoundError"}

    def put(self, planned: State) -> None:
        """Put the rules."""
        rules: list[dict[str, Any]] = []
        for rule in planned["rule"]:
            entry: dict[str, Any] = {}
            if rule["bucket_key_enabled"] is not None:
                entry["BucketKeyEnabled"] = rule["bucket_key_enabled"]
            for default in rule["apply_server_side_encryption_by_default"]:
                by_default = {"SSEAlgorithm": default["sse_algorithm"]}
                if default["kms_master_key_id"]:
                    by_default["KMSMasterKeyID"] = default["kms_master_key_id"]
                entry["ApplyServerSideEncryptionByDefault"] = by_default
            rules.append(entry)
        self.client("s3").put_bucket_encryption(
            Bucket=planned["bucket"], ServerSideEncryptionConfiguration={"Rules": rules}
        )

    def read(self, state: State) -> State:
        """Read the rules."""
        answer = self.client("s3").get_bucket_encryption(Bucket=state["id"])["ServerSideEncryptionConfiguration"]
        rules = [
            {
                "bucket_key_enabled": rule.get("BucketKeyEnabled", False),
                "blocked_encryption_types": rule.get("BlockedEncryptionTypes", {}).get("EncryptionType", []),
                "apply_server_side_encryption_by_default": [
                    {"sse_algorithm": default["SSEAlgorithm"], "kms_master_key_id": default.get("KMSMasterKeyID", "")}
                    for default in [rule.get("ApplyServerSideEncryptionByDefault")]
                    if default
                ],
            }
            for rule in answer["Rules"]
        ]
        return {"id": state["id"], "bucket": state["id"], "rule": rules}

    def delete(self, state: State) -> None:
        """Go back to what S3 does by itself."""
        self.client("s3").delete_bucket_encryption(Bucket=state["id"])


@resource
class OwnershipControls(BucketSetting):
    """aws_s3_bucket_ownership_controls. Documentation page s3_bucket_ownership_controls."""

    type = "aws_s3_bucket_ownership_controls"
    supported = frozenset({"bucket", "rule.object_ownership"})
    gone = GONE | {"OwnershipControlsNotFoundError"}

    def plan(self, prior: State | None, planned: State, changed: set[str]) -> None:  # noqa: ARG002 - the hook's form
        """Refuse an ownership that S3 doesn't know."""
        ownership = planned["rule"][0]["object_ownership"]
        allowed = ("BucketOwnerPreferred", "ObjectWriter", "BucketOwnerEnforced")
        if isinstance(ownership, str) and ownership not in allowed:
            self.refuse("rule", f"object_ownership must be one of {', '.join(allowed)}; it is {ownership!r}")

    def put(self, planned: State) -> None:
        """Put the rule."""
        rules = [{"ObjectOwnership": rule["object_ownership"]} for rule in planned["rule"]]
        self.client("s3").put_bucket_ownership_controls(Bucket=planned["bucket"], OwnershipControls={"Rules": rules})

    def read(self, state: State) -> State:
        """Read the rule."""
        answer = self.client("s3").get_bucket_ownership_controls(Bucket=state["id"])["OwnershipControls"]
        rules = [{"object_ownership": rule["ObjectOwnership"]} for rule in answer["Rules"]]
        return {"id": state["id"], "bucket": state["id"], "rule": rules}

    def delete(self, state: State) -> None:
        """Delete the rule."""
        self.client("s3").delete_bucket_ownership_controls(Bucket=state["id"])
