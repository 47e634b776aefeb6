"""Preview: staff can read each mail of each form before anybody gets it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from contract.fakes import StoppedClock
from shipped import SOURCES

from registration_core.adapters.render import JinjaMailRenderer
from registration_core.domain.groups import Group
from registration_core.domain.mail import GROUP_MAIL, TO_STAFF, MailKind
from registration_core.domain.submission import Status
from registration_core.services.preview import PreviewService, example_entry
from rollcall_build.forms.files import compile_forms

FOLDER = Path(__file__).resolve().parents[3] / "example" / "forms"
FORMS = compile_forms(FOLDER)
MY_URL = "https://api.example/my?t=example"


@pytest.fixture
def preview() -> PreviewService:
    renderer = JinjaMailRenderer(FOLDER, shared=SOURCES.shared, site_url="https://academy.example")
    return PreviewService(renderer=renderer, clock=StoppedClock(), my_url=MY_URL)


@pytest.mark.parametrize("name", list(FORMS))
@pytest.mark.parametrize("kind", list(MailKind))
@pytest.mark.parametrize("language", ["en", "sv"])
def test_preview__shows_every_mail_of_every_form(
    preview: PreviewService, name: str, kind: MailKind, language: str
) -> None:
    mail = preview.preview(kind, FORMS[name], language=language)
    assert mail == preview.preview(kind, FORMS[name], language=language)
    assert (MY_URL in mail.text) == (kind not in TO_STAFF)


def test_preview__shows_a_seat_that_needs_verifying(preview: PreviewService) -> None:
    form = FORMS["registration"]
    taken = preview.preview(MailKind.PROMOTED, form, language="en")
    offered = preview.preview(MailKind.PROMOTED, form, language="en", status=Status.PENDING)
    assert "Take the seat" in offered.text
    assert "Take the seat" not in taken.text


@pytest.mark.parametrize("status", [Status.CONFIRMED, Status.PENDING, Status.WAITLISTED, Status.CANCELLED])
def test_example_entry__matches_a_real_entry_of_this_status(status: Status) -> None:
    entry = example_entry(FORMS["registration"], status, "sv", StoppedClock().now())
    assert entry.option == "line-followers"
    assert (entry.position is not None) == (status is Status.WAITLISTED)
    assert (entry.verify_by is not None) == (status is Status.PENDING)
    assert not entry.lapsed


def test_preview__shows_free_text_only_to_a_proven_address(preview: PreviewService) -> None:
    form = FORMS["registration"]
    note = str(example_entry(form, Status.CONFIRMED, "en", StoppedClock().now()).answers["needs"])
    assert note in preview.preview(MailKind.CONFIRMED, form, language="en", proven=True).text
    assert note not in preview.preview(MailKind.CONFIRMED, form, language="en", proven=False).text


def test_preview__fills_a_forms_own_mail_with_the_given_values(preview: PreviewService) -> None:
    mail = preview.preview("moved", FORMS["registration"], language="en", values={"room": "Kuggen 2"})
    assert "Kuggen 2" in mail.text


@pytest.mark.parametrize(("language", "mixed"), [("en", "Some have a seat"), ("sv", "Några har en plats")])
def test_preview__of_a_group_tells_of_each(preview: PreviewService, language: str, mixed: str) -> None:
    """The second example waits, so only the first brings a calendar file and a code."""
    form = replace(FORMS["registration"], group=Group(("participant", "birth_date"), 4))
    mail = preview.preview(GROUP_MAIL, form, language=language, proven=True)
    assert mixed in mail.text
    assert len(mail.attachments) == 2
    asked = preview.preview(GROUP_MAIL, form, language=language, status=Status.PENDING, proven=False)
    assert asked.text.count(MY_URL) == 1
    assert asked.attachments == ()
