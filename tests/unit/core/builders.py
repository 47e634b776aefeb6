"""Builders of fields, forms and submissions for tests."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from registration_core.domain.fields import Field, FieldType, Option, Text
from registration_core.domain.forms import Form
from registration_core.domain.submission import Status, Submission

TODAY = date(2027, 3, 1)
NOW = datetime(2027, 3, 1, 9, 30, tzinfo=UTC)


def words(english: str) -> Text:
    return Text({"en": english, "sv": f"{english} (sv)"})


def a_field(kind: str, name: str = "it", **settings: Any) -> Field:
    if kind in ("choice", "choices"):
        settings.setdefault("options", tuple(Option(value, words(value.upper())) for value in ("a", "b", "c")))
    return Field(name=name, type=FieldType(kind), label=words(name.capitalize()), **settings)


def a_form(*fields: Field, **settings: Any) -> Form:
    values: dict[str, Any] = {
        "name": "course",
        "version": "0123456789ab",
        "id_prefix": "crs",
        "languages": ("en", "sv"),
        "title": words("Course"),
        "description": None,
        "fields": fields or (a_field("text", "name", required=True), a_field("email", "email", required=True)),
        "email_field": "email",
        "name_field": "name",
        "retention_days": 30,
        "staff": ("staff@example.org",),
    }
    return Form(**(values | settings))


def an_entry(form: Form, answers: dict[str, Any], **changes: Any) -> Submission:
    values: dict[str, Any] = {
        "id": "crs_01JD2M8V4Q7ZJ3T9X0K5W6RYBC",
        "form": form.name,
        "form_version": form.version,
        "submitted_at": NOW,
        "answers": answers,
        "status": Status.CONFIRMED,
        "reference": "K7QM3XTP",
        "email": "robin@example.org",
        "language": "en",
        "version": 1,
        "expires_at": NOW + timedelta(days=30),
    }
    return Submission(**(values | changes))
