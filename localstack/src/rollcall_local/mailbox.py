"""The local mailbox: accepts what SES would deliver, keeps it, and shows it as a page and as JSON.

The emulator relays the bytes of each mail by SMTP, so headers such as Reply-To are visible.
"""

from __future__ import annotations

import argparse
import email
import email.policy
import functools
import html
import json
import signal
import threading
import time
import urllib.parse
import uuid
from base64 import b64encode
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from email.utils import getaddresses
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rollcall_build.files import replace_file
from rollcall_local.process import BackgroundProcess, answers

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import EmailMessage

    from rollcall_local.paths import Workspace

FOLDER = "mail"

HEALTH_PATH = "/health"

#: What a mail on the page may do: open its links in new tabs, and nothing else.
POPUPS = "allow-popups allow-popups-to-escape-sandbox"

STYLE = """
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
body { margin: 0 auto; max-width: 60rem; padding: 1rem }
article { border-block-start: 1px solid color-mix(in srgb, currentColor 25%, transparent); padding-block: .75rem }
summary { cursor: pointer } dl { display: grid; grid-template-columns: max-content 1fr; gap: 0 1rem; margin: .5rem 0 }
dd { margin: 0; overflow-wrap: anywhere } pre { white-space: pre-wrap; overflow-wrap: anywhere }
iframe { inline-size: 100%; block-size: 28rem; border: 1px solid color-mix(in srgb, currentColor 25%, transparent) }
"""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file attached to a mail. name: as in the mail, without folders."""

    name: str
    type: str
    content: bytes

    def as_json(self) -> dict[str, Any]:
        """Return its name, type and size."""
        return {"name": self.name, "type": self.type, "size": len(self.content)}


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail as sent.

    at: when the mailbox accepted it. to: addresses without names. reply_to: an address, or None.
    """

    id: str
    at: datetime
    sender: str
    to: list[str]
    reply_to: str | None
    subject: str
    text: str
    html: str | None
    attachments: tuple[Attachment, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return the mail's parts under the names that `rollcall local mail --json` prints."""
        parts = asdict(self)
        parts["from"] = parts.pop("sender")
        parts["at"] = self.at.isoformat().replace("+00:00", "Z")
        parts["attachments"] = [attached.as_json() for attached in self.attachments]
        return parts


def messages(workspace: Workspace) -> list[Mail]:
    """Return all mails, oldest first."""
    return read_folder(workspace.state / FOLDER)


def read_folder(folder: Path) -> list[Mail]:
    """Return every mail stored in `folder`, oldest first."""
    return [_read(path) for path in sorted(folder.glob("*.eml"))]


@functools.lru_cache(maxsize=4096)
def _read(path: Path) -> Mail:
    """Read a mail, once per process: a stored mail never changes, and the page and the tests ask again and again."""
    message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    text = message.get_body(preferencelist=("plain",))
    page = message.get_body(preferencelist=("html",))
    reply_to = _addresses(message, "Reply-To")
    return Mail(
        id=path.stem,
        at=datetime.fromtimestamp(int(path.stem.partition("-")[0]) / 1e9, tz=UTC),
        sender=str(message.get("From", "")),
        to=_addresses(message, "To"),
        reply_to=reply_to[0] if reply_to else None,
        subject=str(message.get("Subject", "")),
        text=str(text.get_content()) if text else "",
        html=_with_images(str(page.get_content()), message) if page else None,
        attachments=tuple(_attached(message)),
    )


def _with_images(page: str, message: EmailMessage) -> str:
    """Return a mail's page with the images that the mail brings for it."""
    for part in message.walk():
        content_id, content = str(part.get("Content-ID", "")).strip("<>"), part.get_payload(decode=True)
        if content_id and isinstance(content, bytes):
            image = f"data:{part.get_content_type()};base64,{b64encode(content).decode()}"
            page = page.replace(f"cid:{content_id}", image)
    return page


def _attached(message: EmailMessage) -> Iterator[Attachment]:
    for number, part in enumerate(message.iter_attachments(), start=1):
        name = Path((part.get_filename() or "").replace("\\", "/")).name or f"attachment-{number}"
        content = part.get_payload(decode=True)
        yield Attachment(name, part.get_content_type(), content if isinstance(content, bytes) else b"")


def _addresses(message: EmailMessage, header: str) -> list[str]:
    return [address for _, address in getaddresses([str(value) for value in message.get_all(header, [])]) if address]


class KeepingHandler:
    """Writes each mail to a file of its own, which gets its final name once complete."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def handle_DATA(self, _server: object, _session: object, envelope: Any) -> str:  # noqa: ANN401, N802 - aiosmtpd's name and type
        """Store the mail and accept it."""
        content = envelope.original_content or envelope.content
        name = f"{time.time_ns():020d}-{uuid.uuid4().hex[:8]}"
        replace_file(self._folder / f"{name}.eml", content)
        return "250 OK"


def _page(mails: list[Mail]) -> str:
    articles = "".join(_article(mail) for mail in reversed(mails))
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>Mailbox ({len(mails)})</title><style>{STYLE}</style><h1>Mailbox</h1>"
        f"{articles or '<p>No mails yet. Fill in a form on the site.</p>'}</html>"
    )


def _article(mail: Mail) -> str:
    def row(name: str, value: str) -> str:
        return f"<dt>{name}</dt><dd>{html.escape(value)}</dd>" if value else ""

    body = (
        f'<iframe sandbox="{POPUPS}" title="The mail as HTML" srcdoc="{html.escape(_in_new_tabs(mail.html))}"></iframe>'
        if mail.html
        else f"<pre>{html.escape(mail.text)}</pre>"
    )
    attached = ", ".join(f"{each.name} ({each.type}, {len(each.content)} bytes)" for each in mail.attachments)
    headers = row("From", mail.sender) + row("To", ", ".join(mail.to)) + row("Reply-To", mail.reply_to or "")
    headers += row("Attached", attached)
    return (
        f'<article id="{mail.id}"><details><summary><strong>{html.escape(mail.subject)}</strong> · '
        f"{html.escape(', '.join(mail.to))} · <time>{mail.at:%Y-%m-%d %H:%M:%S} UTC</time></summary>"
        f"<dl>{headers}</dl>{body}<details><summary>As text</summary><pre>{html.escape(mail.text)}</pre></details>"
        f"</details></article>"
    )


def _in_new_tabs(page: str) -> str:
    """Make a mail's links open in new tabs: inside the mailbox's frame they would lead nowhere."""
    begin, head, rest = page.partition("<head>")
    base = '<base target="_blank">'
    return f"{begin}{head}{base}{rest}" if head else base + page


class PageHandler(BaseHTTPRequestHandler):
    """The mailbox for a browser (HTML) and for a program (`?format=json` or Accept: application/json)."""

    folder: Path
    server_version = "RollcallMailbox"
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Answer with every stored mail."""
        target = urllib.parse.urlsplit(self.path)
        if target.path not in ("/", HEALTH_PATH):
            self._answer(HTTPStatus.NOT_FOUND, "text/plain; charset=utf-8", "The mailbox is at /\n")
            return
        if target.path == HEALTH_PATH:
            self._answer(HTTPStatus.OK, "text/plain; charset=utf-8", "ok\n")
            return
        mails = read_folder(self.folder)
        wants_json = "format=json" in target.query or "application/json" in self.headers.get("Accept", "")
        if wants_json:
            body = json.dumps([mail.as_json() for mail in mails], ensure_ascii=False, indent=2)
            self._answer(HTTPStatus.OK, "application/json", body)
        else:
            self._answer(HTTPStatus.OK, "text/html; charset=utf-8", _page(mails))

    def _answer(self, status: HTTPStatus, content_type: str, body: str) -> None:
        content = body.encode()
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; img-src data:")
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002, ANN401 - http.server's signature
        """Log nothing; the page reloads often."""


def background(workspace: Workspace) -> BackgroundProcess:
    """Describe the mailbox's process."""
    return BackgroundProcess(
        name="mailbox",
        folder=workspace.state / "mailbox",
        port=workspace.mailbox_port,
        ready=lambda: answers(workspace.mailbox_port, HEALTH_PATH),
        port_variable="ROLLCALL_MAILBOX_PORT",
    )


def command(workspace: Workspace, smtp_port: int) -> list[str]:
    """Return the arguments of `python -m` that serve the mailbox."""
    return [
        "rollcall_local.mailbox",
        f"--folder={workspace.state / FOLDER}",
        f"--page-port={workspace.mailbox_port}",
        f"--smtp-port={smtp_port}",
    ]


def serve(folder: Path, *, page_port: int, smtp_port: int) -> None:
    """Accept and show mail on two loopback ports until SIGTERM."""
    from aiosmtpd.controller import Controller  # noqa: PLC0415 - only the process that serves needs it

    folder.mkdir(parents=True, exist_ok=True)
    stopped = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stopped.set())
    smtp = Controller(KeepingHandler(folder), hostname="127.0.0.1", port=smtp_port)
    smtp.start()
    handler = type("MailboxPageHandler", (PageHandler,), {"folder": folder})
    page = ThreadingHTTPServer(("127.0.0.1", page_port), handler)
    page.daemon_threads = True
    threading.Thread(target=page.serve_forever, daemon=True).start()
    stopped.wait()
    page.shutdown()
    smtp.stop()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Take and show the local system's mail.")
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--page-port", type=int, required=True)
    parser.add_argument("--smtp-port", type=int, required=True)
    chosen = parser.parse_args()
    serve(chosen.folder, page_port=chosen.page_port, smtp_port=chosen.smtp_port)
