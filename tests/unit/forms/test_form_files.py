"""Form files: what they mean, and errors that name the place and what is allowed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from organisation import organisation
from unit.core.builders import TODAY

from registration_core.domain.errors import FormFileError
from registration_core.domain.fields import FieldType
from registration_core.domain.forms import Form
from registration_core.domain.validation import example_submission, validate
from rollcall_build.forms import groups, options, rules, sections, webhooks
from rollcall_build.forms.fields import COMMON, OWN
from rollcall_build.forms.files import KEYS, TAKEN, compile_forms

ROOT = Path(__file__).resolve().parents[3]

HEAD = """
id_prefix = "crs"
title = "Course"
retention_days = 30
"""
NAME = """
[[fields]]
name = "name"
type = "text"
label = "Name"
required = true
"""
EMAIL = """
[[fields]]
name = "email"
type = "email"
label = "E-mail"
required = true
"""

GOOD = HEAD + EMAIL


def write(folder: Path, text: str, name: str = "course") -> Path:
    (folder / "forms" / name).mkdir(parents=True, exist_ok=True)
    (folder / "forms" / name / "form.toml").write_text(text, encoding="utf-8")
    return folder / "forms"


def problems(folder: Path, text: str) -> list[str]:
    with pytest.raises(FormFileError) as error:
        compile_forms(write(folder, text))
    return list(error.value.problems)


def a_field(kind: str, *lines: str) -> str:
    return "\n".join(["", "[[fields]]", 'name = "it"', f'type = "{kind}"', 'label = "It"', *lines, ""])


@pytest.mark.parametrize(
    ("kind", "lines", "stored"),
    [
        ("text", (), True),
        ("text", ("draft = false",), False),
        ("textarea", (), False),
        ("textarea", ("draft = true",), True),
        ("consent", (), False),
    ],
)
def test_draft__follows_the_file_or_else_the_type(
    tmp_path: Path, kind: str, lines: tuple[str, ...], *, stored: bool
) -> None:
    """Browsers keep long texts only if the form file asks for it, and consents never."""
    form = compile_forms(write(tmp_path, GOOD + a_field(kind, *lines)))["course"]
    [compiled] = (field for field in Form.from_dict(form.to_dict()).fields if field.name == "it")
    assert compiled.kept_in_draft is stored


SECTIONS = """
[[sections]]
title = "You"
begins_with = "name"

[[sections]]
title = "Where we write"
begins_with = "email"
"""


def test_sections__divide_the_fields_in_order(tmp_path: Path) -> None:
    """Each section holds the fields up to the next section's, in a compiled form too."""
    text = HEAD + SECTIONS + NAME + EMAIL + a_field("text")
    form = Form.from_dict(compile_forms(write(tmp_path, text))["course"].to_dict())
    parts = [
        (str(section.title) if section else "", [field.name for field in fields]) for section, fields in form.parted()
    ]
    assert parts == [("You", ["name"]), ("Where we write", ["email", "it"])]


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        (
            'begins_with = "name"',
            'begins_with = "nmae"',
            'section number 1: begins_with "nmae" is unknown (did you mean',
        ),
        ('begins_with = "email"', 'begins_with = "name"', 'two sections begin with "name"'),
        ('title = "You"\n', "", 'section number 1: "title" is missing'),
        ('title = "You"', 'title = "You"\nfields = ["name"]', 'key "fields" is unknown for a section'),
        ('begins_with = "name"', 'begins_with = "it"', 'the first section must begin with the first field, "name"'),
    ],
)
def test_sections__report_what_is_wrong(tmp_path: Path, before: str, after: str, message: str) -> None:
    """A section that begins nowhere, twice or out of order is named, with what is allowed."""
    text = HEAD + SECTIONS.replace(before, after, 1) + NAME + EMAIL + a_field("text")
    assert any(message in problem for problem in problems(tmp_path, text)), problems(tmp_path, text)


def test_compile_forms__reads_a_form_and_gives_it_a_version(tmp_path: Path) -> None:
    forms = compile_forms(write(tmp_path, HEAD + NAME + EMAIL))
    form = forms["course"]
    assert (form.email_field, form.languages, len(form.version)) == ("email", ("en",), 12)
    assert [field.name for field in form.fields] == ["name", "email"]
    assert form.fields[0].max_length == 200


def test_compile_forms__changes_the_version_only_with_content(tmp_path: Path) -> None:
    first = compile_forms(write(tmp_path, HEAD + NAME + EMAIL))["course"].version
    assert compile_forms(write(tmp_path, "# a remark\n" + HEAD + NAME + EMAIL))["course"].version == first
    assert compile_forms(write(tmp_path, HEAD + NAME.replace('"Name"', '"Names"') + EMAIL))["course"].version != first


def test_from_dict__reads_what_to_dict_wrote() -> None:
    for form in compile_forms(ROOT / "example" / "forms").values():
        assert Form.from_dict(json.loads(json.dumps(form.to_dict()))) == form


def test_the_academys_forms__accept_their_own_examples() -> None:
    for form in compile_forms(ROOT / "example" / "forms").values():
        answers = validate(form, example_submission(form), "sv", today=TODAY)
        assert answers.keys() == {field.name for field in form.fields}


def test_forms_of_tests__use_every_type_of_field(tmp_path: Path) -> None:
    """The academy's, and what only some organisations ask for."""
    forms = compile_forms(organisation(tmp_path / "academy").forms)
    assert {field.type for form in forms.values() for field in form.fields} == set(FieldType)


def test_compile_forms__skips_folders_without_a_form(tmp_path: Path) -> None:
    forms = write(tmp_path, HEAD + EMAIL)
    (forms / "_mail").mkdir()
    assert list(compile_forms(forms)) == ["course"]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (GOOD + a_field("int"), 'field "it": type "int" is unknown; use one of text, textarea, email, phone,'),
        (GOOD + a_field("tekst"), 'field "it": type "tekst" is unknown (did you mean "text"?)'),
        (GOOD + a_field("text", "maxlength = 3"), 'key "maxlength" is unknown for type "text" (did you mean "max_l'),
        (GOOD + a_field("text", "options = []"), 'key "options" is unknown for type "text"; use one of name, type'),
        (GOOD + a_field("text", "required = 1"), 'field "it": "required" must be true or false, not 1'),
        (
            GOOD + a_field("consent", "keep_for_next = true"),
            'each person must give their own consent; remove "keep_for',
        ),
        (GOOD + a_field("text", "max_length = 0"), '"max_length" must be a whole number from 1 to 10000, not 0'),
        (GOOD + a_field("text", "min_length = 9", "max_length = 3"), '"min_length" (9) is more than "max_length"'),
        (GOOD + a_field("number", "min = 1.5"), '"min" (1.5) has more digits after the point than "decimals"'),
        (GOOD + a_field("number", "min = 9", "max = 3"), '"min" (9) is more than "max" (3)'),
        (GOOD + a_field("date", 'min = "tomorrow"'), '"min" must be a date such as 2026-06-30, or "today"'),
        (GOOD + a_field("date", 'min = "today"', 'max = "today-1y"'), '"min" (2024-02-29) is more than "max"'),
        (GOOD + a_field("choice"), 'field "it": "options" is missing; it must be a list of one or more tables'),
        (
            GOOD + '[reminders]\ntemplate = "soon"\n',
            '"reminders" must be a list of one or more tables, each below a [[reminders]] of its own, not a table',
        ),
        (
            GOOD + a_field("choice", 'options = [{ value = "a", label = "A" }, { value = "a", label = "B" }]'),
            'field "it": two options have the value "a"',
        ),
        (GOOD + a_field("choice", 'options = [{ value = "A b", label = "A" }]'), 'option "A b": a value must have'),
        (GOOD + a_field("choice", 'options = [{ value = "a" }]'), 'option "a": "label" is missing'),
        (GOOD + a_field("choice", 'options = [{ value = "a", label = "A", seats = 3 }]'), 'key "seats" is unknown'),
        (
            GOOD + a_field("choices", 'options = [{ value = "a", label = "A" }]', "min_choices = 2"),
            '"min_choices" must be a whole number from 1 to 1, not 2',
        ),
        (GOOD + a_field("text", 'autocomplete = "e-mail"'), 'autocomplete "e-mail" is not an HTML token (did you mean'),
        (
            GOOD + a_field("text", 'label = ""').replace('label = "It"\n', ""),
            '"label": "en" must be text in quotes, not an empty',
        ),
        (GOOD + a_field("email", 'example = "robin"'), "the example would be refused: Enter an e-mail"),
        (GOOD + a_field("consent", "draft = true"), '"draft" can\'t be true for type "consent"'),
        (GOOD + a_field("text", 'draft = "no"'), '"draft" must be true or false, not "no"'),
        (GOOD + a_field("date", 'example = "soon"'), 'the example "soon" is not a date'),
        (
            GOOD + a_field("text").replace('"it"', '"It is"'),
            'field "It is": a name must begin with a lowercase',
        ),
        (
            GOOD + a_field("text").replace('"it"', '"status"'),
            'field "status": this name is reserved for the submission',
        ),
        (GOOD + a_field("text").replace('name = "it"\n', ""), 'field number 2: "name" is missing'),
        (GOOD + EMAIL, 'there are two fields named "email"'),
        (HEAD + NAME, 'there is no field with type = "email" and required = true'),
        (
            GOOD + EMAIL.replace('"email"\ntype', '"other"\ntype'),
            '"email_field" is missing; it names the field with the address',
        ),
        (
            HEAD + 'email_field = "name"' + NAME + EMAIL,
            '"email_field" is "name", but must name a required field of type "em',
        ),
        (
            HEAD + 'once = "course"' + EMAIL,
            '"once" is "course", but must name a required field of type "choice"; there is n',
        ),
        (HEAD + "verify = true" + EMAIL, 'key "verify" is unknown for a form'),
        (HEAD + "retention = 3" + EMAIL, 'key "retention" is unknown for a form (did you mean "retention_days"?)'),
        (
            HEAD + 'languages = ["en", "de"]' + EMAIL,
            'language "de" has no words; use en, sv, or copy docs/words.toml to',
        ),
        (HEAD + 'languages = ["sv"]' + EMAIL, '"languages" must include "en"'),
        (
            HEAD + 'languages = ["en", "sv"]' + EMAIL,
            '"title" must be a text per language: { en = "…", sv = "…" }, not "Course"',
        ),
        (
            HEAD.replace('"Course"', '{ en = "Course" }') + 'languages = ["en", "sv"]' + EMAIL,
            '"title": "sv" is missing',
        ),
        (
            HEAD.replace('"Course"', '{ en = "Course", fr = "Cours" }') + EMAIL,
            'key "fr" is unknown for a text of this form',
        ),
        (HEAD.replace("30", "0") + EMAIL, '"retention_days" must be a whole number from 1 to 3660, not 0'),
        (HEAD.replace('"crs"', '"CRS-1"') + EMAIL, '"id_prefix" must be two to eight lowercase letters'),
        (HEAD + 'staff = ["office"]' + EMAIL, '"staff" has "office"; write an e-mail address'),
        (
            HEAD + "opens_at = 2026-01-01T09:00:00" + EMAIL,
            '"opens_at" must be a time with its offset, such as 2026-01-15T09:00:00+01:00, not a time without its o',
        ),
        (
            HEAD + "opens_at = 2026-01-02T09:00:00Z\ncloses_at = 2026-01-01T09:00:00Z" + EMAIL,
            '"closes_at" must come after',
        ),
        (HEAD, '"fields" is missing'),
        ("id_prefix = ", "this is not TOML: "),
    ],
)
def test_compile_forms__names_file_key_and_what_is_allowed(tmp_path: Path, text: str, sentence: str) -> None:
    whole = problems(tmp_path, text)
    relative = [problem.replace("forms/course/form.toml: ", "", 1) for problem in whole]
    assert any(sentence in problem for problem in relative), whole
    assert all(problem.startswith("forms/course/form.toml: ") for problem in whole)


def test_compile_forms__reports_all_mistakes_of_all_files(tmp_path: Path) -> None:
    write(tmp_path, HEAD + a_field("int") + a_field("text", "x = 1"), "one")
    forms = write(tmp_path, "nonsense", "two")
    (forms / "empty").mkdir()
    with pytest.raises(FormFileError) as error:
        compile_forms(forms)
    files = [problem.partition(":")[0] for problem in error.value.problems]
    assert files.count("forms/one/form.toml") == 3
    assert "forms/two/form.toml" in files
    assert "forms/empty/form.toml: this file is missing; every form's folder needs one" in error.value.problems


def test_compile_forms__refuses_two_forms_with_one_prefix(tmp_path: Path) -> None:
    write(tmp_path, HEAD + EMAIL, "one")
    with pytest.raises(FormFileError, match='one, two have the same "id_prefix" "crs"'):
        compile_forms(write(tmp_path, HEAD + EMAIL, "two"))


def test_compile_forms__reports_a_file_that_is_not_utf_8(tmp_path: Path) -> None:
    forms = write(tmp_path, "")
    (forms / "course" / "form.toml").write_bytes(b'title = "\xe5"')
    with pytest.raises(FormFileError, match="this is not UTF-8 text"):
        compile_forms(forms)


@pytest.mark.parametrize("name", sorted(TAKEN))
def test_compile_forms__refuses_an_address_that_is_taken(tmp_path: Path, name: str) -> None:
    with pytest.raises(FormFileError, match=f'a form cannot be called "{name}": .* already .*; rename the folder'):
        compile_forms(write(tmp_path, HEAD + EMAIL, name))


def test_compile_forms__refuses_an_invalid_folder_name(tmp_path: Path) -> None:
    with pytest.raises(FormFileError, match='the folder "My form" cannot be a form'):
        compile_forms(write(tmp_path, HEAD + EMAIL, "My form"))


def test_the_editors_guide__explains_every_key_and_every_type() -> None:
    guide = (ROOT / "docs" / "editor.md").read_text(encoding="utf-8")
    keys = {*KEYS, *COMMON, *sections.KEYS, *options.COMMON, *options.OF_A_CHOICE}
    keys.update(rules.QUOTA, rules.VERIFICATION, rules.SPAM, webhooks.WEBHOOK, groups.KEYS, TAKEN)
    keys.update(key for own_keys in OWN.values() for key in own_keys)
    keys.update(kind.value for kind in FieldType)
    assert {key for key in keys if f"`{key}`" not in guide} == set()


def test_the_editors_guide__shows_a_valid_form_file(tmp_path: Path) -> None:
    guide = (ROOT / "docs" / "editor.md").read_text(encoding="utf-8")
    example = guide.partition("```toml\n")[2].partition("```")[0]
    form = compile_forms(write(tmp_path, example, "workshop"))["workshop"]
    assert validate(form, example_submission(form, today=TODAY), "en", today=TODAY)
    assert form.capacities() == {"saturday": 12, "sunday": 12}
    assert form.verification is not None
