"""AWS as a context reaches it: whose credentials it uses, and the error when something is wrong."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, ClassVar

import pytest

from admin_cli.aws import sessions
from admin_cli.aws.contexts import Context
from admin_cli.errors import CliError, ExitCode
from admin_cli.known_errors import explain
from admin_cli.stack import AwsStack, Desk, StackDescription
from registration_core.adapters.dynamodb.retries import STAFF_RETRY_S
from registration_core.domain.errors import StorageUnavailableError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SECRET = {
    "stack": "dev",
    "region": "eu-north-1",
    "api_url": "https://api.example.org/v1",
    "site_url": "https://example.org",
    "site_bucket": "bucket",
    "distribution_id": "E1",
    "table": "rollcall-dev",
    "mail_queue_url": "https://sqs.eu-north-1.amazonaws.com/111122223333/rollcall-dev-mail",
    "mail_dead_letters_url": "https://sqs.eu-north-1.amazonaws.com/111122223333/rollcall-dev-mail-dead-letters",
    "stream_dead_letters_url": "https://sqs.eu-north-1.amazonaws.com/111122223333/rollcall-dev-stream-dead-letters",
    "sender": "Academy <courses@example.org>",
    "another": "ignored",
}


class Handler(BaseHTTPRequestHandler):
    """Answers every AWS call with what a test put here, and records the calls."""

    answers: ClassVar[dict[str, tuple[int, dict[str, Any]] | list[tuple[int, dict[str, Any]]]]] = {}
    asked: ClassVar[list[tuple[str, str, dict[str, Any]]]] = []

    def do_POST(self) -> None:
        """Answer one call."""
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])) or b"{}")
        operation = self.headers["X-Amz-Target"].rpartition(".")[2]
        self.asked.append((operation, self.headers["Authorization"], body))
        scripted = self.answers[operation]
        status, answer = scripted.pop(0) if isinstance(scripted, list) else scripted
        content = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/x-amz-json-1.1")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_args: object) -> None:
        """Log nothing."""


@pytest.fixture
def service() -> Iterator[type[Handler]]:
    """A service on its own loopback port."""
    handler = type("OneTestsHandler", (Handler,), {"answers": {}, "asked": []})
    server = HTTPServer(("127.0.0.1", 0), handler)
    handler.server = server
    handler.url = f"http://localhost:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield handler
    server.shutdown()
    server.server_close()


def stack(service: Any) -> AwsStack:
    return AwsStack(Context("dev", "dev", "eu-north-1", service.url), print)


def refuse(service: Any, code: str, message: str = "no", *, operation: str = "GetSecretValue") -> None:
    service.answers[operation] = (400, {"__type": code, "message": message})


def test_description__is_read_from_the_secret(service: Any) -> None:
    """It reads `rollcall/<stack>` once, however often it is needed."""
    service.answers["GetSecretValue"] = (200, {"SecretString": json.dumps(SECRET)})
    dev = stack(service)

    assert dev.description == StackDescription(
        **{name: text for name, text in SECRET.items() if name in StackDescription.__slots__}
    )
    assert dev.description.table == "rollcall-dev"
    assert [(asked[0], asked[2]) for asked in service.asked] == [("GetSecretValue", {"SecretId": "rollcall/dev"})]


def test_loopback__never_uses_the_machines_credentials(
    service: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Whatever the machine's AWS configuration is, an emulator sees only the dummy key."""
    (tmp_path / "config").write_text("[profile work]\nregion = us-east-1\n")
    (tmp_path / "credentials").write_text("[work]\naws_access_key_id = AKIAREAL\naws_secret_access_key = real\n")
    for name, value in {
        "AWS_ACCESS_KEY_ID": "AKIAREAL",
        "AWS_SECRET_ACCESS_KEY": "real",
        "AWS_SESSION_TOKEN": "token",
        "AWS_PROFILE": "nowhere",
        "AWS_CONFIG_FILE": str(tmp_path / "config"),
        "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "credentials"),
        "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
        "AWS_ENDPOINT_URL_SECRETS_MANAGER": "http://127.0.0.1:9",
        "HTTP_PROXY": "http://127.0.0.1:9",
        "http_proxy": "http://127.0.0.1:9",
    }.items():
        monkeypatch.setenv(name, value)
    service.answers["GetSecretValue"] = (200, {"SecretString": json.dumps(SECRET)})

    assert stack(service).description.region == "eu-north-1"
    assert "Credential=test/" in service.asked[0][1]
    assert "/eu-north-1/secretsmanager/" in service.asked[0][1]


def test_missing_stack__lists_the_others(service: Any) -> None:
    """Not found, with the right names; the secrets with signing keys are not stacks."""
    refuse(service, "ResourceNotFoundException")
    names = ["rollcall/prod", "rollcall/prod/signing-key", "rollcall/local"]
    service.answers["ListSecrets"] = (200, {"SecretList": [{"Name": name} for name in names]})

    with pytest.raises(CliError, match=r"no stack 'dev' at http://localhost:\d+\. There are: local, prod\.") as caught:
        _ = stack(service).description
    assert caught.value.exit_code is ExitCode.NOT_FOUND
    assert "rollcall context add" in str(caught.value.hint)


@pytest.mark.parametrize(
    "answer", [(200, {"SecretList": []}), (400, {"__type": "AccessDeniedException", "message": "no"})]
)
def test_missing_stack__without_any_other(service: Any, answer: tuple[int, dict[str, Any]]) -> None:
    """An empty emulator says how to fill it; without the right to list, the error still says what is wrong."""
    refuse(service, "ResourceNotFoundException")
    service.answers["ListSecrets"] = answer

    with pytest.raises(CliError, match=r"no stack 'dev' at \S+ No other stack was found") as caught:
        _ = stack(service).description
    assert caught.value.hint == "Start it: rollcall local up"


@pytest.mark.parametrize(
    ("code", "message", "hint"),
    [
        ("ExpiredTokenException", "expired", "Your AWS credentials have expired."),
        ("UnrecognizedClientException", "bad key", "AWS does not accept your credentials"),
        ("InvalidSignatureException", "bad", "AWS does not accept your credentials"),
        (
            "AccessDeniedException",
            "User: arn:aws:iam::1:user/ada is not authorized to perform: secretsmanager:GetSecretValue on resource: x",
            "It lacks secretsmanager:GetSecretValue.",
        ),
        ("AccessDeniedException", "no", "It lacks GetSecretValue."),
    ],
)
def test_unusable_credentials__say_what_to_do(service: Any, code: str, message: str, hint: str) -> None:
    """Exit code 4, one message, and the next step."""
    refuse(service, code, message)

    with pytest.raises(CliError) as caught:
        _ = stack(service).description
    assert hint in str(caught.value)
    assert caught.value.exit_code is ExitCode.CREDENTIALS
    assert caught.value.hint


def test_missing_credentials__name_the_sign_in_command(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nothing is sent."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")

    with pytest.raises(CliError, match="No AWS credentials were found") as caught:
        _ = AwsStack(Context("dev", "dev", "eu-north-1"), print).description
    assert caught.value.exit_code is ExitCode.CREDENTIALS
    assert "rollcall login" in str(caught.value.hint)


def test_missing_profile__is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The message says how to make one."""
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))

    with pytest.raises(CliError, match="has no profile 'academy'") as caught:
        sessions.session(Context("dev", "dev", "eu-north-1", profile="academy"))
    assert caught.value.exit_code is ExitCode.CREDENTIALS
    assert "aws configure sso --profile academy" in str(caught.value.hint)


def test_unlisted_stack_without_permission__does_not_exist(service: Any) -> None:
    """A policy names one stack's secret: only the list shows that another does not exist."""
    refuse(service, "AccessDeniedException", "not authorized to perform: secretsmanager:GetSecretValue on resource: x")
    service.answers["ListSecrets"] = (200, {"SecretList": [{"Name": "rollcall/prod"}, {"Name": "rollcall/prod/k"}]})

    with pytest.raises(CliError, match=r"There is no stack 'dev' .*There are: prod\.") as caught:
        _ = stack(service).description
    assert caught.value.exit_code == ExitCode.NOT_FOUND


def test_listed_stack_without_permission__is_denied(service: Any) -> None:
    """In that case the role lacks a permission."""
    refuse(service, "AccessDeniedException", "not authorized to perform: secretsmanager:GetSecretValue on resource: x")
    service.answers["ListSecrets"] = (200, {"SecretList": [{"Name": "rollcall/dev"}]})

    with pytest.raises(CliError, match="It lacks secretsmanager:GetSecretValue"):
        _ = stack(service).description


def test_stopped_emulator__is_reported_at_once() -> None:
    """The error says what does not answer and how to start it, without waiting a minute."""
    nothing = "http://localhost:1"

    with pytest.raises(CliError, match=f"Nothing answers at {nothing}: the local stack is not running") as caught:
        _ = AwsStack(Context("local", "local", "eu-north-1", nothing), print).description
    assert (caught.value.exit_code, caught.value.hint) == (ExitCode.FAILURE, "Start it: rollcall local up")


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses that the SDK would make; here it makes none."""
    slept: list[float] = []
    clock = SimpleNamespace(sleep=slept.append, monotonic=lambda: sum(slept))
    monkeypatch.setattr("botocore.endpoint.time.sleep", slept.append)
    monkeypatch.setattr("registration_core.adapters.dynamodb.retries.time", clock)
    return slept


THROTTLED = (400, {"__type": "ThrottlingException", "message": "Rate exceeded"})


def test_throttling__is_reported_once_and_waited_out(
    service: Any, waits: list[float], capsys: pytest.CaptureFixture[str]
) -> None:
    """A person sees why it takes so long."""
    service.answers["GetSecretValue"] = [THROTTLED, THROTTLED, (200, {"SecretString": json.dumps(SECRET)})]

    assert stack(service).description.table == "rollcall-dev"
    assert capsys.readouterr().out.splitlines() == [
        "AWS is throttling secretsmanager (ThrottlingException); waiting and trying again ..."
    ]
    assert len(waits) == 2


def test_throttling__without_end_is_an_error(service: Any, waits: list[float]) -> None:
    """One message, and when to try again."""
    service.answers["GetSecretValue"] = THROTTLED

    with pytest.raises(CliError, match=r"AWS is throttling requests \(GetSecretValue: ThrottlingException\)") as caught:
        _ = stack(service).description
    assert waits
    assert caught.value.exit_code is ExitCode.FAILURE


@pytest.mark.parametrize(
    ("code", "message", "sentence", "exit_code"),
    [
        (
            "AccessDeniedException",
            "User: arn:aws:iam::1:user/ada is not authorized to perform: dynamodb:Query on resource: x",
            "Your AWS role is not allowed to do this. It lacks dynamodb:Query.",
            ExitCode.CREDENTIALS,
        ),
        ("ExpiredTokenException", "expired", "Your AWS credentials have expired.", ExitCode.CREDENTIALS),
        ("ProvisionedThroughputExceededException", "slow", "AWS is throttling requests", ExitCode.FAILURE),
    ],
)
def test_table__errors_read_like_those_of_any_service(  # noqa: PLR0917 - what pytest gives
    service: Any, waits: list[float], code: str, message: str, sentence: str, exit_code: ExitCode
) -> None:
    """What the repository raises still names the action."""
    service.answers["GetSecretValue"] = (200, {"SecretString": json.dumps(SECRET)})
    service.answers["GetItem"] = (400, {"__type": code, "message": message})

    with pytest.raises(StorageUnavailableError) as caught:
        _ = stack(service).forms
    error = explain(caught.value)
    assert sentence in str(error)
    assert error.exit_code is exit_code
    assert error.hint
    assert bool(waits) is code.startswith("Provisioned")
    assert sum(waits) <= STAFF_RETRY_S


def test_network__lost_midway_is_reported(service: Any, waits: list[float]) -> None:
    """The description was read; after that nobody answers."""
    service.answers["GetSecretValue"] = (200, {"SecretString": json.dumps(SECRET)})
    dev = stack(service)
    assert dev.description
    service.server.shutdown()
    service.server.server_close()

    with pytest.raises(StorageUnavailableError) as caught:
        _ = dev.forms
    error = explain(caught.value)
    assert "can't be used at the moment" in str(error)
    assert "Check the network" in str(error.hint)
    assert error.exit_code is ExitCode.FAILURE
    assert 0 < sum(waits) <= STAFF_RETRY_S


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (None, None),
        ("?", None),
        ({"kind": "iam", "user_pool_id": None, "client_id": None, "sign_in_url": None}, Desk("iam")),
        (
            {"kind": "cognito", "user_pool_id": "p", "client_id": "c", "sign_in_url": "https://x", "more": 1},
            Desk("cognito", "p", "c", "https://x"),
        ),
    ],
)
def test_description__says_how_staff_sign_in(written: object, read: Desk | None) -> None:
    """A stack without the option, or of an older version, has no desk."""
    assert StackDescription.from_mapping({**SECRET, "desk": written}).desk == read


@pytest.mark.parametrize("description", [{"stack": "dev"}, {**SECRET, "table": None}])
def test_description__of_another_version_names_what_is_missing(description: dict[str, Any]) -> None:
    """The stack was made by another version of the configuration, and the error says so."""
    with pytest.raises(CliError, match=r"description has no .*table"):
        StackDescription.from_mapping(description)


def test_unreachable_aws__is_named_by_its_region(waits: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a network: what can't be reached, and where to look."""
    for name, value in {
        "AWS_ACCESS_KEY_ID": "AKIAEXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_ENDPOINT_URL": "http://127.0.0.1:1",
    }.items():
        monkeypatch.setenv(name, value)

    with pytest.raises(CliError, match="AWS in eu-north-1 cannot be reached") as caught:
        _ = AwsStack(Context("dev", "dev", "eu-north-1"), print).description
    assert (caught.value.exit_code, len(waits)) == (ExitCode.FAILURE, 4)
    assert "Check the network" in str(caught.value.hint)


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("InvalidSignatureException", "Signature expired: 20260301T120000Z is now earlier than 20260301T121000Z"),
        ("SignatureDoesNotMatch", "Signature not yet current: 20260301T123000Z is still later than 20260301T122000Z"),
        ("RequestTimeTooSkewed", "The difference between the request time and the current time is too large."),
    ],
)
def test_wrong_clock__is_reported_as_such(service: Any, code: str, message: str) -> None:
    """AWS reports a wrong signature; the clock is the cause."""
    refuse(service, code, message)

    with pytest.raises(CliError, match="clock is more than five minutes off") as caught:
        _ = stack(service).description
    assert "Set it from the network" in str(caught.value.hint)
