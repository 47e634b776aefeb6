"""A form's own mails: found, compiled into the form, and checked before anybody waits for one."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from shipped import SOURCES

from registration_core.adapters.clock import SystemClock
from registration_core.domain.errors import FormFileError
from registration_core.domain.forms import Form, OwnMail
from rollcall_build.forms.files import compile_forms
from rollcall_build.mails.checks import check_mails

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def forms_dir(tmp_path: Path) -> Path:
    """A copy of the clone's forms that a test may change."""
    shutil.copytree(ROOT / "example" / "forms", tmp_path / "forms")
    return tmp_path / "forms"


def write(forms_dir: Path, name: str, **parts: str) -> None:
    for part, text in parts.items():
        (forms_dir / "registration" / "mail" / f"{name}.{part}.j2").write_text(text, encoding="utf-8")


def mark(forms_dir: Path, name: str, line: str = "unsubscribe = true") -> None:
    file = forms_dir / "registration" / "form.toml"
    file.write_text(f"{file.read_text(encoding='utf-8')}\n[mails.{name}]\n{line}\n", encoding="utf-8")


def own(forms_dir: Path) -> tuple[OwnMail, ...]:
    return compile_forms(forms_dir)["registration"].mails


def problems(forms_dir: Path) -> list[str]:
    try:
        check_mails(forms_dir, compile_forms(forms_dir), shared=SOURCES.shared, clock=SystemClock())
    except FormFileError as error:
        return list(error.problems)
    return []


def test_form__knows_its_own_mails_and_their_values(forms_dir: Path) -> None:
    write(
        forms_dir,
        "bring.en",
        subject="{{ set.what }}",
        txt="set.nothing {% if set.why %}{{ set.why | upper }}{% endif %}",
        html="{{ set.what }}",
    )
    bring, moved, reminder = own(forms_dir)
    assert (bring.name, bring.languages, bring.needs) == ("bring", ("en",), ("what", "why"))
    assert (moved.name, moved.languages, moved.needs) == ("moved", ("en", "sv"), ("room",))
    assert (reminder.name, reminder.languages, reminder.needs) == ("reminder", ("en", "sv"), ())
    assert compile_forms(forms_dir)["contact"].mails == ()


def test_form__keeps_its_own_mails_when_it_is_stored(forms_dir: Path) -> None:
    form = compile_forms(forms_dir)["registration"]
    assert Form.from_dict(form.to_dict()) == form
    assert form.own_mail("moved") == form.mails[0]
    assert form.own_mail("confirmed") is None


def test_form__another_wording_is_another_version(forms_dir: Path) -> None:
    before = compile_forms(forms_dir)
    write(forms_dir, "moved.en", subject="Another")
    write(forms_dir, "confirmed.en", subject="Another")
    after = compile_forms(forms_dir)
    assert before["registration"].version != after["registration"].version
    assert before["contact"] == after["contact"]


def test_check__finds_nothing_wrong_in_shipped_forms(forms_dir: Path) -> None:
    assert problems(forms_dir) == []


@pytest.mark.parametrize(
    ("name", "parts", "message"),
    [
        ("bring.en", {"txt": "x"}, "forms/registration/mail/bring.en.subject.j2 is missing"),
        ("bring.sv", {"subject": "x", "txt": "x", "html": "x"}, "bring.en.txt.j2 is missing"),
        ("bring.fr", {"subject": "x", "txt": "x", "html": "x"}, 'bring.fr.*: the form has no language "fr".'),
        ("bring.en", {"subject": "x", "txt": "{{ nmae }}", "html": "x"}, "bring.en.txt.j2: 'nmae' is undefined"),
        ("bring.en", {"subject": "x", "txt": "{{ set['a'] }}", "html": "x"}, "bring.en.txt.j2: 'dict object' has no"),
        ("confrimed.en", {"subject": "x", "txt": "x", "html": "x"}, "call it confirmed, or give your own mail"),
        (
            "bring.en",
            {"subject": "x", "txt": "{% if status == 'waitlisted' %}{{ no }}{% endif %}", "html": "x"},
            "'no' is undefined",
        ),
    ],
)
def test_check__names_what_is_wrong(forms_dir: Path, name: str, parts: dict[str, str], message: str) -> None:
    write(forms_dir, name, **parts)
    if name == "bring.fr":
        write(forms_dir, "bring.en", **parts)
    assert message in "\n".join(problems(forms_dir))


def test_marked_mail__must_say_how_to_stop_it(forms_dir: Path) -> None:
    write(forms_dir, "news.en", subject="News", txt="Stop: {{ unsubscribe_url }}", html="<p>News</p>")
    mark(forms_dir, "news")

    (found,) = problems(forms_dir)

    assert [mail.name for mail in own(forms_dir) if mail.unsubscribe] == ["news"]
    assert found.startswith("forms/registration/mail/news.en.html.j2: the form file says unsubscribe = true, so write")


def test_unmarked_mail__has_no_link_that_stops_it(forms_dir: Path) -> None:
    write(forms_dir, "news.en", subject="News", txt="Stop: {{ unsubscribe_url }}", html="<p>News</p>")
    assert any("unsubscribe_url" in each for each in problems(forms_dir))


@pytest.mark.parametrize(
    ("name", "line", "problem"),
    [
        ("remindr", "unsubscribe = true", '"remindr" is not a mail of this form (did you mean "reminder"?); its own'),
        ("confirmed", "unsubscribe = true", "\"confirmed\" is one of Rollcall's mails; only a mail of the form's own"),
        ("message", "unsubscribe = true", '"message" is one of Rollcall\'s mails'),
        ("moved", 'unsubscribe = "yes"', '"unsubscribe" must be true or false, not "yes"'),
        ("moved", "stop = true", 'key "stop" is unknown for a mail; use one of unsubscribe'),
    ],
)
def test_mark__with_a_mistake_is_named(forms_dir: Path, name: str, line: str, problem: str) -> None:
    mark(forms_dir, name, line)
    with pytest.raises(FormFileError) as error:
        compile_forms(forms_dir)
    (found,) = error.value.problems
    assert problem in found
