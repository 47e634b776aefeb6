"""A registrant's own page: what it shows, what it does, what it says when a link leads nowhere."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import timedelta
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest
from contract.fakes import CountedRandomness, GivenForms, PlainSigner, StoppedClock
from contract.managed_fake import InMemoryManagedRepository

from lambda_handlers.log import Log
from lambda_handlers.my import MyFunction
from lambda_handlers.my_pages import MyPages
from lambda_handlers.package import site_parts
from registration_core.adapters.form_files import load_form
from registration_core.adapters.signing import MY, TokenSigner
from registration_core.adapters.signing_keys import SecretSigner, parse_keys
from registration_core.domain.errors import StorageUnavailableError
from registration_core.domain.policies import Verification
from registration_core.domain.submission import Status
from registration_core.domain.validation import example_submission
from registration_core.services.manage import ManageService
from registration_core.services.own_entry import OwnEntryService
from registration_core.services.submit import SubmitService

if TYPE_CHECKING:
    from registration_core.domain.submission import Submission

ROOT = Path(__file__).resolve().parents[3]
SITE = "https://courses.example.org"
SECRET = "0123456789abcdef0123456789abcdef"
NEWER = "fedcba9876543210fedcba9876543210"
VERIFIED = replace(load_form(ROOT / "forms", "registration"), verification=Verification(48))
CONTACT = load_form(ROOT / "forms", "contact")


class Secrets:
    """Secrets Manager, with one secret."""

    def __init__(self) -> None:
        self.text: str | None = SECRET

    def get_secret_value(self, *, SecretId: str) -> dict[str, Any]:  # noqa: N803 - boto3's name
        assert SecretId == "rollcall/test/signing-key"
        return {"SecretString": self.text}


class Desk:
    """The function over a table in memory, and people with links."""

    def __init__(self, site_dir: Path) -> None:
        self.clock = StoppedClock()
        self.table = InMemoryManagedRepository(clock=self.clock, randomness=CountedRandomness("table"))
        self.secrets = Secrets()
        forms, randomness = GivenForms(VERIFIED, CONTACT), CountedRandomness("desk")
        self.submit = SubmitService(
            repository=self.table, signer=PlainSigner(), clock=self.clock, randomness=randomness
        )
        manage = ManageService(forms=forms, repository=self.table, clock=self.clock, randomness=randomness)
        self.function = MyFunction(
            OwnEntryService(forms=forms, repository=self.table, manage=manage),
            MyPages(str(site_dir), site_url=SITE),
            SecretSigner(self.secrets, "rollcall/test/signing-key", clock=self.clock),
            clock=self.clock,
            site_url=SITE,
            log=Log("links"),
        )

    def enter(self, form: Any = VERIFIED, **answers: Any) -> Submission:
        given = {**example_submission(form), "email": f"{len(self.table.entries)}@example.org", **answers}
        return self.table.get(self.submit.submit(form, given, key=None, language="en").id)

    def token(self, entry: Submission, *, purpose: str = MY, life: timedelta = timedelta(days=1)) -> str:
        signer = TokenSigner(parse_keys(str(self.secrets.text)))
        return signer.sign(entry.id, purpose=purpose, expires_at=self.clock.now() + life)

    def look(self, token: str | None, *, accept: str = "", **query: str) -> Any:
        asked = {**({} if token is None else {"t": token}), **query}
        event = {"httpMethod": "GET", "path": "/my", "queryStringParameters": asked or None}
        return self.function({**event, "headers": {"Accept-Language": accept}})

    def press(self, token: str, action: str, **fields: str) -> Any:
        body = urlencode({"t": token, "action": action, **fields})
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        return self.function({"httpMethod": "POST", "path": "/my", "headers": headers, "body": body})


@pytest.fixture(scope="session")
def site_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The templates and words as they lie in the functions' zip."""
    folder = tmp_path_factory.mktemp("zip")
    for name, content in site_parts(ROOT / "site"):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder / "site"


@pytest.fixture
def desk(site_dir: Path) -> Desk:
    return Desk(site_dir)


def title(answer: dict[str, Any]) -> str:
    found = re.search(r"<h1>(.*?)</h1>", answer["body"], re.DOTALL)
    assert found
    return unescape(found[1])


def buttons(answer: dict[str, Any]) -> list[str]:
    return re.findall(r'name="action" value="(\w+)"', answer["body"])


def test_get__shows_the_entry_and_changes_nothing(desk: Desk) -> None:
    entry = desk.enter()

    answer = desk.look(desk.token(entry))

    assert answer["statusCode"] == 200
    assert title(answer) == "One step left"
    assert "Participant&#39;s name" in answer["body"]
    assert entry.email in answer["body"]
    assert set(buttons(answer)) == {"verify", "cancel", "erase"}
    assert desk.table.get(entry.id) == entry


def test_get__is_kept_by_nobody_and_loads_nothing_but_the_site_s_style(desk: Desk) -> None:
    headers = desk.look(desk.token(desk.enter()))["headers"]

    assert headers["Cache-Control"] == "no-store"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Robots-Tag"] == "noindex, nofollow"
    assert headers["X-Content-Type-Options"] == "nosniff"
    policy = headers["Content-Security-Policy"]
    assert {"default-src 'none'", f"style-src {SITE}", "frame-ancestors 'none'"} <= set(policy.split("; "))
    assert "script-src" not in policy


def test_get__escapes_what_a_visitor_wrote(desk: Desk) -> None:
    answer = desk.look(desk.token(desk.enter(participant='<script>alert("{{ 7*7 }}")</script>')))

    assert "<script" not in answer["body"]
    assert "&lt;script&gt;alert(&#34;{{ 7*7 }}&#34;)&lt;/script&gt;" in answer["body"]


def test_verify__confirms_and_leads_back_to_the_entry(desk: Desk) -> None:
    entry = desk.enter()
    token = desk.token(entry)

    for _ in range(2):  # a replay is harmless
        answer = desk.press(token, "verify")
        assert answer["statusCode"] == 303
        assert answer["headers"]["Location"] == f"my?t={token}&lang=en"

    assert desk.table.get(entry.id).status is Status.CONFIRMED
    shown = desk.look(token)
    assert title(shown) == "You have a place"
    assert set(buttons(shown)) == {"cancel", "erase"}


@pytest.mark.parametrize("action", ["cancel", "erase"])
def test_final_action__is_asked_about_once_more(desk: Desk, action: str) -> None:
    entry = desk.enter()

    asked = desk.press(desk.token(entry), action)

    assert asked["statusCode"] == 200
    assert title(asked).endswith("?")
    assert 'name="confirm" value="yes"' in asked["body"]
    assert buttons(asked) == [action]
    assert desk.table.get(entry.id) == entry


def test_cancel__frees_the_seat_once(desk: Desk) -> None:
    entry = desk.enter()
    token = desk.token(entry)

    for _ in range(2):
        assert desk.press(token, "cancel", confirm="yes")["statusCode"] == 303

    assert desk.table.get(entry.id).status is Status.CANCELLED
    assert desk.table.get(entry.id).version == 2
    shown = desk.look(token)
    assert title(shown) == "The registration is cancelled"
    assert f'href="{SITE}/registration"' in shown["body"]
    assert buttons(shown) == ["erase"]
    assert title(desk.press(token, "cancel")) == "The registration is cancelled"


def test_erase__leaves_nothing_of_the_registrant_even_on_the_page(desk: Desk) -> None:
    entry = desk.enter()
    token = desk.token(entry)

    for answer in (desk.press(token, "erase", confirm="yes"), desk.look(token), desk.press(token, "erase")):
        assert answer["statusCode"] == 200
        assert title(answer) == "Everything is erased"
        assert entry.email not in answer["body"]
        assert str(entry.answers["participant"]) not in answer["body"]
        assert buttons(answer) == []
    assert desk.table.get(entry.id).status is Status.ERASED


@pytest.mark.parametrize("action", ["verify", "cancel"])
def test_action__on_an_erased_entry__says_that_it_cannot_be_done(desk: Desk, action: str) -> None:
    token = desk.token(desk.enter())
    desk.press(token, "erase", confirm="yes")

    answer = desk.press(token, action, confirm="yes")

    assert (answer["statusCode"], title(answer)) == (409, "This can't be done any more")


def test_waiting__tells_the_rank_and_the_ticket(desk: Desk) -> None:
    places = VERIFIED.capacities()["first-robot"]
    entries = [desk.enter(course="first-robot", participant=f"Child {number}") for number in range(places + 3)]
    desk.press(desk.token(entries[-3]), "cancel", confirm="yes")

    shown = desk.look(desk.token(entries[-1]))
    asked = desk.press(desk.token(entries[-1]), "cancel")

    assert title(shown) == "You are on the waiting list"
    assert "You are number 2 in the queue" in shown["body"]
    assert "Your ticket is number 3." in shown["body"]
    assert title(asked) == "Leave the queue?"


def test_message__speaks_of_no_place(desk: Desk) -> None:
    token = desk.token(desk.enter(CONTACT))

    assert title(desk.look(token)) == "We have it"
    assert title(desk.press(token, "cancel")) == "Take it back?"
    desk.press(token, "cancel", confirm="yes")
    assert title(desk.look(token)) == "Taken back"


def test_lapsed__says_why(desk: Desk) -> None:
    entry = desk.enter()
    desk.table.change(entry, replace(entry, status=Status.CANCELLED, version=2), what="lapsed", by="system")

    assert title(desk.look(desk.token(entry))) == "The time to confirm has run out"


def test_language__is_the_entry_s_unless_another_is_asked_for(desk: Desk) -> None:
    token = desk.token(desk.enter())

    assert '<html lang="en">' in desk.look(token, accept="sv")["body"]
    swedish = desk.look(token, lang="sv")
    assert '<html lang="sv">' in swedish["body"]
    assert "Deltagarens namn" in swedish["body"]
    assert desk.press(token, "verify", lang="sv")["headers"]["Location"].endswith("&lang=sv")
    assert '<html lang="en">' in desk.look(token, lang="xx")["body"]
    assert '<html lang="sv">' in desk.look("nonsense", accept="sv-SE,sv;q=0.9")["body"]


def test_link__that_leads_nowhere__is_told_with_a_next_step(desk: Desk) -> None:
    entry = desk.enter()
    forged = TokenSigner(parse_keys(NEWER)).sign(entry.id, purpose=MY, expires_at=desk.clock.now() + timedelta(days=1))
    gone = desk.token(replace(entry, id="reg_01K4C7Q3ZJ8M5R2V9XTB6WYHDN"))

    for token, status, said in (
        (None, 403, "This link isn't whole"),
        ("", 403, "This link isn't whole"),
        ("x" * 5000, 403, "This link isn't whole"),
        (desk.token(entry)[:-3], 403, "This link isn't whole"),
        (forged, 403, "This link isn't whole"),
        (desk.token(entry, purpose="other"), 403, "This link isn't whole"),
        (desk.token(entry, life=timedelta(0)), 410, "This link has expired"),
        (gone, 410, "There is nothing here any more"),
    ):
        answer = desk.look(token)
        assert (answer["statusCode"], title(answer)) == (status, said)
        assert "mailto:" in answer["body"]
        if token:
            assert token not in answer["body"]
            assert desk.press(token, "cancel", confirm="yes")["statusCode"] == status
    assert desk.table.get(entry.id) == entry


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"body": "t=%FF"}, 400),
        ({"body": "t=a&action=verify&" + "x" * 40_000}, 413),
        ({"headers": {"Content-Type": "application/json"}, "body": "{}"}, 415),
    ],
)
def test_post__that_is_no_button__changes_nothing(desk: Desk, change: dict[str, Any], status: int) -> None:
    event = {"httpMethod": "POST", "path": "/my", "headers": {"Content-Type": "application/x-www-form-urlencoded"}}

    answer = desk.function({**event, **change})

    assert (answer["statusCode"], title(answer)) == (status, "We didn't understand that")


@pytest.mark.parametrize("fields", [{"action": "promote"}, {"action": ""}])
def test_post__of_another_action__is_refused(desk: Desk, fields: dict[str, str]) -> None:
    assert desk.press(desk.token(desk.enter()), **fields)["statusCode"] == 400


def test_post__with_the_token_twice__is_refused(desk: Desk) -> None:
    token = desk.token(desk.enter())
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    body = f"t={token}&t={token}&action=verify"

    assert desk.function({"httpMethod": "POST", "headers": headers, "body": body})["statusCode"] == 403


def test_keys__a_newer_one_is_found_and_the_older_one_s_links_stay(desk: Desk) -> None:
    old = desk.token(desk.enter())
    assert desk.look(old)["statusCode"] == 200

    desk.secrets.text = json.dumps({"keys": [{"key": NEWER}, {"key": SECRET}]})
    desk.clock.forward(seconds=20)

    assert desk.look(desk.token(desk.enter()))["statusCode"] == 200
    assert desk.look(old)["statusCode"] == 200


def test_storage__that_is_away__says_to_come_again(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(_: str) -> Any:
        raise StorageUnavailableError("away")

    token = desk.token(desk.enter())
    monkeypatch.setattr(desk.table.__class__, "get", lambda _self, entry_id: away(entry_id))

    answer = desk.look(token)

    assert (answer["statusCode"], title(answer)) == (503, "We'll be back in a moment")
    assert answer["headers"]["Retry-After"] == "5"
    assert f'href="my?t={token}&amp;lang=en"' in answer["body"]


def test_log__holds_no_token_and_no_address(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    entry = desk.enter()
    token = desk.token(entry)
    desk.look(token)
    desk.press(token, "cancel", confirm="yes")
    desk.press(token[:-1], "cancel", confirm="yes")

    logged = capsys.readouterr().out

    assert [json.loads(line)["message"] for line in logged.splitlines()] == ["done", "refused"]
    assert token[:20] not in logged
    assert entry.email not in logged


def test_words__are_the_same_in_every_language(site_dir: Path) -> None:
    def keys(said: Any, at: str = "") -> set[str]:
        if isinstance(said, dict):
            return {key for name, inner in said.items() for key in keys(inner, f"{at}.{name}")}
        return {at + "".join(sorted(set(re.findall(r"\{\w+\}", json.dumps(said)))))}

    words = json.loads((site_dir / "words.json").read_text(encoding="utf-8"))

    assert set(words) == {"en", "sv"}
    assert keys(words["en"]["my"]) == keys(words["sv"]["my"])
