"""The API's description: docs/openapi.json matches the code and is complete."""

from __future__ import annotations

import json
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest

from lambda_handlers.http_response import TITLES
from lambda_handlers.refusals import codes
from lambda_handlers.staff_api.problems import STATUS_AND_CODE
from lambda_handlers.staff_api.routes import ROUTES
from registration_core.domain.fields import FieldType
from registration_core.domain.validation import example_submission
from rollcall_build.forms.files import compile_forms
from rollcall_build.openapi import document, main
from rollcall_build.openapi_staff import BODIES

ROOT = Path(__file__).resolve().parents[3]
FORMS = compile_forms(ROOT / "example" / "forms")
DOCUMENT = document(FORMS)

JSON_TYPES = {"string": str, "integer": int, "number": (int, float), "boolean": bool, "array": list}


def references(value: Any) -> list[str]:
    """Return every `$ref`, wherever it is."""
    if isinstance(value, list):
        return [reference for item in value for reference in references(item)]
    if not isinstance(value, dict):
        return []
    references_here = [value["$ref"]] if "$ref" in value else []
    return references_here + [reference for item in value.values() for reference in references(item)]


def test_file__matches_the_code() -> None:
    written = json.loads((ROOT / "docs" / "openapi.json").read_text(encoding="utf-8"))
    assert written == DOCUMENT, "run make docs"


def test_main__writes_the_same_again(tmp_path: Path) -> None:
    assert main(["--root", str(ROOT), "--out", str(tmp_path / "api.json")]) == 0
    assert (tmp_path / "api.json").read_bytes() == (ROOT / "docs" / "openapi.json").read_bytes()


def test_main__names_a_broken_form_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "example" / "forms" / "broken").mkdir(parents=True)
    (tmp_path / "example" / "forms" / "broken" / "form.toml").write_text("title = 3")
    assert main(["--root", str(tmp_path), "--out", str(tmp_path / "api.json")]) == 1
    assert "broken/form.toml" in capsys.readouterr().err


def test_document__has_no_dangling_reference() -> None:
    for reference in references(DOCUMENT):
        target: Any = DOCUMENT
        for part in reference.removeprefix("#/").split("/"):
            target = target[part]


def test_document__has_each_forms_path_and_every_refusal() -> None:
    public = {path for path in DOCUMENT["paths"] if not path.startswith("/staff/")}
    assert public == {*(f"/{name}" for name in FORMS), "/forms/{form}", "/my", "/calendar.ics"}
    for name in FORMS:
        answers = DOCUMENT["paths"][f"/{name}"]["post"]["responses"]
        assert {int(status) for status in answers} == {200, 201, *codes()} - {405}


@pytest.mark.parametrize("name", sorted(FORMS))
def test_schema__has_each_field_and_accepts_the_example(name: str) -> None:
    form, schema = FORMS[name], DOCUMENT["components"]["schemas"][f"{name}-answers"]
    assert schema["required"] == [field.name for field in form.fields if field.required]
    example = example_submission(form)
    for field in form.fields:
        asked = schema["properties"][field.name]
        assert isinstance(example[field.name], JSON_TYPES[asked["type"]])
        if field.type is FieldType.CHOICE:
            assert asked["enum"] == [option.value for option in field.options]
    assert schema["additionalProperties"] is False
    assert form.spam.honeypot not in schema["properties"]


def test_document__has_each_route_of_the_staff_api() -> None:
    """With who may call it, every parameter, and an answer that isn't left open."""
    described = {
        (method.upper(), path.removeprefix("/staff/")): operation
        for path, operations in DOCUMENT["paths"].items()
        if path.startswith("/staff/")
        for method, operation in operations.items()
    }
    assert set(described) == {(route.method, route.path) for route in ROUTES}
    for route in ROUTES:
        operation = described[route.method, route.path]
        assert operation["security"] == [{"staff": []}]
        asked = {one["name"] for one in operation["parameters"] if one.get("in") == "query"}
        assert asked == set(route.parameters)
        assert {"200", "401", "403", "404", "503"} <= set(operation["responses"])
        assert ("requestBody" in operation) == ((route.method, route.path) in BODIES)


def test_staff_codes__are_all_described() -> None:
    """Each error of the function has its place in the description."""
    for status, code in STATUS_AND_CODE.values():
        if status != HTTPStatus.METHOD_NOT_ALLOWED:  # an unlisted method
            name = f"Staff{(TITLES.get(status) or HTTPStatus(status).phrase).replace(' ', '')}"
            content = DOCUMENT["components"]["responses"][name]["content"]
            assert code in content["application/problem+json"]["schema"]["properties"]["code"]["enum"]
