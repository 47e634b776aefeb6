"""The recorder: it reads each wire format, keeps no secret, reaches nothing but the emulator, and sees a difference."""

from __future__ import annotations

import functools
import http.client
import json
import threading
import time
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from recorder.calls import Call, call_of
from recorder.comparison import differences, paths_that_differ, report
from recorder.proxy import Exchange, recording_proxy
from recorder.recordings import ITSELF, Act, Recording, SecretInRecordingError, names_of
from recorder.run import changed_by
from recorder.schemas import facts_of
from recorder.timeline import Span, planned_changes, problems, spans
from rollcall_local.loopback import loopback_session
from standin.errors import NotLocalError

if TYPE_CHECKING:
    import pathlib
    from collections.abc import Iterator

    from botocore.awsrequest import AWSResponse

ACCESS_KEY, SECRET_KEY = "AKIAEXAMPLEEXAMPLE00", "aSecretKeyThatNoFileMayHold0123456789"

POLICY = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}'

FUNCTION = {"FunctionName": "f", "Role": "arn:aws:iam::000000000000:role/r", "Code": {"ZipFile": b"PK"}}

#: One call of each wire format and place of a parameter, as (service, method, parameters).
CALLS: list[tuple[str, str, dict[str, Any]]] = [
    ("dynamodb", "create_table", {"TableName": "t", "BillingMode": "PAY_PER_REQUEST"}),
    ("sqs", "create_queue", {"QueueName": "q", "Attributes": {"DelaySeconds": "0"}, "tags": {"A": "b"}}),
    (
        "iam",
        "create_role",
        {"RoleName": "r", "AssumeRolePolicyDocument": "trust", "Tags": [{"Key": "A", "Value": "b"}]},
    ),
    ("iam", "list_attached_role_policies", {"RoleName": "r"}),
    ("sns", "create_topic", {"Name": "t", "Attributes": {"DisplayName": "d"}, "Tags": [{"Key": "A", "Value": "b"}]}),
    (
        "cloudwatch",
        "put_metric_alarm",
        {"AlarmName": "a", "Threshold": 1.5, "Dimensions": [{"Name": "N", "Value": "v"}]},
    ),
    ("cloudwatch", "describe_alarms", {"AlarmNames": ["a", "b"]}),
    ("logs", "put_retention_policy", {"logGroupName": "g", "retentionInDays": 7}),
    ("events", "put_rule", {"Name": "r", "ScheduleExpression": "rate(5 minutes)", "State": "ENABLED"}),
    ("s3", "create_bucket", {"Bucket": "b", "CreateBucketConfiguration": {"LocationConstraint": "eu-north-1"}}),
    ("s3", "get_bucket_policy", {"Bucket": "b"}),
    ("s3", "delete_bucket", {"Bucket": "b", "ExpectedBucketOwner": "000000000000"}),
    ("s3", "put_bucket_versioning", {"Bucket": "b", "VersioningConfiguration": {"Status": "Enabled"}}),
    (
        "s3",
        "put_bucket_lifecycle_configuration",
        {
            "Bucket": "b",
            "LifecycleConfiguration": {
                "Rules": [{"ID": "a", "Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 3}}]
            },
        },
    ),
    ("s3", "list_objects_v2", {"Bucket": "b", "MaxKeys": 5, "EncodingType": "url"}),
    ("lambda", "get_function", {"FunctionName": "f", "Qualifier": "1"}),
    ("lambda", "put_function_concurrency", {"FunctionName": "f", "ReservedConcurrentExecutions": 2}),
    (
        "lambda",
        "untag_resource",
        {"Resource": "arn:aws:lambda:eu-north-1:000000000000:function:f", "TagKeys": ["A", "B"]},
    ),
    (
        "apigateway",
        "update_stage",
        {
            "restApiId": "i",
            "stageName": "v1",
            "patchOperations": [{"op": "replace", "path": "/variables/a~1b", "value": "c"}],
        },
    ),
    ("apigateway", "get_resources", {"restApiId": "i", "limit": 5, "embed": ["methods"]}),
    (
        "cloudfront",
        "create_function",
        {
            "Name": "f",
            "FunctionConfig": {"Comment": "c", "Runtime": "cloudfront-js-2.0"},
            "FunctionCode": b"code",
        },
    ),
    ("cloudfront", "get_distribution_config", {"Id": "E123"}),
    (
        "cloudfront",
        "tag_resource",
        {
            "Resource": "arn:aws:cloudfront::000000000000:distribution/E1",
            "Tags": {"Items": [{"Key": "A", "Value": "b"}]},
        },
    ),
    ("sesv2", "create_configuration_set", {"ConfigurationSetName": "c", "SendingOptions": {"SendingEnabled": True}}),
    ("sesv2", "get_email_identity", {"EmailIdentity": "a@kuggen.se"}),
    ("s3control", "list_tags_for_resource", {"AccountId": "000000000000", "ResourceArn": "arn:aws:s3:::b"}),
    ("sts", "get_caller_identity", {}),
]


@functools.cache
def session() -> Any:
    return loopback_session(ACCESS_KEY, SECRET_KEY)


@functools.cache
def client_of(service: str) -> Any:
    return session().client(service, region_name="eu-north-1", endpoint_url="http://127.0.0.1:9")


def sent(service: str, method: str, parameters: dict[str, Any], *, status: int = 200, answer: bytes = b"") -> Exchange:
    """Return the request that the SDK would send, which reaches nobody."""
    client = client_of(service)
    taken: list[Exchange] = []

    def take(request: Any, **_: Any) -> AWSResponse:
        target = urlsplit(request.url)._replace(scheme="", netloc="").geturl()
        headers = {
            name.lower(): value if isinstance(value, str) else value.decode() for name, value in request.headers.items()
        }
        body = request.body.read() if hasattr(request.body, "read") else request.body or b""
        body = body.encode() if isinstance(body, str) else body
        taken.append(Exchange(time.time(), request.method, target, headers, body, status, answer))
        raise InterruptedError

    client.meta.events.register_last("before-send", take, unique_id="take")
    with pytest.raises(InterruptedError):
        getattr(client, method)(**parameters)
    client.meta.events.unregister("before-send", take, unique_id="take")
    return taken[0]


@pytest.mark.parametrize(("service", "method", "parameters"), CALLS, ids=[f"{one[0]}.{one[1]}" for one in CALLS])
def test_call__is_read_back_from_its_request(service: str, method: str, parameters: dict[str, Any]) -> None:
    """The operation and every parameter are those that the SDK was given."""
    call = call_of(sent(service, method, parameters))

    assert (call.service, call.operation.lower()) == (service, method.replace("_", ""))
    if method == "create_function":
        parameters = parameters | {"FunctionCode": "<removed>"}
    assert call.parameters == parameters


def test_refusal__is_recorded_by_its_code() -> None:
    answer = b'{"__type": "com.amazonaws.dynamodb#ResourceNotFoundException", "message": "no"}'

    assert call_of(sent("dynamodb", "describe_table", {"TableName": "t"}, status=400, answer=answer)).error == (
        "ResourceNotFoundException"
    )


@pytest.mark.parametrize(
    ("service", "method", "parameters"),
    [
        ("secretsmanager", "put_secret_value", {"SecretId": "s", "SecretString": "hush-hush"}),
        ("secretsmanager", "create_secret", {"Name": "s", "SecretBinary": b"hush-hush"}),
        ("lambda", "create_function", FUNCTION | {"Environment": {"Variables": {"A": "hush-hush"}}}),
        ("iam", "create_login_profile", {"UserName": "u", "Password": "hush-hush"}),
        ("sesv2", "put_email_identity_dkim_signing_attributes", {
            "EmailIdentity": "kuggen.se",
            "SigningAttributesOrigin": "EXTERNAL",
            "SigningAttributes": {"DomainSigningSelector": "s", "DomainSigningPrivateKey": "hush-hush"},
        }),
    ],
)  # fmt: skip
def test_secret__is_not_recorded(service: str, method: str, parameters: dict[str, Any], tmp_path: pathlib.Path) -> None:
    """Neither a secret parameter, nor a key, nor a signature is in the file."""
    recording = Recording("p", "e")

    recording.add("apply", [sent(service, method, parameters)], [], {})
    recording.write(tmp_path / "r.jsonl", [])

    text = (tmp_path / "r.jsonl").read_text()
    assert "<removed>" in text
    for secret in ("hush-hush", "aHVzaC1odXNo", ACCESS_KEY, SECRET_KEY, "Signature"):
        assert secret not in text


def test_environment__keeps_the_names_of_its_variables() -> None:
    call = call_of(sent("lambda", "create_function", FUNCTION | {"Environment": {"Variables": {"A": "b"}}}))

    assert call.parameters["Environment"] == {"Variables": {"A": "<removed>"}}
    assert call.parameters["Code"]["ZipFile"].startswith("<2 bytes, sha256 ")


def test_recording_with_a_secret__is_not_written(tmp_path: pathlib.Path) -> None:
    recording = Recording("p", "e", [Act("apply", "a.b", "a", "create", (Call("s3", "X", {"Name": SECRET_KEY}),))])

    with pytest.raises(SecretInRecordingError, match="holds 1 secret values"):
        recording.write(tmp_path / "r.jsonl", [SECRET_KEY, ""])
    assert list(tmp_path.iterdir()) == []


def test_recording__is_the_same_when_read_back(tmp_path: pathlib.Path) -> None:
    recording = Recording("p", "e", [Act("apply", "a.b", "a", "create", (Call("s3", "X", {"Name": [1, None]}, "No"),))])
    recording.write(tmp_path / "r.jsonl", [])

    assert Recording.read(tmp_path / "r.jsonl") == recording


@pytest.fixture
def upstream() -> Iterator[str]:
    """A server on loopback that answers each request with what it got."""

    class Echo(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            answer = self.headers["Host"].encode() + b" " + self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(201)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            """Log nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def asked(port: int, method: str, target: str, body: bytes | None = None) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request(method, target, body)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def test_proxy__forwards_with_the_signed_host_and_records(upstream: str) -> None:
    with recording_proxy(upstream) as (port, record):
        status, answer = asked(port, "POST", "/queue?a=b", b"hello")

    assert (status, answer) == (201, f"127.0.0.1:{port} hello".encode())
    (exchange,) = record.exchanges
    assert (exchange.method, exchange.target, exchange.body, exchange.status) == ("POST", "/queue?a=b", b"hello", 201)


@pytest.mark.parametrize(
    ("method", "target"), [("CONNECT", "iam.amazonaws.com:443"), ("GET", "http://169.254.169.254/")]
)
def test_proxy__refuses_every_other_host(upstream: str, method: str, target: str) -> None:
    """A provider whose proxy it is reaches no other host, and the record names the one it tried."""
    with recording_proxy(upstream) as (port, record):
        assert asked(port, method, target)[0] == 403

    assert [host in target for host in record.refused] == [True]
    assert record.exchanges == []


def test_proxy__serves_the_account_before_its_host(upstream: str) -> None:
    """S3 Control's host has no address; its calls come to the proxy as any proxy's and go to the emulator."""
    with recording_proxy(upstream) as (port, record):
        status, _ = asked(port, "POST", f"http://000000000000.127.0.0.1:{port}/v20180820/tags/a?b=c", b"")

    assert (status, [exchange.target for exchange in record.exchanges]) == (201, ["/v20180820/tags/a?b=c"])


def test_unknown_call__is_recorded_by_its_address() -> None:
    exchange = replace(sent("s3", "get_bucket_policy", {"Bucket": "b"}), method="PATCH", target="/b/c?d=e")
    recording = Recording("p", "e")

    recording.add("apply", [exchange], [], {})

    assert recording.acts[0].calls == (Call("unknown", "PATCH /b/c", {}),)


@pytest.mark.parametrize("address", ["https://sqs.eu-north-1.amazonaws.com", "http://10.0.0.1:4566"])
def test_proxy__refuses_an_emulator_elsewhere(address: str) -> None:
    with pytest.raises(NotLocalError, match="on this machine"), recording_proxy(address):
        pass


def event(kind: str, second: int, address: str, **hook: Any) -> str:
    resource = {"addr": address, "resource_type": address.split(".", maxsplit=1)[0]}
    return json.dumps(
        {"type": kind, "@timestamp": f"2026-11-29T10:00:{second:02}.000000Z", "hook": {"resource": resource, **hook}}
    )


def test_calls__belong_to_the_resource_terraform_works_on() -> None:
    output = "\n".join([
        event("refresh_start", 1, "aws_sqs_queue.q"),
        event("refresh_complete", 2, "aws_sqs_queue.q"),
        event("apply_start", 3, "aws_sqs_queue.q", action="update"),
        event("apply_complete", 4, "aws_sqs_queue.q", action="update"),
    ])  # fmt: skip
    reading, updating = spans(output)
    exchange = sent("sqs", "get_queue_attributes", {"QueueUrl": "http://127.0.0.1/q"})
    before, during, after = (
        replace(exchange, started=when) for when in (reading.start - 1, updating.start + 0.5, updating.end + 1)
    )
    recording = Recording("p", "e")

    recording.add("apply", [before, during, during, after], [reading, updating], {})

    assert [(act.address, act.verb, len(act.calls)) for act in recording.acts] == [
        (ITSELF, "configure", 1),
        ("aws_sqs_queue.q", "read", 0),
        ("aws_sqs_queue.q", "update", 1),
    ]


def test_output__gives_problems_and_planned_changes() -> None:
    diagnostic = {"summary": "Denied", "detail": "by IAM", "address": "a.b"}
    change = {"action": "update", "resource": {"addr": "a.b"}}
    lines = [
        {"type": "diagnostic", "diagnostic": diagnostic},
        {"type": "planned_change", "change": change},
        {"type": "resource_drift", "change": change},
    ]
    output = "\n".join(map(json.dumps, lines))

    assert problems(output) == ["a.b: Denied by IAM"]
    assert planned_changes(output) == ["update a.b"]


def test_plan__says_which_arguments_change() -> None:
    same = {"address": "a.b", "change": {"actions": ["no-op"], "before": {}, "after": {}}}
    tagged = {"actions": ["update"], "before": {"tags": {}, "name": "n"}, "after": {"tags": {"A": "b"}, "name": "n"}}

    assert changed_by({"resource_changes": [same, {"address": "a.c", "change": tagged}]}) == ["update a.c (tags.A)"]


def test_names__stand_for_what_aws_chose_at_random() -> None:
    chosen = {"id": "E2QWRUHAPOMQZL", "arn": "arn:aws:sqs:eu-north-1:000000000000:rollcall-q", "status": "Deployed"}
    chosen |= {"deployment_id": "ffpaszqqjd"}
    secret = {"id": "arn:aws:secretsmanager:eu-north-1:000000000000:secret:rollcall/local-a1B2c3"}
    resources = [
        {"mode": "managed", "address": "a.b", "values": {**chosen, "name": "known0123"}},
        {"mode": "managed", "address": "a.s", "values": secret},
    ]
    unknown = [
        {"address": "a.b", "change": {"after_unknown": dict.fromkeys(chosen, True)}},
        {"address": "a.s", "change": {"after_unknown": {"id": True}}},
    ]

    names = names_of(
        {"values": {"root_module": {"child_modules": [{"resources": resources}]}}}, {"resource_changes": unknown}
    )

    assert names == {
        secret["id"]: "<a.s.id>",
        "E2QWRUHAPOMQZL": "<a.b.id>",
        "ffpaszqqjd": "<a.b.deployment_id>",
    }
    exchange = sent("sqs", "get_queue_url", {"QueueName": "of-E2QWRUHAPOMQZL"})
    recording = Recording("p", "e")
    recording.add("apply", [exchange], [Span(0, exchange.started + 1, "a.q", "a", "read")], names)
    assert recording.acts[1].calls[0].parameters == {"QueueName": "of-<a.b.id>"}


def of(*calls: Call, verb: str = "create", kind: str = "aws_sqs_queue") -> Recording:
    return Recording("p", "e", [Act("apply", f"{kind}.q", kind, verb, calls)])


CREATE = Call("sqs", "CreateQueue", {"QueueName": "q", "Attributes": {"DelaySeconds": "0"}})
SET = Call("sqs", "SetQueueAttributes", {"QueueUrl": "q"})
GET = Call("sqs", "GetQueueAttributes", {"QueueUrl": "q"})
LATE = Call("sqs", "CreateQueue", {"QueueName": "q", "Attributes": {"DelaySeconds": "9"}})


@pytest.mark.parametrize(
    ("real", "stand_in", "told"),
    [
        (of(CREATE, GET), of(CREATE, GET), None),
        (of(CREATE, GET, GET), of(GET, CREATE), None),
        (of(CREATE), of(LATE), "create: sqs.CreateQueue Attributes.DelaySeconds: '0' for the real provider, '9' here"),
        (of(CREATE, SET), of(CREATE), "create: sqs.SetQueueAttributes is called 1 times by the real provider, 0 by"),
        (of(CREATE), of(CREATE, SET), "create: sqs.SetQueueAttributes is called 0 times by the real provider, 1 by"),
        (of(CREATE, GET), of(CREATE), "create: only the real provider calls sqs.GetQueueAttributes"),
        (of(CREATE), of(CREATE, GET), "create: only the stand-in calls sqs.GetQueueAttributes"),
        (of(CREATE), of(CREATE, verb="update"), "only the real provider has create in step apply"),
        (
            of(replace(SET, error="Denied")),
            of(SET),
            "create: sqs.SetQueueAttributes ends with Denied for the real provider",
        ),
    ],
)
def test_comparison__says_what_differs(real: Recording, stand_in: Recording, told: str | None) -> None:
    found = differences(real, stand_in, "aws_sqs_queue")

    assert bool(found) == bool(told)
    assert told is None or (told in found[0] and found[0].endswith("[aws_sqs_queue.q]"))


def test_accepted_differences__are_left_out_until_they_are_gone() -> None:
    accepted = {"aws_sqs_queue create: only the real provider calls sqs.GetQueueAttributes": "It reads one more."}

    assert report(of(CREATE, GET), of(CREATE), accepted) == []
    assert report(of(CREATE), of(CREATE), accepted) == [f"accepted.toml: no longer differs: {next(iter(accepted))}"]


def test_schema__is_compared_by_path() -> None:
    """What Terraform prints has the form of schema.json, and one flag that differs is named by its place."""
    queue = {
        "attributes": {"name": {"type": "string", "optional": True, "computed": True, "description_kind": "plain"}},
        "block_types": {"timeouts": {"nesting_mode": "single", "block": {"attributes": {}}, "max_items": 1}},
    }
    printed = {
        "provider_schemas": {
            "somewhere/hashicorp/aws": {
                "provider": {"block": {}},
                "resource_schemas": {"aws_sqs_queue": {"version": 0, "block": queue}, "aws_other": {"block": {}}},
            }
        }
    }

    facts = facts_of(printed, {"resources": {"aws_sqs_queue": {}}, "data": {}})

    assert facts["resources"] == {
        "aws_sqs_queue": {
            "attributes": {"name": {"type": "string", "optional": True, "computed": True}},
            "block_types": {"timeouts": {"nesting": "single", "block": {"attributes": {}}, "max": 1}},
        }
    }
    other = json.loads(json.dumps(facts))
    del other["resources"]["aws_sqs_queue"]["attributes"]["name"]["computed"]
    assert paths_that_differ(facts, other) == [
        "resources.aws_sqs_queue.attributes.name.computed: True for the real provider, '(absent)' here"
    ]
