"""A command whose DynamoDB calls are counted, with what each read and cost."""

import io
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import emulated

from admin_cli.app import run
from admin_cli.aws import sessions
from admin_cli.aws.contexts import Context, ContextFile
from admin_cli.services import Services
from admin_cli.stack import AwsStack
from admin_cli.terminal.output import Output


@dataclass
class Meter:
    """Adds up the cost of a command's calls.

    units: read capacity as DynamoDB charged it. items: items read. lines: lines that the command
    printed.
    """

    units: float = 0.0
    calls: int = 0
    items: int = 0
    lines: int = 0

    def run(self, words: Sequence[str], contexts: ContextFile, name: str | None) -> None:
        """Run a command on a context, and exit if it fails. name: None for the current context."""
        out, err = io.StringIO(), io.StringIO()
        output = Output(out, err, os.environ)
        connect = partial(AwsStack, say=output.note, session=self._session)
        services = Services(output, os.environ, contexts, connect, local=sys.exit, context_name=name)
        if run(list(words), services) != 0:
            sys.exit(err.getvalue())
        self.lines = out.getvalue().count("\n")

    def _session(self, context: Context) -> Any:  # noqa: ANN401 - boto3 has no types
        """Create a session whose DynamoDB clients are metered."""
        made = sessions.session(context)
        client = made.client

        def metered(service: str, **more: object) -> Any:  # noqa: ANN401 - boto3 has no types
            metered_client = client(service, **more)
            if service == "dynamodb":
                metered_client.meta.events.register("provide-client-params.dynamodb.*", _before_call)
                metered_client.meta.events.register("after-call.dynamodb.*", self._after_call)
            return metered_client

        made.client = metered
        return made

    def _after_call(self, parsed: dict[str, Any], **_: object) -> None:
        self.calls += 1
        self.items += int(parsed.get("ScannedCount", 0)) + sum(map(len, parsed.get("Responses", {}).values()))
        consumed = parsed.get("ConsumedCapacity", {})
        for each in consumed if isinstance(consumed, list) else [consumed]:
            self.units += each.get("CapacityUnits", 0.0)


def _before_call(params: dict[str, Any], **_: object) -> dict[str, Any]:
    return params | {"ReturnConsumedCapacity": "TOTAL"}


def write_context(folder: Path, endpoint: str) -> ContextFile:
    """Write a context for an endpoint."""
    emulated.context(folder / "config", endpoint)
    return ContextFile(folder / "config" / "contexts.json")
