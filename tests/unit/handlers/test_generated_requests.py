"""A hundred thousand generated requests to the functions: each gets one orderly answer, soon, and nothing leaks.

The table is in memory. tests/integration/test_api_description.py sends others over HTTP.
"""

from __future__ import annotations

import gc
import io
import json
import os
import random
import sys
import time
from contextlib import redirect_stdout
from datetime import timedelta
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from contract.fakes import CountedRandomness, GivenForms, PlainSigner
from contract.rate_counter import InMemoryRateCounter
from generated_requests import MARK, RAW_HTML, SITE, Requests, Sent
from unit.handlers.my_desk import FORMS, VERIFIED, Desk

from lambda_handlers.log import Log
from lambda_handlers.site_words import SiteWords
from lambda_handlers.submit_function import SubmitFunction
from registration_core.domain.validation import example_submission
from registration_core.services.describe import DescribeService
from registration_core.services.door import Door, Limits
from registration_core.services.submit import SubmitService

if TYPE_CHECKING:
    from collections.abc import Mapping

STATUSES = frozenset({200, 201, 303, 304, 400, 403, 404, 405, 409, 410, 413, 415, 422, 429})
INSIDE = ("Traceback", 'File "', "registration_core", "lambda_handlers", "Error(", "SUB#")
ALL = 100_000
REQUESTS_OF_A_TABLE = 1_000
MOST_S = 1.0
"""The processor time that a request may take."""
MOST_BLOCKS = 2_000
"""How many more blocks may be kept at the end than after the first tenth: nothing grows with the requests."""


class Api:
    """Submit and links over one table in memory."""

    def __init__(self, site_dir: Path) -> None:
        self.desk = Desk(site_dir)
        table, clock = self.desk.table, self.desk.clock
        self.submit = SubmitFunction(
            GivenForms(VERIFIED, *(form for name, form in FORMS.items() if name != VERIFIED.name)),
            Door(rates=InMemoryRateCounter(), limits=Limits(20, 3), signer=PlainSigner(), clock=clock),
            SubmitService(
                repository=table, signer=PlainSigner(), clock=clock, randomness=CountedRandomness("generated")
            ),
            DescribeService(repository=table, clock=clock),
            allowed_origins=[SITE],
            words=SiteWords(str(site_dir), site_url=SITE),
            log=Log("submit"),
            edge_key="",
            uploads=lambda: None,
            begin=lambda: None,
        )

    def answer(self, sent: Sent, event: Mapping[str, Any]) -> dict[str, Any]:
        self.desk.clock.forward(seconds=3)
        return self.desk.function(event) if sent.path == "/my" else self.submit(event)

    def link(self, submission_id: str) -> str:
        return self.desk.token(self.desk.table.entries[submission_id], life=timedelta(minutes=40))


def open_files() -> int:
    return sum(1 for _ in Path("/dev/fd").iterdir())


def kept_blocks() -> int:
    """Return how many blocks of memory Python's objects take, without those that nothing needs."""
    gc.collect()
    return sys.getallocatedblocks()


def assert_orderly(sent: Sent, answer: Mapping[str, Any]) -> None:
    """Fail unless the answer is one that API Gateway can pass on, in order, and of this request alone."""
    status, headers, body = answer["statusCode"], answer["headers"], answer["body"]
    assert status in STATUSES
    assert all(isinstance(value, str) and value.isprintable() for value in headers.values())
    assert not any(inside in body for inside in INSIDE)
    assert set(MARK.findall(body + json.dumps(headers))) <= sent.marks, "the answer has another's name or address"
    kind = headers.get("Content-Type", "")
    if kind.startswith("text/html"):
        assert RAW_HTML not in body
        assert body.rstrip().endswith("</html>")
    elif body:
        content = json.loads(body)
        assert status < HTTPStatus.BAD_REQUEST or (content["code"] and content["detail"].endswith((".", "…")))
    else:
        assert status in {303, 304}
    if status == HTTPStatus.SEE_OTHER:
        assert headers["Location"].startswith((f"{SITE}/", "my?t="))


@pytest.mark.parametrize("count", [2_000, pytest.param(ALL, marks=pytest.mark.full)])
def test_generated_requests__get_orderly_answers(site_dir: Path, count: int) -> None:
    """None raises, hangs, or shows another's data, the insides, or HTML as it was sent; nothing piles up."""
    seed = random.Random(os.environ.get("SEED", "1"))  # noqa: S311 - no secret
    requests = Requests(seed, {name: example_submission(form) for name, form in FORMS.items()})
    slowest, statuses, blocks = 0.0, dict[int, int](), list[int]()
    api: Api | None = None
    files = open_files()
    for number in range(count):
        if api is None or number % REQUESTS_OF_A_TABLE == 0:
            api = None
            blocks.append(kept_blocks())
            api = Api(site_dir)
            requests.links.clear()
        sent = requests.next()
        event = sent.event(seed)
        began = time.process_time()
        try:
            with redirect_stdout(io.StringIO()) as log:
                answer = api.answer(sent, event)
            assert_orderly(sent, answer)
            assert not MARK.search(log.getvalue()), "the log has a name or an address"
        except BaseException as error:
            error.add_note(f"request {number}: {event}")
            raise
        slowest = max(slowest, time.process_time() - began)
        statuses[answer["statusCode"]] = statuses.get(answer["statusCode"], 0) + 1
        if answer["statusCode"] == HTTPStatus.CREATED and answer["headers"]["Content-Type"] == "application/json":
            stored = json.loads(answer["body"])["id"]
            if stored in api.desk.table.entries and sent.owner in api.desk.table.entries[stored].email:
                requests.links.append((api.link(stored), sent.owner))
    assert slowest < MOST_S
    assert count < ALL or set(statuses) == STATUSES, "the requests no longer lead to every kind of answer"
    assert open_files() <= files
    api = None
    assert kept_blocks() - blocks[1 + len(blocks) // 10] < MOST_BLOCKS
