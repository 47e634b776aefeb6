"""Logs: one line of JSON per event on standard output, never with a value that a visitor typed.

CloudWatch filters by the keys `timestamp` and `level`. We don't import `logging`: it would add 10
ms to each cold start.
"""

from __future__ import annotations

import json
import sys
import time

from registration_core.domain.errors import SettingsError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

_LEVELS = {"DEBUG": 10, "INFO": 20, "WARN": 30, "ERROR": 40}


class Log:
    """Writes the events of one function at or above a level.

    level: DEBUG, INFO, WARN (or WARNING) or ERROR. Anything else counts as INFO, because a wrong
    setting must not stop a function.
    """

    def __init__(self, function: str, level: str = "INFO") -> None:
        self._function = function
        self._threshold = _LEVELS.get(level.upper().removesuffix("ING"), _LEVELS["INFO"])

    def info(self, message: str, **facts: object) -> None:
        """Log what happened as expected."""
        self._write("INFO", message, facts)

    def warning(self, message: str, **facts: object) -> None:
        """Log what will be retried."""
        self._write("WARN", message, facts)

    def fault(self, message: str, error: BaseException, **facts: object) -> None:
        """Log what somebody should look at, with the error's types and line numbers.

        Only a SettingsError has its message logged: it quotes the operator and no visitor.
        """
        detail = {"detail": str(error)} if isinstance(error, SettingsError) else {}
        self._write("ERROR", message, {**facts, **detail, **_trace(error)})

    def _write(self, level: str, message: str, facts: Mapping[str, object]) -> None:
        if _LEVELS[level] < self._threshold:
            return
        now = time.time()
        stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(now)) + f".{int(now * 1000) % 1000:03d}Z"
        event = {"timestamp": stamp, "level": level, "message": message, "function": self._function, **facts}
        sys.stdout.write(json.dumps(event, separators=(",", ":"), default=str) + "\n")
        sys.stdout.flush()


def _trace(error: BaseException) -> dict[str, object]:
    """Return the error's types and line numbers; its message may quote what a visitor typed."""
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
