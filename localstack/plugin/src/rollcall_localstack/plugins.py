"""What LocalStack finds by the entry points of this distribution. Each imports its part when it is used."""

from __future__ import annotations

from typing import Any

from localstack.services.lambda_.invocation.plugins import RuntimeExecutorPlugin
from localstack.services.plugins import aws_provider


class ProcessExecutorPlugin(RuntimeExecutorPlugin):  # type: ignore[misc]
    """LAMBDA_RUNTIME_EXECUTOR=process: functions as processes."""

    name = "process"

    def load(self, *_args: Any, **_options: Any) -> Any:  # noqa: ANN401 - the plug-in interface
        """Return the executor's class."""
        from rollcall_localstack.executor import ProcessExecutor  # noqa: PLC0415

        return ProcessExecutor


@aws_provider(api="apigateway", name="bridged")  # type: ignore[untyped-decorator]
def apigateway() -> Any:  # noqa: ANN401 - LocalStack's class
    """LocalStack's own API Gateway, closer to AWS."""
    from rollcall_localstack import gateway  # noqa: PLC0415

    return gateway.service()


@aws_provider()  # type: ignore[untyped-decorator]
def cloudfront() -> Any:  # noqa: ANN401 - LocalStack's class
    """Distributions, which serve an S3 origin."""
    from rollcall_localstack import distributions  # noqa: PLC0415

    return distributions.service()


@aws_provider(api="dynamodb", name="forwarded")  # type: ignore[untyped-decorator]
def dynamodb() -> Any:  # noqa: ANN401 - LocalStack's class
    """Tables that another emulator holds."""
    from rollcall_localstack import forwarding  # noqa: PLC0415

    return forwarding.service("dynamodb")


@aws_provider(api="dynamodb", name="attached")  # type: ignore[untyped-decorator]
def attached_dynamodb() -> Any:  # noqa: ANN401 - LocalStack's class
    """Tables in a DynamoDB Local that runs already."""
    from rollcall_localstack import attaching  # noqa: PLC0415

    return attaching.dynamodb()


@aws_provider(api="dynamodbstreams", name="attached")  # type: ignore[untyped-decorator]
def attached_dynamodbstreams() -> Any:  # noqa: ANN401 - LocalStack's class
    """Streams of those tables."""
    from rollcall_localstack import attaching  # noqa: PLC0415

    return attaching.dynamodbstreams()


@aws_provider(api="dynamodbstreams", name="forwarded")  # type: ignore[untyped-decorator]
def dynamodbstreams() -> Any:  # noqa: ANN401 - LocalStack's class
    """Streams of those tables."""
    from rollcall_localstack import forwarding  # noqa: PLC0415

    return forwarding.service("dynamodbstreams")


@aws_provider(api="secretsmanager", name="bridged")  # type: ignore[untyped-decorator]
def secretsmanager() -> Any:  # noqa: ANN401 - LocalStack's class
    """LocalStack's own Secrets Manager, closer to AWS."""
    from rollcall_localstack import secret_labels  # noqa: PLC0415

    return secret_labels.service()


@aws_provider(api="ses", name="relayed")  # type: ignore[untyped-decorator]
def ses() -> Any:  # noqa: ANN401 - LocalStack's class
    """LocalStack's own SES, which also relays each raw mail."""
    from rollcall_localstack import relaying  # noqa: PLC0415

    return relaying.service()


@aws_provider()  # type: ignore[untyped-decorator]
def sesv2() -> Any:  # noqa: ANN401 - LocalStack's class
    """Identities, configuration sets and their event destinations."""
    from rollcall_localstack import email_settings  # noqa: PLC0415

    return email_settings.service()
