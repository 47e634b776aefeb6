"""Secrets and their versions.

Replacement and defaults: terraform-provider-aws, website/docs/r/secretsmanager_secret.html.markdown and
secretsmanager_secret_version.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, ClassVar

from standin.resource import (
    GONE,
    Resource,
    removed_tags,
    resource,
    tag_list,
    tag_map,
    unique_name,
)

from .blocks import name_prefix

if TYPE_CHECKING:
    from standin.values import State

_CURRENT = "AWSCURRENT"


@resource
class Secret(Resource):
    """A secret without its value; replicas aren't supported."""

    type = "aws_secretsmanager_secret"
    supported = frozenset({"description", "kms_key_id", "name", "name_prefix", "policy", "recovery_window_in_days"})
    force_new = frozenset({"name", "name_prefix"})
    defaults: ClassVar = {"force_overwrite_replica_secret": False, "recovery_window_in_days": 30}
    json_attributes = frozenset({"policy"})
    echoed = frozenset({"recovery_window_in_days"})  # used only for the deletion
    import_key = "arn"

    def create(self, planned: State) -> State:
        """Create the secret, then put its policy."""
        client = self.client("secretsmanager")
        optional = {"Description": planned["description"], "KmsKeyId": planned["kms_key_id"]}
        arn = client.create_secret(
            Name=unique_name(planned["name"], planned["name_prefix"]),
            Tags=tag_list(planned["tags_all"]),
            **{member: value for member, value in optional.items() if value},
        )["ARN"]
        self.created(arn)
        if planned["policy"] not in (None, "", "{}"):
            client.put_resource_policy(SecretId=arn, ResourcePolicy=planned["policy"])
        return {"id": arn, "arn": arn}

    def read(self, state: State) -> State | None:
        """Read the secret and its policy; one that waits for its deletion is gone."""
        client = self.client("secretsmanager")
        answer = client.describe_secret(SecretId=state["arn"] or state["id"])
        if answer.get("DeletedDate"):
            return None
        return {
            "id": answer["ARN"],
            "arn": answer["ARN"],
            "description": answer.get("Description", ""),
            "kms_key_id": answer.get("KmsKeyId", ""),
            "name": answer["Name"],
            "name_prefix": name_prefix(answer["Name"]),
            "policy": client.get_resource_policy(SecretId=answer["ARN"]).get("ResourcePolicy", ""),
            "tags_all": tag_map(answer.get("Tags")),
        }

    def update(self, prior: State, planned: State, changed: set[str]) -> State | None:
        """Change each part with its own call."""
        client, arn = self.client("secretsmanager"), prior["arn"]
        if changed & {"description", "kms_key_id"}:
            client.update_secret(
                SecretId=arn, Description=planned["description"] or "", KmsKeyId=planned["kms_key_id"] or ""
            )
        if "policy" in changed:
            if planned["policy"] in (None, "", "{}"):
                client.delete_resource_policy(SecretId=arn)
            else:
                client.put_resource_policy(SecretId=arn, ResourcePolicy=planned["policy"])
        if "tags_all" in changed:
            if gone := removed_tags(prior, planned):
                client.untag_resource(SecretId=arn, TagKeys=gone)
            client.tag_resource(SecretId=arn, Tags=tag_list(planned["tags_all"]))
        return None

    def delete(self, state: State) -> None:
        """Delete the secret after its recovery window; at once when that is 0."""
        days = state["recovery_window_in_days"]
        window = {"RecoveryWindowInDays": int(days)} if days else {"ForceDeleteWithoutRecovery": True}
        self.client("secretsmanager").delete_secret(SecretId=state["arn"], **window)


@resource
class SecretVersion(Resource):
    """A value of a secret; another value is another version. Write-only values aren't supported."""

    type = "aws_secretsmanager_secret_version"
    supported = frozenset({"secret_binary", "secret_id", "secret_string", "version_stages"})
    force_new = frozenset({"secret_binary", "secret_id", "secret_string"})
    # InvalidRequestException is how Secrets Manager says that the secret waits for its deletion.
    gone = GONE | {"InvalidRequestException"}

    def create(self, planned: State) -> State:
        """Put the value; then the stages that came neither with it nor by themselves."""
        client, secret = self.client("secretsmanager"), planned["secret_id"]
        value: dict[str, str | bytes] = {"SecretString": planned["secret_string"] or ""}
        if planned["secret_binary"]:
            value = {"SecretBinary": base64.b64decode(planned["secret_binary"])}
        stages = {"VersionStages": sorted(planned["version_stages"])} if planned["version_stages"] else {}
        answer = client.put_secret_value(SecretId=secret, **value, **stages)
        version = answer["VersionId"]
        identifier = f"{secret}|{version}"
        self.created(identifier)
        # The emulator drops every other stage when AWSCURRENT is among them.
        for stage in sorted(set(planned["version_stages"] or ()) - set(answer["VersionStages"])):
            client.update_secret_version_stage(SecretId=secret, VersionStage=stage, MoveToVersionId=version)
        return {"id": identifier, "version_id": version}

    def read(self, state: State) -> State | None:
        """Read the value of this version."""
        secret, _, version = state["id"].partition("|")
        answer = self.client("secretsmanager").get_secret_value(SecretId=secret, VersionId=version)
        binary = answer.get("SecretBinary")
        return {
            "id": state["id"],
            "arn": answer["ARN"],
            "secret_arn": answer["ARN"],
            "has_secret_string_wo": None,
            "secret_binary": base64.b64encode(binary).decode() if binary else "",
            "secret_id": secret,
            "secret_string": answer.get("SecretString", ""),
            "version_id": answer["VersionId"],
            "version_stages": answer["VersionStages"],
        }

    def update(self, prior: State, planned: State, changed: set[str]) -> State | None:  # noqa: ARG002 - the base's hook
        """Move stages; AWSCURRENT can only go to another version, so it is never taken away."""
        client, secret, version = self.client("secretsmanager"), prior["secret_id"], prior["version_id"]
        old, new = set(prior["version_stages"] or ()), set(planned["version_stages"] or ())
        holders = client.describe_secret(SecretId=secret)["VersionIdsToStages"]
        for stage in sorted(new - old):
            holder = next((each for each, stages in holders.items() if stage in stages), None)
            source = {"RemoveFromVersionId": holder} if holder else {}
            client.update_secret_version_stage(SecretId=secret, VersionStage=stage, MoveToVersionId=version, **source)
        self._take_away(secret, version, old - new)
        return None

    def delete(self, state: State) -> None:
        """Remove the version's stages; the value stays while it is the current one."""
        self._take_away(state["secret_id"], state["version_id"], set(state["version_stages"] or ()))

    def _take_away(self, secret: str, version: str, stages: set[str]) -> None:
        if not stages - {_CURRENT}:
            return
        # AWSPREVIOUS goes by itself when AWSCURRENT comes.
        held = self.client("secretsmanager").describe_secret(SecretId=secret)["VersionIdsToStages"].get(version, ())
        for stage in sorted((stages - {_CURRENT}) & set(held)):
            self.client("secretsmanager").update_secret_version_stage(
                SecretId=secret, VersionStage=stage, RemoveFromVersionId=version
            )
