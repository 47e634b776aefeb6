"""A third form needs only its form file: no Python, no template, no words of its own."""

from __future__ import annotations

import json
import zipfile
from typing import TYPE_CHECKING

import pytest
from contract.fakes import StoppedClock
from unit.core.builders import NOW, TODAY
from workshop import sources_with_workshop

from registration_core.adapters.render import JinjaMailRenderer
from registration_core.domain.forms import Form
from registration_core.domain.mail import TO_STAFF, MailKind
from registration_core.domain.validation import example_submission, validate
from registration_core.services.preview import PreviewService
from rollcall_build.forms.files import compile_forms
from rollcall_build.openapi import document
from rollcall_build.package import build_package
from rollcall_build.site.build import build

if TYPE_CHECKING:
    from pathlib import Path

    from rollcall_build.sources import Sources


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Sources:
    return sources_with_workshop(tmp_path_factory.mktemp("third") / "clone")


@pytest.fixture(scope="module")
def workshop(sources: Sources) -> Form:
    return compile_forms(sources.forms)["workshop"]


def test_third_form__accepts_its_own_example(workshop: Form) -> None:
    answers = validate(workshop, example_submission(workshop, today=TODAY), "sv", today=TODAY)
    assert answers.keys() == {"name", "email", "day", "birth_date"}


def test_third_form__has_a_page_that_the_others_link_to(sources: Sources, tmp_path: Path) -> None:
    site = build(sources, api_url="https://api.example/v1", site_url="https://site.example", out=tmp_path / "site")
    pages = {file.key: file.body.decode() for file in site.files if file.key in ("workshop", "index.html")}
    assert 'action="https://api.example/v1/workshop?lang=en"' in pages["workshop"]
    assert 'name="day" value="saturday"' in pages["workshop"]
    assert ">Soldering workshop</a>" in pages["index.html"]


@pytest.mark.parametrize("language", ["en", "sv"])
@pytest.mark.parametrize("kind", MailKind)
def test_third_form__mails_with_the_shared_words(
    sources: Sources, workshop: Form, kind: MailKind, language: str
) -> None:
    renderer = JinjaMailRenderer(sources.forms, shared=sources.shared, site_url="https://site.example")
    preview = PreviewService(renderer=renderer, clock=StoppedClock(NOW), my_url="https://api.example/v1/my?t=token")
    mail = preview.preview(kind, workshop, language=language)
    title = workshop.title.in_language("en" if kind in TO_STAFF else language)
    assert title in mail.subject + mail.text
    assert title in mail.html
    with_file = (MailKind.CONFIRMED, MailKind.PROMOTED, MailKind.CHANGED, MailKind.CANCELLED)
    assert bool(mail.attachments) == (kind in with_file)


def test_third_form__is_in_the_functions_zip(sources: Sources, workshop: Form, tmp_path: Path) -> None:
    build_package(sources, tmp_path / "package.zip")
    with zipfile.ZipFile(tmp_path / "package.zip") as package:
        compiled = json.loads(package.read("forms/workshop.json"))
    assert Form.from_dict(compiled) == workshop


def test_third_form__names_the_columns_of_its_export(workshop: Form) -> None:
    columns = workshop.columns()
    assert list(columns) == ["name", "email", "day", "birth_date"]
    assert [label.in_language("sv") for label in columns.values()] == ["Namn", "E-post", "Vilken dag?", "Födelsedatum"]


def test_third_form__is_described_to_programs(sources: Sources) -> None:
    described = document(compile_forms(sources.forms))
    assert "post" in described["paths"]["/workshop"]
    assert described["components"]["schemas"]["workshop-answers"]["required"] == ["name", "email", "day"]
