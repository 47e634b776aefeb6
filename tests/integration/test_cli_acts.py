"""What the staff change by the command line, on the deployed stack: who is mailed, which place frees, what remains."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from integration.asking import FORMS, example, send, stored

if TYPE_CHECKING:
    from conftest import DeployedStack
    from integration.staff import Staff

COURSE = "competition-team"


def test_acts__spam_marked_genuine_is_mailed_then_cancelled_and_erased(stack: DeployedStack, manager: Staff) -> None:
    """One entry's way through the staff's hands."""
    rollcall = manager.done
    course = ("registration", COURSE)

    def places() -> dict[str, Any]:
        listed = json.loads(
            rollcall("quota", "list", "--form", "registration", "--json", "option,capacity,taken,waiting").out
        )
        (found,) = [each for each in listed if each["option"] == COURSE]
        return dict(found)

    before = places()
    rollcall("quota", "set", *course, str(before["taken"] + 1), "--yes")
    assert places() == before | {"capacity": before["taken"] + 1}
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
    assert places()["taken"] == before["taken"] + 1

    rollcall("status", "set", entry, "cancelled", "--yes")
    stack.wait_for_mails(to=answers["email"], count=2)
    assert places()["taken"] == before["taken"]

    for _ in range(2):
        rollcall("erase", entry, "--yes")
    shown = json.loads(rollcall("show", entry, "--json", "all").out)
    assert (shown["status"], shown["answers"], shown["email"]) == ("erased", {}, "")
    arn = "arn:aws:iam::000000000000:user/staff-manager"
    acts = [(event["what"], event["by"]) for event in shown["history"] if event["what"] != "submitted"]
    assert acts == [("marked genuine", arn), ("cancelled", arn), ("erased", arn)]
    assert rollcall("show", shown["reference"], "--json", "id").out.strip() == json.dumps({"id": entry}, indent=2)

    rollcall("quota", "set", *course, str(before["capacity"]), "--yes")
    assert places() == before


def test_preview__prints_a_mail(reader: Staff) -> None:
    """Of this clone's forms, in the registrant's language."""
    told = reader.done("mail", "preview", "registration", "waitlisted", "--language", "sv").out

    assert told.startswith("Subject: I kön till")
    assert "https://example.org/my?t=preview" in told
