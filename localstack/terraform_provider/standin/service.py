"""Terraform's plugin protocol 6, answered by the engine. Knows nothing about AWS."""

from __future__ import annotations

import functools
import json
from typing import TYPE_CHECKING, Any, cast

from tf.gen import tfplugin_pb2 as pb
from tf.gen import tfplugin_pb2_grpc as rpc

from .facts import facts
from .messages import attribute_path, diagnostics, dynamic, schema_response
from .values import conform, decode

if TYPE_CHECKING:
    from collections.abc import Callable

    from .engine import Provider

    Method = Callable[["Service", Any, Any], Any]


def _answering(response: Any) -> Callable[[Method], Method]:  # noqa: ANN401 - the messages have no static type
    """Turn every exception of a method into diagnostics: Terraform would otherwise report a crashed plugin."""

    def decorate(method: Method) -> Method:
        @functools.wraps(method)
        def guarded(self: Service, request: Any, context: Any) -> Any:  # noqa: ANN401 - as above
            try:
                return method(self, request, context)
            except Exception as error:  # noqa: BLE001 - the outermost edge
                doing = f"{getattr(request, 'type_name', 'provider aws')}: {method.__name__}"
                return response(diagnostics=diagnostics(error, doing))

        return cast("Method", guarded)

    return decorate


class Service(rpc.ProviderServicer):  # type: ignore[misc] # generated code without types
    """The provider as Terraform calls it."""

    def __init__(self, provider: Provider) -> None:
        self.provider = provider

    def GetMetadata(self, _request: Any, _context: Any) -> Any:  # noqa: ANN401, N802 - the protocol's name and types
        """List the types."""
        return pb.GetMetadata.Response(
            server_capabilities=pb.ServerCapabilities(plan_destroy=False),
            resources=[pb.GetMetadata.ResourceMetadata(type_name=name) for name in facts().resources],
            data_sources=[pb.GetMetadata.DataSourceMetadata(type_name=name) for name in facts().data_sources],
        )

    def GetProviderSchema(self, _request: Any, _context: Any) -> Any:  # noqa: ANN401, N802 - as above
        """Return the schemas of all types."""
        return schema_response()

    @_answering(pb.ValidateProviderConfig.Response)
    def ValidateProviderConfig(self, request: Any, _context: Any) -> Any:  # noqa: ANN401, N802 - as above
        """Refuse what isn't supported of the provider block."""
        self.provider.validate_configuration(decode(request.config.msgpack) or {})
        return pb.ValidateProviderConfig.Response()

    @_answering(pb.ValidateResourceConfig.Response)
    def ValidateResourceConfig(self, request: Any, _context: Any) -> Any:  # noqa: ANN401, N802 - as above
        """Refuse what isn't supported of a resource."""
        self.provider.validate(request.type_name, decode(request.config.msgpack))
        return pb.ValidateResourceConfig.Response()

    @_answering(pb.ValidateDataResourceConfig.Response)
    def ValidateDataResourceConfig(self, request: Any, _context: Any) -> Any:  # noqa: ANN401, N802 - as above
        """Refuse what isn't supported of a data source."""
        self.provider.validate_data(request.type_name, decode(request.config.msgpack))
        return pb.ValidateDataResourceConfig.Response()

    @_answering(pb.ConfigureProvider.Response)
    def ConfigureProvider(self, request: Any, _context: Any) -> Any:  # noqa: ANN401, N802 - as above
        """Accept the provider block; an endpoint elsewhere is an error."""
        self.provider.configure(decode(request.config.msgpack))
        return pb.ConfigureProvider.Response()

    @_answering(pb.UpgradeResourceState.Response)
    def UpgradeResourceState(self, request: Any, _context: Any) -> Any:  # noqa: ANN401, N802 - as above
        """Accept a state that an earlier run wrote; it comes as JSON."""
        state = json.loads(request.raw_state.json) if request.raw_state.json else None
        upgraded = conform(facts().resources[request.type_name], state)
        return pb.UpgradeResourceState.Response(upgraded_state=dynamic(upgraded))

    @_answering(pb.ReadResource.Response)
    def ReadResource(self, request: Any, _context: Any) -> Any:  # noqa: ANN401, N802 - as above
        """Refresh one resource."""
        state = self.provider.read(request.type_name, decode(request.current_state.msgpack))
        return pb.ReadResource.Response(new_state=dynamic(state), private=request.private)

    @_answering(pb.PlanResourceChange.Response)
    def PlanResourceChange(self, request: Any, _context: Any) -> Any:  # noqa: ANN401, N802 - as above
        """Plan one resource."""
        planned, replaced = self.provider.plan(
            request.type_name,
            decode(request.prior_state.msgpack),
            decode(request.proposed_new_state.msgpack),
            decode(request.config.msgpack),
        )
        return pb.PlanResourceChange.Response(
            planned_state=dynamic(planned),
            planned_private=request.prior_private,
            requires_replace=[attribute_path((name,)) for name in replaced],
            # As the AWS provider's SDK says of itself: defaults stand in attributes that aren't computed.
            legacy_type_system=True,
        )

    @_answering(pb.ApplyResourceChange.Response)
    def ApplyResourceChange(self, request: Any, _context: Any) -> Any:  # noqa: ANN401, N802 - as above
        """Create, update or delete one resource."""
        applied = self.provider.apply(
            request.type_name, decode(request.prior_state.msgpack), decode(request.planned_state.msgpack)
        )
        return pb.ApplyResourceChange.Response(
            new_state=dynamic(applied.state),
            private=request.planned_private,
            legacy_type_system=True,
            diagnostics=diagnostics(applied.error, request.type_name) if applied.error else [],
        )

    @_answering(pb.ImportResourceState.Response)
    def ImportResourceState(self, request: Any, _context: Any) -> Any:  # noqa: ANN401, N802 - as above
        """Start an import; Terraform reads next."""
        state = self.provider.import_state(request.type_name, request.id)
        imported = pb.ImportResourceState.ImportedResource(type_name=request.type_name, state=dynamic(state))
        return pb.ImportResourceState.Response(imported_resources=[imported])

    @_answering(pb.ReadDataSource.Response)
    def ReadDataSource(self, request: Any, _context: Any) -> Any:  # noqa: ANN401, N802 - as above
        """Read a data source."""
        answer = self.provider.read_data(request.type_name, decode(request.config.msgpack))
        return pb.ReadDataSource.Response(state=dynamic(answer))

    def GetFunctions(self, _request: Any, _context: Any) -> Any:  # noqa: ANN401, N802 - as above
        """List the provider's functions: there are none."""
        return pb.GetFunctions.Response()

    def StopProvider(self, _request: Any, _context: Any) -> Any:  # noqa: ANN401, N802 - as above
        """End what is under way: Terraform was interrupted."""
        self.provider.stop()
        return pb.StopProvider.Response()
