"""The deployed version of a form, as the public API reports it."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from http import HTTPStatus
from urllib.parse import quote

from admin_cli.errors import CliError

TIMEOUT_S = 10


def version_at(api_url: str, form: str) -> str | None:
    """Ask an API which version of a form it has; None if it has none. Raises CliError if it doesn't answer."""
    url = f"{api_url}/forms/{quote(form)}"
    if not url.startswith(("https://", "http://")):
        raise CliError(f"The stack's API address {api_url} is not a web address.")
    try:
        with urllib.request.urlopen(url, timeout=TIMEOUT_S) as answer:  # noqa: S310 - https or http, as was seen to
            return str(json.load(answer)["version"])
    except urllib.error.HTTPError as error:
        error.close()
        if error.code == HTTPStatus.NOT_FOUND:
            return None
        raise _unknown_version(form, url, f" (status {error.code})") from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise _unknown_version(form, url) from error


def _unknown_version(form: str, url: str, why: str = "") -> CliError:
    return CliError(
        f"The API did not say which version of the form {form} is deployed{why}.",
        hint=f"Check whether it answers: {url}",
    )
