"""The entry point of sweep: every five minutes, finishes what was left undone."""

from __future__ import annotations

import dataclasses
import functools
import os

from lambda_handlers.cold_start import prepare
from lambda_handlers.log import Log
from registration_core import bootstrap
from registration_core.settings import SweepSettings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from registration_core.services.sweep import SweepService


def handler(event: Mapping[str, Any], context: object) -> dict[str, Any]:  # noqa: ARG001 - Lambda passes it
    """Sweep once, and return how much was done."""
    service, log = _parts()
    report = dataclasses.asdict(service.sweep())
    log.info("swept", request_id=getattr(context, "aws_request_id", ""), **report)
    return report


@functools.cache
def _parts() -> tuple[SweepService, Log]:
    settings = SweepSettings.from_mapping(os.environ)
    return bootstrap.sweep_service(settings), Log("sweep", settings.log_level)


prepare(_parts)
