"""What waits behind the visitors: changes in the stream and mails in the queue, as Terraform configures them."""

import heapq
import itertools
import re
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

MAILING = Path(__file__).resolve().parents[1] / "infra" / "terraform" / "mailing.tf"


@dataclass(frozen=True, slots=True)
class Settings:
    """What the two event source mappings say. at_once: how many functions run together, per shard for the stream."""

    stream_batch: int
    stream_at_once: int
    mail_batch: int
    mail_at_once: int

    @classmethod
    def read(cls, file: Path = MAILING) -> "Settings":
        """Read the configuration."""
        text = file.read_text(encoding="utf-8")
        dispatch, notify = (_mapping(text, name) for name in ("dispatch", "notify"))
        return cls(
            stream_batch=_number(dispatch, "batch_size"),
            stream_at_once=_number(dispatch, "parallelization_factor", 1),
            mail_batch=_number(notify, "batch_size"),
            mail_at_once=_number(notify, "maximum_concurrency"),
        )


def _mapping(text: str, name: str) -> str:
    found = re.search(
        rf'^resource "aws_lambda_event_source_mapping" "{name}" {{\n(.*?)^}}', text, re.DOTALL | re.MULTILINE
    )
    assert found, f"{MAILING.name} has no mapping {name}"
    return found[1]


def _number(text: str, argument: str, default: int | None = None) -> int:
    found = re.search(rf"^ +{argument} += (\d+)", text, re.MULTILINE)
    if found:
        return int(found[1])
    assert default is not None, f"{MAILING.name} has no {argument}"
    return default


@dataclass(frozen=True, slots=True)
class Work:
    """What a function's run takes: some seconds for the run, and some for each of its batch."""

    run_s: float
    each_s: float

    def takes(self, count: int) -> float:
        """Return how long a run with this many takes."""
        return self.run_s + self.each_s * count


@dataclass
class Station:
    """Functions that take batches from a line, oldest first.

    longest: how many waited at most. waited_s: how long everything that left had waited and been worked on.
    """

    servers: int
    batch: int
    work: Work
    line: deque[tuple[float, int]] = field(default_factory=deque)
    busy: int = 0
    inside: int = 0
    longest: int = 0
    oldest_s: float = 0.0
    left: int = 0
    waited_s: float = 0.0

    def put(self, now: float, count: int) -> None:
        """Let some arrive."""
        self.line.append((now, count))
        self.inside += count
        self.longest = max(self.longest, self.inside)

    def take(self) -> list[tuple[float, int]]:
        """Take a batch: when they arrived, and how many."""
        taken: list[tuple[float, int]] = []
        room = self.batch
        while room and self.line:
            came, count = self.line.popleft()
            taken.append((came, min(count, room)))
            if count > room:
                self.line.appendleft((came, count - room))
            room -= taken[-1][1]
        return taken

    def finish(self, now: float, taken: list[tuple[float, int]]) -> int:
        """Let a batch leave; return how many."""
        count = sum(each for _, each in taken)
        self.busy -= 1
        self.inside -= count
        self.left += count
        self.waited_s += sum((now - came) * each for came, each in taken)
        self.oldest_s = max(self.oldest_s, now - taken[0][0])
        return count


@dataclass(frozen=True, slots=True)
class Drained:
    """How a crowd's mails left. ended_s: when the last one did. person_s: mails in the queue, added up over time."""

    stream: Station
    queue: Station
    ended_s: float
    mail_s: float


def drain(arrivals: Iterable[tuple[float, int]], stream: Station, queue: Station, *, mails_each: int = 2) -> Drained:
    """Send the mails of submissions that arrive at these moments, so many at each."""
    order = itertools.count()
    events: list[tuple[float, int, Station | None, list[tuple[float, int]]]] = []
    for moment, count in arrivals:
        heapq.heappush(events, (moment, next(order), None, [(moment, count)]))
    last = mail_s = 0.0

    def start(now: float, station: Station) -> None:
        while station.busy < station.servers and station.line:
            taken = station.take()
            station.busy += 1
            done = now + station.work.takes(sum(count for _, count in taken))
            heapq.heappush(events, (done, next(order), station, taken))

    while events:
        now, _, station, taken = heapq.heappop(events)
        mail_s += queue.inside * (now - last)
        last = now
        if station is None:
            stream.put(now, sum(count for _, count in taken))
        else:
            count = station.finish(now, taken)
            if station is stream:
                queue.put(now, count * mails_each)
        start(now, stream)
        start(now, queue)
    return Drained(stream, queue, last, mail_s)


IN_AWS_DISPATCH, IN_AWS_NOTIFY = Work(0.010, 0.001), Work(0.010, 0.100)
"""Assumed: a mail takes two writes, a few reads, and SES's answer."""
SHARDS = 4


def stations(settings: Settings, *, shards: int = SHARDS, mail_at_once: int | None = None) -> tuple[Station, Station]:
    """Return the stream's station and the queue's, as configured, with the times assumed for AWS."""
    return (
        Station(shards * settings.stream_at_once, settings.stream_batch, IN_AWS_DISPATCH),
        Station(mail_at_once or settings.mail_at_once, settings.mail_batch, IN_AWS_NOTIFY),
    )


def opening(submissions: int, minutes: int = 10) -> list[tuple[float, int]]:
    """Return the arrivals of an opening, second by second."""
    seconds = 60 * minutes
    counts = [submissions * (second + 1) // seconds - submissions * second // seconds for second in range(seconds)]
    return [(float(second), count) for second, count in enumerate(counts) if count]


def openings(months: tuple[int, ...] = (1_000, 10_000, 100_000, 1_000_000)) -> list[list[str]]:
    """Return rows: how the mails of an opening leave, as configured and with ten functions that mail."""
    settings = Settings.read()
    rows = [
        [
            "submissions a month",
            "in 10 minutes",
            "stream: at most",
            "mails: at most",
            "the last mail after",
            "with ten functions",
        ]
    ]
    for month in months:
        crowd = month // 10
        as_is = drain(opening(crowd), *stations(settings))
        more = drain(opening(crowd), *stations(settings, mail_at_once=10))
        rows.append([
            f"{month:,}", f"{crowd:,}", f"{as_is.stream.longest:,}", f"{as_is.queue.longest:,}",
            duration(as_is.ended_s), duration(more.ended_s),
        ])  # fmt: skip
    return rows


def duration(seconds: float) -> str:
    """Return a duration as people say it."""
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"
