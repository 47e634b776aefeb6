"""A registrant changes answers on their own page: no script, by the form's rules, and nothing typed is lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from filled_form import Filled
from unit.handlers.my_desk import VERIFIED, Desk, title

from registration_core.domain.errors import StorageUnavailableError
from registration_core.domain.own_changes import OwnChanges
from registration_core.domain.submission import Status

if TYPE_CHECKING:
    from pathlib import Path

    from registration_core.domain.submission import Submission

OWN = OwnChanges(("participant", "birth_date", "course", "phone", "needs", "heard_of_us", "photos"), "7d")
FORM = replace(VERIFIED, verification=None, own_changes=OWN.to_dict())
SEATS = FORM.capacities()["line-followers"]


@pytest.fixture
def desk(site_dir: Path) -> Desk:
    desk = Desk(site_dir, FORM)
    desk.clock.at = datetime(2026, 12, 1, 9, tzinfo=UTC)
    return desk


def opened(desk: Desk, entry: Submission, **query: str) -> dict[str, list[str]]:
    """Return what the page's form would send."""
    return Filled(desk.look(desk.token(entry), change="yes", **query)["body"]).fields


def fill(desk: Desk, course: str, seats: int = SEATS) -> list[Submission]:
    return [desk.enter(course=course, participant=f"Child {number}") for number in range(seats)]


def test_page__offers_to_change_answers_and_says_until_when(desk: Desk) -> None:
    entry = desk.enter(course="line-followers")

    page = desk.look(desk.token(entry))["body"]

    assert f'href="my?t={desk.token(entry)}&amp;change=yes&amp;lang=en"' in page
    assert "You can change your answers here until 9 January 2027 at 10:00." in page
    assert (
        "Du kan ändra dina svar här till 9 januari 2027 kl. 10.00." in desk.look(desk.token(entry), lang="sv")["body"]
    )


def test_form__asks_only_what_may_be_changed_as_it_was_answered(desk: Desk) -> None:
    entry = desk.enter(course="line-followers", needs="Nuts\nand <b>bolts</b>", photos=True)

    page = desk.look(desk.token(entry), change="yes")

    fields = opened(desk, entry)
    assert title(page) == "Change your answers"
    assert {name for name in fields if not name.startswith("_")} == {
        *("participant", "birth_date-day", "birth_date-month", "birth_date-year", "course", "phone"),
        *("needs", "heard_of_us", "photos"),
    }
    assert fields["course"] == ["line-followers"]
    assert fields["needs"] == ["Nuts\nand <b>bolts</b>"]
    assert fields["photos"] == ["yes"]
    assert "<script" not in page["body"]
    assert desk.table.get(entry.id) == entry


def test_save__stores_the_changes_with_the_history(desk: Desk) -> None:
    entry = desk.enter(course="line-followers")
    fields = opened(desk, entry) | {"needs": ["No nuts"], "photos": [], "participant": ["Åsa Lind"]}

    answer = desk.save(desk.token(entry), fields)

    assert answer["statusCode"] == 303
    assert answer["headers"]["Location"] == f"my?t={desk.token(entry)}&lang=en&done=saved"
    after = desk.table.get(entry.id)
    assert (after.answers["needs"], after.answers["participant"]) == ("No nuts", "Åsa Lind")
    assert "photos" not in after.answers
    assert after.answers["guardian"] == entry.answers["guardian"]
    last = desk.table.details(entry.id).events[-1]
    assert (last.by, set(last.what.removeprefix("edited ").split(", "))) == (
        "registrant",
        {"needs", "participant", *(["photos"] if "photos" in entry.answers else [])},
    )
    assert "Your changes are saved." in desk.look(desk.token(entry), done="saved")["body"]


def test_save__without_a_change_writes_nothing(desk: Desk) -> None:
    entry = desk.enter(needs="One line\nand another")
    fields = opened(desk, entry)
    fields["needs"] = [fields["needs"][0].replace("\n", "\r\n")]  # as browsers send it

    answer = desk.save(desk.token(entry), fields)

    assert answer["headers"]["Location"].endswith("&done=same")
    assert desk.table.get(entry.id) == entry


def test_save__refuses_by_the_forms_rules_in_the_language(desk: Desk) -> None:
    entry = desk.enter(course="line-followers")
    changed = {"participant": [""], "birth_date-month": ["13"], "needs": ["A ramp"]}

    answer = desk.save(desk.token(entry), opened(desk, entry) | changed, lang="sv")

    assert answer["statusCode"] == 422
    page = Filled(answer["body"])
    assert page.fields["needs"] == ["A ramp"]
    assert page.fields["birth_date-month"] == ["13"]
    assert {link for link in page.links if link.startswith("#f-")} == {"#f-participant", "#f-birth_date"}
    assert {"f-participant", "f-birth_date"} <= page.ids
    assert "Ange ett datum som finns" in answer["body"]
    assert desk.table.get(entry.id) == entry


def test_save__ages_count_with_the_other_answers(desk: Desk) -> None:
    entry = desk.enter(course="line-followers")

    answer = desk.save(desk.token(entry), opened(desk, entry) | {"birth_date-year": ["2019"]})

    assert answer["statusCode"] == 422
    assert "is for people aged" in answer["body"]


def test_save__another_course_gives_the_seat_to_the_next(desk: Desk) -> None:
    first, *_ = fill(desk, "line-followers")
    waits = desk.enter(course="line-followers", participant="Next")
    assert waits.status is Status.WAITLISTED

    answer = desk.save(desk.token(first), opened(desk, first) | young(desk, "first-robot"))

    assert answer["statusCode"] == 303
    assert (desk.table.get(first.id).option, desk.table.get(first.id).status) == ("first-robot", Status.CONFIRMED)
    assert desk.table.get(waits.id).status is Status.CONFIRMED


def test_save__into_a_full_course_needs_a_tick_for_the_waiting_list(desk: Desk) -> None:
    fill(desk, "first-robot")
    entry = desk.enter(course="line-followers")
    fields = opened(desk, entry) | young(desk, "first-robot")

    refused = desk.save(desk.token(entry), fields)

    assert refused["statusCode"] == 409
    assert "is full. Choose something else, or tick the box" in refused["body"]
    assert Filled(refused["body"]).fields["course"] == ["first-robot"]
    assert 'name="_wait"' in refused["body"]
    assert desk.table.get(entry.id) == entry

    accepted = desk.save(desk.token(entry), Filled(refused["body"]).fields | {"_wait": ["yes"]})

    assert accepted["statusCode"] == 303
    after = desk.table.get(entry.id)
    assert (after.option, after.status, after.position) == ("first-robot", Status.WAITLISTED, 2)


def test_form__shows_which_courses_are_full(desk: Desk) -> None:
    fill(desk, "first-robot")
    entry = desk.enter(course="line-followers")

    page = desk.look(desk.token(entry), change="yes")["body"]

    assert page.count("Full. Join the waiting list") == 1
    assert 'name="_wait"' in page


def test_save__someone_elses_change_is_shown_and_nothing_is_lost(desk: Desk) -> None:
    """Staff corrected the name and the phone; the registrant typed another phone and a need."""
    entry = desk.enter(course="line-followers")
    mine = opened(desk, entry) | {"phone": ["+46 70 111 11 11"], "needs": ["A ramp"]}
    desk.edits.carry_out(desk.edits.plan(entry, {"participant": "Åse", "phone": "+46702222222"}), by="kim")

    refused = desk.save(desk.token(entry), mine)

    assert refused["statusCode"] == 409
    assert "This was changed while you had the page open" in refused["body"]
    assert "Participant&#39;s name: it is now Åse" in refused["body"]
    again = Filled(refused["body"]).fields
    assert again["needs"] == ["A ramp"]
    assert again["phone"] == ["+46 70 111 11 11"]
    assert again["participant"] == ["Åse"], "what the registrant left alone is as it is now"
    assert desk.table.get(entry.id).answers.get("needs") == entry.answers.get("needs")

    assert desk.save(desk.token(entry), again)["statusCode"] == 303
    assert desk.table.get(entry.id).answers["participant"] == "Åse"
    assert desk.table.get(entry.id).answers["needs"] == "A ramp"


def test_save__a_promotion_meanwhile_is_shown(desk: Desk) -> None:
    """Otherwise somebody who waits would leave the seat that they just got."""
    first, *_ = fill(desk, "line-followers")
    waits = desk.enter(course="line-followers", participant="Next")
    fields = opened(desk, waits) | young(desk, "first-robot")
    desk.manage.cancel(first.id, by="kim")

    answer = desk.save(desk.token(waits), fields)

    assert answer["statusCode"] == 409
    assert "You have a seat" in answer["body"]


def test_save__while_the_table_fails_loses_nothing_typed(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    entry = desk.enter(course="line-followers")
    mine = opened(desk, entry) | {"needs": ["A ramp"]}

    def fails(*_arguments: object, **_more: object) -> None:
        raise StorageUnavailableError("the table doesn't answer")

    with monkeypatch.context() as broken:
        broken.setattr(desk.table, "change", fails)
        broken.setattr(desk.table, "quotas", fails)
        answer = desk.save(desk.token(entry), mine)

    assert answer["statusCode"] == 503
    again = Filled(answer["body"]).fields
    assert again["needs"] == ["A ramp"]
    assert desk.save(desk.token(entry), again)["statusCode"] == 303
    assert desk.table.get(entry.id).answers["needs"] == "A ramp"


def test_save__twice_is_saved_once(desk: Desk) -> None:
    """A second press, or a reload, brings the same page."""
    entry = desk.enter()
    fields = opened(desk, entry) | {"needs": ["A ramp"]}

    first, second = desk.save(desk.token(entry), fields), desk.save(desk.token(entry), fields)

    assert first["headers"]["Location"] == second["headers"]["Location"]
    assert desk.table.get(entry.id).version == entry.version + 1


def test_save__a_label_meanwhile_is_no_conflict(desk: Desk) -> None:
    entry = desk.enter()
    fields = opened(desk, entry) | {"needs": ["A ramp"]}
    desk.manage.label(entry.id, "paid", on=True, by="kim")

    assert desk.save(desk.token(entry), fields)["statusCode"] == 303
    after = desk.table.get(entry.id)
    assert (after.labels, after.answers["needs"]) == (("paid",), "A ramp")


def test_save__ignores_what_may_not_be_changed(desk: Desk) -> None:
    entry = desk.enter()

    desk.save(desk.token(entry), opened(desk, entry) | {"email": ["x@example.org"], "consent": [], "needs": ["A ramp"]})

    after = desk.table.get(entry.id)
    assert (after.email, after.answers["consent"], after.answers["needs"]) == (entry.email, True, "A ramp")


def test_change__ends_before_the_start(desk: Desk) -> None:
    entry = desk.enter(course="line-followers")
    fields = opened(desk, entry) | {"needs": ["A ramp"]}
    desk.clock.forward(days=60)

    page, form = desk.look(desk.token(entry)), desk.look(desk.token(entry), change="yes")
    saved = desk.save(desk.token(entry), fields)

    assert "change=yes" not in page["body"]
    assert "You could change your answers here until 9 January 2027" in page["body"]
    assert title(form) == title(page)
    assert (saved["statusCode"], title(saved)) == (409, "It is too late to change this here")
    assert desk.table.get(entry.id) == entry


def test_change__to_a_course_whose_time_is_over_is_refused(desk: Desk) -> None:
    """It isn't offered either."""
    entry = desk.enter(course="python-and-sensors")
    fields = opened(desk, entry) | {"course": ["line-followers"]}
    desk.clock.forward(days=60)

    answer = desk.save(desk.token(entry), fields)

    assert answer["statusCode"] == 422
    assert "can&#39;t be chosen any more" in answer["body"]
    assert 'value="line-followers"' not in desk.look(desk.token(entry), change="yes")["body"]


@pytest.mark.parametrize("status", ["cancelled", "erased"])
def test_change__is_not_for_what_is_over(desk: Desk, status: str) -> None:
    entry = desk.enter()
    fields = opened(desk, entry) | {"needs": ["A ramp"]}
    action = "cancel" if status == "cancelled" else "erase"
    desk.press(desk.token(entry), action, confirm="yes")

    assert "change=yes" not in desk.look(desk.token(entry))["body"]
    assert desk.save(desk.token(entry), fields)["statusCode"] == 409


def test_form_without_own_changes__offers_none(site_dir: Path) -> None:
    desk = Desk(site_dir)
    entry = desk.enter()

    assert "change=yes" not in desk.look(desk.token(entry))["body"]
    assert title(desk.look(desk.token(entry), change="yes")) == title(desk.look(desk.token(entry)))
    assert desk.save(desk.token(entry), {"participant": "X", "_version": "1"})["statusCode"] == 409


@pytest.mark.parametrize("fields", [{}, {"_version": "x", "_seen": "["}, {"_version": "9" * 40, "_seen": "[1]"}])
def test_save__of_a_page_that_was_not_ours_is_no_fault(desk: Desk, fields: dict[str, str]) -> None:
    entry = desk.enter()

    answer: Any = desk.save(desk.token(entry), fields)

    assert answer["statusCode"] in {303, 409, 422}
    assert desk.table.get(entry.id) == entry


def young(desk: Desk, course: str) -> dict[str, list[str]]:
    """Return the answers of a child who is old enough for a course."""
    fields = opened(desk, desk.enter(course=course, participant="As old"))
    return {"course": [course], **{name: value for name, value in fields.items() if name.startswith("birth_date")}}
