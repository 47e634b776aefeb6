"""Several participants in one go on the deployed stack: one answer, one mail, and one or all cancelled."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from integration.api_requests import send, stored

if TYPE_CHECKING:
    from conftest import DeployedStack


def a_family(*participants: str, week: str = "first-week") -> dict[str, Any]:
    """Return a guardian from an address that no other test uses, with these participants."""
    return {
        "guardian": "Per Lindqvist",
        "email": f"{uuid.uuid4().hex}@example.org",
        "group": [{"participant": name, "week": week} for name in participants],
    }


def test_group__one_answer_and_one_mail_with_all(stack: DeployedStack) -> None:
    """Each is stored with a reference of its own; the mail has all references, calendar files and codes."""
    family, key = a_family("Åsa Lindqvist", "Bo Lindqvist"), uuid.uuid4().hex
    answer = send(stack, "camp", family, Idempotency_Key=key)
    assert answer.status == 201, answer.body
    first, second = answer.json["group"]
    assert {name: answer.json[name] for name in first} == first
    assert [each["status"] for each in (first, second)] == ["confirmed", "confirmed"]
    assert stored(stack, second["id"])["group"] == {"L": [{"S": first["id"]}, {"S": second["id"]}]}

    (mail,) = stack.wait_for_mails(to=family["email"])
    assert mail.subject.startswith("2 participants: ")
    for name, each in zip(("Åsa Lindqvist", "Bo Lindqvist"), (first, second), strict=True):
        assert name in mail.text
        assert each["reference"] in mail.text
    assert {file.name for file in mail.attachments} == {"invitation.ics", "invitation-2.ics"}
    assert mail.html is not None
    assert mail.html.count("cid:reference") == 2

    assert send(stack, "camp", family, Idempotency_Key=key).json == answer.json
    stack.wait_for_mails(to=family["email"], count=1)
