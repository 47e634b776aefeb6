"""The entry point of sweep: every five minutes, finishes what was left undone."""

from __future__ import annotations

import dataclasses
import functools
import os

from lambda_handlers.cold_start import prepare
from lambda_handlers.log import Log, Metrics
from registration_core.bootstrap.sweep import sweep_service
from registration_core.settings import SweepSettings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from registration_core.services.sweep import SweepService


def handler(event: Mapping[str, Any], context: object) -> dict[str, Any]:  # noqa: ARG001 - Lambda passes it
    """Sweep once, and return how much was done."""
    service, log = _parts()
    return sweep(service, log, request_id=getattr(context, "aws_request_id", ""))


def sweep(service: SweepService, log: Log, *, request_id: str) -> dict[str, Any]:
    """Sweep once, log it with the seats of each form, and return how much was done."""
    report = dataclasses.asdict(service.sweep())
    for form, (taken, waiting) in report.pop("seats").items():
        metrics = Metrics(("form",), SeatsTaken=taken, Waiting=waiting)
        log.info("seats", metrics=metrics, request_id=request_id, form=form, taken=taken, waiting=waiting)
    log.info("swept", request_id=request_id, **report)
    return report


@functools.cache
def _parts() -> tuple[SweepService, Log]:
    settings = SweepSettings.from_mapping(os.environ)
    log = Log("sweep", settings.log_level, metrics_namespace=settings.metrics_namespace)
    return sweep_service(settings), log


prepare(_parts)
