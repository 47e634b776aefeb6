"""Logs: one line of JSON per event on standard output, never with a value that a visitor typed.

CloudWatch filters by the keys `timestamp` and `level`. We don't import `logging`: it would add 10
ms to each cold start.

A line can hold metrics, which CloudWatch Logs reads from it: embedded metric format, see
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
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


class Metrics:
    """Counts that a log line holds.

    by: each set of facts to count by; the empty one counts all together. Every set is a metric of
    its own, which AWS charges for, once for each value of its facts.
    """

    def __init__(self, *by: tuple[str, ...], **values: int) -> None:
        self.dimensions = by or ((),)
        self.values = values


class Log:
    """Writes the events of one function at or above a level.

    level: DEBUG, INFO, WARN (or WARNING) or ERROR. Anything else counts as INFO, because a wrong
    setting must not stop a function. metrics_namespace: where metrics go; empty writes none.
    """

    def __init__(self, function: str, level: str = "INFO", *, metrics_namespace: str = "") -> None:
        self._function = function
        self._namespace = metrics_namespace
        self._threshold = _LEVELS.get(level.upper().removesuffix("ING"), _LEVELS["INFO"])

    def info(self, message: str, *, metrics: Metrics | None = None, **facts: object) -> None:
        """Log what happened as expected."""
        self._write("INFO", message, facts, metrics)

    def warning(self, message: str, *, metrics: Metrics | None = None, **facts: object) -> None:
        """Log what will be retried."""
        self._write("WARN", message, facts, metrics)

    def fault(self, message: str, error: BaseException, *, metrics: Metrics | None = None, **facts: object) -> None:
        """Log what somebody should look at, with the error's types and line numbers.

        Only a SettingsError has its message logged: it quotes the operator and no visitor.
        """
        detail = {"detail": str(error)} if isinstance(error, SettingsError) else {}
        self._write("ERROR", message, {**facts, **detail, **_trace(error)}, metrics)

    def _write(self, level: str, message: str, facts: Mapping[str, object], metrics: Metrics | None) -> None:
        if _LEVELS[level] < self._threshold:
            return
        now = time.time()
        stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(now)) + f".{int(now * 1000) % 1000:03d}Z"
        event = {"timestamp": stamp, "level": level, "message": message, "function": self._function, **facts}
        if metrics and self._namespace:
            event |= {**metrics.values, "_aws": self._directive(metrics, now)}
        sys.stdout.write(json.dumps(event, separators=(",", ":"), default=str) + "\n")
        sys.stdout.flush()

    def _directive(self, metrics: Metrics, now: float) -> dict[str, object]:
        names = [{"Name": name, "Unit": "Count"} for name in metrics.values]
        directive = {"Namespace": self._namespace, "Dimensions": metrics.dimensions, "Metrics": names}
        return {"Timestamp": int(now * 1000), "CloudWatchMetrics": [directive]}


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
