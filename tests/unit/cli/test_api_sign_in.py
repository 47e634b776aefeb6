"""Who calls the staff API: kept sign-ins and their renewal, signatures, and contexts that say where it is."""

from __future__ import annotations

import base64
import json
import stat
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

import pytest
from botocore_judge import signed_by_botocore
from hypothesis import given
from hypothesis import strategies as st
from unit.cli.fakes import DESCRIPTION, CommandLine

from admin_cli.errors import CliError
from admin_cli.stack import Desk
from admin_cli.staff_api.api import Api
from admin_cli.staff_api.credentials import KeptSignIn, Signed, SignedIn
from admin_cli.staff_api.sign_in import SignInPages, Tokens
from admin_cli.staff_api.transport import Answer, http_transport
from registration_core.adapters.dynamodb.sigv4 import Credentials

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

PAGES = SignInPages("https://login.example.org", "3k7n2m8q")
NAME = "ada@example.org"
_PAYLOAD = base64.urlsafe_b64encode(json.dumps({"username": NAME}).encode()).rstrip(b"=").decode()
ACCESS = f"x.{_PAYLOAD}.y"
TOKENS = Tokens(ACCESS, "refresh-1", 1_000.0)
API = ("--url", "https://api.example.org", "--sign-in-url", PAGES.url, "--client-id", PAGES.client_id)


class SignInServer:
    """The sign-in pages' endpoints for tokens. ended: whether the sign-in has ended there."""

    def __init__(self, *, ended: bool = False) -> None:
        self.ended = ended
        self.asked: list[tuple[str, dict[str, str]]] = []

    def __call__(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None = None) -> Answer:
        assert (method, headers["Content-Type"]) == ("POST", "application/x-www-form-urlencoded")
        self.asked.append((url, dict(parse_qsl((body or b"").decode()))))
        if self.ended:
            return Answer(400, {}, b'{"error":"invalid_grant"}')
        return Answer(200, {}, json.dumps({"access_token": "new.token.x", "expires_in": 600}).encode())


@pytest.fixture
def kept(tmp_path: Path) -> KeptSignIn:
    file = KeptSignIn(tmp_path / "sign-ins" / "prod.json")
    file.write(PAGES, TOKENS)
    return file


def test_kept_sign_in__is_private_and_for_its_pages_only(kept: KeptSignIn) -> None:
    """A context that now leads elsewhere sends nobody an old token."""
    assert stat.S_IMODE(kept.path.stat().st_mode) == 0o600
    assert kept.read(PAGES) == TOKENS
    assert kept.read(replace(PAGES, url="https://login.example.com")) is None
    assert TOKENS.name == NAME


@pytest.mark.parametrize("content", ["", "{", "[]", '{"tokens": {}}', '{"tokens": {"access": 1}, "pages": {}}'])
def test_damaged_sign_in__counts_as_none(kept: KeptSignIn, content: str) -> None:
    kept.path.write_text(content, encoding="utf-8")
    assert kept.read(PAGES) is None


def test_token_that_lasts__is_sent_as_it_is(kept: KeptSignIn) -> None:
    server = SignInServer()
    assert SignedIn(PAGES, kept, server, now=lambda: 900.0).headers("GET", "https://x", None) == {
        "Authorization": f"Bearer {ACCESS}"
    }
    assert server.asked == []


def test_token_about_to_expire__is_renewed_and_kept(kept: KeptSignIn) -> None:
    """The next command needs no new one."""
    server = SignInServer()
    signed_in = SignedIn(PAGES, kept, server, now=lambda: 980.0)
    assert signed_in.headers("GET", "https://x", None) == {"Authorization": "Bearer new.token.x"}
    form = {"client_id": PAGES.client_id, "grant_type": "refresh_token", "refresh_token": "refresh-1"}
    assert server.asked == [(f"{PAGES.url}/oauth2/token", form)]
    now_kept = kept.read(PAGES)
    assert now_kept is not None
    assert (now_kept.access, now_kept.refresh) == ("new.token.x", "refresh-1")


def test_sign_in_that_ended__is_forgotten(kept: KeptSignIn) -> None:
    signed_in = SignedIn(PAGES, kept, SignInServer(ended=True), now=lambda: 5_000.0)
    with pytest.raises(CliError, match=r"Your sign-in has ended\.") as error:
        signed_in.headers("GET", "https://x", None)
    assert error.value.hint == "Sign in: rollcall login"
    assert not kept.path.exists()


def test_token_that_the_api_refuses__is_renewed_once(kept: KeptSignIn) -> None:
    """A user pool may end a sign-in early."""
    seen = []

    def transport(_method: str, url: str, headers: Mapping[str, str], _body: bytes | None = None) -> Answer:
        if url.startswith(PAGES.url):
            return SignInServer()("POST", url, headers)
        seen.append(headers["Authorization"])
        return Answer(401, {}, b"{}") if len(seen) == 1 else Answer(200, {}, b'{"name": "ada"}')

    signed_in = SignedIn(PAGES, kept, transport, now=lambda: 0.0)
    api = Api("https://api.example.org", signed_in, transport, say=pytest.fail, sleep=pytest.fail)
    assert api.get("me") == {"name": "ada"}
    assert seen == [f"Bearer {ACCESS}", "Bearer new.token.x"]


@given(
    method=st.sampled_from(["GET", "PUT", "DELETE"]),
    parts=st.lists(st.text("aZ0 /åß%+~._-&=", min_size=3, max_size=6), min_size=1, max_size=3),
    query=st.dictionaries(st.sampled_from(["q", "form", "since"]), st.text("aZ0 å%+&=:,~", min_size=1, max_size=6)),
    body=st.none() | st.just({"text": "Åsa"}),
)
def test_signature__is_what_botocore_makes(
    method: str, parts: list[str], query: dict[str, str], body: dict[str, str] | None
) -> None:
    """Whatever is in the path and in the query."""
    sent: list[tuple[str, Mapping[str, str], bytes | None]] = []

    def transport(_method: str, url: str, headers: Mapping[str, str], body: bytes | None = None) -> Answer:
        sent.append((url, headers, body))
        return Answer(200, {}, b"{}")

    signed = Signed(lambda: Credentials("AKIDEXAMPLE", "secret", "session"), "eu-north-1")
    api = Api("https://api.example.org/v1", signed, transport, say=pytest.fail, sleep=pytest.fail)
    api._call(method, parts, query, body)
    ((url, headers, content),) = sent
    lower = {name.lower(): value for name, value in headers.items() if name.lower() != "content-type"}
    path = url.removeprefix("https://api.example.org")
    by_botocore = signed_by_botocore(
        "https://api.example.org", lower, content or b"", {"AKIDEXAMPLE": "secret"}, method=method, path=path
    )
    assert lower["authorization"] == by_botocore["authorization"]


@pytest.mark.parametrize("url", ["http://api.example.org/v1", "ftp://api.example.org", "file:///etc/passwd"])
def test_door__sends_nothing_in_the_clear(url: str) -> None:
    with pytest.raises(CliError, match="is not an https address"):
        http_transport("GET", url, {"Authorization": "Bearer x"})


def test_context__keeps_where_the_api_is(rollcall: CommandLine) -> None:
    """With --via api or only --url; commands then go through the API without being told."""
    assert rollcall("context", "add", "prod", "--region", "eu-north-1", "--via", "api", *API).code == 0
    shown = json.loads(rollcall("context", "show", "--json", "via,url,sign_in_url,client_id").out)
    assert shown == {
        "via": "api",
        "url": "https://api.example.org",
        "sign_in_url": PAGES.url,
        "client_id": PAGES.client_id,
    }
    assert rollcall("context", "add", "other", "--region", "eu-north-1", *API).code == 0
    assert [each.via for each in rollcall.contexts.read().entries.values()] == ["api", "api"]


@pytest.mark.parametrize(
    ("words", "way"),
    [
        (["--context", "prod"], "api"),
        (["--context", "prod", "--via", "aws"], None),
        (["--context", "dev"], None),
        (["--context", "dev", "--via=api"], "api"),
    ],
)
def test_way_to_the_stack__is_the_options_or_the_contexts(
    rollcall: CommandLine, words: list[str], way: str | None
) -> None:
    rollcall("context", "add", "prod", "--region", "eu-north-1", *API)
    rollcall("context", "add", "dev", "--region", "eu-north-1")
    rollcall("quota", "list", *words)
    assert [context.via for context in rollcall.connected] == [way]


def test_variable__chooses_the_way(rollcall_local: CommandLine) -> None:
    """The option comes before it."""
    rollcall_local.environ["ROLLCALL_VIA"] = "api"
    rollcall_local("quota", "list")
    rollcall_local("quota", "list", "--via", "aws")
    rollcall_local.environ["ROLLCALL_VIA"] = "carrier-pigeon"
    ran = rollcall_local("quota", "list")
    assert [context.via for context in rollcall_local.connected] == ["api", None]
    assert (ran.code, ran.err) == (2, "error: There is no way 'carrier-pigeon' to a stack. Use api or aws.\n")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--url", "http://api.example.org"), "is not an https address"),
        (("--url", "https://api.example.org", "--client-id", "x"), "--sign-in-url and --client-id go together."),
        (("--sign-in-url", PAGES.url, "--client-id", "x"), "Add its address with --url."),
        (("--via", "pigeon"), "There is no way 'pigeon' to a stack. Use api or aws."),
    ],
)
def test_context_that_cannot_be__is_refused(rollcall: CommandLine, words: tuple[str, ...], says: str) -> None:
    ran = rollcall("context", "add", "prod", "--region", "eu-north-1", *words)
    assert ran.code == 2
    assert says in ran.err


def test_share__prints_the_command_that_adds_it(rollcall_local: CommandLine) -> None:
    """Whoever runs it has the same staff API, whatever its stack is called here."""
    desk = Desk("cognito", "eu-north-1_x", PAGES.client_id, PAGES.url)
    rollcall_local.description = replace(DESCRIPTION, api_url="https://api.example.org", desk=desk)
    command = rollcall_local("context", "share").out
    assert command == (
        "rollcall context add local --stack local --region eu-north-1 --via api --url https://api.example.org "
        f"--sign-in-url {PAGES.url} --client-id {PAGES.client_id}\n"
    )
    assert rollcall_local(*command.split()[1:]).code == 0
    assert rollcall_local("context", "share").out == command


def test_stack_without_a_staff_api__says_what_to_do(rollcall_local: CommandLine) -> None:
    ran = rollcall_local("context", "share")
    assert ran.code == 3
    assert ran.err == (
        "error: The stack local has no staff API.\nIts operator can add one: docs/options.md, staff_auth.\n"
    )


def test_removed_context__leaves_no_sign_in(rollcall: CommandLine) -> None:
    rollcall("context", "add", "prod", "--region", "eu-north-1", *API)
    kept = KeptSignIn(rollcall.contexts.path.parent / "sign-ins" / "prod.json")
    kept.write(PAGES, TOKENS)
    assert rollcall("context", "remove", "prod").code == 0
    assert not kept.path.exists()


def test_logout__without_a_sign_in(rollcall: CommandLine) -> None:
    rollcall("context", "add", "prod", "--region", "eu-north-1", *API)
    assert rollcall("logout").err == "You are not signed in.\n"
    assert "To sign out of AWS: aws sso logout" in rollcall("logout", "--via", "aws").err
