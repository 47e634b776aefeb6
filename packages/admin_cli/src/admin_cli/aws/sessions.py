"""AWS as a context reaches it: sessions with the right credentials, and the SDK's errors as sentences."""

from __future__ import annotations

import contextlib
import os
import re
from typing import TYPE_CHECKING, Any

from admin_cli.errors import CliError, ExitCode
from rollcall_local.loopback import loopback_config, loopback_session

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from admin_cli.aws.contexts import Context
    from registration_core.adapters.dynamodb.call import AwsCallError

#: Emulators accept any credentials. The machine's own are never read for a loopback endpoint.
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
_DENIED = frozenset({"403", "AccessDenied", "AccessDeniedException", "AuthorizationError", "UnauthorizedOperation"})
_NONE_FOUND = frozenset({"CredentialRetrievalError", "NoCredentialsError", "PartialCredentialsError"})
_SIGNED_OUT = frozenset(
    {
        "LoginRefreshRequired",
        "LoginTokenLoadError",
        "SSOTokenLoadError",
        "TokenRetrievalError",
        "UnauthorizedSSOTokenError",
    },
)
_RETRIED_ELSEWHERE = frozenset({"dynamodb"})
"""`registration_core.adapters.dynamodb.retries` or an export's reader retries these, so the SDK tries once."""

_THROTTLED = frozenset(
    {
        "BandwidthLimitExceeded",
        "EC2ThrottledException",
        "LimitExceededException",
        "PriorRequestNotComplete",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestThrottledException",
        "SlowDown",
        "ThrottledException",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
    },
)
_CREDENTIALS = (
    (_EXPIRED, "Your AWS credentials have expired."),
    (_SIGNED_OUT, "Your AWS sign-in has expired."),
    (_NONE_FOUND, "No AWS credentials were found."),
    (_REFUSED, "AWS does not accept your credentials ({code})."),
)
_ACTION = re.compile(r"not authorized to perform:? \[?([a-z0-9-]+:[A-Za-z*]+)")


class MissingPermissionError(CliError):
    """The role lacks a permission. action: the one it lacks, such as dynamodb:Query."""

    def __init__(
        self,
        action: str,
        hint: str = "Ask the stack's operator for it. docs/operator.md lists the policies that staff need.",
    ) -> None:
        super().__init__(
            f"Your AWS role is not allowed to do this. It lacks {action}.",
            hint=hint,
            exit_code=ExitCode.CREDENTIALS,
        )
        self.action = action


def session(context: Context) -> Any:  # noqa: ANN401 - boto3 has no types
    """Make an AWS session with the context's credentials. Raises CliError if its profile doesn't exist."""
    if context.on_this_machine:
        return loopback_session(DUMMY_CREDENTIAL, DUMMY_CREDENTIAL)
    import boto3.session  # noqa: PLC0415 - half a second that help and the local commands do not need

    with sentences(context):
        return boto3.session.Session(profile_name=context.profile)


def client(
    context: Context,
    service: str,
    session: Any,  # noqa: ANN401 - boto3 has no types
    say: Callable[[str], None],
) -> Any:  # noqa: ANN401 - boto3 has no types
    """Make a client of one AWS service by a session, as `session` makes them. say: reports throttling."""
    with sentences(context):
        made = session.client(
            service,
            region_name=context.region,
            endpoint_url=context.endpoint_url,
            config=_config(context, service),
        )
    made.meta.events.register("needs-retry.*", _Patience(service, say).told)
    return made


class _Patience:
    """Says once that a service is throttling, while the SDK backs off and tries again."""

    def __init__(self, service: str, say: Callable[[str], None]) -> None:
        self._service = service
        self._say = say
        self._said = False

    def told(self, response: Any = None, **_more: object) -> None:  # noqa: ANN401 - what the SDK emits
        """Look at one response. Returning None leaves retries to the SDK."""
        code = response[1].get("Error", {}).get("Code", "") if response else ""
        if code in _THROTTLED and not self._said:
            self._said = True
            self._say(f"AWS is throttling {self._service} ({code}); waiting and trying again ...")


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


def is_throttled(code: str) -> bool:
    """Whether a service asked to slow down."""
    return code in _THROTTLED


def is_denial(error: Any) -> bool:  # noqa: ANN401 - boto3 has no types
    """Whether a service refused because the role lacks a permission."""
    return error.response.get("Error", {}).get("Code", "") in _DENIED


def _config(context: Context, service: str) -> Any:  # noqa: ANN401 - boto3 has no types
    from botocore.config import Config  # noqa: PLC0415 - only when AWS is met

    retries = {"mode": "standard", "total_max_attempts": 1 if service in _RETRIED_ELSEWHERE else 5}
    common = Config(connect_timeout=5, read_timeout=20, user_agent_extra="rollcall")
    if context.on_this_machine:
        common = common.merge(loopback_config())
    # Links that S3 signs by default are of version 2 in the oldest Regions, and refused for what is under a KMS key.
    version = "s3v4" if service == "s3" else None
    return common.merge(Config(retries=retries, signature_version=version))


def refusal(code: str, message: str, operation: str | None, context: Context | None = None) -> CliError | None:
    """Explain a refusal about credentials, permissions or throttling; None for any other.

    code: the service's code, or the name of the SDK's error. operation: such as GetItem.
    """
    if code == "RequestTimeTooSkewed" or message.startswith(("Signature expired", "Signature not yet current")):
        return CliError(
            "This machine's clock is more than five minutes off.",
            hint="Set it from the network: timedatectl set-ntp true",
        )
    for codes, sentence in _CREDENTIALS:
        if code in codes:
            return _credentials(sentence.format(code=code), context)
    if code in _DENIED:
        named = _ACTION.search(message)
        action = named[1] if named else operation
        return MissingPermissionError(str(action))
    if code in _THROTTLED:
        asked = f" ({operation}: {code})" if operation else f" ({code})"
        return CliError(
            f"AWS is throttling requests{asked}, and retrying did not help.",
            hint="Wait a minute, then run the same command again. Nothing is done twice.",
        )
    return None


def called(error: AwsCallError, operation: str, context: Context) -> CliError:
    """Explain why a call without the SDK was refused or could not be made."""
    if error.code == "ConnectionLost":
        return _unreachable(context)
    explained = refusal(error.code, error.message, operation, context)
    return explained or CliError(f"AWS refused {operation} ({error.code}): {error.message}")


def _from_service(error: Any, context: Context) -> CliError:  # noqa: ANN401 - boto3 has no types
    code = error.response.get("Error", {}).get("Code", "")
    message = error.response.get("Error", {}).get("Message", "") or str(error)
    explained = refusal(code, message, error.operation_name, context)
    return explained or CliError(f"AWS refused {error.operation_name} ({code}): {message}")


def _from_sdk(error: Exception, context: Context) -> CliError:
    from botocore import exceptions as sdk  # noqa: PLC0415 - only when AWS is met

    if explained := refusal(type(error).__name__, str(error), None, context):
        return explained
    if isinstance(error, sdk.ProfileNotFound):
        named = context.profile or os.environ["AWS_PROFILE"]
        return CliError(
            f"The AWS configuration has no profile {named!r}.",
            hint=f"Create it (aws configure sso --profile {named}), or name another: rollcall context add --profile",
            exit_code=ExitCode.CREDENTIALS,
        )
    if isinstance(error, (sdk.HTTPClientError, sdk.ConnectionError)):
        return _unreachable(context)
    return CliError(f"The request to AWS failed: {error}")


def _credentials(sentence: str, context: Context | None) -> CliError:
    profile = f" --profile {context.profile}" if context is not None and context.profile else ""
    return CliError(
        sentence,
        hint=f"Sign in with rollcall login (or aws configure{profile}, for keys), then try again.",
        exit_code=ExitCode.CREDENTIALS,
    )


def _unreachable(context: Context) -> CliError:
    if context.on_this_machine:
        return CliError(
            f"Nothing answers at {context.endpoint_url}: the local stack is not running.",
            hint="Start it: rollcall local up",
        )
    where = context.endpoint_url or f"AWS in {context.region}"
    return CliError(f"{where} cannot be reached.", hint="Check the network, any proxy, and the context's region.")
