"""Who has a stack's staff policies attached. IAM doesn't delete a policy while someone has it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from admin_cli.errors import CliError

if TYPE_CHECKING:
    from collections.abc import Iterator

POLICIES = ("reader", "manager")

#: IAM Identity Center's roles begin so. Only a change to the permission set detaches a policy from them.
RESERVED = "AWSReservedSSO_"

KINDS = {"Role": "Roles", "User": "Users", "Group": "Groups"}


def detach_all(iam: Any, account: str, stack: str) -> list[str]:  # noqa: ANN401 - boto3 has no types
    """Detach the stack's policies from everyone and name them. Raises CliError if a permission set has one."""
    prefix = f"arn:{iam.meta.partition}:iam::{account}:policy/staff/rollcall-{stack}"
    held = [(f"{prefix}-{policy}", *holder) for policy in POLICIES for holder in _holders(iam, f"{prefix}-{policy}")]
    if reserved := sorted({name for _, kind, name in held if kind == "Role" and name.startswith(RESERVED)}):
        raise CliError(
            f"IAM Identity Center permission sets use this stack's policies: {', '.join(reserved)}.",
            hint=f"Remove rollcall-{stack}-reader and -manager from these permission sets, then run this again.",
        )
    for arn, kind, name in held:
        getattr(iam, f"detach_{kind.lower()}_policy")(**{f"{kind}Name": name, "PolicyArn": arn})
    return sorted({f"{kind.lower()} {name}" for _, kind, name in held})


def _holders(iam: Any, arn: str) -> Iterator[tuple[str, str]]:  # noqa: ANN401 - boto3 has no types
    """Yield the kind and name of everyone with a policy; nobody if the policy doesn't exist."""
    try:
        for page in iam.get_paginator("list_entities_for_policy").paginate(PolicyArn=arn):
            for kind, plural in KINDS.items():
                yield from ((kind, one[f"{kind}Name"]) for one in page[f"Policy{plural}"])
    except iam.exceptions.NoSuchEntityException:
        return
