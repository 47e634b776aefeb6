"""A stand-in for the staff API and the sign-in pages, answered inside the browser, after docs/openapi.json's shapes."""

from __future__ import annotations

import json
import mimetypes
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote, urlsplit

from shipped import SOURCES

from rollcall_build.forms.files import compile_forms
from rollcall_build.site.build import render
from rollcall_build.site.desk import Desk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SITE, API, SIGN_IN = "https://site.example", "https://api.example/v1", "https://sign-in.example"
MANAGER, COLLEAGUE = "karin@academy.example", "sara@academy.example"
POLICY = (
    f"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    f"connect-src https://api.example {SIGN_IN}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)
SHARED = {
    "Access-Control-Allow-Origin": SITE,
    "Access-Control-Allow-Headers": "authorization,content-type,if-match,idempotency-key",
    "Access-Control-Allow-Methods": "GET,POST,PUT,PATCH,DELETE",
}
FORMS = compile_forms(SOURCES.forms)
PEOPLE = (
    ("Åsa Lindqvist", "confirmed", "line-followers"),
    ("عبد الرحمن الأندلسي", "confirmed", "first-robot"),
    ("Maximiliana-Konstantina von Württemberg-Sachsen-Weißenfels", "waitlisted", "competition-team"),
    ("Nils Åkesson", "pending", "python-and-sensors"),
    ("Ove Berg", "cancelled", "first-robot"),
    ("Cheap Watches", "spam", "line-followers"),
)
ACTIONS = {
    "confirmed": ["cancel", "mark_spam", "erase"],
    "waitlisted": ["promote", "cancel", "mark_spam", "erase"],
    "pending": ["verify", "cancel", "mark_spam", "erase"],
    "cancelled": ["restore", "erase"],
    "spam": ["mark_genuine", "cancel", "erase"],
    "erased": [],
}
AFTER = {
    "cancel": ("cancelled", "cancelled", "restore"),
    "restore": ("confirmed", "restored", "cancel"),
    "promote": ("confirmed", "promoted", None),
    "verify": ("confirmed", "verified", None),
    "mark_spam": ("spam", "marked spam", "mark_genuine"),
    "mark_genuine": ("confirmed", "marked genuine", "mark_spam"),
    "erase": ("erased", "erased", None),
}


def answers_of(number: int, name: str, option: str) -> dict[str, Any]:
    return {
        "participant": name,
        "birth_date": "2016-03-05",
        "course": option,
        "experience": "some",
        "robots_at_home": 1,
        "guardian": "Per Lindqvist",
        "email": f"person{number}@example.org",
        "phone": "+46701234567",
        "needs": "Allergic to nuts.",
        "heard_of_us": ["school", "friend"],
        "photos": True,
        "consent": True,
    }


def entry(number: int, name: str, status: str, option: str, now: datetime) -> dict[str, Any]:
    at = (now - timedelta(hours=5 * number + 1)).isoformat()
    return {
        "id": f"reg_{number:026}",
        "reference": f"K7QM-{number:03}P",
        "name": name,
        "form": "registration",
        "status": status,
        "submitted_at": at,
        "email": f"person{number}@example.org",
        "language": "sv",
        "answers": answers_of(number, name, option),
        "version": 1,
        "option": option,
        "rank": 3 if status == "waitlisted" else None,
        "spam_sign": "links" if status == "spam" else None,
        "labels": ["paid"] if number == 0 else [],
        "history": [{"at": at, "what": "submitted", "by": "registrant", "status": status, "version": 1, "was": None}],
        "mails": [
            {"kind": "confirmed", "copy": 0, "state": "delivered", "sent_at": at, "problem": None},
            {"kind": "staff", "copy": 0, "state": "sent", "sent_at": at, "problem": None},
        ],
        "notes": [{"id": "n1", "at": at, "by": COLLEAGUE, "text": "Called: comes by bus, may be late."}]
        if number == 0
        else [],
        "check_ins": [],
        "undo": None,
    }


@cache
def site_files() -> dict[str, bytes]:
    """Return the built site, by key."""
    made = render(SOURCES, FORMS, api_url=API, site_url=SITE, desk=Desk(SIGN_IN, "client"))
    return {file.key: file.body for file in made}


@dataclass
class FakeDesk:
    """The API and the sign-in as one person's browser sees them.

    faults: by path, an answer to give instead, once for each entry. calls: method, path and body of what was asked.
    stopped: whether the sign-in's server refuses to renew.
    """

    role: str = "manager"
    name: str = MANAGER
    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    people: int = len(PEOPLE)
    faults: dict[str, list[Callable[[Any], None]]] = field(default_factory=dict)
    calls: list[tuple[str, str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    stopped: bool = False
    lifetime_s: int = 600
    submissions: dict[str, dict[str, Any]] = field(default_factory=dict)
    capacities: dict[str, int] = field(default_factory=dict)
    openings: dict[tuple[str, str | None], dict[str, Any]] = field(default_factory=dict)
    tokens: int = 0

    def __post_init__(self) -> None:
        for number in range(self.people):
            name, status, option = PEOPLE[number % len(PEOPLE)]
            one = entry(number, name if number < len(PEOPLE) else f"{name} {number}", status, option, self.now)
            self.submissions[one["id"]] = one

    def answer(self, route: Any) -> None:
        """Answer every request of the browser."""
        address = urlsplit(route.request.url)
        base = f"{address.scheme}://{address.netloc}"
        if base == SIGN_IN:
            self._sign_in(route, address)
        elif route.request.url.startswith(f"{API}/staff/"):
            self._staff(route, unquote(address.path.removeprefix("/v1/staff/")), parse_qs(address.query))
        elif address.path == "/sent-file":
            route.fulfill(body="%PDF-1.7", headers={"Content-Disposition": "attachment; filename*=UTF-8''cv.pdf"})
        else:
            key = address.path.removeprefix("/")
            kind = mimetypes.guess_type(key)[0] or "text/html; charset=utf-8"
            if key in site_files():
                headers = {"Content-Type": kind, "Content-Security-Policy": POLICY, "Cache-Control": "no-cache"}
                route.fulfill(body=site_files()[key], headers=headers)
            else:
                route.fulfill(status=404)

    def _sign_in(self, route: Any, address: Any) -> None:
        query = {name: values[0] for name, values in parse_qs(address.query).items()}
        if address.path == "/oauth2/authorize":
            back = f"{query['redirect_uri']}?code=c0de&amp;state={query['state']}"
            page = f"<!doctype html><title>Sign in</title><a href='{back}'>Continue</a>"
            route.fulfill(body=page, content_type="text/html")
        elif address.path == "/logout":
            page = f"<!doctype html><title>Out</title><a href='{query['logout_uri']}'>Back</a>"
            route.fulfill(body=page, content_type="text/html")
        elif address.path == "/oauth2/revoke":
            self.calls.append(("POST", "revoke", parse_qs(route.request.post_data)))
            route.fulfill(headers=SHARED)
        else:
            form = parse_qs(route.request.post_data)
            self.calls.append(("POST", "token", form))
            if self.stopped and form["grant_type"] == ["refresh_token"]:
                self._give(route, {"error": "invalid_grant"}, status=400)
                return
            self.tokens += 1
            tokens = {"access_token": f"token-{self.tokens}", "expires_in": self.lifetime_s}
            if form["grant_type"] == ["authorization_code"]:
                tokens["refresh_token"] = "refresh"
            self._give(route, tokens)

    def _staff(self, route: Any, path: str, query: dict[str, list[str]]) -> None:
        request = route.request
        if request.method == "OPTIONS":
            route.fulfill(headers=SHARED)
            return
        body = json.loads(request.post_data) if request.post_data else None
        self.calls.append((request.method, path, body))
        self.headers.append(request.headers)
        fault = self.faults.get(f"{request.method} {path}") or self.faults.get(path)
        if fault:
            fault.pop(0)(route)
            return
        if request.headers.get("authorization") != f"Bearer token-{self.tokens}":
            problem(route, 401, "unauthorized", "Sign in.")
            return
        match [request.method, *path.split("/")]:
            case ["PUT", "quotas", _, option]:
                self.capacities[option] = body["capacity"]
                self._give(route, {"option": option, "capacity": body["capacity"]})
            case ["POST", "forms", form, "openings"]:
                override = {
                    "open": body["open"],
                    "until": body.get("until"),
                    "by": self.name,
                    "at": self.now.isoformat(),
                }
                made = {"open": body["open"], "changes_at": body.get("until"), "override": override}
                self.openings[form, body.get("option")] = made
                self._give(route, {"option": body.get("option"), **made})
            case [_, "submissions", id_, *rest] if id_ in self.submissions:
                self._change(route, self.submissions[id_], request.method, rest, body)
            case _:
                self._read(route, path, query)

    def _read(self, route: Any, path: str, query: dict[str, list[str]]) -> None:
        match [route.request.method, path]:
            case ["GET", "me"]:
                me = {"name": self.name, "role": self.role, "stack": "prod", "now": self.now.isoformat()}
                self._give(route, me)
            case ["GET", "forms"]:
                self._give(route, {"forms": [self._form(form) for form in FORMS.values()]})
            case ["GET", "overview"]:
                self._give(route, self._overview())
            case ["GET", "exports"]:
                rows = len(self._matching(query))
                made = {"url": f"{SITE}/file", "rows": rows, "filename": f"registration.{query['format'][0]}"}
                self._give(route, made)
            case ["GET", "submissions"]:
                matching, start = self._matching(query), int(query.get("cursor", ["0"])[0])
                limit = int(query["limit"][0])
                cursor = str(start + limit) if start + limit < len(matching) else None
                self._give(route, {"submissions": matching[start : start + limit], "cursor": cursor})
            case _:
                problem(route, 404, "not_found", "There is no such submission.")

    def _change(self, route: Any, one: dict[str, Any], method: str, rest: list[str], body: Any) -> None:
        before = one["version"]
        if rest in (["answers"], ["actions"]) and route.request.headers.get("if-match") != f'"{before}"':
            last = one["history"][-1]
            problem(route, 412, "changed", "It was changed.", changed=last)
            return
        match [method, *rest]:
            case ["GET", "files", _]:
                self._give(route, {"url": f"{SITE}/sent-file", "filename": "cv.pdf"})
                return
            case ["PATCH", "answers"]:
                one["answers"] |= body["answers"]
                one["name"] = one["answers"]["participant"]
                self.happens(one, "edited")
            case ["POST", "actions"]:
                one["status"], what, undo = AFTER[body["action"]]
                self.happens(one, what, status=one["status"])
                one["undo"] = undo
            case [_, "labels", label]:
                kept = [name for name in one["labels"] if name != label]
                one["labels"] = [*kept, label] if method == "PUT" else kept
                self.happens(one, "labelled" if method == "PUT" else "unlabelled")
            case ["POST", "notes"]:
                key = route.request.headers["idempotency-key"]
                if key not in [note["id"] for note in one["notes"]]:
                    one["notes"].append({"id": key, "at": self.now.isoformat(), "by": self.name, "text": body["text"]})
                    self.happens(one, "noted")
            case ["DELETE", "notes", note_id]:
                one["notes"] = [note for note in one["notes"] if note["id"] != note_id]
                self.happens(one, "note_removed")
            case ["POST", "mails"]:
                one["mails"].append({"kind": body["kind"], "copy": 1, "state": "queued", "sent_at": None})
        self._give(route, self._shown(one))

    def happens(self, one: dict[str, Any], what: str, by: str | None = None, status: str | None = None) -> None:
        """Note a change in a submission's history."""
        one["version"] += 1
        one["undo"] = None
        event = {"at": self.now.isoformat(), "what": what, "by": by or self.name, "version": one["version"]}
        one["history"].append(event | {"status": status, "was": "confirmed" if status else None})

    @staticmethod
    def _give(route: Any, body: Any, status: int = 200) -> None:
        route.fulfill(status=status, json=body, headers=SHARED)

    @staticmethod
    def _shown(one: dict[str, Any]) -> dict[str, Any]:
        shown = []
        for asked in FORMS["registration"].fields:
            value = one["answers"].get(asked.name)
            text = ", ".join(value) if isinstance(value, list) else "" if value is None else str(value)
            shown.append({"name": asked.name, "label": asked.label.in_language("en"), "text": text})
        return one | {"shown": shown, "actions": ACTIONS[one["status"]]}

    def _matching(self, query: dict[str, list[str]]) -> list[dict[str, Any]]:
        words = query.get("q", [""])[0].casefold()
        fields = [name for name in ("form", "status", "option") if name in query]
        found = reversed(self.submissions.values()) if "order" in query else self.submissions.values()
        return [
            one
            for one in found
            if words in f"{one['name']} {one['reference']} {one['email']}".casefold()
            and all(one[name] in query[name][0].split(",") for name in fields)
            and query.get("label", [None])[0] in (None, *one["labels"])
        ]

    def _form(self, form: Any) -> dict[str, Any]:
        chosen = form.chosen_field
        options = [option.to_dict() for option in chosen.options] if chosen is not None else []
        return {
            "name": form.name,
            "title": dict(form.title.by_language),
            "version": form.version,
            "time_zone": "Europe/Stockholm",
            "languages": list(form.languages),
            "labels": ["paid", "scholarship"],
            "options": options,
            "fields": [one.to_dict() | {"required": one.required} for one in form.fields],
        }

    def _overview(self) -> dict[str, Any]:
        taken = (7, 12, 3, 12)
        options = FORMS["registration"].chosen_field.options  # type: ignore[union-attr]
        courses = [
            {
                "form": "registration",
                "option": option.value,
                "label": option.label.in_language("en"),
                "starts_at": option.starts_at.isoformat() if option.starts_at else None,
                "capacity": self.capacities.get(option.value, 12 if number < 3 else 24),
                "taken": taken[number],
                "waiting": 4 if taken[number] == 12 and number < 3 else 0,
            }
            for number, option in enumerate(options)
        ]
        today = {"submitted": 9, "confirmed": 6, "waitlisted": 2, "cancelled": 1}
        return {"today": today, "courses": courses, "openings": list(self._openings())}

    def _openings(self) -> Iterator[dict[str, Any]]:
        for form in FORMS.values():
            options = form.chosen_field.options if form.chosen_field is not None else ()
            for option in (None, *options):
                closes_at = option.starts_at.isoformat() if option is not None and option.starts_at else None
                value = option.value if option is not None else None
                by_file = {"open": True, "changes_at": closes_at, "override": None}
                yield {"form": form.name, "option": value, **self.openings.get((form.name, value), by_file)}


def problem(route: Any, status: int, code: str, detail: str, **more: Any) -> None:
    """Answer with a problem, as the API does."""
    body = {"type": "about:blank", "status": status, "code": code, "detail": detail} | more
    route.fulfill(status=status, json=body, headers=SHARED)
