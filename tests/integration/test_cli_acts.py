"""What staff change with the command line on the deployed stack: who gets a mail, which seat is freed, what stays."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from integration.api_requests import FORMS, example, send, stored

if TYPE_CHECKING:
    from conftest import DeployedStack
    from integration.staff import Staff

COURSE = "competition-team"


def test_acts__follow_one_submission_from_spam_to_erasure(stack: DeployedStack, manager: Staff) -> None:
    """It is marked genuine and mailed, then cancelled, then erased."""
    rollcall = manager.done
    course = ("registration", COURSE)

    def course_quota() -> dict[str, Any]:
        listed = json.loads(
            rollcall("quota", "list", "--form", "registration", "--json", "option,capacity,taken,waiting").out
        )
        (quota,) = [each for each in listed if each["option"] == COURSE]
        return dict(quota)

    before = course_quota()
    rollcall("quota", "set", *course, str(before["taken"] + 1), "--yes")
    assert course_quota() == before | {"capacity": before["taken"] + 1}
    answers = example("registration", course=COURSE) | {FORMS["registration"].spam.honeypot: "http://spam.example"}
    answer = send(stack, "registration", answers)
    assert answer.status == 201, answer.body
    listed = json.loads(rollcall("list", "--status", "spam", "--limit", "500", "--json", "id,email").out)
    (entry,) = [each["id"] for each in listed if each["email"] == answers["email"]]
    assert stack.mails(to=answers["email"]) == []

    rollcall("status", "set", entry, "confirmed", "--dry-run")
    assert stored(stack, entry)["status"]["S"] == "spam"
    for _ in range(2):
        rollcall("status", "set", entry, "confirmed", "--yes")
    stack.wait_for_mails(to=answers["email"])
    assert course_quota()["taken"] == before["taken"] + 1

    rollcall("status", "set", entry, "cancelled", "--yes")
    stack.wait_for_mails(to=answers["email"], count=2)
    assert course_quota()["taken"] == before["taken"]

    for _ in range(2):
        rollcall("erase", entry, "--yes")
    details = json.loads(rollcall("show", entry, "--json", "all").out)
    assert (details["status"], details["answers"], details["email"]) == ("erased", {}, "")
    arn = "arn:aws:iam::000000000000:user/staff-manager"
    acts = [(event["what"], event["by"]) for event in details["history"] if event["what"] != "submitted"]
    assert acts == [("marked genuine", arn), ("cancelled", arn), ("erased", arn)]
    assert rollcall("show", details["reference"], "--json", "id").out.strip() == json.dumps({"id": entry}, indent=2)

    rollcall("quota", "set", *course, str(before["capacity"]), "--yes")
    assert course_quota() == before


def test_preview__prints_a_mail(reader: Staff) -> None:
    """It uses this clone's forms, in the registrant's language."""
    preview = reader.done("mail", "preview", "registration", "waitlisted", "--language", "sv").out

    assert preview.startswith("Subject: I kön till")
    assert "https://example.org/my?t=preview" in preview
