"""Signing in by IAM Identity Center's device flow; the token is kept where the AWS command line and SDKs look for it.

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

#: What a session asks for when its configuration names nothing; it also brings the right to renew the token.
USUAL_SCOPE = "sso:account:access"

#: How much longer to wait between two questions, each time the service asks for it (RFC 8628, 3.5).
SLOWER_S = 5


@dataclass(frozen=True, slots=True)
class SignIn:
    """How a profile signs in.

    session: the name of its sso-session; None where the profile says everything itself, as older ones do.
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
    """Where a person confirms that it is they. code: what they should see there."""

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
    said = profiles[name]
    session_name = said.get("sso_session")
    if session_name is not None:
        if session_name not in sessions:
            raise _configure(
                f"The profile {name!r} names the sso-session {session_name!r}, which does not exist.", name
            )
        said = sessions[session_name]
    missing = [key for key in ("sso_start_url", "sso_region") if key not in said]
    if missing:
        raise _configure(f"The profile {name!r} is not set up for IAM Identity Center: it has no {missing[0]}.", name)
    if session_name is None:
        return SignIn(said["sso_start_url"], said["sso_region"])
    scopes = tuple(scope.strip() for scope in said.get("sso_registration_scopes", USUAL_SCOPE).split(","))
    return SignIn(said["sso_start_url"], said["sso_region"], session_name, scopes)


def oidc_client(sign_in: SignIn) -> Any:  # noqa: ANN401 - boto3 has no types
    """Make a client that needs no credentials: it is how one gets them."""
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
    """Invite a person to confirm in a browser, wait for it, keep the token, and return until when it is good.

    Raises CliError when they refused or took too long, and what the SDK raises. Broken off, it keeps nothing.
    """
    scopes = {"scopes": list(sign_in.scopes)} if sign_in.scopes else {}
    registration = client.register_client(clientName=CLIENT_NAME, clientType="public", **scopes)
    who = {"clientId": registration["clientId"], "clientSecret": registration["clientSecret"]}
    device = client.start_device_authorization(startUrl=sign_in.start_url, **who)
    invite(Invitation(device.get("verificationUriComplete") or device["verificationUri"], device["userCode"]))
    token = _wait(client, who, device, now=now, sleep=sleep)
    until = now() + timedelta(seconds=token["expiresIn"])
    kept = {
        "startUrl": sign_in.start_url,
        "region": sign_in.region,
        "accessToken": token["accessToken"],
        "expiresAt": _moment(until),
        **who,
        "registrationExpiresAt": _moment(datetime.fromtimestamp(registration["clientSecretExpiresAt"], UTC)),
    }
    if "refreshToken" in token:
        kept["refreshToken"] = token["refreshToken"]
    replace_file(sign_in.cache, json.dumps(kept), mode=0o600)
    return until


def _wait(
    client: Any,  # noqa: ANN401 - boto3 has no types
    who: dict[str, str],
    device: dict[str, Any],
    *,
    now: Callable[[], datetime],
    sleep: Callable[[float], None],
) -> dict[str, Any]:
    """Ask for the token until a person confirmed, no oftener than the service allows."""
    pause_s = float(device.get("interval", SLOWER_S))
    end = now() + timedelta(seconds=device["expiresIn"])
    errors = client.exceptions
    while now() < end:
        sleep(pause_s)
        with contextlib.suppress(errors.AuthorizationPendingException):
            try:
                token: dict[str, Any] = client.create_token(
                    grantType=DEVICE_CODE, deviceCode=device["deviceCode"], **who
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
