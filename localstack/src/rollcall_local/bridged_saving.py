"""ministack's data, saved while it runs: tables and queues first, logs never, and nothing that is as it was.

Loaded by bridged_ministack.py in the emulator's own interpreter. What was saved is what a kill leaves.
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

#: Seconds from one save to the next; a large state is saved less often: saving takes a tenth of the time at most.
SAVE_EVERY_S = float(os.environ.get("ROLLCALL_SAVE_EVERY_S", "1"))
SHARE = 10

#: What visitors and functions change all the time. The rest changes when something is deployed.
FIRST = ("dynamodb", "sqs")
OTHERS_EVERY_S = 10.0

_ATTEMPTS = 20


class Saving:
    """Saves the services that have something new to save, one save at a time."""

    def __init__(self) -> None:
        self._saved: dict[str, bytes] = {}
        self._one_at_a_time = threading.Lock()
        self._requests = 0
        self._seen = -1

    def save(self, services: dict[str, State]) -> None:
        """Save these services. The last save, at the stop, is never overtaken by another."""
        with self._one_at_a_time:
            for name, state in services.items():
                self._save(name, state)

    def run(self) -> None:
        """Save again and again, for as long as the emulator lives and is asked for anything."""
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
        """Notice each request that the emulator is asked to allow."""
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


def end_when_moved() -> None:
    """End, with everything saved, once the folder that this runs in is no longer where it was.

    Functions would be looked for where nothing is any more, and what they answer would be worth nothing.
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
    """Let ministack save its data while it runs, and at the stop."""
    cloudwatch_logs.get_state = _log_groups
    dynamodb.get_state = _tables
    saving = Saving()
    saving.count_requests()
    app.save_all = saving.save
    threading.Thread(target=saving.run, daemon=True).start()


def _text(name: str, state: State) -> str | None:
    """Return what is to be saved. The data is not copied before: where it changes meanwhile, it is read again."""
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
    """Return what `dynamodb.get_state` does, without a copy of every item."""
    tables = dynamodb.AccountRegionScopedDict()
    for (account, region, name), table in dynamodb._tables.all_items():
        kept = {key: value for key, value in table.items() if key != dynamodb._INDEX_MEMBERS}
        tables.set_scoped(account, region, name, kept)
    rest = ("tags", "ttl_settings", "pitr_settings", "kinesis_destinations", "contributor_insights", "backups")
    more = ("resource_policies", "exports", "imports")
    return {"tables": tables, **{key: getattr(dynamodb, f"_{key}") for key in (*rest, *more)}}


def _log_groups() -> dict[str, Any]:
    """Return what `cloudwatch_logs.get_state` does, without what was logged: that may be lost."""
    kept = cloudwatch_logs.AccountRegionScopedDict()
    for (account, region, name), group in cloudwatch_logs._log_groups.all_items():
        streams = {each: {**stream, "events": []} for each, stream in group["streams"].items()}
        kept.set_scoped(account, region, name, {**group, "streams": streams})
    rest = ("destinations", "resource_policies", "log_group_policies", "metric_filters")
    return {"log_groups": kept, **{key: getattr(cloudwatch_logs, f"_{key}") for key in rest}}
