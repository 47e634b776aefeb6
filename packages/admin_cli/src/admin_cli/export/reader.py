"""Reads a range page by page into a spool's part, and waits while AWS throttles or the network is down."""

from __future__ import annotations

import errno
import random
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol

import msgspec

from admin_cli.aws import sessions
from admin_cli.aws.wire import plain_call
from admin_cli.errors import CliError
from admin_cli.export.rows import Page, read_page
from admin_cli.export.spool_part import PartWriter
from registration_core.adapters.dynamodb.call import RETRYABLE_CODES, AwsCallError, code_of
from registration_core.domain.submission import Status

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from admin_cli.aws.contexts import Context
    from admin_cli.export.ranges import Range
    from admin_cli.export.rows import Key, Row
    from admin_cli.export.spool_part import Mark
    from registration_core.adapters.dynamodb.wire import WireCall
    from registration_core.domain.selection import Selection

#: How long to retry a page: a throttled table recovers after a while, a lost network often does not.
THROTTLED_S, LOST_S = 600.0, 60.0

_LONGEST_PAUSE_S = 20.0
_CLOCKS_DIFFER = timedelta(hours=1)
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_OK = 200
_BEFORE_PARSE = "before-parse.dynamodb.Query"


def unwritable(error: OSError) -> CliError:
    """Return the error for a spool or an export that can't be written."""
    if error.errno in _FULL:
        return CliError("The disk is full. Free some space.")
    return CliError(f"The submissions read so far can't be stored: {error.strerror}.")


class NotNowError(Exception):
    """A page could not be read now, but a retry may succeed.

    reason: for people. lost: whether no answer came at all; otherwise AWS asked to slow down. final: what to raise when
    retries are over.
    """

    def __init__(self, reason: str, *, lost: bool, final: CliError) -> None:
        super().__init__(reason)
        self.reason = reason
        self.lost = lost
        self.final = final


class Pages(Protocol):
    """A source of pages of submissions."""

    def __call__(self, range_: Range, key: Key) -> Page:
        """Read a page of a range. key: where to continue. Raises NotNowError, CliError."""


class TablePages:
    """Pages of one table, through a boto3 client without its parser, which would take most of an export's time."""

    def __init__(self, context: Context, table: str, client: Any) -> None:  # noqa: ANN401 - boto3 has no types
        self._context = context
        self._table = table
        self._client = client
        self._bodies: list[bytes] = []

    def __call__(self, range_: Range, key: Key) -> Page:
        """Read a page."""
        from botocore import exceptions as sdk  # noqa: PLC0415 - loaded with the client

        self._bodies.clear()
        self._client.meta.events.register(_BEFORE_PARSE, self._take)
        try:
            with sessions.sentences(self._context):
                self._client.query(TableName=self._table, **range_.query(key))
            return read_page(self._bodies[-1])
        except msgspec.DecodeError as error:
            raise _cut_off(error) from error
        except CliError as final:
            cause = final.__cause__
            if isinstance(cause, sdk.ClientError):
                code = cause.response.get("Error", {}).get("Code", "")
                status = cause.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
                if code_of(code, status) in RETRYABLE_CODES:
                    raise NotNowError(code, lost=False, final=final) from cause
            elif isinstance(cause, _lost(sdk)):
                raise NotNowError("no answer", lost=True, final=final) from cause
            raise
        finally:
            self._client.meta.events.unregister(_BEFORE_PARSE, self._take)

    def _take(self, response_dict: dict[str, Any], **_: object) -> None:
        if response_dict["status_code"] == _OK:
            self._bodies.append(response_dict["body"])
            response_dict["body"] = b"{}"


class WirePages:
    """Pages of one table, without the SDK. It does not retry: the reader does, and says so."""

    def __init__(self, context: Context, table: str, wire: WireCall) -> None:
        self._context = context
        self._table = table
        self._wire = wire

    def __call__(self, range_: Range, key: Key) -> Page:
        """Read a page."""
        try:
            return read_page(self._wire.content("Query", {"TableName": self._table, **range_.query(key)}))
        except msgspec.DecodeError as error:
            raise _cut_off(error) from error
        except AwsCallError as error:
            final = sessions.called(error, "Query", self._context)
            if error.code == "ConnectionLost":
                raise NotNowError("no answer", lost=True, final=final) from error
            if error.retryable:
                reason = f"AWS is throttling, {error.code}" if sessions.is_throttled(error.code) else error.code
                raise NotNowError(reason, lost=False, final=final) from error
            raise final from error


def connect(context: Context, table: str, say: Callable[[str], None]) -> Pages:
    """Connect to a table's submissions. say: called when AWS throttles. Raises CliError."""
    wire = plain_call(context, "dynamodb")
    if wire is not None:
        return WirePages(context, table, wire)
    return TablePages(context, table, sessions.client(context, "dynamodb", sessions.session(context), say))


def _cut_off(error: msgspec.DecodeError) -> NotNowError:
    final = CliError(f"DynamoDB's answer could not be read: {error}.")
    return NotNowError("an answer was cut off", lost=True, final=final)


def _lost(sdk: Any) -> tuple[type[Exception], ...]:  # noqa: ANN401 - botocore has no types
    return (sdk.HTTPClientError, sdk.ConnectionError, sdk.ChecksumError, sdk.IncompleteReadError)


class Sieve:
    """Leaves out submissions that have expired, are erased or are not in the selection."""

    def __init__(self, selection: Selection, *, began: int) -> None:
        self._selection = selection
        self._began = began
        self._takes_all = not selection.sifting and selection.since is None and selection.until is None

    def __call__(self, row: Row) -> bool:
        """Whether a submission belongs in the export."""
        if row.expires_at <= self._began:
            return False
        if self._takes_all:
            return row.status != Status.ERASED
        return self._selection.admits(row.submission())

    def is_past(self, row: Row) -> bool:
        """Whether all submissions after this one are too old. They come newest first."""
        since = self._selection.since
        return since is not None and datetime.fromisoformat(row.submitted_at) < since - _CLOCKS_DIFFER


@dataclass(frozen=True, slots=True)
class Progressed:
    """The result of reading one page. newest_id, oldest_id: of all its submissions; empty if it had none."""

    mark: Mark
    size: int
    newest_id: str = ""
    oldest_id: str = ""


class Reader:
    """Reads pages into the parts of one spool.

    say: called before each pause. wait: pauses; returns False if there is no point in going on.
    """

    def __init__(
        self,
        pages: Pages,
        sieve: Sieve,
        *,
        say: Callable[[str], None],
        wait: Callable[[float], bool],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._pages = pages
        self._sieve = sieve
        self._say = say
        self._wait = wait
        self._monotonic = monotonic

    def read(self, path: Path, range_: Range, mark: Mark) -> Progressed:
        """Read the next page of a range into its part. Raises CliError, OSError."""
        page = self._page(range_, mark.key)
        rows = [row for row in page.rows if self._sieve(row)]
        key = None if page.rows and self._sieve.is_past(page.rows[-1]) else page.key
        after = mark.after(rows, read=len(page.rows), key=key)
        if after.ended and not after.read:  # an empty month leaves no file; resuming reads it again
            return Progressed(after, 0)
        try:
            with PartWriter(path) as part:
                size = part.append(rows, after)
        except OSError as error:
            raise unwritable(error) from error
        if not page.rows:
            return Progressed(after, size)
        return Progressed(after, size, page.rows[0].id, page.rows[-1].id)

    def _page(self, range_: Range, key: Key) -> Page:
        began, pause = self._monotonic(), 0.5
        while True:
            try:
                return self._pages(range_, key)
            except NotNowError as error:
                length = random.uniform(pause / 2, pause)  # noqa: S311 - so that processes don't come back together
                if self._monotonic() + length - began > (LOST_S if error.lost else THROTTLED_S):
                    raise error.final from error
                self._say(f"Could not read a page ({error.reason}). Trying again in {length:.1f} s ...")
                if not self._wait(length):
                    raise error.final from error
                pause = min(_LONGEST_PAUSE_S, pause * 2)
