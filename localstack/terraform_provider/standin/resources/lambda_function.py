"""Lambda functions from a zip.

Replacement and defaults: terraform-provider-aws, website/docs/r/lambda_function.html.markdown.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from standin.resource import Resource, removed_tags, resource
from standin.values import UNKNOWN, State

from .blocks import keep_computed_blocks, only

if TYPE_CHECKING:
    from collections.abc import Iterable

CODE = frozenset({"filename", "source_code_hash", "s3_bucket", "s3_key", "s3_object_version", "architectures"})
CONFIGURATION = frozenset({
    "dead_letter_config", "description", "environment", "ephemeral_storage", "handler", "kms_key_arn", "layers",
    "logging_config", "memory_size", "role", "runtime", "timeout", "tracing_config",
})  # fmt: skip
_LOG_LEVELS = ("application_log_level", "system_log_level")


@resource
class Function(Resource):
    """A function; its code is a zip on disk or in a bucket."""

    type = "aws_lambda_function"
    supported = frozenset({
        "architectures", "dead_letter_config.target_arn", "description", "environment.variables",
        "ephemeral_storage.size", "filename", "function_name", "handler", "kms_key_arn", "layers",
        "logging_config.application_log_level", "logging_config.log_format", "logging_config.log_group",
        "logging_config.system_log_level", "memory_size", "package_type", "publish", "reserved_concurrent_executions",
        "role", "runtime", "s3_bucket", "s3_key", "s3_object_version", "skip_destroy", "source_code_hash", "timeout",
        "tracing_config.mode",
    })  # fmt: skip
    force_new = frozenset({"function_name", "package_type"})
    defaults: ClassVar = {
        "memory_size": 128,
        "package_type": "Zip",
        "publish": False,
        "reserved_concurrent_executions": -1,
        "skip_destroy": False,
        "timeout": 3,
    }
    on_change: ClassVar = {
        "last_modified": CODE | CONFIGURATION,
        "code_sha256": CODE,
        "source_code_size": CODE,
    }
    enums: ClassVar = {
        "package_type": ("lambda", "PackageType"),
        "runtime": ("lambda", "Runtime"),
    }
    # AWS itself returns none of these: they say where the code comes from and what Terraform shall do.
    echoed = frozenset({"filename", "publish", "s3_bucket", "s3_key", "s3_object_version", "skip_destroy"})
    import_key = "function_name"

    def plan(self, prior: State | None, planned: State, changed: set[str]) -> None:
        """Leave to AWS what isn't configured; a published change makes a new version."""
        if planned["package_type"] == "Image":
            self.refuse("package_type", "the emulator runs functions from a zip only; leave it at Zip")
        keep_computed_blocks(prior, planned, changed, ("ephemeral_storage", "logging_config", "tracing_config"))
        if prior is not None:
            _keep_log_levels(prior, planned)
            if planned["publish"] and changed & (CODE | CONFIGURATION | {"publish"}):
                planned["version"] = planned["qualified_arn"] = planned["qualified_invoke_arn"] = UNKNOWN

    def create(self, planned: State) -> State:
        """Create the function and wait until it can be invoked."""
        name, concurrency = planned["function_name"], planned["reserved_concurrent_executions"]
        architectures = {"Architectures": planned["architectures"]} if planned["architectures"] else {}
        self.client("lambda").create_function(
            **_configuration(planned),
            **architectures,
            Code=_code(planned),
            PackageType=planned["package_type"],
            Publish=planned["publish"],
            Tags=planned["tags_all"] or {},
        )
        self.created(name)
        self._wait(name)
        if concurrency >= 0:
            self._reserve(name, concurrency)
        return {"id": name}

    def read(self, state: State) -> State | None:
        """Read the function, its reserved concurrency, its tags and its last version."""
        client, name = self.client("lambda"), state["function_name"] or state["id"]
        answer = client.get_function(FunctionName=name)
        function = answer["Configuration"]
        arn = function["FunctionArn"]
        version = _last_version(client.get_paginator("list_versions_by_function").paginate(FunctionName=name))
        same_code = state.get("code_sha256") in (None, function["CodeSha256"])
        # AWS doesn't return source_code_hash; it stands until the code is another than the one it was written for.
        code_hash = state.get("source_code_hash") if same_code else None
        concurrency = answer.get("Concurrency", {}).get("ReservedConcurrentExecutions", -1)
        return {
            **_read_configuration(function),
            "id": function["FunctionName"],
            "function_name": function["FunctionName"],
            "arn": arn,
            "invoke_arn": self._invoke_arn(arn),
            "response_streaming_invoke_arn": self._invoke_arn(arn, "2021-11-15", "response-streaming-invocations"),
            "version": version,
            "qualified_arn": f"{arn}:{version}",
            "qualified_invoke_arn": self._invoke_arn(f"{arn}:{version}"),
            "code_sha256": function["CodeSha256"],
            "source_code_hash": code_hash or function["CodeSha256"],
            "reserved_concurrent_executions": concurrency,
            "signing_job_arn": function.get("SigningJobArn", ""),
            "signing_profile_version_arn": function.get("SigningProfileVersionArn", ""),
            "tags_all": answer.get("Tags", {}),
        }

    def update(self, prior: State, planned: State, changed: set[str]) -> State | None:
        """Change configuration, code and the rest, each with its own call, and publish when asked to."""
        client, name = self.client("lambda"), planned["function_name"]
        if changed & CONFIGURATION:
            client.update_function_configuration(**_configuration(planned))
            self._wait(name)
        if changed & CODE:
            architectures = {"Architectures": planned["architectures"]} if planned["architectures"] else {}
            client.update_function_code(FunctionName=name, **_code(planned), **architectures)
            self._wait(name)
        if "reserved_concurrent_executions" in changed:
            self._reserve(name, planned["reserved_concurrent_executions"])
        if planned["publish"] and changed & (CODE | CONFIGURATION | {"publish"}):
            client.publish_version(FunctionName=name)
        if "tags_all" in changed:
            if gone := removed_tags(prior, planned):
                client.untag_resource(Resource=prior["arn"], TagKeys=gone)
            client.tag_resource(Resource=prior["arn"], Tags=planned["tags_all"] or {})
        return None

    def delete(self, state: State) -> None:
        """Delete the function, unless it is to stay."""
        if not state["skip_destroy"]:
            self.client("lambda").delete_function(FunctionName=state["function_name"])

    def _reserve(self, name: str, concurrency: int) -> None:
        client = self.client("lambda")
        if concurrency < 0:
            client.delete_function_concurrency(FunctionName=name)
        else:
            client.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=concurrency)

    def _wait(self, name: str) -> None:
        def ready() -> bool:
            function = self.client("lambda").get_function_configuration(FunctionName=name)
            return bool(function["State"] == "Active" and function["LastUpdateStatus"] == "Successful")

        self.wait_until(ready, f"function {name} to become active")

    def _invoke_arn(self, arn: str, version: str = "2015-03-31", action: str = "invocations") -> str:
        return f"arn:aws:apigateway:{self.provider.region}:lambda:path/{version}/functions/{arn}/{action}"


def _configuration(planned: State) -> dict[str, Any]:
    """Return the arguments that creating and updating have in common; what is unset is set back."""
    arguments: dict[str, Any] = {
        "FunctionName": planned["function_name"],
        "Role": planned["role"],
        "Description": planned["description"] or "",
        "MemorySize": planned["memory_size"],
        "Timeout": planned["timeout"],
        "Environment": {"Variables": only(planned["environment"]).get("variables") or {}},
        "DeadLetterConfig": {"TargetArn": only(planned["dead_letter_config"]).get("target_arn") or ""},
        "KMSKeyArn": planned["kms_key_arn"] or "",
        "Layers": planned["layers"] or [],
    }
    optional = {"Handler": planned["handler"], "Runtime": planned["runtime"]}
    arguments |= {name: value for name, value in optional.items() if value}
    if size := only(planned["ephemeral_storage"]).get("size"):
        arguments["EphemeralStorage"] = {"Size": size}
    if mode := only(planned["tracing_config"]).get("mode"):
        arguments["TracingConfig"] = {"Mode": mode}
    if logging := only(planned["logging_config"]):
        members = {
            "LogFormat": logging["log_format"],
            "LogGroup": logging["log_group"],
            "ApplicationLogLevel": logging["application_log_level"],
            "SystemLogLevel": logging["system_log_level"],
        }
        arguments["LoggingConfig"] = {name: value for name, value in members.items() if value}
    return arguments


def _code(planned: State) -> dict[str, Any]:
    if planned["filename"]:
        return {"ZipFile": Path(planned["filename"]).read_bytes()}
    place = {"S3Bucket": planned["s3_bucket"], "S3Key": planned["s3_key"]}
    return place | ({"S3ObjectVersion": planned["s3_object_version"]} if planned["s3_object_version"] else {})


def _read_configuration(function: dict[str, Any]) -> State:
    """Return what `_configuration` wrote, and the rest that one description holds."""
    variables = function.get("Environment", {}).get("Variables")
    dead_letters = function.get("DeadLetterConfig", {}).get("TargetArn")
    logging = function["LoggingConfig"]
    return {
        "architectures": function["Architectures"],
        "dead_letter_config": [{"target_arn": dead_letters}] if dead_letters else [],
        "description": function["Description"],
        "environment": [{"variables": variables}] if variables else [],
        "ephemeral_storage": [{"size": function["EphemeralStorage"]["Size"]}],
        "handler": function.get("Handler"),
        "kms_key_arn": function.get("KMSKeyArn"),
        "last_modified": function["LastModified"],
        "layers": [layer["Arn"] for layer in function.get("Layers", [])],
        "logging_config": [
            {
                "application_log_level": logging.get("ApplicationLogLevel", ""),
                "log_format": logging["LogFormat"],
                # The emulator forgets the default name once the logging configuration is updated; AWS doesn't.
                "log_group": logging.get("LogGroup") or f"/aws/lambda/{function['FunctionName']}",
                "system_log_level": logging.get("SystemLogLevel", ""),
            }
        ],
        "memory_size": function["MemorySize"],
        "package_type": function["PackageType"],
        "role": function["Role"],
        "runtime": function.get("Runtime"),
        "source_code_size": function["CodeSize"],
        "timeout": function["Timeout"],
        "tracing_config": [{"mode": function["TracingConfig"]["Mode"]}],
    }


def _keep_log_levels(prior: State, planned: State) -> None:
    """Leave a log level that isn't configured to AWS, as long as the format is JSON."""
    blocks, before = planned["logging_config"], only(prior["logging_config"])
    if blocks and blocks is not UNKNOWN and blocks[0]["log_format"] == before.get("log_format") == "JSON":
        for level in _LOG_LEVELS:
            blocks[0][level] = blocks[0][level] or before[level]


def _last_version(pages: Iterable[dict[str, Any]]) -> str:
    """Return the highest published version; $LATEST when none is."""
    numbers = [int(item["Version"]) for page in pages for item in page["Versions"] if item["Version"].isdigit()]
    return str(max(numbers)) if numbers else "$LATEST"
