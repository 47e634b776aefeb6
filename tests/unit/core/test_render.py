"""Mails: complete in text and HTML, safe from what a visitor may write."""

from __future__ import annotations

import html
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit.core.builders import TODAY, a_field, a_form, an_entry

from registration_core.adapters.form_files import compile_forms
from registration_core.adapters.render import JinjaMailRenderer, one_line, shown_answers
from registration_core.domain.errors import MailTemplateError
from registration_core.domain.mail import MailKind
from registration_core.domain.validation import example_submission, validate

ROOT = Path(__file__).resolve().parents[3]
FORMS = compile_forms(ROOT / "forms")
RENDERER = JinjaMailRenderer(ROOT / "forms", site_url="https://academy.example")


def answers(form: str, **changes: object) -> dict[str, Any]:
    return validate(FORMS[form], {**example_submission(FORMS[form]), **changes}, "en", today=TODAY)


@pytest.mark.parametrize("kind", list(MailKind))
@pytest.mark.parametrize("name", list(FORMS))
@pytest.mark.parametrize("language", ["en", "sv"])
def test_render__shows_every_answer_under_its_label_in_both_parts(name: str, kind: MailKind, language: str) -> None:
    form = FORMS[name]
    entry = an_entry(form, answers(name), language=language)
    mail = RENDERER.render(kind, form, entry)
    shown = shown_answers(form, entry)
    assert [answer["name"] for answer in shown] == [field.name for field in form.fields]
    for answer in shown:
        assert answer["label"] in mail.text
        assert answer["value"].replace("\n", "\n    ") in mail.text
        assert html.escape(answer["label"], quote=False).replace("'", "&#39;") in mail.html
        assert html.escape(answer["value"], quote=False).replace("'", "&#39;") in mail.html
    for part in (mail.subject, mail.text, mail.html):
        assert "K7QM-3XTP" in part
    assert "<table" not in mail.html


def test_render__escapes_what_a_visitor_wrote_in_html_and_keeps_it_in_text() -> None:
    evil = '<img src=x onerror="alert(1)">&'
    entry = an_entry(FORMS["contact"], answers("contact", name=evil, message=f"{evil} {{{{ 7 * 7 }}}}"))
    for kind in MailKind:
        mail = RENDERER.render(kind, FORMS["contact"], entry)
        assert "<img" not in mail.html
        assert "&lt;img" in mail.html
        assert evil in mail.text
        assert "{{ 7 * 7 }}" in mail.text
        assert "49" not in mail.html


@given(st.text(max_size=300))
def test_render__makes_a_subject_of_one_line_whatever_the_name(name: str) -> None:
    entry = an_entry(FORMS["contact"], {**answers("contact"), "name": name})
    subject = RENDERER.render(MailKind.STAFF, FORMS["contact"], entry).subject
    assert len(subject.splitlines()) == 1
    assert len(subject) <= 200
    assert not any(letter in "\r\n\0\u202e\u2028" for letter in subject)


def test_one_line__keeps_every_script_and_emoji() -> None:
    assert one_line("  عائشة \u200f\t👩‍🚀\r\nBcc: x\x00 \u202eabc ") == "عائشة \u200f 👩‍🚀 Bcc: x abc"
    assert one_line("x" * 300) == "x" * 199 + "…"


def test_shown_answers__names_options_by_label_and_keeps_what_the_form_asks_no_more() -> None:
    form = a_form(
        a_field("choices", "some"), a_field("consent", "consent"), a_field("date", "day"), a_field("choice", "gone")
    )
    kept = {"some": ["a", "c"], "consent": True, "day": "2015-04-03", "gone": "was", "old": 3, "older": ["x", "y"]}
    shown = {answer["name"]: answer["value"] for answer in shown_answers(form, an_entry(form, kept))}
    assert shown == {
        "some": "A, C", "consent": "Yes", "day": "3 April 2015", "gone": "was", "old": "3", "older": "x, y",
    }  # fmt: skip
    swedish = {answer["name"]: answer["value"] for answer in shown_answers(form, an_entry(form, kept, language="sv"))}
    assert (swedish["consent"], swedish["day"], swedish["some"]) == ("Ja", "2015-04-03", "A (sv), C (sv)")


def write_mail(folder: Path, **parts: str) -> JinjaMailRenderer:
    mail = folder / "course" / "mail"
    mail.mkdir(parents=True)
    for part, text in {"subject": "s", "txt": "t", "html": "h", **parts}.items():
        (mail / f"confirmed.en.{part}.j2").write_text(text)
    return JinjaMailRenderer(folder, site_url="https://academy.example")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("{{ nmae }}", "course/mail/confirmed.en.txt.j2: 'nmae' is undefined"),
        ("{{ answer.nothing }}", "has no attribute 'nothing'"),
        ("one\n{% if %}", "confirmed.en.txt.j2, line 2: "),
        ('{% include "nothing.j2" %}', "nothing.j2"),
        ("{{ 1 // 0 }}", "confirmed.en.txt.j2: "),
        ("{{ name + 1 }}", "confirmed.en.txt.j2: "),
    ],
)
def test_render__names_the_template_that_has_a_mistake(tmp_path: Path, text: str, sentence: str) -> None:
    form = a_form()
    with pytest.raises(MailTemplateError, match="forms/") as error:
        write_mail(tmp_path, txt=text).render(MailKind.CONFIRMED, form, an_entry(form, {"name": "Åsa"}))
    assert sentence in str(error.value)


def test_render__names_a_template_that_is_not_there(tmp_path: Path) -> None:
    form = a_form()
    renderer = write_mail(tmp_path)
    with pytest.raises(MailTemplateError, match=r"course/mail/staff\.sv\.subject\.j2: there is no such"):
        renderer.render(MailKind.STAFF, form, an_entry(form, {"name": "Åsa"}))


def test_render__takes_the_entrys_language_where_there_are_templates_for_it(tmp_path: Path) -> None:
    form = a_form()
    renderer = write_mail(tmp_path, txt="english")
    (tmp_path / "course" / "mail" / "confirmed.sv.txt.j2").write_text("svenska")
    entry = an_entry(form, {"name": "Åsa"}, language="sv")
    assert renderer.render(MailKind.CONFIRMED, form, entry).text == "svenska\n"
