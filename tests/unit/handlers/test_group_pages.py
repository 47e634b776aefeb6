"""A form with several participants, posted and shown again without JavaScript."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest
from unit.core.builders import a_field, a_form, words
from unit.handlers.conftest import FakeDescriptions, FakeDoor
from unit.handlers.my_desk import SITE
from unit.handlers.test_page import Page

from lambda_handlers.log import Log
from lambda_handlers.site_words import SiteWords
from lambda_handlers.submit_function import SubmitFunction
from registration_core.adapters.given_forms import GivenForms
from registration_core.domain.errors import FieldError, InvalidAnswersError
from registration_core.domain.fields import Option
from registration_core.domain.groups import Group
from registration_core.domain.quota import Quota
from registration_core.domain.submission import Receipt, Status

if TYPE_CHECKING:
    from pathlib import Path

    from registration_core.services.door import Admission

FORM = a_form(
    a_field("text", "guardian", required=True),
    a_field("email", "email", required=True),
    a_field("text", "participant", required=True),
    a_field("date", "born"),
    a_field(
        "choice",
        "week",
        required=True,
        options=tuple(
            Option(each, words(f"Week {each}"), capacity=2, starts_at=start, place=words(f"Hall {each}"))
            for each, start in (
                ("a", datetime(2027, 6, 14, 9, tzinfo=UTC)),
                ("b", datetime(2027, 6, 21, 9, tzinfo=UTC)),
            )
        ),
    ),
    a_field("consent", "photo"),
    a_field("textarea", "wishes"),
    name="registration",
    name_field="participant",
    once="week",
    quota=Quota("week"),
    group=Group(("participant", "born", "week", "photo"), 3),
)
FAMILY = {"guardian": "Per", "email": "per@example.org", "wishes": "", "participant": "Åsa", "week": "a"}
SECOND = {
    "participant-2": "Bo",
    "born-2-day": "03",
    "born-2-month": "04",
    "born-2-year": "2016",
    "week-2": "b",
    "photo-2": "yes",
}
RECEIPTS = (
    Receipt("crs_1", "K7QM3XTP", Status.CONFIRMED),
    Receipt("crs_2", "9VXM2K1Q", Status.WAITLISTED, position=4),
)


@dataclass
class Service:
    """Stores nothing, and records whom it was asked to store."""

    asked: list[Any] = field(default_factory=list)

    def submit_group(self, _form: object, members: object, **_how: object) -> Receipt:
        self.asked.append(members)
        return replace(RECEIPTS[0], group=RECEIPTS)


class Door(FakeDoor):
    """Admits everyone as a group of two."""

    def admit(self, form: object, sent: Any, **how: Any) -> Admission:
        admitted = super().admit(form, sent, **how)  # type: ignore[arg-type]
        return replace(admitted, members=(sent, sent))


@dataclass
class Desk:
    """The submit function for the form above, and what stands behind it."""

    site_dir: Path
    door: Door = field(default_factory=Door)
    service: Service = field(default_factory=Service)

    def post(self, sent: dict[str, Any], **headers: str) -> tuple[int, str]:
        function = SubmitFunction(
            GivenForms({FORM.name: FORM}),
            self.door,
            self.service,  # type: ignore[arg-type]
            FakeDescriptions(),  # type: ignore[arg-type]
            allowed_origins=[SITE],
            words=SiteWords(str(self.site_dir), site_url=SITE),
            log=Log("submit"),
            edge_key="",
            begin=lambda: None,
            uploads=lambda: None,
        )
        kind = {"content-type": "application/x-www-form-urlencoded", "accept": "text/html", "origin": SITE}
        event = {
            "httpMethod": "POST",
            "path": f"/{FORM.name}",
            "headers": kind | headers,
            "body": urlencode(sent, doseq=True),
        }
        answer = function(event)
        return answer["statusCode"], answer["body"]


@pytest.fixture
def desk(site_dir: Path) -> Desk:
    return Desk(site_dir)


def values(page: Page) -> dict[str, str | None]:
    """Return what a browser would send again, without buttons."""
    sent: dict[str, str | None] = {}
    for tag, attributes in page.elements:
        name = str(attributes.get("name"))
        chosen = attributes.get("type") not in ("radio", "checkbox") or "checked" in attributes
        if tag in ("input", "textarea") and chosen and not name.startswith("_"):
            sent[name] = attributes.get("value", "") if tag == "input" else page.text.get(name, "").strip()
    return sent


def test_add__keeps_a_participant_of_whom_nothing_was_sent(desk: Desk) -> None:
    """Browsers send nothing of questions that are only choices, as long as nothing is chosen."""
    _, html = desk.post({"guardian": "Per", "_add": "yes"})
    assert values(Page(html)).keys() >= {"participant", "participant-2"}


def test_add__asks_for_one_more_and_keeps_everything(desk: Desk) -> None:
    status, html = desk.post(FAMILY | SECOND | {"_add": "yes"})
    page = Page(html)
    kept = values(page)
    assert status == 200
    assert desk.service.asked == []
    assert {name: kept[name] for name in (FAMILY | SECOND)} == FAMILY | SECOND
    assert kept["participant-3"] == ""
    assert "autofocus" in next(
        attributes for tag, attributes in page.elements if tag == "fieldset" and "autofocus" in attributes
    )
    assert [attributes["value"] for tag, attributes in page.elements if attributes.get("name") == "_remove"] == [
        "1",
        "2",
        "3",
    ]


def test_add__at_the_most__adds_none(desk: Desk) -> None:
    third = {"participant-3": "Cy", "week-3": "a"}
    _, html = desk.post(FAMILY | SECOND | third | {"_add": "yes"})
    assert "participant-4" not in values(Page(html))
    assert "hidden" in Page(html).find(name="_add")


def test_remove__moves_the_next_ones_up(desk: Desk) -> None:
    _, html = desk.post(FAMILY | SECOND | {"_remove": "1"})
    kept = values(Page(html))
    assert (kept["participant"], kept["week"], kept["born-day"], kept["photo"]) == ("Bo", "b", "03", "yes")
    assert "participant-2" not in kept
    assert kept["guardian"] == "Per"


def test_remove__the_only_one__leaves_an_empty_one(desk: Desk) -> None:
    _, html = desk.post(FAMILY | {"_remove": "1"})
    assert values(Page(html))["participant"] == ""


def test_page__has_no_id_twice_and_labels_for_all(desk: Desk) -> None:
    _, html = desk.post(FAMILY | SECOND | {"_add": "yes"})
    page = Page(html)
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    labelled = [attributes["for"] for _, attributes in page.elements if "for" in attributes]
    described = [
        name for _, attributes in page.elements for name in str(attributes.get("aria-describedby", "")).split()
    ]
    assert len(ids) == len(set(ids))
    assert {*labelled, *described} <= set(ids)


def test_errors__say_whose_answer_is_wrong(desk: Desk) -> None:
    desk.door.error = InvalidAnswersError(
        [
            FieldError("guardian", "required", "Enter the guardian."),
            FieldError("participant-2", "required", "Enter the name."),
            FieldError("week-2", "unknown_option", "Choose one of: A, B."),
        ]
    )
    status, html = desk.post(FAMILY | SECOND)
    page = Page(html)
    assert status == 422
    links = {
        attributes["href"]: page.text
        for tag, attributes in page.elements
        if tag == "a" and str(attributes.get("href", "")).startswith("#f")
    }
    assert list(links) == ["#f-guardian", "#f2-participant", "#f2-week"]
    assert ">Enter the guardian.<" in html
    assert ">Participant 2: Enter the name.<" in html
    assert ">Participant 2, Week: Choose one of: A, B.<" in html


def test_errors__of_one_participant__are_not_numbered(desk: Desk) -> None:
    desk.door.error = InvalidAnswersError([FieldError("participant", "required", "Enter the name.")])
    assert ">Enter the name.<" in desk.post(FAMILY | {"participant": ""})[1]


def test_thanks__lists_all_with_their_references(desk: Desk) -> None:
    status, html = desk.post(FAMILY | SECOND)
    assert status == 201
    assert "Some have a seat, some are on the waiting list" in html
    for text in ("Åsa", "K7QM-3XTP", "Registered", "Bo", "9VXM-2K1Q", "On the waiting list, number 4"):
        assert text in html


@pytest.mark.parametrize("second", [SECOND, SECOND | {"week-2": "a"}], ids=["they differ", "all chose the same"])
def test_thanks__says_each_chosen_option_once(desk: Desk, second: dict[str, str]) -> None:
    """With its date and place: per participant, or once for all."""
    _, html = desk.post(FAMILY | second)
    for letter, day in (("a", "14 June"), ("b", "21 June")):
        said = [html.count(text) for text in (f"Week {letter}", day, f"Hall {letter}")]
        assert said == [letter in (FAMILY["week"], second["week-2"])] * 3


def test_another_sites_page__shows_no_text(desk: Desk) -> None:
    """Another site's form could otherwise put its words on our page."""
    _, html = desk.post(FAMILY | SECOND | {"_add": "yes"}, origin="https://elsewhere.example")
    assert "Bo" not in values(Page(html)).values()
