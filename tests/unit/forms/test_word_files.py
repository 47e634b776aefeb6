"""An organisation's own language: what its file of words may say, and errors that name each mistake."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from unit.core.builders import TODAY

from registration_core.domain.errors import FormFileError, InvalidAnswersError
from registration_core.domain.forms import Form
from registration_core.domain.validation import validate
from rollcall_build.forms.files import compile_forms
from rollcall_build.forms.words import TABLES

MODEL = (Path(__file__).resolve().parents[3] / "docs" / "words.toml").read_text(encoding="utf-8")
FORM = """
id_prefix = "crs"
languages = ["en", "de"]
title = { en = "Course", de = "Kurs" }
retention_days = 30
[[fields]]
name = "email"
type = "email"
label = { en = "E-mail", de = "E-Mail" }
required = true
"""
FILE = "forms/_words/de.toml: "


@pytest.fixture
def forms(tmp_path: Path) -> Path:
    folder = tmp_path / "forms"
    for inner in ("_words", "course"):
        (folder / inner).mkdir(parents=True)
    (folder / "course" / "form.toml").write_text(FORM, encoding="utf-8")
    return folder


def write(forms: Path, words: str, language: str = "de") -> None:
    (forms / "_words" / f"{language}.toml").write_text(words, encoding="utf-8")


def problems(forms: Path) -> list[str]:
    with pytest.raises(FormFileError) as error:
        compile_forms(forms)
    return list(error.value.problems)


def test_words__template_matches_the_built_in_words() -> None:
    assert tomllib.loads(MODEL) == TABLES


def test_words__come_with_each_form_in_their_language(forms: Path) -> None:
    write(forms, MODEL.replace("Enter {label}.", "Bitte angeben: {label}."))
    write(forms, MODEL, "fi")
    form = compile_forms(forms)["course"]
    assert form.words.keys() == {"de"}
    assert Form.from_dict(form.to_dict()) == form
    with pytest.raises(InvalidAnswersError) as error:
        validate(form, {}, "de", today=TODAY)
    assert [wrong.message for wrong in error.value.errors] == ["Bitte angeben: E-Mail."]


def test_words__change_the_forms_version(forms: Path) -> None:
    write(forms, MODEL)
    before = compile_forms(forms)["course"].version
    write(forms, MODEL.replace("once", "twice").replace("just now", "now"))
    assert compile_forms(forms)["course"].version != before


def test_words__that_a_form_does_not_use_keep_its_version(forms: Path) -> None:
    (forms / "course" / "form.toml").write_text(FORM.replace('"de"]', '"sv"]').replace("de =", "sv ="), "utf-8")
    before = compile_forms(forms)["course"]
    write(forms, MODEL)
    assert compile_forms(forms)["course"] == before
    assert "words" not in before.to_dict()


def test_words__may_be_only_messages(forms: Path) -> None:
    write(forms, MODEL.partition("[sentences]")[0])
    assert compile_forms(forms)["course"].words["de"].keys() == {"messages"}


def test_words__missing__says_which_file_to_add(forms: Path) -> None:
    (problem,) = problems(forms)
    assert problem.startswith(
        'forms/course/form.toml: language "de" has no words; use en, sv, or copy docs/words.toml '
    )
    assert problem.endswith("to forms/_words/de.toml and translate it")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('required = "', 'requierd = "', '[messages]: key "requierd" is unknown for this table (did you mean "requ'),
        ('required = "', 'requierd = "', '[messages]: "required" is missing; it must be text in quotes'),
        ("entered {length}", "entered {len}", '[messages]: "too_short" must contain {length}, {limit}, as in "Enter'),
        ("entered {length}", "entered {length!r}", '[messages]: "too_short" must contain {length}, {limit}, as in "'),
        ("Enter this on", "Enter { this on", '[messages]: "line_break" must contain nothing in { }, as '),
        ("Enter this on", "Enter {} this on", '[messages]: "line_break" must contain nothing in { }, as'),
        ('"Enter this on one line."', "1", '[messages]: "line_break" must be text in quotes, not 1'),
        ('in_hours = "in {count} hours"', "", '[sentences]: "in_hours" is missing; it must be text in quotes'),
        ('may = "May"', "", '[dates]: "may" is missing; it must be text in quotes'),
        (
            "{day} {month}",
            "{month}",
            '[dates]: "date" must contain {day}, {month}, {year}, as in "{day} {month} {year}"',
        ),
        ("[messages]", "[mesages]", "[messages] is missing; copy it from docs/words.toml and translate it"),
        ("[answers]", "[answer]", 'key "answer" is unknown for a language\'s words (did you mean "answers"?); '),
        ("[answers]", "[answers", "this is not TOML: "),
    ],
)
def test_words__errors_name_file_table_and_key(forms: Path, old: str, new: str, message: str) -> None:
    words = MODEL.replace(old, new)
    assert words != MODEL
    write(forms, words)
    reported = problems(forms)
    assert any(problem.startswith(FILE + message) for problem in reported), reported
    assert not [problem for problem in reported if not problem.startswith(FILE)]


def test_words__for_a_built_in_language_are_refused(forms: Path) -> None:
    write(forms, MODEL)
    write(forms, MODEL, "sv")
    write(forms, MODEL, "deutsch")
    assert problems(forms) == [
        "forms/_words/deutsch.toml: a language's name is two or three lowercase letters, such as de; rename the file",
        "forms/_words/sv.toml: sv is built in; remove this file",
    ]


def test_words__in_another_encoding_are_refused(forms: Path) -> None:
    (forms / "_words" / "de.toml").write_bytes(b"# \xe4")
    assert problems(forms) == [FILE + "this is not UTF-8 text (byte 2); save the file as UTF-8"]
