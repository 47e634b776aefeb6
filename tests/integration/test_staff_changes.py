"""Changes through the deployed staff API, over HTTP, with the gateway, the function's rights and the mails."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from integration.api_requests import ask, example, send
from sign_in import staff_token, staff_user

if TYPE_CHECKING:
    from conftest import DeployedStack
    from integration.api_requests import Answer

pytestmark = pytest.mark.needs("sign-in pages")

COURSE, OTHER_COURSE = "first-robot", "line-followers"
OF_AGE = "2015-06-01"


@dataclass(frozen=True)
class Manager:
    """A manager at the desk. name: as histories name them."""

    stack: DeployedStack
    name: str
    token: str

    def __call__(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        sent = {
            "Authorization": f"Bearer {self.token}",
            "Content-Type": "application/json",
            "Origin": self.stack.site_url,
        }
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        content = None if body is None else json.dumps(body).encode()
        return ask(f"{self.stack.api_url}/staff/{path}", content, method=method, headers=sent)


@pytest.fixture(scope="module")
def ada(deployed: DeployedStack) -> Manager:
    return _manager(deployed)


@pytest.fixture(scope="module")
def bo(deployed: DeployedStack) -> Manager:
    return _manager(deployed)


def _manager(stack: DeployedStack) -> Manager:
    user = staff_user(stack, "managers")
    return Manager(stack, user.name, staff_token(stack, user))


def test_desk__corrects_cancels_restores_and_mails(stack: DeployedStack, ada: Manager, bo: Manager) -> None:
    """Two managers work on one entry: each change has its version, its name in the history, and one mail."""
    answers = example("registration", course=COURSE)
    entry = f"submissions/{send(stack, 'registration', answers).json['id']}"
    seen = ada("GET", entry)
    assert seen.headers["ETag"] == '"1"'
    address = example("registration")["email"]
    changes = {"answers": {"email": address, "course": OTHER_COURSE, "birth_date": OF_AGE}}

    edited = ada("PATCH", f"{entry}/answers", changes, If_Match=seen.headers["ETag"])
    assert (edited.status, edited.headers["ETag"], edited.json["option"]) == (200, '"2"', OTHER_COURSE), edited.body
    repeated = ada("PATCH", f"{entry}/answers", changes, If_Match='"1"')
    assert repeated.json | {"mails": []} == edited.json | {"mails": []}  # the mails may be on their way
    late = bo("POST", f"{entry}/actions", {"action": "cancel"}, If_Match='"1"')
    assert (late.status, late.json["changed"]["by"]) == (412, ada.name)
    assert late.json["changed"]["what"] == edited.json["history"][-1]["what"]

    cancelled = bo("POST", f"{entry}/actions", {"action": "cancel"}, If_Match='"2"')
    assert (cancelled.json["status"], cancelled.json["undo"]) == ("cancelled", "restore")
    restored = bo("POST", f"{entry}/actions", {"action": cancelled.json["undo"]}, If_Match='"3"')
    assert restored.json["status"] == "confirmed"
    stack.wait_for_mails(to=address, count=2)  # cancelled, and confirmed again

    key = uuid.uuid4().hex
    resent = [ada("POST", f"{entry}/mails", {"kind": "confirmed", "again": True}, Idempotency_Key=key) for _ in "12"]
    assert [each.status for each in resent] == [200, 200], resent[0].body
    stack.wait_for_mails(to=address, count=3)
    assert [(line["what"], line["by"]) for line in ada("GET", entry).json["history"][1:]] == [
        (edited.json["history"][-1]["what"], ada.name),
        ("cancelled", bo.name),
        ("restored", bo.name),
        ("mail resent: confirmed", ada.name),
    ]


def test_door__labels_notes_and_checks_in(stack: DeployedStack, ada: Manager) -> None:
    """Methods, headers and paths with letters beyond ASCII arrive as they were sent."""
    answers = example("registration", course=COURSE)
    entry = f"submissions/{send(stack, 'registration', answers).json['id']}"
    today = datetime.now(UTC).date().isoformat()

    assert ada("PUT", f"{entry}/labels/f%C3%B6rskott").json["labels"] == ["förskott"]
    assert ada("DELETE", f"{entry}/labels/f%C3%B6rskott").json["labels"] == []
    noted = [ada("POST", f"{entry}/notes", {"text": "Ringer på måndag"}, Idempotency_Key="n-1") for _ in "12"]
    assert [each.json["notes_count"] for each in noted] == [1, 1]
    assert ada("PUT", f"{entry}/check-ins/{today}").json["checked_in"] == [today]
    assert ada("DELETE", f"{entry}/check-ins/{today}").json["checked_in"] == []
    assert ada("DELETE", f"{entry}/notes/n-1").json["notes"] == []
    erased = ada("POST", f"{entry}/actions", {"action": "erase"}, If_Match=ada("GET", entry).headers["ETag"])
    assert (erased.status, erased.json["answers"], erased.json["actions"]) == (200, {}, []), erased.body


def test_seats__are_set_unless_somebody_else_did(ada: Manager, bo: Manager) -> None:
    path = f"quotas/registration/{OTHER_COURSE}"
    before = next(
        each for each in ada("GET", "quotas?form=registration").json["quotas"] if each["option"] == OTHER_COURSE
    )
    more = before["capacity"] + 1

    assert ada("PUT", path, {"capacity": more, "instead_of": more - 1}).json["capacity"] == more
    lost = bo("PUT", path, {"capacity": more + 5, "instead_of": more - 1})
    assert (lost.status, lost.json["changed"]["by"]) == (412, ada.name)
    assert bo("PUT", path, {"capacity": more - 1, "instead_of": more}).json["capacity"] == more - 1
