"""A visitor's journeys, each once in one setting; every journey in every setting in the full run."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from browser.conftest import LANGUAGES, path_in, words_in
from conftest import FULL_COURSE
from registrants import Registrant, signed

from registration_core.domain.examples import fit_ages

if TYPE_CHECKING:
    from collections.abc import Callable

    from registration_core.domain.forms import Form


@dataclass(frozen=True)
class Way:
    """A visitor's setting: language, device and browser."""

    script: bool
    width: int
    language: str
    scheme: str

    def __str__(self) -> str:
        return f"{'script' if self.script else 'no-script'}-{self.width}-{self.language}-{self.scheme}"


@dataclass(frozen=True)
class Trip:
    """One visitor in one setting. words: the site's texts in the visitor's language."""

    way: Way
    stack: Any
    visitor: Any
    person: Any
    forms: dict[str, Form]
    words: dict[str, Any]

    @property
    def page(self) -> Any:
        return self.visitor.page

    def fill_in(self, name: str, **changes: Any) -> dict[str, Any]:
        """Open a form's page and answer every field."""
        self.visitor.goes_to(path_in(self.way.language, f"/{name}"))
        answers = fit_ages(self.forms[name], self.person.answers(self.forms[name]) | changes)
        self.visitor.fills(self.forms[name], answers)
        return answers

    def press(self, label: str) -> None:
        self.page.get_by_role("button", name=label).click()

    def read_heading(self, title: str) -> None:
        self.page.get_by_role("heading", name=title, exact=True).wait_for()

    def open_own_page(self, registrant: Registrant) -> None:
        token = signed(self.stack, registrant.id, expires_at=datetime.now(UTC) + timedelta(days=1))
        self.page.goto(f"{self.stack.api_url}/my?t={token}&lang={self.way.language}")
        assert self.page.get_attribute("html", "lang") == self.way.language


def arrives(trip: Trip, name: str, *, says: str) -> None:
    """Read the thank-you page in the visitor's language, and the one mail."""
    reference = trip.visitor.arrives_at_thank_you()
    assert trip.page.get_attribute("html", "lang") == trip.way.language
    assert trip.page.get_by_text(says).is_visible()
    assert trip.person.address in trip.page.locator("dl:visible").inner_text()
    mail = trip.person.only_mail()
    assert reference in mail.text
    assert reference in mail.html
    assert reference in trip.person.staffs_only_mail(trip.forms[name]).text


def register(trip: Trip) -> None:
    sent = trip.fill_in("registration")
    trip.visitor.sends()
    arrives(trip, "registration", says=trip.words["forms"]["registration"]["thanks"])
    if trip.way.script:
        links = trip.page.get_by_role("link", name=trip.words["thank_you"]["calendar"])
        assert [link for link in links.all() if link.is_visible()]
    course = trip.forms["registration"].chosen_field.option("line-followers")
    summary = trip.page.locator("dl:visible").inner_text()
    for fact in (sent["participant"], course.label.in_language(trip.way.language), "Verkstadsgatan 12"):
        assert fact in summary


def another(trip: Trip) -> None:
    """Register one more participant: the guardian's answers are there, and nothing of the first participant's."""
    sent = trip.fill_in("registration")
    trip.visitor.sends()
    trip.visitor.arrives_at_thank_you()
    label = trip.words["forms"]["registration"]["another"]
    trip.page.get_by_role("link" if trip.way.script else "button", name=label).click()
    trip.page.wait_for_selector("#f-guardian")
    prefilled = {name: trip.page.input_value(f"#f-{name}") for name in ("participant", "guardian", "email", "phone")}
    assert prefilled == {"participant": "", **{name: sent[name] for name in ("guardian", "email", "phone")}}
    assert trip.page.locator(":checked").count() == 0
    sent["participant"] = "Maja Lindqvist"
    trip.visitor.fills(trip.forms["registration"], sent)
    trip.visitor.sends()
    trip.visitor.arrives_at_thank_you()
    trip.stack.wait_for_mails(to=trip.person.address, count=2)


def contact(trip: Trip) -> None:
    trip.fill_in("contact")
    trip.visitor.sends()
    arrives(trip, "contact", says=trip.words["forms"]["contact"]["thanks"])


def wrong_fields(trip: Trip) -> None:
    """Mistype the address: everything else is kept, and one correction is enough."""
    form = trip.forms["registration"]
    answers = trip.fill_in("registration", email="nobody@nowhere")
    with trip.visitor.forgiving("422"):
        trip.visitor.sends()
        trip.page.locator(".error-summary:visible").wait_for()
    assert trip.page.locator(".error-summary li a").count() == 1
    assert trip.page.title().startswith(trip.words["form"]["error_prefix"])
    assert trip.page.url.startswith(trip.stack.site_url if trip.way.script else trip.stack.api_url)
    assert trip.page.get_attribute('[name="email"]', "aria-invalid") == "true"
    assert trip.visitor.reads(form) == answers
    trip.page.fill('[name="email"]', trip.person.address)
    trip.visitor.sends()
    arrives(trip, "registration", says=trip.words["forms"]["registration"]["thanks"])


def full_course(trip: Trip) -> None:
    trip.fill_in("registration", course=FULL_COURSE)
    if trip.way.script:
        full = trip.page.locator(f'[data-seats="{FULL_COURSE}"]', has_text=trip.words["seats"]["waiting_list"])
        full.wait_for()
        assert trip.page.locator('[name="course"]:checked').is_enabled()
    trip.visitor.sends()
    arrives(trip, "registration", says=trip.words["thank_you"]["waitlisted"])
    trip.read_heading(trip.words["thank_you"]["waitlisted_title"])
    assert trip.words["thank_you"]["ticket"] in trip.page.locator("dl:visible").inner_text()


def double_click(trip: Trip) -> None:
    trip.fill_in("contact")
    trip.page.dblclick("main form [type=submit]", no_wait_after=True)
    trip.visitor.arrives_at_thank_you()
    assert not trip.way.script or len(trip.visitor.posts) == 1
    trip.person.only_mail()


def offline_and_back(trip: Trip) -> None:
    trip.fill_in("contact")
    with trip.visitor.forgiving("ERR_INTERNET_DISCONNECTED"):
        trip.page.context.set_offline(True)
        trip.visitor.sends()
        status = trip.page.locator(".form-status")
        status.get_by_text(trip.words["form"]["saved"]).wait_for()
        assert trip.words["organisation"]["email"] in status.inner_text()
        trip.page.context.set_offline(False)
        trip.visitor.arrives_at_thank_you()
    assert len({key for key, _ in trip.visitor.posts}) == 1
    trip.person.only_mail()


def verify(trip: Trip) -> None:
    registrant = Registrant(trip.stack, "registration", verifying=True)
    trip.open_own_page(registrant)
    trip.read_heading(trip.words["my"]["status"]["pending_place"]["title"])
    trip.press(trip.words["my"]["verify"])
    trip.read_heading(trip.words["my"]["status"]["confirmed_place"]["title"])
    assert registrant.status == "confirmed"
    trip.page.reload()
    trip.read_heading(trip.words["my"]["status"]["confirmed_place"]["title"])
    assert trip.page.get_by_role("button", name=trip.words["my"]["verify"]).count() == 0


def cancel(trip: Trip) -> None:
    words = trip.words["my"]
    registrant = Registrant(trip.stack, "registration")
    trip.open_own_page(registrant)
    trip.press(words["place"]["cancel"])
    trip.read_heading(words["ask"]["cancel_place"]["title"])
    trip.page.get_by_role("link", name=words["no"]).click()
    trip.read_heading(words["status"]["confirmed_place"]["title"])
    assert registrant.status == "confirmed"
    trip.press(words["place"]["cancel"])
    trip.press(words["ask"]["cancel_place"]["yes"])
    trip.read_heading(words["status"]["cancelled_place"]["title"])
    assert registrant.status == "cancelled"


def erase(trip: Trip) -> None:
    words = trip.words["my"]
    registrant = Registrant(trip.stack)
    trip.open_own_page(registrant)
    assert trip.page.get_by_text(registrant.entered["email"]).is_visible()
    trip.press(words["erase"])
    trip.read_heading(words["ask"]["erase_plain"]["title"])
    assert registrant.status == "confirmed"
    trip.press(words["ask"]["erase_plain"]["yes"])
    trip.read_heading(words["status"]["erased"]["title"])
    assert registrant.status == "erased"
    assert registrant.entered["email"] not in trip.page.content()
    assert trip.page.get_by_role("button").count() == 0


ONCE: dict[Any, Way] = {
    register: Way(script=True, width=360, language="sv", scheme="dark"),
    another: Way(script=True, width=360, language="en", scheme="light"),
    wrong_fields: Way(script=False, width=1280, language="sv", scheme="light"),
    full_course: Way(script=True, width=1280, language="en", scheme="dark"),
    double_click: Way(script=True, width=360, language="en", scheme="light"),
    offline_and_back: Way(script=True, width=360, language="sv", scheme="light"),
    contact: Way(script=False, width=360, language="en", scheme="dark"),
    verify: Way(script=False, width=360, language="sv", scheme="dark"),
    cancel: Way(script=True, width=1280, language="en", scheme="light"),
    erase: Way(script=False, width=1280, language="sv", scheme="light"),
}
WAYS = [Way(*way) for way in itertools.product((True, False), (360, 1280), LANGUAGES, ("light", "dark"))]
MATRIX = [
    pytest.param(
        journey,
        way,
        id=f"{journey.__name__}-{way}",
        marks=[] if ONCE[journey] == way else [pytest.mark.full],
    )
    for journey in ONCE
    for way in WAYS
    if way.script or journey is not offline_and_back  # a browser that is offline shows an error page of its own
]


@pytest.fixture
def set_out(stack: Any, visit: Any, forms: dict[str, Form], person: Any) -> Callable[[Way], Trip]:
    """Return a browser in this setting."""

    def setting_out(way: Way) -> Trip:
        visitor = visit(
            java_script_enabled=way.script,
            viewport={"width": way.width, "height": 800},
            color_scheme=way.scheme,
            locale=way.language,
        )
        return Trip(way, stack, visitor, person, forms, words_in(way.language))

    return setting_out


@pytest.mark.parametrize(("journey", "way"), MATRIX)
def test_journey__reaches_its_end(set_out: Callable[[Way], Trip], journey: Callable[[Trip], None], way: Way) -> None:
    trip = set_out(way)
    journey(trip)
    assert trip.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
