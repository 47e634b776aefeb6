"""The compiled forms as a stack keeps them, so that the command line works outside a clone."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from registration_core.adapters.dynamodb.call import AwsCallError
from registration_core.adapters.dynamodb.failures import translated
from registration_core.domain.forms import Form

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from registration_core.adapters.dynamodb.call import Call

#: The forms in force: one item, so that one read finds them all.
CURRENT = {"pk": {"S": "FORMS"}, "sk": {"S": "CURRENT"}}


class StoredForms:
    """The forms of one table."""

    def __init__(self, call: Call, table_name: str) -> None:
        self._call = call
        self._table_name = table_name

    def read(self) -> dict[str, Form]:
        """Return the forms in force, and the retired ones, by name; none when no forms were ever stored.

        Raises StorageUnavailableError.
        """
        item = self._ask("GetItem", Key=CURRENT, ConsistentRead=True).get("Item", {})
        compiled = item.get("forms", {}).get("M", {})
        return {name: Form.from_dict(json.loads(text["S"])) for name, text in sorted(compiled.items())}

    def version(self, name: str, version: str) -> Form | None:
        """Return a form as it was in that version; None when that was never stored. Raises StorageUnavailableError."""
        item = self._ask("GetItem", Key=_version_key(name, version)).get("Item")
        return None if item is None else Form.from_dict(json.loads(item["compiled"]["S"]))

    def versions(self, name: str) -> list[Form]:
        """Return a form as it ever was, also as it is. Raises StorageUnavailableError."""
        parameters: dict[str, Any] = {
            "KeyConditionExpression": "pk = :pk",
            "ExpressionAttributeValues": {":pk": {"S": f"FORM#{name}"}},
        }
        found: list[Form] = []
        while True:
            answer = self._ask("Query", **parameters)
            found += [Form.from_dict(json.loads(item["compiled"]["S"])) for item in answer.get("Items", ())]
            if not answer.get("LastEvaluatedKey"):
                return found
            parameters["ExclusiveStartKey"] = answer["LastEvaluatedKey"]

    def store(self, forms: Mapping[str, Form], *, forget: Iterable[str] = ()) -> tuple[str, ...]:
        """Bring these forms into force, and only these; return the names of those that are new or changed.

        Those that were in force before are retired: they stay here, so that their entries are still listed. forget:
        the names of retired ones that have no entry left. Each version is kept, for the entries made with it. Options
        that are counted get their quotas; one that is there keeps its capacity, whatever the form says. Nothing is
        written when all are in force already. Raises StorageUnavailableError; storing again then goes on where it
        stopped.
        """
        before = self.read()
        changed = _differing(before, forms)
        for name in changed:
            key = _version_key(name, forms[name].version)
            self._ask("PutItem", Item=key | {"compiled": {"S": _dump(forms[name])}})
            self._make_quotas(forms[name])
        kept = {**_retired(before, forms, forget), **forms}
        if changed or kept != before:
            compiled = {name: {"S": _dump(form)} for name, form in kept.items()}
            self._ask("PutItem", Item=CURRENT | {"forms": {"M": compiled}})
        return changed

    def changed(self, forms: Mapping[str, Form]) -> tuple[str, ...]:
        """Return the names of those that `store` would write, and write nothing. Raises StorageUnavailableError."""
        return _differing(self.read(), forms)

    def _make_quotas(self, form: Form) -> None:
        capacities = form.capacities()
        from registration_core.adapters.dynamodb.seats import Seats  # noqa: PLC0415 - only publishing counts seats

        seats = Seats(self._call, self._table_name)
        there = seats.states(form.name, list(capacities))
        for option in capacities.keys() - there.keys():
            seats.make(form.name, option, capacities[option])

    def _ask(self, operation: str, **parameters: Any) -> dict[str, Any]:  # noqa: ANN401 - DynamoDB's own shapes
        try:
            return self._call(operation, {"TableName": self._table_name, **parameters})
        except AwsCallError as error:
            raise translated(error, self._table_name) from error


def _version_key(name: str, version: str) -> dict[str, dict[str, str]]:
    return {"pk": {"S": f"FORM#{name}"}, "sk": {"S": f"V#{version}"}}


def _differing(before: Mapping[str, Form], forms: Mapping[str, Form]) -> tuple[str, ...]:
    return tuple(name for name, form in sorted(forms.items()) if before.get(name) != form)


def _retired(before: Mapping[str, Form], forms: Mapping[str, Form], forget: Iterable[str]) -> dict[str, Form]:
    gone = before.keys() - forms.keys() - set(forget)
    return {name: replace(before[name], retired=True) for name in gone}


def _dump(form: Form) -> str:
    return json.dumps(form.to_dict(), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
