"""One function's process as Lambda runs it: one event at a time, one line in and one line out.

Run it as a file: `runtime.py lambda_handlers.submit`. What the handler prints goes to stderr, as
logs do.
"""

from __future__ import annotations

import importlib
import json
import os
import sys


class Context:
    """The part of Lambda's context that a handler reads."""

    aws_request_id = "faults"
    function_name = "faults"


def main() -> None:
    """Answer events until the input ends."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    handler = importlib.import_module(sys.argv[1]).handler
    answers.write("{}\n")
    answers.flush()
    for line in sys.stdin:
        answers.write(json.dumps(handler(json.loads(line), Context())) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
