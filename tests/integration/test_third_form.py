"""A third form on its own stack: after its file, its name in a list and `rollcall local up`, people can register."""

from __future__ import annotations

import json
import urllib.request
import uuid
from typing import TYPE_CHECKING, Any

import pytest
from conftest import brought_up
from workshop import sources_with_workshop

from registration_core.domain.validation import example_submission
from rollcall_build.forms.files import compile_forms
from rollcall_local.paths import Workspace
from rollcall_local.process import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conftest import DeployedStack


@pytest.fixture
def their_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeployedStack]:
    """The stack of an organisation that added a workshop."""
    folder = tmp_path_factory.mktemp("third")
    workspace = Workspace(
        root=sources_with_workshop(folder / "clone").root,
        state=folder / "state",
        edge_port=free_port(),
        site_port=free_port(),
        mailbox_port=free_port(),
    )
    with brought_up(workspace) as made:
        yield made


def test_third_form__accepts_a_submission_and_mails_a_link(their_stack: DeployedStack) -> None:
    form = compile_forms(their_stack.workspace.sources.forms)["workshop"]
    address = f"{uuid.uuid4().hex}@example.org"

    answer = send(f"{their_stack.api_url}/workshop", example_submission(form) | {"email": address})

    assert answer["id"].startswith("wsh_")
    assert answer["status"] == "pending"
    (mail,) = their_stack.wait_for_mails(to=address)
    assert "Soldering workshop" in mail.text
    assert f"{their_stack.api_url}/my?t=" in mail.text
    page = fetch(f"{their_stack.site_url}/workshop").decode()
    assert f'action="{their_stack.api_url}/workshop?lang=en"' in page
    described = json.loads(fetch(f"{their_stack.api_url}/forms/workshop"))
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
