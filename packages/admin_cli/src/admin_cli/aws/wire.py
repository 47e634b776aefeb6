"""AWS without its SDK, for exports: loading boto3 takes longer than reading thousands of submissions.

Used only if the result is the same: the credentials are in the environment, and no configuration names a proxy,
endpoints or authorities. Otherwise boto3 is used.
"""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path
from typing import TYPE_CHECKING

from admin_cli.aws.contexts import is_loopback
from registration_core.adapters.dynamodb.sigv4 import Credentials
from registration_core.adapters.dynamodb.wire import (
    DYNAMODB,
    SECRETS,
    Timeouts,
    WireCall,
    endpoint_from_environment,
    unfollowed_setting,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from admin_cli.aws.contexts import Context

SERVICES = {service.name: service for service in (DYNAMODB, SECRETS)}

_TIMEOUTS = Timeouts(connect_s=5.0, read_s=20.0)
_PROXIES = ("http_proxy", "https_proxy", "all_proxy")
_SPECIAL_SETTINGS = (
    "account_id_endpoint_mode",
    "ca_bundle",
    "endpoint_url",
    "proxy",
    "retries",
    "retry",
    "services",
    "use_dualstack",
    "use_fips",
)
_LOOPBACK_CREDENTIALS = Credentials("test", "test")


def plain_call(context: Context, service: str, environ: Mapping[str, str] | None = None) -> WireCall | None:
    """Make a `Call` of a service without boto3; None if it needs boto3.

    environ: None means the process's own.
    """
    env = os.environ if environ is None else environ
    if context.on_this_machine:
        return _call(str(context.endpoint_url), context, service, _LOOPBACK_CREDENTIALS, None)
    credentials = environment_credentials(context, env)
    if credentials is None:
        return None
    endpoint = context.endpoint_url or endpoint_from_environment(env, context.region, SERVICES[service])
    if any(env.get(name) or env.get(name.upper()) for name in _PROXIES) and not is_loopback(endpoint):
        return None
    return _call(endpoint, context, service, credentials, env.get("AWS_CA_BUNDLE") or _authorities())


def environment_credentials(context: Context, env: Mapping[str, str]) -> Credentials | None:
    """Return the environment's credentials; None if only boto3 can find the right ones."""
    credentials = _credentials(env)
    return None if context.profile is not None or credentials is None or _is_special(env) else credentials


def _call(endpoint: str, context: Context, service: str, key: Credentials, ca_bundle: str | None) -> WireCall:
    return WireCall(endpoint, context.region, key, ca_bundle=ca_bundle, service=SERVICES[service], timeouts=_TIMEOUTS)


def _credentials(env: Mapping[str, str]) -> Credentials | None:
    key, secret = env.get("AWS_ACCESS_KEY_ID"), env.get("AWS_SECRET_ACCESS_KEY")
    return Credentials(key, secret, env.get("AWS_SESSION_TOKEN") or None) if key and secret else None


def _is_special(env: Mapping[str, str]) -> bool:
    """Whether the environment or the AWS configuration has a setting that only boto3 follows."""
    if env.get("AWS_PROFILE") or env.get("AWS_DEFAULT_PROFILE") or unfollowed_setting(env):
        return True
    file = Path(env.get("AWS_CONFIG_FILE") or "~/.aws/config").expanduser()
    try:
        text = file.read_text(encoding="utf-8").lower()
    except FileNotFoundError:
        return False
    except (OSError, ValueError):
        return True
    return any(setting in text for setting in _SPECIAL_SETTINGS)


def _authorities() -> str | None:
    """Return the file of authorities that boto3 trusts, without loading it; None for the system's."""
    spec = importlib.util.find_spec("botocore")
    path = Path(str(spec.origin)).with_name("cacert.pem") if spec is not None and spec.origin else None
    return str(path) if path is not None and path.is_file() else None
