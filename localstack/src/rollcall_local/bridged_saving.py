"""Saves ministack's data while it runs: tables and queues first, no logs, and nothing that is unchanged.

bridged_ministack.py loads it in the emulator's own interpreter. After a kill, the last save is what
remains.
"""

# ruff: noqa: SLF001 - ministack has no hooks for this; its version is locked

from __future__ import annotations

import hashlib
import json
import os
import signal
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ministack import app
from ministack.core import iam_actions, persistence
from ministack.services import cloudwatch_logs, dynamodb

if TYPE_CHECKING:
    from collections.abc import Callable

    State = Callable[[], dict[str, Any] | None]

#: Seconds between saves. A large state is saved less often, so that saving takes at most a tenth of the time.
SAVE_EVERY_S = float(os.environ.get("ROLLCALL_SAVE_EVERY_S", "1"))
SHARE = 10

#: What visitors and functions change all the time. The rest changes only when something is deployed.
FIRST = ("dynamodb", "sqs")
OTHERS_EVERY_S = 10.0

_ATTEMPTS = 20


class Saving:
    """Saves the services that have changes, one save at a time."""

    def __init__(self) -> None:
        self._saved: dict[str, bytes] = {}
        self._one_at_a_time = threading.Lock()
        self._requests = 0
        self._seen = -1

    def save(self, services: dict[str, State]) -> None:
        """Save these services. No other save overtakes the last one, at the stop."""
        with self._one_at_a_time:
            for name, state in services.items():
                self._save(name, state)

    def run(self) -> None:
        """Save regularly, for as long as the emulator runs and gets requests."""
        pause_s, others_due = SAVE_EVERY_S, 0.0
        while True:
            time.sleep(pause_s)
            if self._requests == self._seen:
                continue
            self._seen = self._requests
            began = time.monotonic()
            services = app._build_persistence_save_dict()
            self.save({name: services.pop(name) for name in FIRST if name in services})
            if began >= others_due:
                self.save(services)
                others_due = began + OTHERS_EVERY_S
            pause_s = max(SAVE_EVERY_S, SHARE * (time.monotonic() - began))

    def count_requests(self) -> None:
        """Count each request that the emulator authorises."""
        named: Callable[..., str | None] = iam_actions.extract_iam_action

        def counted(*request: object, **more: object) -> str | None:
            self._requests += 1
            return named(*request, **more)

        iam_actions.extract_iam_action = counted

    def _save(self, name: str, state: State) -> None:
        text = _text(name, state)
        if text is None:
            return
        digest = hashlib.sha256(text.encode()).digest()
        if self._saved.get(name) == digest:
            return
        folder = Path(persistence.STATE_DIR)
        folder.mkdir(parents=True, exist_ok=True)
        partial = folder / f"{name}.json.tmp"
        partial.write_text(text)
        partial.replace(folder / f"{name}.json")
        self._saved[name] = digest


def stop_when_moved() -> None:
    """Save everything and stop once this folder is no longer in its place.

    Functions would be looked up in an empty place, and their answers would be worthless.
    """
    folder = os.environ["ROLLCALL_FOLDER"]

    def watch() -> None:
        while _same(folder):
            time.sleep(0.5)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, daemon=True).start()


def _same(folder: str) -> bool:
    try:
        return Path(folder).samefile(".")
    except FileNotFoundError:
        return False


def save_as_it_runs() -> None:
    """Make ministack save its data while it runs, and when it stops."""
    cloudwatch_logs.get_state = _log_groups
    dynamodb.get_state = _tables
    saving = Saving()
    saving.count_requests()
    app.save_all = saving.save
    threading.Thread(target=saving.run, daemon=True).start()


def _text(name: str, state: State) -> str | None:
    """Return the text to save. The data is not copied first: if it changes during the read, it is read again."""
    for _ in range(_ATTEMPTS):
        try:
            payload = state()
            if payload is None:
                return None
            whole = {"__ministack_format__": persistence._state_format_version(name), "payload": payload}
            return json.dumps(whole, default=persistence._json_default)
        except RuntimeError:  # a dictionary changed its size
            continue
    return None


def _tables() -> dict[str, Any]:
    """Return what `dynamodb.get_state` does, without copying every item."""
    tables = dynamodb.AccountRegionScopedDict()
    for (account, region, name), table in dynamodb._tables.all_items():
        saved = {key: value for key, value in table.items() if key != dynamodb._INDEX_MEMBERS}
        tables.set_scoped(account, region, name, saved)
    rest = ("tags", "ttl_settings", "pitr_settings", "kinesis_destinations", "contributor_insights", "backups")
    more = ("resource_policies", "exports", "imports")
    return {"tables": tables, **{key: getattr(dynamodb, f"_{key}") for key in (*rest, *more)}}


def _log_groups() -> dict[str, Any]:
    """Return what `cloudwatch_logs.get_state` does, without the log events, which may be lost."""
    groups = cloudwatch_logs.AccountRegionScopedDict()
    for (account, region, name), group in cloudwatch_logs._log_groups.all_items():
        streams = {each: {**stream, "events": []} for each, stream in group["streams"].items()}
        groups.set_scoped(account, region, name, {**group, "streams": streams})
    rest = ("destinations", "resource_policies", "log_group_policies", "metric_filters")
    return {"log_groups": groups, **{key: getattr(cloudwatch_logs, f"_{key}") for key in rest}}
