"""Settings: what each function and the command line are told by their environment, typed and checked once."""

from __future__ import annotations

import os
from dataclasses import dataclass

from registration_core.domain.errors import SettingsError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

RATE_PER_ADDRESS = 100
RATE_PER_EMAIL = 20
"""The shipped limits; infra/terraform/variables.tf has the same, and tests hold both to them."""

TURNSTILE_URL = "https://challenges.cloudflare.com/turnstile/v0/siteverify"


@dataclass(frozen=True, slots=True)
class SubmitSettings:
    """What submit needs.

    allowed_origins: scheme, host and port, without a slash at the end. rate_per_address: how many requests are taken
    from one address within ten minutes; rate_per_email: how many entries for one e-mail address within a day; 0 takes
    any number. turnstile_secret_name: where Cloudflare Turnstile's secret is kept; empty asks no visitor for a proof.
    turnstile_url: who checks the proof.
    """

    stack: str
    log_level: str
    table: str
    site_url: str
    allowed_origins: tuple[str, ...]
    forms_dir: str
    site_dir: str
    rate_per_address: int = RATE_PER_ADDRESS
    rate_per_email: int = RATE_PER_EMAIL
    turnstile_secret_name: str = ""
    turnstile_url: str = TURNSTILE_URL

    @classmethod
    def from_mapping(cls, environ: Mapping[str, str]) -> SubmitSettings:
        """Read the environment. Raises SettingsError, which names the variable."""
        return cls(
            stack=_required(environ, "STACK"),
            log_level=_log_level(environ),
            table=_required(environ, "TABLE"),
            site_url=_required(environ, "SITE_URL").rstrip("/"),
            allowed_origins=_origins(_required(environ, "ALLOWED_ORIGINS")),
            forms_dir=forms_dir(environ),
            site_dir=site_dir(environ),
            rate_per_address=_count(environ, "RATE_PER_ADDRESS", RATE_PER_ADDRESS),
            rate_per_email=_count(environ, "RATE_PER_EMAIL", RATE_PER_EMAIL),
            turnstile_secret_name=environ.get("TURNSTILE_SECRET_NAME", "").strip(),
            turnstile_url=environ.get("TURNSTILE_URL", "").strip() or TURNSTILE_URL,
        )


@dataclass(frozen=True, slots=True)
class DispatchSettings:
    """What dispatch needs."""

    stack: str
    log_level: str
    mail_queue_url: str

    @classmethod
    def from_mapping(cls, environ: Mapping[str, str]) -> DispatchSettings:
        """Read the environment. Raises SettingsError, which names the variable."""
        return cls(
            stack=_required(environ, "STACK"),
            log_level=_log_level(environ),
            mail_queue_url=_required(environ, "MAIL_QUEUE_URL"),
        )


@dataclass(frozen=True, slots=True)
class SweepSettings:
    """What sweep needs."""

    stack: str
    log_level: str
    table: str
    mail_queue_url: str
    forms_dir: str

    @classmethod
    def from_mapping(cls, environ: Mapping[str, str]) -> SweepSettings:
        """Read the environment. Raises SettingsError, which names the variable."""
        return cls(
            stack=_required(environ, "STACK"),
            log_level=_log_level(environ),
            table=_required(environ, "TABLE"),
            mail_queue_url=_required(environ, "MAIL_QUEUE_URL"),
            forms_dir=forms_dir(environ),
        )


@dataclass(frozen=True, slots=True)
class NotifySettings:
    """What notify needs.

    api_url: the API's base address. sender: an address, or `Name <address>`. signing_key_secret: the name of the secret
    that holds the keys of links.
    """

    stack: str
    log_level: str
    table: str
    site_url: str
    api_url: str
    sender: str
    configuration_set: str
    signing_key_secret: str
    forms_dir: str

    @classmethod
    def from_mapping(cls, environ: Mapping[str, str]) -> NotifySettings:
        """Read the environment. Raises SettingsError, which names the variable."""
        return cls(
            stack=_required(environ, "STACK"),
            log_level=_log_level(environ),
            table=_required(environ, "TABLE"),
            site_url=_required(environ, "SITE_URL").rstrip("/"),
            api_url=_required(environ, "API_URL").rstrip("/"),
            sender=_required(environ, "SENDER"),
            configuration_set=_required(environ, "CONFIGURATION_SET"),
            signing_key_secret=_required(environ, "SIGNING_KEY_SECRET"),
            forms_dir=forms_dir(environ),
        )


@dataclass(frozen=True, slots=True)
class FeedbackSettings:
    """What feedback needs."""

    stack: str
    log_level: str
    table: str

    @classmethod
    def from_mapping(cls, environ: Mapping[str, str]) -> FeedbackSettings:
        """Read the environment. Raises SettingsError, which names the variable."""
        return cls(
            stack=_required(environ, "STACK"),
            log_level=_log_level(environ),
            table=_required(environ, "TABLE"),
        )


@dataclass(frozen=True, slots=True)
class LinksSettings:
    """What links needs. signing_key_secret: the name of the secret that holds the keys of links."""

    stack: str
    log_level: str
    table: str
    site_url: str
    signing_key_secret: str
    forms_dir: str
    site_dir: str

    @classmethod
    def from_mapping(cls, environ: Mapping[str, str]) -> LinksSettings:
        """Read the environment. Raises SettingsError, which names the variable."""
        return cls(
            stack=_required(environ, "STACK"),
            log_level=_log_level(environ),
            table=_required(environ, "TABLE"),
            site_url=_required(environ, "SITE_URL").rstrip("/"),
            signing_key_secret=_required(environ, "SIGNING_KEY_SECRET"),
            forms_dir=forms_dir(environ),
            site_dir=site_dir(environ),
        )


def forms_dir(environ: Mapping[str, str]) -> str:
    """Return FORMS_DIR, or the folder `forms` beside the package, as it lies in the functions' zip."""
    return environ.get("FORMS_DIR") or _beside("forms")


def site_dir(environ: Mapping[str, str]) -> str:
    """Return SITE_DIR, or the folder `site` beside the package: what the functions' pages are made of."""
    return environ.get("SITE_DIR") or _beside("site")


def _beside(folder: str) -> str:
    return os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), folder)  # noqa: PTH100, PTH118, PTH120 - importing pathlib takes longer than all of this module


def _required(environ: Mapping[str, str], name: str) -> str:
    value = environ.get(name, "").strip()
    if not value:
        raise SettingsError(f"The environment variable {name} is not set; Terraform sets it for the functions.")
    return value


def _count(environ: Mapping[str, str], name: str, otherwise: int) -> int:
    text = environ.get(name, "").strip()
    if not text:
        return otherwise
    if not (text.isascii() and text.isdigit()):
        raise SettingsError(f'The environment variable {name} is "{text}"; use a whole number, or 0 for no limit.')
    return int(text)


def _log_level(environ: Mapping[str, str]) -> str:
    level = environ.get("LOG_LEVEL", "INFO").strip().upper()
    levels = ("DEBUG", "INFO", "WARNING", "ERROR")
    if level not in levels:
        raise SettingsError(f'The environment variable LOG_LEVEL is "{level}"; use one of {", ".join(levels)}.')
    return level


def _origins(text: str) -> tuple[str, ...]:
    origins = tuple(dict.fromkeys(part.strip().rstrip("/") for part in text.split(",") if part.strip()))
    for origin in origins:
        scheme, found, host = origin.partition("://")
        if scheme not in ("http", "https") or not found or not host or "/" in host or "*" in host:
            raise SettingsError(
                f'The environment variable ALLOWED_ORIGINS holds "{origin}"; an origin is a scheme and a host, such as '
                "https://forms.example.org."
            )
    return origins
