"""A registrant's own page on the deployed stack: the mailed link, what it allows, and what the functions may not do."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from conftest import wait_until
from integration.api_requests import PLAIN_FORM, ask, stored
from registrants import Registrant, no_seats_left, press, repository, signed, sweep, token_of, view

from registration_core.domain.identifiers import display_reference

if TYPE_CHECKING:
    from conftest import DeployedStack
    from integration.staff import Staff

COURSE = "competition-team"


def later() -> datetime:
    return datetime.now(UTC) + timedelta(days=1)


def test_mailed_link__shows_the_submission_and_changes_nothing(stack: DeployedStack) -> None:
    registrant = Registrant(stack)
    link = registrant.mailed_link()
    before = stored(stack, registrant.id)

    page = ask(link, None, method="GET")

    assert link.startswith(f"{stack.api_url}/my?t=")
    assert page.status == 200
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    assert page.headers["Cache-Control"] == "no-store"
    assert registrant.entered["email"] in page.body
    assert display_reference(registrant.receipt.reference) in page.body
    assert stored(stack, registrant.id) == before


def test_verify__keeps_the_seat_and_mails_registrant_and_staff(stack: DeployedStack) -> None:
    registrant = Registrant(stack, "registration", verifying=True, course=COURSE)
    assert registrant.status == "pending"
    token = token_of(registrant.mailed_link())

    answers = [press(stack, token, "verify") for _ in range(2)]

    assert [answer.status for answer in answers] == [303, 303]
    assert registrant.status == "confirmed"
    token_of(registrant.mailed_link(count=2))
    press(stack, token, "erase", confirm="yes")


def test_cancel__gives_the_seat_to_the_next_in_line(stack: DeployedStack) -> None:
    seated = Registrant(stack, "registration", course=COURSE)
    with no_seats_left(stack, "registration", COURSE):
        waiting = Registrant(stack, "registration", course=COURSE)
        assert waiting.status == "waitlisted"
        page = view(stack, token_of(waiting.mailed_link()))
        assert "You are number 1 on the waiting list" in page.body

        answer = press(stack, token_of(seated.mailed_link()), "cancel", confirm="yes")

        assert answer.status == 303
        assert seated.status == "cancelled"
        assert waiting.status == "confirmed"
    promoted = token_of(waiting.mailed_link(count=2))
    press(stack, promoted, "erase", confirm="yes")


def test_erase__leaves_nothing_of_the_registrant_in_the_table(stack: DeployedStack) -> None:
    registrant = Registrant(stack, "registration", course=COURSE, participant="Nobody Else Is Called So")
    token = token_of(registrant.mailed_link())
    assert "confirm" in press(stack, token, "erase").body
    assert registrant.status == "confirmed"

    erased = press(stack, token, "erase", confirm="yes")

    assert (erased.status, registrant.status) == (200, "erased")
    assert "Everything is erased" in erased.body
    for answer in (view(stack, token), press(stack, token, "erase", confirm="yes")):  # sent again
        assert answer.status == 200
        assert "Everything is erased" in answer.body
    assert press(stack, token, "verify").status == 409
    everything = json.dumps(
        [
            item
            for page in stack.client("dynamodb").get_paginator("scan").paginate(TableName=stack.table)
            for item in page["Items"]
        ],
        default=str,
    )
    assert registrant.id in everything
    assert registrant.entered["email"] not in everything
    assert "Nobody Else Is Called So" not in everything


def test_link__expired_forged_or_broken__names_the_next_step(stack: DeployedStack) -> None:
    registrant = Registrant(stack)
    good = signed(stack, registrant.id, expires_at=later())
    version, key, payload, mac = good.split(".")
    tokens = {
        signed(stack, registrant.id, expires_at=datetime.now(UTC) - timedelta(seconds=1)): 410,
        signed(stack, "msg_01K4C7Q3ZJ8M5R2V9XTB6WYHDN", expires_at=later()): 410,
        f"{version}.{key}.{payload}.{mac[::-1]}": 403,
        f"{version}.other.{payload}.{mac}": 403,
        good[:-1]: 403,
        "": 403,
        "\0<script>": 403,
        "v1." * 2000: 403,
    }

    for token, status in tokens.items():
        for answer in (view(stack, token), press(stack, token, "cancel", confirm="yes")):
            assert answer.status == status, token
            assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
            assert "office@robotics-academy.example" in answer.body
            assert "<script" not in answer.body
    assert registrant.status == "confirmed"


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (b"", PLAIN_FORM, 403),
        (b"t=a&action=%FF", PLAIN_FORM, 400),
        (b"t=" + b"a" * 40_000, PLAIN_FORM, 413),
        (b"{}", {"Content-Type": "application/json"}, 415),
    ],
)
def test_post__with_an_unknown_button__gets_a_page(
    stack: DeployedStack, body: bytes, headers: dict[str, str], status: int
) -> None:
    answer = ask(f"{stack.api_url}/my", body, headers=headers)

    assert answer.status == status
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"


def test_link__of_an_earlier_key__still_leads_to_the_submission(stack: DeployedStack) -> None:
    registrant = Registrant(stack)
    before = signed(stack, registrant.id, expires_at=later())
    secrets, name = stack.client("secretsmanager"), f"rollcall/{stack.workspace.stack}/signing-key"
    old_secret = secrets.get_secret_value(SecretId=name)["SecretString"]
    newer = {"key": "abcdefghijklmnopqrstuvwxyz0123456789"}
    try:
        secrets.put_secret_value(SecretId=name, SecretString=json.dumps({"keys": [newer, {"key": old_secret}]}))
        after = signed(stack, registrant.id, expires_at=later())

        assert before.split(".")[1] != after.split(".")[1]
        wait_until(lambda: view(stack, after).status == 200, what="the newer key")
        assert view(stack, before).status == 200
    finally:
        secrets.put_secret_value(SecretId=name, SecretString=old_secret)


def test_sweep__releases_unverified_seats_and_promotes(stack: DeployedStack) -> None:
    late = Registrant(stack, "registration", verifying=True, course=COURSE)
    late.mailed_link()
    with no_seats_left(stack, "registration", COURSE):
        waiting = Registrant(stack, "registration", course=COURSE)
        assert waiting.status == "waitlisted"
        waiting.mailed_link()  # once confirmed, nobody is told that they wait
        let_time_pass(stack, late)

        sweep(stack)

        assert (late.status, waiting.status) == ("cancelled", "confirmed")
    assert "The time to confirm is over" in view(stack, token_of(late.mailed_link(count=2))).body
    press(stack, token_of(waiting.mailed_link(count=2)), "erase", confirm="yes")


def let_time_pass(stack: DeployedStack, late: Registrant) -> None:
    """Move a submission's deadline for verification into the past, on the submission and on its seat."""
    ended = {"N": str(int(datetime.now(UTC).timestamp()) - 1)}
    entry = repository(stack).get(late.id)
    for pk, sk in ((f"SUB#{late.id}", "SUB"), (f"QUOTA#{entry.form}#{entry.option}", f"SEAT#{late.id}")):
        stack.client("dynamodb").update_item(
            TableName=stack.table,
            Key={"pk": {"S": pk}, "sk": {"S": sk}},
            UpdateExpression="SET verify_by = :ended",
            ConditionExpression="attribute_exists(verify_by)",
            ExpressionAttributeValues={":ended": ended},
        )


def test_ses_feedback__from_the_topic__is_noted_on_the_mail(stack: DeployedStack) -> None:
    registrant = Registrant(stack)
    registrant.mailed_link()
    topics = stack.client("sns").list_topics()["Topics"]
    (topic,) = (one["TopicArn"] for one in topics if one["TopicArn"].endswith("-feedback"))
    notification = {
        "eventType": "Delivery",
        "mail": {"tags": {"submission": [registrant.id], "kind": ["confirmed"], "version": ["1"]}},
        "delivery": {"recipients": [registrant.entered["email"]]},
    }

    stack.client("sns").publish(TopicArn=topic, Message=json.dumps(notification))

    def state() -> str:
        mails = repository(stack).details(registrant.id).mails
        return next(str(mail.state) for mail in mails if mail.kind == "confirmed")

    wait_until(lambda: state() == "delivered", what="the mail's state")


def test_api__keeps_what_it_serves_by_address_apart(stack: DeployedStack) -> None:
    assert ask(f"{stack.api_url}/forms/registration", None, method="GET").status == 200
    assert ask(f"{stack.api_url}/my", None, method="PUT").status in (403, 404, 405)


def test_link_to_a_mistyped_address__ends_when_staff_correct_it(stack: DeployedStack, manager: Staff) -> None:
    """The mail with the first link went to a stranger."""
    registrant = Registrant(stack, "registration", course=COURSE)
    token = token_of(registrant.mailed_link())
    assert view(stack, token).status == 200

    assert manager("edit", registrant.id, f"email=corrected-{registrant.entered['email']}", "--yes").code == 0

    assert view(stack, token).status == 410
    assert press(stack, token, "erase", confirm="yes").status == 410
    assert registrant.status == "confirmed"
