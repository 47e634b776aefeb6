"""What visitors get when the table can't be reached: soon, a clear error that nothing was stored."""

from __future__ import annotations

import socket
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest
from faults.clone import FORM, answers
from faults.conftest import ORIGIN, function_environment
from faults.functions import running
from faults.proxy import AtRandom, Fault, Plan
from faults.visitors import Post, proxy_event

from rollcall_local.process import free_port

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from faults.functions import Function
    from faults.proxy import FaultProxy
    from faults.table_contents import Books

FUNCTION_TIMEOUT_S = 10
"""As infra/terraform/functions.tf gives submit: past it, the visitor would get a bare 502."""

START_TIMEOUT_S = 10
"""As Lambda gives a function's start, which doesn't count towards the function's own time-out:
https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html#runtimes-lifecycle-ib
"""

MESSAGE = {
    "name": "Robin Ek",
    "email": "robin@example.org",
    "topic": "courses",
    "message": "Is anybody there?",
    "consent": True,
}


@pytest.fixture
def silence() -> Iterator[str]:
    """An endpoint that accepts every connection and never answers."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as listener:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


@pytest.fixture
def ask(package: Path, tmp_path: Path) -> Callable[[str], tuple[dict[str, Any], float]]:
    """Send one message to submit with this table endpoint and the shipped limits; time only the answer."""

    def asked(endpoint: str) -> tuple[dict[str, Any], float]:
        environ = function_environment(package, endpoint, "no-table")
        shipped: Mapping[str, str] = {name: value for name, value in environ.items() if not name.startswith("RATE_")}
        with running("lambda_handlers.submit", shipped, tmp_path / "submit.log") as submit:
            began = time.monotonic()
            submit.start()
            started = time.monotonic()
            assert started - began < START_TIMEOUT_S
            return submit.invoke(proxy_event(Post("contact", MESSAGE), ORIGIN)), time.monotonic() - started

    return asked


def is_told_to_come_back(answer: Mapping[str, Any]) -> bool:
    headers = {name.lower(): value for name, value in answer["headers"].items()}
    response = (answer["statusCode"], headers["access-control-allow-origin"], '"storage_unavailable"' in answer["body"])
    return response == (503, ORIGIN, True) and int(headers["retry-after"]) > 0


def test_submit__with_a_silent_table__answers_in_time(
    ask: Callable[[str], tuple[dict[str, Any], float]], silence: str
) -> None:
    answer, took_s = ask(silence)
    assert is_told_to_come_back(answer)
    assert took_s < FUNCTION_TIMEOUT_S


def test_submit__without_a_table__answers_in_time(
    ask: Callable[[str], tuple[dict[str, Any], float]],
) -> None:
    answer, took_s = ask(f"http://127.0.0.1:{free_port()}")
    assert is_told_to_come_back(answer)
    assert took_s < FUNCTION_TIMEOUT_S


@pytest.mark.parametrize("fault", list(Fault))
def test_submit__with_a_failing_table__accepts_a_later_retry(
    submit: Function, proxy: FaultProxy, read_books: Callable[[], Books], fault: Fault
) -> None:
    """The visitor gets an error in time, and the same request succeeds once the table works."""
    post = Post("contact", MESSAGE)
    before = Post("contact", {**MESSAGE, "email": "before@example.org"})  # a function that already has its guard keys
    assert submit.invoke(proxy_event(before, ORIGIN))["statusCode"] == 201
    proxy.plan = AtRandom("outage", share=1.0, faults=[fault])
    began = time.monotonic()
    answer = submit.invoke(proxy_event(post, ORIGIN))
    assert is_told_to_come_back(answer)
    assert time.monotonic() - began < FUNCTION_TIMEOUT_S
    assert len(read_books().entries) == (2 if fault is Fault.LOST_ANSWER else 1)

    proxy.plan = AtRandom("fair", share=0.0, faults=[fault])

    assert submit.invoke(proxy_event(post, ORIGIN))["statusCode"] == 201
    assert len(read_books().entries) == 2


class Slow(Plan):
    """Every call succeeds, slowly."""

    def __init__(self, takes_s: float) -> None:
        self._takes_s = takes_s

    def after(self, operation: str, fault: Fault | None) -> None:  # noqa: ARG002 - whatever was asked
        """Delay the answer."""
        threading.Event().wait(self._takes_s)


@pytest.mark.full
def test_submit__with_a_slow_table__accepts_a_later_retry(
    package: Path, proxy: FaultProxy, table: str, tmp_path: Path, read_books: Callable[[], Books]
) -> None:
    """The visitor gets an error in time, and the same request succeeds once the table is fast again."""
    environ = function_environment(package, proxy.endpoint, table)
    shipped = {name: value for name, value in environ.items() if not name.startswith("RATE_")}
    post = Post(FORM, answers(1, 1))
    with running("lambda_handlers.submit", shipped, tmp_path / "submit.log") as submit:
        # It reads the guard keys while it starts; Lambda allows ten seconds for that.
        assert submit.invoke(proxy_event(Post("contact", MESSAGE), ORIGIN))["statusCode"] == 201
        # Two counts for the limits, then the submission, the quota that does not exist yet, and the submission again.
        proxy.plan = Slow(2.3)
        began = time.monotonic()
        assert is_told_to_come_back(submit.invoke(proxy_event(post, ORIGIN)))
        assert time.monotonic() - began < FUNCTION_TIMEOUT_S

        proxy.plan = Plan()

        assert submit.invoke(proxy_event(post, ORIGIN))["statusCode"] == 201
    assert len(read_books().entries) == 2
