"""Describe: a form for clients, with its fields and roughly how many seats are left."""

from __future__ import annotations

from datetime import UTC

from registration_core.domain.errors import FormClosedError, StorageUnavailableError
from registration_core.domain.fields import FieldType
from registration_core.domain.openings import closed_options, ensure_open, form_opening
from registration_core.domain.quota import QuotaState
from registration_core.domain.sentences import closed_in_words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime
    from typing import Any

    from registration_core.domain.fields import Field
    from registration_core.domain.forms import Form
    from registration_core.domain.openings import Overrides
    from registration_core.domain.ports import Clock, SubmissionRepository


CLOSED = "closed"
"""What the pages' own description says instead of the seats of an option that is closed."""


class DescribeService:
    """Describes forms."""

    def __init__(self, *, repository: SubmissionRepository, clock: Clock) -> None:
        self._repository = repository
        self._clock = clock

    def describe(self, form: Form) -> dict[str, Any]:
        """Return values for JSON, without what isn't set.

        Texts stand there in every language; a date's limits as they are today; at a counted option
        `seats`, which tells roughly how many are left, as of the last sweep: a number, or a change
        at once, would show whether a request that was just sent took a seat. At an option that is
        closed now, `open` is false. What only concerns the staff is not told. Raises
        StorageUnavailableError.
        """
        return _description(form, *self._stored(form), self._clock.now().astimezone(UTC))

    def brief(self, form: Form, language: str) -> dict[str, Any]:
        """Return what changes in a form's description, for the site's pages: seats and date limits.

        `seats` is `closed` for an option that is closed, and for all if the form is. Then `closed`
        says so in words. language: for them, as in `Form.language_for`. Raises StorageUnavailableError.
        """
        now = self._clock.now().astimezone(UTC)
        states, overrides = self._stored(form)
        description = _description(form, states, overrides, now)
        data = {"name": form.name, "version": form.version, "fields": _brief_fields(description)}
        try:
            ensure_open(form, overrides, now)
        except FormClosedError as error:
            data["closed"] = closed_in_words(error, form.language_for(language), form.words)
        return data

    def closed_options(self, form: Form) -> frozenset[str]:
        """Return the options that are closed now; by the form file if the table can't be read."""
        if form.chosen_field is None:
            return frozenset()
        try:
            overrides = self._repository.overrides(form.name)
        except StorageUnavailableError:
            overrides = {}
        return closed_options(form, overrides, self._clock.now())

    def _stored(self, form: Form) -> tuple[Mapping[str, QuotaState], Overrides]:
        """Return the form's quotas and overrides."""
        if form.chosen_field is None:
            return {}, self._repository.overrides(form.name)
        return self._repository.seats_and_overrides(form.name, tuple(form.capacities()))


def _description(form: Form, states: Mapping[str, QuotaState], overrides: Overrides, now: datetime) -> dict[str, Any]:
    data: dict[str, Any] = {
        "name": form.name,
        "version": form.version,
        "languages": list(form.languages),
        "title": dict(form.title.by_language),
    }
    if form.description is not None:
        data["description"] = dict(form.description.by_language)
    data["open"] = form_opening(form, overrides, now).open
    for key, moment in (("opens_at", form.opens_at), ("closes_at", form.closes_at)):
        if moment is not None:
            data[key] = moment.isoformat()
    if form.verification is not None:
        data["verify_within_hours"] = form.verification.within_hours
    data["retention_days"] = form.retention_days
    data |= {"sections": sections} if (sections := [one.to_dict() for one in form.sections]) else {}
    data["fields"] = [field_description(field, form.today(now)) for field in form.fields]
    closed = closed_options(form, overrides, now)
    for field in data["fields"]:
        if form.chosen_field is not None and field["name"] == form.chosen_field.name:
            for option in field["options"]:
                _show_seats(option, form.name, states)
                if option["value"] in closed:
                    option["open"] = False
                    option.pop("seats", None)
    return data


def _brief_fields(description: Mapping[str, Any]) -> list[dict[str, Any]]:
    fields = []
    for field in description["fields"]:
        if field["type"] == FieldType.DATE:
            fields.append({key: field[key] for key in ("name", "minimum", "maximum")})
        elif options := _brief_options(field, is_open=description["open"]):
            fields.append({"name": field["name"], "options": options})
    return fields


def _brief_options(field: Mapping[str, Any], *, is_open: bool) -> list[dict[str, str]]:
    options = field.get("options", ())
    changing = not is_open and any(
        {"seats", "starts_at", "opens_at", "closes_at"} & option.keys() for option in options
    )
    seats = {
        option["value"]: CLOSED if changing or not option.get("open", True) else option.get("seats")
        for option in options
    }
    return [{"value": value, "seats": shown} for value, shown in seats.items() if shown is not None]


def field_description(field: Field, today: date) -> dict[str, Any]:
    """Return a field for clients: without what isn't set, and a date's limits as they are today."""
    data = field.to_dict()
    data.pop("example", None)
    data.pop("keep_for_next", None)
    for key in ("draft", "missing"):  # a matter of the site's own page
        data.pop(key, None)
    data["required"] = field.required
    if field.type is FieldType.DATE:
        data["minimum"], data["maximum"] = field.earliest(today).isoformat(), field.latest(today).isoformat()
    return data


def _show_seats(option: dict[str, Any], form: str, states: Mapping[str, QuotaState]) -> None:
    """Return the option's public seats; before the first sweep, from the form file's capacity."""
    capacity = option.pop("capacity", None)
    if capacity is None:
        return
    state = states.get(option["value"])
    shown = state.shown if state is not None else None
    option["seats"] = shown or QuotaState(form, option["value"], capacity).public_seats
