"""The form that the editor's guide develops, on the deployed stack: one file, and people can register."""

from __future__ import annotations

import json
import urllib.request
import uuid
from typing import TYPE_CHECKING, Any

from registration_core.domain.validation import example_submission
from rollcall_build.forms.files import compile_forms

if TYPE_CHECKING:
    from conftest import DeployedStack


def test_third_form__accepts_a_submission_and_mails_a_link(stack: DeployedStack) -> None:
    form = compile_forms(stack.workspace.sources.forms)["workshop"]
    address = f"{uuid.uuid4().hex}@example.org"

    answer = send(f"{stack.api_url}/workshop", example_submission(form) | {"email": address})

    assert answer["id"].startswith("wsh_")
    assert answer["status"] == "pending"
    (mail,) = stack.wait_for_mails(to=address)
    assert "Soldering workshop" in mail.text
    assert f"{stack.api_url}/my?t=" in mail.text
    page = fetch(f"{stack.site_url}/workshop").decode()
    assert f'action="{stack.api_url}/workshop?lang=en"' in page
    described = json.loads(fetch(f"{stack.api_url}/forms/workshop"))
    (saturday, _) = next(field["options"] for field in described["fields"] if field["name"] == "day")
    assert saturday["seats"] == "plenty"


def send(url: str, answers: dict[str, Any]) -> dict[str, Any]:
    request = urllib.request.Request(  # noqa: S310 - the stack's own address
        url, data=json.dumps(answers).encode(), headers={"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
        taken: dict[str, Any] = json.load(answer)
    return taken


def fetch(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=30) as answer:  # noqa: S310 - the stack's own address
        content: bytes = answer.read()
    return content
