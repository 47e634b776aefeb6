"""Checks before a submission: limits, spam, closed forms, and the order in which they run."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from contract.fakes import PlainSigner, StoppedClock
from contract.rate_counter import InMemoryRateCounter
from unit.core.builders import a_field, a_form

from registration_core.domain.errors import (
    FormClosedError,
    HumanCheckFailedError,
    InvalidAnswersError,
    TooManyRequestsError,
)
from registration_core.domain.messages import message
from registration_core.domain.ports import HumanCheck
from registration_core.domain.spam import HUMAN_TOKEN
from registration_core.services.door import Admission, Door, Limits, network_of
from registration_core.settings import SubmitSettings

if TYPE_CHECKING:
    from collections.abc import Callable

    from registration_core.domain.forms import Form

FORM = a_form(
    a_field("text", "name", required=True),
    a_field("email", "email", required=True),
    a_field("textarea", "message"),
    a_field("textarea", "more"),
    a_field("text", "town"),
    a_field("text", "parent", autocomplete="section-guardian name"),
)
GOOD = {"name": "Åsa", "email": "asa@example.org"}
ENVIRONMENT = {
    "STACK": "test", "TABLE": "t", "SITE_URL": "http://x", "ALLOWED_ORIGINS": "http://x",
}  # fmt: skip
SHIPPED = SubmitSettings.from_mapping(ENVIRONMENT)


@dataclass
class FakeHumanCheck(HumanCheck):
    """Accepts the token `human`, and records its calls."""

    asked: list[tuple[str, str, str]] = field(default_factory=list)

    def ensure_human(self, token: str, *, address: str, request: str) -> None:
        self.asked.append((token, address, request))
        if token != "human":
            raise HumanCheckFailedError("no")


def entrance(clock: StoppedClock, limits: Limits, human_check: HumanCheck | None = None) -> Callable[..., Admission]:
    door = Door(rates=InMemoryRateCounter(), limits=limits, signer=PlainSigner(), clock=clock, human_check=human_check)

    def enter(
        sent: dict[str, Any], *, form: Form = FORM, address: str = "192.0.2.7", key: str | None = None
    ) -> Admission:
        return door.admit(form, sent, address=address, key=key, language="en")

    return enter


@pytest.fixture
def clock() -> StoppedClock:
    return StoppedClock()


@pytest.fixture
def enter(clock: StoppedClock) -> Callable[..., Admission]:
    return entrance(clock, Limits(per_address=0, per_email=0))


def test_settings__admit_a_school_class_and_a_big_family() -> None:
    """Thirty pupils behind one router, each with a mistake or two; four children on five courses."""
    assert (SHIPPED.rate_per_address, SHIPPED.rate_per_email) == (100, 20)
    assert SHIPPED.turnstile_secret_name == ""


def test_admit__limits_an_address_and_says_when_to_return(clock: StoppedClock) -> None:
    enter = entrance(clock, Limits(per_address=SHIPPED.rate_per_address, per_email=0))
    for _ in range(SHIPPED.rate_per_address):
        enter(GOOD)
    with pytest.raises(TooManyRequestsError) as refused:
        enter(GOOD)
    assert 0 < refused.value.retry_after_s <= 600
    assert enter(GOOD, address="192.0.2.8")
    clock.forward(seconds=refused.value.retry_after_s)
    assert enter(GOOD)


def test_admit__limits_an_email_address_in_any_spelling(clock: StoppedClock) -> None:
    enter = entrance(clock, Limits(per_address=0, per_email=SHIPPED.rate_per_email))
    for number in range(SHIPPED.rate_per_email):
        enter(GOOD | {"name": f"Child {number}"}, address=f"192.0.2.{number}")
    with pytest.raises(TooManyRequestsError) as refused:
        enter(GOOD | {"name": "Another", "email": "ASA@example.org"})
    assert 0 < refused.value.retry_after_s <= 24 * 3600
    assert enter(GOOD | {"email": "bo@example.org"})
    clock.forward(seconds=refused.value.retry_after_s)
    assert enter(GOOD | {"name": "Another"})


@pytest.mark.parametrize(
    "variant", ["robin.ek@example.org", "robinek+club@example.org", "R.o.b.i.n.e.k+1+2@Example.org"]
)
def test_admit__counts_a_mailbox_whatever_its_tag_and_dots(clock: StoppedClock, variant: str) -> None:
    """Different spellings get no more mail into one mailbox, and the answer names the limit."""
    enter = entrance(clock, Limits(per_address=0, per_email=1))
    enter(GOOD | {"email": "robinek@example.org"})
    with pytest.raises(TooManyRequestsError) as refused:
        enter(GOOD | {"name": "Another", "email": variant})
    assert refused.value.for_email
    assert enter(GOOD | {"name": "Another", "email": "+club@example.org"})
    assert enter(GOOD | {"name": "Another", "email": "robinek@example.com"})


@pytest.mark.parametrize("key", [None, "k1"])
def test_admit__counts_a_repeated_request_once(clock: StoppedClock, key: str | None) -> None:
    enter = entrance(clock, Limits(per_address=0, per_email=1))
    assert all(enter(GOOD, key=key) for _ in range(4))
    with pytest.raises(TooManyRequestsError):
        enter(GOOD | {"name": "Bo"}, key=key and "k2")


def test_admit__wrong_answers_dont_count_for_an_email_address(clock: StoppedClock) -> None:
    enter = entrance(clock, Limits(per_address=0, per_email=1))
    for _ in range(3):
        with pytest.raises(InvalidAnswersError):
            enter(GOOD | {"name": ""})
    assert enter(GOOD)


def test_admit__without_limits_counts_nobody(clock: StoppedClock) -> None:
    enter = entrance(clock, Limits(per_address=0, per_email=0))
    assert all(enter(GOOD | {"name": f"Child {number}"}) for number in range(50))


def test_admit__reports_a_closed_form_before_counting(clock: StoppedClock) -> None:
    enter = entrance(clock, Limits(per_address=1, per_email=1))
    for _ in range(3):
        with pytest.raises(FormClosedError):
            enter(GOOD, form=a_form(*FORM.fields, closes_at=clock.at))
    assert enter(GOOD)


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "20010db800010002"),
        ("2001:db8:1:2::9%eth0", "20010db800010002"),
        ("no:address", "no:address"),
    ],
)
def test_network_of__is_what_a_household_shares(address: str, network: str) -> None:
    assert network_of(address) == network


def test_admit__counts_a_household_as_one_sender(clock: StoppedClock) -> None:
    enter = entrance(clock, Limits(per_address=1, per_email=0))
    enter(GOOD, address="2001:db8:1:2::1")
    with pytest.raises(TooManyRequestsError):
        enter(GOOD, address="2001:db8:1:2::ffff")


def test_admit__removes_the_fields_that_only_it_reads(enter: Callable[..., Admission]) -> None:
    times = {"_started": 1, "_sent": 99, "_language": "sv"}
    sent = GOOD | times | {"further_remark": "", "website": "of an older page", HUMAN_TOKEN: "t"}
    assert enter(sent) == Admission(GOOD)


def test_admit__leaves_a_forms_own_field_alone(enter: Callable[..., Admission]) -> None:
    form = a_form(*FORM.fields, a_field("text", "website"))
    admitted = enter(GOOD | {"website": "https://example.org"}, form=form)
    assert admitted == Admission(GOOD | {"website": "https://example.org"})


@pytest.mark.parametrize(
    ("sent", "suspected"),
    [
        ({}, False),
        ({"further_remark": "  "}, False),
        ({"further_remark": None}, False),
        ({"further_remark": "https://buy.example"}, True),
        ({"further_remark": ["a"]}, True),
        ({"_started": 1000, "_sent": 1001}, True),
        ({"_started": "1000", "_sent": "1002.9"}, True),
        ({"_started": 1000, "_sent": 1003}, False),
        ({"_sent": 1000}, False),
        ({"_started": ""}, False),
        ({"_started": 1000, "_sent": 900}, False),
        ({"message": "see https://a.example"}, False),
        ({"message": "http://a.example HTTPS://www.b.example www.c.example"}, False),
        ({"message": "http://a.example https://b.example", "more": "www.c.example http://d.example"}, True),
        ({"message": "\uff48\uff54\uff54\uff50://a http://b https://c ht\u200btp://d"}, True),
        ({"town": "http://a http://b", "message": "http://c http://d"}, True),
        ({"town": "http://a", "message": "http://b"}, False),
        ({"town": "evil.com"}, False),
        ({"name": "You won: https://evil.example"}, True),
        ({"name": "Åsa evil.com"}, True),
        ({"name": "robin@example.org"}, True),
        ({"name": "J.R.Smith"}, False),
        ({"parent": "www.evil.org"}, True),
    ],
)
def test_admit__sets_aside_what_looks_like_spam(
    enter: Callable[..., Admission], sent: dict[str, Any], *, suspected: bool
) -> None:
    assert (enter(GOOD | sent).spam_sign is not None) is suspected


@pytest.mark.parametrize(("ago_s", "suspected"), [(-60, False), (1, True), (2.5, True), (3, False), (3600, False)])
def test_admit__measures_until_now_without_an_end_time(
    enter: Callable[..., Admission], clock: StoppedClock, ago_s: float, *, suspected: bool
) -> None:
    assert (enter(GOOD | {"_started": clock.at.timestamp() - ago_s}).spam_sign is not None) is suspected


@pytest.mark.parametrize("time", ["soon", [1], True, "nan", float("inf"), 10**400])
def test_admit__reports_a_bad_time_with_other_wrong_fields(enter: Callable[..., Admission], time: object) -> None:
    with pytest.raises(InvalidAnswersError) as refused:
        enter(GOOD | {"name": "", "_started": time})
    assert [(wrong.field, wrong.code) for wrong in refused.value.errors] == [
        ("name", "required"),
        ("_started", "not_a_number"),
    ]
    with pytest.raises(InvalidAnswersError):
        enter(GOOD | {"_started": time})


def test_admit__checks_for_a_human_once_answers_are_right(clock: StoppedClock) -> None:
    check = FakeHumanCheck()
    enter = entrance(clock, Limits(per_address=0, per_email=1), check)
    with pytest.raises(InvalidAnswersError):
        enter(GOOD | {"name": "", HUMAN_TOKEN: "human"})
    assert check.asked == []
    for token in ({}, {HUMAN_TOKEN: ["human"]}, {HUMAN_TOKEN: "robot"}):
        with pytest.raises(HumanCheckFailedError):
            enter(GOOD | token)
    assert enter(GOOD | {HUMAN_TOKEN: "human"}, key="k1")
    assert enter(GOOD | {HUMAN_TOKEN: "human"}, key="k1")
    (*_, first, again) = check.asked
    assert first == again
    assert first[:2] == ("human", "192.0.2.7")


def test_admit__returns_the_answers_as_they_are_stored(enter: Callable[..., Admission]) -> None:
    """Nobody behind the door needs to check them again."""
    sent = {"name": " A\u030asa ", "email": "Asa@Example.ORG", "message": ""}
    assert enter(sent).answers == {"name": "\u00c5sa", "email": "Asa@example.org"}


@pytest.mark.parametrize(
    ("limits", "wait_s"), [(Limits(2, 0), (9 * 60 + 45)), (Limits(0, 2), 14 * 3600 + 29 * 60 + 45)]
)
def test_admit__counts_in_windows_of_the_clock(clock: StoppedClock, limits: Limits, wait_s: int) -> None:
    """Ten minutes for an address, a day in UTC for a mailbox; it is half past nine and 15 seconds."""
    enter = entrance(clock, limits)
    for number in range(2):
        enter(GOOD | {"name": f"Child {number}"})
        clock.forward(seconds=1)
    clock.forward(seconds=-2)
    with pytest.raises(TooManyRequestsError) as refused:
        enter(GOOD | {"name": "Another"})
    assert refused.value.retry_after_s == wait_s
    assert refused.value.for_email is (limits.per_email > 0)
    clock.forward(seconds=wait_s - 1)
    with pytest.raises(TooManyRequestsError):
        enter(GOOD | {"name": "Another"})
    clock.forward(seconds=1)
    assert enter(GOOD | {"name": "Another"})


@pytest.mark.parametrize(
    ("sent", "sign"),
    [
        ({"further_remark": "x"}, "honeypot"),
        ({"message": "http://a http://b http://c http://d"}, "links 4"),
        ({"name": "Åsa evil.com"}, "name"),
        ({"_started": 100, "_sent": 101.44}, "quick 1.4"),
        ({"further_remark": "x", "name": "Åsa evil.com"}, "honeypot"),
        ({}, None),
    ],
)
def test_admit__says_which_sign_of_spam_it_was(
    enter: Callable[..., Admission], sent: dict[str, Any], sign: str | None
) -> None:
    """As `rollcall show` explains it to the staff."""
    assert enter(GOOD | sent).spam_sign == sign


@pytest.mark.parametrize("language", ["en", "sv"])
def test_admit__says_what_is_wrong_in_the_asked_language(clock: StoppedClock, language: str) -> None:
    door = Door(rates=InMemoryRateCounter(), limits=Limits(0, 0), signer=PlainSigner(), clock=clock)
    with pytest.raises(InvalidAnswersError) as refused:
        door.admit(FORM, GOOD | {"email": "asa"}, address="", key=None, language=language)
    assert [error.message for error in refused.value.errors] == [message("not_an_email", language)]
