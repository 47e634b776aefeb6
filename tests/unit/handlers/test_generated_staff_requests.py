"""Generated requests to the staff API: each gets one orderly answer of those that are described, and nothing leaks.

tests/integration/test_api_description.py sends others over HTTP.
"""

from __future__ import annotations

import json
import os
import random
import time
from contextlib import redirect_stdout
from http import HTTPStatus
from io import StringIO
from typing import Any

import pytest
from described import assert_described, operation_of
from generated_requests import MARK, VALUES
from unit.handlers.staff_office import ARN, MANAGER, READER, Answer, StaffOffice, claims

from lambda_handlers.staff_api.routes import ROUTES
from registration_core.domain.identifiers import display_reference
from registration_core.domain.mail import MailKind
from registration_core.domain.staff_actions import StaffAction

COUNT, ALL = 1_000, 30_000
REQUESTS_OF_A_TABLE = 250
MOST_S = 1.0
INSIDE = ("Traceback", 'File "', "registration_core", "lambda_handlers", "Error(", "SUB#")
QUERY = {
    "form": ("registration", "contact", "registraton"),
    "status": ("confirmed", "spam,pending", "lost", ","),
    "option": ("first-robot", "line-followers", "nothing"),
    "label": ("paid", "two words"),
    "since": ("7d", "monday", "2027-02-30", "1m", "9999y"),
    "until": ("today", "2027-03-01T09:30", "999999999d"),
    "q": ("mark", "070-140 50 21", "K7QM-3XTQ", "a@example.org", "'"),
    "order": ("waiting", "newest"),
    "limit": ("1", "500", "0", "1e3", "-1"),
    "cursor": ("reg_01JD9Z3V8Q4X2M7N5R6T1WKBCE", "registration=reg_1,contact=msg_1", "="),
    "day": ("2027-03-01", "2027-02-30", "today"),
    "format": ("csv", "xlsx", "parquet"),
    "lang": ("sv", "en", "../.."),
    "stauts": ("spam",),
    "whole": ("1",),
    "unchecked": ("yes", "no"),
    "id": ("reg_01JD9Z3V8Q4X2M7N5R6T1WKBCE", "a,b", ","),
}
MEMBERS: dict[str, tuple[Any, ...]] = {
    "answers": ({"participant": "Åsa"}, {"course": "line-followers"}, {"course": None}, {"nothing": 1}, {}),
    "waitlist": (True, False),
    "action": tuple(StaffAction),
    "text": ("Will pay on the day", ""),
    "at": ("2027-03-01T09:30:00Z", "2027-03-01T09:30", "1999-01-01T00:00:00+01:00"),
    "kind": tuple(MailKind),
    "again": (True,),
    "dry_run": (True, False),
    "capacity": (0, 1, 12, -1, 10**9),
    "open": (True, False),
    "option": ("first-robot", "no-course", None),
    "until": ("2027-03-01T09:30:00Z", "2027-03-01T09:30", None),
    "instead_of": (12, 0),
}


class StaffRequests:
    """Makes requests one after another, most of them nearly right."""

    def __init__(self, office: StaffOffice, seed: random.Random) -> None:
        self.office, self.random = office, seed

    def next(self) -> dict[str, Any]:
        """Make the next proxy event."""
        route = self.random.choice(ROUTES)
        methods = ("GET", "PUT", "POST", "PATCH", "DELETE", "HEAD") if self._rarely() else (route.method,)
        method = self.random.choice(methods)
        path = "/".join(self._part(part) for part in route.path.split("/"))
        asked = [name for name in route.parameters if self.random.random() < 0.4]
        query = {name: self._text(QUERY[name]) for name in asked}
        query |= {self.random.choice(list(QUERY)): self._text(("x",))} if self._rarely() else {}
        event = self.office.event(method, f"/staff/{path}", context=self._context(), headers=self._headers())
        return event | {"queryStringParameters": query or None, "body": None if method == "GET" else self._body(route)}

    def _rarely(self) -> bool:
        return self.random.random() < 0.15

    def _text(self, values: tuple[str, ...]) -> str:
        return str(self.random.choice(VALUES)) if self._rarely() else self.random.choice(values)

    def _part(self, part: str) -> str:
        entries = list(self.office.table.entries.values())
        entry = self.random.choice(entries)
        known = {
            "{id}": (entry.id, display_reference(entry.reference), entry.reference.lower()),
            "{form}": ("registration", "contact"),
            "{option}": ("first-robot", "line-followers"),
            "{label}": ("paid", "scholarship"),
            "{note}": ("n1", "n2"),
            "{file}": ("f1", "../f2"),
            "{day}": ("2027-03-01", "2027-02-28", "2031-01-01"),
        }
        return self._text(known[part]) if part in known else part

    def _context(self) -> dict[str, Any]:
        who = self.random.choice((MANAGER, MANAGER, MANAGER, READER))
        if not self._rarely():
            return {"authorizer": {"claims": claims(who)}}
        spoiled = {self.random.choice(("token_use", "client_id", "username", "cognito:groups")): self._text(("",))}
        return self.random.choice(
            ({}, {"authorizer": {"claims": claims(who, **spoiled)}}, {"identity": {"userArn": ARN}})
        )

    def _headers(self) -> dict[str, str]:
        headers = {
            "Content-Type": "application/json",
            "If-Match": f'"{self.random.randint(1, 3)}"',
            "Idempotency-Key": f"n{self.random.randint(1, 9)}",
        }
        if self._rarely():
            headers[self.random.choice(list(headers))] = self._text(("*", "text/plain", 'W/"1"', "1"))
        if self._rarely():
            headers.pop(self.random.choice(list(headers)))
        return headers

    def _body(self, route: Any) -> str | None:
        described = operation_of(route.method, f"/staff/{route.path.replace('{', '').replace('}', '')}")
        assert described is not None
        schema: dict[str, Any] = {"properties": (), "required": ()}
        if "requestBody" in described:
            schema |= described["requestBody"]["content"]["application/json"]["schema"]
        names = [name for name in schema["properties"] if name in schema["required"] or self._rarely()]
        names += [self.random.choice(list(MEMBERS))] if self._rarely() else []
        if not names and not self._rarely():
            return None
        text = json.dumps({name: self.random.choice(VALUES if self._rarely() else MEMBERS[name]) for name in names})
        return text[: self.random.randrange(len(text))] if self._rarely() else text


def a_full_office(number: int) -> StaffOffice:
    """Return a stack with a few people, who wait for a seat too, and whose names are marked."""
    office = StaffOffice()
    for place in range(6):
        mark = f"mark{number:05d}{place:02d}z"
        office.register(course="first-robot", participant=mark, email=f"{mark}@example.org")
    office.register("contact", name=f"mark{number:05d}99z")
    return office


@pytest.mark.parametrize("count", [COUNT, pytest.param(ALL, marks=pytest.mark.full)])
def test_generated_staff_requests__get_described_answers(count: int) -> None:
    """None raises or hangs, a log line never has a name, and a reader or a stranger changes nothing."""
    seed = random.Random(os.environ.get("SEED", "1"))  # noqa: S311 - no secret
    statuses: dict[int, int] = {}
    slowest = 0.0
    office: StaffOffice | None = None
    for number in range(count):
        if office is None or number % REQUESTS_OF_A_TABLE == 0:
            office = a_full_office(number)
        event = StaffRequests(office, seed).next()
        before = dict(office.table.entries)
        began = time.process_time()
        try:
            with redirect_stdout(StringIO()) as log:
                answer = Answer(office.function(event))
            assert_orderly(event, answer)
            assert not MARK.search(log.getvalue()), "the log has a name or an address"
            if answer.status in {401, 403} or event["httpMethod"] == "GET":
                assert office.table.entries == before
        except BaseException as error:
            error.add_note(f"request {number}: {event}")
            raise
        slowest = max(slowest, time.process_time() - began)
        statuses[answer.status] = statuses.get(answer.status, 0) + 1
    assert slowest < MOST_S
    assert {200, 400, 401, 403, 404, 405, 409, 412, 422, 428} <= set(statuses), statuses


def assert_orderly(event: dict[str, Any], answer: Answer) -> None:
    """Fail unless the answer is one that API Gateway can pass on, in order, and described."""
    assert all(isinstance(value, str) and value.isprintable() for value in answer.headers.values())
    assert answer.headers["Cache-Control"] == "no-store"
    assert not any(inside in answer.raw["body"] for inside in INSIDE)
    assert answer.status < HTTPStatus.INTERNAL_SERVER_ERROR
    operation = operation_of(event["httpMethod"], event["path"])
    if operation is not None and answer.status != HTTPStatus.METHOD_NOT_ALLOWED:
        assert_described(operation, answer.status, answer.headers, answer.raw["body"])
    if answer.status >= HTTPStatus.BAD_REQUEST:
        assert answer.json["code"]
        assert answer.json["detail"].endswith((".", "…"))
