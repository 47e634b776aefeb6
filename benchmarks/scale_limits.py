"""Which limit a month with so many submissions meets, and what lifts it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from backlog import IN_AWS_DISPATCH, IN_AWS_NOTIFY, SHARDS, Settings
from scale_costs import DECADES, SWEEP_LOOK_S, USED

VARIABLES = Path(__file__).resolve().parents[1] / "infra" / "terraform" / "variables.tf"

MONTH_S, DAY_S = 30 * 86_400, 86_400
OPENING_SHARE, OPENING_S = 0.1, 600
"""Registration opens at 18:00: a tenth of the month's submissions come in ten minutes."""

MOST_WANTED_SHARE = 1 / 3
"""How many of a crowd want the same option."""
QUOTA_ITEM_PER_S = 40.0
"""Registrations per second for one option before more than one in a hundred is answered 503. contention.py finds it."""
SUBMIT_S = 0.040
PARTITION_WRITES_PER_S = 1000.0


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit in submissions: per second, or per day. effect: what happens beyond it."""

    name: str
    effect: str
    lifts: str
    per_s: float = float("inf")
    per_day: float = float("inf")

    def met_by(self, per_s: float, per_day: float) -> bool:
        """Whether a demand is beyond it."""
        return per_s > self.per_s or per_day > self.per_day

    @property
    def size(self) -> str:
        """How much it allows."""
        return f"{self.per_s:,.0f} per second" if self.per_s < float("inf") else f"{self.per_day:,.0f} per day"


def stage_rate(file: Path = VARIABLES) -> float:
    """Return how many requests per second a stack's API accepts unless its operator says otherwise."""
    found = re.search(
        r'variable "throttle".*?default = \{\s+rate += (\d+)', file.read_text(encoding="utf-8"), re.DOTALL
    )
    assert found
    return float(found[1])


def limits() -> list[Limit]:
    """Return all limits that a hundred million submissions a month could meet, the lowest first."""
    settings = Settings.read()
    mails_per_s = settings.mail_at_once * settings.mail_batch / IN_AWS_NOTIFY.takes(settings.mail_batch)
    records_per_s = (
        SHARDS * settings.stream_at_once * settings.stream_batch / IN_AWS_DISPATCH.takes(settings.stream_batch)
    )
    found = [
        Limit(
            "SES, 14 mails per second", "mails wait", "ask AWS for a higher sending rate", per_s=14 / USED["mails"],
        ),
        Limit(
            "two functions that mail", "mails wait",
            "raise `maximum_concurrency` in `mailing.tf` with the SES rate", per_s=mails_per_s / USED["mails"],
        ),
        Limit(
            "the stack's own throttle", "429, and the page tries again", "raise `throttle`",
            per_s=stage_rate() / USED["api requests"],
        ),
        Limit(
            "one option's quota item", "503, and the page tries again",
            "read it before the transaction; then shard its seats", per_s=QUOTA_ITEM_PER_S / MOST_WANTED_SHARE,
        ),
        Limit(
            "a new table's 4,000 writes per second", "503 for some minutes, until DynamoDB has split the table",
            "set warm throughput before the opening", per_s=4000 / USED["write units"],
        ),
        Limit(
            "a new account's ten functions at once", "429 or 5xx, and the page tries again",
            "ask for 1,000 (the guide's first step)", per_s=10 / SUBMIT_S,
        ),
        Limit(
            "one month's key in the index `by_month`", "503, and the page tries again",
            "add a digit to the key of the index", per_s=PARTITION_WRITES_PER_S,
        ),
        Limit(
            "a table's 40,000 writes per second", "503, and the page tries again", "ask AWS for more",
            per_s=40_000 / USED["write units"],
        ),
        Limit(
            "an account's 10,000 API requests per second", "429, and the page tries again", "ask AWS for more",
            per_s=10_000 / USED["api requests"],
        ),
        Limit(
            "the stream's shards, one function each", "mails wait", "set `parallelization_factor` up to 10",
            per_s=records_per_s,
        ),
        Limit("an account's 1,000 functions at once", "429 or 5xx", "ask AWS for more", per_s=1000 / SUBMIT_S),
        Limit(
            "SES, 50,000 mails per day", "mails wait until the next day", "ask AWS for a higher quota",
            per_day=50_000 / USED["mails"],
        ),
        Limit(
            "the sweep's 240 seconds", "it ends before it has looked for every missing mail",
            "note what was looked at, instead of the whole last day each time", per_day=240 / SWEEP_LOOK_S,
        ),
    ]  # fmt: skip
    return sorted(found, key=lambda limit: min(limit.per_s, limit.per_day / DAY_S))


def rates(submissions: int, *, opens: bool) -> tuple[float, float]:
    """Return the most submissions per second and per day. opens: for an opening, otherwise for an even month."""
    if opens:
        return submissions * OPENING_SHARE / OPENING_S, submissions * OPENING_SHARE
    return submissions / MONTH_S, submissions * DAY_S / MONTH_S


def met(submissions: int, *, opens: bool) -> list[int]:
    """Return the numbers of the limits that are met, counted from 1 in the order of `limits`."""
    demand = rates(submissions, opens=opens)
    return [number for number, limit in enumerate(limits(), start=1) if limit.met_by(*demand)]


def table(decades: Sequence[int] = DECADES) -> list[list[str]]:
    """Return rows: per decade its rates, and the limits that it meets."""
    rows = [["a month", "even: per second", "meets", "opening: per second", "meets"]]
    for each in decades:
        row = [f"{each:,}"]
        for opens in (False, True):
            per_s, _ = rates(each, opens=opens)
            row += [
                "below 0.1" if per_s < 0.1 else f"{per_s:,.1f}" if per_s < 10 else f"{per_s:,.0f}",
                ", ".join(map(str, met(each, opens=opens))) or "none",
            ]
        rows.append(row)
    return rows


def key() -> list[list[str]]:
    """Return rows: each limit, with what it allows, what happens beyond it, and what lifts it."""
    rows = [["", "limit", "allows submissions", "beyond it", "what lifts it"]]
    return rows + [
        [str(number), each.name, each.size, each.effect, each.lifts] for number, each in enumerate(limits(), start=1)
    ]
