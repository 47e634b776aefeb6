"""A registrant's own page: what it shows and does."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from unit.core.builders import a_field
from unit.handlers.my_desk import CONTACT, SITE, VERIFIED, Desk, buttons, title

from registration_core.domain.submission import Status

if TYPE_CHECKING:
    from pathlib import Path


def test_get__shows_the_entry_and_changes_nothing(desk: Desk) -> None:
    entry = desk.enter()

    answer = desk.look(desk.token(entry))

    assert answer["statusCode"] == 200
    assert title(answer) == "One step left"
    assert "Participant&#39;s name" in answer["body"]
    assert entry.email in answer["body"]
    assert set(buttons(answer)) == {"verify", "cancel", "erase"}
    assert desk.table.get(entry.id) == entry


def test_get__leaves_out_what_the_registrant_was_not_asked(site_dir: Path) -> None:
    form = replace(VERIFIED, fields=(*VERIFIED.fields, a_field("hidden", "came_by", from_query="utm_source")))
    desk = Desk(site_dir, form)
    entry = desk.enter(came_by="from-a-poster")

    assert desk.table.get(entry.id).answers["came_by"] == "from-a-poster"
    assert "from-a-poster" not in desk.look(desk.token(entry))["body"]


def test_get__is_not_cached_and_loads_only_the_sites_style(desk: Desk) -> None:
    headers = desk.look(desk.token(desk.enter()))["headers"]

    assert headers["Cache-Control"] == "no-store"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Robots-Tag"] == "noindex, nofollow"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Strict-Transport-Security"].startswith("max-age=")
    assert headers["Cross-Origin-Opener-Policy"] == headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "geolocation=()" in headers["Permissions-Policy"]
    policy = headers["Content-Security-Policy"]
    assert {"default-src 'none'", f"style-src {SITE}", "frame-ancestors 'none'"} <= set(policy.split("; "))
    assert "script-src" not in policy


def test_get__escapes_what_a_visitor_wrote(desk: Desk) -> None:
    answer = desk.look(desk.token(desk.enter(participant='<script>alert("{{ 7*7 }}")</script>')))

    assert "<script" not in answer["body"]
    assert "&lt;script&gt;alert(&#34;{{ 7*7 }}&#34;)&lt;/script&gt;" in answer["body"]


def test_verify__confirms_and_leads_back_to_the_submission(desk: Desk) -> None:
    entry = desk.enter()
    token = desk.token(entry)

    for _ in range(2):  # a replay is harmless
        answer = desk.press(token, "verify")
        assert answer["statusCode"] == 303
        assert answer["headers"]["Location"] == f"my?t={token}&lang=en"

    assert desk.table.get(entry.id).status is Status.CONFIRMED
    page = desk.look(token)
    assert title(page) == "You have a seat"
    assert set(buttons(page)) == {"cancel", "erase"}


@pytest.mark.parametrize("action", ["cancel", "erase"])
def test_final_action__needs_confirmation(desk: Desk, action: str) -> None:
    entry = desk.enter()

    asked = desk.press(desk.token(entry), action)

    assert asked["statusCode"] == 200
    assert title(asked).endswith("?")
    assert 'name="confirm" value="yes"' in asked["body"]
    assert buttons(asked) == [action]
    assert desk.table.get(entry.id) == entry


def test_cancel__frees_the_seat_once(desk: Desk) -> None:
    entry = desk.enter()
    token = desk.token(entry)

    for _ in range(2):
        assert desk.press(token, "cancel", confirm="yes")["statusCode"] == 303

    assert desk.table.get(entry.id).status is Status.CANCELLED
    assert desk.table.get(entry.id).version == 2
    page = desk.look(token)
    assert title(page) == "The registration is cancelled"
    assert f'href="{SITE}/registration"' in page["body"]
    assert buttons(page) == ["erase"]
    assert title(desk.press(token, "cancel")) == "The registration is cancelled"


def test_erase__leaves_nothing_of_the_registrant_on_the_page(desk: Desk) -> None:
    entry = desk.enter()
    token = desk.token(entry)

    for answer in (desk.press(token, "erase", confirm="yes"), desk.look(token), desk.press(token, "erase")):
        assert answer["statusCode"] == 200
        assert title(answer) == "Everything is erased"
        assert entry.email not in answer["body"]
        assert str(entry.answers["participant"]) not in answer["body"]
        assert buttons(answer) == []
    assert desk.table.get(entry.id).status is Status.ERASED


@pytest.mark.parametrize("action", ["verify", "cancel"])
def test_action__on_an_erased_submission__is_refused(desk: Desk, action: str) -> None:
    token = desk.token(desk.enter())
    desk.press(token, "erase", confirm="yes")

    answer = desk.press(token, action, confirm="yes")

    assert (answer["statusCode"], title(answer)) == (409, "This can't be done any more")


def test_waiting__shows_the_rank_and_the_ticket(desk: Desk) -> None:
    places = VERIFIED.capacities()["first-robot"]
    entries = [desk.enter(course="first-robot", participant=f"Child {number}") for number in range(places + 3)]
    desk.press(desk.token(entries[-3]), "cancel", confirm="yes")

    page = desk.look(desk.token(entries[-1]))
    asked = desk.press(desk.token(entries[-1]), "cancel")

    assert title(page) == "You're on the waiting list"
    assert "You are number 2 on the waiting list today" in page["body"]
    assert "Your ticket is number 3" in page["body"]
    assert title(asked) == "Leave the waiting list?"


def test_waiting__offers_to_leave_the_list_instead_of_cancelling(desk: Desk) -> None:
    """A registrant on the waiting list has no seat to give up."""
    seats = VERIFIED.capacities()["first-robot"]
    *_, waits = [desk.enter(course="first-robot", participant=f"Child {number}") for number in range(seats + 1)]

    body = desk.look(desk.token(waits))["body"]

    assert "Leave the waiting list" in body
    assert "Cancel the registration" not in body
    assert "You leave the waiting list" in desk.press(desk.token(waits), "erase")["body"]
    assert "Lämna kön" in desk.look(desk.token(waits), lang="sv")["body"]


def test_get__says_the_time_and_the_venue_once(desk: Desk) -> None:
    """When and where are in local time, and only one list names the course."""
    entry = desk.enter(course="line-followers")
    desk.press(desk.token(entry), "verify")

    page = desk.look(desk.token(entry))["body"]

    assert "Saturday 16 January 2027, 10:00\u201312:30" in page
    assert "<dd>Kuggen, Verkstadsgatan 12, Stockholm</dd>" in page
    assert page.count("<dt>Course</dt>") == 1
    assert f'href="{SITE}/calendar/registration-line-followers.ics"' in page
    assert "UTC" not in page


def test_final_actions__have_a_distinct_button(desk: Desk) -> None:
    """An action that can't be undone does not have the yellow button."""
    token = desk.token(desk.enter())

    for action in ("cancel", "erase"):
        asked = desk.press(token, action)["body"]
        assert f'class="button button-final" type="submit" name="action" value="{action}"' in asked


def test_contact_message__mentions_no_seat(desk: Desk) -> None:
    token = desk.token(desk.enter(CONTACT))

    assert title(desk.look(token)) == "We have it"
    assert title(desk.press(token, "cancel")) == "Withdraw it?"
    desk.press(token, "cancel", confirm="yes")
    assert title(desk.look(token)) == "Taken back"


def test_expired__says_why(desk: Desk) -> None:
    entry = desk.enter()
    desk.table.change(entry, replace(entry, status=Status.CANCELLED, version=2), what="lapsed", by="system")

    assert title(desk.look(desk.token(entry))) == "The time to confirm is over"


def test_language__is_the_entrys_unless_another_is_requested(desk: Desk) -> None:
    token = desk.token(desk.enter())

    assert '<html lang="en">' in desk.look(token, accept="sv")["body"]
    swedish = desk.look(token, lang="sv")
    assert '<html lang="sv">' in swedish["body"]
    assert "Deltagarens namn" in swedish["body"]
    assert desk.press(token, "verify", lang="sv")["headers"]["Location"].endswith("&lang=sv")
    assert '<html lang="en">' in desk.look(token, lang="xx")["body"]
    assert '<html lang="sv">' in desk.look("nonsense", accept="sv-SE,sv;q=0.9")["body"]


def test_words__are_the_same_in_every_language(site_dir: Path) -> None:
    def keys(words: Any, at: str = "") -> set[str]:
        if isinstance(words, dict):
            return {key for name, inner in words.items() for key in keys(inner, f"{at}.{name}")}
        return {at + "".join(sorted(set(re.findall(r"\{\w+\}", json.dumps(words)))))}

    words = json.loads((site_dir / "words.json").read_text(encoding="utf-8"))

    assert set(words) == {"en", "sv"}
    assert keys(words["en"]["my"]) == keys(words["sv"]["my"])
