"""AWS as a context reaches it: sessions with the right credentials, and the SDK's errors as sentences."""

from __future__ import annotations

import contextlib
import os
import re
from typing import TYPE_CHECKING, Any

from admin_cli.errors import CliError, ExitCode
from registration_core.adapters.loopback import loopback_config, loopback_session

if TYPE_CHECKING:
    from collections.abc import Iterator

    from admin_cli.contexts import Context

#: What an emulator takes from anyone. The machine's own credentials are never read for a loopback endpoint.
DUMMY_CREDENTIAL = "test"

_EXPIRED = frozenset({"ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired"})
_REFUSED = frozenset(
    {
        "AuthFailure",
        "IncompleteSignature",
        "InvalidAccessKeyId",
        "InvalidClientTokenId",
        "InvalidSignatureException",
        "InvalidToken",
        "MissingAuthenticationToken",
        "OptInRequired",
        "SignatureDoesNotMatch",
        "UnrecognizedClientException",
    },
)
_DENIED = frozenset({"AccessDenied", "AccessDeniedException", "UnauthorizedOperation"})
_ACTION = re.compile(r"not authorized to perform:? \[?([a-z0-9-]+:[A-Za-z*]+)")


def session(context: Context) -> Any:  # noqa: ANN401 - boto3 has no types
    """Begin to speak to AWS with the context's credentials. Raises CliError when its profile is not there."""
    if context.on_this_machine:
        return loopback_session(DUMMY_CREDENTIAL, DUMMY_CREDENTIAL)
    import boto3.session  # noqa: PLC0415 - half a second that help and the local commands do not need

    with sentences(context):
        return boto3.session.Session(profile_name=context.profile)


def client(context: Context, service: str, session: Any) -> Any:  # noqa: ANN401 - boto3 has no types
    """Make a client of one AWS service by a session, as `session` makes them."""
    with sentences(context):
        return session.client(
            service,
            region_name=context.region,
            endpoint_url=context.endpoint_url,
            config=_config(context),
        )


@contextlib.contextmanager
def sentences(context: Context) -> Iterator[None]:
    """Raise CliError for whatever the SDK raises inside: one sentence, and the exit code for credentials."""
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - half a second, only when AWS is met

    try:
        yield
    except ClientError as error:
        raise _from_service(error, context) from error
    except BotoCoreError as error:
        raise _from_sdk(error, context) from error


def is_denial(error: Any) -> bool:  # noqa: ANN401 - boto3 has no types
    """Whether a service said that the role lacks an action."""
    return error.response.get("Error", {}).get("Code", "") in _DENIED


def _config(context: Context) -> Any:  # noqa: ANN401 - boto3 has no types
    from botocore.config import Config  # noqa: PLC0415 - only when AWS is met

    common = Config(connect_timeout=5, read_timeout=20, user_agent_extra="rollcall")
    if context.on_this_machine:
        return common.merge(loopback_config())
    return common.merge(Config(retries={"mode": "standard", "total_max_attempts": 5}))


def _from_service(error: Any, context: Context) -> CliError:  # noqa: ANN401 - boto3 has no types
    code = error.response.get("Error", {}).get("Code", "")
    message = error.response.get("Error", {}).get("Message", "") or str(error)
    if code in _EXPIRED:
        return _credentials("Your AWS credentials have expired.", context)
    if code in _REFUSED:
        return _credentials(f"AWS does not accept your credentials ({code}).", context)
    if is_denial(error):
        named = _ACTION.search(message)
        action = named[1] if named else f"{error.operation_name}"
        return CliError(
            f"Your AWS role may not do this: it lacks {action}.",
            hint="Ask whoever runs the stack for it: docs/operator.md has the policy that staff need.",
            exit_code=ExitCode.CREDENTIALS,
        )
    return CliError(f"AWS refused {error.operation_name} ({code}): {message}")


def _from_sdk(error: Exception, context: Context) -> CliError:
    from botocore import exceptions as sdk  # noqa: PLC0415 - only when AWS is met

    if isinstance(error, (sdk.NoCredentialsError, sdk.PartialCredentialsError, sdk.CredentialRetrievalError)):
        return _credentials("No AWS credentials were found.", context)
    if isinstance(error, sdk.ProfileNotFound):
        return _credentials(
            f"The AWS configuration has no profile {context.profile or os.environ['AWS_PROFILE']!r}.", context
        )
    if isinstance(error, (sdk.SSOError, sdk.TokenRetrievalError)):
        return _credentials("Your sign-in to AWS has run out.", context)
    if isinstance(error, (sdk.HTTPClientError, sdk.ConnectionError)):
        return _unreachable(context)
    return CliError(f"AWS could not be asked: {error}")


def _credentials(sentence: str, context: Context) -> CliError:
    profile = f" --profile {context.profile}" if context.profile else ""
    return CliError(
        sentence,
        hint=f"Sign in (aws sso login{profile}, or aws configure{profile}), then try again.",
        exit_code=ExitCode.CREDENTIALS,
    )


def _unreachable(context: Context) -> CliError:
    if context.on_this_machine:
        return CliError(
            f"Nothing answers at {context.endpoint_url}: the local stack is not running.",
            hint="Bring it up: rollcall local up",
        )
    where = context.endpoint_url or f"AWS in {context.region}"
    return CliError(f"{where} cannot be reached.", hint="Check the network, a proxy, and the region of the context.")
