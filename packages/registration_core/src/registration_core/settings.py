"""Settings: each function's environment variables, typed and checked once."""

from __future__ import annotations

import os
from dataclasses import MISSING, dataclass

from registration_core.domain.errors import SettingsError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any, Self

RATE_PER_ADDRESS = 100
RATE_PER_EMAIL = 20
"""The default limits. infra/terraform/variables.tf has the same, and tests compare them."""

TURNSTILE_URL = "https://challenges.cloudflare.com/turnstile/v0/siteverify"


@dataclass(frozen=True, eq=False)  # each generated method costs time in every cold start
class Settings:
    """What every function needs. A field's environment variable has its name in capitals."""

    stack: str
    log_level: str

    @classmethod
    def from_mapping(cls, environ: Mapping[str, str]) -> Self:
        """Read the environment. Raises SettingsError, which names the variable."""
        values = {
            name: _READERS.get(name, _required)(environ, name.upper())
            for name, field in cls.__dataclass_fields__.items()
            if field.default is MISSING or environ.get(name.upper(), "").strip()
        }
        return cls(**values)


@dataclass(frozen=True, eq=False)
class SubmitSettings(Settings):
    """What submit needs.

    allowed_origins: scheme, host and port, without a trailing slash. rate_per_address: requests per
    network in ten minutes. rate_per_email: submissions per e-mail address in a day. 0 means no
    limit. turnstile_secret_name: the name of Cloudflare Turnstile's secret; empty turns Turnstile
    off. turnstile_url: where tokens are checked. files_bucket, files_url: the bucket for files and its address for
    browsers; empty if the stack accepts none. edge_key: what the distribution sends with each
    request if it serves the API; empty if it doesn't. metrics_namespace: where metrics
    go; empty writes none.
    """

    table: str
    site_url: str
    allowed_origins: tuple[str, ...]
    forms_dir: str
    site_dir: str
    rate_per_address: int = RATE_PER_ADDRESS
    rate_per_email: int = RATE_PER_EMAIL
    turnstile_secret_name: str = ""
    turnstile_url: str = TURNSTILE_URL
    edge_key: str = ""
    files_bucket: str = ""
    files_url: str = ""
    metrics_namespace: str = ""


@dataclass(frozen=True, eq=False)
class DispatchSettings(Settings):
    """What dispatch needs. webhook_queue_url: empty if the stack delivers no webhooks."""

    mail_queue_url: str
    forms_dir: str
    webhook_queue_url: str = ""


@dataclass(frozen=True, eq=False)
class SweepSettings(Settings):
    """What sweep needs. metrics_namespace: where metrics go; empty writes none."""

    table: str
    mail_queue_url: str
    forms_dir: str
    metrics_namespace: str = ""


@dataclass(frozen=True, eq=False)
class NotifySettings(Settings):
    """What notify needs.

    api_url: the API's base URL. sender: an address, or `Name <address>`. signing_key_secret: the
    name of the secret with the links' signing keys. metrics_namespace: where metrics go; empty
    writes none.
    """

    table: str
    site_url: str
    api_url: str
    sender: str
    configuration_set: str
    signing_key_secret: str
    forms_dir: str
    metrics_namespace: str = ""


@dataclass(frozen=True, eq=False)
class DeliverSettings(Settings):
    """What deliver needs. webhook_secret: the name of the secret with the webhooks' signing keys."""

    table: str
    webhook_queue_url: str
    webhook_dead_letters_url: str
    webhook_secret: str
    forms_dir: str


@dataclass(frozen=True, eq=False)
class FeedbackSettings(Settings):
    """What feedback needs."""

    table: str


@dataclass(frozen=True, eq=False)
class LinksSettings(Settings):
    """What links needs.

    signing_key_secret: the name of the secret with the links' signing keys. files_bucket,
    files_url: as for submit. api_url: the API's base URL, to which the bucket leads browsers back.
    """

    table: str
    site_url: str
    signing_key_secret: str
    forms_dir: str
    site_dir: str
    files_bucket: str = ""
    files_url: str = ""
    api_url: str = ""


@dataclass(frozen=True, eq=False)
class FilesSettings(Settings):
    """What files needs. files_scanner: the name of the function that looks for viruses; empty if there is none."""

    table: str
    files_bucket: str
    forms_dir: str
    files_scanner: str = ""


@dataclass(frozen=True, eq=False)
class StaffSettings(Settings):
    """What staff needs.

    staff_auth: how API Gateway signs staff in, cognito or iam. allowed_origins: the desk's. mail_queue_url: for mails
    that staff resend. exports_bucket: where exports are kept for a day. staff_clients: the Cognito app clients whose
    tokens count; empty with iam. files_bucket: registrants' files; empty if the stack accepts none.
    """

    table: str
    staff_auth: str
    allowed_origins: tuple[str, ...]
    mail_queue_url: str
    exports_bucket: str
    staff_clients: tuple[str, ...] = ()
    files_bucket: str = ""


def forms_dir(environ: Mapping[str, str], name: str = "FORMS_DIR") -> str:
    """Return FORMS_DIR, or the folder `forms` next to the package, as in the functions' zip."""
    return environ.get(name) or _beside("forms")


def site_dir(environ: Mapping[str, str], name: str = "SITE_DIR") -> str:
    """Return SITE_DIR, or the folder `site` next to the package, with the templates of the functions' pages."""
    return environ.get(name) or _beside("site")


def _beside(folder: str) -> str:
    return os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), folder)  # noqa: PTH100, PTH118, PTH120 - importing pathlib takes longer than the rest of this module


def _required(environ: Mapping[str, str], name: str) -> str:
    value = environ.get(name, "").strip()
    if not value:
        raise SettingsError(f"The environment variable {name} is not set; Terraform sets it for the functions.")
    return value


def _base_url(environ: Mapping[str, str], name: str) -> str:
    return _required(environ, name).rstrip("/")


def _limit(environ: Mapping[str, str], name: str) -> int:
    text = _required(environ, name)
    if not (text.isascii() and text.isdigit()):
        raise SettingsError(f'The environment variable {name} is "{text}"; use a whole number, or 0 for no limit.')
    return int(text)


def _log_level(environ: Mapping[str, str], name: str) -> str:
    level = environ.get(name, "INFO").strip().upper()
    levels = ("DEBUG", "INFO", "WARNING", "ERROR")
    if level not in levels:
        raise SettingsError(f'The environment variable {name} is "{level}"; use one of {", ".join(levels)}.')
    return level


def _staff_auth(environ: Mapping[str, str], name: str) -> str:
    kind = _required(environ, name)
    if kind not in {"cognito", "iam"}:
        raise SettingsError(f'The environment variable {name} is "{kind}"; use cognito or iam.')
    return kind


def _names(environ: Mapping[str, str], name: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in _required(environ, name).split(",") if part.strip())


def _origins(environ: Mapping[str, str], name: str) -> tuple[str, ...]:
    parts = _required(environ, name).split(",")
    origins = tuple(dict.fromkeys(part.strip().rstrip("/") for part in parts if part.strip()))
    for origin in origins:
        scheme, found, host = origin.partition("://")
        if scheme not in ("http", "https") or not found or not host or "/" in host or "*" in host:
            raise SettingsError(
                f'The environment variable {name} holds "{origin}"; an origin is a scheme and a host, such as '
                "https://forms.example.org."
            )
    return origins


_READERS: Mapping[str, Callable[[Mapping[str, str], str], Any]] = {
    "log_level": _log_level,
    "site_url": _base_url,
    "api_url": _base_url,
    "allowed_origins": _origins,
    "staff_auth": _staff_auth,
    "staff_clients": _names,
    "forms_dir": forms_dir,
    "site_dir": site_dir,
    "rate_per_address": _limit,
    "rate_per_email": _limit,
}
"""How to read fields that aren't required texts."""
