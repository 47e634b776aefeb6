"""Calls of a stack's staff API: signed in, tried again while it is busy, and with its problems as errors."""

from __future__ import annotations

import json
from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import quote, urlencode

from admin_cli.staff_api.transport import NoAnswerError
from registration_core.adapters.clock import SystemClock
from registration_core.domain.errors import StorageUnavailableError
from registration_core.domain.ports import Clock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import datetime

    from admin_cli.staff_api.transport import Answer, Transport

PAUSES_S = (0.5, 1.5, 4.0)
"""How long to wait before each further attempt. The API does nothing twice."""
_BUSY = frozenset({429, 502, 503, 504})
_OK, _UNAUTHORIZED = 200, 401
_CLOCKS_DIFFER = timedelta(seconds=5)
_CLOCK_IS_OFF = timedelta(minutes=5)


class Authorisation(Protocol):
    """Proves to the API who calls."""

    def headers(self, method: str, url: str, body: bytes | None) -> Mapping[str, str]:
        """Return the headers to add to a request. Raises CliError if nobody is signed in."""

    def renew(self) -> bool:
        """Get a new proof after the API refused the last one; False if there is none. Raises CliError."""


class Api:
    """The staff API of one stack.

    url: the stack's API, without /staff/. say: shows a person why they wait. machine: this machine's clock.
    """

    def __init__(
        self,
        url: str,
        authorisation: Authorisation,
        transport: Transport,
        *,
        say: Callable[[str], None],
        sleep: Callable[[float], None],
        machine: Clock | None = None,
    ) -> None:
        self.url = url.rstrip("/")
        self._authorisation = authorisation
        self._transport = transport
        self._say = say
        self._sleep = sleep
        self.clock = ServersClock(machine or SystemClock(), say)

    def get(self, *path: str, **query: str | None) -> dict[str, Any]:
        """Look at something. query: without those that are None. Raises RollcallError, CliError."""
        return self._call("GET", path, query)

    def pages(self, *path: str, **query: str | None) -> Iterator[dict[str, Any]]:
        """Yield the pages of a list, each when it is needed."""
        cursor = query.pop("cursor", None)
        while True:
            page = self.get(*path, **query, cursor=cursor)
            yield page
            cursor = page["cursor"]
            if cursor is None:
                return

    def change(
        self,
        method: str,
        *path: str,
        body: Mapping[str, object] | None = None,
        version: int | None = None,
        key: str | None = None,
    ) -> dict[str, Any]:
        """Change something. version: which the submission must have. key: what makes a repeated request count once."""
        headers = {} if version is None else {"If-Match": f'"{version}"'}
        headers |= {} if key is None else {"Idempotency-Key": key}
        return self._call(method, path, {"whole": "1"}, body, headers)

    def _call(
        self,
        method: str,
        path: Sequence[str],
        query: Mapping[str, str | None],
        body: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:
        asked = {name: value for name, value in query.items() if value is not None}
        url = "/".join([self.url, "staff", *(quote(part, safe="") for part in path)])
        url += f"?{urlencode(asked, quote_via=quote, safe='')}" if asked else ""
        content = None if body is None else json.dumps(body).encode()
        sent = {"Accept": "application/json", "User-Agent": "rollcall", **(headers or {})}
        sent |= {} if content is None else {"Content-Type": "application/json"}
        answer = self._send(method, url, sent, content)
        if answer.status == _UNAUTHORIZED and self._authorisation.renew():
            answer = self._send(method, url, sent, content)
        if answer.status != _OK:
            from admin_cli.staff_api.problems import error_of  # noqa: PLC0415 - loads all routes, for a refusal only

            raise error_of(answer, path)
        try:
            read: dict[str, Any] = json.loads(answer.body)
        except ValueError as error:
            raise _unavailable("its answer is not JSON") from error
        return read

    def _send(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> Answer:
        """Send a request, again and again while the API is busy. Raises StorageUnavailableError."""
        for pause_s in (*PAUSES_S, None):
            answer, reason = None, ""
            try:
                answer = self._transport(
                    method, url, {**headers, **self._authorisation.headers(method, url, body)}, body
                )
                self.clock.compare(answer.headers.get("date"))
            except NoAnswerError as error:
                reason = str(error)
            if answer is not None and (answer.status not in _BUSY or pause_s is None):
                return answer
            if pause_s is None:
                raise _unavailable(reason)
            self._say(
                f"The staff API doesn't answer ({reason or f'HTTP status {answer.status if answer else 0}'}). "
                f"Trying again in {pause_s} s ..."
            )
            self._sleep(pause_s)
        raise AssertionError  # pragma: no cover - the last attempt returned or raised


def _unavailable(reason: str) -> StorageUnavailableError:
    return StorageUnavailableError(f"The staff API doesn't answer ({reason}).")


class ServersClock(Clock):
    """The API's time, so that a machine whose clock is wrong shows and decides nothing wrong."""

    def __init__(self, machine: Clock, say: Callable[[str], None]) -> None:
        self._machine = machine
        self._say = say
        self._ahead = timedelta()
        self._said = False

    def now(self) -> datetime:
        """Return the time."""
        return self._machine.now() + self._ahead

    def compare(self, date: str | None) -> None:
        """Note how far an answer's Date is from this machine's time, and say so once if it is much."""
        if date is None:
            return
        try:
            ahead = parsedate_to_datetime(date) - self._machine.now()
        except (ValueError, TypeError, OverflowError):
            return
        self._ahead = ahead if abs(ahead) > _CLOCKS_DIFFER else timedelta()
        if abs(ahead) > _CLOCK_IS_OFF and not self._said:
            self._said = True
            minutes = round(abs(ahead).total_seconds() / 60)
            self._say(f"This machine's clock is {minutes:,} minutes {'behind' if ahead > timedelta() else 'ahead'}.")
