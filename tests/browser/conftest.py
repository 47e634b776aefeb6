"""A visitor with a real browser, and everything that the browser complains about."""

from __future__ import annotations

import shutil
import tomllib
import uuid
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from browser.desk_api import FakeDesk
from browser.desk_visit import DeskVisit
from conftest import DEADLINE_S, ROOT, wait_until
from playwright.sync_api import Browser, Page, expect, sync_playwright

from registration_core.domain.date_parts import PARTS, part_name
from registration_core.domain.fields import FieldType
from registration_core.domain.validation import example_submission
from rollcall_build.forms.files import compile_forms

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from registration_core.domain.forms import Form

BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
"""The first is the same browser without its windows, toolbars and menus: a test takes a third of the time."""
ARGUMENTS = (
    "--no-sandbox",  # the tests may run as root, where Chromium's own sandbox does not start
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


LANGUAGES = ("en", "sv")


def path_in(language: str, path: str) -> str:
    """Return a page's path in a language."""
    return path if language == LANGUAGES[0] else f"/{language}{path}"


def words_in(language: str) -> dict[str, Any]:
    """Return the site's texts in a language, those of a registrant's own pages included."""
    content = ROOT / "example" / "site"
    files = (content / "site.toml", content / f"{language}.toml", content / f"my.{language}.toml")
    words: dict[str, Any] = {}
    for file in files:
        for table, texts in tomllib.loads(file.read_text(encoding="utf-8")).items():
            words[table] = words[table] | texts if isinstance(texts, dict) and table in words else texts
    return words


def find_browser() -> str:
    """Return the browser's path. Fails with what to install if there is none."""
    for name in BROWSERS:
        if path := shutil.which(name):
            return path
    pytest.fail(
        "The browser tests need Chromium, and none is on the PATH. On Debian: apt-get install chromium-headless-shell",
        pytrace=False,
    )


expect.set_options(timeout=DEADLINE_S * 1000)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser per module: Playwright's loop must not outlive the tests that need it."""
    path = find_browser()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        yield browser
        browser.close()


A_MINUTE_LATER = "{ const now = Date.now; Date.now = () => now() + 60_000; }"


class Visitor:
    """A person at one page of the browser.

    complaints: the browser's console, with script errors and policy violations. posts: what was
    sent to the API, as (Idempotency-Key, body).
    """

    def __init__(self, page: Page, site_url: str) -> None:
        self.page = page
        self.site_url = site_url
        self.complaints: list[str] = []
        self.posts: list[tuple[str | None, str | None]] = []
        page.on(
            "console",
            lambda message: self.complaints.append(message.text) if message.type in ("error", "warning") else None,
        )
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", self._note)
        page.set_default_timeout(DEADLINE_S * 1000)

    def _note(self, request: Any) -> None:
        if request.method == "POST":
            self.posts.append((request.headers.get("idempotency-key"), request.post_data))

    def goes_to(self, path: str) -> Any:
        """Open a page of the site, and return the response."""
        return self.page.goto(f"{self.site_url}{path}")

    def fills(self, form: Form, answers: dict[str, Any]) -> None:
        """Answer each field as a person would, by its type and within a minute."""
        for field in form.fields:
            if field.name not in answers or field.type is FieldType.HIDDEN:
                continue
            value, control = answers[field.name], self.page.locator(f'[name="{field.name}"]')
            if field.type is FieldType.CONSENT:
                control.set_checked(bool(value))
            elif field.type is FieldType.DATE:
                for part, text in zip(PARTS, str(value).split("-"), strict=True):
                    self.page.fill(f'[name="{part_name(field.name, part)}"]', text)
            elif (
                field.type in (FieldType.CHOICE, FieldType.CHOICES)
                and control.first.evaluate("e => e.type") != "select-one"
            ):
                for option in [value] if isinstance(value, str) else value:
                    self.page.check(f'[name="{field.name}"][value="{option}"]')
            elif field.type is FieldType.CHOICE:
                control.select_option(value)
            else:
                control.fill(str(value))
        self.takes_a_minute()

    def takes_a_minute(self) -> None:
        """Set the clock of this page and the following ones a minute ahead, since tests type faster than people."""
        self.page.evaluate(A_MINUTE_LATER)
        self.page.context.add_init_script(A_MINUTE_LATER)

    def reads(self, form: Form) -> dict[str, Any]:
        """Return what the page holds in each field, in the form that `fills` accepts."""
        values: dict[str, Any] = {}
        for field in form.fields:
            control = self.page.locator(f'[name="{field.name}"]')
            if field.type is FieldType.CONSENT:
                values[field.name] = control.is_checked()
            elif field.type is FieldType.DATE:
                typed = [self.page.input_value(f'[name="{part_name(field.name, part)}"]') for part in PARTS]
                values[field.name] = "-".join(typed)
            elif field.type in (FieldType.CHOICE, FieldType.CHOICES):
                chosen = [one.get_attribute("value") for one in control.all() if one.is_checked()]
                values[field.name] = chosen if field.type is FieldType.CHOICES else chosen[0]
            else:
                typed = control.input_value()
                values[field.name] = int(typed) if field.type is FieldType.NUMBER else typed
        return values

    def sends(self) -> None:
        """Press the form's button."""
        self.page.click("main form [type=submit]")

    def arrives_at_thank_you(self) -> str:
        """Wait for the thank-you page and return the reference it shows; its address shows nothing."""
        reference: str = self.page.locator(".outcome .reference strong:visible").inner_text()
        assert "?" not in self.page.url.removesuffix("?lang=en").removesuffix("?lang=sv")
        return reference

    @contextmanager
    def forgiving(self, *words: str) -> Iterator[None]:
        """Allow complaints with these words inside the block: a console reports every error response."""
        yield
        self.complaints[:] = [
            complaint for complaint in self.complaints if not any(word in complaint for word in words)
        ]


@pytest.fixture
def visit(browser: Browser, stack: Any) -> Iterator[Callable[..., Visitor]]:
    """Open a separate browser: `visit(java_script_enabled=False, viewport=...)`. Remaining complaints fail the test."""
    visitors: list[Visitor] = []

    def opened(**options: Any) -> Visitor:
        context = browser.new_context(**options)
        visitor = Visitor(context.new_page(), stack.site_url)
        visitors.append(visitor)
        return visitor

    yield opened
    complaints = [complaint for visitor in visitors for complaint in visitor.complaints]
    for visitor in visitors:
        visitor.page.context.close()
    assert complaints == []


@pytest.fixture(scope="session")
def forms() -> dict[str, Form]:
    """The shipped forms."""
    return compile_forms(ROOT / "example" / "forms")


class Person:
    """Somebody with an e-mail address that nobody else in the run has."""

    def __init__(self, stack: Any) -> None:
        self.address = f"visitor-{uuid.uuid4().hex[:12]}@example.org"
        self._stack = stack

    def answers(self, form: Form) -> dict[str, Any]:
        """Return valid answers to a form."""
        return dict(example_submission(form)) | {form.email_field: self.address}

    def only_mail(self) -> Any:
        """Wait for the one mail to this person."""
        [mail] = self._stack.wait_for_mails(to=self.address, count=1)
        return mail

    def staffs_only_mail(self, form: Form) -> Any:
        """Wait for the one mail that tells the staff about this person's submission."""
        about_this_person = wait_until(
            lambda: [mail for mail in self._stack.mails(to=form.staff[0]) if mail.reply_to == self.address],
            what=f"a mail to {form.staff[0]} about {self.address}",
        )
        assert len(about_this_person) == 1
        return about_this_person[0]


@pytest.fixture
def person(stack: Any) -> Person:
    """The person at the browser."""
    return Person(stack)


@pytest.fixture
def at_desk(browser: Browser) -> Iterator[Callable[..., DeskVisit]]:
    """Open a desk with its own API: `at_desk(FakeDesk(role="reader"), viewport=…)`."""
    visits: list[DeskVisit] = []

    def opened(desk: FakeDesk | None = None, **options: Any) -> DeskVisit:
        context = browser.new_context(**{"locale": "en"} | options)
        made = desk or FakeDesk()
        context.route("**/*", made.answer)
        visit = DeskVisit(context.new_page(), made)
        visits.append(visit)
        return visit

    yield opened
    complaints = [complaint for visit in visits for complaint in visit.complaints if "Failed to load" not in complaint]
    for visit in visits:
        visit.page.context.close()
    assert complaints == []
