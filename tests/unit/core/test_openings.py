"""Openings: options and forms that open and close by their form file and by staff."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from contract.fakes import CountedRandomness, GivenForms, PlainSigner, StoppedClock
from contract.manage_fake import InMemoryManagedRepository
from contract.rate_counter import InMemoryRateCounter
from unit.core.builders import NOW, a_field, a_form, words

from registration_core.domain.errors import (
    FormClosedError,
    InvalidAnswersError,
    InvalidFilterError,
    OptionBegunError,
    UnknownNameError,
)
from registration_core.domain.fields import Option
from registration_core.domain.openings import WHOLE_FORM, Opening, Override, all_over, form_opening, option_opening
from registration_core.domain.quota import Quota, Waitlist
from registration_core.domain.submission import Status
from registration_core.services.describe import DescribeService
from registration_core.services.door import Door, Limits
from registration_core.services.manage import ManageService
from registration_core.services.openings import OpeningsService
from registration_core.services.submit import SubmitService
from rollcall_build.forms.time_zones import time_zone

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
BY = "arn:aws:iam::000000000000:user/staff"


def an_option(value: str = "camp", **times: datetime | None) -> Option:
    return Option(value, words(value.capitalize()), capacity=1, **times)  # type: ignore[arg-type]


def closed(**more: Any) -> Override:
    return Override(open=False, by=BY, at=NOW - HOUR, **more)


def opened(**more: Any) -> Override:
    return Override(open=True, by=BY, at=NOW - HOUR, **more)


@pytest.mark.parametrize(
    ("times", "override", "expected"),
    [
        ({}, None, (True, None)),
        ({"starts_at": NOW + DAY}, None, (True, NOW + DAY)),
        ({"starts_at": NOW}, None, (False, None)),
        ({"starts_at": NOW - DAY, "closes_at": NOW + DAY}, None, (True, NOW + DAY)),
        ({"starts_at": NOW + DAY, "closes_at": NOW}, None, (False, None)),
        ({"opens_at": NOW + HOUR, "starts_at": NOW + DAY}, None, (False, NOW + HOUR)),
        ({"opens_at": NOW, "starts_at": NOW + DAY}, None, (True, NOW + DAY)),
        # closed by staff
        ({"starts_at": NOW + DAY}, closed(), (False, None)),
        ({"starts_at": NOW + DAY}, closed(until=NOW + HOUR), (False, NOW + HOUR)),
        ({"starts_at": NOW + DAY}, closed(until=NOW + 2 * DAY), (False, None)),
        ({"opens_at": NOW + DAY, "starts_at": NOW + 2 * DAY}, closed(until=NOW + HOUR), (False, NOW + DAY)),
        ({"starts_at": NOW + DAY}, closed(until=NOW), (True, NOW + DAY)),
        # opened by staff
        ({"starts_at": NOW - DAY}, opened(), (True, None)),
        ({"starts_at": NOW - DAY}, opened(until=NOW + HOUR), (True, NOW + HOUR)),
        ({"starts_at": NOW - DAY}, opened(until=NOW), (False, None)),
        ({"starts_at": NOW + DAY}, opened(), (True, NOW + DAY)),
        ({"starts_at": NOW}, opened(), (False, None)),
        ({"starts_at": NOW + DAY}, opened(until=NOW), (False, None)),
        ({"opens_at": NOW + DAY, "starts_at": NOW + 2 * DAY}, opened(), (True, NOW + 2 * DAY)),
    ],
)
def test_option__opens_and_closes(times: dict[str, datetime], override: Override | None, expected: object) -> None:
    """By its form file, until the start if that says nothing, and by what staff decided last."""
    opening = option_opening(an_option(**times), {"camp": override} if override else {}, NOW)
    assert (opening.open, opening.changes_at) == expected


def test_form__is_overridden_as_an_option_is() -> None:
    form = a_form(closes_at=NOW - DAY)
    assert form_opening(form, {}, NOW) == Opening(open=False)
    assert form_opening(form, {WHOLE_FORM: opened()}, NOW).open
    assert not form_opening(a_form(), {WHOLE_FORM: closed()}, NOW).open


STOCKHOLM = time_zone("Europe/Stockholm")
CAMP = an_option("camp", starts_at=NOW + DAY)
GONE = an_option("gone", starts_at=NOW - DAY)
LATER = an_option("later", opens_at=NOW + DAY, starts_at=NOW + 9 * DAY)
FORM = a_form(
    a_field("text", "name", required=True),
    a_field("email", "email", required=True),
    a_field("choice", "week", required=True, options=(CAMP, GONE, LATER)),
    quota=Quota("week", Waitlist.AUTO),
    once="week",
    time_zone=STOCKHOLM,
)


class Stack:
    """A form in memory, with the services of visitors and staff."""

    def __init__(self, form: Any = FORM) -> None:
        self.form = form
        self.clock = StoppedClock(NOW)
        self.repository = InMemoryManagedRepository(self.clock, CountedRandomness("repository"))
        shared: dict[str, Any] = {
            "repository": self.repository,
            "clock": self.clock,
            "randomness": CountedRandomness("services"),
        }
        self.door = Door(
            rates=InMemoryRateCounter(),
            limits=Limits(0, 0),
            signer=PlainSigner(),
            clock=self.clock,
            overrides=lambda form: self.repository.overrides(form.name),
        )
        self.submits = SubmitService(signer=PlainSigner(), **shared)
        self.manage = ManageService(forms=GivenForms(form), **shared)
        self.openings = OpeningsService(repository=self.repository, clock=self.clock)

    def send(self, name: str, week: str = "camp", language: str = "en") -> Any:
        sent = {"name": name, "email": f"{name.lower()}@example.org", "week": week}
        admitted = self.door.admit(self.form, sent, address="", key=None, language=language)
        return self.submits.submit(self.form, admitted.answers, key=None, language=language)

    def refusal(self, week: str, language: str = "en") -> tuple[str, str]:
        with pytest.raises(InvalidAnswersError) as error:
            self.send("Asa", week, language)
        (wrong,) = error.value.errors
        assert wrong.field == "week"
        return wrong.code, wrong.message

    def override(self, option: str, *, opens: bool, until: datetime | None = None) -> Opening:
        return self.openings.override(self.form, option, opens=opens, until=until, by=BY)

    def status(self, receipt: Any) -> Status:
        return self.repository.get(receipt.id).status


def test_submit__refuses_what_is_closed_in_the_visitors_language() -> None:
    stack = Stack()
    assert stack.refusal("gone") == ("option_closed", "Gone is closed. Choose another option.")
    assert stack.refusal("gone", "sv") == ("option_closed", "Gone (sv) är stängd. Välj ett annat alternativ.")
    opens = "Later opens on 2 March 2027 at 10:30. Choose another option, or come back then."
    assert stack.refusal("later") == ("option_closed", opens)
    assert stack.status(stack.send("Bo")) is Status.CONFIRMED


def test_submit__obeys_staff_at_once_and_as_long_as_they_said() -> None:
    stack = Stack()
    stack.override("camp", opens=False, until=NOW + HOUR)
    stack.override("gone", opens=True)
    assert stack.refusal("camp")[1] == "Camp opens on 1 March 2027 at 11:30. Choose another option, or come back then."
    assert stack.status(stack.send("Bo", "gone")) is Status.CONFIRMED
    stack.clock.forward(hours=1)
    assert stack.status(stack.send("Asa", "camp")) is Status.CONFIRMED


def test_submit__refuses_a_form_that_staff_closed() -> None:
    stack = Stack(replace(FORM, quota=None, once=None))
    stack.override(WHOLE_FORM, opens=False)
    with pytest.raises(FormClosedError) as error:
        stack.send("Bo")
    assert (error.value.at, error.value.opens) == (NOW, False)
    stack.override(WHOLE_FORM, opens=False, until=NOW + HOUR)
    with pytest.raises(FormClosedError) as error:
        stack.send("Bo")
    assert (error.value.at, error.value.opens) == (NOW + HOUR, True)
    stack.override(WHOLE_FORM, opens=True)
    stack.send("Bo")


def waiting_stack() -> tuple[Stack, Any, Any]:
    """Return a stack with one registrant who has the only seat, and one who waits."""
    stack = Stack()
    seated, waiting = stack.send("Bo"), stack.send("Asa")
    assert stack.status(waiting) is Status.WAITLISTED
    return stack, seated, waiting


@pytest.mark.parametrize("way", ["cancel", "erase", "spam", "seats", "promote", "promote_one", "sweep"])
def test_begun__nobody_is_promoted_whatever_is_done(way: str) -> None:
    stack, seated, waiting = waiting_stack()
    stack.clock.forward(days=2)
    manage = stack.manage
    free = {
        "cancel": lambda: manage.cancel(seated.id, by=BY),
        "erase": lambda: manage.erase(seated.id, by=BY),
        "spam": lambda: manage.mark_spam(seated.id, by=BY),
        "seats": lambda: manage.set_capacity("course", "camp", 2, by=BY),
    }
    free.get(way, free["cancel"])()
    if way in {"promote", "promote_one"}:
        with pytest.raises(OptionBegunError, match="has begun and is closed"):
            manage.promote("course", "camp") if way == "promote" else manage.promote_one(waiting.id, by=BY)
    assert manage.fill("course", "camp") == ()  # as the sweep does
    assert not manage.may_be_promoted(stack.repository.get(waiting.id))
    assert manage.next_in_line("course", "camp", seats=1) == ()
    assert manage.would_be_promoted("course", "camp") == ()
    assert stack.status(waiting) is Status.WAITLISTED


def test_begun__promotes_again_once_staff_open_it() -> None:
    stack, seated, waiting = waiting_stack()
    stack.clock.forward(days=2)
    stack.manage.cancel(seated.id, by=BY)
    stack.override("camp", opens=True)
    assert [each.id for each in stack.manage.fill("course", "camp")] == [waiting.id]


def test_closed_before_the_start__the_waiting_list_moves_on() -> None:
    stack, seated, waiting = waiting_stack()
    stack.override("camp", opens=False)
    stack.manage.cancel(seated.id, by=BY)
    assert stack.status(waiting) is Status.CONFIRMED


def test_describe__says_what_is_closed() -> None:
    """A closed option has no seats to show, and `brief` says the same."""
    stack = Stack()
    stack.override("camp", opens=False)
    service = DescribeService(repository=stack.repository, clock=stack.clock)
    description = service.describe(FORM)
    camp, _, later = description["fields"][2]["options"]
    assert (camp["open"], "seats" in camp) == (False, False)
    assert later["opens_at"] == LATER.opens_at.isoformat()  # type: ignore[union-attr]
    listed = [{"value": value, "seats": "closed"} for value in ("camp", "gone", "later")]
    assert service.brief(FORM, "en")["fields"] == [{"name": "week", "options": listed}]
    assert service.closed_options(FORM) == {"camp", "gone", "later"}
    stack.override("camp", opens=True)
    assert service.brief(FORM, "en")["fields"][0]["options"][0] == {"value": "camp", "seats": "few"}
    stack.override(WHOLE_FORM, opens=False)
    assert service.describe(FORM)["open"] is False
    assert service.brief(FORM, "en")["fields"][0]["options"] == listed


def test_brief__says_in_words_that_the_form_is_closed() -> None:
    """At once, also for a form without seats and times."""
    form = replace(FORM, quota=None, once=None, languages=("en", "sv"))
    stack = Stack(form)
    service = DescribeService(repository=stack.repository, clock=stack.clock)
    assert "closed" not in service.brief(form, "en")
    stack.override(WHOLE_FORM, opens=False)
    assert service.brief(form, "yes")["closed"] == "This form closed on 2027-03-01 at 10:30 (UTC+01:00)."
    assert service.brief(form, "sv")["closed"] == "Formuläret stängde den 2027-03-01 kl. 10:30 (UTC+01:00)."
    stack.override(WHOLE_FORM, opens=True)
    assert "closed" not in service.brief(form, "en")


def test_history__names_who_did_what_newest_first() -> None:
    stack = Stack()
    stack.override("camp", opens=False)
    stack.clock.forward(minutes=1)
    stack.override(WHOLE_FORM, opens=True, until=NOW + DAY)
    lines = stack.openings.history(FORM)
    assert [(option, line.open, line.by) for option, line in lines] == [(WHOLE_FORM, True, BY), ("camp", False, BY)]
    assert {option: opening.open for option, opening in stack.openings.openings(FORM).items()} == {
        WHOLE_FORM: True, "camp": False, "gone": False, "later": False,
    }  # fmt: skip


def test_override__refuses_unknown_options_and_past_times() -> None:
    stack = Stack()
    with pytest.raises(UnknownNameError, match='no option "tent"'):
        stack.override("tent", opens=False)
    with pytest.raises(InvalidFilterError, match="must be in the future"):
        stack.override("camp", opens=False, until=NOW)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (datetime(2027, 3, 28, 0, 59, tzinfo=UTC), datetime(2027, 3, 28, 1, 0, tzinfo=UTC)),
        (datetime(2027, 10, 31, 0, 59, tzinfo=UTC), datetime(2027, 10, 31, 1, 0, tzinfo=UTC)),
    ],
)
def test_close__on_the_night_that_clocks_change(before: datetime, after: datetime) -> None:
    """The moment counts, however the organisation's clocks show it."""
    option = an_option(closes_at=after.astimezone(STOCKHOLM))
    assert option_opening(option, {}, before).open
    assert not option_opening(option, {}, after).open


def test_all_over__only_if_no_option_opens_again() -> None:
    assert all_over(a_form(a_field("choice", "week", options=(GONE,)), once="week"), NOW)
    assert not all_over(FORM, NOW)
    assert not all_over(a_form(), NOW)
