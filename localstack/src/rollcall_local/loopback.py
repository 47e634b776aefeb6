"""SDK sessions for an emulator on this machine, which know nothing of the machine's own AWS settings."""

from __future__ import annotations

import os
from typing import Any


def loopback_session(access_key_id: str, secret_access_key: str) -> Any:  # noqa: ANN401 - boto3 has no types
    """Make a boto3 session that reads no profile, no configuration and no credentials but these."""
    import boto3.session  # noqa: PLC0415 - half a second that help and status do not need
    import botocore.session  # noqa: PLC0415

    nothing = {
        "profile": (None, None, None, None),
        "config_file": (None, None, os.devnull, None),
        "credentials_file": (None, None, os.devnull, None),
    }
    return boto3.session.Session(
        aws_access_key_id=access_key_id,
        aws_secret_access_key=secret_access_key,
        botocore_session=botocore.session.Session(session_vars=nothing),
    )


def loopback_config() -> Any:  # noqa: ANN401 - botocore has no types
    """Make a client configuration for an emulator: no proxy, path-style buckets, few retries."""
    from botocore.config import Config  # noqa: PLC0415 - only when an emulator is met

    return Config(proxies={}, s3={"addressing_style": "path"}, retries={"mode": "standard", "total_max_attempts": 3})
