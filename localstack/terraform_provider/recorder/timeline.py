"""Which call belongs to which resource: Terraform's own events say when it works on each."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

ENDS = ("apply_complete", "apply_errored", "refresh_complete")


@dataclass(frozen=True, slots=True)
class Span:
    """The time in which Terraform worked on one resource, in seconds since the epoch.

    verb: create, read, update or delete.
    """

    start: float
    end: float
    address: str
    type: str
    verb: str


def spans(output: str) -> list[Span]:
    """Read the output of a Terraform command with -json and -parallelism=1: one span follows another."""
    return list(_spans(output))


def _spans(output: str) -> Iterator[Span]:
    started: dict[str, float] = {}
    for event in events(output):
        hook = event.get("hook")
        if not hook:
            continue
        kind, resource = event["type"], hook["resource"]
        when = datetime.fromisoformat(event["@timestamp"]).timestamp()
        if kind in ("apply_start", "refresh_start"):
            started[resource["addr"]] = when
        elif kind in ENDS:
            verb = hook.get("action", "read")
            yield Span(started.pop(resource["addr"]), when, resource["addr"], resource["resource_type"], verb)


def events(output: str) -> list[dict[str, Any]]:
    """Return the events that a Terraform command printed."""
    return [json.loads(line) for line in output.splitlines() if line.startswith("{")]


def problems(output: str) -> list[str]:
    """Return the errors and warnings that Terraform reported, each in one line."""
    lines = []
    for event in events(output):
        diagnostic = event.get("diagnostic")
        if isinstance(diagnostic, dict):
            where = f"{diagnostic['address']}: " if diagnostic.get("address") else ""
            lines.append(f"{where}{diagnostic['summary']} {diagnostic.get('detail', '')}".strip())
    return lines


def planned_changes(output: str) -> list[str]:
    """Return what a plan would change, such as `update module.mail.aws_sqs_queue.this`."""
    return [
        f"{change['action']} {change['resource']['addr']}"
        for event in events(output)
        if event.get("type") == "planned_change"
        and isinstance(change := event.get("change"), dict)
        and change["action"] != "noop"
    ]
