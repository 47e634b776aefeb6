"""Reading a request: its form, language and answers, and what is refused before any service sees it."""

from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambda_handlers.http_request import MOST_BYTES, RequestError, read_answers, read_request

JSON = {"content-type": "application/json"}
FORM = {"content-type": "application/x-www-form-urlencoded"}


def answers_of(body: str, headers: dict[str, str] = JSON, **event: Any) -> dict[str, object]:
    return read_answers(read_request({"httpMethod": "POST", "headers": headers, "body": body, **event}))


def refusal_of(body: str, headers: dict[str, str] = JSON, **event: Any) -> tuple[int, str]:
    with pytest.raises(RequestError) as caught:
        answers_of(body, headers, **event)
    return caught.value.status, caught.value.code


@pytest.mark.parametrize(
    ("path", "form"),
    [("/registration", "registration"), ("/v1/contact/", "contact"), ("/", ""), ("", "")],
)
def test_form__is_the_last_part_of_the_path(path: str, form: str) -> None:
    assert read_request({"path": path}).form == form


def test_read_request__reads_an_empty_event_as_empty() -> None:
    request = read_request({"headers": None, "queryStringParameters": None, "requestContext": None, "body": None})

    assert (request.method, request.body, request.id, request.media_type) == ("", "", "", "")
    assert request.idempotency_key is None


def test_requested_language__is_the_querys_before_the_browsers() -> None:
    headers = {"Accept-Language": "de, en;q=0.5"}

    assert read_request({"headers": headers}).requested_language == "de, en;q=0.5"
    assert read_request({"headers": headers, "queryStringParameters": {"lang": "sv"}}).requested_language == "sv"


@pytest.mark.parametrize(
    ("content_type", "accept", "from_page"),
    [
        ("application/x-www-form-urlencoded", "text/html,application/xhtml+xml,*/*;q=0.8", True),
        ("application/x-www-form-urlencoded; charset=UTF-8", "*/*", True),
        ("application/x-www-form-urlencoded", None, True),
        ("application/x-www-form-urlencoded", "application/json", False),
        ("application/json", "text/html", False),
    ],
)
def test_from_page__only_a_plain_form_post(content_type: str, accept: str | None, *, from_page: bool) -> None:
    headers = {"content-type": content_type} | ({"Accept": accept} if accept else {})

    assert read_request({"headers": headers}).from_page is from_page


def test_json__is_accepted_as_sent() -> None:
    assert answers_of('{"name": "Åsa 漢 \\ud83e\\udd16", "ok": true, "days": ["mon", "tue"], "age": 9}') == {
        "name": "Åsa 漢 🤖",
        "ok": True,
        "days": ["mon", "tue"],
        "age": 9,
    }


@pytest.mark.parametrize(
    "content_type",
    [
        "application/json; charset=utf-8; x=y",
        'application/json;x=y;charset="utf-8" ; z',
        "application/json; profile=a",
        "application/json;",
    ],
)
def test_json__other_parameters_of_its_type_are_ignored(content_type: str) -> None:
    assert answers_of("{}", {"content-type": content_type}) == {}


def test_json__in_another_charset__is_415() -> None:
    assert refusal_of("{}", {"content-type": "application/json; x=y; charset=latin1; z=1"})[0] == 415


def test_json__accepts_its_header_in_any_case_and_with_charset() -> None:
    assert answers_of("{}", {"CONTENT-TYPE": "Application/JSON; Charset=UTF-8"}) == {}


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{",
        "[]",
        '"text"',
        "null",
        '{"a": 1, "a": 2}',
        '{"a": {"b": {"c": 1}}}',
        '{"a": [[["x"]]]}',
        '{"a": NaN}',
        '{"a": Infinity}',
        '{"a": 1e999}',
        '{"a": "\\ud800"}',
        '{"\\udc00": "a"}',
        '{"a": ["\\udfff"]}',
        "[" * 20_000,
        '{"a":' * 5_000 + "1" + "}" * 5_000,
        '{"a": ' + "9" * 10_000 + "}",
        json.dumps({f"field{number}": 1 for number in range(201)}),
    ],
)
def test_json__that_is_not_an_object_of_answers__is_refused(body: str) -> None:
    assert refusal_of(body) == (400, "malformed_json")


def test_form__a_repeated_name_makes_a_list() -> None:
    body = "name=%C3%85sa+%26+co&days=mon&days=tue&days=wed&empty="

    assert answers_of(body, FORM) == {"name": "Åsa & co", "days": ["mon", "tue", "wed"], "empty": ""}


@pytest.mark.parametrize("body", ["name=%ff", "&".join(f"f{number}=1" for number in range(201))])
def test_form__in_another_format__is_refused(body: str) -> None:
    assert refusal_of(body, FORM) == (400, "malformed_form")


@given(st.dictionaries(st.text(min_size=1), st.text(), max_size=20))
def test_form__reads_back_what_a_browser_sends(fields: dict[str, str]) -> None:
    encoded = urlencode(fields)

    assert answers_of(encoded, FORM) == fields
    assert answers_of(base64.b64encode(encoded.encode()).decode(), FORM, isBase64Encoded=True) == fields


@given(st.text())
def test_read_answers__reads_or_refuses_any_body(body: str) -> None:
    for headers in (JSON, FORM):
        for encoded in (True, False):
            try:
                answers = answers_of(body, headers, isBase64Encoded=encoded)
            except RequestError as error:
                assert error.status in (400, 413)  # noqa: PT017 - either outcome is right, neither is expected
            else:
                assert isinstance(answers, dict)


@pytest.mark.parametrize(
    "content_type", ["", "text/plain", "multipart/form-data; boundary=x", "application/xml", "application/json5"]
)
def test_read_answers__another_type__is_415(content_type: str) -> None:
    assert refusal_of("{}", {"content-type": content_type}) == (415, "unsupported_media_type")


def test_read_answers__another_charset__is_415() -> None:
    assert refusal_of("{}", {"content-type": "application/json; charset=latin-1"}) == (415, "unsupported_charset")


@pytest.mark.parametrize("encoded", [True, False])
def test_read_answers__more_than_32_kib__is_413(*, encoded: bool) -> None:
    def sent(size: int) -> str:
        body = '{"a":"' + "x" * (size - 8) + '"}'
        return base64.b64encode(body.encode()).decode() if encoded else body

    assert answers_of(sent(MOST_BYTES), isBase64Encoded=encoded)
    assert refusal_of(sent(MOST_BYTES + 1), isBase64Encoded=encoded) == (413, "body_too_large")


def test_read_answers__counts_bytes_not_letters() -> None:
    assert refusal_of('{"a":"' + "å" * (MOST_BYTES // 2) + '"}') == (413, "body_too_large")


@pytest.mark.parametrize("body", ["not base64!", "/w==", "eyJh"])
def test_read_answers__an_undecodable_body__is_400(body: str) -> None:
    assert refusal_of(body, isBase64Encoded=True)[0] == 400


def test_read_answers__anything_but_a_post__is_405() -> None:
    assert refusal_of("{}", httpMethod="GET") == (405, "method_not_allowed")
