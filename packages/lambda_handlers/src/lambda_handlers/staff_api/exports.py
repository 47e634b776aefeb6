"""Exports: a selection as a CSV or Excel file, behind a link."""

from __future__ import annotations

import shlex
from datetime import timedelta
from itertools import islice

from lambda_handlers.http_response import json_response
from lambda_handlers.staff_api.call import InvalidParameterError, Route
from lambda_handlers.staff_api.submissions import FILTERS, matching
from registration_core.domain.errors import RollcallError
from registration_core.domain.filters import the_form
from registration_core.domain.records import iso

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from lambda_handlers.staff_api.call import Call

MOST_ROWS = 5_000
MEDIA_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
LINK_LASTS_S = 300


class TooManyRowsError(RollcallError):
    """The selection is too large for a request. The message has the command that exports it."""

    code = "use_the_command_line"

    def __init__(self, command: str) -> None:
        super().__init__(f"These are more than {MOST_ROWS:,} submissions. Export them on the command line: {command}")


def export_submissions(call: Call) -> dict[str, Any]:
    """Answer with a link to the file, which holds what `rollcall export` writes for the same filters."""
    format_, name = call.parameter("format"), call.parameter("form")
    if format_ not in MEDIA_TYPES:
        raise InvalidParameterError("format must be csv or xlsx.")
    if name is None:
        raise InvalidParameterError("Choose a form, such as form=registration: each has its own columns.")
    form = the_form(call.services.forms, name)
    submissions = list(islice((one for one in matching(call) if one.form == name), MOST_ROWS + 1))
    if len(submissions) > MOST_ROWS:
        raise TooManyRowsError(_command(call, f"{name}.{format_}"))
    filename = f"{name}-{form.today(call.now)}.{format_}"
    from lambda_handlers.staff_api.sheets import write_sheet  # noqa: PLC0415 - other calls do without

    versions = [form, *(version for version in call.services.versions_of(name) if version != form)]
    content = write_sheet(submissions, versions, call.language_of(form), format_)
    link = call.services.exported_files().keep(
        content, filename=filename, media_type=MEDIA_TYPES[format_], link_lasts_s=LINK_LASTS_S
    )
    expires_at = iso((call.now + timedelta(seconds=LINK_LASTS_S)).replace(microsecond=0))
    content_of = {"url": link, "expires_at": expires_at, "rows": len(submissions), "filename": filename}
    return json_response(200, content_of)


def _command(call: Call, file: str) -> str:
    filters = [f"--{name} {shlex.quote(value)}" for name in FILTERS if (value := call.parameter(name)) is not None]
    return " ".join(["rollcall export", shlex.quote(file), *filters])


ROUTES = (Route("GET", "exports", export_submissions, ("format", *FILTERS, "q")),)
