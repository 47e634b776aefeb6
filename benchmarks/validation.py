"""Our share of a visitor's wait: validating a full registration, and a warm submit without the database.

Run from the clone: .venvs/dev/bin/python benchmarks/validation.py [--rounds N] [--json]

The registration is the shipped form's example with every field filled in. A warm submit is the
handler itself: event in, answer out, with the shipped limits counted. Its DynamoDB is a stub behind
TLS that answers at once. The time from a request's first byte to its answer's last is shown
separately; composing, signing and reading are ours. Figures are medians of rounds, with the best
and the worst round.
"""

from __future__ import annotations

import argparse
import contextlib
import gc
import importlib
import json
import os
import platform
import statistics
import sys
import tempfile
import time
from datetime import UTC, datetime
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cold_start import proxy_event
from dynamodb_stub import DynamoStub

from registration_core.domain.validation import example_submission, validate
from rollcall_build.forms.files import compile_forms

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from registration_core.domain.forms import Form

ROOT = Path(__file__).resolve().parents[1]
EACH_ROUND = 500
AIMS_MS = {"validate": 0.2, "warm submit, own": 1.0}


def main() -> int:
    """Measure, and print a table, or an object with --json."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=9, help=f"rounds of {EACH_ROUND} each, 3 or more (default: 9)")
    parser.add_argument("--json", action="store_true", help="print an object instead of a table")
    options = parser.parse_args()
    if options.rounds < 3:
        parser.error("--rounds must be 3 or more")
    forms = compile_forms(ROOT / "example" / "forms")
    form = forms["registration"]
    today = datetime.now(UTC).date()
    answers = example_submission(form, today=today)
    assert set(answers) == {field.name for field in form.fields}, "the example fills every field"
    figures = {"validate": rounds(lambda: validate(form, answers, "sv", today=today), options.rounds)}
    with tempfile.TemporaryDirectory() as scratch, DynamoStub(Path(scratch)) as stub:
        figures |= warm_submit(Path(scratch), stub, forms, answers, options.rounds)
    report(figures, as_json=options.json)
    return 0


def rounds(work: Callable[[], object], count: int) -> list[float]:
    """Return the mean milliseconds of one task in each round, without the first round, which warms up."""
    means = []
    for _ in range(count + 1):
        gc.collect()
        began = time.perf_counter()
        for _ in range(EACH_ROUND):
            work()
        means.append((time.perf_counter() - began) / EACH_ROUND * 1000)
    return means[1:]


def warm_submit(
    scratch: Path, stub: DynamoStub, forms: Mapping[str, Form], answers: Mapping[str, object], count: int
) -> dict[str, list[float]]:
    """Call the handler repeatedly, each time for another visitor, and separate the time it waited."""
    folder = scratch / "forms"
    folder.mkdir()
    for name, form in forms.items():
        (folder / f"{name}.json").write_text(json.dumps(form.to_dict()), encoding="utf-8")
    os.environ.update(environment(stub, folder))
    inside = Stopwatch()
    for owner, name in ((HTTPConnection, "request"), (HTTPConnection, "getresponse"), (HTTPResponse, "read")):
        setattr(owner, name, inside.around(getattr(owner, name)))
    handler = importlib.import_module("lambda_handlers.submit").handler
    own_times, calls = [], []
    with Path(scratch, "log").open("w", encoding="utf-8") as log, contextlib.redirect_stdout(log):
        for number in range(count + 1):
            events = [event_of(answers, number * EACH_ROUND + visitor) for visitor in range(EACH_ROUND)]
            gc.collect()
            inside.taken_s = 0.0
            began = time.perf_counter()
            statuses = [handler(event, None)["statusCode"] for event in events]
            whole_s = time.perf_counter() - began
            assert set(statuses) == {201}, statuses
            calls.append(inside.taken_s / EACH_ROUND * 1000)
            own_times.append((whole_s - inside.taken_s) / EACH_ROUND * 1000)
    return {"warm submit, own": own_times[1:], "warm submit, waiting": calls[1:]}


def event_of(answers: Mapping[str, object], visitor: int) -> dict[str, Any]:
    """Return the event that API Gateway passes for one visitor, each with a different address."""
    event: dict[str, Any] = proxy_event({**answers, "email": f"visitor.{visitor}@example.org"})
    event["headers"]["Idempotency-Key"] = f"key-{visitor}"
    event["requestContext"]["identity"] = {"sourceIp": f"10.0.{visitor >> 8 & 255}.{visitor & 255}"}
    return event


class Stopwatch:
    """Adds up the time inside one function. taken_s: the total."""

    def __init__(self) -> None:
        self.taken_s = 0.0

    def around(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return the function, timed."""

        def timed(*arguments: object) -> object:
            began = time.perf_counter()
            try:
                return function(*arguments)
            finally:
                self.taken_s += time.perf_counter() - began

        return timed


def environment(stub: DynamoStub, forms: Path) -> dict[str, str]:
    """Return the function's environment as Terraform sets it, with the shipped limits."""
    return {
        "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
        "AWS_SESSION_TOKEN": "token",
        "AWS_REGION": "eu-north-1",
        "AWS_ENDPOINT_URL_DYNAMODB": stub.endpoint,
        "AWS_CA_BUNDLE": str(stub.ca_bundle),
        "STACK": "bench",
        "TABLE": "registrations",
        "SITE_URL": "https://forms.example.org",
        "ALLOWED_ORIGINS": "https://forms.example.org",
        "LOG_LEVEL": "INFO",
        "FORMS_DIR": str(forms),
    }


def report(figures: Mapping[str, Sequence[float]], *, as_json: bool) -> None:
    """Print each figure beside its aim."""
    facts = {"python": platform.python_version(), "cpus": os.cpu_count(), "each_round": EACH_ROUND}
    medians = {
        name: {"median_ms": statistics.median(figure), "best_ms": min(figure), "worst_ms": max(figure)}
        for name, figure in figures.items()
    }
    if as_json:
        print(json.dumps({"figures": medians, "aims_ms": AIMS_MS, "facts": facts}, indent=2))
        return
    print(f"{'ms':24}{'median':>9}{'best':>9}{'worst':>9}{'aim':>9}")
    for name, figure in medians.items():
        aim = f"< {AIMS_MS[name]}" if name in AIMS_MS else ""
        print(f"{name:24}{figure['median_ms']:9.3f}{figure['best_ms']:9.3f}{figure['worst_ms']:9.3f}{aim:>9}")
    print(f"\nPython {facts['python']}, {facts['cpus']} CPUs, {EACH_ROUND} a round")


if __name__ == "__main__":
    sys.exit(main())
