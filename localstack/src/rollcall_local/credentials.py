"""Who deploys on one machine: an IAM user of the emulator with exactly the policies that an operator's CI has."""

from __future__ import annotations

import json
import string
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rollcall_local.loopback import loopback_config, loopback_session
from rollcall_local.paths import write_whole

if TYPE_CHECKING:
    from pathlib import Path

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
    session = loopback_session(credentials.access_key_id, credentials.secret_access_key)
    endpoint = f"http://127.0.0.1:{workspace.edge_port}"
    return session.client(service, region_name=workspace.region, endpoint_url=endpoint, config=loopback_config())


def deployer(workspace: Workspace) -> Credentials:
    """Find or make the deployer: infra/terraform/deployer holds what it may do."""
    iam = client("iam", workspace)
    file = workspace.state / "deployer.json"
    policies = deployer_policies(workspace)
    kept = _read(file)
    if kept is None or not _knows(iam, kept["id"]):
        _make(iam)
        key = iam.create_access_key(UserName=DEPLOYER)["AccessKey"]
        kept = {"id": key["AccessKeyId"], "secret": key["SecretAccessKey"], "policies": {}}
    if kept["policies"] != policies:
        _give(iam, policies)
        write_whole(file, json.dumps(kept | {"policies": policies}), mode=0o600)
    return Credentials(kept["id"], kept["secret"])


def _read(file: Path) -> dict[str, Any] | None:
    """Give the key pair that was kept; None where there is none, or none that can be read."""
    try:
        kept: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return None
    return kept if kept.keys() >= {"id", "secret", "policies"} else None


def _knows(iam: Any, key_id: str) -> bool:  # noqa: ANN401 - boto3 has no types
    try:
        keys = iam.list_access_keys(UserName=DEPLOYER)["AccessKeyMetadata"]
    except iam.exceptions.NoSuchEntityException:
        return False
    return key_id in {key["AccessKeyId"] for key in keys}


def _make(iam: Any) -> None:  # noqa: ANN401 - boto3 has no types
    try:
        iam.create_user(UserName=DEPLOYER)
    except iam.exceptions.EntityAlreadyExistsException:
        for key in iam.list_access_keys(UserName=DEPLOYER)["AccessKeyMetadata"]:
            iam.delete_access_key(UserName=DEPLOYER, AccessKeyId=key["AccessKeyId"])


def _give(iam: Any, policies: dict[str, str]) -> None:  # noqa: ANN401 - boto3 has no types
    """Let the deployer do what these policies allow, and no more."""
    for name in set(iam.list_user_policies(UserName=DEPLOYER)["PolicyNames"]) - policies.keys():
        iam.delete_user_policy(UserName=DEPLOYER, PolicyName=name)
    for name, document in policies.items():
        iam.put_user_policy(UserName=DEPLOYER, PolicyName=name, PolicyDocument=document)


def deployer_policies(workspace: Workspace) -> dict[str, str]:
    """Give the deployer's policies by name, filled in for this local system."""
    names = {"account": ACCOUNT, "region": workspace.region, "stack": workspace.stack, "partition": "aws"}
    return {
        file.stem: string.Template(file.read_text(encoding="utf-8")).safe_substitute(names)
        for file in sorted((workspace.root / "infra" / "terraform" / "deployer").glob("*.json"))
    }
