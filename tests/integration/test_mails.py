"""What the deployed stack mails: each kind on its occasion, once, in the visitor's language, to the right people."""

from __future__ import annotations

import email
import email.policy
import json
import uuid
from base64 import b64decode
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from conftest import ROOM, ROOT, wait_until
from integration.test_submissions import example, send
from qr_reader import read_qr

from registration_core.adapters.given_forms import GivenForms
from registration_core.adapters.ses_events import message_tags
from registration_core.bootstrap.connections import staff_table
from registration_core.bootstrap.staff import manage_service
from registration_core.domain.mail import MailKind, MailRequest
from rollcall_build.forms.files import compile_forms

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conftest import DeployedStack

    from registration_core.services.manage import ManageService
    from rollcall_local.mailbox import Mail

FORMS = compile_forms(ROOT / "example" / "forms")
COURSE = "competition-team"


@pytest.fixture
def manage(stack: DeployedStack) -> ManageService:
    """The service behind the staff's command line and the registrant's page."""
    return manage_service(staff_table(stack.client("dynamodb"), stack.table), GivenForms(FORMS))


@contextmanager
def seats_left(manage: ManageService, seats: int) -> Iterator[None]:
    """Leave this many seats in the course, and restore its capacity afterwards."""
    quota = manage.set_capacity("registration", COURSE, 0)
    manage.set_capacity("registration", COURSE, quota.taken + seats)
    try:
        yield
    finally:
        manage.set_capacity("registration", COURSE, ROOM)


def register(stack: DeployedStack, **changes: Any) -> tuple[dict[str, Any], str]:
    """Register a new person for the course; return the API's answer and the address."""
    answers = example("registration", course=COURSE, **changes)
    answer = send(stack, "registration", answers)
    assert answer.status == 201, answer.body
    return answer.json, answers["email"]


def mail_states(stack: DeployedStack, submission_id: str) -> dict[str, str]:
    """Return the state of each mail of a submission, by kind; these tests send one of each kind."""
    answer = stack.client("dynamodb").query(
        TableName=stack.table,
        KeyConditionExpression="pk = :pk AND begins_with(sk, :mail)",
        ExpressionAttributeValues={":pk": {"S": f"SUB#{submission_id}"}, ":mail": {"S": "MAIL#"}},
        ConsistentRead=True,
    )
    states = {item["kind"]["S"]: item["state"]["S"] for item in answer["Items"]}
    assert len(states) == len(answer["Items"])
    return states


def calendar_file(stack: DeployedStack, mail: Mail) -> str:
    """Return the one file attached to a mail."""
    raw = (stack.workspace.state / "mail" / f"{mail.id}.eml").read_bytes()
    message = email.message_from_bytes(raw, policy=email.policy.default)
    (file,) = message.iter_attachments()
    assert file.get_content_type() == "text/calendar"
    content: bytes = file.get_payload(decode=True)
    return content.decode()


def test_confirmation__is_swedish_with_a_calendar_file(
    stack: DeployedStack,
) -> None:
    """The staff's mail is in English."""
    answers = example("registration", course="first-robot", participant="Åsa Öberg")
    receipt = send(stack, "registration", answers, Accept_Language="sv-SE,sv;q=0.9,en;q=0.5").json

    (confirmed,) = stack.wait_for_mails(to=answers["email"])
    assert confirmed.subject == f"En plats på Min första robot ({receipt['reference']})"
    assert "Deltagare: Åsa Öberg" in confirmed.text
    assert "lördag 16 januari 2027 kl. 10.00" in confirmed.text
    assert f"{stack.api_url}/my?t=v1." in confirmed.text
    assert confirmed.reply_to == FORMS["registration"].staff[0]
    calendar = calendar_file(stack, confirmed)
    assert f"UID:{receipt['id']}\r\nDTSTAMP:" in calendar
    assert "SUMMARY:Min första robot (Åsa Öberg)\r\n" in calendar
    assert confirmed.html is not None
    image = confirmed.html.partition('src="data:image/png;base64,')[2].partition('"')[0]
    assert read_qr(b64decode(image)) == receipt["reference"]

    (notice,) = wait_until(
        lambda: [mail for mail in stack.mails() if mail.reply_to == answers["email"]], what="the staff's mail"
    )
    assert notice.to == list(FORMS["registration"].staff)
    assert notice.subject == f"New registration: My first robot, Åsa Öberg ({receipt['reference']})"
    assert "Language: sv" in notice.text
    assert "/my?t=" not in notice.text + str(notice.html)


def test_mails__cover_waitlisted_cancelled_and_promoted(stack: DeployedStack, manage: ManageService) -> None:
    with seats_left(manage, 1):
        first, first_address = register(stack)
        second, second_address = register(stack)
        assert (first["status"], second["status"]) == ("confirmed", "waitlisted")
        (waitlisted,) = stack.wait_for_mails(to=second_address)
        stack.wait_for_mails(to=first_address)
        assert waitlisted.subject == f"On the waiting list: Competition team ({second['reference']})"
        assert f"Your number on the waiting list: {second['position']}" in waitlisted.text

        manage.cancel(first["id"], by="registrant")

        _, cancelled = stack.wait_for_mails(to=first_address, count=2)
        assert cancelled.subject == f"Cancelled: Competition team ({first['reference']})"
        _, promoted = stack.wait_for_mails(to=second_address, count=2)
        assert promoted.subject == f"A seat has become free: Competition team ({second['reference']})"
        assert f"UID:{second['id']}\r\n" in calendar_file(stack, promoted)
        states = mail_states(stack, second["id"])
        assert set(states) == {"waitlisted", "staff", "promoted"}
        notices = [mail for mail in stack.mails() if mail.reply_to == second_address]
        assert [mail.subject.endswith("waiting list") for mail in notices] == [True]


def test_already_registered__is_mailed_at_most_once_a_day(stack: DeployedStack) -> None:
    answers = example("registration", course="first-robot", participant="Bo Ek")
    first = send(stack, "registration", answers).json
    stack.wait_for_mails(to=answers["email"])

    for needs in ("one", "two", "three"):
        again = send(stack, "registration", {**answers, "needs": needs}, Idempotency_Key=uuid.uuid4().hex)
        assert again.status == 201

    _, already = stack.wait_for_mails(to=answers["email"], count=2)
    assert already.subject == f"Registered already: My first robot ({first['reference']})"
    assert "nothing has changed" in already.text
    states = wait_until(
        lambda: states if (states := mail_states(stack, first["id"])).get("already_registered") == "sent" else None,
        what="the note that the mail was sent",
    )
    assert set(states) == {"confirmed", "staff", "already_registered"}
    last = example("contact")
    send(stack, "contact", last)
    stack.wait_for_mails(to=last["email"])
    assert len(stack.mails(to=answers["email"])) == 2


def test_bounced_address__gets_no_more_mail(stack: DeployedStack) -> None:
    answers = example("contact")
    receipt = send(stack, "contact", answers).json
    stack.wait_for_mails(to=answers["email"])
    sns = stack.client("sns")
    (topic,) = [each["TopicArn"] for each in sns.list_topics()["Topics"] if "feedback" in each["TopicArn"]]
    request = MailRequest(receipt["id"], MailKind.CONFIRMED, 1)
    bounce = {
        "eventType": "Bounce",
        "mail": {"tags": {tag["Name"]: [tag["Value"]] for tag in message_tags(request)}},
        "bounce": {"bounceType": "Permanent", "bouncedRecipients": [{"emailAddress": answers["email"].upper()}]},
    }

    sns.publish(TopicArn=topic, Message=json.dumps(bounce))

    wait_until(lambda: mail_states(stack, receipt["id"])["confirmed"] == "bounced", what="the mail is noted as bounced")
    again = send(stack, "contact", {**answers, "message": "Did you get my first message?"}).json
    states = wait_until(
        lambda: seen_states if len(seen_states := mail_states(stack, again["id"])) == 2 else None,
        what="both mails are noted",
    )
    assert states["confirmed"] == "suppressed"
    assert len(stack.mails(to=answers["email"])) == 1


def test_visitors_text__is_text_and_adds_no_header(stack: DeployedStack) -> None:
    name = "Eve <b>{{ 91 * 91 }}</b> 漢字 عائشة"
    answers = example("contact", name=name, message="Line one\n.\nBcc: victim@example.org\n<script>alert(1)</script>")
    send(stack, "contact", answers)

    (confirmed,) = stack.wait_for_mails(to=answers["email"])
    assert confirmed.to == [answers["email"]]
    assert confirmed.html is not None
    assert not any(word in confirmed.text + confirmed.html for word in ("Eve", "victim", "alert"))
    (notice,) = wait_until(
        lambda: [mail for mail in stack.mails() if mail.reply_to == answers["email"]], what="the staff's mail"
    )
    assert "    Line one\n    .\n    Bcc: victim@example.org" in notice.text.replace("\r\n", "\n")
    assert notice.html is not None
    assert "<script" not in notice.html
    assert "8281" not in notice.text + notice.html
    assert notice.subject.startswith(f"New message: {name} (")
