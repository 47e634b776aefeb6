"""Statements of a function's own policy.

Replacement: terraform-provider-aws, website/docs/r/lambda_permission.html.markdown.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, ClassVar

from standin.resource import Resource, resource, unique_name

from .blocks import name_prefix

if TYPE_CHECKING:
    from standin.values import State

# Argument -> member of the call, and where AWS puts it in the statement: (operator, key).
_CONDITIONS = {
    "event_source_token": ("EventSourceToken", ("StringEquals", "lambda:EventSourceToken")),
    "function_url_auth_type": ("FunctionUrlAuthType", ("StringEquals", "lambda:FunctionUrlAuthType")),
    "invoked_via_function_url": ("InvokedViaFunctionUrl", ("Bool", "lambda:InvokedViaFunctionUrl")),
    "principal_org_id": ("PrincipalOrgID", ("StringEquals", "aws:PrincipalOrgID")),
    "source_account": ("SourceAccount", ("StringEquals", "AWS:SourceAccount")),
    "source_arn": ("SourceArn", ("ArnLike", "AWS:SourceArn")),
}


@resource
class Permission(Resource):
    """One statement; every change makes another."""

    type = "aws_lambda_permission"
    supported = frozenset({
        *_CONDITIONS, "action", "function_name", "principal", "qualifier", "statement_id", "statement_id_prefix",
    })  # fmt: skip
    force_new = supported
    enums: ClassVar = {"function_url_auth_type": ("lambda", "FunctionUrlAuthType")}

    def create(self, planned: State) -> State:
        """Add the statement."""
        identifier = unique_name(planned["statement_id"], planned["statement_id_prefix"])
        members = {member: planned[name] for name, (member, _) in _CONDITIONS.items()}
        members["Qualifier"] = planned["qualifier"]
        self.client("lambda").add_permission(
            FunctionName=planned["function_name"],
            StatementId=identifier,
            Action=planned["action"],
            Principal=planned["principal"],
            **{member: value for member, value in members.items() if value},
        )
        return {"id": identifier, "statement_id": identifier}

    def read(self, state: State) -> State | None:
        """Find the statement in the function's policy."""
        qualifier = {"Qualifier": state["qualifier"]} if state["qualifier"] else {}
        answer = self.client("lambda").get_policy(FunctionName=state["function_name"], **qualifier)
        statements = json.loads(answer["Policy"])["Statement"]
        found = next((each for each in statements if each["Sid"] == state["statement_id"]), None)
        return None if found is None else {**_read(found, state["function_name"])}

    def delete(self, state: State) -> None:
        """Remove the statement."""
        qualifier = {"Qualifier": state["qualifier"]} if state["qualifier"] else {}
        self.client("lambda").remove_permission(
            FunctionName=state["function_name"], StatementId=state["statement_id"], **qualifier
        )

    def import_state(self, identifier: str) -> State:
        """Accept FUNCTION/STATEMENT or FUNCTION:QUALIFIER/STATEMENT."""
        function, _, statement = identifier.rpartition("/")
        name, _, qualifier = function.partition(":") if not function.startswith("arn:") else (function, "", "")
        return {"id": statement, "statement_id": statement, "function_name": name, "qualifier": qualifier or None}


def _read(statement: dict[str, Any], function_name: str) -> State:
    """Return the arguments that a statement was made from; the function is spelled by name or ARN as before."""
    principal, condition = statement["Principal"], statement.get("Condition", {})
    arn, _, rest = statement["Resource"].partition(":function:")
    name, _, qualifier = rest.partition(":")
    conditions = {
        argument: condition.get(operator, {}).get(key) for argument, (_, (operator, key)) in _CONDITIONS.items()
    }
    conditions["invoked_via_function_url"] = conditions["invoked_via_function_url"] == "true" or None
    return {
        **conditions,
        "id": statement["Sid"],
        "statement_id": statement["Sid"],
        "statement_id_prefix": name_prefix(statement["Sid"]),
        "action": statement["Action"],
        "function_name": f"{arn}:function:{name}" if function_name.startswith("arn:") else name,
        "principal": principal if isinstance(principal, str) else principal.get("Service") or principal.get("AWS"),
        "qualifier": qualifier or None,
    }
