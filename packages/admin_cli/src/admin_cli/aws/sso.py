"""Sign-in through IAM Identity Center's device flow. The token is stored where the AWS CLI and SDKs look for it.

Source: OAuth 2.0 Device Authorization Grant, RFC 8628, as the service sso-oidc speaks it.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from admin_cli.errors import CliError, ExitCode
from rollcall_build.files import replace_file

if TYPE_CHECKING:
    from collections.abc import Callable

DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code"
CLIENT_NAME = "rollcall"

#: The default scope of a session. It also allows renewing the token.
USUAL_SCOPE = "sso:account:access"

#: How much longer to wait between requests, each time the service asks for it (RFC 8628, 3.5).
SLOWER_S = 5


@dataclass(frozen=True, slots=True)
class SignIn:
    """How a profile signs in.

    session: the name of its sso-session; None if the profile has everything itself, as older ones do.
    """

    start_url: str
    region: str
    session: str | None = None
    scopes: tuple[str, ...] = ()

    @property
    def cache(self) -> Path:
        """Where the token is kept, for every tool that uses AWS's configuration."""
        key = hashlib.sha1((self.session or self.start_url).encode(), usedforsecurity=False).hexdigest()
        return Path.home() / ".aws" / "sso" / "cache" / f"{key}.json"


@dataclass(frozen=True, slots=True)
class Invitation:
    """Where a person confirms the sign-in. code: what they should see there."""

    url: str
    code: str


def read_sign_in(profile: str | None) -> SignIn:
    """Read how a profile of the AWS configuration signs in. Raises CliError, saying what to configure."""
    import botocore.session  # noqa: PLC0415 - half a second, only when AWS is met

    session = botocore.session.Session(profile=profile)
    name = profile or session.get_config_variable("profile") or "default"
    profiles, sessions = session.full_config.get("profiles", {}), session.full_config.get("sso_sessions", {})
    if name not in profiles:
        raise _configure(f"The AWS configuration has no profile {name!r}.", name)
    settings = profiles[name]
    session_name = settings.get("sso_session")
    if session_name is not None:
        if session_name not in sessions:
            raise _configure(
                f"The profile {name!r} names the sso-session {session_name!r}, which does not exist.", name
            )
        settings = sessions[session_name]
    missing = [key for key in ("sso_start_url", "sso_region") if key not in settings]
    if missing:
        raise _configure(f"The profile {name!r} is not set up for IAM Identity Center: it has no {missing[0]}.", name)
    if session_name is None:
        return SignIn(settings["sso_start_url"], settings["sso_region"])
    scopes = tuple(scope.strip() for scope in settings.get("sso_registration_scopes", USUAL_SCOPE).split(","))
    return SignIn(settings["sso_start_url"], settings["sso_region"], session_name, scopes)


def oidc_client(sign_in: SignIn) -> Any:  # noqa: ANN401 - boto3 has no types
    """Make a client without credentials, which it is used to get."""
    import boto3.session  # noqa: PLC0415 - half a second, only when AWS is met
    from botocore import UNSIGNED  # noqa: PLC0415
    from botocore.config import Config  # noqa: PLC0415

    config = Config(signature_version=UNSIGNED, connect_timeout=5, read_timeout=20, user_agent_extra="rollcall")
    return boto3.session.Session(region_name=sign_in.region).client("sso-oidc", config=config)


def sign_in_by_device(
    sign_in: SignIn,
    client: Any,  # noqa: ANN401 - boto3 has no types
    invite: Callable[[Invitation], None],
    *,
    now: Callable[[], datetime],
    sleep: Callable[[float], None],
) -> datetime:
    """Ask a person to confirm in a browser, wait, store the token, and return when it expires.

    Raises CliError if they refuse or take too long, and the SDK's errors. An interruption stores nothing.
    """
    scopes = {"scopes": list(sign_in.scopes)} if sign_in.scopes else {}
    registration = client.register_client(clientName=CLIENT_NAME, clientType="public", **scopes)
    client_credentials = {"clientId": registration["clientId"], "clientSecret": registration["clientSecret"]}
    device = client.start_device_authorization(startUrl=sign_in.start_url, **client_credentials)
    invite(Invitation(device.get("verificationUriComplete") or device["verificationUri"], device["userCode"]))
    token = _wait(client, client_credentials, device, now=now, sleep=sleep)
    until = now() + timedelta(seconds=token["expiresIn"])
    token_file = {
        "startUrl": sign_in.start_url,
        "region": sign_in.region,
        "accessToken": token["accessToken"],
        "expiresAt": _moment(until),
        **client_credentials,
        "registrationExpiresAt": _moment(datetime.fromtimestamp(registration["clientSecretExpiresAt"], UTC)),
    }
    if "refreshToken" in token:
        token_file["refreshToken"] = token["refreshToken"]
    replace_file(sign_in.cache, json.dumps(token_file), mode=0o600)
    return until


def _wait(
    client: Any,  # noqa: ANN401 - boto3 has no types
    client_credentials: dict[str, str],
    device: dict[str, Any],
    *,
    now: Callable[[], datetime],
    sleep: Callable[[float], None],
) -> dict[str, Any]:
    """Ask for the token until the person confirms, as often as the service allows."""
    pause_s = float(device.get("interval", SLOWER_S))
    end = now() + timedelta(seconds=device["expiresIn"])
    errors = client.exceptions
    while now() < end:
        sleep(pause_s)
        with contextlib.suppress(errors.AuthorizationPendingException):
            try:
                token: dict[str, Any] = client.create_token(
                    grantType=DEVICE_CODE, deviceCode=device["deviceCode"], **client_credentials
                )
            except errors.SlowDownException:
                pause_s += SLOWER_S
            except errors.ExpiredTokenException:
                break
            except errors.AccessDeniedException as error:
                raise _ended("The sign-in was refused in the browser.") from error
            else:
                return token
    raise _ended("The sign-in was not confirmed in time.")


def _moment(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def _ended(sentence: str) -> CliError:
    return CliError(sentence, hint="Try again: rollcall login", exit_code=ExitCode.CREDENTIALS)


def _configure(sentence: str, profile: str) -> CliError:
    return CliError(
        sentence,
        hint=f"Set it up with the address that your operator gave you: aws configure sso --profile {profile}",
        exit_code=ExitCode.CREDENTIALS,
    )
