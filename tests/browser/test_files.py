"""Files that a registrant sends: after the answers with JavaScript, from the own page without."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from conftest import wait_until
from playwright.sync_api import expect
from registrants import MY_LINK, repository
from sent_files import JPG, PDF, PROGRAM, docx

from registration_core.domain.files import FileState

if TYPE_CHECKING:
    from collections.abc import Callable

    from registration_core.domain.submission import Submission

CV = {"name": "Mitt cv åäö.pdf", "mimeType": "application/pdf", "buffer": PDF}
PHOTO = {"name": "foto.jpg", "mimeType": "image/jpeg", "buffer": JPG}
FAKE = {"name": "cv.pdf", "mimeType": "application/pdf", "buffer": PROGRAM}


def fills_in(visitor: Any, person: Any) -> None:
    visitor.goes_to("/portfolio")
    visitor.page.fill('[name="name"]', "Åsa Lindqvist")
    visitor.page.fill('[name="email"]', person.address)
    visitor.takes_a_minute()


def files_of(stack: Any, reference: str, count: int) -> list[tuple[str, FileState]]:
    """Wait until so many files are recorded, and return their names and states."""

    def submission() -> Submission | None:
        found = repository(stack).by_reference(reference.replace("-", ""))
        return found if len(found.files) >= count else None

    return sorted((file.name, file.state) for file in wait_until(submission, what=f"{count} files").files)


def test_files__follow_the_answers(stack: Any, visit: Callable[..., Any], person: Any) -> None:
    visitor = visit()
    fills_in(visitor, person)
    visitor.page.set_input_files("#f-portfolio", [CV, PHOTO])
    visitor.sends()

    reference = visitor.arrives_at_thank_you()
    expect(visitor.page.get_by_text("Your files have arrived.")).to_be_visible()
    assert files_of(stack, reference, 2) == [("Mitt cv åäö.pdf", FileState.KEPT), ("foto.jpg", FileState.KEPT)]


def test_files__are_checked_before_the_answers_are_sent(visit: Callable[..., Any], person: Any) -> None:
    """A missing, wrong or too large file is a problem that the page names, and nothing is sent."""
    visitor = visit()
    fills_in(visitor, person)
    visitor.sends()
    expect(visitor.page.locator("#f-portfolio-error")).to_have_text("Choose a file.")
    expect(visitor.page.locator("#f-portfolio")).to_be_focused()

    visitor.page.set_input_files("#f-portfolio", [CV | {"name": "slip.EXE"}])
    expect(visitor.page.locator("#f-portfolio-error")).to_contain_text("slip.EXE is of a kind that we can't take.")
    visitor.sends()
    visitor.page.set_input_files("#f-portfolio", [CV])
    expect(visitor.page.locator("#f-portfolio-error")).to_be_empty()
    large = {"name": "large.pdf", "mimeType": "application/pdf", "buffer": PDF.ljust(1_000_001)}
    visitor.page.set_input_files("#f-certificate", [large])
    expect(visitor.page.locator("#f-certificate-error")).to_contain_text("large.pdf is too large")
    assert visitor.posts == []


def test_interrupted_file__makes_no_second_submission(stack: Any, visit: Callable[..., Any], person: Any) -> None:
    """The connection fails: the page tries again, and then the visitor decides."""
    visitor = visit()
    bucket = "**/rollcall-*-files-*"
    fills_in(visitor, person)
    visitor.page.set_input_files("#f-portfolio", [CV])
    visitor.page.route(bucket, lambda route: route.abort())
    with visitor.forgiving("ERR_FAILED"):
        visitor.sends()
        again = visitor.page.get_by_role("button", name="Try again")
        again.wait_for()
    visitor.page.unroute(bucket)
    again.click()

    reference = visitor.arrives_at_thank_you()
    assert files_of(stack, reference, 1) == [("Mitt cv åäö.pdf", FileState.KEPT)]
    assert len([body for key, body in visitor.posts if key]) == 1


def test_file_given_up__is_named_as_missing(visit: Callable[..., Any], person: Any) -> None:
    visitor = visit()
    fills_in(visitor, person)
    visitor.page.set_input_files("#f-portfolio", [CV])
    visitor.page.route("**/rollcall-*-files-*", lambda route: route.abort())
    with visitor.forgiving("ERR_FAILED"):
        visitor.sends()
        visitor.page.get_by_role("button", name="Go on without it").click()
        visitor.arrives_at_thank_you()
    expect(visitor.page.get_by_text("A file is still missing.")).to_be_visible()


@pytest.mark.parametrize("language", ["en", pytest.param("sv", marks=pytest.mark.full)])
def test_without_javascript__files_are_sent_from_the_own_page(
    stack: Any, visit: Callable[..., Any], person: Any, language: str
) -> None:
    """A renamed program is refused there, with the reason."""
    visitor = visit(java_script_enabled=False)
    visitor.goes_to("/portfolio" if language == "en" else "/sv/portfolio")
    assert not visitor.page.locator("#f-portfolio").is_visible()
    later = {"en": "We then mail you a link for the files.", "sv": "ett mejl med en länk för filerna."}[language]
    assert later in visitor.page.inner_text("main")
    visitor.page.fill('[name="name"]', "Åsa Lindqvist")
    visitor.page.fill('[name="email"]', person.address)
    visitor.sends()
    reference = visitor.arrives_at_thank_you()
    missing = {"en": "A file is still missing.", "sv": "En fil saknas fortfarande."}[language]
    assert missing in visitor.page.inner_text("main")

    mail = person.only_mail()
    assert {"en": "Not sent yet", "sv": "Inte skickat än"}[language] in mail.text
    link = MY_LINK.search(mail.text)
    assert link
    visitor.page.goto(link[0])
    send, refused = {
        "en": ("Send the file", "refused: it is a program"),
        "sv": ("Skicka filen", "avvisad: det är ett program"),
    }[language]
    for sent in (FAKE, {"name": "cv.docx", "mimeType": "", "buffer": docx()}):
        visitor.page.set_input_files("#f-portfolio", [sent])
        with visitor.page.expect_navigation(url=re.compile(r"/my\?.*done=file")):
            visitor.page.get_by_role("button", name=send).first.click()
    assert files_of(stack, reference, 2) == [("cv.docx", FileState.KEPT), ("cv.pdf", FileState.REFUSED)]
    visitor.page.goto(link[0])
    assert refused in visitor.page.inner_text("main")
