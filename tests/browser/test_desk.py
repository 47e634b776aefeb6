"""The staff's desk in a browser, against answers made here: what staff see and do, and what they read on failures."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from browser.desk_api import AFTER, COLLEAGUE, FORMS, SHARED, SIGN_IN, SITE, FakeDesk, problem
from browser.desk_visit import FIRST, DeskVisit
from deadlines import wait_until
from playwright.sync_api import expect

BUSY = {"status": 503, "headers": {"Access-Control-Allow-Origin": SITE, "Retry-After": "5"}, "json": {}}


def test_desk__shows_nothing_before_the_sign_in(at_desk: Any) -> None:
    visit = at_desk()
    visit.page.goto(f"{SITE}/desk/#/entry/{FIRST}")
    visit.heading("Staff desk")
    assert visit.desk.calls == []

    visit.presses("Sign in")
    query = dict(part.split("=", 1) for part in visit.page.url.partition("?")[2].split("&"))
    assert visit.page.url.startswith(f"{SIGN_IN}/oauth2/authorize?")
    assert (query["response_type"], query["code_challenge_method"]) == ("code", "S256")
    visit.page.get_by_role("link", name="Continue").click()

    visit.heading("Åsa Lindqvist")
    assert visit.page.url == f"{SITE}/desk/#/entry/{FIRST}"
    [(_, form)] = visit.sent("POST")
    assert form["grant_type"] == ["authorization_code"]
    assert len(form["code_verifier"][0]) >= 43
    stored = visit.page.evaluate("JSON.stringify([{...sessionStorage}, {...localStorage}, document.cookie])")
    assert not re.search("token-|refresh|c0de", stored)


def test_overview__counts_today_and_the_seats(at_desk: Any) -> None:
    visit = at_desk()
    visit.signs_in()
    visit.heading("Today")
    expect(visit.page.locator(".numbers")).to_contain_text("9 submitted")
    full = visit.page.locator(".course", has_text="Line followers")
    expect(full).to_contain_text("12 of 12 seats taken")
    expect(full.get_by_role("link", name="4 waiting")).to_have_attribute("href", re.compile("&status=waitlisted$"))
    full.get_by_role("link", name="Line followers", exact=True).click()
    visit.heading("Submissions")
    expect(visit.page.locator(".rows li")).to_have_count(2)


CLOSED_UNTIL = {"open": False, "changes_at": "2030-12-20T08:00:00+00:00", "override": None}


def test_opening__is_shown_and_changed_by_a_manager(at_desk: Any) -> None:
    """What is closed says when it opens, in the form's time zone. Undo brings that back."""
    visit = at_desk(FakeDesk(openings={("registration", "first-robot"): CLOSED_UNTIL}))
    visit.signs_in()
    course = visit.page.locator(".course", has_text="My first robot")
    expect(course).to_contain_text(re.compile(r"Closed\s*Opens 20 Dec 2030, 09:00"))
    course.get_by_role("button", name="Open My first robot").click()
    dialog = visit.page.get_by_role("dialog")
    expect(dialog).to_contain_text("Open My first robot?Visitors can choose it if its form is open")
    visit.page.keyboard.press("Escape")
    assert visit.sent("POST")[1:] == []

    course.get_by_role("button", name="Open My first robot").click()
    visit.presses("Open", dialog=True)
    visit.says("My first robot is open.")
    expect(course).to_contain_text(re.compile("Open.*You, "))
    visit.presses("Undo")
    visit.says("My first robot is closed.")
    asked = [body for path, body in visit.sent("POST") if path == "forms/registration/openings"]
    opened = {"open": True, "option": "first-robot"}
    assert asked == [opened, {**opened, "open": False, "until": CLOSED_UNTIL["changes_at"]}]


def test_form__is_closed_whole(at_desk: Any) -> None:
    """Its courses say so."""
    visit = at_desk()
    visit.signs_in()
    title = FORMS["registration"].title.in_language("en")
    form = visit.page.locator(".course", has=visit.page.get_by_role("heading", name=title, exact=True))
    form.get_by_role("button").click()
    expect(visit.page.get_by_role("dialog")).to_contain_text("visitors can't send the form any more")
    visit.presses("Close", dialog=True)
    visit.says("is closed.")
    expect(form).to_contain_text("Closed")
    expect(visit.page.locator(".course", has_text="My first robot")).to_contain_text("The form is closed")
    assert visit.sent("POST")[-1] == ("forms/registration/openings", {"open": False})


def test_reader__sees_what_is_closed_and_changes_nothing(at_desk: Any) -> None:
    visit = at_desk(FakeDesk(role="reader", openings={("contact", None): CLOSED_UNTIL}))
    visit.signs_in()
    expect(visit.page.locator("main")).to_contain_text("Opens 20 Dec 2030")
    expect(visit.page.locator("main button")).to_have_count(0)


def test_list__searches_while_you_type_and_filters(at_desk: Any) -> None:
    visit = at_desk(FakeDesk(people=60))
    visit.signs_in("#/list")
    expect(visit.page.locator(".rows li")).to_have_count(50)
    visit.page.locator(".more").scroll_into_view_if_needed()
    expect(visit.page.locator(".rows li")).to_have_count(60)

    visit.page.get_by_label("Search by name").press_sequentially("åsa", delay=20)
    expect(visit.page.locator(".rows li")).to_have_count(10)
    assert len([path for path, _ in visit.sent("GET") if path == "submissions"]) <= 4
    visit.page.get_by_label("Label").fill("paid")
    expect(visit.page.locator(".rows li")).to_have_count(1)
    assert visit.page.url.endswith("#/list?label=paid")

    visit.page.get_by_role("link", name="Åsa Lindqvist").click()
    visit.heading("Åsa Lindqvist")
    visit.page.go_back()
    expect(visit.page.get_by_label("Label")).to_have_value("paid")
    expect(visit.page.get_by_role("link", name="Åsa Lindqvist")).to_be_focused()


def test_waiting_list__has_the_first_in_line_on_top(at_desk: Any) -> None:
    """Page by page. Other lists have the newest on top."""
    desk = FakeDesk(people=60 * 6)
    visit = at_desk(desk)
    visit.signs_in("#/list?form=registration&option=competition-team&status=waitlisted")
    longest = [one["name"] for one in desk.submissions.values() if one["status"] == "waitlisted"][::-1]
    expect(visit.page.locator(".row-name").first).to_have_text(longest[0])
    expect(visit.page.locator(".count")).to_have_text("At least 50 submissions")
    visit.page.locator(".more").scroll_into_view_if_needed()
    expect(visit.page.locator(".row-name")).to_have_text(longest)
    visit.page.get_by_label("Course", exact=True).select_option("")
    expect(visit.page.locator(".row-name").first).to_have_text(longest[-1])


def test_list__is_fresh_unless_you_come_back_from_a_submission(at_desk: Any) -> None:
    visit = at_desk()
    visit.signs_in("#/list")
    visit.page.get_by_role("link", name="Åsa Lindqvist").click()
    visit.presses("Cancel it")
    visit.presses("Cancel it", dialog=True)
    visit.says("is cancelled")
    visit.page.go_back()
    expect(visit.page.locator(".rows li").first).to_contain_text("Cancelled")
    assert [path for path, _ in visit.sent("GET")].count("submissions") == 1

    visit.desk.submissions[FIRST]["status"] = "confirmed"
    visit.opens("#/")
    visit.heading("Today")
    visit.opens("#/list")
    expect(visit.page.locator(".rows li").first).to_contain_text("Confirmed")


def test_history__of_the_browser_names_nobody(at_desk: Any) -> None:
    """It outlives the sign-out, often on a shared computer. A search is kept in this tab until then."""
    visit = at_desk()
    visit.signs_in("#/list")
    visit.page.get_by_label("Search by name").fill("lindqvist")
    expect(visit.page.locator(".rows li")).to_have_count(1)
    assert visit.page.url.endswith("#/list")
    visit.page.reload()
    visit.page.get_by_role("link", name="Continue").click()
    expect(visit.page.get_by_label("Search by name")).to_have_value("lindqvist")
    expect(visit.page.locator(".rows li")).to_have_count(1)

    visit.page.get_by_role("link", name="Åsa Lindqvist").click()
    visit.heading("Åsa Lindqvist")
    assert visit.page.title().startswith("K7QM-000P ")
    visit.page.get_by_role("link", name="Edit").click()
    visit.heading("Edit Åsa Lindqvist")
    assert visit.page.title().startswith("Edit K7QM-000P ")


def test_file__is_downloaded_and_the_desk_stays(at_desk: Any) -> None:
    """One that isn't kept, or not checked for viruses, says so and has no button."""
    visit = at_desk()
    states = ("kept", "checking", "unchecked", "refused")
    files = [{"id": state, "name": f"{state}.pdf", "field": "cv", "state": state} for state in states]
    visit.desk.submissions[FIRST]["files"] = files
    visit.signs_in(f"#/entry/{FIRST}")
    section = visit.page.locator("section", has=visit.page.get_by_role("heading", name="Files"))
    expect(section.get_by_role("listitem")).to_have_text(
        [
            "Download kept.pdf",
            "checking.pdf: being checked for viruses",
            "unchecked.pdf: the check for viruses failed",
            "refused.pdf: refused and deleted",
        ]
    )
    with visit.page.expect_download() as download:
        section.get_by_role("button").click()
    assert download.value.suggested_filename == "cv.pdf"
    assert (f"submissions/{FIRST}/files/kept", None) in visit.sent("GET")
    visit.heading("Åsa Lindqvist")


def test_action__asks_first_and_can_be_undone(at_desk: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Undoing takes no seat from whoever got it, and says so."""
    monkeypatch.setitem(AFTER, "restore", ("waitlisted", "restored", "cancel"))
    visit = at_desk()
    visit.signs_in(f"#/entry/{FIRST}")
    visit.presses("Cancel it")
    expect(visit.page.get_by_role("dialog")).to_contain_text("Cancel the submission of Åsa Lindqvist?")
    visit.page.keyboard.press("Escape")
    assert visit.sent("POST")[1:] == []

    visit.presses("Cancel it")
    visit.presses("Cancel it", dialog=True)
    visit.says("The submission of Åsa Lindqvist is cancelled.")
    expect(visit.page.locator(".entry-facts")).to_contain_text("Cancelled")
    visit.presses("Undo")
    visit.says("The submission of Åsa Lindqvist is restored. No seat was free, so it is on the waiting list.")
    assert [body for _, body in visit.sent("POST")[1:]] == [{"action": "cancel"}, {"action": "restore"}]
    versions = [headers["if-match"] for headers in visit.desk.headers if "if-match" in headers]
    assert versions == ['"1"', '"2"']


def test_sign_out__revokes_and_leaves_nothing(at_desk: Any) -> None:
    visit = at_desk()
    visit.signs_in(f"#/entry/{FIRST}/edit")
    visit.page.get_by_label("Guardian's name").fill("Secret")
    visit.presses("Sign out")
    visit.page.get_by_role("link", name="Back").click()
    visit.heading("Staff desk")
    assert visit.sent("POST")[-1] == ("revoke", {"token": ["refresh"], "client_id": ["client"]})
    assert visit.page.evaluate("sessionStorage.length") == 0
    assert "Lindqvist" not in visit.page.content()
    visit.page.go_back()
    visit.page.go_back()
    expect(visit.page.locator("body")).not_to_contain_text("Secret")


def test_edit__asks_what_the_form_asks_and_names_what_is_wrong(at_desk: Any) -> None:
    visit = at_desk()
    visit.signs_in(f"#/entry/{FIRST}")
    visit.page.get_by_role("link", name="Edit").click()
    visit.heading("Edit Åsa Lindqvist")
    visit.page.get_by_label("Guardian's e-mail").fill("anna@example")
    visit.desk.faults[f"PATCH submissions/{FIRST}/answers"] = [
        lambda route: problem(
            route, 422, "invalid", "Wrong.", errors=[{"field": "email", "message": "Fix the address."}]
        )
    ]
    visit.presses("Save")
    summary = visit.page.locator(".error-summary")
    expect(summary).to_be_focused()
    summary.get_by_role("link", name="Fix the address.").click()
    expect(visit.page.get_by_label("Guardian's e-mail")).to_be_focused()
    expect(visit.page.get_by_label("Guardian's e-mail")).to_have_attribute("aria-invalid", "true")

    visit.page.get_by_label("Guardian's e-mail").fill("anna@example.org")
    visit.page.get_by_label("Robots or kits at home").fill("")
    visit.page.get_by_label("At the library").check()
    visit.presses("Save")
    visit.says("The answers of Åsa Lindqvist are saved.")
    changed = {"email": "anna@example.org", "robots_at_home": None, "heard_of_us": ["school", "friend", "library"]}
    assert visit.sent("PATCH")[-1][1] == {"answers": changed}
    assert visit.page.evaluate("sessionStorage.length") == 1


def test_edit__after_someone_elses_shows_both_and_saves_mine(at_desk: Any) -> None:
    visit = at_desk()
    visit.signs_in(f"#/entry/{FIRST}/edit")
    visit.page.get_by_label("Guardian's name").fill("Anna Lindqvist")
    stored = visit.desk.submissions[FIRST]
    stored["answers"] |= {"guardian": "Pelle Lindqvist", "needs": "None."}
    visit.desk.happens(stored, "edited", by=COLLEAGUE)
    visit.presses("Save")
    race = visit.page.locator(".race")
    expect(race).to_be_focused()
    expect(race).to_contain_text(f"{COLLEAGUE} changed this submission while you were typing (edited")
    expect(race.locator(".sides > div")).to_have_text(re.compile("Guardian's name.*Pelle Lindqvist.*Anna Lindqvist"))

    visit.presses("Save mine")
    visit.heading("Åsa Lindqvist")
    assert (stored["answers"]["guardian"], stored["answers"]["needs"]) == ("Anna Lindqvist", "None.")


def test_action__after_someone_elses_shows_theirs(at_desk: Any) -> None:
    visit = at_desk()
    visit.signs_in(f"#/entry/{FIRST}")
    expect(visit.page.locator(".acts")).to_be_visible()
    stored = visit.desk.submissions[FIRST]
    stored["status"] = "cancelled"
    visit.desk.happens(stored, "cancelled", by=COLLEAGUE, status="cancelled")
    visit.presses("Mark as spam")
    visit.presses("Mark as spam", dialog=True)
    visit.says(f"Nothing was changed: {COLLEAGUE} changed this submission first (cancelled")
    expect(visit.page.locator(".entry-facts")).to_contain_text("Cancelled")
    expect(visit.page.get_by_role("button", name="Restore")).to_be_visible()


def test_sign_in__that_ends_while_typing_loses_nothing(at_desk: Any) -> None:
    visit = at_desk()
    visit.signs_in(f"#/entry/{FIRST}/edit")
    visit.page.get_by_label("Guardian's name").fill("Anna Lindqvist")
    visit.desk.stopped = True
    visit.desk.tokens += 1  # the API takes no token that was given out
    visit.presses("Save")
    dialog = visit.page.get_by_role("dialog")
    expect(dialog).to_contain_text("What you typed is kept")
    visit.page.keyboard.press("Escape")
    visit.desk.stopped = False
    dialog.get_by_role("button", name="Sign in").click()
    visit.page.get_by_role("link", name="Continue").click()
    expect(visit.page.get_by_label("Guardian's name")).to_have_value("Anna Lindqvist")
    expect(visit.page.locator(".restored")).to_contain_text("not saved yet")
    visit.presses("Save")
    visit.says("The answers of Åsa Lindqvist are saved.")
    assert visit.desk.submissions[FIRST]["answers"]["guardian"] == "Anna Lindqvist"


@pytest.mark.full
def test_sign_in__that_ended_is_said_on_each_view(at_desk: Any) -> None:
    visit = at_desk()
    visit.signs_in("#/list")
    visit.opens(f"#/entry/{FIRST}")
    visit.heading("Åsa Lindqvist")
    visit.desk.stopped = True
    visit.desk.tokens += 1
    visit.presses("Cancel it")
    visit.presses("Cancel it", dialog=True)
    dialog = visit.page.get_by_role("dialog", name="Sign in again")
    expect(dialog).to_be_visible()
    visit.page.go_back()
    visit.page.wait_for_url("**/#/list")
    expect(dialog).to_be_visible()
    visit.opens("#/")
    expect(dialog).to_be_visible()


@pytest.mark.full
def test_draft__is_shown_to_nobody_else(at_desk: Any) -> None:
    visit = at_desk()
    visit.signs_in(f"#/entry/{FIRST}/edit")
    visit.page.get_by_label("Guardian's name").fill("Secret")
    visit.desk.name = COLLEAGUE
    visit.page.reload()
    visit.page.get_by_role("link", name="Continue").click()
    expect(visit.page.get_by_label("Guardian's name")).to_have_value("Per Lindqvist")
    assert "Secret" not in visit.page.evaluate("JSON.stringify({...sessionStorage})")


@pytest.mark.full
def test_token__is_renewed_before_it_ends_and_after_a_refusal(at_desk: Any) -> None:
    visit = at_desk()
    visit.page.clock.install()
    visit.signs_in()
    visit.heading("Today")
    visit.page.clock.run_for(560_000)
    wait_until(lambda: len(visit.sent("POST")) > 1, what="a renewed token")
    assert [form["grant_type"] for path, form in visit.sent("POST")] == [["authorization_code"], ["refresh_token"]]
    visit.desk.tokens += 1  # the API takes no token that was given out
    visit.opens("#/list")
    visit.heading("Submissions")
    assert len(visit.sent("POST")) == 3


def test_api__that_is_slow_is_said_and_given_up(at_desk: Any) -> None:
    visit = at_desk()
    visit.page.clock.install()
    visit.signs_in()
    visit.heading("Today")
    visit.desk.faults["submissions"] = [lambda _route: None]
    visit.opens("#/list")
    visit.page.clock.run_for(1_500)
    expect(visit.page.locator(".progress")).to_contain_text("Waiting for an answer")
    visit.page.clock.run_for(30_000)
    visit.heading("This didn't work")
    expect(visit.page.locator(".progress")).to_be_hidden()
    visit.presses("Try again")
    visit.heading("Submissions")


@pytest.mark.parametrize(
    ("fault", "text"),
    [
        (lambda route: route.abort(), "can't reach the server"),
        pytest.param(lambda route: route.fulfill(**BUSY), "The server is busy", marks=pytest.mark.full),
        pytest.param(
            lambda route: problem(route, 403, "readers_only_read", "No."), "not change them", marks=pytest.mark.full
        ),
        pytest.param(
            lambda route: problem(route, 409, "not_allowed", "No."), "That can't be done", marks=pytest.mark.full
        ),
        (lambda route: problem(route, 409, "no_seat", "No."), "No seat is free"),
    ],
    ids=["down", "busy", "reader", "not_allowed", "other"],
)
def test_action__that_fails_says_why_in_plain_words(at_desk: Any, fault: Any, text: str) -> None:
    visit = at_desk()
    visit.signs_in(f"#/entry/{FIRST}")
    visit.desk.faults[f"POST submissions/{FIRST}/actions"] = [fault]
    visit.presses("Cancel it")
    visit.presses("Cancel it", dialog=True)
    visit.says(text)
    assert visit.desk.submissions[FIRST]["version"] == 1


def test_note__that_failed_is_kept_and_counts_once(at_desk: Any) -> None:
    visit = at_desk()
    visit.signs_in(f"#/entry/{FIRST}")
    visit.desk.faults[f"POST submissions/{FIRST}/notes"] = [lambda route: route.abort()]
    visit.page.get_by_label("New note").fill("Paid in cash")
    visit.presses("Add note")
    visit.says("can't reach the server")
    expect(visit.page.get_by_label("New note")).to_have_value("Paid in cash")
    visit.presses("Add note")
    expect(visit.page.locator(".notes li")).to_have_count(2)
    keys = [headers["idempotency-key"] for headers in visit.desk.headers if "idempotency-key" in headers]
    assert len(set(keys)) == 1
    assert len(keys) == 2

    visit.page.get_by_role("button", name="Remove Paid in cash").click()
    visit.presses("Remove", dialog=True)
    expect(visit.page.locator(".notes li")).to_have_count(1)


@pytest.mark.full
def test_label__is_added_and_removed_with_undo(at_desk: Any) -> None:
    visit = at_desk()
    visit.signs_in(f"#/entry/{FIRST}")
    visit.page.get_by_label("New label").fill("Scholarship")
    visit.presses("Add")
    expect(visit.page.locator(".labels li")).to_have_count(2)
    visit.presses("Remove the label paid")
    visit.says("Label paid removed.")
    visit.presses("Undo")
    visit.says("Label paid added.")
    assert visit.desk.submissions[FIRST]["labels"] == ["scholarship", "paid"]


@pytest.mark.full
def test_mail__is_sent_again_after_a_question(at_desk: Any) -> None:
    visit = at_desk()
    visit.signs_in(f"#/entry/{FIRST}")
    visit.page.get_by_role("button", name="Send again Confirmation").click()
    expect(visit.page.get_by_role("dialog")).to_contain_text("It goes to person0@example.org.")
    visit.presses("Send again", dialog=True)
    visit.says("goes to person0@example.org again")
    assert visit.sent("POST")[-1] == (f"submissions/{FIRST}/mails", {"kind": "confirmed"})


@pytest.mark.full
def test_seats__are_changed_with_undo(at_desk: Any) -> None:
    visit = at_desk()
    visit.signs_in()
    visit.page.get_by_role("button", name="Change seats Line followers").click()
    visit.page.get_by_label("How many seats").fill("14")
    visit.presses("Save", dialog=True)
    visit.says("Seats in Line followers: 14.")
    expect(visit.page.locator(".course", has_text="Line followers")).to_contain_text("12 of 14 seats taken")
    visit.presses("Undo")
    visit.says("Seats in Line followers: 12.")
    assert [body for _, body in visit.sent("PUT")] == [
        {"capacity": 14, "instead_of": 12},
        {"capacity": 12, "instead_of": 14},
    ]


@pytest.mark.full
def test_download__is_of_what_is_listed(at_desk: Any) -> None:
    visit = at_desk()
    visit.signs_in("#/list?status=confirmed")
    visit.presses("Download")
    visit.page.get_by_role("dialog").get_by_label("Form").select_option("registration")
    visit.page.get_by_label("Text file (CSV)").check()
    visit.presses("Make the file", dialog=True)
    dialog = visit.page.get_by_role("dialog")
    expect(dialog).to_contain_text("2 submissions are ready")
    expect(dialog.get_by_role("link", name="Download registration.csv")).to_have_attribute("href", f"{SITE}/file")


def test_download__of_a_search_is_of_what_was_searched_for(at_desk: Any) -> None:
    visit = at_desk()
    visit.signs_in("#/list")
    visit.page.get_by_label("Search by name").press_sequentially("lindqvist")
    expect(visit.page.locator(".rows li")).to_have_count(1)
    visit.presses("Download")
    visit.page.get_by_role("dialog").get_by_label("Form").select_option("registration")
    visit.presses("Make the file", dialog=True)
    expect(visit.page.get_by_role("dialog")).to_contain_text("1 submission is ready")


def test_reader__looks_and_sees_nothing_to_change(at_desk: Any) -> None:
    visit = at_desk(FakeDesk(role="reader"))
    visit.signs_in()
    expect(visit.page.locator("header")).to_contain_text("view only")
    expect(visit.page.get_by_role("button", name=re.compile("Change seats"))).to_have_count(0)
    visit.opens(f"#/entry/{FIRST}")
    visit.heading("Åsa Lindqvist")
    expect(visit.page.locator("main")).to_contain_text("comes by bus")
    expect(visit.page.locator("main button, main form, main a.button")).to_have_count(0)
    visit.opens(f"#/entry/{FIRST}/edit")
    visit.heading("You can't edit this submission")


@pytest.mark.full
def test_clock__that_is_off_is_said_and_changes_nothing(at_desk: Any) -> None:
    desk = FakeDesk()
    visit = at_desk(desk)
    visit.page.clock.install(time=desk.now + timedelta(minutes=10))
    visit.signs_in()
    visit.says("This computer's clock is 10 minutes fast.")


@pytest.mark.full
def test_language__is_the_browsers_until_another_is_chosen(at_desk: Any) -> None:
    visit = at_desk(locale="sv-SE")
    visit.signs_in()
    visit.heading("I dag")
    visit.presses("English")
    visit.heading("Today")
    visit.page.reload()
    visit.page.get_by_role("link", name="Continue").click()
    visit.heading("Today")


@pytest.mark.full
def test_sign_out__clears_the_other_tabs(at_desk: Any) -> None:
    visit = at_desk()
    visit.signs_in(f"#/entry/{FIRST}")
    other = DeskVisit(visit.page.context.new_page(), visit.desk)
    other.signs_in(f"#/entry/{FIRST}")
    visit.presses("Sign out")
    other.heading("Staff desk")
    expect(other.page.locator("body")).not_to_contain_text("Lindqvist")


def test_sign_out__elsewhere_drops_what_is_under_way(at_desk: Any) -> None:
    """An answer that comes later shows no name, and a text that could not be sent isn't kept."""
    visit = at_desk()
    visit.signs_in(f"#/entry/{FIRST}")
    visit.desk.faults[f"POST submissions/{FIRST}/notes"] = [lambda _route: None]
    visit.page.get_by_label("New note").fill("Secret")
    visit.presses("Add note")
    other = DeskVisit(visit.page.context.new_page(), visit.desk)
    other.signs_in()
    with visit.page.expect_event("requestfailed", lambda request: request.url.endswith("/notes?lang=en")):
        other.presses("Sign out")
    visit.heading("Staff desk")
    assert visit.page.evaluate("sessionStorage.length") == 0
    expect(visit.page.locator(".notices")).to_have_text("")


@pytest.mark.full
def test_address__cannot_add_to_a_mail(at_desk: Any) -> None:
    """The part of an address before the @ may have ? and &, with which a link would name other recipients."""
    visit = at_desk()
    address = "a?cc=x&body=y@example.org"
    visit.desk.submissions[FIRST]["email"] = visit.desk.submissions[FIRST]["answers"]["email"] = address
    visit.signs_in(f"#/entry/{FIRST}")
    link = visit.page.get_by_role("link", name=address, exact=True)
    expect(link).to_have_attribute("href", "mailto:a%3Fcc%3Dx%26body%3Dy@example.org")
    expect(visit.page.get_by_role("link", name="+46701234567")).to_have_attribute("href", "tel:+46701234567")


@pytest.mark.full
def test_header__has_room_at_twice_the_size(at_desk: Any) -> None:
    """On a laptop at 200 %, the organisation's name and the menu don't lie over each other."""
    visit = at_desk()
    visit.page.set_viewport_size({"width": 640, "height": 450})
    visit.signs_in()
    name = visit.page.locator(".brand > span").last.bounding_box()
    menu = visit.page.locator("nav").bounding_box()
    assert name["y"] + name["height"] <= menu["y"] or name["x"] + name["width"] <= menu["x"]


@pytest.mark.full
def test_strange_address__leads_back(at_desk: Any) -> None:
    visit = at_desk()
    cloudfronts = {"status": 404, "body": "<!doctype html>", "headers": SHARED}
    visit.desk.faults["submissions/reg_none"] = [lambda route: route.fulfill(**cloudfronts)]
    visit.signs_in("#/entry/reg_none")
    visit.heading("There is nothing here")
    visit.page.get_by_role("link", name="Submissions").last.click()
    visit.heading("Submissions")
    visit.opens("#/entry/reg_none")
    visit.heading("There is nothing here")
    visit.opens("#/nowhere")
    visit.page.get_by_role("link", name="Submissions").last.click()
    visit.heading("Submissions")


def test_desk__moves_the_focus_and_works_by_keyboard(at_desk: Any) -> None:
    visit = at_desk()
    visit.signs_in()
    expect(visit.page.locator("h1")).to_be_focused()
    visit.page.get_by_role("link", name="Submissions").press("Enter")
    visit.heading("Submissions")
    expect(visit.page.locator("h1")).to_be_focused()
    visit.page.keyboard.press("Shift+Tab")
    for _ in range(10):
        if visit.page.evaluate("document.activeElement.matches('.skip-link')"):
            break
        visit.page.keyboard.press("Shift+Tab")
    visit.page.keyboard.press("Enter")
    expect(visit.page.locator("#main")).to_be_focused()
    visit.heading("Submissions")


@pytest.mark.full
def test_view__comes_back_with_the_network(at_desk: Any) -> None:
    visit = at_desk()
    visit.signs_in()
    visit.desk.faults["submissions"] = [lambda route: route.abort()]
    visit.opens("#/list")
    visit.heading("This didn't work")
    visit.page.evaluate("dispatchEvent(new Event('online'))")
    visit.heading("Submissions")


@pytest.mark.full
def test_language__whose_words_have_moved_loads_the_new_page(at_desk: Any) -> None:
    """A site that was published since has its words at another address."""
    visit = at_desk()
    visit.signs_in(f"#/entry/{FIRST}/edit")
    visit.page.get_by_label("Guardian's name").fill("Anna Lindqvist")
    visit.page.route("**/words.sv.js", lambda route: route.abort(), times=1)
    visit.presses("Svenska")
    visit.page.get_by_role("link", name="Continue").click()
    expect(visit.page.locator("#f-guardian")).to_have_value("Anna Lindqvist")
    visit.heading("Ändra Åsa Lindqvist")
