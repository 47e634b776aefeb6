"""The page after a plain form is stored: what was received and what comes next."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode

import pytest
from unit.handlers.test_door_answers import ORIGIN, PLAIN, Forms, ask
from unit.handlers.test_page import Page

from registration_core.domain.submission import Receipt, Status

if TYPE_CHECKING:
    from collections.abc import Callable

    from registration_core.domain.forms import Form

    Ask = Callable[..., dict[str, Any]]

__all__ = ["ask"]
SENT = {
    "name": "Åsa <Ek>",
    "email": "asa@exmaple.org",
    "day": "mon",
    "days": "tue",
    "message": "Nuts",
    "consent": "yes",
}


@pytest.fixture
def forms(form: Form) -> Forms:
    """The form with one of its days, where the phone is kept for one more participant."""
    starts = datetime(2027, 1, 16, 10, tzinfo=UTC)
    fields = []
    for field in form.fields:
        if field.name == "day":
            monday, tuesday = field.options
            fields.append(replace(field, options=(replace(monday, starts_at=starts), tuesday)))
        else:
            fields.append(replace(field, keep_for_next=field.name in {"email", "phone", "days"}))
    return Forms(replace(form, languages=("en", "sv"), fields=tuple(fields), once="day", name_field="name"))


def facts(page: str) -> dict[str, str]:
    """Return the facts on the page, value by label."""
    parsed = Page(page)
    assert parsed.elements
    listed = page.partition("<dl")[2].partition("</dl>")[0]
    pairs = [part.partition("</dt><dd") for part in listed.split("<dt>")[1:]]
    return {label: rest.partition(">")[2].partition("</dd>")[0] for label, _, rest in pairs}


def test_thanks__shows_no_text_of_another_sites_page(ask: Ask) -> None:
    """Otherwise any page could show its own text under the organisation's name."""
    posted = PLAIN | {"origin": "https://evil.example", "sec-fetch-site": "cross-site"}

    answer = ask(urlencode(SENT), headers=posted)

    assert answer["statusCode"] == 201
    assert "Åsa" not in answer["body"]
    assert "exmaple.org" not in answer["body"]


def test_thanks__shows_what_was_typed(ask: Ask) -> None:
    """The sender sees the course, the participant, the time and the address for the mail."""
    answer = ask(urlencode(SENT), headers=PLAIN)

    assert answer["statusCode"] == 201
    assert answer["headers"]["Cache-Control"] == "no-store"
    assert "Location" not in answer["headers"]
    assert facts(answer["body"]) == {
        "Day": "Monday",
        "Your name": "Åsa &lt;Ek&gt;",
        "Starts": "Saturday 16 January 2027, 10:00",
        "We mail to": "asa@exmaple.org",
    }
    assert "K7QM-3XTP" in answer["body"]
    assert f'href="{ORIGIN}/calendar/registration-mon.ics"' in answer["body"]
    assert "Nuts" not in answer["body"]


@pytest.mark.parametrize(
    ("status", "language", "headline"),
    [
        (Status.CONFIRMED, "en", "Thank you, we have it"),
        (Status.CONFIRMED, "sv", "Tack, vi har fått det"),
        (Status.PENDING, "en", "One step left"),
        (Status.PENDING, "sv", "Ett steg kvar"),
        (Status.WAITLISTED, "en", "You&#39;re on the waiting list"),
        (Status.WAITLISTED, "sv", "Du står i kö"),
    ],
)
def test_thanks__has_a_headline_for_each_status(
    ask: Ask, service: Any, *, status: Status, language: str, headline: str
) -> None:
    """Each status has its own headline and title, in the visitor's language."""
    service.receipt = Receipt("reg_1", "K7QM3XTP", status, position=3 if status is Status.WAITLISTED else None)

    page = ask(urlencode(SENT), headers=PLAIN, query={"lang": language})["body"]

    assert f"<h1><span>{headline}</span></h1>" in page.replace("\n", "")
    assert f"<title>{headline} \N{EN DASH} " in page
    assert f'<html lang="{language}">' in page
    assert (".ics" in page) == (status is Status.CONFIRMED)
    ticket = {"en": "Waiting list number", "sv": "Ditt nummer i kön"}[language]
    assert facts(page).get(ticket) == ("3" if status is Status.WAITLISTED else None)


def test_thanks__reveals_nothing_of_a_stored_submission(ask: Ask, service: Any) -> None:
    """A repeat gets the same page as a new submission: only reference and status come from storage."""
    service.receipt = Receipt("reg_2", "AAAABBBB", Status.CONFIRMED)
    fresh = ask(urlencode(SENT), headers=PLAIN)["body"]
    service.receipt = Receipt("reg_1", "CCCCDDDD", Status.CONFIRMED, repeated=True)

    again = ask(urlencode(SENT), headers=PLAIN)["body"]

    assert again.replace("CCCC-DDDD", "AAAA-BBBB") == fresh


def test_thanks__shows_only_options_of_the_form(ask: Ask) -> None:
    """The page lists options of the form only."""
    page = ask(urlencode(SENT | {"day": "<x>"}), headers=PLAIN)["body"]

    assert "Day" not in facts(page)
    assert "&lt;x&gt;" not in page


def test_another__keeps_what_stays_the_same(ask: Ask, service: Any) -> None:
    """The form for one more participant has the address and the phone, and nothing else of the first."""
    page = Page(ask(urlencode(SENT), headers=PLAIN)["body"])
    hidden_fields = [
        (str(field["name"]), str(field["value"])) for tag, field in page.elements if field.get("type") == "hidden"
    ]
    assert hidden_fields == [("email", "asa@exmaple.org"), ("days", "tue")]
    stored = len(service.asked)

    answer = ask(urlencode([*hidden_fields, ("name", "Åsa"), ("_another", "yes")]), headers=PLAIN)

    form = Page(answer["body"])
    assert answer["statusCode"] == 200
    assert form.find(id="f-email")["value"] == "asa@exmaple.org"
    assert "checked" in form.find(id="f-days-2")
    assert "value" not in form.find(id="f-name")
    assert "error-summary" not in answer["body"]
    assert len(service.asked) == stored


def test_another__from_a_script_is_ignored(ask: Ask, service: Any) -> None:
    """Only a page can ask for the form again; a script's `_another` changes nothing."""
    assert ask('{"_another": "yes"}')["statusCode"] == 201
    assert len(service.asked) == 1


def test_key__survives_a_reload_and_changes_with_the_answers(ask: Ask, service: Any) -> None:
    """A change of language or of technical fields does not change the key."""
    ask(urlencode(SENT), headers=PLAIN)
    ask(urlencode(SENT | {"_language": "sv"}), headers=PLAIN, query={"lang": "sv"})
    ask(urlencode(SENT | {"message": "Milk"}), headers=PLAIN)

    first, again, other = (asked["key"] for asked in service.asked)
    assert first == again != other
    assert all(asked["of_answers"] for asked in service.asked)


def test_form_address__opened_leads_to_the_page(ask: Ask) -> None:
    """Opening the address that forms post to shows the form in the requested language."""
    for query, path in ((None, "/registration"), ({"lang": "sv"}, "/sv/registration")):
        answer = ask("", method="GET", query=query)
        assert (answer["statusCode"], answer["headers"]["Location"]) == (303, f"{ORIGIN}{path}")
    assert parse_qsl(answer["headers"]["Location"]) == []
