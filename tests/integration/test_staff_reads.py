"""What a reader sees through the deployed staff API, over HTTP: with the gateway, and with the function's rights."""

from __future__ import annotations

import urllib.request
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest
from integration.api_requests import ask, example, send
from sign_in import staff_token

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import DeployedStack

pytestmark = pytest.mark.needs("sign-in pages")


@pytest.fixture(scope="module")
def get(deployed: DeployedStack) -> Callable[..., Any]:
    """How a reader asks for a path of the staff API: its answer's JSON."""
    token = staff_token(deployed, group="readers")

    def asked(path: str, **query: str) -> Any:
        url = f"{deployed.api_url}/staff/{path}?{urlencode(query)}"
        answer = ask(url, None, method="GET", headers={"Authorization": f"Bearer {token}"})
        assert answer.status == 200, answer.body
        assert answer.headers["Cache-Control"] == "no-store"
        return answer.json

    return asked


@pytest.fixture(scope="module")
def entry(deployed: DeployedStack) -> dict[str, Any]:
    """A registration, with its answers."""
    answers = example("registration")
    return answers | send(deployed, "registration", answers).json


def test_reader__finds_an_entry_in_each_way(get: Callable[..., Any], entry: dict[str, Any]) -> None:
    by_id, by_reference = (get(f"submissions/{entry[name]}") for name in ("id", "reference"))

    assert by_id | {"mails": []} == by_reference | {"mails": []}  # the mails may be on their way
    for query in (entry["email"], entry["reference"]):
        assert entry["id"] in {one["id"] for one in get("submissions", q=query)["submissions"]}
    recent = get("submissions", form="registration", since="1d", limit="200")["submissions"]
    assert entry["id"] in {one["id"] for one in recent}


def test_reader__sees_courses_forms_and_the_list_for_the_door(get: Callable[..., Any], entry: dict[str, Any]) -> None:
    course = get(f"submissions/{entry['id']}")["option"]

    assert {one["name"] for one in get("forms")["forms"]} >= {"registration", "contact"}
    assert get("forms/registration/versions")["versions"]
    assert get("overview")["today"]["submitted"] >= 1
    assert course in {one["option"] for one in get("quotas", form="registration")["quotas"]}
    assert get("attendance", form="registration", option=course)["option"] == course


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_export__is_a_link_for_five_minutes(get: Callable[..., Any], entry: dict[str, Any], kind: str) -> None:
    made = get("exports", format=kind, form="registration", since="1d")

    with urllib.request.urlopen(made["url"], timeout=30) as answer:  # noqa: S310 - the emulator's own address
        content = answer.read()
        assert made["filename"] in answer.headers["Content-Disposition"]
    if kind == "csv":
        assert entry["email"] in content.decode()
    else:
        assert content.startswith(b"PK")
