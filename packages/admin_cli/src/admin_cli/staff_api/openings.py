"""Openings through the staff API."""

from __future__ import annotations

from typing import TYPE_CHECKING

from admin_cli.staff_api.reads import repository
from registration_core.domain.opening_records import read_opening, read_override
from registration_core.domain.openings import WHOLE_FORM
from registration_core.domain.records import iso
from registration_core.services.openings import OpeningsService

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from admin_cli.staff_api.api import Api
    from admin_cli.staff_api.reads import ApiReads
    from registration_core.domain.forms import Form
    from registration_core.domain.openings import Opening, Override


class ApiOpenings(OpeningsService):
    """Shows and changes what is open through the API. `by` is whoever is signed in."""

    def __init__(self, api: Api, reads: ApiReads) -> None:
        super().__init__(repository=repository(reads), clock=api.clock)
        self._api = api

    def openings(self, form: Form) -> Mapping[str, Opening]:
        """Return whether the form and each of its options is open."""
        return dict(map(read_opening, self._api.get("forms", form.name, "openings")["openings"]))

    def history(self, form: Form) -> Sequence[tuple[str, Override]]:
        """Return who opened and closed what, newest first."""
        lines = self._api.get("forms", form.name, "openings")["history"]
        return [(line["option"] or WHOLE_FORM, read_override(line)) for line in lines]

    def override(self, form: Form, option: str, *, opens: bool, until: datetime | None, by: str) -> Opening:
        """Open or close an option, or the form."""
        del by
        body: dict[str, object] = {"open": opens}
        body |= {} if option == WHOLE_FORM else {"option": option}
        body |= {} if until is None else {"until": iso(until)}
        return read_opening(self._api.change("POST", "forms", form.name, "openings", body=body))[1]
