"""Exports through the staff API: pages of its list, as exports read them from the table."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING

from admin_cli.errors import CliError
from admin_cli.export.reader import NotNowError
from admin_cli.export.rows import Page, Row
from registration_core.domain.errors import StorageUnavailableError
from registration_core.domain.records import iso
from registration_core.domain.submission import Status

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

    from admin_cli.aws.contexts import Context
    from admin_cli.export.ranges import Range
    from admin_cli.export.reader import Pages
    from admin_cli.export.rows import Key
    from admin_cli.staff_api.stack import ApiStack
    from registration_core.domain.forms import Form
    from registration_core.services.ranks import Ranks

_PAGE = "250"
_ALL_STATUSES = ",".join(Status)


class ApiSource:
    """A stack's submissions through its API. One process reads them: the API answers no faster to several."""

    parallel = False

    def __init__(self, stack: ApiStack) -> None:
        self._stack = stack
        self.context: Context = stack.context
        self.place = stack.api.url

    def pages(self, say: Callable[[str], None]) -> Pages:
        """Connect to the submissions."""
        del say  # the API's own calls say why they wait
        return self._page

    def versions(self, form: str) -> Sequence[Form]:
        """Return all versions of a form."""
        return self._stack.versions_of(form)

    @cached_property
    def _ranks(self) -> Ranks:
        return self._stack.query().ranks()

    def rank(self, row: Row) -> int | None:
        """Read each queue once, if a submission in the export is in it."""
        return self._ranks.of(row)

    def estimate(self) -> int | None:
        """Return None: the API doesn't count."""
        return None

    def _page(self, range_: Range, key: Key) -> Page:
        """Read a page of a form's month. key: the cursor."""
        first = range_.month
        last = datetime(first.year + first.month // 12, first.month % 12 + 1, 1, tzinfo=UTC)
        try:
            page = self._stack.api.get(
                "submissions",
                form=range_.form,
                status=_ALL_STATUSES,
                since=iso(first),
                until=iso(last),
                limit=_PAGE,
                cursor=None if key is None else key["cursor"]["S"],
                whole="1",
            )
        except StorageUnavailableError as error:
            raise NotNowError(str(error).removesuffix("."), lost=True, final=CliError(str(error))) from error
        cursor = page["cursor"]
        return Page([_row(each) for each in page["submissions"]], None if cursor is None else {"cursor": {"S": cursor}})


def _row(data: Mapping[str, Any]) -> Row:
    return Row(
        id=data["id"],
        form=data["form"],
        form_version=data["form_version"],
        submitted_at=_stored(data["submitted_at"]),
        status=data["status"],
        reference=data["reference"].replace("-", ""),
        email=data["email"],
        language=data["language"],
        version=data["version"],
        expires_at=_seconds(data["expires_at"]) or 0,
        option=data["option"],
        position=data["position"],
        verify_by=_seconds(data["verify_by"]),
        verified_at=None if data["verified_at"] is None else _stored(data["verified_at"]),
        answers=data["answers"],
        spam_sign=data["spam_sign"],
        labels=" ".join(data["labels"]) or None,
        notes=[note["text"] for note in data["notes"]] or None,
        checked_in=data["checked_in"] or None,
        members=data["members"] or None,
    )


def _stored(text: str) -> str:
    """Return a time as the table stores it, so that sorting the texts sorts the times."""
    return datetime.fromisoformat(text).isoformat(timespec="milliseconds")


def _seconds(text: str | None) -> int | None:
    return None if text is None else int(datetime.fromisoformat(text).timestamp())
