"""The protocol's messages, made from schema facts, values and errors."""

from __future__ import annotations

import functools
import json
import traceback
from typing import TYPE_CHECKING, Any

from tf.gen import tfplugin_pb2 as pb

from .errors import InvalidConfigurationError, Problem, StandInError
from .facts import facts
from .values import encode

if TYPE_CHECKING:
    from .errors import AttributePath
    from .values import Block, Value

_NESTING = {
    "list": pb.Schema.NestedBlock.LIST,
    "set": pb.Schema.NestedBlock.SET,
    "single": pb.Schema.NestedBlock.SINGLE,
    "map": pb.Schema.NestedBlock.MAP,
}


def _block(block: Block) -> Any:  # noqa: ANN401 - the generated messages have no static type
    return pb.Schema.Block(
        attributes=[
            pb.Schema.Attribute(
                name=name,
                type=json.dumps(fact["type"]).encode(),
                required=fact.get("required", False),
                optional=fact.get("optional", False),
                computed=fact.get("computed", False),
                sensitive=fact.get("sensitive", False),
            )
            for name, fact in block["attributes"].items()
        ],
        block_types=[
            pb.Schema.NestedBlock(
                type_name=name,
                nesting=_NESTING[nested["nesting"]],
                min_items=nested.get("min", 0),
                max_items=nested.get("max", 0),
                block=_block(nested["block"]),
            )
            for name, nested in block.get("block_types", {}).items()
        ],
    )


def _schema(block: Block) -> Any:  # noqa: ANN401 - as above
    return pb.Schema(version=0, block=_block(block))


@functools.cache
def schema_response() -> Any:  # noqa: ANN401 - as above
    """Return the answer to GetProviderSchema."""
    known = facts()
    return pb.GetProviderSchema.Response(
        # Terraform then asks once, not for each block that configures the provider.
        server_capabilities=pb.ServerCapabilities(get_provider_schema_optional=True),
        provider=_schema(known.provider),
        resource_schemas={name: _schema(block) for name, block in known.resources.items()},
        data_source_schemas={name: _schema(block) for name, block in known.data_sources.items()},
    )


def dynamic(value: Value) -> Any:  # noqa: ANN401 - as above
    """Return a value as the protocol carries it."""
    return pb.DynamicValue(msgpack=encode(value))


def attribute_path(path: AttributePath) -> Any:  # noqa: ANN401 - as above
    """Return a path as the protocol carries it."""
    return pb.AttributePath(
        steps=[
            pb.AttributePath.Step(element_key_int=step)
            if isinstance(step, int)
            else pb.AttributePath.Step(attribute_name=step)
            for step in path
        ]
    )


def diagnostics(error: Exception, doing: str) -> list[Any]:
    """Return an error as Terraform prints it: one diagnostic a problem; a trace only for what nobody foresaw."""
    if isinstance(error, InvalidConfigurationError):
        return [_diagnostic(problem) for problem in error.problems]
    if isinstance(error, StandInError):
        return [_diagnostic(Problem(str(error)))]
    if hasattr(error, "response"):  # botocore's ClientError says it all
        return [_diagnostic(Problem(f"{doing}: {error}"))]
    detail = "".join(traceback.format_exception(error))
    return [_diagnostic(Problem(f"{doing}: {type(error).__name__}: {error}", detail))]


def _diagnostic(problem: Problem) -> Any:  # noqa: ANN401 - as above
    message = pb.Diagnostic(severity=pb.Diagnostic.ERROR, summary=problem.summary, detail=problem.detail)
    if problem.path:
        message.attribute.CopyFrom(attribute_path(problem.path))
    return message
