"""Mail templates: which file a mail uses, what each may use, and the error for a mistake in one."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from justhtml import JustHTML
from shipped import ROOT, SOURCES
from unit.core.builders import NOW, a_form, an_entry, words

from registration_core.adapters.mail_values import mail_values
from registration_core.adapters.render import PARTS, JinjaMailRenderer
from registration_core.domain.errors import MailTemplateError
from registration_core.domain.mail import TO_STAFF, MailFacts, MailKind, RenderedMail
from registration_core.domain.submission import Status
from registration_core.services.preview import example_entry
from rollcall_build.forms.files import compile_forms

if TYPE_CHECKING:
    from pathlib import Path

    from registration_core.domain.forms import Form

FORMS = compile_forms(ROOT / "example" / "forms")
RENDERER = JinjaMailRenderer(SOURCES.forms, shared=SOURCES.shared, site_url="https://academy.example")
GUIDE = (ROOT / "docs" / "editor.md").read_text(encoding="utf-8").partition("\n## Mails\n")[2].partition("\n## ")[0]


def facts(kind: MailKind) -> MailFacts:
    return MailFacts(at=NOW, my_url=None if kind in TO_STAFF else "https://api.example/my?t=token")


def write_mail(folder: Path, name: str = "course/mail", kind: str = "confirmed.en", **parts: str) -> JinjaMailRenderer:
    mail = folder / name
    mail.mkdir(parents=True, exist_ok=True)
    for part, text in parts.items():
        (mail / f"{kind}.{part}.j2").write_text(text)
    return JinjaMailRenderer(folder, site_url="https://academy.example")


def render_course(renderer: JinjaMailRenderer, kind: MailKind = MailKind.CONFIRMED, **changes: Any) -> RenderedMail:
    form = a_form()
    return renderer.render(kind, form, an_entry(form, {"name": "Åsa"}, **changes), facts(kind))


WHOLE = dict.fromkeys(PARTS, "whole")


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
def test_render__names_the_template_with_a_mistake(tmp_path: Path, text: str, sentence: str) -> None:
    renderer = write_mail(tmp_path, **{**WHOLE, "txt": text})
    with pytest.raises(MailTemplateError, match="forms/") as error:
        render_course(renderer)
    assert sentence in str(error.value)


def test_render__refuses_my_page_in_a_mail_to_staff(tmp_path: Path) -> None:
    with pytest.raises(MailTemplateError, match="my_url"):
        render_course(write_mail(tmp_path, kind="staff.en", **{**WHOLE, "txt": "{{ my_url }}"}), MailKind.STAFF)


def test_render__names_a_missing_template(tmp_path: Path) -> None:
    with pytest.raises(MailTemplateError, match=r"course/mail/staff\.en\.subject\.j2: there is no such"):
        render_course(write_mail(tmp_path, **WHOLE), MailKind.STAFF)


def test_render__mixes_a_forms_own_parts_with_shared_ones(tmp_path: Path) -> None:
    write_mail(tmp_path, "_mail", **WHOLE)
    mail = render_course(write_mail(tmp_path, subject="own"))
    assert (mail.subject, mail.text, mail.html) == ("own", "whole\n", "whole")


def test_render__keeps_a_mail_in_one_language(tmp_path: Path) -> None:
    write_mail(tmp_path, **dict.fromkeys(PARTS, "{{ language }} {{ form.title }}"))
    renderer = write_mail(tmp_path, kind="confirmed.sv", txt="svenska")
    mail = render_course(renderer, language="sv")
    assert {mail.subject, mail.text.strip(), mail.html} == {"en Course"}, "Swedish lacks two parts"
    write_mail(tmp_path, kind="confirmed.sv", subject="{{ language }}", html="{{ form.title }}")
    mail = render_course(renderer, language="sv")
    assert (mail.subject, mail.text, mail.html) == ("sv", "svenska\n", "Course (sv)")


def test_render__writes_to_staff_in_the_forms_first_language() -> None:
    """The mail says which language the visitor used."""
    form = FORMS["registration"]
    entry = example_entry(form, Status.CONFIRMED, "sv", NOW)
    assert "Language: sv" in RENDERER.render(MailKind.STAFF, form, entry, facts(MailKind.STAFF)).text
    swedish = replace(form, languages=("sv", "en"), title=words("Kurs"))
    assert "Språk: sv" in RENDERER.render(MailKind.STAFF, swedish, entry, facts(MailKind.STAFF)).text


@pytest.mark.parametrize(
    "path", sorted((ROOT / "example" / "forms").glob("*/mail/*.j2")), ids=lambda path: str(path.name)
)
def test_templates__all_belong_to_a_mail_kind(path: Path) -> None:
    kind, language, part, _ = path.name.split(".")
    form = FORMS[path.parents[1].name]
    assert kind in [*MailKind, *(mail.name for mail in form.mails)]
    assert language in FORMS[path.parents[1].name].languages
    assert part in PARTS


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
@pytest.mark.parametrize("kind", MailKind)
def test_html__of_every_mail_is_valid(form: Form, kind: MailKind) -> None:
    for language in form.languages:
        mail = RENDERER.render(kind, form, example_entry(form, Status.CONFIRMED, language, NOW), facts(kind))
        assert [error.message for error in JustHTML(mail.html, collect_errors=True, sanitize=False).errors] == []


def test_guide__lists_exactly_the_values_of_templates() -> None:
    entry = example_entry(FORMS["registration"], Status.PENDING, "en", NOW)
    values = mail_values(
        FORMS["registration"],
        entry,
        facts(MailKind.VERIFY),
        site_url="https://x",
        form_path="/f",
        language="en",
        proven=False,
    )
    parts = {f"{name}.{part}" for name in ("form", "option") for part in values.pop(name)}  # type: ignore[attr-defined]
    table = GUIDE.partition("| name | is |")[2].partition("\n\n")[0]
    named = {name for row in table.splitlines() for name in re.findall(r"`([^`]+)`", row.split(" | ")[0])}
    assert named == set(values) | parts | {"set.room", "proven"}


def test_guide__names_every_kind_of_mail_and_every_block() -> None:
    assert set(re.findall(r"^\| `(\w+)` \| (?:the registrant|everyone in `staff`) \|", GUIDE, re.MULTILINE)) == set(
        MailKind
    )
    for part in ("txt", "html"):
        layout = (SOURCES.shared / "_mail" / f"layout.{part}.j2").read_text(encoding="utf-8")
        named = re.search(r"The blocks, in the order of a mail: (.*?)\.\sA\s", GUIDE, re.DOTALL)
        assert named is not None
        assert re.findall(r"{% block (\w+) %}", layout) == re.findall(r"`(\w+)`", named[1])


def test_guide__shows_a_template_that_works(tmp_path: Path) -> None:
    own_templates = tmp_path / "registration" / "mail"
    own_templates.mkdir(parents=True)
    (own_templates / "confirmed.en.txt.j2").write_text(GUIDE.split("```\n")[1], encoding="utf-8")
    entry = example_entry(FORMS["registration"], Status.CONFIRMED, "en", NOW)
    renderer = JinjaMailRenderer(tmp_path, shared=SOURCES.shared, site_url="https://academy.example")
    text = renderer.render(MailKind.CONFIRMED, FORMS["registration"], entry, facts(MailKind.CONFIRMED)).text
    assert "Welcome! We look forward to building together in Line followers." in text
    assert "What you sent" in text


@pytest.mark.parametrize("form", FORMS.values(), ids=list(FORMS))
@pytest.mark.parametrize("language", ["en", "sv"])
def test_message__shows_what_staff_wrote(form: Form, language: str) -> None:
    """It has paragraphs and working links, escapes HTML, and repeats no answers."""
    entry = example_entry(form, Status.CONFIRMED, language, NOW)
    values = {"subject": "No <lesson>", "text": "Hello,\n\nclosed <today>.\nSee https://example.org/rooms"}

    mail = RENDERER.render(
        "message", form, entry, MailFacts(at=NOW, my_url="https://api.example/my?t=t", values=values)
    )

    assert mail.subject == "No <lesson>"
    assert values["text"] in mail.text
    assert "No &lt;lesson&gt;</h1>" in mail.html
    assert 'closed &lt;today&gt;.\nSee <a href="https://example.org/rooms"' in mail.html
    assert "https://api.example/my?t=t" in mail.html
    for answer in entry.answers.values():
        if isinstance(answer, str) and answer not in (entry.option, entry.email) and len(answer) > 6:
            assert answer not in mail.text
