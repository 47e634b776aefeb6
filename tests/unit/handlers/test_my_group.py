"""A registrant's page of one who was sent together with others: verify all, cancel and erase one or all."""

from __future__ import annotations

import re
from html import escape, unescape
from typing import TYPE_CHECKING, Any

import pytest
from unit.core.builders import a_field, a_form, words
from unit.handlers.my_desk import Desk

from registration_core.domain.fields import Option
from registration_core.domain.groups import Group
from registration_core.domain.policies import Verification
from registration_core.domain.quota import Quota
from registration_core.domain.submission import Status

if TYPE_CHECKING:
    from pathlib import Path

    from registration_core.domain.submission import Submission

FORM = a_form(
    a_field("email", "email", required=True),
    a_field("text", "participant", required=True),
    a_field("choice", "week", required=True, options=(Option("a", words("A"), capacity=2),)),
    name="registration",
    name_field="participant",
    once="week",
    quota=Quota("week"),
    verification=Verification(48),
    group=Group(("participant", "week"), 4),
)


class Family:
    """Three siblings for two seats, with a link to each one's page."""

    def __init__(self, site_dir: Path, names: tuple[str, ...] = ("Åsa", "Bo", "Cy")) -> None:
        self.desk = Desk(site_dir, FORM)
        members = [{"email": "per@example.org", "participant": name, "week": "a"} for name in names]
        receipt = self.desk.submit.submit_group(FORM, members, key=None, language="en")
        self.ids = [each.id for each in receipt.group]

    def now(self) -> list[Submission]:
        return [self.desk.table.get(each) for each in self.ids]

    def statuses(self) -> list[Status]:
        return [each.status for each in self.now()]

    def token(self, number: int) -> str:
        return self.desk.token(self.now()[number])


@pytest.fixture
def family(site_dir: Path) -> Family:
    return Family(site_dir)


def listed(answer: Any) -> dict[str, str]:
    """Return the others on a page: their tokens by name."""
    return {
        name: unescape(token)
        for token, name in re.findall(r'my\?t=([^&"]+)&amp;lang=en">([^<]+)</a></strong>', answer["body"])
    }


def test_page__leads_to_the_others(family: Family) -> None:
    """Their pages open with tokens of their own, which live no longer than the registrant's."""
    others = listed(family.desk.look(family.token(0)))
    assert list(others) == ["Bo", "Cy"]
    assert list(listed(family.desk.look(others["Cy"]))) == ["Åsa", "Bo"]
    family.desk.clock.forward(days=1)
    assert family.desk.look(others["Cy"])["statusCode"] == 410


def test_page__leaves_out_who_has_another_address(family: Family) -> None:
    """Staff may correct one's address; its page is then none of the others' business."""
    second = family.now()[1]
    changes: Any = {"email": "else@example.org", "version": 2}
    family.desk.table.entries[second.id] = type(second)(
        **{**{n: getattr(second, n) for n in second.__slots__}, **changes}
    )
    assert list(listed(family.desk.look(family.token(0)))) == ["Cy"]


def test_verify__confirms_all_with_one_mail(family: Family) -> None:
    family.desk.press(family.token(1), "verify")
    assert family.statuses() == [Status.CONFIRMED, Status.CONFIRMED, Status.WAITLISTED]
    assert all(each.verified_at is not None for each in family.now())
    assert [each.quiet for each in family.now()][:2] == [False, True]


def test_verify__after_the_first_is_cancelled__tells_of_the_second(family: Family) -> None:
    """Someone has to bring the mail: the first of those who are confirmed then."""
    family.desk.press(family.token(0), "cancel", confirm="yes")
    family.desk.press(family.token(2), "verify")
    assert [each.quiet for each in family.now()[1:]] == [False, True]


@pytest.mark.parametrize(("action", "after"), [("cancel", Status.CANCELLED), ("erase", Status.ERASED)])
def test_final_action__one_or_all(family: Family, action: str, after: Status) -> None:
    asked = family.desk.press(family.token(0), action)
    assert f"Yes, {action} all 3 that were sent together" in asked["body"]
    family.desk.press(family.token(2), action, confirm="yes")
    assert family.statuses().count(after) == 1
    assert f"Yes, {action} all 2" in family.desk.press(family.token(0), action)["body"]
    family.desk.press(family.token(0), action, confirm="yes", everyone="yes")
    assert family.statuses() == [after] * 3


@pytest.mark.parametrize("name", ["<b>Bo</b> & Co", "محمد عبد الله", "Wolfeschlegelsteinhausen" * 4])
@pytest.mark.parametrize(
    ("action", "language", "one"), [("cancel", "en", "cancel only"), ("erase", "sv", "radera bara")]
)
def test_final_action__names_the_participant(site_dir: Path, action: str, language: str, one: str, name: str) -> None:
    """The page names whom it is about, and its two buttons differ in words and look."""
    family = Family(site_dir, names=(name, "Cy"))
    page = family.desk.press(family.token(0), action, lang=language)["body"]
    assert f'<strong dir="auto">{escape(name)}</strong>' in page
    buttons = re.findall(r'<button class="button ([^"]+)"[^>]*>(.*?)</button>', page)
    assert [look for look, _ in buttons] == ["button-final", "button-quiet"]
    assert f"{one} <bdi>{escape(name)}</bdi>" in buttons[0][1]


def test_alone__nothing_about_others(family: Family) -> None:
    entry = family.desk.enter()
    assert "Sent together" not in family.desk.look(family.desk.token(entry))["body"]
    assert "that were sent together" not in family.desk.press(family.desk.token(entry), "cancel")["body"]
