"""Connections to a stack's staff API: where it is, and who calls."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from admin_cli.aws import sessions
from admin_cli.aws.contexts import is_loopback
from admin_cli.aws.wire import environment_credentials
from admin_cli.errors import CliError, ExitCode
from admin_cli.stack import AwsStack
from admin_cli.staff_api.api import Api
from admin_cli.staff_api.credentials import KeptSignIn, Signed, SignedIn
from admin_cli.staff_api.sign_in import SignInPages
from admin_cli.staff_api.stack import ApiStack
from admin_cli.staff_api.transport import http_transport
from registration_core.adapters.dynamodb.sigv4 import Credentials

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from admin_cli.aws.contexts import Context
    from admin_cli.stack import Stack
    from registration_core.domain.forms import Form


@dataclass(frozen=True, slots=True)
class Place:
    """Where a stack's staff API is. pages: where people sign in; None if AWS credentials sign each request."""

    url: str
    pages: SignInPages | None


def place_of(context: Context, stack: Callable[[Context], Stack]) -> Place:
    """Return where a context's staff API is: from the context, otherwise from the stack's description.

    stack: connects to its AWS resources. Raises CliError.
    """
    if context.url is not None:
        pages = None
        if context.sign_in_url is not None and context.client_id is not None:
            pages = SignInPages(context.sign_in_url, context.client_id)
        return Place(context.url, pages)
    description = stack(replace(context, via=None)).description
    desk = description.desk
    if desk is None:
        raise CliError(
            f"The stack {description.stack} has no staff API.",
            hint="Its operator can add one: docs/options.md, staff_auth.",
            exit_code=ExitCode.NOT_FOUND,
        )
    if desk.sign_in_url is None or desk.client_id is None:
        return Place(description.api_url, None)
    return Place(description.api_url, SignInPages(desk.sign_in_url, desk.client_id))


def kept_sign_in(context: Context, folder: Path) -> KeptSignIn:
    """Return the file of a context's sign-in. folder: of the contexts."""
    return KeptSignIn(folder / "sign-ins" / f"{context.name}.json")


def connect_api(
    context: Context,
    say: Callable[[str], None],
    *,
    folder: Path,
    noted: Callable[[Mapping[str, Form]], None] = lambda _forms: None,
    stack: Callable[[Context], Stack] | None = None,
    sleep: Callable[[float], None] = time.sleep,
) -> ApiStack:
    """Connect to a context's stack through its staff API. Raises CliError.

    folder: of the contexts. stack: connects to its AWS resources, if only its description says where the API is.
    """
    place = place_of(context, stack or (lambda other: AwsStack(other, say)))
    if place.pages is not None:
        authorisation: Signed | SignedIn = SignedIn(place.pages, kept_sign_in(context, folder), http_transport)
    else:
        authorisation = Signed(lambda: _credentials(context, place.url), context.region)
    return ApiStack(context, Api(place.url, authorisation, http_transport, say=say, sleep=sleep), noted)


def _credentials(context: Context, url: str) -> Credentials:
    """Return the context's AWS credentials; dummy ones for this machine. Raises CliError."""
    if is_loopback(url):
        return Credentials(sessions.DUMMY_CREDENTIAL, sessions.DUMMY_CREDENTIAL)
    plain = environment_credentials(context, os.environ)
    if plain is not None:
        return plain
    from botocore.exceptions import NoCredentialsError  # noqa: PLC0415 - half a second, only when AWS is met

    with sessions.sentences(context):
        found = sessions.session(context).get_credentials()
        if found is None:
            raise NoCredentialsError
        frozen = found.get_frozen_credentials()
    return Credentials(frozen.access_key, frozen.secret_key, frozen.token)
