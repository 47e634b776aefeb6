"""Who holds the staff's policies of a stack: IAM deletes no policy that anyone holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from admin_cli.errors import CliError

if TYPE_CHECKING:
    from collections.abc import Iterator

POLICIES = ("reader", "manager")

#: IAM Identity Center's roles begin so. Nobody else may change them: the permission set has to let the policy go.
RESERVED = "AWSReservedSSO_"

KINDS = {"Role": "Roles", "User": "Users", "Group": "Groups"}


def detach_all(iam: Any, account: str, stack: str) -> list[str]:  # noqa: ANN401 - boto3 has no types
    """Take the stack's policies from all who hold them; name these. Raises CliError where a permission set does."""
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
    """Give kind and name of each who holds a policy; nobody where there is no such policy."""
    try:
        for page in iam.get_paginator("list_entities_for_policy").paginate(PolicyArn=arn):
            for kind, plural in KINDS.items():
                yield from ((kind, one[f"{kind}Name"]) for one in page[f"Policy{plural}"])
    except iam.exceptions.NoSuchEntityException:
        return
