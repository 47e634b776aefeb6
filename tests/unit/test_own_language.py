"""A third language, German: files in an organisation's `forms/` and `site/`, and nothing else."""

from __future__ import annotations

import json
import re
import shutil
import zipfile
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from contract.fakes import StoppedClock
from shipped import ROOT, copied_sources
from unit.core.builders import NOW, TODAY
from unit.handlers.conftest import FakeDescriptions, FakeDoor, FakeSubmitService

from lambda_handlers.log import Log
from lambda_handlers.site_words import SiteWords
from lambda_handlers.submit_function import SubmitFunction
from registration_core.adapters.given_forms import GivenForms
from registration_core.adapters.render import JinjaMailRenderer
from registration_core.domain.dates import date_and_time, span
from registration_core.domain.errors import (
    FieldError,
    FormClosedError,
    InvalidAnswersError,
    RollcallError,
    TooManyRequestsError,
)
from registration_core.domain.forms import Form
from registration_core.domain.mail import MailKind
from registration_core.domain.validation import example_submission, validate
from registration_core.services.preview import PreviewService
from rollcall_build.forms.files import compile_forms
from rollcall_build.forms.time_zones import time_zone
from rollcall_build.mails.checks import check_mails
from rollcall_build.openapi import document
from rollcall_build.package import build_package, site_parts
from rollcall_build.site.build import build

if TYPE_CHECKING:
    from pathlib import Path

    from rollcall_build.sources import Sources

GERMAN = {
    "january": "Januar",
    "saturday": "Samstag",
    "time": "{hour}:{minute}",
    "date": "{day}. {month} {year}",
    "date_and_time": "{date} um {time}",
    "weekday_and_date": "{weekday}, {date}",
    "start": "{date}, {time} Uhr",
    "yes": "Ja",
}


def add_german(sources: Sources) -> None:
    """Write what the guide asks for; most of it is the English with a mark."""
    words = (ROOT / "docs" / "words.toml").read_text(encoding="utf-8")
    words = re.sub(
        r'^(\w+) = "(.*)"$',
        lambda match: f'{match[1]} = "{GERMAN.get(match[1], f"(de) {match[2]}")}"',
        words,
        flags=re.MULTILINE,
    )
    (sources.forms / "_words").mkdir()
    (sources.forms / "_words" / "de.toml").write_text(words, encoding="utf-8")
    for file in sources.forms.glob("*/form.toml"):
        text = file.read_text(encoding="utf-8").replace('languages = ["en", "sv"]', 'languages = ["en", "sv", "de"]')
        text = re.sub(r'^en = "(.*)"$', r'en = "\1"\nde = "\1 (de)"', text, flags=re.MULTILINE)
        text = re.sub(r'\{ en = "((?:[^"\\]|\\.)*)"', r'{ en = "\1", de = "\1 (de)"', text)
        file.write_text(text, encoding="utf-8")
    content = sources.site
    english = (content / "en.toml").read_text(encoding="utf-8")
    (content / "de.toml").write_text(english.replace('name = "English"', 'name = "Deutsch"'), encoding="utf-8")
    shutil.copy(content / "my.en.toml", content / "my.de.toml")
    for file in sources.forms.glob("*/mail/reminder.en.*"):  # a reminder must be in each language
        shutil.copy(file, file.with_name(file.name.replace(".en.", ".de.")))


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Sources:
    copied = copied_sources(tmp_path_factory.mktemp("german") / "clone")
    (copied.root / "packages").symlink_to(ROOT / "packages")
    add_german(copied)
    return copied


@pytest.fixture(scope="module")
def forms(sources: Sources) -> dict[str, Form]:
    return compile_forms(sources.forms)


@pytest.fixture(scope="module")
def words(sources: Sources, tmp_path_factory: pytest.TempPathFactory) -> SiteWords:
    folder = tmp_path_factory.mktemp("german") / "package"
    for name, content in site_parts(sources):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return SiteWords(str(folder / "site"), site_url="https://site.example")


def wrong(form: Form, raw: dict[str, object], language: str = "de") -> list[FieldError]:
    with pytest.raises(InvalidAnswersError) as error:
        validate(form, raw, language, today=TODAY)
    return list(error.value.errors)


def answer_to(
    forms: dict[str, Form], words: SiteWords, error: RollcallError | None, *, body: str = "{}", **headers: str
) -> dict[str, Any]:
    """Post to the registration with checks that raise this error."""
    function = SubmitFunction(
        GivenForms(forms),
        FakeDoor(error),  # type: ignore[arg-type]
        FakeSubmitService(),  # type: ignore[arg-type]
        FakeDescriptions(),  # type: ignore[arg-type]
        allowed_origins=("https://site.example",),
        words=words,
        log=Log("submit"),
        edge_key="",
        uploads=lambda: None,
        begin=lambda: None,
    )
    sent = {"content-type": "application/json", "accept-language": "de-AT, en;q=0.5"}
    sent |= {name.replace("_", "-"): value for name, value in headers.items()}
    context = {"requestId": "r1", "identity": {"sourceIp": "192.0.2.7"}}
    event = {"httpMethod": "POST", "path": "/registration", "headers": sent, "body": body, "requestContext": context}
    return function(event)


def test_own_language__is_used_for_wrong_answers(forms: dict[str, Form]) -> None:
    form = forms["registration"]
    assert validate(form, example_submission(form, today=TODAY), "de", today=TODAY)
    messages = {error.field: error.message for error in wrong(form, {"email": "nope", "other": 1})}
    assert messages["email"] == "(de) Enter an e-mail address, such as name@example.org."
    assert messages["other"] == "(de) This form has no such field."
    assert all("(de)" in sentence for sentence in messages.values())
    assert messages["participant"] == "Enter the participant's name. (de)"
    assert not [error for error in wrong(form, {}, "sv") if "(de)" in error.message]


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (InvalidAnswersError([]), "(de) Some answers are missing or wrong."),
        (
            TooManyRequestsError(retry_after_s=150),
            "(de) We got too many forms from your network. Try again (de) in 3",
        ),
        (
            FormClosedError("closed", at=datetime(2027, 1, 10, 18, tzinfo=UTC)),
            "(de) This form closed on 2027-01-10 at 18:00 (UTC).",
        ),
    ],
)
def test_own_language__is_used_in_the_apis_errors(
    forms: dict[str, Form], words: SiteWords, error: RollcallError, message: str
) -> None:
    assert json.loads(answer_to(forms, words, error)["body"])["detail"].startswith(message)


def test_own_language__is_used_for_unreadable_bodies(forms: dict[str, Form], words: SiteWords) -> None:
    detail = json.loads(answer_to(forms, words, None, body="[")["body"])["detail"]
    assert detail.startswith("(de) The body must be a JSON object")
    swedish = json.loads(answer_to(forms, words, None, body="[", accept_language="sv")["body"])["detail"]
    assert swedish.startswith("Det som skickades är inte")


def test_own_language__is_used_on_the_page_with_errors(forms: dict[str, Form], words: SiteWords) -> None:
    error = InvalidAnswersError(wrong(forms["registration"], {}))
    form_post = {"content_type": "application/x-www-form-urlencoded", "accept": "text/html"}
    page = answer_to(forms, words, error, body="email=nope", **form_post)["body"]
    assert '<html lang="de"' in page
    assert "Enter the participant&#39;s name. (de)" in page
    assert "Register for a course (de)" in page


def test_own_language__is_used_in_the_pages_checks(sources: Sources, tmp_path: Path) -> None:
    site = build(sources, api_url="https://api.example/v1", site_url="https://site.example", out=tmp_path / "site")
    pages = {file.key: file.body.decode() for file in site if file.key.startswith("de/")}
    assert {"de/", "de/registration", "de/contact", "de/thank-you", "de/privacy"} <= pages.keys()
    assert '<html lang="de"' in pages["de/registration"]
    assert "(de) Enter at most 100 characters" in pages["de/registration"]
    assert 'action="https://api.example/v1/registration?lang=de"' in pages["de/registration"]
    assert "Januar 2027" in pages["de/"]


def test_own_language__is_in_the_functions_zip(sources: Sources, forms: dict[str, Form], tmp_path: Path) -> None:
    build_package(sources, tmp_path / "package.zip")
    with zipfile.ZipFile(tmp_path / "package.zip") as package:
        compiled = json.loads(package.read("forms/registration.json"))
    assert compiled["words"]["de"]["messages"]["required"] == "(de) Enter {label}."
    assert Form.from_dict(compiled) == forms["registration"]


def test_own_language__is_offered_to_programs(forms: dict[str, Form]) -> None:
    assert "en, sv, de" in document(forms)["components"]["parameters"]["lang"]["description"]


def test_own_language__formats_dates_its_own_way(forms: dict[str, Form]) -> None:
    start = datetime(2027, 1, 16, 10, tzinfo=UTC)
    words = forms["registration"].words
    assert date_and_time(start, "de", words, time_zone("Europe/Berlin")) == "16. Januar 2027 um 11:00"
    assert span(start, None, "de", words) == "Samstag, 16. Januar 2027, 10:00 Uhr"
    assert span(start, start + timedelta(hours=2), "fi", words) == "2027-01-16, 10:00\N{EN DASH}12:00"


def test_own_language__is_used_in_mails_with_templates(sources: Sources, tmp_path: Path) -> None:
    folder = tmp_path / "forms"
    shutil.copytree(sources.forms, folder)
    (folder / "_mail").mkdir()
    shared = (sources.shared / "_mail").glob("confirmed.en.*")
    for template, to in (
        *((each, folder / "_mail") for each in shared),
        *((each, each.parent) for each in folder.glob("registration/mail/confirmed.en.*")),
    ):
        text = template.read_text(encoding="utf-8").replace("confirmed.en.", "confirmed.de.")
        (to / template.name.replace(".en.", ".de.")).write_text(text, encoding="utf-8")
    forms = compile_forms(folder)
    check_mails(folder, forms, shared=sources.shared, clock=StoppedClock(NOW))
    renderer = JinjaMailRenderer(folder, shared=sources.shared, site_url="https://site.example")
    preview = PreviewService(renderer=renderer, clock=StoppedClock(NOW), my_url="https://api.example/v1/my?t=token")
    mail = preview.preview(MailKind.CONFIRMED, forms["registration"], language="de")
    assert "Samstag, 16. Januar 2027, 10:00 Uhr" in mail.text
    assert "Ja" in mail.text.split()
