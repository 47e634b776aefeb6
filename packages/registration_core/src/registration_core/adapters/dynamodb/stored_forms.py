"""The compiled forms as a stack keeps them, so that the command line works outside a clone."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from registration_core.adapters.dynamodb.items import plain_item
from registration_core.domain.forms import Form

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from registration_core.adapters.dynamodb.table import Key, Table

#: The forms in force: one item, so that one read finds them all.
CURRENT = ("FORMS", "CURRENT")


class StoredForms:
    """The forms of one table."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def read(self) -> dict[str, Form]:
        """Return the forms in force, and the retired ones, by name; none when no forms were ever stored.

        Raises StorageUnavailableError.
        """
        item = self._table.get(CURRENT)
        compiled = {} if item is None else item["forms"]
        return {name: Form.from_dict(json.loads(text)) for name, text in sorted(compiled.items())}

    def version(self, name: str, version: str) -> Form | None:
        """Return a form as it was in that version; None when that was never stored. Raises StorageUnavailableError."""
        item = self._table.get(_version_key(name, version))
        return None if item is None else Form.from_dict(json.loads(item["compiled"]))

    def versions(self, name: str) -> list[Form]:
        """Return a form as it ever was, also as it is. Raises StorageUnavailableError."""
        versions = self._table.query("pk = :pk", pk=f"FORM#{name}")
        return [Form.from_dict(json.loads(item["compiled"])) for item in versions]

    def store(self, forms: Mapping[str, Form], *, forget: Iterable[str] = ()) -> tuple[str, ...]:
        """Bring these forms into force, and only these; return the names of those that are new or changed.

        Those that were in force before are retired: they stay here, so that their submissions are
        still listed. forget: the names of retired ones that have no submission left. Each version
        is kept, for the submissions made with it. Options that are counted get their quotas; one
        that is there keeps its capacity, whatever the form says. Nothing is written when all are in
        force already. Raises StorageUnavailableError; storing again then goes on where it stopped.
        """
        before = self.read()
        changed = _differing(before, forms)
        for name in changed:
            key = _version_key(name, forms[name].version)
            self._table.put(plain_item(key, compiled=_dump(forms[name])))
            self._make_quotas(forms[name])
        kept = {**_retired(before, forms, forget), **forms}
        if changed or kept != before:
            self._table.put(plain_item(CURRENT, forms={name: _dump(form) for name, form in kept.items()}))
        return changed

    def changed(self, forms: Mapping[str, Form]) -> tuple[str, ...]:
        """Return the names of those that `store` would write, and write nothing. Raises StorageUnavailableError."""
        return _differing(self.read(), forms)

    def _make_quotas(self, form: Form) -> None:
        capacities = form.capacities()
        from registration_core.adapters.dynamodb.seats import Seats  # noqa: PLC0415 - only publishing counts seats

        Seats(self._table).make_missing(form.name, capacities)


def _version_key(name: str, version: str) -> Key:
    return f"FORM#{name}", f"V#{version}"


def _differing(before: Mapping[str, Form], forms: Mapping[str, Form]) -> tuple[str, ...]:
    return tuple(name for name, form in sorted(forms.items()) if before.get(name) != form)


def _retired(before: Mapping[str, Form], forms: Mapping[str, Form], forget: Iterable[str]) -> dict[str, Form]:
    gone = before.keys() - forms.keys() - set(forget)
    return {name: replace(before[name], retired=True) for name in gone}


def _dump(form: Form) -> str:
    return json.dumps(form.to_dict(), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
