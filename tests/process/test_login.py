"""`rollcall login`: the device flow with a small server that answers like sso-oidc, and the files it writes."""

from __future__ import annotations

import hashlib
import json
import stat
import threading
import webbrowser
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import botocore.session
import guide
import pytest
from botocore.tokens import SSOTokenProvider
from botocore.utils import JSONFileCache

from admin_cli.aws.sso import DEVICE_CODE, oidc_client, read_sign_in, sign_in_by_device
from admin_cli.errors import CliError, ExitCode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from unit.cli.fakes import CommandLine

START_URL = "https://academy.awsapps.com/start"
CONFIGURATION = f"""
[profile academy]
sso_session = academy
sso_account_id = 111122223333
sso_role_name = course-staff

[sso-session academy]
sso_start_url = {START_URL}
sso_region = eu-north-1
sso_registration_scopes = sso:account:access

[profile legacy]
sso_start_url = {START_URL}
sso_region = eu-north-1

[profile keys]
region = eu-north-1

[profile lost]
sso_session = nowhere
"""
Answer = tuple[int, dict[str, Any]]
TOKEN: Answer = (200, {"accessToken": "access", "expiresIn": 28800, "refreshToken": "refresh", "tokenType": "Bearer"})


def error(code: str) -> Answer:
    return 400, {"__type": code, "error": code}


PENDING = error("AuthorizationPendingException")


class Oidc(BaseHTTPRequestHandler):
    """Answers like IAM Identity Center's OIDC service."""

    tokens: ClassVar[list[Answer]] = []
    asked: ClassVar[list[tuple[str, dict[str, Any]]]] = []
    headers_seen: ClassVar[list[str]] = []

    def do_POST(self) -> None:
        """Answer one call; tokens come in the order that the test chose."""
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.asked.append((self.path, body))
        self.headers_seen.append(self.headers.get("Authorization", ""))
        status, answer = self._answer()
        content = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        if "__type" in answer:
            self.send_header("x-amzn-ErrorType", answer["__type"])
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def _answer(self) -> Answer:
        if self.path == "/client/register":
            expires = int(datetime.now(UTC).timestamp()) + 7_776_000
            return 200, {"clientId": "id", "clientSecret": "secret", "clientSecretExpiresAt": expires}
        if self.path == "/device_authorization":
            return 200, {
                "deviceCode": "device",
                "userCode": "ABCD-EFGH",
                "verificationUri": "https://device.example.org/",
                "verificationUriComplete": "https://device.example.org/?user_code=ABCD-EFGH",
                "expiresIn": 600,
                "interval": 0,
            }
        return self.tokens.pop(0)

    def log_message(self, *_args: object) -> None:
        """Log nothing."""


@pytest.fixture
def oidc(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Oidc]]:
    """The service, and a home folder with an AWS configuration."""
    handler = type("OneTestsOidc", (Oidc,), {"tokens": [TOKEN], "asked": [], "headers_seen": []})
    server = HTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    (tmp_path / "aws-config").write_text(CONFIGURATION)
    for name, value in {
        "HOME": str(tmp_path),
        "AWS_CONFIG_FILE": str(tmp_path / "aws-config"),
        "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "none"),
        "AWS_ENDPOINT_URL_SSO_OIDC": f"http://127.0.0.1:{server.server_port}",
    }.items():
        monkeypatch.setenv(name, value)
    yield handler
    server.shutdown()
    server.server_close()


@pytest.fixture
def academy(rollcall: CommandLine, oidc: type[Oidc]) -> CommandLine:
    """A command line whose context signs in with an sso-session."""
    assert oidc
    rollcall("context", "add", "prod", "--region", "eu-north-1", "--profile", "academy")
    return rollcall


def cached(key: str) -> Path:
    return Path.home() / ".aws" / "sso" / "cache" / f"{hashlib.sha1(key.encode()).hexdigest()}.json"  # noqa: S324 - as AWS's tools name it


def test_login__prints_url_and_code_and_stores_the_token(academy: CommandLine, oidc: type[Oidc]) -> None:
    """Under the session's name, readable only by its owner; nothing on stdout, nothing signed."""
    oidc.tokens[:] = [PENDING, PENDING, TOKEN]

    ran = academy("login")

    assert (ran.code, ran.out) == (0, "")
    assert "https://device.example.org/?user_code=ABCD-EFGH" in ran.err
    assert "ABCD-EFGH" in ran.err
    assert "Signed in until " in ran.err
    assert stat.S_IMODE(cached("academy").stat().st_mode) == 0o600
    assert [path.name for path in cached("academy").parent.iterdir()] == [cached("academy").name]
    assert json.loads(cached("academy").read_text())["refreshToken"] == "refresh"
    assert oidc.asked[0] == (
        "/client/register",
        {"clientName": "rollcall", "clientType": "public", "scopes": ["sso:account:access"]},
    )
    assert oidc.asked[1][1]["startUrl"] == START_URL
    assert [asked[1]["grantType"] for asked in oidc.asked[2:]] == [DEVICE_CODE] * 3
    assert set(oidc.headers_seen) == {""}


def test_token__is_accepted_and_renewed_by_the_sdk(academy: CommandLine, oidc: type[Oidc]) -> None:
    """`aws` and boto3 use it: now as it is, near its end with the refresh token."""
    oidc.tokens[:] = [TOKEN, (200, {"accessToken": "renewed", "expiresIn": 28800})]
    academy("login")

    def told(at: datetime) -> Any:
        session = botocore.session.Session(profile="academy")
        cache = JSONFileCache(str(cached("academy").parent), dumps_func=lambda obj: json.dumps(obj, default=str))
        provider = SSOTokenProvider(session, cache=cache, time_fetcher=lambda: at, profile_name="academy")
        return provider.load_token().get_frozen_token().token

    now = datetime.now(UTC)
    assert told(now) == "access"
    assert told(now + timedelta(hours=7, minutes=50)) == "renewed"
    assert oidc.asked[-1][1]["grantType"] == "refresh_token"


def test_login__of_an_older_profile_is_stored_by_its_url(rollcall: CommandLine, oidc: type[Oidc]) -> None:
    """A profile without a session has no scopes, and its key is the start URL."""
    oidc.tokens[:] = [(200, {"accessToken": "access", "expiresIn": 3600})]
    rollcall("context", "add", "prod", "--region", "eu-north-1", "--profile", "legacy")

    assert rollcall("login").code == 0
    token = json.loads(cached(START_URL).read_text())
    assert (token["accessToken"], token["startUrl"], token["region"]) == ("access", START_URL, "eu-north-1")
    assert datetime.strptime(token["expiresAt"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC) > datetime.now(UTC)
    assert "scopes" not in oidc.asked[0][1]


@pytest.mark.parametrize(
    ("profile", "message"),
    [
        ("keys", "is not set up for IAM Identity Center"),
        ("lost", "names the sso-session 'nowhere'"),
        ("nobody", "has no profile 'nobody'"),
    ],
)
def test_login__of_a_profile_without_sso_says_what_to_add(
    rollcall: CommandLine, oidc: type[Oidc], profile: str, message: str
) -> None:
    """Exit code 4, and no request is sent."""
    rollcall("context", "add", "prod", "--region", "eu-north-1", "--profile", profile)

    ran = rollcall("login")

    assert ran.code == 4
    assert message in ran.err
    assert f"aws configure sso --profile {profile}" in ran.err
    assert oidc.asked == []


@pytest.mark.parametrize(
    ("code", "message"),
    [("AccessDeniedException", "refused in the browser"), ("ExpiredTokenException", "The sign-in was not confirmed")],
)
def test_login__refused_or_too_late_stores_nothing(
    academy: CommandLine, oidc: type[Oidc], code: str, message: str
) -> None:
    """Exit code 4."""
    oidc.tokens[:] = [error(code)]

    ran = academy("login")

    assert ran.code == 4
    assert message in ran.err
    assert not cached("academy").parent.exists()


class Clock:
    """A clock that moves only when somebody sleeps."""

    def __init__(self) -> None:
        self.at = datetime(2026, 3, 1, tzinfo=UTC)
        self.slept: list[float] = []

    def now(self) -> datetime:
        return self.at

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.at += timedelta(seconds=seconds)


def flow(clock: Clock, *, sleep: Callable[[float], None] | None = None) -> datetime:
    sign_in = read_sign_in("academy")
    return sign_in_by_device(sign_in, oidc_client(sign_in), lambda _: None, now=clock.now, sleep=sleep or clock.sleep)


def test_wait__grows_each_time_the_service_asks(oidc: type[Oidc]) -> None:
    """Five more seconds (RFC 8628)."""
    oidc.tokens[:] = [PENDING, error("SlowDownException"), PENDING, error("SlowDownException"), TOKEN]
    clock = Clock()

    until = flow(clock)

    assert clock.slept == [0, 0, 5, 5, 10]
    assert until == clock.at + timedelta(seconds=28800)


def test_wait__ends_with_the_code(oidc: type[Oidc]) -> None:
    """Even if the service never says so."""
    oidc.tokens[:] = [error("SlowDownException"), *[PENDING] * 200]
    clock = Clock()

    with pytest.raises(CliError, match="The sign-in was not confirmed") as caught:
        flow(clock)
    assert caught.value.exit_code is ExitCode.CREDENTIALS
    assert 600 <= sum(clock.slept) <= 605


def test_interrupted__keeps_the_older_token(oidc: type[Oidc]) -> None:
    """Ctrl-C while waiting changes nothing."""
    cached("academy").parent.mkdir(parents=True)
    cached("academy").write_text("older")
    oidc.tokens[:] = [PENDING]

    def interrupted(_seconds: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        flow(Clock(), sleep=interrupted)
    assert cached("academy").read_text() == "older"
    assert [path.name for path in cached("academy").parent.iterdir()] == [cached("academy").name]


@pytest.mark.parametrize(("typed", "opened"), [("", 1), (None, 0)])
def test_browser__opens_only_on_a_terminal_and_on_request(academy: CommandLine, typed: str | None, opened: int) -> None:
    """Never in a pipeline, and never unasked."""
    urls: list[str] = []

    class Browser(webbrowser.BaseBrowser):
        def open(self, url: str, new: int = 0, autoraise: bool = True) -> bool:  # noqa: FBT001, FBT002 - as the base has it
            del new, autoraise
            urls.append(url)
            return True

    webbrowser.register("tests", None, Browser(), preferred=True)
    try:
        assert academy("login", "--browser", typed=typed).code == 0
    finally:
        webbrowser._tryorder.remove("tests")

    assert len(urls) == opened


@pytest.mark.parametrize("line", guide.beyond("rollcall login"))
def test_guide__commands_run(academy: CommandLine, line: str) -> None:
    """Each line of the staff guide runs."""
    assert academy(*line.split()[1:]).code == 0
    assert cached("academy").exists()


def test_login__of_a_local_context_has_nothing_to_do(rollcall_local: CommandLine) -> None:
    """It is no mistake, and sends nothing."""
    ran = rollcall_local("login")

    assert (ran.code, ran.out) == (0, "")
    assert "nothing to sign in to" in ran.err


def test_login__without_a_network_is_reported(academy: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    """One message says that nobody answers."""
    monkeypatch.setenv("AWS_ENDPOINT_URL_SSO_OIDC", "http://127.0.0.1:1")
    monkeypatch.setattr("botocore.endpoint.time.sleep", lambda _: None)

    ran = academy("login")

    assert ran.code == 1
    assert "cannot be reached" in ran.err
