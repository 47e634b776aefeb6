"""The door, against answers made here: check-ins by tap, reference and camera, with and without a network."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from browser.desk_api import COLLEAGUE, FORMS, SITE, FakeDesk, problem
from browser.door_api import DOOR, ELSEWHERE, FakeDoor
from browser.door_visit import DoorVisit
from deadlines import wait_until
from playwright.sync_api import expect

if TYPE_CHECKING:
    from collections.abc import Callable

FIRST, SECOND, THIRD = (f"reg_{number:026}" for number in range(3))


@pytest.fixture
def at_door(at_desk: Callable[..., Any]) -> Callable[..., DoorVisit]:
    """Open the desk for somebody at the door."""
    return lambda desk=None, **options: DoorVisit(at_desk(desk or FakeDoor(), **options))


def test_tap__checks_in_and_another_tap_undoes(at_door: Any) -> None:
    door = at_door().arrives()
    door.counts("0 of 12 here")
    door.taps("Åsa Lindqvist")
    door.counts("1 of 12 here")
    door.announces("Åsa Lindqvist is here. 1 of 12 here")
    expect(door.row("Åsa Lindqvist")).to_contain_text("You")
    assert door.row("Åsa Lindqvist").bounding_box()["height"] >= 56

    door.taps("Åsa Lindqvist")
    door.counts("0 of 12 here")
    door.announces("Åsa Lindqvist is no longer checked in.")
    door.nothing_waits()
    assert [(method, person) for method, person, _ in door.visit.desk.check_ins()] == [("PUT", "0"), ("DELETE", "0")]


def test_double_tap__checks_in_once(at_door: Any) -> None:
    door = at_door().arrives()
    door.row("Bo Ek").dblclick()
    expect(door.row("Bo Ek")).to_have_attribute("aria-pressed", "true")


@pytest.mark.parametrize("typed", ["K7QM-002P", "k7qm 002p", "k7qmoo2p"])
def test_reference__is_read_however_it_is_typed(at_door: Any, typed: str) -> None:
    door = at_door().arrives()
    door.types(typed)
    door.visit.says("Bo Ek is here. 1 of 12 here")
    expect(door.page.get_by_label("Name or reference")).to_have_value("")
    door.types(typed)
    door.visit.says("Bo Ek was already checked in")
    expect(door.row("Bo Ek")).to_have_attribute("aria-pressed", "true")
    door.nothing_waits()
    assert len(door.visit.desk.check_ins()) == 1


def test_reference__from_another_list_says_where(at_door: Any) -> None:
    door = at_door().arrives()
    door.types("K7QM-051P")
    dialog = door.page.get_by_role("dialog")
    expect(dialog).to_contain_text("Ossian Other is not on this list")
    expect(dialog).to_contain_text(re.compile("The submission is for .+ 20[0-9]{2}. Its status is: Confirmed."))
    expect(dialog.get_by_role("link", name="Open the submission")).to_have_attribute("href", f"#/entry/{ELSEWHERE}")
    dialog.get_by_role("link", name="Open that list").click()
    expect(door.row("Ossian Other")).to_be_visible()
    door.visit.opens(DOOR)
    door.counts("0 of 12 here")
    door.types("K7QM-050P")
    expect(dialog).to_contain_text("Its status is: Waiting list. Only a confirmed submission can be checked in.")
    door.visit.presses("Close", dialog=True)
    door.types("K7QM-999P")
    door.visit.says("Nothing matches K7QM-999P, on this list or elsewhere.")
    door.types("Somebody else")
    door.visit.says("Nobody on this list matches.")
    assert door.visit.desk.check_ins() == []


def test_search__narrows_the_list_and_enter_finds_the_person(at_door: Any) -> None:
    door = at_door().arrives()
    door.page.get_by_label("Name or reference").press_sequentially("ek ni")
    expect(door.page.locator(".people li:visible")).to_have_count(1)
    door.page.keyboard.press("Enter")
    expect(door.row("Nils Ek")).to_be_focused()
    door.page.keyboard.press("Enter")
    door.counts("1 of 12 here")


def test_camera__reads_codes_and_stops_on_leaving(at_door: Any) -> None:
    door = at_door().arrives(camera="")
    assert door.page.evaluate("tracks.length") == 0
    door.visit.presses("Scan codes")
    expect(door.page.locator("video")).to_be_visible()
    door.page.evaluate("code = 'K7QM-002P'")
    door.visit.says("Bo Ek is here.")
    door.page.evaluate("code = 'https://elsewhere.example'")
    door.visit.says("Nothing matches https://elsewhere.example")
    assert door.page.evaluate("tracks[0].readyState") == "live"
    door.visit.opens("#/list")
    door.visit.heading("Submissions")
    assert door.page.evaluate("tracks.map(track => track.readyState)") == ["ended"]
    assert len(door.visit.desk.check_ins()) == 1

    door.visit.opens(DOOR)
    door.visit.presses("Scan codes")
    door.visit.presses("Stop the camera")
    expect(door.page.locator("video")).to_be_hidden()
    door.becomes_true("tracks.every(track => track.readyState === 'ended')")


@pytest.mark.parametrize(
    ("refusal", "text"),
    [
        ("NotAllowedError", "The browser may not use the camera."),
        pytest.param("NotFoundError", "The camera can't be used. Check that there is one", marks=pytest.mark.full),
    ],
)
def test_camera__that_fails_says_what_to_do(at_door: Any, refusal: str, text: str) -> None:
    door = at_door().arrives(camera=refusal)
    door.visit.presses("Scan codes")
    door.visit.says(text)
    expect(door.page.locator("video")).to_be_hidden()
    expect(door.page.get_by_role("button", name="Scan codes")).to_be_visible()


def test_offline__keeps_check_ins_and_sends_each_once_in_order(at_door: Any) -> None:
    door = at_door().arrives()
    desk = door.visit.desk
    desk.down = True
    for name in ("Bo Ek", "Cecilia Lind", "Åsa Lindqvist", "Nils Ek"):
        door.taps(name)
    door.taps("Nils Ek")  # undone before anybody saw it
    door.waits("3 check-ins wait for the network.")
    door.counts("3 of 12 here")
    expect(door.row("Bo Ek")).to_contain_text("not sent yet")
    assert not re.search("Bo|Ek|Lind|K7QM|@|token|academy", door.stored())

    door.comes_back_online()
    door.visit.says("All check-ins are sent.")
    door.nothing_waits()
    sent = desk.check_ins()
    assert [(method, person) for method, person, _ in sent] == [("PUT", "2"), ("PUT", "3"), ("PUT", "0")]
    times = [datetime.fromisoformat(body["at"]) for _, _, body in sent]
    assert times == sorted(times)
    assert all(abs(at - desk.now) < timedelta(minutes=2) for at in times)


def test_offline__keeps_the_list_usable(at_door: Any) -> None:
    door = at_door().arrives()
    door.page.clock.install()
    door.visit.opens("#/list")
    door.visit.heading("Submissions")
    door.visit.desk.down = True
    door.visit.opens(DOOR)
    expect(door.page.locator("main")).to_contain_text("No connection. This is the list as of")
    door.taps("Bo Ek")
    door.types("K7QM-003P")
    door.visit.says("Cecilia Lind is here.")
    door.types("K7QM-051P")
    door.visit.says("The desk can't reach the server.")
    door.waits("2 check-ins wait")
    door.comes_back_online()
    door.nothing_waits()
    expect(door.page.locator("main")).to_contain_text("List as of")


def test_lost_answer__is_sent_again_and_counts_once(at_door: Any) -> None:
    """A check-in that was stored although its answer got lost is sent once more, with the same time."""
    door = at_door().arrives()
    desk = door.visit.desk
    desk.faults[f"PUT submissions/{FIRST}/check-ins/{desk.today}"] = [lambda route: route.abort()]
    door.taps("Åsa Lindqvist")
    door.waits("1 check-in waits for the network.")
    door.visit.presses("Send now")
    door.nothing_waits()
    [one, other] = desk.check_ins()
    assert one == other
    assert len(desk.submissions[FIRST]["check_ins"]) == 1


def test_refusal__names_the_person_and_the_rest_is_sent(at_door: Any) -> None:
    door = at_door().arrives()
    desk = door.visit.desk
    desk.down = True
    for name in ("Åsa Lindqvist", "Bo Ek"):
        door.taps(name)
    desk.submissions[FIRST]["status"] = "cancelled"
    door.comes_back_online()
    refused = door.page.locator(".queue [role=alert]")
    expect(refused).to_contain_text(re.compile("Not saved: the check-in of Åsa Lindqvist at .*Only a confirmed"))
    expect(refused.get_by_role("link")).to_have_attribute("href", f"#/entry/{FIRST}")
    door.nothing_waits()
    assert desk.submissions[THIRD]["check_ins"]
    refused.get_by_role("button", name="Close").click()
    expect(refused).to_be_empty()


def test_expired_sign_in__is_renewed_and_then_all_is_sent(at_door: Any) -> None:
    """What was tapped offline outlives a sign-in that ended meanwhile, and a page that was loaded again."""
    door = at_door().arrives()
    desk = door.visit.desk
    desk.down = True
    door.taps("Bo Ek")
    door.taps("Åsa Lindqvist")
    door.waits("2 check-ins wait")
    desk.stopped, desk.tokens = True, desk.tokens + 1
    door.comes_back_online()
    expect(door.page.get_by_role("dialog")).to_contain_text("Your sign-in has ended.")
    questions: list[str] = []
    door.page.on("dialog", lambda dialog: (questions.append(dialog.type), dialog.accept()))
    door.visit.presses("Sign in", dialog=True)
    door.page.get_by_role("link", name="Continue").click()
    door.counts("2 of 12 here")
    door.nothing_waits()
    assert questions == []
    assert [person for _, person, body in desk.check_ins() if body][-2:] == ["2", "0"]


def in_another_tab(door: DoorVisit) -> DoorVisit:
    return DoorVisit(type(door.visit)(door.page.context.new_page(), door.visit.desk))


def test_closed_tab__loses_no_check_in(at_door: Any) -> None:
    """The desk says how many wait, before the sign-in too, and sends them after it."""
    door = at_door().arrives()
    desk = door.visit.desk
    desk.down = True
    door.taps("Bo Ek")
    door.taps("Nils Ek")
    door.waits("2 check-ins wait for the network.")
    later = in_another_tab(door)
    door.page.close()
    desk.down = False
    later.page.goto(f"{SITE}/desk/")
    later.waits("2 check-ins wait in this browser. Sign in to send them.")
    later.arrives()
    later.counts("2 of 12 here")
    later.nothing_waits()
    assert [(method, person) for method, person, _ in desk.check_ins()][-2:] == [("PUT", "2"), ("PUT", "11")]


def test_two_tabs__send_each_check_in_once(at_door: Any) -> None:
    """In the order of the taps, and each tab shows what the other sent."""
    door = at_door().arrives()
    desk = door.visit.desk
    other = in_another_tab(door).arrives()
    asked: list[Any] = []
    desk.faults[f"PUT submissions/{THIRD}/check-ins/{desk.today}"] = [asked.append]
    door.taps("Bo Ek")
    wait_until(lambda: asked, what="the first check-in on its way")
    other.taps("Nils Ek")
    other.counts("2 of 12 here")
    assert {person for _, person, _ in desk.check_ins()} == {"2"}
    asked[0].abort()
    other.nothing_waits()
    assert desk.answered == ["Bo Ek", "Nils Ek"]
    door.counts("2 of 12 here")


def test_another_person__doesnt_send_what_the_first_tapped(at_door: Any) -> None:
    door = at_door().arrives()
    desk = door.visit.desk
    desk.down = True
    door.taps("Bo Ek")
    door.waits("1 check-in waits")
    desk.down, desk.name = False, COLLEAGUE
    door.page.on("dialog", lambda dialog: dialog.accept())
    door.page.reload()
    door.page.get_by_role("link", name="Continue").click()
    door.visit.says("1 check-in of the person before you was not sent.")
    door.counts("0 of 12 here")
    assert desk.check_ins() == []


def test_leaving__asks_while_check_ins_wait(at_door: Any) -> None:
    door = at_door().arrives()
    door.visit.desk.down = True
    door.taps("Bo Ek")
    door.waits("1 check-in waits")
    asked: list[str] = []
    door.page.once("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    door.page.close(run_before_unload=True)
    wait_until(lambda: door.page.evaluate("true") and asked, what="the browser's question")
    expect(door.row("Bo Ek")).to_be_visible()
    assert asked == ["beforeunload"]

    door.visit.presses("Sign out")
    expect(door.page.get_by_role("dialog")).to_contain_text("1 check-in is not sent yet")
    door.visit.presses("Go back", dialog=True)
    door.waits("1 check-in waits")
    door.visit.presses("Sign out")
    door.visit.presses("Sign out", dialog=True)
    door.page.get_by_role("link", name="Back").click()
    door.visit.heading("Staff desk")
    assert "check-in" not in door.stored()


@pytest.mark.full
def test_sign_out_elsewhere__warns_of_what_waits(at_door: Any) -> None:
    """In the tab where it is pressed, whichever tab the taps were in. Then nothing stays in any."""
    door = at_door().arrives()
    door.visit.desk.down = True
    door.taps("Bo Ek")
    door.waits("1 check-in waits")
    other = in_another_tab(door)
    path = f"PUT submissions/{THIRD}/check-ins/{door.visit.desk.today}"
    door.visit.desk.faults[path] = [lambda route: route.abort()] * 9
    door.visit.desk.down = False
    other.arrives()
    door.visit.desk.down = True
    other.visit.presses("Sign out")
    expect(other.page.get_by_role("dialog")).to_contain_text("1 check-in is not sent yet")
    other.visit.presses("Sign out", dialog=True)
    door.visit.heading("Staff desk")
    assert "check-in" not in door.stored()
    assert "Bo Ek" not in door.page.content()


def test_clock__that_is_off_is_corrected_by_the_servers(at_door: Any) -> None:
    """A phone whose clock is an hour slow sends the true time of each tap."""
    desk = FakeDoor()
    door = at_door(desk)
    door.page.clock.install(time=desk.now - timedelta(hours=1))
    door.arrives()
    door.taps("Bo Ek")
    door.nothing_waits()
    [(_, _, body)] = desk.check_ins()
    assert abs(datetime.fromisoformat(body["at"]) - desk.now) < timedelta(minutes=1)


def test_other_phone__is_seen_within_half_a_minute(at_door: Any) -> None:
    door = at_door()
    door.page.clock.install()
    door.arrives()
    door.visit.desk.is_here(THIRD, COLLEAGUE)
    door.row("Cecilia Lind").focus()
    door.page.clock.run_for(30_000)
    door.counts("1 of 12 here")
    expect(door.row("Bo Ek")).to_contain_text("sara@academy.example")
    expect(door.row("Cecilia Lind")).to_be_focused()


def test_day__is_today_until_another_is_chosen(at_door: Any) -> None:
    desk = FakeDoor()
    yesterday, tomorrow = desk.today - timedelta(days=1), desk.today + timedelta(days=1)
    desk.days = (str(yesterday), str(tomorrow))
    door = at_door(desk).arrives()
    chooser = door.page.get_by_label("Day")
    expect(chooser).to_have_value(str(desk.today))
    chooser.select_option(str(yesterday))
    expect(door.page.locator("main")).to_contain_text("not for today")
    door.taps("Bo Ek")
    door.nothing_waits()
    assert desk.submissions[THIRD]["check_ins"][0]["day"] == str(yesterday)
    door.page.get_by_label("Day").select_option(str(tomorrow))
    expect(door.page.locator("main")).to_contain_text("You can check people in on that day.")
    expect(door.page.locator("button.person-row")).to_have_count(0)


def test_reader__sees_who_is_here_and_presses_nothing(at_door: Any) -> None:
    desk = FakeDoor(role="reader")
    desk.is_here(FIRST, COLLEAGUE)
    door = at_door(desk).arrives(camera="")
    door.counts("1 of 12 here")
    expect(door.page.locator("main button")).to_have_count(0)


def test_courses__lead_to_their_lists(at_door: Any) -> None:
    door = at_door().arrives("#/")
    door.page.locator(".course", has_text="Line followers").get_by_role("link", name="Check-in").click()
    door.counts("0 of 12 here")
    door.page.locator("nav").get_by_role("link", name="Check-in").click()
    door.visit.heading("Check-in")
    expect(door.page.locator("main h2")).to_have_text([FORMS["registration"].title.in_language("en")])
    door.page.locator(".doors").get_by_role("link", name="Everyone").click()
    door.counts("0 of 13 here")
    door.page.get_by_text("Can't find somebody?").click()
    expect(door.page.get_by_role("link", name="Open the form")).to_have_attribute("href", "/registration")


def test_server_in_trouble__keeps_the_check_in(at_door: Any) -> None:
    door = at_door().arrives()
    desk = door.visit.desk
    busy: list[Callable[[Any], None]] = [lambda route: problem(route, 503, "busy", "Busy.")]
    desk.faults[f"PUT submissions/{FIRST}/check-ins/{desk.today}"] = busy
    door.taps("Åsa Lindqvist")
    door.waits("1 check-in waits")
    door.visit.presses("Send now")
    door.nothing_waits()
    assert isinstance(desk, FakeDesk)
    assert len(desk.submissions[FIRST]["check_ins"]) == 1
