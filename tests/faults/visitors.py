"""Visitors who all post at the same moment, and retry until they get a final answer."""

from __future__ import annotations

import http.client
import json
import logging
import random
import threading
import time
import urllib.parse
import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from faults.functions import FunctionDiedError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from faults.functions import Function

LOG = logging.getLogger("faults")
"""Figures, for who asks: pytest --log-cli-level=INFO."""
AT_ONCE = 64
"""Connections that are open at the same time."""

LONGEST_PAUSE_S = 0.5
PATIENCE_S = 150.0
"""After that everyone goes home with the last answer they got."""


@dataclass(frozen=True, slots=True)
class Post:
    """What one visitor sends, however often. form: the form's name."""

    form: str
    answers: Mapping[str, Any]
    key: str = field(default_factory=lambda: uuid.uuid4().hex)


@dataclass(frozen=True, slots=True)
class Answer:
    """The API's answer. status: 0 when the connection ended without one."""

    status: int
    content: Mapping[str, Any]
    retry_after: str | None = None

    @property
    def final(self) -> bool:
        """Whether a retry would be pointless."""
        return 200 <= self.status < 500 and self.status != 429


class Door(Protocol):
    """A way to send a post."""

    def send(self, post: Post) -> Answer:
        """Send the post once."""


NO_ANSWER = Answer(0, {})


class ApiDoor:
    """The API over HTTP; each thread keeps a connection alive."""

    def __init__(self, api_url: str, origin: str) -> None:
        target = urllib.parse.urlsplit(api_url)
        self._address = (target.hostname or "localhost", target.port)
        self._path = target.path
        self._origin = origin
        self._own = threading.local()
        self._all: list[http.client.HTTPConnection] = []

    def close(self) -> None:
        """Close all connections."""
        for connection in self._all:
            connection.close()

    def send(self, post: Post) -> Answer:
        headers = {"Content-Type": "application/json", "Origin": self._origin, "Idempotency-Key": post.key}
        connection = self._connection()
        try:
            connection.request("POST", f"{self._path}/{post.form}", json.dumps(post.answers).encode(), headers)
            answer = connection.getresponse()
            return _answer_of(answer.status, answer.read(), answer.getheader("Retry-After"))
        except (OSError, http.client.HTTPException):
            connection.close()
            return NO_ANSWER

    def _connection(self) -> http.client.HTTPConnection:
        if not hasattr(self._own, "connection"):
            self._own.connection = http.client.HTTPConnection(*self._address, timeout=60)
            self._all.append(self._own.connection)
        connection: http.client.HTTPConnection = self._own.connection
        return connection


class FunctionDoor:
    """The submit function itself, called with API Gateway's event; each visitor has a different address."""

    def __init__(self, submit: Function, origin: str) -> None:
        self._submit = submit
        self._origin = origin

    def send(self, post: Post) -> Answer:
        try:
            answer = self._submit.invoke(proxy_event(post, self._origin))
        except FunctionDiedError:
            return NO_ANSWER
        headers = {name.lower(): value for name, value in answer["headers"].items()}
        return _answer_of(answer["statusCode"], answer["body"].encode(), headers.get("retry-after"))


def proxy_event(post: Post, origin: str) -> dict[str, Any]:
    """Return the event that API Gateway passes to submit for a post."""
    headers = {"Content-Type": "application/json", "Origin": origin, "Idempotency-Key": post.key}
    number = random.Random(post.key).getrandbits(24)  # noqa: S311 - an address, no secret
    address = f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}"
    return {
        "resource": f"/{post.form}",
        "path": f"/{post.form}",
        "httpMethod": "POST",
        "headers": headers,
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "queryStringParameters": None,
        "requestContext": {"requestId": uuid.uuid4().hex, "identity": {"sourceIp": address}},
        "body": json.dumps(post.answers),
        "isBase64Encoded": False,
    }


@dataclass(slots=True)
class Outcome:
    """The result of a race.

    answers: the last answer to each post, in order. counts: how often each status and code came.
    """

    answers: list[Answer]
    counts: Counter[tuple[int, str]]


def all_at_once(door: Door, posts: Sequence[Post], *, at_once: int = AT_ONCE) -> Outcome:
    """Send all posts, as many at once as there are connections, until each has a final answer.

    The first ones wait for each other, so that they arrive together.
    """
    counts: Counter[tuple[int, str]] = Counter()
    together = threading.Barrier(min(at_once, len(posts)))
    begin = time.monotonic()

    def visit(numbered: tuple[int, Post]) -> Answer:
        number, post = numbered
        if number < together.parties:
            together.wait(timeout=PATIENCE_S)
        jitter = random.Random(f"{post.key} {number}")  # noqa: S311 - jitter, no secret
        pause_s = 0.02
        while True:
            answer = door.send(post)
            counts[answer.status, str(answer.content.get("code", ""))] += 1
            if answer.final or time.monotonic() > begin + PATIENCE_S:
                return answer
            time.sleep(jitter.uniform(0, pause_s))
            pause_s = min(LONGEST_PAUSE_S, pause_s * 2)

    with ThreadPoolExecutor(min(at_once, len(posts))) as pool:
        answers = list(pool.map(visit, enumerate(posts)))
    LOG.info("%d posts in %.1f s; answers by status: %s", len(posts), time.monotonic() - begin, dict(counts))
    return Outcome(answers, counts)


def _answer_of(status: int, body: bytes, retry_after: str | None) -> Answer:
    try:
        content = json.loads(body or b"{}")
    except ValueError:
        content = {}
    return Answer(status, content if isinstance(content, dict) else {}, retry_after)
