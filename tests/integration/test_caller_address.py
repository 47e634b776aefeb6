"""The address that functions see on the emulator: the connection's, as in AWS, never one that a client chose."""

from __future__ import annotations

import io
import json
import urllib.request
import zipfile
from typing import TYPE_CHECKING

from rollcall_local.credentials import client

if TYPE_CHECKING:
    from rollcall_local.paths import Workspace

ECHO = "import json\ndef handler(event, _):\n    return {'statusCode': 200, 'body': json.dumps(event)}\n"
TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}


def deployed_echo(workspace: Workspace) -> str:
    """Deploy a function that answers with its event; return its URL."""
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("echo.py", ECHO)
    role = client("iam", workspace).create_role(RoleName="echo", AssumeRolePolicyDocument=json.dumps(TRUST))
    function = client("lambda", workspace).create_function(
        FunctionName="echo",
        Runtime="python3.12",
        Role=role["Role"]["Arn"],
        Handler="echo.handler",
        Code={"ZipFile": code.getvalue()},
    )["FunctionArn"]
    gateway = client("apigateway", workspace)
    api = gateway.create_rest_api(name="echo")["id"]
    place = {
        "restApiId": api,
        "resourceId": gateway.get_resources(restApiId=api)["items"][0]["id"],
        "httpMethod": "GET",
    }
    gateway.put_method(**place, authorizationType="NONE")
    uri = f"arn:aws:apigateway:{workspace.region}:lambda:path/2015-03-31/functions/{function}/invocations"
    gateway.put_integration(**place, type="AWS_PROXY", integrationHttpMethod="POST", uri=uri)
    gateway.create_deployment(restApiId=api, stageName="v1")
    client("lambda", workspace).add_permission(
        FunctionName="echo", StatementId="api", Action="lambda:InvokeFunction", Principal="apigateway.amazonaws.com"
    )
    return f"{workspace.endpoint_url}/restapis/{api}/v1/_user_request_/"


def test_address__is_the_connections_whatever_a_client_claims(bare_emulator: Workspace) -> None:
    """Otherwise limits by address could not be tried here, and anybody could evade them."""
    url = deployed_echo(bare_emulator)
    chosen = {"X-Forwarded-For": "203.0.113.9", "x-forwarded-for": "203.0.113.10, 10.0.0.1"}
    for headers in ({}, *({name: value} for name, value in chosen.items())):
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers)) as answer:  # noqa: S310 - the emulator's
            event = json.load(answer)
        assert event["requestContext"]["identity"]["sourceIp"] == "127.0.0.1"
        assert "203.0.113" not in json.dumps(event["requestContext"])
        forwarded = {name.lower(): value for name, value in event["headers"].items()}["x-forwarded-for"]
        assert forwarded.split(", ")[-1] == "127.0.0.1"
