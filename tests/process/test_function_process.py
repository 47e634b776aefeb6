"""The plug-in that runs functions as processes, without LocalStack: what a function's caller gets."""

from __future__ import annotations

import json
import os
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from deadlines import DEADLINE_S, wait_until

from rollcall_localstack.function_process import Answer, FunctionProcess, InitialisationError, Invocation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

HANDLER = """
import os, pathlib, time
print("imported")

def handler(event, context):
    if event == "raise":
        raise ValueError("no such course")
    if event == "exit":
        os._exit(3)
    if event == "hang":
        pathlib.Path("hangs").touch()
        time.sleep(600)
    print("å" * 3)
    return {"event": event, "id": context.aws_request_id, "left": context.get_remaining_time_in_millis() > 0}
"""

WITH_A_CHILD = """
import pathlib, subprocess, time
pathlib.Path("child").write_text(str(subprocess.Popen(["sleep", "600"]).pid))

def handler(event, context):
    time.sleep(600)
"""


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Callable[..., FunctionProcess]]:
    """Make functions of this code; whatever runs is stopped at the end."""
    made = []

    def function(code: str = HANDLER, *, timeout_s: float = 60) -> FunctionProcess:
        (tmp_path / "app.py").write_text(code, encoding="utf-8")
        environment = {"PATH": os.environ["PATH"], "AWS_LAMBDA_FUNCTION_NAME": "app", "AWS_REGION": "eu-north-1"}
        command = [sys.executable, "-m", "awslambdaric", "app.handler"]
        made.append(FunctionProcess(command, folder=tmp_path, environment=environment, timeout_s=timeout_s))
        return made[-1]

    yield function
    for one in made:
        one.stop()


def sent(event: Any) -> Invocation:
    return Invocation(
        "id-1", "arn:aws:lambda:eu-north-1:000000000000:function:app", "Root=1", json.dumps(event).encode()
    )


def error_of(answer: Answer) -> Any:
    assert answer.failed
    return json.loads(answer.payload)["errorType"]


def test_function__answers_and_logs_each_event(make: Callable[..., FunctionProcess]) -> None:
    """The log of an event is what was printed since the last one, complete when the answer is there."""
    function = make()
    function.start()
    first, second = function.invoke(sent("å")), function.invoke(sent({"n": 2}))

    assert json.loads(first.payload) == {"event": "å", "id": "id-1", "left": True}
    assert (first.failed, first.log) == (False, "imported\nååå\n")
    assert second.log == "ååå\n"
    assert error_of(function.invoke(sent("raise"))) == "ValueError"


def test_function__that_exits__fails_once(make: Callable[..., FunctionProcess]) -> None:
    """A death is the error of one event, and the next one finds a new process."""
    function = make()
    function.start()
    assert error_of(function.invoke(sent("exit"))) == "Runtime.ExitError"
    assert not function.invoke(sent("again")).failed


def test_function__that_hangs__is_killed_with_its_children(
    make: Callable[..., FunctionProcess], tmp_path: Path
) -> None:
    """A timeout is the error of one event, and nothing of it runs on."""
    function = make(WITH_A_CHILD, timeout_s=0.5)
    function.start()
    assert error_of(function.invoke(sent("any"))) == "Sandbox.Timedout"
    child = (tmp_path / "child").read_text()
    wait_until(lambda: _is_gone(child), what="the child's end")


def test_function__that_cannot_be_imported__never_starts(make: Callable[..., FunctionProcess]) -> None:
    """The caller gets the function's own error."""
    with pytest.raises(InitialisationError, match="no_such_module"):
        make("import no_such_module\n").start()


def test_function__stopped_meanwhile__lets_nobody_wait(make: Callable[..., FunctionProcess], tmp_path: Path) -> None:
    """An update of the function's code stops its processes, whatever they do."""
    function = make()
    function.start()
    answers: list[Answer] = []
    caller = threading.Thread(target=lambda: answers.append(function.invoke(sent("hang"))))
    caller.start()
    wait_until((tmp_path / "hangs").exists, what="the start of the event")
    function.stop()
    caller.join(DEADLINE_S)
    assert error_of(answers[0]) == "Runtime.ExitError"


def _is_gone(pid: str) -> bool:
    """Return whether a process has ended, collected or not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True
