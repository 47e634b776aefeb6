"""Tests that each part which treats types of fields differently knows every type."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from unit.core.builders import a_field, a_form

from registration_core.adapters import field_views
from registration_core.domain import values
from registration_core.domain.fields import FieldType
from registration_core.domain.validation import example_submission
from registration_core.services import query
from rollcall_build.forms import fields
from rollcall_build.openapi_schemas import answers_schema
from rollcall_build.site import checks

if TYPE_CHECKING:
    from collections.abc import Collection

PARTS: dict[str, Collection[FieldType]] = {
    "domain/values.py: _READERS": values._READERS,
    "services/query.py: _SEARCHED": query._SEARCHED,
    "adapters/field_views.py: ATTRIBUTES": field_views.ATTRIBUTES,
    "rollcall_build/forms/fields.py: OWN": fields.OWN,
    "rollcall_build/site/checks.py: _CHECKS": checks._CHECKS,
}


@pytest.mark.parametrize("part", PARTS)
def test_each_part__knows_every_type(part: str) -> None:
    missing = set(FieldType) - set(PARTS[part])
    assert not missing, f"Add {', '.join(sorted(missing))} to {part}"


@pytest.mark.parametrize("kind", [kind for kind in FieldType if kind is not FieldType.FILE])
def test_each_type__has_an_example_and_a_schema(kind: FieldType) -> None:
    """See `domain/examples.py` and `rollcall_build/openapi_schemas.py`."""
    form = a_form(a_field("email", "email", required=True), a_field(kind, "it", required=True))
    assert example_submission(form)["it"]
    assert answers_schema(form)["properties"]["it"]["type"]


def test_files__are_no_answers() -> None:
    """They are sent after the answers, so no example and no schema has them."""
    form = a_form(a_field("email", "email", required=True), a_field("file", "it", required=True))
    assert example_submission(form).keys() == {"email"}
    assert answers_schema(form)["properties"].keys().isdisjoint({"it"})
