"""Access to the staff API: who calls, and what they may do.

API Gateway has checked the token or the signature. We check again what it passes on, so that a
mistake in its settings lets nobody in.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from registration_core.domain.errors import RollcallError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

GROUPS = "cognito:groups"


class Role(StrEnum):
    """What a member of staff may do. A reader changes nothing."""

    MANAGER = "manager"
    READER = "reader"


class NotSignedInError(RollcallError):
    """The request has no valid sign-in."""

    code = "not_signed_in"

    def __init__(self) -> None:
        super().__init__("Sign in, then try again.")


class NotStaffError(RollcallError):
    """The account is signed in, but may not use the staff API."""

    code = "not_staff"

    def __init__(self) -> None:
        super().__init__("Your account is in neither group, readers or managers. Ask a colleague to add you to one.")


class ReadersOnlyReadError(RollcallError):
    """A reader asked for a change."""

    code = "readers_only_read"

    def __init__(self) -> None:
        super().__init__("You can look at submissions but not change them. Ask a manager to do it.")


@dataclass(frozen=True, slots=True)
class StaffMember:
    """Who calls. name: as histories name them. role: None with IAM, whose policies decide who may do what."""

    name: str
    role: Role | None

    def ensure_may(self, method: str) -> None:
        """Raise ReadersOnlyReadError if a reader asks for a change."""
        if self.role is Role.READER and method != "GET":
            raise ReadersOnlyReadError


def staff_member(event: Mapping[str, Any], *, auth: str, clients: Sequence[str]) -> StaffMember:
    """Return who sent a request. Raises NotSignedInError, NotStaffError.

    auth: cognito or iam. clients: the Cognito app clients whose access tokens count.
    """
    context = event.get("requestContext") or {}
    if auth == "iam":
        arn = (context.get("identity") or {}).get("userArn")
        if not isinstance(arn, str) or not arn:
            raise NotSignedInError
        return StaffMember(arn, None)
    claims = (context.get("authorizer") or {}).get("claims") or {}
    name = claims.get("username")
    if claims.get("token_use") != "access" or claims.get("client_id") not in clients or not name:
        raise NotSignedInError
    groups = _groups(claims.get(GROUPS))
    if "managers" in groups:
        return StaffMember(str(name), Role.MANAGER)
    if "readers" in groups:
        return StaffMember(str(name), Role.READER)
    raise NotStaffError


def _groups(claim: object) -> frozenset[str]:
    """Return the groups of a token. API Gateway writes them in one text, with commas."""
    parts = claim if isinstance(claim, list) else str(claim or "").split(",")
    return frozenset(str(part).strip() for part in parts)
