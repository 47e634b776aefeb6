"""Stored forms: a stack's compiled forms, so that the command line works outside a clone."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from registration_core.adapters.dynamodb.items import plain_item
from registration_core.domain.forms import Form

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from registration_core.adapters.dynamodb.table import Key, Table
    from registration_core.domain.submission import Submission

#: The forms in force: one item, so that one read finds them all.
CURRENT = ("FORMS", "CURRENT")


class StoredForms:
    """The forms of one table."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def read(self) -> dict[str, Form]:
        """Return the current and retired forms by name; none if no forms were ever stored.

        Raises StorageUnavailableError.
        """
        item = self._table.get(CURRENT)
        compiled = {} if item is None else item["forms"]
        return {name: Form.from_dict(json.loads(text)) for name, text in sorted(compiled.items())}

    def version(self, name: str, version: str) -> Form | None:
        """Return a version of a form; None if it was never stored. Raises StorageUnavailableError."""
        item = self._table.get(_version_key(name, version))
        return None if item is None else Form.from_dict(json.loads(item["compiled"]))

    def form_of(self, submission: Submission, current: Mapping[str, Form]) -> Form | None:
        """Return the form version that a submission was sent with; None if it isn't stored.

        current: the forms in force, which are read already. Raises StorageUnavailableError.
        """
        now = current.get(submission.form)
        if now is not None and now.version == submission.form_version:
            return now
        return self.version(submission.form, submission.form_version)

    def versions(self, name: str) -> list[Form]:
        """Return all versions of a form, with the current one. Raises StorageUnavailableError."""
        versions = self._table.query("pk = :pk", pk=f"FORM#{name}")
        return [Form.from_dict(json.loads(item["compiled"])) for item in versions]

    def store(self, forms: Mapping[str, Form], *, forget: Iterable[str] = ()) -> tuple[str, ...]:
        """Make these the current forms, and return the names of new or changed ones.

        Other forms are retired: they stay stored, so that their submissions are still listed.
        forget: the names of retired forms without submissions. Each version is kept, for the
        submissions made with it. Counted options get quotas; an existing quota keeps its capacity,
        whatever the form says. Writes nothing if nothing changes. Raises StorageUnavailableError;
        storing again then continues where it stopped.
        """
        before = self.read()
        changed = _differing(before, forms)
        for name in changed:
            key = _version_key(name, forms[name].version)
            self._table.put(plain_item(key, compiled=_dump(forms[name])))
            self._make_quotas(forms[name])
        stored = {**_retired(before, forms, forget), **forms}
        if changed or stored != before:
            self._table.put(plain_item(CURRENT, forms={name: _dump(form) for name, form in stored.items()}))
        return changed

    def changed(self, forms: Mapping[str, Form]) -> tuple[str, ...]:
        """Return the names of the forms that `store` would write, without writing. Raises StorageUnavailableError."""
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
