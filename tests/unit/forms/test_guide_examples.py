"""The editor's guide's examples of single keys, each added to a form that they fit."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from shipped import ROOT, copied_sources
from workshop import form_file

from registration_core.domain.own_changes import own_changes_of
from registration_core.domain.reminders import reminders_of
from rollcall_build.forms.files import compile_forms

if TYPE_CHECKING:
    from pathlib import Path

    from registration_core.domain.forms import Form
    from rollcall_build.sources import Sources

GUIDE = (ROOT / "docs" / "editor.md").read_text(encoding="utf-8")
OPTIONS_END = '\n[[fields]]\nname = "experience"'


def shown(heading: str) -> str:
    """Return the first example below a heading."""
    return GUIDE.partition(f"\n### {heading}\n")[2].partition("```toml\n")[2].partition("```")[0]


@pytest.fixture
def sources(tmp_path: Path) -> Sources:
    return copied_sources(tmp_path)


def compiled(sources: Sources, *, before: str, added: str) -> Form:
    """Return the example's form for courses with these lines before others. before: empty for the end."""
    file = sources.forms / "registration" / "form.toml"
    text = file.read_text(encoding="utf-8")
    place = text.index(before) if before else len(text)
    file.write_text(f"{text[:place]}\n{added}\n{text[place:]}", encoding="utf-8")
    return compile_forms(sources.forms)["registration"]


def test_example_of_a_group__is_valid(sources: Sources) -> None:
    file = sources.forms / "registration" / "form.toml"
    text = file.read_text(encoding="utf-8")
    file.write_text(re.sub(r"\[\[sections\]\]\n.*\n.*\n", "", text), encoding="utf-8")
    form = compiled(sources, before="[title]", added=shown("Several participants"))
    assert form.group is not None
    assert (form.group.fields, form.group.most) == (("participant", "birth_date", "course"), 6)


def test_example_of_opening_and_closing__is_valid(sources: Sources) -> None:
    field = compiled(sources, before=OPTIONS_END, added=shown("Opening and closing")).field("course")
    assert field is not None
    autumn = field.option("autumn")
    assert autumn is not None
    assert autumn.opens_at is not None
    assert f"{autumn.opens_at:%Y-%m-%d} {autumn.closes_at:%Y-%m-%d}" == "2027-06-01 2027-09-11"


def test_example_of_files__is_valid(sources: Sources) -> None:
    field = compiled(sources, before="", added=shown("Files")).field("portfolio")
    assert field is not None
    assert field.files is not None
    assert (field.files.accept, field.files.max_files) == (("pdf", "jpg", "png"), 3)


def test_example_of_own_changes__is_valid(sources: Sources) -> None:
    (sources.forms / "workshop").mkdir()
    text = form_file().replace("\n[", f"\n{shown('Own changes')}\n[", 1)
    (sources.forms / "workshop" / "form.toml").write_text(text, encoding="utf-8")
    rules = own_changes_of(compile_forms(sources.forms)["workshop"])
    assert rules is not None
    assert rules.fields == ("name", "day")


def test_example_of_reminders__is_the_academys(sources: Sources) -> None:
    assert shown("Reminders") in (sources.forms / "registration" / "form.toml").read_text(encoding="utf-8")
    assert {each.template for each, _ in reminders_of(compile_forms(sources.forms)["registration"])} == {"reminder"}


def test_example_of_a_mail_that_people_may_refuse__is_valid(sources: Sources) -> None:
    mails = sources.forms / "registration" / "mail"
    for language in ("en", "sv"):
        for part in ("subject", "txt", "html"):
            stop = "" if part == "subject" else " {{ unsubscribe_url }}"
            (mails / f"news.{language}.{part}.j2").write_text(f"Our next course{stop}", encoding="utf-8")
    form = compiled(sources, before="[title]", added=shown("Mails that people may refuse"))
    news = form.own_mail("news")
    assert news is not None
    assert news.unsubscribe
