"""API Gateway as in AWS: bodies as they were sent, and the gateway responses that an API defines."""

from __future__ import annotations

import io
import json
import re
from typing import Any

from localstack.aws.api import handler
from localstack.services.apigateway.models import apigateway_stores
from localstack.services.apigateway.next_gen.execute_api import gateway_response
from localstack.services.apigateway.next_gen.execute_api.handlers import parse
from localstack.services.apigateway.next_gen.execute_api.handlers.gateway_exception import GatewayExceptionHandler
from localstack.services.moto import MotoFallbackDispatcher
from localstack.services.plugins import Service
from rolo.gateway import Gateway
from twisted.web import http

from rollcall_localstack.rest_apis import TaggedRestApis

DEFINITION = "x-amazon-apigateway-gateway-responses"
HEADER = "gatewayresponse.header."


class ImportingGateway(TaggedRestApis):
    """LocalStack's API Gateway, which also imports a definition's gateway responses.

    Source: API Gateway Developer Guide, "x-amazon-apigateway-gateway-responses object".
    """

    @handler("PutRestApi", expand=False)  # type: ignore[untyped-decorator]
    def put_rest_api(self, context: Any, request: dict[str, Any]) -> Any:  # noqa: ANN401 - LocalStack's classes
        """Import the definition as LocalStack does, then its gateway responses."""
        definition = request["body"].read()
        answer = super().put_rest_api(context, {**request, "body": io.BytesIO(definition)})
        store = apigateway_stores[context.account_id][context.region]
        store.rest_apis[request["restApiId"]].gateway_responses = {
            kind: gateway_response.build_gateway_response(
                response_type=kind,
                status_code=defined.get("statusCode"),
                response_parameters=defined.get("responseParameters"),
                response_templates=defined.get("responseTemplates"),
                default_response=False,
            )
            for kind, defined in json.loads(definition).get(DEFINITION, {}).items()
        }
        return answer


def pass_bodies_unchanged() -> None:
    """Give functions the body that was sent: LocalStack parses a form and writes it anew, or refuses it.

    Source: API Gateway Developer Guide, "Lambda proxy integrations in API Gateway": "API Gateway
    passes the raw request as-is".
    """
    process = Gateway.process

    def read_first(gateway: Any, request: Any, response: Any) -> None:  # noqa: ANN401 - LocalStack's classes
        request.get_data(parse_form_data=False)  # kept, so that parsing it later takes nothing away
        process(gateway, request, response)

    Gateway.process = read_first
    parse.restore_payload = lambda request: request.get_data()
    http._getMultiPartArgs = lambda *_: {}  # noqa: SLF001 - Twisted refuses a body that isn't what its type says


def answer_as_defined() -> None:
    """Answer a request that reaches no function with the API's own template and headers.

    Source: API Gateway Developer Guide, "Gateway responses for REST APIs in API Gateway": a template
    only replaces variables, and a header is a quoted text or a variable.
    """
    made = GatewayExceptionHandler.create_exception_response

    def defined(self: Any, exception: Any, context: Any) -> Any:  # noqa: ANN401 - LocalStack's classes
        response = made(self, exception, context)
        responses = context.deployment.rest_api.gateway_responses
        chosen = gateway_response.get_gateway_response_or_default(exception.type, responses)
        variables = {"context": context.context_variables}
        for name, value in (chosen.get("responseParameters") or {}).items():
            text = value[1:-1] if value.startswith("'") else variable(value, variables)
            response.headers[name.removeprefix(HEADER)] = text
        template = (chosen.get("responseTemplates") or {}).get("application/json")
        if template and not chosen.get("defaultResponse"):
            response.data = re.sub(r"\$(context[\w.]+)", lambda named: variable(named[1], variables), template)
        return response

    GatewayExceptionHandler.create_exception_response = defined


def variable(path: str, variables: Any) -> str:  # noqa: ANN401 - dictionaries in dictionaries
    """Return a variable by its dotted path; an unknown one is empty."""
    for name in path.split("."):
        variables = variables.get(name, "") if isinstance(variables, dict) else ""
    return str(variables)


def service() -> Any:  # noqa: ANN401 - LocalStack's class
    """Return API Gateway with all of this."""
    pass_bodies_unchanged()
    answer_as_defined()
    return Service.for_provider(ImportingGateway(), dispatch_table_factory=MotoFallbackDispatcher)
