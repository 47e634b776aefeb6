"""Requests that nobody planned: valid ones, and valid ones that are spoiled at random. A seed makes the same again."""

from __future__ import annotations

import base64
import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from registration_core.domain.spam import ANOTHER, HUMAN_TOKEN, KEY, LANGUAGE, SENT, STARTED

if TYPE_CHECKING:
    import random
    from collections.abc import Mapping, Sequence

SITE = "https://courses.example.org"
URLENCODED = "application/x-www-form-urlencoded"
MARK = re.compile(r"mark[0-9]{7}z")
"""Part of every name and address that a request sends, to recognise them in the response to another request."""
RAW_HTML = "<raw"
"""Never in a page as it was sent."""

VALUES: Sequence[object] = (
    *(None, True, False, 0, -1, 7, 1e308, 10**40, 0.1, "", " ", "\x00", "a\x00b", "\u202enibor", "\u200b", "\ud800"),
    *("yes", "true", "on", "1", "١٢", "1e999", "-0", "NaN", "x" * 101, "å" * 5_000, "😀" * 400, "e\u0301" * 300),
    *(f"{RAW_HTML}>alert(1)</raw>", f'"{RAW_HTML}', "{{ 7 * 7 }}", "{% raw %}", "${HOME}", "../../etc/passwd", "%00"),
    *("2027-02-30", "2015-04-30", "0000-00-00", "9999-12-31", "30/4/2015", "--", "2015--30", "12:30", "today"),
    *("+46", "+46701234567", "0701234567", "070-123 45 67 ext 9", "00000000000000000000", "+999999999999"),
    *("a@b", "a@b.example\r\nBcc: c@d.example", "a@" + "b." * 200 + "example", "å@å.example", '"a b"@example.org'),
    *([], {}, ["a"], ["a", "a"], [None, 1], [[1]], {"a": {"b": {"c": 1}}}, [{"a": 1}], "https://buy.example " * 9),
)
NAMES = (STARTED, SENT, LANGUAGE, KEY, ANOTHER, HUMAN_TOKEN, "website", "further_remark", "__proto__", "a\nb", "", "x")
HEADERS: Mapping[str, Sequence[str]] = {
    "Accept": ("text/html,*/*;q=0.8", "application/json", "*/*", "", "text/html, application/json", "\u00e5"),
    "Accept-Language": ("sv-SE, en;q=0.5", "en", "de, *;q=0", ";;;q=x", "*", "sv;q=nan", "x" * 900, "zh-Hant-TW"),
    "Content-Type": (
        *("application/json", URLENCODED, "application/json; charset=utf-16", f"{URLENCODED}; charset=iso-8859-1"),
        *(f"{URLENCODED}; charset=nonsense", "text/plain", "multipart/form-data; boundary=x", "", ";", "a;b;=;charset"),
    ),
    "Idempotency-Key": ("", "k", "k" * 129, "k\tk", "å", "same", "same-too"),
    "If-None-Match": ("*", "W/", '""', '"0123456789"', ",,,"),
    "Origin": (SITE, "null", "https://evil.example", "", "file://", SITE + ".evil.example"),
    "Sec-Fetch-Site": ("same-origin", "cross-site", "none", "same-site", ""),
}
LANGUAGES = ("sv", "en", "de", "", "../..", f"{RAW_HTML}>")
ACTIONS = ("verify", "cancel", "erase", "", "Erase", "restore")


@dataclass(frozen=True, slots=True)
class Sent:
    """One request. owner: the mark of the submission that its link leads to, or of the one that it sends."""

    method: str
    path: str
    headers: Mapping[str, str]
    query: Mapping[str, str]
    body: bytes
    owner: str

    @property
    def marks(self) -> set[str]:
        """All that the answer may show."""
        return {self.owner, *MARK.findall(self.body.decode(errors="replace"))}

    def event(self, random: random.Random) -> dict[str, Any]:
        """Return it as API Gateway passes it on: https://docs.aws.amazon.com/lambda/latest/dg/services-apigateway.html."""
        as_base64 = random.random() < 0.1
        text = base64.b64encode(self.body).decode() if as_base64 else self.body.decode(errors="replace")
        return {
            "resource": "/{proxy+}",
            "path": self.path,
            "httpMethod": self.method,
            "headers": dict(self.headers) or None,
            "multiValueHeaders": {name: [value] for name, value in self.headers.items()} or None,
            "queryStringParameters": dict(self.query) or None,
            "multiValueQueryStringParameters": {name: [value] for name, value in self.query.items()} or None,
            "pathParameters": {"proxy": self.path.strip("/")},
            "stageVariables": None,
            "requestContext": {
                "requestId": f"{random.getrandbits(64):016x}",
                "stage": "v1",
                "identity": {"sourceIp": self._address(random), "userAgent": None},
            },
            "body": text or None,
            "isBase64Encoded": as_base64 and bool(text),
        }

    @staticmethod
    def _address(random: random.Random) -> str:
        return random.choice(
            (f"192.0.2.{random.randrange(12)}", f"2001:db8::{random.randrange(9)}:1", "::ffff:1.2.3.4")
        )


@dataclass(slots=True)
class Requests:
    """Makes requests one after another. examples: valid answers by form. links: tokens, each with its owner's mark."""

    random: random.Random
    examples: Mapping[str, Mapping[str, object]]
    links: list[tuple[str, str]] = field(default_factory=list)
    made: int = 0

    def next(self) -> Sent:
        """Make the next one."""
        self.made += 1
        return self._to_link() if self.links and self.random.random() < 0.2 else self._to_form()

    def _to_form(self) -> Sent:
        form = self.random.choice(list(self.examples))
        mark = f"mark{self.made:07d}z"
        answers = {**self.examples[form], "email": f"{mark}@example.org"}
        answers |= {name: mark for name in answers if name.endswith("name")}
        if self._rarely():
            for _ in range(self.random.randint(1, 3)):
                self._spoil(answers)
        as_json = self.random.random() < 0.6
        body = self._spoiled_bytes(self._json(answers) if as_json else self._urlencoded(answers))
        headers = {"Content-Type": "application/json" if as_json else URLENCODED, "Origin": SITE}
        headers |= {} if as_json else {"Accept": "text/html,*/*;q=0.8"}
        paths = (f"/forms/{form}", f"/{form}/", "/nowhere", "/forms/nowhere", "/", "", f"/{form}/..", "//", "/forms")
        path = self.random.choice(paths) if self._rarely() else f"/{form}"
        method = self.random.choice(("GET", "HEAD", "PUT", "OPTIONS", "")) if self._rarely() else "POST"
        method = "GET" if path.startswith("/forms/") and self.random.random() < 0.8 else method
        query = {"lang": self.random.choice(LANGUAGES)} if self._rarely() else {}
        query |= {"brief": "1"} if self._rarely() else {}
        return Sent(method, path, self._spoiled_headers(headers), query, body, mark)

    def _to_link(self) -> Sent:
        few = self.links[-2:]  # so that one gets several actions
        token, mark = self.random.choice(self.random.choice((few, self.links)))
        if self._rarely():
            place = self.random.randrange(len(token))
            token = self.random.choice((token[:place], token[:place] + "x" + token[place + 1 :], token * 2, "", "a b"))
        query = {"t": token, **({"lang": self.random.choice(LANGUAGES)} if self._rarely() else {})}
        headers = self._spoiled_headers({"Accept": "text/html"})
        if self.random.random() < 0.5:
            return Sent("GET", "/my", headers, query, b"", mark)
        sent = {
            "t": token,
            "action": self.random.choice(ACTIONS),
            "confirm": self.random.choice(("yes", "yes", "no", "")),
        }
        body = self._spoiled_bytes(urlencode(sent).encode())
        return Sent("POST", "/my", {"Content-Type": URLENCODED, **headers}, {}, body, mark)

    def _rarely(self) -> bool:
        return self.random.random() < 0.35

    def _spoil(self, answers: dict[str, object]) -> None:
        name = self.random.choice([*answers, *NAMES])
        if self.random.random() < 0.2:
            answers.pop(name, None)
        else:
            answers[name] = self.random.choice(VALUES)

    def _spoiled_headers(self, headers: dict[str, str]) -> dict[str, str]:
        while self._rarely():
            name = self.random.choice(list(HEADERS))
            headers[self.random.choice((name, name.lower()))] = self.random.choice(HEADERS[name])
        if self._rarely() and headers:
            headers.pop(self.random.choice(list(headers)))
        return headers

    def _json(self, answers: Mapping[str, object]) -> bytes:
        return json.dumps(answers, ensure_ascii=self.random.random() < 0.5).encode(errors="replace")

    def _urlencoded(self, answers: Mapping[str, object]) -> bytes:
        pairs = [
            (name, "yes" if value is True else str(value))
            for name, answer in answers.items()
            for value in (answer if isinstance(answer, list) else [answer])
        ]
        return urlencode(pairs, errors="replace").encode()

    def _spoiled_bytes(self, body: bytes) -> bytes:
        if self.random.random() < 0.8 or not body:
            return body
        place = self.random.randrange(len(body))
        ways = (
            body[:place],
            body[:place] + self.random.randbytes(3) + body[place:],
            body[:place] + self.random.randbytes(1) + body[place + 1 :],
            body * self.random.randint(2, 60),
            self.random.choice((b"[", b'{"a":', b"&a=", b"%")) * self.random.randint(1, 20_000),
            self.random.randbytes(self.random.randint(0, 200)),
        )
        return self.random.choice(ways)
