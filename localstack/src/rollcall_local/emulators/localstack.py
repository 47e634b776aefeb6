"""LocalStack in host mode, without Docker: the second emulator, for another opinion on the same stack.

localstack/plugin provides what its free core lacks. It enforces no IAM and saves no data.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from rollcall_local.emulators import dynamodb_local
from rollcall_local.emulators.dynamodb_local import DynamoDBLocal
from rollcall_local.emulators.emulator import Emulator
from rollcall_local.emulators.ministack import Ministack
from rollcall_local.errors import LocalStackError
from rollcall_local.process import clean_environment, free_port

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from rollcall_local.paths import Workspace

#: The services that the stack uses. The rest are neither loaded nor served.
SERVICES = (
    "acm,apigateway,cloudfront,cloudwatch,dynamodb,dynamodbstreams,events,iam,lambda,logs,s3,secretsmanager,"
    "ses,sesv2,sns,sqs,sts"
)


class LocalStack(Emulator):
    """LocalStack in one process, and ministack or DynamoDB Local in another for DynamoDB and its streams."""

    name = "localstack"
    keeps_data = False
    health_path = "/_localstack/health"
    start_s = 120
    stop_s = 2  # it has nothing to save, and can take ten seconds to say goodbye to its services

    def __init__(self, workspace: Workspace) -> None:
        super().__init__(workspace)
        running = (tables for kind in (DynamoDBLocal, Tables) if (tables := self._tables_of(kind)).alive())
        self._tables = next(running, None) or self._tables_of(_chosen())

    def describe(self) -> str:
        """Say which other emulator serves DynamoDB."""
        return f"{self.name}, with {self._tables.name} for DynamoDB"

    def refusal(self) -> str | None:
        """Refuse DynamoDB Local while ministack serves the tables."""
        if _chosen() is Tables or isinstance(self._tables, DynamoDBLocal) or not self.alive():
            return None
        return (
            f"The local system already runs with {self._tables.name} for DynamoDB. Stop it (make down), or unset "
            f"{dynamodb_local.VARIABLE}."
        )

    def alive(self) -> bool:
        """Return whether both processes run."""
        return super().alive() and self._tables.alive()

    def start(self, *, smtp_port: int) -> bool:
        """Start both processes, unless they run."""
        if self.running():
            return False
        self._require_installed()
        self.reset()
        self._tables = self._tables_of(_chosen(), free_port())
        self._tables.start(smtp_port=smtp_port)
        try:
            return super().start(smtp_port=smtp_port)
        except BaseException:
            self._tables.stop()
            raise

    def stop(self) -> bool:
        """Stop both processes."""
        ran = super().stop()
        return self._tables.stop() or ran

    def _tables_of(self, kind: type[DynamoDBLocal | Tables], port: int = 0) -> DynamoDBLocal | Tables:
        return kind(replace(self.workspace, state=self._folder / kind.name, edge_port=port))

    def _require_installed(self) -> None:
        if not all(self._python(environment).exists() for environment in ("localstack", "functions")):
            raise LocalStackError(
                "LocalStack is not installed in this clone. It needs Python 3.13. Run: make localstack"
            )

    def _prepare(self) -> None:
        """Rely on `start`, which has checked the installation and deleted what an earlier run left."""

    def _command(self) -> Sequence[str]:
        return [str(self._python("localstack")), "-P", "-m", "rollcall_localstack"]

    def _environment(self, smtp_port: int) -> Mapping[str, str]:
        return clean_environment(
            GATEWAY_LISTEN=f"127.0.0.1:{self.workspace.edge_port}",
            FILESYSTEM_ROOT=str((self._folder / "files").resolve()),
            OVERRIDE_IN_DOCKER="0",  # otherwise it writes to the system's folders if /.dockerenv exists
            TMPDIR=str(self._temporary.resolve()),
            SERVICES=SERVICES,
            STRICT_SERVICE_LOADING="0",
            EAGER_SERVICE_LOADING="1",  # loading on demand can deadlock at an import
            PROVIDER_OVERRIDE_APIGATEWAY="bridged",
            PROVIDER_OVERRIDE_DYNAMODB=self._tables.provider,
            PROVIDER_OVERRIDE_DYNAMODBSTREAMS=self._tables.provider,
            PROVIDER_OVERRIDE_SECRETSMANAGER="bridged",
            PROVIDER_OVERRIDE_SES="relayed",
            ROLLCALL_DYNAMODB_URL=self._tables.workspace.endpoint_url,
            SMTP_HOST=f"127.0.0.1:{smtp_port}",
            LAMBDA_RUNTIME_EXECUTOR="process",
            LAMBDA_PROCESS_PYTHON=str(self._python("functions")),
            LAMBDA_RUNTIME_ENVIRONMENT_TIMEOUT="60",
            # Nothing leaves this machine: no usage events, no certificate, no DNS server, no downloads.
            DISABLE_EVENTS="1",
            SKIP_SSL_CERT_DOWNLOAD="1",
            SKIP_INFRA_DOWNLOADS="1",
            DNS_ADDRESS="0",
        )

    def _python(self, environment: str) -> Path:
        return self.workspace.root / ".venvs" / environment / "bin" / "python"


class Tables(Ministack):
    """ministack behind LocalStack: DynamoDB and its streams, without IAM, and nothing saved."""

    provider = "forwarded"

    def _environment(self, smtp_port: int) -> Mapping[str, str]:
        return {**super()._environment(smtp_port), "AUTH": "false", "PERSIST_STATE": "0"}


def _chosen() -> type[DynamoDBLocal | Tables]:
    return DynamoDBLocal if dynamodb_local.chosen_folder() else Tables
