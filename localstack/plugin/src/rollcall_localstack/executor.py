"""LocalStack's Lambda executor without Docker: each execution environment is one Python process."""

from __future__ import annotations

import os
import sys
import time
from typing import TYPE_CHECKING, Any

from localstack.services.lambda_.invocation.executor_endpoint import StatusErrorException
from localstack.services.lambda_.invocation.lambda_models import InvocationResult
from localstack.services.lambda_.invocation.runtime_executor import RuntimeExecutor

from rollcall_localstack.function_process import FunctionProcess, InitialisationError, Invocation

if TYPE_CHECKING:
    from collections.abc import Mapping

#: The interpreter with awslambdaric and boto3, as AWS provides them. Default: LocalStack's own.
PYTHON = "LAMBDA_PROCESS_PYTHON"


class ProcessExecutor(RuntimeExecutor):  # type: ignore[misc]
    """Runs one execution environment of a Python function."""

    def __init__(self, id: str, function_version: Any) -> None:  # noqa: A002, ANN401 - LocalStack's signature
        super().__init__(id, function_version)
        self._function: FunctionProcess | None = None

    def start(self, env_vars: Mapping[str, Any]) -> None:
        """Start the process. Raises StatusErrorException with the function's error if it can't be imported."""
        config = self.function_version.config
        folder = config.code.get_unzipped_code_location()
        self._function = FunctionProcess(
            [os.environ.get(PYTHON, sys.executable), "-m", "awslambdaric", config.handler],
            folder=folder,
            environment={
                "PATH": os.environ["PATH"],
                "LANG": "en_US.UTF-8",
                "PYTHONUNBUFFERED": "1",
                "PYTHONPATH": ":".join(_layers(config)),
                "AWS_EC2_METADATA_DISABLED": "true",
                **{name: str(value) for name, value in env_vars.items()},
                "AWS_EXECUTION_ENV": f"AWS_Lambda_{config.runtime}",
                "LAMBDA_TASK_ROOT": str(folder),
                "LAMBDA_RUNTIME_DIR": str(folder),
            },
            timeout_s=config.timeout,
        )
        try:
            self._function.start()
        except InitialisationError as error:
            raise StatusErrorException("The function failed to start.", payload=error.payload) from error

    def stop(self) -> None:
        """Kill the process."""
        if self._function is not None:
            self._function.stop()

    def invoke(self, payload: Mapping[str, str]) -> Any:  # noqa: ANN401 - LocalStack's class
        """Run one event, and return the answer with the log as Lambda writes it."""
        assert self._function is not None  # noqa: S101 - LocalStack starts an environment before it uses it
        request_id, began = payload["invoke-id"], time.monotonic()
        event = Invocation(
            request_id, payload["invoked-function-arn"], payload["trace-id"], payload["payload"].encode()
        )
        try:
            answer = self._function.invoke(event)
        except InitialisationError as error:
            return InvocationResult(request_id, error.payload, is_error=True, logs=self._function.output())
        milliseconds = (time.monotonic() - began) * 1000
        version, memory = self.function_version.id.qualifier, self.function_version.config.memory_size
        logs = (
            f"START RequestId: {request_id} Version: {version}\n{answer.log}END RequestId: {request_id}\n"
            f"REPORT RequestId: {request_id}\tDuration: {milliseconds:.2f} ms\t"
            f"Billed Duration: {int(milliseconds) + 1} ms\tMemory Size: {memory} MB\tMax Memory Used: {memory} MB\n"
        )
        return InvocationResult(request_id, answer.payload, is_error=answer.failed, logs=logs)

    def get_logs(self) -> str:
        """Return what the function printed."""
        return self._function.output() if self._function is not None else ""

    def get_address(self) -> str:
        """Return where the environment is."""
        return "127.0.0.1"

    def get_endpoint_from_executor(self) -> str:
        """Return where the environment finds LocalStack."""
        return "127.0.0.1"

    def get_runtime_endpoint(self) -> str:
        """Return what only LocalStack's own init program would use."""
        return "http://127.0.0.1"

    @classmethod
    def prepare_version(cls, function_version: Any) -> None:  # noqa: ANN401 - LocalStack's class
        """Unpack the code. Raises NotImplementedError for a runtime that isn't Python."""
        runtime = function_version.config.runtime or ""
        if not runtime.startswith("python"):
            raise NotImplementedError(f"The process executor runs Python functions only, not {runtime!r}.")
        function_version.config.code.prepare_for_execution()

    @classmethod
    def cleanup_version(cls, function_version: Any) -> None:  # noqa: ANN401 - LocalStack's class
        """Leave the code to LocalStack, which deletes it."""


def _layers(config: Any) -> list[str]:  # noqa: ANN401 - LocalStack's class
    paths = []
    for layer in config.layers:
        layer.code.prepare_for_execution()
        paths.append(f"{layer.code.get_unzipped_code_location()}/python")
    return paths
