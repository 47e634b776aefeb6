"""Who gets through to the staff API with AWS credentials (staff_auth of kind iam), over HTTP.

The run's stack signs people in with Cognito. So this adds a second API to it, with the same function
told that IAM decides.
"""

from __future__ import annotations

import json
import uuid
from http import HTTPStatus
from typing import TYPE_CHECKING

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as SdkCredentials
from integration.api_requests import Answer, ask

from admin_cli.errors import CliError, ExitCode
from admin_cli.staff_api.api import Api
from admin_cli.staff_api.credentials import Signed
from admin_cli.staff_api.transport import http_transport
from registration_core.adapters.dynamodb.sigv4 import Credentials
from registration_core.domain.errors import UnknownNameError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from conftest import DeployedStack

pytestmark = [pytest.mark.needs("iam enforced"), pytest.mark.needs("sign-in pages")]

REFUSALS = ("ACCESS_DENIED", "DEFAULT_4XX", "INVALID_SIGNATURE", "MISSING_AUTHENTICATION_TOKEN")
"""The gateway's own responses, by type. infra/terraform/modules/api/errors.tf has words for each."""

Key = dict[str, str]


@pytest.fixture(scope="module")
def api(deployed: DeployedStack) -> Iterator[str]:
    """The address of an API whose /staff/ asks for signatures."""
    functions, gateway = deployed.client("lambda"), deployed.client("apigateway")
    known = functions.get_function_configuration(FunctionName=f"rollcall-{deployed.workspace.stack}-staff")
    made = functions.create_function(
        FunctionName=f"signed-{uuid.uuid4().hex[:8]}",
        Code={"ZipFile": deployed.workspace.staff_package.read_bytes()},
        Environment={"Variables": known["Environment"]["Variables"] | {"STAFF_AUTH": "iam"}},
        **{name: known[name] for name in ("Runtime", "Role", "Handler", "Timeout", "MemorySize")},
    )
    region = deployed.workspace.region
    rest = gateway.create_rest_api(name="signed")["id"]
    uri = f"arn:aws:apigateway:{region}:lambda:path/2015-03-31/functions/{made['FunctionArn']}/invocations"
    root = gateway.get_resources(restApiId=rest)["items"][0]["id"]
    staff = gateway.create_resource(restApiId=rest, parentId=root, pathPart="staff")["id"]
    proxy = gateway.create_resource(restApiId=rest, parentId=staff, pathPart="{proxy+}")["id"]
    place = {"restApiId": rest, "resourceId": proxy, "httpMethod": "ANY"}
    gateway.put_method(**place, authorizationType="AWS_IAM")
    gateway.put_integration(**place, type="AWS_PROXY", integrationHttpMethod="POST", uri=uri)
    for kind in REFUSALS:
        headers = {"gatewayresponse.header.Access-Control-Allow-Origin": "'*'"}
        gateway.put_gateway_response(
            restApiId=rest, responseType=kind, responseParameters=headers, responseTemplates={"application/json": kind}
        )
    gateway.create_deployment(restApiId=rest, stageName="v1")
    yield f"{deployed.endpoint_url}/restapis/{rest}/v1/_user_request_"
    gateway.delete_rest_api(restApiId=rest)
    functions.delete_function(FunctionName=made["FunctionName"])


def a_user(stack: DeployedStack, *methods: str) -> Key:
    """Create an IAM user who may use these methods of the staff API, and return a key."""
    iam, name = stack.client("iam"), f"caller-{uuid.uuid4().hex[:8]}"
    iam.create_user(UserName=name)
    resources = [f"arn:aws:execute-api:*:*:*/v1/{method}/staff/*" for method in methods]
    statement = {"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": resources}
    if methods:
        document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        iam.put_user_policy(UserName=name, PolicyName="staff-api", PolicyDocument=document)
    key: Key = iam.create_access_key(UserName=name)["AccessKey"]
    return key


def signed(stack: DeployedStack, url: str, key: Key, method: str = "GET") -> dict[str, str]:
    """Return the headers of a signed request."""
    request = AWSRequest(method=method, url=url, data=b"")
    credentials = SdkCredentials(key["AccessKeyId"], key["SecretAccessKey"])
    SigV4Auth(credentials, "execute-api", stack.workspace.region).add_auth(request)
    return dict(request.headers)


def call(url: str, headers: dict[str, str] | None, method: str = "GET") -> Answer:
    return ask(url, None if method == "GET" else b"", method=method, headers=headers)


def ensure_refused(answer: Answer) -> None:
    """Fail unless the answer is one of the gateway's refusals, which the API words, and a script may read it."""
    assert answer.status == HTTPStatus.FORBIDDEN, answer.body
    assert answer.body in REFUSALS
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_signed_call__gets_through(stack: DeployedStack, api: str) -> None:
    """The API knows the caller by their ARN; IAM's policies say what they may do, so it names no role."""
    key = a_user(stack, "*")
    answer = call(f"{api}/staff/me", signed(stack, f"{api}/staff/me", key))
    assert answer.status == HTTPStatus.OK, answer.body
    assert answer.json["name"] == f"arn:aws:iam::000000000000:user/{key['UserName']}"
    assert answer.json["role"] is None


def test_unsigned_call__is_refused(stack: DeployedStack, api: str) -> None:
    """Without a signature, or with a token of somebody who signed in elsewhere."""
    ensure_refused(call(f"{api}/staff/me", None))
    ensure_refused(call(f"{api}/staff/me", {"Authorization": "Bearer x.y.z"}))
    ensure_refused(call(f"{api}/staff/me", {"Authorization": "Basic dXNlcjpwYXNz"}))
    del stack


@pytest.mark.parametrize("wrong", ["secret", "method", "address", "key", "time"])
def test_wrongly_signed_call__is_refused(stack: DeployedStack, api: str, wrong: str) -> None:
    """With another secret, for another method or address, with a key that nobody has, or long ago."""
    url, key = f"{api}/staff/me", a_user(stack, "*")
    mistakes: dict[str, Callable[[], dict[str, str]]] = {
        "secret": lambda: signed(stack, url, key | {"SecretAccessKey": "x" * 40}),
        "method": lambda: signed(stack, url, key, "PUT"),
        "address": lambda: signed(stack, f"{api}/staff/overview", key),
        "key": lambda: signed(stack, url, key | {"AccessKeyId": "AKIA" + "Z" * 16}),
        "time": lambda: signed(stack, url, key) | {"X-Amz-Date": "20200101T000000Z"},
    }
    ensure_refused(call(url, mistakes[wrong]()))


def test_caller_without_the_policy__is_refused(stack: DeployedStack, api: str) -> None:
    """Credentials of the account alone open nothing."""
    ensure_refused(call(f"{api}/staff/me", signed(stack, f"{api}/staff/me", a_user(stack))))


def test_reader_by_policy__may_look_and_change_nothing(stack: DeployedStack, api: str) -> None:
    """A policy for GET alone is a reader's."""
    key = a_user(stack, "GET")
    assert call(f"{api}/staff/me", signed(stack, f"{api}/staff/me", key)).status == HTTPStatus.OK
    url = f"{api}/staff/quotas/registration/first-robot"
    ensure_refused(call(url, signed(stack, url, key, "PUT"), "PUT"))


def test_command_line__signs_what_the_gateway_accepts(stack: DeployedStack, api: str) -> None:
    """Requests of `rollcall --via api` with AWS credentials, whatever is in their path and query."""
    key = a_user(stack, "*")
    signed_by = Signed(lambda: Credentials(key["AccessKeyId"], key["SecretAccessKey"]), stack.workspace.region)
    through_api = Api(api, signed_by, http_transport, say=pytest.fail, sleep=pytest.fail)
    assert through_api.get("me")["name"].endswith(key["UserName"])
    assert through_api.get("submissions", q="åsa & bo/+%", limit="1")["submissions"] == []
    with pytest.raises(UnknownNameError):
        through_api.get("forms", "ett/två å%", "versions")
    wrong = Signed(lambda: Credentials(key["AccessKeyId"], "x" * 40), stack.workspace.region)
    with pytest.raises(CliError) as error:
        Api(api, wrong, http_transport, say=pytest.fail, sleep=pytest.fail).get("me")
    assert error.value.exit_code == ExitCode.CREDENTIALS
