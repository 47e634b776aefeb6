"""Several participants in one go on the deployed stack: one answer, one mail, and one or all cancelled."""

from __future__ import annotations

import re
import uuid
from base64 import b64decode
from typing import TYPE_CHECKING, Any

from integration.api_requests import ask, send, stored
from qr_reader import read_qr
from registrants import MY_LINK, press

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
    codes = re.findall(r'src="data:image/png;base64,([^"]+)"', mail.html)
    assert [read_qr(b64decode(code)) for code in codes] == [first["reference"], second["reference"]]

    assert send(stack, "camp", family, Idempotency_Key=key).json == answer.json
    stack.wait_for_mails(to=family["email"], count=1)


def test_group__the_mailed_link_cancels_all(stack: DeployedStack) -> None:
    """The page lists the others, and one answer cancels everyone, each told of in a mail of their own."""
    family = a_family("Cy Lindqvist", "Di Lindqvist", week="second-week")
    ids = [each["id"] for each in send(stack, "camp", family).json["group"]]
    (mail,) = stack.wait_for_mails(to=family["email"])
    link = MY_LINK.search(mail.text)
    assert link is not None
    page = ask(link[0], None, method="GET")
    assert "Sent together" in page.body
    assert "Di Lindqvist" in page.body
    token = link[0].partition("?t=")[2]
    assert press(stack, token, "cancel", confirm="yes", everyone="yes").status == 303
    assert {stored(stack, each)["status"]["S"] for each in ids} == {"cancelled"}
    stack.wait_for_mails(to=family["email"], count=3)
