"""A mail that people may refuse on the deployed stack: one click stops it, and staff see how many are left out."""

from __future__ import annotations

from email.parser import BytesParser
from email.policy import default
from typing import TYPE_CHECKING

from integration.api_requests import ask
from registrants import Registrant, press, token_of

from rollcall_local import mailbox

if TYPE_CHECKING:
    from conftest import DeployedStack
    from integration.staff import Staff

NEWS = ("mail", "send", "--form", "camp", "--option", "second-week", "--template", "news", "--again", "--yes")


def test_one_click__stops_the_mails_that_may_be_refused(stack: DeployedStack, manager: Staff) -> None:
    """The link in the header works by itself: without cookies, without a page, with the body that RFC 8058 has."""
    registrant = Registrant(stack, "camp", week="second-week")
    own_link = registrant.mailed_link()

    sent = manager(*NEWS)
    news = stack.wait_for_mails(to=registrant.entered["email"], count=2)[-1]
    headers = BytesParser(policy=default).parsebytes(
        (stack.workspace.state / mailbox.FOLDER / f"{news.id}.eml").read_bytes()
    )
    link = headers["List-Unsubscribe"].strip("<>")
    one_click = ask(link, b"List-Unsubscribe=One-Click", headers={"Content-Type": "application/x-www-form-urlencoded"})
    again = manager(*NEWS)

    assert (sent.code, one_click.status, again.code) == (0, 200, 0), (sent.err, again.err)
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert link in news.text
    assert "These mails are stopped" in one_click.body
    assert "1 submission left out, because the registrants want no such mails." in again.err
    assert "has stopped the mails of camp" in manager("mail", "resubscribe", registrant.id, "--dry-run").err
    assert "mail unsubscribed" in manager("history", registrant.id).out
    press(stack, token_of(own_link), "erase", confirm="yes")
