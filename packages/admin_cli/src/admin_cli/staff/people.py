"""The people who may sign in to a stack's desk: who they are, what they may do, and how that changes."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from admin_cli.aws import sessions
from admin_cli.aws.sessions import MissingPermissionError
from admin_cli.errors import CliError, ExitCode
from registration_core.domain.emails import EmailError, normalise_email

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from admin_cli.stack import Stack


OPERATORS_ONLY = (
    "Only an operator of the stack says who can sign in. Use a context with an operator's rights, or ask the operator."
)


class Role(StrEnum):
    """What a person may do."""

    READER = "reader"
    MANAGER = "manager"

    @property
    def group(self) -> str:
        """The user pool's group for it."""
        return f"{self}s"


class State(StrEnum):
    """Whether a person can sign in. INVITED: not yet with a password of their own. DISABLED: in Cognito's console."""

    ACTIVE = "active"
    INVITED = "invited"
    DISABLED = "disabled"


@dataclass(frozen=True, slots=True)
class Person:
    """One who may sign in. role: None for one in no group, who may do nothing."""

    address: str
    role: Role | None
    state: State
    invited_at: datetime


class People:
    """The people in a stack's user pool. Each method may raise CliError."""

    def __init__(self, stack: Stack) -> None:
        """Connect to the pool. Raises CliError if nobody signs in to this stack."""
        desk = stack.description.desk
        if desk is None:
            raise CliError(
                f"The stack {stack.description.stack} has no desk.",
                hint='To add one, put staff_auth = { kind = "cognito" } into its values: docs/options.md',
            )
        if desk.user_pool_id is None:
            raise CliError(
                f"Nobody signs in to the stack {stack.description.stack}: its staff use AWS credentials.",
                hint="Attach its policies to them: docs/operator.md, Give staff access",
            )
        self._stack = stack
        self._pool = desk.user_pool_id
        self._client = stack.client("cognito-idp")

    def all(self) -> Sequence[Person]:
        """Return everybody, in order of their addresses."""
        roles: dict[str, Role] = {}
        for role in Role:  # a manager who is also a reader is a manager
            roles |= dict.fromkeys(self._names("list_users_in_group", GroupName=role.group), role)
        people = [_person(user, roles.get(user["Username"])) for user in self._pages("list_users")]
        return sorted(people, key=lambda person: person.address)

    def find(self, address: str) -> Person:
        """Return one person. Raises CliError if there is none with this address."""
        address = address.lower()
        for person in self.all():
            if person.address == address:
                return person
        raise CliError(
            f"Nobody with the address {address} can sign in.",
            hint="See who can: rollcall staff list",
            exit_code=ExitCode.NOT_FOUND,
        )

    def invite(self, address: str, role: Role) -> None:
        """Create a person, and have Cognito mail them a first password."""
        with self._allowed():
            self._client.admin_create_user(
                UserPoolId=self._pool,
                Username=address,
                DesiredDeliveryMediums=["EMAIL"],
                UserAttributes=[{"Name": "email", "Value": address}, {"Name": "email_verified", "Value": "true"}],
            )
        self.set_role(address, role)

    def set_role(self, address: str, role: Role) -> None:
        """Put a person into the role's group and take them out of the other."""
        with self._allowed():
            self._client.admin_add_user_to_group(UserPoolId=self._pool, Username=address, GroupName=role.group)
            for other in set(Role) - {role}:
                self._client.admin_remove_user_from_group(
                    UserPoolId=self._pool, Username=address, GroupName=other.group
                )

    def remove(self, address: str) -> None:
        """Sign a person out everywhere, and delete what the pool knows of them."""
        with self._allowed():
            self._client.admin_user_global_sign_out(UserPoolId=self._pool, Username=address)
            self._client.admin_delete_user(UserPoolId=self._pool, Username=address)

    def _names(self, operation: str, **more: str) -> list[str]:
        return [str(user["Username"]) for user in self._pages(operation, **more)]

    def _pages(self, operation: str, **more: str) -> list[dict[str, Any]]:
        with self._allowed():
            pages = self._client.get_paginator(operation).paginate(UserPoolId=self._pool, **more)
            return [user for page in pages for user in page["Users"]]

    @contextlib.contextmanager
    def _allowed(self) -> Iterator[None]:
        """Raise CliError for what Cognito refuses."""
        try:
            with sessions.sentences(self._stack.context):
                yield
        except MissingPermissionError as error:
            raise MissingPermissionError(error.action, OPERATORS_ONLY) from error


def staff_address(text: str) -> str:
    """Return an address in lower case: it's the name in histories, and the pool ignores case. Raises CliError."""
    try:
        return normalise_email(text.strip()).lower()
    except EmailError as error:
        raise CliError(
            f"{text!r} is not an e-mail address.", hint="Write it as name@example.org", exit_code=ExitCode.USAGE
        ) from error


def _person(user: dict[str, Any], role: Role | None) -> Person:
    invited = user["UserStatus"] == "FORCE_CHANGE_PASSWORD"
    state = State.DISABLED if not user["Enabled"] else State.INVITED if invited else State.ACTIVE
    return Person(user["Username"], role, state, user["UserCreateDate"])
