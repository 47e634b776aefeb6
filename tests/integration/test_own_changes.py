"""A registrant changes answers on the deployed stack: without a script, mailed once, and the seat goes to the next."""

from __future__ import annotations

import email
import email.policy
import urllib.parse
from typing import TYPE_CHECKING, Any

from conftest import wait_until
from filled_form import Filled
from icalendar import Calendar
from integration.api_requests import PLAIN_FORM, ask, stored
from registrants import Registrant, no_seats_left, press, token_of, view

if TYPE_CHECKING:
    from conftest import DeployedStack

    from rollcall_local.mailbox import Mail

STAFF = "camps@robotics-academy.example"


def save(stack: DeployedStack, token: str, changes: dict[str, list[str]]) -> Any:
    """Fill in the page on which answers are changed, and send it as a browser does."""
    form = Filled(view(stack, token, change="yes").body)
    body = urllib.parse.urlencode(form.fields | changes, doseq=True).encode()
    return ask(f"{stack.api_url}/{form.action}", body, headers=PLAIN_FORM)


def event_of(stack: DeployedStack, mail: Mail) -> tuple[str, Any]:
    """Return the method and the event of the calendar file that came with a mail."""
    raw = (stack.workspace.state / "mail" / f"{mail.id}.eml").read_bytes()
    message = email.message_from_bytes(raw, policy=email.policy.default)
    (file,) = [part for part in message.walk() if part.get_content_type() == "text/calendar"]
    calendar = Calendar.from_ical(file.get_payload(decode=True))
    assert file["Content-Type"].params["method"] == calendar["METHOD"]
    return str(calendar["METHOD"]), calendar.events[0]


def test_own_change__is_stored_mailed_and_frees_the_seat(stack: DeployedStack) -> None:
    registrant = Registrant(stack, "camp", week="first-week")
    token = token_of(registrant.mailed_link())
    assert "You can change your answers here until" in view(stack, token).body
    with no_seats_left(stack, "camp", "first-week"):
        waiting = Registrant(stack, "camp", week="first-week")
        assert waiting.status == "waitlisted"

        saved = save(stack, token, {"week": ["second-week"], "wishes": ["A bunk by the door."]})

        assert saved.status == 303, saved.body
        wait_until(lambda: waiting.status == "confirmed", what="the next in line")
    item = stored(stack, registrant.id)
    assert (item["option"]["S"], item["answers"]["M"]["wishes"]["S"]) == ("second-week", "A bunk by the door.")

    confirmed, changed = stack.wait_for_mails(to=registrant.entered["email"], count=2)
    assert changed.subject.startswith("Changed: Second week")
    (_, before), (method, after) = event_of(stack, confirmed), event_of(stack, changed)
    assert (method, after["UID"]) == ("PUBLISH", before["UID"])
    assert after["SEQUENCE"] > before["SEQUENCE"]
    assert after.start > before.start
    told = wait_until(lambda: _told_staff(stack, changed.subject.rpartition("(")[2]), what="the mail to the staff")
    assert "The registrant changed this submission" in told.text

    press(stack, token, "cancel", confirm="yes")
    cancelled = stack.wait_for_mails(to=registrant.entered["email"], count=3)[-1]
    method, ended = event_of(stack, cancelled)
    assert (method, ended["STATUS"], ended["UID"]) == ("CANCEL", "CANCELLED", before["UID"])
    assert ended["SEQUENCE"] > after["SEQUENCE"]


def test_own_change__into_a_full_week_needs_the_tick(stack: DeployedStack) -> None:
    registrant = Registrant(stack, "camp", week="first-week")
    token = token_of(registrant.mailed_link())
    with no_seats_left(stack, "camp", "second-week"):
        refused = save(stack, token, {"week": ["second-week"]})
        assert refused.status == 409
        assert "is full" in refused.body
        assert registrant.status == "confirmed"

        waits = save(stack, token, {"week": ["second-week"], "_wait": ["yes"]})
        assert waits.status == 303
        assert registrant.status == "waitlisted"
    method, event = event_of(stack, stack.wait_for_mails(to=registrant.entered["email"], count=2)[-1])
    assert (method, event["UID"]) == ("CANCEL", registrant.id)
    press(stack, token, "erase", confirm="yes")


def _told_staff(stack: DeployedStack, reference: str) -> Mail | None:
    told = [mail for mail in stack.mails(to=STAFF) if mail.subject.startswith("Changed by the registrant")]
    return next((mail for mail in told if reference in mail.subject), None)
