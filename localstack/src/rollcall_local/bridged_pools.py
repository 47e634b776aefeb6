"""Makes ministack's user pools match AWS: groups change, and a pool goes only if nothing holds it.

bridged_ministack.py loads it in the emulator's own interpreter.
"""

# ruff: noqa: SLF001 - ministack has no hooks for this; its version is locked

from __future__ import annotations

from typing import Any

from ministack.core import responses
from ministack.services import cognito


def change_groups() -> None:
    """Carry out UpdateGroup, which ministack doesn't know.

    Source: Amazon Cognito API Reference, UpdateGroup.
    https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_UpdateGroup.html
    """
    dispatch = cognito._dispatch_idp

    async def dispatched(action: str, data: dict[str, Any]) -> Any:  # noqa: ANN401 - ministack's answers
        if action != "UpdateGroup":
            return await dispatch(action, data)
        answer = cognito._get_group(data)
        if answer[0] == 200:  # noqa: PLR2004 - HTTP's own
            group = cognito._user_pools[data["UserPoolId"]]["_groups"][data["GroupName"]]
            group.update({name: data[name] for name in ("Description", "Precedence", "RoleArn") if name in data})
            group["LastModifiedDate"] = cognito._now_epoch()
            answer = cognito._get_group(data)
        return answer

    cognito._dispatch_idp = dispatched


def keep_pools_in_use() -> None:
    """Refuse to delete a pool that is protected, or that has a domain.

    Source: Amazon Cognito Developer Guide, "User pool deletion protection"; a domain goes first.
    https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-deletion-protection.html
    """
    delete = cognito._delete_user_pool

    def deleted(data: dict[str, Any]) -> Any:  # noqa: ANN401 - ministack's answers
        pool = cognito._user_pools.get(data.get("UserPoolId"), {})
        if pool.get("DeletionProtection") == "ACTIVE":
            why = "The user pool cannot be deleted because deletion protection is activated."
        elif pool.get("Domain") or pool.get("CustomDomain"):
            why = "User pool cannot be deleted. It has a domain configured that should be deleted first."
        else:
            return delete(data)
        return responses.error_response_json("InvalidParameterException", why, 400)

    cognito._delete_user_pool = deleted
