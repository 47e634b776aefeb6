"""Logs: one line of JSON an event on standard output, and never a value that a visitor typed.

CloudWatch filters by the keys `timestamp` and `level`. The logging package is left out: it costs a cold start 10 ms.
"""

from __future__ import annotations

import json
import sys
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

_LEVELS = {"DEBUG": 10, "INFO": 20, "WARN": 30, "ERROR": 40}


class Log:
    """Writes the events of one function at or above a level.

    level: DEBUG, INFO, WARN (or WARNING) or ERROR; anything else counts as INFO, for a slip in a setting must not stop
    a function.
    """

    def __init__(self, function: str, level: str = "INFO") -> None:
        self._function = function
        self._threshold = _LEVELS.get(level.upper().removesuffix("ING"), _LEVELS["INFO"])

    def info(self, message: str, **facts: object) -> None:
        """Note what happened as it should."""
        self._write("INFO", message, facts)

    def warning(self, message: str, **facts: object) -> None:
        """Note what will be tried again."""
        self._write("WARN", message, facts)

    def fault(self, message: str, error: BaseException, **facts: object) -> None:
        """Note what somebody should look at. Of error, the kinds and the places are kept, never its words."""
        self._write("ERROR", message, {**facts, **_trace(error)})

    def _write(self, level: str, message: str, facts: Mapping[str, object]) -> None:
        if _LEVELS[level] < self._threshold:
            return
        now = time.time()
        stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(now)) + f".{int(now * 1000) % 1000:03d}Z"
        event = {"timestamp": stamp, "level": level, "message": message, "function": self._function, **facts}
        sys.stdout.write(json.dumps(event, separators=(",", ":"), default=str) + "\n")
        sys.stdout.flush()


def _trace(error: BaseException) -> dict[str, object]:
    """Say which errors, and where: an error's words may quote what a visitor typed."""
    kinds: list[str] = []
    places: list[str] = []
    cause: BaseException | None = error
    while cause is not None and type(cause).__name__ not in kinds:
        kinds.append(type(cause).__name__)
        step = cause.__traceback__
        while step is not None:
            code = step.tb_frame.f_code
            places.append(f"{code.co_filename.rpartition('/')[2]}:{step.tb_lineno} {code.co_name}")
            step = step.tb_next
        cause = cause.__cause__ or cause.__context__
    return {"error": kinds, "trace": places}
