"""The simulations beside the emulator: the real code there, the same crowd here, and the ratio of the two."""

import os
import random
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import emulated
import local_stack
from backlog import Settings, Station, Work, drain
from contention import Times, simulate

from registration_core.adapters.dynamodb.call import AwsCallError
from registration_core.adapters.dynamodb.sdk import sdk_call
from registration_core.adapters.dynamodb.seats import Seats
from registration_core.adapters.dynamodb.table import Table
from registration_core.domain.errors import StorageUnavailableError
from rollcall_local import mailbox
from rollcall_local.paths import Workspace
from rollcall_local.process import free_port

if TYPE_CHECKING:
    from registration_core.adapters.dynamodb.call import Call

CLOSE = 0.2
FORM, OPTION = "race", "a"


class Conflicting:
    """A `Call` that refuses a transaction while another one holds the item, as DynamoDB does and ministack doesn't.

    held, refused: how long each call took.
    """

    def __init__(self, call: "Call", *, hold_s: float, refuse_s: float) -> None:
        self._call, self._hold_s, self._refuse_s = call, hold_s, refuse_s
        self._item = threading.Lock()
        self.held: list[float] = []
        self.refused: list[float] = []

    def __call__(self, operation: str, params: Mapping[str, Any]) -> dict[str, Any]:
        """Carry out one transaction, or refuse it."""
        began = time.perf_counter()
        if not self._item.acquire(blocking=False):
            time.sleep(self._refuse_s)
            self.refused.append(time.perf_counter() - began)
            raise AwsCallError("TransactionCanceledException", "conflict", [{"Code": "TransactionConflict"}])
        try:
            time.sleep(self._hold_s)
            return self._call(operation, params)
        finally:
            self.held.append(time.perf_counter() - began)
            self._item.release()


def contention(dynamodb: Any, clients: int, times_each: int = 25) -> list[list[str]]:  # noqa: ANN401 - boto3 has no types
    """Let clients take seats of one option with the real retries, then simulate that; return a row per figure."""
    Seats(Table(sdk_call(dynamodb), emulated.TABLE)).make(FORM, OPTION, 1_000_000)
    call = Conflicting(sdk_call(dynamodb), hold_s=0.010, refuse_s=0.004)
    seats = Seats(table := Table(call, emulated.TABLE))
    seconds: list[float] = []
    between: list[float] = []
    gave_up: list[int] = []

    def take(_: int) -> None:
        ended = time.perf_counter()
        for _ in range(times_each):
            began = time.perf_counter()
            between.append(began - ended)
            try:
                table.transact({"quota": seats.count(FORM, OPTION, 1, None, "attribute_exists(pk)")})
                seconds.append(time.perf_counter() - began)
            except StorageUnavailableError:
                gave_up.append(1)
            ended = time.perf_counter()

    began = time.perf_counter()
    with ThreadPoolExecutor(clients) as pool:
        list(pool.map(take, range(clients)))
    took_s = time.perf_counter() - began
    times = Times(
        held=lambda: random.choice(call.held),
        refused=lambda: random.choice(call.refused or [0.004]),
        update=lambda: 0.0,
        between=lambda: random.choice(between),
    )
    runs = [
        simulate([0.0] * clients, capacity=10**9, times=times, times_each=times_each, seed=seed) for seed in range(20)
    ]
    name = f"{clients} clients"
    attempts = (len(call.held) + len(call.refused)) / len(seconds)
    return [
        beside(f"{name}: stored per second", len(seconds) / took_s, [each.stored / each.took_s for each in runs]),
        beside(f"{name}: attempts each", attempts, [each.attempts / each.stored for each in runs]),
        beside(f"{name}: mean seconds", statistics.fmean(seconds), [statistics.fmean(each.seconds) for each in runs]),
        beside(f"{name}: given up", len(gave_up), [each.gave_up for each in runs]),
    ]


def beside(name: str, measured: float, simulated: list[float]) -> list[str]:
    """Return a row: what was measured, the mean of what was simulated, and the ratio."""
    mean = statistics.fmean(simulated)
    if not measured and not mean:
        return [name, "0", "0", "1.00", "yes"]
    ratio = mean / measured if measured else float("inf")
    return [name, f"{measured:.3g}", f"{mean:.3g}", f"{ratio:.2f}", "yes" if abs(ratio - 1) <= CLOSE else "no"]


def backlog(workspace: Workspace, learned: int = 30, crowd: int = 150) -> list[list[str]]:
    """Learn the time of a mail from small crowds, simulate a larger one by it, and compare that with the stack.

    One small crowd comes before and one after, because a shared machine is not equally busy for long.
    """
    settings = Settings.read()
    before = _crowd(workspace, "before", learned)
    _, _, arrivals, took_s = _crowd(workspace, "large", crowd)
    after = _crowd(workspace, "after", learned)
    first_s, per_mail_s = ((each + other) / 2 for each, other in zip(before[:2], after[:2], strict=True))
    stream = Station(settings.stream_at_once, settings.stream_batch, Work(first_s, 0.0))
    queue = Station(settings.mail_at_once, settings.mail_batch, Work(0.0, per_mail_s * settings.mail_at_once))
    drained = drain([(each, 1) for each in arrivals], stream, queue)
    return [
        beside(f"{crowd} at once: seconds until the last mail", took_s, [drained.ended_s]),
        beside(f"{crowd} at once: mails per second", 2 * crowd / took_s, [2 * crowd / drained.ended_s]),
    ]


def _crowd(workspace: Workspace, name: str, size: int) -> tuple[float, float, list[float], float]:
    """Register a crowd. Return the seconds to the first mail and per mail, the arrivals, and the seconds in all."""
    before = len(mailbox.messages(workspace))
    began = time.time()
    arrivals: list[float] = []

    def post(visitor_number: int) -> None:
        visitor = local_stack.Visitor(workspace)
        for number in range(visitor_number, size, 4):
            visitor.post(f"{name}{number}@example.org")
            arrivals.append(time.time() - began)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(post, range(4)))
    while len(mailbox.messages(workspace)) < before + 2 * size:
        time.sleep(0.1)
    mails = [each.at.timestamp() - began for each in mailbox.messages(workspace)[before:]]
    return mails[0] - min(arrivals), (mails[-1] - mails[0]) / (len(mails) - 1), sorted(arrivals), mails[-1]


def main() -> list[list[str]]:
    """Measure both, and return the rows."""
    rows = [["", "measured", "simulated", "ratio", "within 20 %"]]
    with tempfile.TemporaryDirectory(prefix="rollcall-bench-") as folder, emulated.emulator(Path(folder)) as endpoint:
        emulated.make_table(endpoint)
        for clients in (2, 4, 8, 16):
            rows += contention(emulated.client(endpoint), clients)
    with tempfile.TemporaryDirectory(prefix="rollcall-bench-") as folder:
        workspace = Workspace(
            root=local_stack.ROOT,
            state=Path(folder),
            edge_port=free_port(),
            site_port=free_port(),
            mailbox_port=free_port(),
        )
        env = local_stack.environment(workspace)
        command = [f"{Path(sys.executable).parent}/rollcall", "local"]
        try:
            local_stack.timed([*command, "up"], env)
            visitor = local_stack.Visitor(workspace)
            for number in range(5):
                local_stack.both_mails(workspace, visitor, f"warm{number}@example.org")
            rows += backlog(workspace)
        finally:
            local_stack.timed([*command, "down"], env)
    rows.append([f"load average at the end: {os.getloadavg()[0]:.1f}, {os.cpu_count()} cores", "", "", "", ""])
    return rows
