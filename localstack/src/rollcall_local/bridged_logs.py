"""Lets ministack's log groups have another key while they exist, as AWS does."""

# ruff: noqa: SLF001 - ministack has no hooks for this; its version is locked

from __future__ import annotations

import json
from typing import Any

from ministack.core.responses import error_response_json, json_response
from ministack.services import cloudwatch_logs as logs


def change_keys() -> None:
    """Add AssociateKmsKey and DisassociateKmsKey.

    Source: CloudWatch Logs API Reference.
    https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_AssociateKmsKey.html
    """
    handle = logs.handle_request

    async def handled(method: str, path: str, headers: dict[str, str], body: bytes, query: dict[str, Any]) -> Any:  # noqa: ANN401
        target = next((value for name, value in headers.items() if name.lower() == "x-amz-target"), "")
        action = target.rpartition(".")[2]
        if action not in ("AssociateKmsKey", "DisassociateKmsKey"):
            return await handle(method, path, headers, body, query)
        asked = json.loads(body)
        group = logs._log_groups.get(asked["logGroupName"])
        if group is None:
            return error_response_json("ResourceNotFoundException", "The specified log group does not exist.", 400)
        group["kmsKeyId"] = asked.get("kmsKeyId")
        return json_response({})

    logs.handle_request = handled
