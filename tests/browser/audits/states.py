"""Every page and state of the site that the audits visit, each with the way to reach it."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from integration.api_requests import FORMS, example, send
from registrants import Registrant, no_seats_left, press, signed

from registration_core.adapters.signing import UNSUBSCRIBE

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import DeployedStack

LANGUAGES = ("en", "sv")
COURSE = "competition-team"
A_LONG_NAME = "Maximiliana-Konstantina von Württemberg-Sachsen-Weißenfels Donaudampfschifffahrt"
AN_ARABIC_NAME = "عبد الرحمن بن محمد الأندلسي (Abdul)"
SETTLED = "() => [...document.querySelectorAll('[data-seats]')].every((place) => place.textContent.trim())"
ERRORS = "#error-summary:not([hidden])"
NOTICE = "[role=status] p:not(:empty)"
CLOSED_SINCE = {
    "en": "This form closed on 2026-12-01 at 18:00 (UTC+01:00).",
    "sv": "Formuläret stängde den 2026-12-01 kl. 18:00 (UTC+01:00).",
}
ANSWERED = {"Access-Control-Allow-Origin": "*", "Access-Control-Allow-Headers": "content-type,idempotency-key"}


@dataclass(frozen=True, slots=True)
class Scene:
    """A visitor, and the stack behind the page. language: the page's."""

    visitor: Any
    stack: DeployedStack
    language: str

    def address(self, page: str) -> str:
        """Return the page's address in this language."""
        return page if self.language == "en" else f"/{self.language}{page}"

    def opens(self, page: str) -> None:
        """Open a page of the site, and wait until everything that it requests has arrived."""
        self.visitor.goes_to(self.address(page))
        self.visitor.page.wait_for_function(SETTLED)

    def fills(self, form: str, **answers: Any) -> None:
        """Open a form and answer every field."""
        self.opens(f"/{form}")
        self.visitor.fills(FORMS[form], example(form, **answers))

    def sends(self, shown: str = ERRORS) -> None:
        """Press the button, and wait for what the page shows."""
        self.visitor.sends()
        self.visitor.page.wait_for_selector(shown)

    def leaves(self) -> None:
        """Close the page and clear the console messages: a form that retries keeps complaining."""
        self.visitor.page.context.close()
        self.visitor.complaints.clear()

    def answers(self, **response: Any) -> None:
        """Make the API give this answer to every POST."""
        self.visitor.page.route(
            "**/_user_request_/*",
            lambda route: route.fulfill(**response) if route.request.method == "POST" else route.fallback(),
        )

    def seats(self, told_of: dict[str, str]) -> None:
        """Make the API report these seats; options not named have plenty."""
        self.reports(lambda option: told_of.get(option["value"], "plenty"))

    def reports(self, seats: Callable[[dict[str, str]], str], said: dict[str, str] | None = None) -> None:
        """Make the API report these seats of each option, and what else it says of the form."""

        def report(route: Any) -> None:
            answer = route.fetch()
            form = answer.json() | (said or {})
            for option in (option for field in form["fields"] for option in field.get("options", ())):
                if "seats" in option:
                    option["seats"] = seats(option)
            route.fulfill(response=answer, body=json.dumps(form))

        self.visitor.page.route("**/_user_request_/forms/*", report)

    def closes(self, *options: str) -> None:
        """Make the API report these options as closed; without any, the whole form."""
        said = {} if options else {"closed": CLOSED_SINCE[self.language]}
        self.reports(lambda told: "closed" if not options or told["value"] in options else told["seats"], said)

    def own_page(self, registrant: Registrant, *, days: int = 1) -> None:
        """Open a registrant's own page with a link that is valid for this many days."""
        token = signed(self.stack, registrant.id, expires_at=datetime.now(UTC) + timedelta(days=days))
        self.visitor.page.goto(f"{self.stack.api_url}/my?t={token}&lang={self.language}")

    def presses_on_own_page(self, action: str) -> None:
        """Press one of the buttons on that page."""
        self.visitor.page.click(f'button[value="{action}"]')
        self.visitor.page.wait_for_selector('input[name="confirm"]', state="attached")


@dataclass(frozen=True, slots=True)
class State:
    """One page in one state.

    reach: how a scene gets there. says: what the browser's console may report by design; it reports
    every answer that is an error.
    """

    name: str
    reach: Callable[[Scene], None]
    says: str | None = None


def page(name: str, address: str, *, says: str | None = None) -> State:
    """Describe a page that a visitor opens by its address."""
    return State(name, lambda scene: scene.opens(address), says)


def home_nearly_full(scene: Scene) -> None:
    scene.seats({"first-robot": "waiting_list", "line-followers": "few", COURSE: "waiting_list"})
    scene.opens("/")


def course_full(scene: Scene) -> None:
    scene.seats({"first-robot": "waiting_list", "line-followers": "few", COURSE: "waiting_list"})
    scene.opens("/registration?course=first-robot")


def one_field_wrong(scene: Scene) -> None:
    scene.fills("contact", email="anna@example")
    scene.sends()


def every_field_wrong(scene: Scene) -> None:
    scene.opens("/registration")
    scene.sends()


def wrong_to_the_server_only(scene: Scene) -> None:
    """Get an error that only the API can find, after sending."""
    errors = [{"field": "message", "message": "Enter more about it."}]
    scene.answers(status=422, body=json.dumps({"code": "invalid_answers", "errors": errors}), headers=ANSWERED)
    scene.fills("contact")
    scene.sends()


def draft_kept(scene: Scene) -> None:
    """Return to a form that was half filled in."""
    scene.opens("/registration")
    scene.visitor.page.fill('[name="participant"]', A_LONG_NAME)
    scene.visitor.page.reload()
    scene.visitor.page.wait_for_function(SETTLED)


def unsent(scene: Scene) -> None:
    """Return, in another tab, to a form that could not be sent."""
    scene.fills("registration")
    page = scene.visitor.page
    page.context.route("**/_user_request_/registration?*", lambda route: route.abort())
    scene.sends(NOTICE)
    page.evaluate("sessionStorage.clear()")
    page.reload()
    page.wait_for_function(SETTLED)


def unavailable(scene: Scene) -> None:
    scene.answers(status=503, body="<h1>Bad gateway</h1>", headers=ANSWERED)
    scene.fills("contact")
    scene.sends(NOTICE)


def some_closed(page: str) -> Callable[[Scene], None]:
    """Open a page on which two courses are closed."""

    def reach(scene: Scene) -> None:
        scene.closes("first-robot", COURSE)
        scene.opens(page)

    return reach


def form_closed(form: str) -> Callable[[Scene], None]:
    """Open the page of a form that staff closed."""

    def reach(scene: Scene) -> None:
        scene.closes()
        scene.opens(f"/{form}")
        scene.visitor.page.wait_for_selector(".form-closed:not(:empty)")

    return reach


def closed_meanwhile(scene: Scene) -> None:
    problem = {"code": "form_closed", "detail": "Registration closed on 1 December 2026."}
    scene.answers(status=403, body=json.dumps(problem), headers=ANSWERED)
    scene.fills("registration")
    scene.sends()


def offline(scene: Scene) -> None:
    scene.fills("contact")
    scene.visitor.page.context.set_offline(True)
    scene.sends(NOTICE)


def mending(form: str) -> Callable[[Scene], None]:
    """Reach the page that lists what to correct, as a browser without JavaScript does."""

    def reach(scene: Scene) -> None:
        scene.opens(f"/{form}")
        visitor = scene.visitor
        visitor.page.locator("input[type=text]").first.fill(AN_ARABIC_NAME)
        posts_plainly(scene)

    return reach


def posts_plainly(scene: Scene) -> None:
    """Send the open form as a browser without JavaScript does."""
    with scene.visitor.page.expect_navigation():
        scene.visitor.page.evaluate("HTMLFormElement.prototype.submit.call(document.querySelector('form[data-form]'))")


def refused(letters: str) -> Callable[[Scene], None]:
    """Reach the page that explains why a plain form was refused: its text has too many bytes."""

    def reach(scene: Scene) -> None:
        scene.opens("/contact")
        scene.visitor.page.fill('[name="message"]', letters)
        posts_plainly(scene)

    return reach


def thanked(status: str) -> Callable[[Scene], None]:
    """Reach the thank-you page, with JavaScript, for a submission in this status."""

    def reach(scene: Scene) -> None:
        receipt = {"id": "reg_1", "reference": "K7QM-3XTP", "status": status}
        if status == "waitlisted":
            receipt["position"] = "17"
        scene.answers(status=201, body=json.dumps(receipt), headers=ANSWERED)
        scene.fills("registration", participant=A_LONG_NAME)
        scene.visitor.sends()
        scene.visitor.arrives_at_thank_you()

    return reach


def thanked_plainly(form: str, **answers: Any) -> Callable[[Scene], None]:
    """Reach the thank-you page without JavaScript."""

    def reach(scene: Scene) -> None:
        scene.fills(form, **answers)
        posts_plainly(scene)
        scene.visitor.arrives_at_thank_you()

    return reach


def another_plainly(scene: Scene) -> None:
    """Reach the form for one more participant without JavaScript."""
    thanked_plainly("registration", course=COURSE)(scene)
    with scene.visitor.page.expect_navigation():
        scene.visitor.page.click('[name="_another"]')


def family(scene: Scene) -> None:
    """Open the camp's form, and fill in two participants."""
    scene.opens("/camp")
    page = scene.visitor.page
    page.click('[name="_add"]')
    for name, text in (("guardian", AN_ARABIC_NAME), ("email", "per@example.org"), ("participant", A_LONG_NAME)):
        page.fill(f"[name={name}]", text)
    page.check("[name=week][value=first-week]")


def family_with_errors(scene: Scene) -> None:
    family(scene)
    scene.sends()


def family_mending(scene: Scene) -> None:
    """Reach the page that lists what to correct about the second participant, without JavaScript."""
    family(scene)
    posts_plainly(scene)


def family_thanked(scene: Scene) -> None:
    """Reach the thank-you page for two participants, of whom the second waits."""
    receipt = {"id": "cmp_1", "reference": "K7QM-3XTP", "status": "confirmed"}
    second = {"id": "cmp_2", "reference": "9VXM-2K1Q", "status": "waitlisted", "position": 17}
    scene.answers(status=201, body=json.dumps(receipt | {"group": [receipt, second]}), headers=ANSWERED)
    family(scene)
    scene.visitor.page.fill("[name=participant-2]", AN_ARABIC_NAME)
    scene.visitor.page.check("[name=week-2][value=second-week]")
    scene.visitor.takes_a_minute()
    scene.sends(".members:not([hidden]) li")


def own_page_after(form: str, *done: str, **how: Any) -> Callable[[Scene], None]:
    """Reach a registrant's own page after these buttons were pressed."""

    def reach(scene: Scene) -> None:
        registrant = Registrant(scene.stack, form, **how)
        for action in done:
            token = signed(scene.stack, registrant.id, expires_at=datetime.now(UTC) + timedelta(days=1))
            press(scene.stack, token, action, confirm="yes")
        scene.own_page(registrant)

    return reach


def own_waiting(scene: Scene) -> None:
    with no_seats_left(scene.stack, "registration", COURSE):
        registrant = Registrant(scene.stack, "registration", course=COURSE)
        scene.own_page(registrant)


def confirmation(action: str) -> Callable[[Scene], None]:
    """Reach the page that asks for confirmation."""

    def reach(scene: Scene) -> None:
        scene.own_page(Registrant(scene.stack, "registration", course=COURSE))
        scene.presses_on_own_page(action)

    return reach


def one_of_a_family(action: str) -> Callable[[Scene], None]:
    """Reach the page that asks for confirmation, for one of two who were sent together."""

    def reach(scene: Scene) -> None:
        family = {"guardian": AN_ARABIC_NAME, "email": f"{uuid.uuid4().hex[:8]}@example.org"}
        group = [{"participant": name, "week": "first-week"} for name in (A_LONG_NAME, AN_ARABIC_NAME)]
        sent = send(scene.stack, "camp", family | {"group": group}).json["group"]
        token = signed(scene.stack, sent[0]["id"], expires_at=datetime.now(UTC) + timedelta(days=1))
        scene.visitor.page.goto(f"{scene.stack.api_url}/my?t={token}&lang={scene.language}")
        scene.presses_on_own_page(action)

    return reach


def changing(scene: Scene) -> None:
    """Reach the page on which a registrant changes answers, with one week full."""
    with no_seats_left(scene.stack, "camp", "second-week"):
        registrant = Registrant(scene.stack, "camp", week="first-week", wishes=f"{A_LONG_NAME}\n{AN_ARABIC_NAME}")
        token = signed(scene.stack, registrant.id, expires_at=datetime.now(UTC) + timedelta(days=1))
        scene.visitor.page.goto(f"{scene.stack.api_url}/my?t={token}&change=yes&lang={scene.language}")


def changing_wrongly(scene: Scene) -> None:
    """Send that page with a missing answer, for a week that is full."""
    changing(scene)
    scene.visitor.page.fill("#f-participant", "")
    scene.visitor.page.check('[name="_wait"]')
    with scene.visitor.page.expect_navigation():
        scene.visitor.page.click("button.send")


def file_missing(scene: Scene) -> None:
    scene.fills("portfolio")
    scene.visitor.sends()
    scene.visitor.page.wait_for_selector("#f-portfolio-error:not(:empty)")


def expired(scene: Scene) -> None:
    scene.own_page(Registrant(scene.stack), days=-1)


def unsubscribe(scene: Scene) -> None:
    """Reach the page that stops a form's mails."""
    registrant, ends = Registrant(scene.stack), datetime.now(UTC) + timedelta(days=1)
    token = signed(scene.stack, registrant.id, expires_at=ends, purpose=UNSUBSCRIBE)
    scene.visitor.page.goto(f"{scene.stack.api_url}/my?unsubscribe={token}&lang={scene.language}")


def broken_link(scene: Scene) -> None:
    scene.visitor.page.goto(f"{scene.stack.api_url}/my?t=v1.broken&lang={scene.language}")


def framed(path: str) -> Callable[[Scene], None]:
    """Open a page for another site's frame."""
    return lambda scene: scene.visitor.goes_to(f"/embed/camp{'' if scene.language == 'en' else '/sv'}{path}")


PAGES = (
    page("home", "/"),
    page("registration", "/registration"),
    page("contact", "/contact"),
    page("privacy", "/privacy"),
    State("thank-you", lambda scene: scene.visitor.goes_to(scene.address("/thank-you"))),
    page("not-found", "/nowhere", says="404"),
    State("unavailable", lambda scene: scene.visitor.goes_to("/unavailable")),  # one page for all languages
)
"""As they are when one comes to them."""

STATES = (
    *PAGES,
    State("home-nearly-full", home_nearly_full),
    page("registration-chosen", f"/registration?course={COURSE}"),
    State("registration-course-full", course_full),
    State("registration-draft-kept", draft_kept),
    State("registration-unsent", unsent, "ERR_FAILED"),
    State("registration-errors", every_field_wrong),
    State("contact-error", one_field_wrong),
    State("contact-error-from-the-server", wrong_to_the_server_only, "422"),
    State("contact-unavailable", unavailable, "503"),
    State("home-some-closed", some_closed("/")),
    State("registration-some-closed", some_closed("/registration")),
    State("registration-closed", form_closed("registration")),
    State("contact-closed", form_closed("contact")),
    State("registration-closed-meanwhile", closed_meanwhile, "403"),
    State("contact-offline", offline, "net::ERR_INTERNET_DISCONNECTED"),
    State("thank-you-registered", thanked("confirmed")),
    State("thank-you-pending", thanked("pending")),
    State("thank-you-waitlisted", thanked("waitlisted")),
    State("thank-you-without-script", thanked_plainly("registration", course=COURSE, participant=AN_ARABIC_NAME)),
    State("thank-you-contact-without-script", thanked_plainly("contact")),
    State("another-participant", another_plainly),
    State("mend-registration", mending("registration"), "422"),
    State("mend-contact", mending("contact"), "422"),
    State("family-errors", family_with_errors),
    State("mend-family", family_mending, "422"),
    State("thank-you-family", family_thanked),
    State("not-taken", refused("å" * 6_000), "413"),
    State("not-taken-nothing-kept", refused("å" * 60_000), "413"),
    State("framed", framed("")),
    State("framed-thank-you", framed("/thank-you")),
    State("my-place", own_page_after("registration", course=COURSE, participant=A_LONG_NAME)),
    State("my-message", own_page_after("contact", message=f"{AN_ARABIC_NAME}\n" + "Donaudampfschifffahrt" * 9)),
    State("my-pending", own_page_after("registration", verifying=True, course=COURSE, participant=AN_ARABIC_NAME)),
    State("my-waiting", own_waiting),
    State("my-cancelled", own_page_after("registration", "cancel", course=COURSE)),
    State("my-erased", own_page_after("contact", "erase")),
    State("my-cancel-asked", confirmation("cancel")),
    State("my-erase-asked", confirmation("erase")),
    State("my-cancel-one-asked", one_of_a_family("cancel")),
    State("my-erase-one-asked", one_of_a_family("erase")),
    State("my-changeable", own_page_after("camp", week="first-week")),
    State("my-change", changing),
    State("my-change-errors", changing_wrongly, "422"),
    State("my-unsubscribe", unsubscribe),
    State("files-missing", file_missing),
    State("my-files", own_page_after("portfolio")),
    State("my-expired", expired, "410"),
    State("my-broken-link", broken_link, "403"),
)
