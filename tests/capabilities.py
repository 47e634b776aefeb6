"""What an emulator can do, found out by asking it, and what is stated of each emulator that the tests run on.

A capability is something that AWS does and some emulator doesn't. Its probe makes AWS calls to an
emulator with nothing deployed; an emulator's name decides nothing. See docs/emulators.md.
"""

from __future__ import annotations

import http.client
import io
import json
import tempfile
import urllib.parse
import zipfile
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError
from botocore.parsers import ResponseParserError
from deadlines import wait_until
from moto_emulator import Moto
from shipped import ROOT

from rollcall_local.credentials import ROOT as ROOT_CREDENTIALS
from rollcall_local.credentials import Credentials, client
from rollcall_local.emulators import dynamodb_local, emulator_of
from rollcall_local.emulators.localstack import LocalStack
from rollcall_local.emulators.ministack import Ministack
from rollcall_local.paths import Workspace
from rollcall_local.process import free_port

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

EVERY_TIER = ("tests/",)


@dataclass(frozen=True, slots=True)
class Profile:
    """What is stated of an emulator. lacks: capabilities. tiers: the folders of tests that test-full runs on it."""

    lacks: frozenset[str]
    tiers: tuple[str, ...]

    def runs(self, nodeid: str, needed: Iterable[str]) -> bool:
        """Return whether a test with these needs runs on it."""
        return nodeid.startswith(self.tiers) and self.lacks.isdisjoint(needed)


OF_THE_USER = frozenset({"dynamodb local"})
"""What only users can bring. A test that needs it is left out on every emulator of a machine without it."""

MISSING = frozenset() if dynamodb_local.chosen_folder() else OF_THE_USER

PROFILES = {
    Ministack.name: Profile(lacks=MISSING | {"pipelines", "stream on-failure"}, tiers=EVERY_TIER),
    LocalStack.name: Profile(
        lacks=MISSING
        | {"form posts", "iam enforced", "pipelines", "private buckets", "sign-in pages", "state kept over a restart"}
        | ({"point-in-time restore"} if dynamodb_local.chosen_folder() else frozenset()),
        tiers=("tests/contract/", "tests/integration/", "tests/faults/", "tests/infra/"),
    ),
    Moto.name: Profile(
        lacks=MISSING | {"iam enforced", "sign-in pages", "stream on-failure", "state kept over a restart"},
        tiers=("tests/contract/", "tests/infra/test_whole_stack.py"),
    ),
}
"""The emulators of make test-full. tests/contract/test_capabilities.py compares each with what it answers."""


class AskedEmulator:
    """An emulator of its own with nothing deployed, for the probes."""

    def __init__(self, state: Path) -> None:
        self.workspace = Workspace(root=ROOT, state=state, edge_port=free_port())
        self._emulator = emulator_of(self.workspace)

    def start(self) -> None:
        self._emulator.start(smtp_port=free_port())

    def stop(self) -> None:
        self._emulator.stop()

    def client(self, service: str, credentials: Credentials = ROOT_CREDENTIALS) -> Any:
        return client(service, self.workspace, credentials)


@dataclass(frozen=True, slots=True)
class Capability:
    """One thing that AWS does. lack: what an emulator without it does. probe: returns whether an emulator has it."""

    lack: str
    probe: Callable[[AskedEmulator], bool]


def iam_enforced(emulator: AskedEmulator) -> bool:
    """Return whether a user without any policy is refused."""
    iam = emulator.client("iam")
    iam.create_user(UserName="nobody")
    key = iam.create_access_key(UserName="nobody")["AccessKey"]
    try:
        emulator.client("sqs", Credentials(key["AccessKeyId"], key["SecretAccessKey"])).list_queues()
    except ClientError as error:
        return "AccessDenied" in error.response["Error"]["Code"]
    return False


def private_buckets(emulator: AskedEmulator) -> bool:
    """Return whether a stranger is refused what lies in a bucket without a policy."""
    emulator.client("s3").create_bucket(
        Bucket="private", CreateBucketConfiguration={"LocationConstraint": emulator.workspace.region}
    )
    emulator.client("s3").put_object(Bucket="private", Key="page", Body=b"x")
    connection = http.client.HTTPConnection("127.0.0.1", emulator.workspace.edge_port, timeout=10)
    connection.request("GET", "/private/page")
    status = connection.getresponse().status
    connection.close()
    return status == HTTPStatus.FORBIDDEN


def form_posts(emulator: AskedEmulator) -> bool:
    """Return whether a bucket puts the name of a posted file where the form says `${filename}`."""
    s3 = emulator.client("s3")
    s3.create_bucket(Bucket="posted", CreateBucketConfiguration={"LocationConstraint": emulator.workspace.region})
    name, any_name = {"x-amz-meta-name": "${filename}"}, ["starts-with", "$x-amz-meta-name", ""]
    grant = s3.generate_presigned_post("posted", "in", name, [any_name], ExpiresIn=60)
    parts = [f'name="{name}"\r\n\r\n{value}' for name, value in grant["fields"].items()]
    parts.append('name="file"; filename="cv.pdf"\r\n\r\nx')
    body = "".join(f"--b\r\nContent-Disposition: form-data; {part}\r\n" for part in parts) + "--b--\r\n"
    connection = http.client.HTTPConnection("127.0.0.1", emulator.workspace.edge_port, timeout=10)
    connection.request("POST", "/posted", body, {"Content-Type": "multipart/form-data; boundary=b"})
    connection.getresponse().read()
    connection.close()
    return bool(s3.head_object(Bucket="posted", Key="in")["Metadata"].get("name") == "cv.pdf")


def stream_on_failure(emulator: AskedEmulator) -> bool:
    """Return whether a stream's record that fails goes to the mapping's OnFailure queue instead of being retried."""
    functions, dynamodb, sqs = (emulator.client(name) for name in ("lambda", "dynamodb", "sqs"))
    queue = sqs.create_queue(QueueName="failed")["QueueUrl"]
    functions.create_function(
        FunctionName="failing",
        Runtime="python3.13",
        Role=_a_role(emulator),
        Handler="failing.handler",
        Code={"ZipFile": _zipped("failing.py", "def handler(event, context):\n    raise ValueError\n")},
    )
    functions.get_waiter("function_active_v2").wait(FunctionName="failing", WaiterConfig={"Delay": 1})
    if b"ValueError" not in functions.invoke(FunctionName="failing")["Payload"].read():
        return False  # an emulator that runs no function
    stream = create_table(
        dynamodb, "streamed", StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}
    )["LatestStreamArn"]
    functions.create_event_source_mapping(
        EventSourceArn=stream,
        FunctionName="failing",
        StartingPosition="TRIM_HORIZON",
        MaximumRetryAttempts=0,
        DestinationConfig={"OnFailure": {"Destination": _arn_of(sqs, queue)}},
    )
    dynamodb.put_item(TableName="streamed", Item={"pk": {"S": "x"}})
    return wait_until(lambda: _outcome_of_a_failure(emulator, queue), what="a failed record's end") == "set aside"


def _outcome_of_a_failure(emulator: AskedEmulator, queue: str) -> str | None:
    """Return "set aside" once the queue has a message, "retried" once the function ran often, None before either."""
    if emulator.client("sqs").receive_message(QueueUrl=queue).get("Messages"):
        return "set aside"
    logs = emulator.client("logs")
    try:
        events = logs.filter_log_events(logGroupName="/aws/lambda/failing")["events"]
    except logs.exceptions.ResourceNotFoundException:
        return None
    return "retried" if sum("ValueError" in event["message"] for event in events) > RETRIES else None


RETRIES = 2
"""A function that failed more often than this was retried, against its mapping's MaximumRetryAttempts of 0."""


def state_kept(emulator: AskedEmulator) -> bool:
    """Return whether what it holds is still there after a stop and a start."""
    emulator.client("sqs").create_queue(QueueName="kept")
    emulator.stop()
    emulator.start()
    return any(url.endswith("/kept") for url in emulator.client("sqs").list_queues().get("QueueUrls", ()))


def point_in_time_restore(emulator: AskedEmulator) -> bool:
    """Return whether a table can be restored to a point in time, as a new table."""
    dynamodb = emulator.client("dynamodb")
    create_table(dynamodb, "backed-up")
    dynamodb.update_continuous_backups(
        TableName="backed-up", PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
    )
    try:
        dynamodb.restore_table_to_point_in_time(
            SourceTableName="backed-up", TargetTableName="restored", UseLatestRestorableTime=True
        )
    except ClientError:
        return False
    return True


def pipelines(emulator: AskedEmulator) -> bool:
    """Return whether it keeps CodePipeline's pipelines."""
    try:
        emulator.client("codepipeline").list_pipelines()
    except (ClientError, ResponseParserError):
        return False
    return True


def sign_in_pages(emulator: AskedEmulator) -> bool:
    """Return whether Cognito serves the pages on which people sign in."""
    try:
        pool = emulator.client("cognito-idp").create_user_pool(PoolName="p")["UserPool"]["Id"]
        app = {"CallbackURLs": ["http://localhost/"], "AllowedOAuthFlows": ["code"], "AllowedOAuthScopes": ["openid"]}
        made = emulator.client("cognito-idp").create_user_pool_client(
            UserPoolId=pool, ClientName="c", AllowedOAuthFlowsUserPoolClient=True, **app
        )
    except (ClientError, ResponseParserError):
        return False
    connection = http.client.HTTPConnection("127.0.0.1", emulator.workspace.edge_port, timeout=10)
    asked = {
        "client_id": made["UserPoolClient"]["ClientId"],
        "response_type": "code",
        "redirect_uri": "http://localhost/",
    }
    connection.request("GET", f"/oauth2/authorize?{urllib.parse.urlencode(asked)}")
    answer = connection.getresponse()
    shown = answer.status == HTTPStatus.OK and b'type="password"' in answer.read()
    connection.close()
    return shown


def create_table(dynamodb: Any, name: str, **more: Any) -> dict[str, Any]:
    """Create a table with a text as its key, and return its description."""
    made: dict[str, Any] = dynamodb.create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        **more,
    )["TableDescription"]
    return made


def dynamodb_local_named(_emulator: AskedEmulator) -> bool:
    """Return whether the user has DynamoDB Local, and says where."""
    return dynamodb_local.chosen_folder() is not None


def _a_role(emulator: AskedEmulator) -> str:
    service = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    iam = emulator.client("iam")
    role = iam.create_role(RoleName="r", AssumeRolePolicyDocument=_policy(service))["Role"]["Arn"]
    iam.put_role_policy(RoleName="r", PolicyName="all", PolicyDocument=_policy(everything))
    return str(role)


def _policy(statement: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def _arn_of(sqs: Any, queue: str) -> str:
    attributes = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]
    return str(attributes["QueueArn"])


def _zipped(name: str, source: str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr(name, source)
    return content.getvalue()


CAPABILITIES = {
    "iam enforced": Capability("it lets everyone do everything, whatever their policies say", iam_enforced),
    "form posts": Capability("its buckets ignore the policy of a posted form, and `${filename}` in it", form_posts),
    "private buckets": Capability("it lets everyone read every bucket", private_buckets),
    "stream on-failure": Capability("it never sets a stream's failed record aside", stream_on_failure),
    "point-in-time restore": Capability("it can't restore a table to a point in time", point_in_time_restore),
    "sign-in pages": Capability("its Cognito has no pages on which people sign in", sign_in_pages),
    "pipelines": Capability("it knows no CodePipeline", pipelines),
    "dynamodb local": Capability("ROLLCALL_DYNAMODB_LOCAL doesn't say where it is", dynamodb_local_named),
    "state kept over a restart": Capability("it forgets everything when it stops", state_kept),
}


def ask(names: Iterable[str]) -> dict[str, bool]:
    """Start an emulator as this run's tests do, and return which of these capabilities it has."""
    with tempfile.TemporaryDirectory(prefix="rollcall-asked-") as folder:
        emulator = AskedEmulator(Path(folder))
        emulator.start()
        try:
            return {name: CAPABILITIES[name].probe(emulator) for name in names}
        finally:
            emulator.stop()
