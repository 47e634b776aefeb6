"""The page that stops a form's mails: a GET changes nothing, any POST stops them, and its own button undoes that."""

from __future__ import annotations

from datetime import timedelta
from html import unescape
from typing import TYPE_CHECKING, Any

import pytest
from unit.handlers.my_desk import FORMS, Desk, title

from registration_core.adapters.signing import MY, UNSUBSCRIBE

if TYPE_CHECKING:
    from pathlib import Path

    from registration_core.domain.submission import Submission

ONE_CLICK = "List-Unsubscribe=One-Click"
URLENCODED, MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data; boundary=b"


@pytest.fixture
def desk(site_dir: Path) -> Desk:
    return Desk(site_dir, FORMS["registration"])


def ask(desk: Desk, token: str, method: str = "GET", body: str = "", kind: str = URLENCODED, **query: str) -> Any:
    event = {"httpMethod": method, "path": "/my", "queryStringParameters": {"unsubscribe": token, **query}}
    return desk.function({**event, "headers": {"Content-Type": kind}, "body": body})


def refused(desk: Desk, entry: Submission) -> bool:
    return desk.unsubscriptions.holds(entry)


def test_get__asks_and_changes_nothing(desk: Desk) -> None:
    entry = desk.enter()
    answer = ask(desk, desk.token(entry, purpose=UNSUBSCRIBE))

    assert (answer["statusCode"], title(answer)) == (200, "Stop these mails?")
    assert "Register for a course" in unescape(answer["body"])
    assert 'method="post" action="my?unsubscribe=' in answer["body"]
    assert not refused(desk, entry)


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (URLENCODED, ONE_CLICK),
        (MULTIPART, '--b\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--b--\r\n'),
        ("", ""),
        (URLENCODED, "%ff=%"),
    ],
)
def test_post__stops_the_mails_whatever_its_body(desk: Desk, kind: str, body: str) -> None:
    """Without cookies and without a redirect, as RFC 8058 has it; repeated, it does nothing more."""
    entry = desk.enter()
    token = desk.token(entry, purpose=UNSUBSCRIBE)
    answers = [ask(desk, token, "POST", body, kind) for _ in range(2)]

    assert [answer["statusCode"] for answer in answers] == [200, 200]
    assert title(answers[0]) == "These mails are stopped"
    assert refused(desk, entry)
    lines = [event.what for event in desk.table.details(entry.id).events]
    assert lines.count("mail unsubscribed") == 1


def test_own_button__lets_the_mails_come_again(desk: Desk) -> None:
    entry = desk.enter()
    token = desk.token(entry, purpose=UNSUBSCRIBE)
    ask(desk, token, "POST", ONE_CLICK)
    assert 'name="again" value="yes"' in ask(desk, token)["body"]

    answer = ask(desk, token, "POST", "again=yes", lang="sv")

    assert title(answer) == "Du får de här mejlen igen"
    assert not refused(desk, entry)


def test_refusal__is_for_the_address_and_the_form(desk: Desk) -> None:
    """In any spelling, for every submission from that address, and for no other form's mails."""
    entry = desk.enter(email="per@example.org")
    sibling = desk.enter(email="Per@Example.org", participant="Alva")
    other_form = desk.enter(FORMS["contact"], email="per@example.org")
    ask(desk, desk.token(entry, purpose=UNSUBSCRIBE), "POST", ONE_CLICK)

    assert (refused(desk, sibling), refused(desk, other_form)) == (True, False)


def test_token__of_the_own_page_stops_no_mails(desk: Desk) -> None:
    """And the one of this page, which programs may keep in lists of links, opens no other."""
    entry = desk.enter()
    assert ask(desk, desk.token(entry, purpose=MY), "POST", ONE_CLICK)["statusCode"] == 403
    assert desk.look(desk.token(entry, purpose=UNSUBSCRIBE))["statusCode"] == 403
    assert not refused(desk, entry)


def test_link__that_is_over_says_so(desk: Desk) -> None:
    entry = desk.enter()
    expired = desk.token(entry, purpose=UNSUBSCRIBE, life=timedelta(0))
    assert ask(desk, expired, "POST", ONE_CLICK)["statusCode"] == 410
    token = desk.token(entry, purpose=UNSUBSCRIBE)
    desk.manage.erase(entry.id, by="registrant")
    assert ask(desk, token, "POST", ONE_CLICK)["statusCode"] == 410
