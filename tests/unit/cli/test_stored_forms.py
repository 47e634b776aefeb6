"""The forms that a stack stores."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from registration_core.adapters.dynamodb.call import AwsCallError
from registration_core.adapters.dynamodb.stored_forms import StoredForms
from registration_core.adapters.dynamodb.table import Table
from registration_core.domain.errors import StorageUnavailableError
from rollcall_build.forms.files import compile_forms

if TYPE_CHECKING:
    from collections.abc import Mapping

FORMS = compile_forms(Path(__file__).resolve().parents[3] / "example" / "forms")


class Items:
    """GetItem and PutItem in memory, with writes counted."""

    def __init__(self) -> None:
        self.items: dict[tuple[str, str], Mapping[str, Any]] = {}
        self.writes = 0

    def __call__(self, operation: str, params: Mapping[str, Any]) -> dict[str, Any]:
        if operation == "BatchGetItem":
            keys = [(key["pk"]["S"], key["sk"]["S"]) for key in params["RequestItems"]["rollcall-local"]["Keys"]]
            return {"Responses": {"rollcall-local": [self.items[key] for key in keys if key in self.items]}}
        assert params["TableName"] == "rollcall-local"
        item = params["Key"] if operation == "GetItem" else params["Item"]
        key = (item["pk"]["S"], item["sk"]["S"])
        if operation == "GetItem":
            return {"Item": self.items[key]} if key in self.items else {}
        assert operation == "PutItem"
        assert "ConditionExpression" not in params or key not in self.items
        self.items[key] = params["Item"]
        self.writes += 1
        return {}


def test_read__of_a_new_table_is_empty() -> None:
    """A stack without forms has none."""
    assert StoredForms(Table(Items(), "rollcall-local")).read() == {}


def test_store__can_be_read_again() -> None:
    """What was stored comes back unchanged, whoever reads it."""
    table = Items()

    assert StoredForms(Table(table, "rollcall-local")).store(FORMS) == ("contact", "registration")
    assert StoredForms(Table(table, "rollcall-local")).read() == FORMS


def test_store__repeated__writes_nothing() -> None:
    """Publishing the same forms costs one read."""
    table = Items()
    StoredForms(Table(table, "rollcall-local")).store(FORMS)
    before = table.writes

    assert StoredForms(Table(table, "rollcall-local")).store(FORMS) == ()
    assert table.writes == before


def test_store__keeps_earlier_versions() -> None:
    """Entries of an older version still find their form."""
    table = Items()
    forms = StoredForms(Table(table, "rollcall-local"))
    forms.store(FORMS)

    newer = FORMS | {"contact": replace(FORMS["contact"], version="ffffffffffff")}
    assert forms.changed(newer) == ("contact",)
    assert forms.store(newer) == ("contact",)

    assert forms.read()["contact"].version == "ffffffffffff"
    assert {sk for pk, sk in table.items if pk == "FORM#contact"} == {f"V#{FORMS['contact'].version}", "V#ffffffffffff"}


def test_store__retires_a_removed_form() -> None:
    """It stays while it has submissions, so that these are still listed; else it is deleted."""
    forms = StoredForms(Table(Items(), "rollcall-local"))
    forms.store(FORMS)
    forms.store({"contact": FORMS["contact"]})

    stored = forms.read()
    assert {name: form.retired for name, form in stored.items()} == {"contact": False, "registration": True}
    assert replace(stored["registration"], retired=False) == FORMS["registration"]

    forms.store({"contact": FORMS["contact"]}, forget=["registration"])
    assert set(forms.read()) == {"contact"}


def test_store__restores_a_retired_form() -> None:
    forms = StoredForms(Table(Items(), "rollcall-local"))
    forms.store(FORMS)
    forms.store({"contact": FORMS["contact"]})
    assert forms.store(FORMS) == ("registration",)
    assert forms.read() == FORMS


def test_read__reports_an_unusable_table() -> None:
    """DynamoDB's refusal is translated."""

    def refuse(_operation: str, _params: Mapping[str, Any]) -> dict[str, Any]:
        raise AwsCallError("ConnectionLost", "nobody there")

    with pytest.raises(StorageUnavailableError, match="rollcall-local"):
        StoredForms(Table(refuse, "rollcall-local")).read()


def test_store__creates_missing_quotas() -> None:
    """The form sets the first capacity; after that, the table's own counts."""
    table = Items()
    form = FORMS["registration"]
    (option, capacity), *_ = form.capacities().items()
    StoredForms(Table(table, "rollcall-local")).store(FORMS)
    quota = table.items[f"QUOTA#registration#{option}", "QUOTA"]
    assert quota["capacity"] == {"N": str(capacity)}

    table.items[f"QUOTA#registration#{option}", "QUOTA"] = {**quota, "capacity": {"N": "3"}}
    StoredForms(Table(table, "rollcall-local")).store({**FORMS, "registration": replace(form, version="other")})
    assert table.items[f"QUOTA#registration#{option}", "QUOTA"]["capacity"] == {"N": "3"}


def test_version__is_the_form_as_it_was() -> None:
    """Even if another is in force; None for one that was never stored."""
    table = Items()
    stored = StoredForms(Table(table, "rollcall-local"))
    before = FORMS["contact"]
    stored.store(FORMS)
    stored.store(FORMS | {"contact": replace(before, version="f" * 12, retention_days=1)})

    assert stored.version("contact", before.version) == before
    assert stored.version("contact", "f" * 12) == stored.read()["contact"]
    assert stored.version("contact", "0" * 12) is None
