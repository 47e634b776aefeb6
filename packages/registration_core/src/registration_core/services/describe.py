"""Describe: a form for clients, with its fields and roughly how many seats are left."""

from __future__ import annotations

from datetime import UTC

from registration_core.domain.errors import FormClosedError
from registration_core.domain.fields import FieldType
from registration_core.domain.quota import QuotaState

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from typing import Any

    from registration_core.domain.fields import Field
    from registration_core.domain.forms import Form
    from registration_core.domain.ports import Clock, SubmissionRepository


class DescribeService:
    """Describes forms."""

    def __init__(self, *, repository: SubmissionRepository, clock: Clock) -> None:
        self._repository = repository
        self._clock = clock

    def describe(self, form: Form) -> dict[str, Any]:
        """Return values for JSON, without what isn't set.

        Texts stand there in every language; a date's limits as they are today; at a counted option
        `seats`, which tells roughly how many are left, as of the last sweep: a number, or a change
        at once, would show whether a request that was just sent took a seat. What only concerns the
        staff is not told. Raises StorageUnavailableError.
        """
        now = self._clock.now().astimezone(UTC)
        capacities = form.capacities()
        states = self._repository.quotas(form.name, tuple(capacities)) if capacities else {}
        data: dict[str, Any] = {
            "name": form.name,
            "version": form.version,
            "languages": list(form.languages),
            "title": dict(form.title.by_language),
        }
        if form.description is not None:
            data["description"] = dict(form.description.by_language)
        try:
            form.ensure_open(now)
        except FormClosedError:
            data["open"] = False
        else:
            data["open"] = True
        for key, moment in (("opens_at", form.opens_at), ("closes_at", form.closes_at)):
            if moment is not None:
                data[key] = moment.isoformat()
        if form.verification is not None:
            data["verify_within_hours"] = form.verification.within_hours
        data["retention_days"] = form.retention_days
        data |= {"sections": sections} if (sections := [one.to_dict() for one in form.sections]) else {}
        data["fields"] = [field_description(field, form.today(now)) for field in form.fields]
        for field in data["fields"]:
            if form.quota is not None and field["name"] == form.quota.field:
                for option in field["options"]:
                    _show_seats(option, form.name, states)
        return data


def in_brief(description: Mapping[str, Any]) -> dict[str, Any]:
    """Return the changing parts of a form's description, for the site's pages: seats and date limits."""
    fields = []
    for field in description["fields"]:
        seats = [{"value": one["value"], "seats": one["seats"]} for one in field.get("options", ()) if "seats" in one]
        if field["type"] == FieldType.DATE:
            fields.append({key: field[key] for key in ("name", "minimum", "maximum")})
        elif seats:
            fields.append({"name": field["name"], "options": seats})
    return {"name": description["name"], "version": description["version"], "fields": fields}


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
