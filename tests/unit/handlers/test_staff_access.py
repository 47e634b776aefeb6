"""Who may call the staff API."""

from __future__ import annotations

import json
from typing import Any

import pytest
from contract.fakes import START
from unit.handlers.staff_office import ARN, MANAGER, READER, SITE, Answer, StaffOffice, claims

from lambda_handlers import staff
from registration_core.domain.errors import SettingsError, StorageUnavailableError
from registration_core.domain.records import iso
from registration_core.settings import StaffSettings

ENVIRON = {
    "STACK": "test",
    "TABLE": "t",
    "STAFF_AUTH": "cognito",
    "STAFF_CLIENTS": "desk,cli",
    "ALLOWED_ORIGINS": SITE,
    "MAIL_QUEUE_URL": "https://queue.example.org/mail",
    "EXPORTS_BUCKET": "exports",
}


@pytest.mark.parametrize(("who", "role"), [(MANAGER, "manager"), (READER, "reader")])
def test_me__names_the_caller(who: str, role: str) -> None:
    """It also has the server's time, so that the desk notices a wrong clock."""
    answer = StaffOffice().get("/staff/me", who=who)
    assert answer.status == 200
    assert answer.json == {"name": who, "role": role, "stack": "test", "now": iso(START)}


def test_me__with_iam_names_the_principal() -> None:
    assert StaffOffice("iam").get("/staff/me", who=ARN).json["name"] == ARN


@pytest.mark.parametrize(
    "changes",
    [
        {"token_use": "id"},
        {"token_use": None},
        {"client_id": "another"},
        {"client_id": ""},
        {"username": None},
        {"username": ""},
    ],
    ids=str,
)
def test_staff__refuses_other_tokens(changes: dict[str, Any]) -> None:
    """Only access tokens of the desk's own client count, whatever the gateway lets through."""
    refused = refusal({"authorizer": {"claims": claims(MANAGER, **changes)}})
    assert (refused.status, refused.json["code"]) == (401, "not_signed_in")


@pytest.mark.parametrize(
    "context", [{}, {"authorizer": None}, {"authorizer": {}}, {"authorizer": {"claims": None}}], ids=str
)
@pytest.mark.parametrize("auth", ["cognito", "iam"])
def test_staff__refuses_callers_without_a_sign_in(auth: str, context: dict[str, Any]) -> None:
    refused = refusal(context, auth)
    assert (refused.status, refused.json["code"]) == (401, "not_signed_in")


def test_staff__takes_no_iam_caller_for_cognitos() -> None:
    """A signed request gets no further in a stack whose staff sign in with Cognito, nor a token in one with IAM."""
    assert refusal({"identity": {"userArn": ARN}}).status == 401
    assert refusal({"authorizer": {"claims": claims(MANAGER)}, "identity": {"userArn": None}}, "iam").status == 401


@pytest.mark.parametrize("groups", [None, "", "guests", "managers-of-nothing", [], ["guests"]], ids=str)
def test_staff__refuses_accounts_in_no_group(groups: Any) -> None:
    refused = refusal({"authorizer": {"claims": claims(MANAGER, **{"cognito:groups": groups})}})
    assert (refused.status, refused.json["code"]) == (403, "not_staff")


@pytest.mark.parametrize("groups", ["readers,managers", "guests, managers", ["managers"]], ids=str)
def test_staff__reads_several_groups(groups: Any) -> None:
    """Whoever is in both groups is a manager."""
    office = StaffOffice()
    context = {"authorizer": {"claims": claims(MANAGER, **{"cognito:groups": groups})}}
    assert Answer(office.function(office.event("GET", "/staff/me", context=context))).json["role"] == "manager"


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_staff__lets_readers_only_read(method: str) -> None:
    """Whatever the path."""
    for path in ("/staff/me", "/staff/nothing", "/staff/submissions/K7QM-3XTP/labels/paid"):
        answer = StaffOffice().call(method, path, who=READER)
        assert (answer.status, answer.json["code"]) == (403, "readers_only_read"), path


def test_staff__answers_unknown_paths_with_404() -> None:
    office = StaffOffice()
    for path in ("/staff/nothing", "/staff/", "/staff", "/staff/me/", "/staff/submissions//", "/elsewhere"):
        assert (office.get(path).status, office.get(path).json["code"]) == (404, "not_found"), path


def test_staff__names_the_methods_of_a_path() -> None:
    answer = StaffOffice().call("POST", "/staff/me")
    assert (answer.status, answer.headers["Allow"], answer.json["detail"]) == (405, "GET", "Use GET here.")


def test_staff__refuses_an_unknown_parameter() -> None:
    """A filter with a slip in its name must not show everything."""
    answer = StaffOffice().get("/staff/me?stauts=spam")
    assert (answer.status, answer.json["code"]) == (400, "invalid_parameter")
    assert answer.json["detail"] == 'There is no parameter "stauts" here. There are: lang.'


def test_staff__lets_only_the_desk_read_its_answers() -> None:
    """Every answer, refusals too, may be read by the site's scripts and is stored nowhere."""
    office = StaffOffice()
    for answer in (office.get("/staff/me"), office.get("/staff/nothing"), refusal({})):
        assert answer.headers["Access-Control-Allow-Origin"] == SITE
        assert answer.headers["Access-Control-Expose-Headers"] == "ETag, Retry-After"
        assert answer.headers["Cache-Control"] == "no-store"
    elsewhere = office.function(
        office.event("GET", "/staff/me", context={}, headers={"Origin": "https://evil.example.org"})
    )
    assert "Access-Control-Allow-Origin" not in elsewhere["headers"]


def test_staff__says_when_to_try_again() -> None:
    """While the table can't be reached."""
    office = StaffOffice(failure=StorageUnavailableError("reading failed", retry_after_s=3))
    answer = office.get("/staff/submissions/reg_01JD9Z3V8Q4X2M7N5R6T1WKBCE")
    assert (answer.status, answer.json["code"], answer.headers["Retry-After"]) == (503, "storage_unavailable", "3")


def test_staff__hides_what_went_wrong_inside(capsys: pytest.CaptureFixture[str]) -> None:
    """The log has the error's type and place, and the response neither."""
    office = StaffOffice(failure=ZeroDivisionError("Åsa's answer"))
    answer = office.get("/staff/submissions/reg_01JD9Z3V8Q4X2M7N5R6T1WKBCE")
    assert (answer.status, answer.json["code"]) == (500, "internal_error")
    logged = capsys.readouterr().out
    assert "ZeroDivisionError" in logged
    assert "Åsa" not in logged + str(answer.raw)


def test_handler__reports_a_missing_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    """The desk can read that response too."""
    for name in ENVIRON:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("ALLOWED_ORIGINS", SITE)
    staff._function.cache_clear()
    answer = staff.handler({"headers": {"origin": SITE}}, None)
    assert answer["statusCode"] == 500
    assert answer["headers"]["Access-Control-Allow-Origin"] == SITE
    assert json.loads(answer["body"])["code"] == "internal_error"


def test_settings__are_checked() -> None:
    assert StaffSettings.from_mapping(ENVIRON).staff_clients == ("desk", "cli")
    assert StaffSettings.from_mapping(ENVIRON | {"STAFF_AUTH": "iam", "STAFF_CLIENTS": ""}).staff_clients == ()
    with pytest.raises(SettingsError, match='STAFF_AUTH is "basic"; use cognito or iam'):
        StaffSettings.from_mapping(ENVIRON | {"STAFF_AUTH": "basic"})


def refusal(context: dict[str, Any], auth: str = "cognito") -> Answer:
    """Ask who calls, with this request context."""
    office = StaffOffice(auth)
    return Answer(office.function(office.event("GET", "/staff/me", context=context)))
