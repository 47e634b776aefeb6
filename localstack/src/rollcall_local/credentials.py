"""Who deploys on one machine: an IAM user of the emulator with exactly the policy that an operator's CI has."""

from __future__ import annotations

import json
import os
import string
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rollcall_local.paths import Workspace

#: The emulator's root user; it makes the deployer, and staff's contexts with a loopback endpoint use it.
ROOT_KEY = "test"

DEPLOYER = "rollcall-deployer"

ACCOUNT = "000000000000"


@dataclass(frozen=True, slots=True)
class Credentials:
    """A key pair that only the emulator knows."""

    access_key_id: str
    secret_access_key: str


ROOT = Credentials(ROOT_KEY, ROOT_KEY)


def client(service: str, workspace: Workspace, credentials: Credentials = ROOT) -> Any:  # noqa: ANN401 - boto3 has no types
    """Make a boto3 client that can only reach this local system's emulator."""
    import boto3  # noqa: PLC0415 - half a second that `status` does not need
    from botocore.config import Config  # noqa: PLC0415

    return boto3.session.Session().client(
        service,
        region_name=workspace.region,
        endpoint_url=f"http://127.0.0.1:{workspace.edge_port}",
        aws_access_key_id=credentials.access_key_id,
        aws_secret_access_key=credentials.secret_access_key,
        config=Config(s3={"addressing_style": "path"}, retries={"mode": "standard", "max_attempts": 3}),
    )


def deployer(workspace: Workspace) -> Credentials:
    """Find or make the deployer: infra/terraform/deployer-policy.json holds what it may do."""
    iam = client("iam", workspace)
    kept = workspace.state / "deployer.json"
    if not _knows(iam, kept):
        kept.unlink(missing_ok=True)
    policy = _policy(workspace)
    if not kept.exists():
        _make(iam, policy)
        key = iam.create_access_key(UserName=DEPLOYER)["AccessKey"]
        kept.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(kept, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump({"id": key["AccessKeyId"], "secret": key["SecretAccessKey"], "policy": policy}, file)
    pair = json.loads(kept.read_text(encoding="utf-8"))
    if pair["policy"] != policy:
        iam.put_user_policy(UserName=DEPLOYER, PolicyName="deploy", PolicyDocument=policy)
        kept.write_text(json.dumps(pair | {"policy": policy}), encoding="utf-8")
    return Credentials(pair["id"], pair["secret"])


def _knows(iam: Any, kept: Any) -> bool:  # noqa: ANN401 - boto3 has no types
    if not kept.exists():
        return False
    try:
        keys = iam.list_access_keys(UserName=DEPLOYER)["AccessKeyMetadata"]
    except iam.exceptions.NoSuchEntityException:
        return False
    return json.loads(kept.read_text(encoding="utf-8"))["id"] in {key["AccessKeyId"] for key in keys}


def _make(iam: Any, policy: str) -> None:  # noqa: ANN401 - boto3 has no types
    try:
        iam.create_user(UserName=DEPLOYER)
    except iam.exceptions.EntityAlreadyExistsException:
        for key in iam.list_access_keys(UserName=DEPLOYER)["AccessKeyMetadata"]:
            iam.delete_access_key(UserName=DEPLOYER, AccessKeyId=key["AccessKeyId"])
    iam.put_user_policy(UserName=DEPLOYER, PolicyName="deploy", PolicyDocument=policy)


def _policy(workspace: Workspace) -> str:
    template = (workspace.root / "infra" / "terraform" / "deployer-policy.json").read_text(encoding="utf-8")
    return string.Template(template).safe_substitute(
        account=ACCOUNT,
        region=workspace.region,
        stack=workspace.stack,
        partition="aws",
    )
