"""Proofs of who calls the staff API: the tokens of a sign-in, kept in a file, or a signature with AWS credentials."""

from __future__ import annotations

import json
import time
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from admin_cli.errors import CliError
from admin_cli.staff_api.sign_in import SignInPages, Tokens, not_signed_in, refreshed
from registration_core.adapters.dynamodb.sigv4 import Sigv4
from rollcall_build.files import replace_file

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from admin_cli.staff_api.transport import Transport
    from registration_core.adapters.dynamodb.sigv4 import Credentials

_EARLY_S = 30.0
"""A token is renewed this long before it expires, so that it doesn't on its way."""


@dataclass(frozen=True, slots=True)
class KeptSignIn:
    """The file of one context's sign-in, which only its owner may read."""

    path: Path

    def read(self, pages: SignInPages) -> Tokens | None:
        """Return the tokens; None if there are none, or they are for other sign-in pages."""
        try:
            content = json.loads(self.path.read_text(encoding="utf-8"))
            tokens = Tokens(**content["tokens"])
        except FileNotFoundError:
            return None
        except OSError as error:
            raise CliError(f"{self.path} cannot be read: {error.strerror}.") from error
        except (ValueError, TypeError, KeyError):
            return None  # damaged: signing in again writes it anew
        return tokens if content.get("pages") == asdict(pages) else None

    def write(self, pages: SignInPages, tokens: Tokens) -> None:
        """Keep tokens. Raises CliError."""
        content = json.dumps({"pages": asdict(pages), "tokens": asdict(tokens)})
        try:
            replace_file(self.path, content, mode=0o600)
        except OSError as error:
            raise CliError(f"{self.path} cannot be written: {error.strerror}.") from error

    def forget(self) -> None:
        """Delete the file, if there is one."""
        self.path.unlink(missing_ok=True)


class SignedIn:
    """The authorisation of somebody who signed in with `rollcall login`."""

    def __init__(
        self, pages: SignInPages, kept: KeptSignIn, transport: Transport, *, now: Callable[[], float] = time.time
    ) -> None:
        self._pages = pages
        self._kept = kept
        self._transport = transport
        self._now = now
        self._tokens: Tokens | None = None

    def headers(self, method: str, url: str, body: bytes | None) -> Mapping[str, str]:
        """Return the access token, a new one if it has expired. Raises CliError if nobody is signed in."""
        del method, url, body
        self._tokens = self._tokens or self._kept.read(self._pages)
        if self._tokens is None:
            raise not_signed_in()
        if self._tokens.expires_at - _EARLY_S <= self._now():
            self.renew()
        return {"Authorization": f"Bearer {self._tokens.access}"}

    def renew(self) -> bool:
        """Get and keep a new access token. Raises CliError if the sign-in has ended."""
        if self._tokens is None:
            return False
        tokens = refreshed(self._pages, self._transport, self._tokens.refresh)
        if tokens is None:
            self._kept.forget()
            raise not_signed_in("Your sign-in has ended.")
        self._tokens = tokens
        self._kept.write(self._pages, tokens)
        return True


class Signed:
    """The authorisation of somebody with AWS credentials: each request is signed for API Gateway.

    credentials: gets them, once.
    """

    def __init__(self, credentials: Callable[[], Credentials], region: str) -> None:
        self._credentials = credentials
        self._region = region
        self._signer: Sigv4 | None = None

    def headers(self, method: str, url: str, body: bytes | None) -> Mapping[str, str]:
        """Return the signature's headers. Raises CliError if there are no credentials."""
        if self._signer is None:
            self._signer = Sigv4(self._credentials(), region=self._region, service="execute-api")
        parts = urlsplit(url)
        return self._signer.sign(
            {"host": parts.netloc},
            body or b"",
            timestamp=time.strftime("%Y%m%dT%H%M%SZ", time.gmtime()),
            method=method,
            path=quote(parts.path, safe="/~"),  # each part is encoded twice
            query="&".join(sorted(parts.query.split("&"))),
        )

    def renew(self) -> bool:
        """Return False: the same credentials would be refused again."""
        return False
