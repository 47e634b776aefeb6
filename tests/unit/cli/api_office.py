"""A stack in memory that is asked in two ways: by the services on its table, and through its staff API."""

from __future__ import annotations

import io
import itertools
import json
import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from contract.mail_fakes import InMemoryAskedMails, InMemoryJournal
from described import assert_described, operation_of
from unit.cli.fakes import DESCRIPTION, FakeStack, Ran, Terminal
from unit.export.table_source import TableSource
from unit.handlers.staff_office import MANAGER, MemoryServices, StaffOffice, claims

from admin_cli.app import run
from admin_cli.aws.contexts import Context, ContextFile, Contexts
from admin_cli.services import Services
from admin_cli.stack import Caller
from admin_cli.staff_api.api import Api
from admin_cli.staff_api.stack import ApiStack
from admin_cli.staff_api.transport import Answer
from admin_cli.terminal.output import Output
from registration_core.bootstrap.command_line import MailingParts
from registration_core.services.mail_watch import MailWatch

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

URL = "https://api.example.org/v1"


@dataclass
class SignedInAs:
    """The authorisation of a member of staff whom the fake API knows."""

    name: str = MANAGER

    def headers(self, method: str, url: str, body: bytes | None) -> Mapping[str, str]:
        del method, url, body
        return {"Authorization": f"Bearer {self.name}"}

    def renew(self) -> bool:
        return False


@dataclass
class ApiOffice:
    """Runs commands on one stack directly and through its staff API, and keeps what the API was asked.

    before: called with each request before it is answered; what it returns is the answer instead.
    """

    folder: Path
    office: StaffOffice = field(default_factory=StaffOffice)
    who: str = MANAGER
    asked: list[str] = field(default_factory=list)
    before: Any = None
    waited: list[float] = field(default_factory=list)

    def __call__(self, *arguments: str, via: str = "api", typed: str | None = None, terminal: bool = False) -> Ran:
        """Run a command. typed: what a person at a terminal answers."""
        out = Terminal() if terminal else io.StringIO()
        err = io.StringIO() if typed is None else Terminal()
        contexts = ContextFile(self.folder / "contexts.json")
        contexts.write(Contexts().with_entry(Context("local", "local", "eu-north-1", "http://localhost:4566")))
        environ = {"COLUMNS": "140", "TERM": "xterm"}
        output = Output(out, err, environ)
        services = Services(
            output=output,
            environ=environ,
            contexts=contexts,
            connect=lambda context: self._connect(context, output),
            local=lambda: NotImplemented,
            stdin=io.StringIO() if typed is None else Terminal(typed),
            sleep=self.waited.append,
        )
        code = run(["--via", via, *arguments], services)
        return Ran(code, out.getvalue(), err.getvalue())

    def both(self, *arguments: str) -> Ran:
        """Run a command that changes nothing in both ways, which must print the same, and return that."""
        ran, directly = self(*arguments), self(*arguments, via="aws")
        # a command that it names repeats the way, and an export says how long it took
        told, also = (re.sub(r" --via (api|aws)|[0-9.]+ s, .*/s", "", each.err) for each in (ran, directly))
        assert (ran.code, ran.out, told) == (directly.code, directly.out, also)
        return ran

    def transport(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None = None) -> Answer:
        """Answer a request as the deployed API does."""
        self.asked.append(f"{method} {url.removeprefix(URL)}")
        instead = self.before(method, url) if self.before is not None else None
        if instead is not None:
            return instead  # type: ignore[no-any-return]
        parts = urlsplit(url)
        event = {
            "httpMethod": method,
            "path": parts.path,
            "headers": dict(headers),
            "queryStringParameters": dict(parse_qsl(parts.query)) or None,
            "body": None if body is None else body.decode(),
            "requestContext": {"requestId": "r-1", "authorizer": {"claims": claims(self.who)}},
        }
        raw = self.office.function(event)
        operation = operation_of(method, parts.path.removeprefix("/v1"))
        assert operation is not None, parts.path
        assert_described(operation, raw["statusCode"], raw["headers"], raw["body"])
        return Answer(raw["statusCode"], {name.lower(): v for name, v in raw["headers"].items()}, raw["body"].encode())

    def _connect(self, context: Context, output: Output) -> Any:
        if context.via == "api":
            api = Api(
                URL,
                SignedInAs(self.who),
                self.transport,
                say=output.note,
                sleep=self.waited.append,
                machine=self.office.clock,
            )
            return ApiStack(context, api, sleep=self.waited.append, monotonic=every_half_minute())
        table, office = MemoryServices(self.office), self.office
        asked = InMemoryAskedMails(office.table)
        missing: Any = None
        parts = MailingParts(
            resend=table.resend(),
            send=missing,
            watch=MailWatch(asked=asked, sleep=self.waited.append, monotonic=every_half_minute()),
            redrive=missing,
            suppressions=office.suppressions,
            unsubscribe=missing,
            account_suppressions=missing,
        )
        return FakeStack(
            context,
            replace(DESCRIPTION, stack="test"),
            table.query(),
            table.manage(),
            table.forms,
            caller=Caller("000000000000", MANAGER),
            editing=table.edit(),
            restoring=table.restore(),
            versions={each.version: each for each in office.older},
            parts=parts,
            entries=TableSource(list(office.table.entries.values()), kept=list(table.forms.values())),
            journals=InMemoryJournal(office.table),
            attending=table.attendance(),
            noting=table.notes(),
            opening=table.openings(),
        )


def every_half_minute() -> Callable[[], float]:
    """Return a clock that shows half a minute more each time."""
    return itertools.count(0.0, 30.0).__next__


def problem(status: int, code: str, detail: str) -> Answer:
    """Return an answer of API Gateway itself."""
    body = {"type": "about:blank", "title": "", "status": status, "code": code, "detail": detail}
    return Answer(status, {"content-type": "application/problem+json"}, json.dumps(body).encode())
