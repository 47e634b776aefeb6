"""Users of the emulator who stand for somebody of the stack: a recording of calls counts `as-submit` as submit."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from rollcall_local.credentials import Credentials, client

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from rollcall_local.paths import Workspace

EVERYTHING = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}


def clients_of(who: str, emulator: Workspace, policies: Mapping[str, str] | None = None) -> Callable[[str], Any]:
    """Return what makes somebody's clients. policies: theirs by name; None for every right."""
    iam, name = client("iam", emulator), f"as-{who}"
    if name not in {user["UserName"] for user in iam.list_users()["Users"]}:
        iam.create_user(UserName=name)
    for policy, document in (policies or {"everything": json.dumps(EVERYTHING)}).items():
        iam.put_user_policy(UserName=name, PolicyName=policy, PolicyDocument=document)
    for older in iam.list_access_keys(UserName=name)["AccessKeyMetadata"][1:]:  # IAM allows two
        iam.delete_access_key(UserName=name, AccessKeyId=older["AccessKeyId"])
    key = iam.create_access_key(UserName=name)["AccessKey"]
    credentials = Credentials(key["AccessKeyId"], key["SecretAccessKey"])
    return lambda service: client(service, emulator, credentials)
