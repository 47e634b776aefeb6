"""The deployer of one machine: an IAM user of the emulator with the policies that an operator's CI has."""

from __future__ import annotations

import json
import string
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rollcall_build.files import replace_file
from rollcall_local.loopback import loopback_config, loopback_session

if TYPE_CHECKING:
    from pathlib import Path

    from rollcall_local.paths import Workspace

#: The emulator's root user. It creates the deployer; staff's contexts with a loopback endpoint use it too.
ROOT_KEY = "test"

DEPLOYER = "rollcall-deployer"

ACCOUNT = "000000000000"

#: The options that every local system has: their rights are in infra/terraform/deployer/options.
OPTIONS = ("desk", "files")


@dataclass(frozen=True, slots=True)
class Credentials:
    """A key pair that only the emulator knows."""

    access_key_id: str
    secret_access_key: str


ROOT = Credentials(ROOT_KEY, ROOT_KEY)


def client(service: str, workspace: Workspace, credentials: Credentials = ROOT) -> Any:  # noqa: ANN401 - boto3 has no types
    """Create a boto3 client that can reach only this local system's emulator."""
    session = loopback_session(credentials.access_key_id, credentials.secret_access_key)
    endpoint = f"http://127.0.0.1:{workspace.edge_port}"
    return session.client(service, region_name=workspace.region, endpoint_url=endpoint, config=loopback_config())


def deployer(workspace: Workspace) -> Credentials:
    """Find or create the deployer. infra/terraform/deployer holds its policies."""
    iam = client("iam", workspace)
    file = workspace.state / "deployer.json"
    policies = deployer_policies(workspace)
    stored = _read(file)
    if stored is None or not _knows(iam, stored["id"]):
        _make(iam)
        key = iam.create_access_key(UserName=DEPLOYER)["AccessKey"]
        stored = {"id": key["AccessKeyId"], "secret": key["SecretAccessKey"], "policies": {}}
    if stored["policies"] != policies:
        _put_policies(iam, policies)
        replace_file(file, json.dumps(stored | {"policies": policies}), mode=0o600)
    return Credentials(stored["id"], stored["secret"])


def _read(file: Path) -> dict[str, Any] | None:
    """Return the stored key pair, or None if there is none or it can't be read."""
    try:
        stored: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return None
    return stored if stored.keys() >= {"id", "secret", "policies"} else None


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


def _put_policies(iam: Any, policies: dict[str, str]) -> None:  # noqa: ANN401 - boto3 has no types
    """Give the deployer these policies and no others."""
    for name in set(iam.list_user_policies(UserName=DEPLOYER)["PolicyNames"]) - policies.keys():
        iam.delete_user_policy(UserName=DEPLOYER, PolicyName=name)
    for name, document in policies.items():
        iam.put_user_policy(UserName=DEPLOYER, PolicyName=name, PolicyDocument=document)


def deployer_policies(workspace: Workspace) -> dict[str, str]:
    """Return the deployer's policies by name, filled in for this local system."""
    names = {"account": ACCOUNT, "region": workspace.region, "stack": workspace.stack, "partition": "aws"}
    folder = workspace.root / "infra" / "terraform" / "deployer"
    files = [*sorted(folder.glob("*.json")), *(folder / "options" / f"{option}.json" for option in OPTIONS)]
    return {file.stem: string.Template(file.read_text(encoding="utf-8")).safe_substitute(names) for file in files}
