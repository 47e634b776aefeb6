"""What the local mailbox shows of a mail."""

from __future__ import annotations

import email.policy
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import TYPE_CHECKING

import pytest

from rollcall_local.mailbox import _page, read_folder

if TYPE_CHECKING:
    from pathlib import Path


def keep(
    folder: Path, *, subject: str = "Välkommen", html: str | None = None, at: str = "0001700000000000000000"
) -> None:
    message = EmailMessage(policy=email.policy.SMTP.clone(cte_type="7bit"))
    message["From"] = "Robotakademin <academy@example.org>"
    message["To"] = "Åsa Öberg <asa@example.org>, bo@example.org"
    message["Reply-To"] = "visitor@example.org"
    message["Subject"] = subject
    message.set_content("Hej!\n")
    if html:
        message.add_alternative(html, subtype="html")
    (folder / f"{at}-00.eml").write_bytes(message.as_bytes())


def test_read_folder__reads_addresses_subject_and_bodies(tmp_path: Path) -> None:
    keep(tmp_path, html="<p>Hej!</p>")
    (mail,) = read_folder(tmp_path)
    assert mail.to == ["asa@example.org", "bo@example.org"]
    assert mail.reply_to == "visitor@example.org"
    assert mail.subject == "Välkommen"
    assert mail.text.strip() == "Hej!"
    assert mail.html is not None
    assert "<p>Hej!</p>" in mail.html
    assert mail.at == datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)


def test_read_folder__is_oldest_first_and_skips_unfinished_files(tmp_path: Path) -> None:
    keep(tmp_path, subject="second", at="0001700000000000000002")
    keep(tmp_path, subject="first", at="0001700000000000000001")
    (tmp_path / "0001700000000000000003-00.partial").write_bytes(b"half")
    assert [mail.subject for mail in read_folder(tmp_path)] == ["first", "second"]


def test_as_json__names_the_parts_as_the_command_prints_them(tmp_path: Path) -> None:
    keep(tmp_path)
    (mail,) = read_folder(tmp_path)
    parts = mail.as_json()
    assert set(parts) == {"id", "at", "from", "to", "reply_to", "subject", "text", "html", "attachments"}
    assert parts["at"] == "2023-11-14T22:13:20Z"


@pytest.mark.parametrize(
    ("header", "name"),
    [("kurs.ics", "kurs.ics"), ("../../x/kurs.ics", "kurs.ics"), ("..\\kurs.ics", "kurs.ics"), ("/", "attachment-1")],
)
def test_read_folder__strips_folders_from_attachment_names(tmp_path: Path, header: str, name: str) -> None:
    message = EmailMessage(policy=email.policy.SMTP)
    message.set_content("Hej!\n")
    message.add_attachment(b"BEGIN:VCALENDAR", maintype="text", subtype="calendar", filename=header)
    (tmp_path / "0001700000000000000001-00.eml").write_bytes(message.as_bytes())

    (mail,) = read_folder(tmp_path)

    assert [(each.name, each.type, each.content) for each in mail.attachments] == [
        (name, "text/calendar", b"BEGIN:VCALENDAR")
    ]
    assert mail.as_json()["attachments"] == [{"name": name, "type": "text/calendar", "size": 15}]
    assert f"{name} (text/calendar, 15 bytes)" in _page([mail])


def test_page__shows_the_images_that_a_mail_brings(tmp_path: Path) -> None:
    message = EmailMessage(policy=email.policy.SMTP)
    message.set_content("Hej!\n")
    message.add_alternative('<img src="cid:reference" alt="">', subtype="html")
    page = message.get_body(("html",))
    assert isinstance(page, EmailMessage)
    page.add_related(b"\x89PNG", "image", "png", cid="<reference>")
    (tmp_path / "0001700000000000000001-00.eml").write_bytes(message.as_bytes())

    (mail,) = read_folder(tmp_path)

    assert mail.html is not None
    assert mail.html.strip() == '<img src="data:image/png;base64,iVBORw==" alt="">'
    assert mail.attachments == ()


def test_page__shows_a_mail_as_text_never_as_markup(tmp_path: Path) -> None:
    keep(tmp_path, subject="<script>alert(1)</script>", html='<p title="&quot;">x</p><script>alert(2)</script>')
    page = _page(read_folder(tmp_path))
    assert "<script>" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert "sandbox" in page


def test_page__opens_the_links_of_a_mail_in_new_tabs(tmp_path: Path) -> None:
    """Inside the sandboxed frame they would lead nowhere."""
    keep(tmp_path, html="<!doctype html><html><head><title>x</title></head><body><a href='https://example.org'>x</a>")

    page = _page(read_folder(tmp_path))

    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in page
    assert "&lt;head&gt;&lt;base target=&quot;_blank&quot;&gt;" in page
