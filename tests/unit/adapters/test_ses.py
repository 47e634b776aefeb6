"""Mails as SES gets them: both bodies, ASCII on the wire, no injected headers, and distinct errors."""

from __future__ import annotations

import email
from email import policy
from email.header import decode_header, make_header
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError, ConnectTimeoutError, EndpointConnectionError, ReadTimeoutError
from hypothesis import given
from hypothesis import strategies as st

from registration_core.adapters.dynamodb.retries import Deadline
from registration_core.adapters.ses import CLIENT_CONFIG, MailUncertainError, SesMailer, compose, parse_sender
from registration_core.domain.errors import MailerError, MailRefusedError, SettingsError
from registration_core.domain.mail import Attachment, MailKind, MailRequest, OutgoingMail

if TYPE_CHECKING:
    from email.message import EmailMessage

SENDER = parse_sender("Robotakademin Åsa <no-reply@example.org>")


def a_mail(**changes: Any) -> OutgoingMail:
    facts: dict[str, Any] = {
        "to": ("anna@example.org",),
        "subject": "Thank you",
        "text": "Hej Åsa,\n\nvälkommen.\n",
        "html": "<p>Hej Åsa</p>",
        "reply_to": "staff@example.org",
    }
    return OutgoingMail(**(facts | changes))


def read(data: bytes) -> EmailMessage:
    message = email.message_from_bytes(data, policy=policy.default)
    assert not message.defects
    return message


class FakeSes:
    """Remembers what it was asked to send, or raises."""

    def __init__(self, error: Exception | None = None) -> None:
        self.sent: list[dict[str, Any]] = []
        self._error = error

    def send_raw_email(self, **request: Any) -> dict[str, str]:
        self.sent.append(request)
        if self._error:
            raise self._error
        return {"MessageId": "0100"}


def refused(code: str, status: int = 400) -> ClientError:
    answer = {"Error": {"Code": code, "Message": "no"}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(answer, "SendRawEmail")  # type: ignore[arg-type]


def a_mailer(ses: FakeSes) -> SesMailer:
    return SesMailer(
        ses, sender="Academy <no-reply@example.org>", configuration_set="rollcall-test", deadline=Deadline()
    )


def test_send__passes_bare_addresses_and_returns_the_message_id() -> None:
    ses = FakeSes()

    assert a_mailer(ses).send(a_mail()) == "0100"
    assert ses.sent[0]["Source"] == "no-reply@example.org"
    assert ses.sent[0]["Destinations"] == ["anna@example.org"]
    assert ses.sent[0]["ConfigurationSetName"] == "rollcall-test"


def test_send__tags_the_mail_so_that_feedback_names_it() -> None:
    ses = FakeSes()

    a_mailer(ses).send(a_mail(request=MailRequest("reg_1", MailKind.CONFIRMED, 3)))
    a_mailer(ses).send(a_mail())

    tags = [{tag["Name"]: tag["Value"] for tag in sent["Tags"]} for sent in ses.sent]
    assert tags == [{"submission": "reg_1", "kind": "confirmed", "version": "3"}, {}]


def test_compose__attaches_a_file_byte_for_byte() -> None:
    content = "BEGIN:VCALENDAR\r\nSUMMARY:Åsa\r\n".encode()
    file = Attachment("invitation.ics", 'text/calendar; charset="utf-8"; method="PUBLISH"', content)

    data = compose(a_mail(attachments=(file,)), SENDER)

    message = read(data)
    (part,) = message.iter_attachments()
    assert data.isascii()
    assert message.get_content_type() == "multipart/mixed"
    assert (part.get_filename(), part["Content-Type"]) == ("invitation.ics", file.content_type)
    assert part.get_payload(decode=True) == content
    assert message.get_body(("plain",)) is not None
    assert message.get_body(("html",)) is not None


def test_compose__puts_an_image_beside_the_page_that_shows_it() -> None:
    """Mail programs show it in its place, and no file hides the calendar file."""
    image = Attachment("K7QM-3XTP.png", "image/png", b"\x89PNG", content_id="reference")
    file = Attachment("invitation.ics", "text/calendar", b"BEGIN:VCALENDAR")

    message = read(compose(a_mail(attachments=(image, file)), SENDER))

    assert [part.get_content_type() for part in message.walk()] == [
        *("multipart/mixed", "multipart/alternative", "text/plain"),
        *("multipart/related", "text/html", "image/png", "text/calendar"),
    ]
    (shown,) = [part for part in message.walk() if part.get_content_type() == "image/png"]
    assert (shown["Content-ID"], shown.get_content_disposition()) == ("<reference>", "inline")
    assert (shown.get_filename(), shown.get_payload(decode=True)) == ("K7QM-3XTP.png", b"\x89PNG")
    assert [part.get_filename() for part in message.iter_attachments()] == ["invitation.ics"]


def test_compose__has_matching_text_and_html_in_ascii() -> None:
    data = compose(a_mail(), SENDER)

    message = read(data)
    text, html = message.get_body(("plain",)), message.get_body(("html",))
    assert data.isascii()
    assert message.get_content_type() == "multipart/alternative"
    assert text is not None
    assert text.get_content().replace("\r\n", "\n") == "Hej Åsa,\n\nvälkommen.\n"
    assert html is not None
    assert "<p>Hej Åsa</p>" in html.get_content()


def test_compose__marks_the_mail_as_automatic() -> None:
    """SES sets the message ID."""
    message = read(compose(a_mail(), SENDER))

    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Reply-To"] == "staff@example.org"
    assert message["Message-ID"] is None
    assert message["From"].addresses[0].display_name == "Robotakademin Åsa"


def test_compose__without_reply_to__has_no_such_header() -> None:
    assert read(compose(a_mail(reply_to=None), SENDER))["Reply-To"] is None


ENCODED_WORDS = st.from_regex(r"=\?(utf-8|iso-8859-1)\?[qQ]\?[a-z=0-9A-F_:<>]{0,30}\?=", fullmatch=True)


@pytest.mark.parametrize(
    "subject",
    [
        "=?utf-8?q?evil=0d=0aBcc:x?=",
        "=?utf-8?q?=0d=0a=0d=0a<h1>?=",
        "=?utf-8?b?DQpCY2M6eA==?= and =?x?y?z?=",
        "a =? b ?=",
    ],
)
def test_compose__an_encoded_word_in_a_subject_stays_as_written(subject: str) -> None:
    message = email.message_from_bytes(compose(a_mail(subject=subject), SENDER))

    assert "Bcc" not in message
    assert str(make_header(decode_header(message["Subject"]))) == subject


@pytest.mark.parametrize(
    "subject",
    ["New: \u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645", "\U0001f468\u200d\U0001f469\u200d\U0001f467 " * 20],
)
def test_compose__keeps_joining_characters_in_a_subject(subject: str) -> None:
    """Persian words and family emoji arrive whole, in long subjects too."""
    message = email.message_from_bytes(compose(a_mail(subject=subject), SENDER))
    assert str(make_header(decode_header(message["Subject"]))) == subject.strip()


@given(subject=st.one_of(st.text(max_size=300), ENCODED_WORDS), body=st.text(max_size=300))
def test_compose__no_subject_or_body_can_add_a_header(subject: str, body: str) -> None:
    message = read(compose(a_mail(subject=f"New: {subject}", text=body, html=body), SENDER))

    assert sorted(message.keys()) == sorted(
        [
            "From",
            "To",
            "Reply-To",
            "Subject",
            "Auto-Submitted",
            "X-Auto-Response-Suppress",
            "MIME-Version",
            "Content-Type",
        ]
    )
    assert [address.addr_spec for address in message["To"].addresses] == ["anna@example.org"]


@given(name=st.text("abcåäöŁ漢 ,;:<>@()[]\"'\\.", min_size=1, max_size=80).filter(lambda name: name.strip(' "')))
def test_compose__no_display_name_changes_the_senders_address(name: str) -> None:
    sender = parse_sender(f"{name} <no-reply@example.org>")

    raw = email.message_from_bytes(compose(a_mail(), sender))["From"]

    assert sender.addr_spec == "no-reply@example.org"
    assert str(make_header(decode_header(raw))).endswith("<no-reply@example.org>")
    assert len(read(b"From: " + raw.encode() + b"\r\n\r\n")["From"].addresses) == 1


@pytest.mark.parametrize(
    "address",
    [
        "a@example.org\r\nBcc: b@example.org",
        "a@example.org, b@example.org",
        "A <a@example.org>",
        "",
        "å@example.org",
        "a",
    ],
)
def test_compose__refuses_anything_but_one_bare_address(address: str) -> None:
    for mail in (a_mail(to=(address,)), a_mail(reply_to=address)):
        with pytest.raises(MailRefusedError):
            compose(mail, SENDER)


@pytest.mark.parametrize(
    ("text", "name", "address"),
    [
        ("a@example.org", "", "a@example.org"),
        ("Academy <a@example.org>", "Academy", "a@example.org"),
        ('"Academy, Inc." <a@example.org>', "Academy, Inc.", "a@example.org"),
        ("Åsa <a@måndag.example>", "Åsa", "a@xn--mndag-mra.example"),
    ],
)
def test_parse_sender__reads_an_address_with_or_without_a_name(text: str, name: str, address: str) -> None:
    sender = parse_sender(text)

    assert (sender.display_name, sender.addr_spec) == (name, address)


@pytest.mark.parametrize("text", ["", "Academy", "Academy <>", "a@", "<a@b", "a b@example.org"])
def test_parse_sender__names_what_it_cannot_read(text: str) -> None:
    with pytest.raises(SettingsError, match="is not an e-mail address"):
        parse_sender(text)


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (refused("MessageRejected"), MailRefusedError),
        (refused("MailFromDomainNotVerifiedException"), MailRefusedError),
        (refused("InvalidParameterValue"), MailRefusedError),
        (refused("Throttling"), MailerError),
        (refused("AccessDenied", 403), MailerError),
        (refused("ServiceUnavailable", 503), MailerError),
        (ConnectTimeoutError(endpoint_url="x"), MailerError),
        (EndpointConnectionError(endpoint_url="x"), MailerError),
        (refused("InternalFailure", 500), MailUncertainError),
        (ReadTimeoutError(endpoint_url="x"), MailUncertainError),
    ],
)
def test_send__tells_unsent_refused_and_unknown_apart(error: Exception, expected: type[Exception]) -> None:
    with pytest.raises(expected) as caught:
        a_mailer(FakeSes(error)).send(a_mail())

    assert type(caught.value) is expected


def test_client_config__never_retries_a_send() -> None:
    assert CLIENT_CONFIG.retries == {"total_max_attempts": 1}


def test_unsubscribe_link__is_in_the_headers_for_one_click() -> None:
    """RFC 2369 and RFC 8058: on one line, however long it is. A mail about the contract has neither header."""
    url = f"https://api.example.org/my?unsubscribe=v1.k.{'a' * 300}.b"
    lines = compose(a_mail(unsubscribe_url=url), SENDER).split(b"\r\n")

    assert f"List-Unsubscribe: <{url}>".encode() in lines
    assert b"List-Unsubscribe-Post: List-Unsubscribe=One-Click" in lines
    assert b"List-Unsubscribe" not in compose(a_mail(), SENDER)
