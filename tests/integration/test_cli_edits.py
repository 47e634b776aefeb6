"""Corrections and promotions by staff on the deployed stack, with only the manager's policy."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from integration.api_requests import FORMS, example, send, stored
from registrants import repository

if TYPE_CHECKING:
    from conftest import DeployedStack
    from integration.staff import Staff

ARN = "arn:aws:iam::000000000000:user/staff-manager"
COURSE, OTHER_COURSE = "first-robot", "line-followers"
OF_AGE = "2015-06-01"
"""For the other course; the first is for younger ones."""


def registered(stack: DeployedStack, **changes: object) -> tuple[str, dict[str, object]]:
    answers = example("registration", **({"course": COURSE} | changes))
    answer = send(stack, "registration", answers)
    assert answer.status == 201, answer.body
    return answer.json["id"], answers


def taken(stack: DeployedStack) -> tuple[int, int]:
    quotas = repository(stack).quotas("registration", [COURSE, OTHER_COURSE])
    return quotas[COURSE].taken, quotas[OTHER_COURSE].taken


def test_edit__moves_address_guard_and_seat(stack: DeployedStack, manager: Staff) -> None:
    """The new address counts as registered, the old one does not, and the seat moves along."""
    entry, answers = registered(stack)
    other = example("registration")["email"]
    before = taken(stack)

    manager.done("edit", entry, f"email={other}", f"course={OTHER_COURSE}", f"birth_date={OF_AGE}", "--yes")

    item = stored(stack, entry)
    assert (item["email"]["S"], item["email_key"]["S"], item["option"]["S"]) == (other, other, OTHER_COURSE)
    assert taken(stack) == (before[0] - 1, before[1] + 1)
    again = send(
        stack,
        "registration",
        answers | {"email": other, "course": OTHER_COURSE, "birth_date": OF_AGE},
        Idempotency_Key="again",
    )
    assert stored(stack, again.json["id"]) == {}
    fresh = send(stack, "registration", answers, Idempotency_Key="fresh")
    assert stored(stack, fresh.json["id"])["email"]["S"] == answers["email"]
    refused = manager(
        "edit", fresh.json["id"], f"email={other}", f"course={OTHER_COURSE}", f"birth_date={OF_AGE}", "--yes"
    )
    assert (refused.code, "already has a submission for this option" in refused.err) == (1, True)
    history = json.loads(manager.done("show", entry, "--json", "history").out)["history"]
    assert [(event["what"], event["by"]) for event in history] == [
        ("submitted", "registrant"),
        ("edited birth_date, course, email", ARN),
    ]


def test_edit__racing_a_cancellation__happens_in_sequence(stack: DeployedStack, manager: Staff) -> None:
    """The second change sees the first, and no seat is counted twice."""
    entries = [registered(stack)[0] for _ in range(3)]
    before = taken(stack)

    def race(entry: str) -> tuple[int, int]:
        with ThreadPoolExecutor(2) as pool:
            edit = pool.submit(
                manager, "edit", entry, f"course={OTHER_COURSE}", f"birth_date={OF_AGE}", "needs=Nuts", "--yes"
            )
            cancel = pool.submit(manager, "status", "cancel", entry, "--yes")
            ran = edit.result()
            assert ran.code == 0 or "while you were working" in ran.err, ran.err
            return ran.code, cancel.result().code

    raced = [race(entry) for entry in entries]

    assert {cancelled for _, cancelled in raced} == {0}
    assert {stored(stack, entry)["status"]["S"] for entry in entries} == {"cancelled"}
    assert taken(stack) == (before[0] - 3, before[1])
    for entry, (edited, _) in zip(entries, raced, strict=True):
        answers = stored(stack, entry)["answers"]["M"]
        assert (answers["course"]["S"], answers["needs"]["S"]) == (
            (OTHER_COURSE, "Nuts") if edited == 0 else (COURSE, FORMS["registration"].field("needs").example)
        )


def test_promote__gives_a_freed_seat_and_mails_it(stack: DeployedStack, manager: Staff) -> None:
    """A repeated call says why nobody can move up."""
    seats = repository(stack)
    before = seats.quotas("registration", [COURSE])[COURSE]
    seats.set_capacity("registration", COURSE, before.taken)
    entry, answers = registered(stack)
    assert stored(stack, entry)["status"]["S"] == "waitlisted"
    stack.wait_for_mails(to=str(answers["email"]))
    seats.set_capacity("registration", COURSE, before.taken + 1)

    promoted = manager.done("status", "promote", "registration", COURSE, "--yes")
    again = manager.done("status", "promote", "registration", COURSE, "--yes")
    seats.set_capacity("registration", COURSE, before.capacity)

    assert f", {answers['email']}) was promoted and will be mailed" in promoted.err
    assert "Nobody is waiting for" in again.err
    stack.wait_for_mails(to=str(answers["email"]), count=2)


@pytest.mark.needs("iam enforced")
def test_edit__by_a_reader__stops_at_the_guard_keys(stack: DeployedStack, reader: Staff) -> None:
    """Staff who can't read the guard keys change nothing."""
    entry, _ = registered(stack)
    before = stored(stack, entry)

    ran = reader("edit", entry, "email=a@example.org", "--yes")

    assert (ran.code, "It lacks dynamodb:GetItem." in ran.err) == (4, True)
    assert stored(stack, entry) == before
