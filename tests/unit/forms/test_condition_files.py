"""A form file's `show_when`: what the editor's guide shows, and every mistake."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from shipped import ROOT
from unit.forms.test_form_files import GOOD, problems, write

from registration_core.domain.conditions import Condition
from registration_core.domain.forms import Form
from rollcall_build.forms.files import compile_forms

if TYPE_CHECKING:
    from pathlib import Path

CHOICE = """
[[fields]]
name = "before"
type = "choice"
label = "Before?"
options = [{ value = "some", label = "Some" }, { value = "none", label = "None" }]
"""
QUESTION = '\n[[fields]]\nname = "where"\ntype = "text"\nlabel = "Where?"\n'


def test_guide__shows_a_question_that_depends_on_an_answer(tmp_path: Path) -> None:
    guide = (ROOT / "docs" / "editor.md").read_text(encoding="utf-8")
    section = guide.partition("### Questions that depend on an answer")[2]
    example = section.partition("```toml\n")[2].partition("```")[0]

    form = compile_forms(write(tmp_path, GOOD + example))["course"]

    assert Form.from_dict(json.loads(json.dumps(form.to_dict()))) == form
    soldered, what, group = form.fields[1:4]
    assert what.show_when == Condition(soldered.name, ("yes",))
    assert [option.show_when for option in group.options] == [None, Condition(soldered.name, ("no",), unless=True)]


@pytest.mark.parametrize(
    ("condition", "problem"),
    [
        ('"yes"', '"show_when" must be a table, such as show_when = { field = "experience", is = ["some"] }'),
        ('{ is = ["some"] }', '"field" is missing'),
        ('{ field = "before" }', 'write either "is" or "not"'),
        ('{ field = "before", is = ["some"], not = ["none"] }', 'write either "is" or "not"'),
        ('{ field = "before", is = [] }', "the list of options is empty"),
        ('{ field = "before", is = "some" }', '"is" must be a list of texts'),
        ('{ field = "before", in = ["some"] }', 'key "in" is unknown'),
        (
            '{ field = "before", is = ["same"] }',
            'not an option of "before" (did you mean "some"?); use one of some, none',
        ),
        ('{ field = "befor", is = ["some"] }', '"befor" (did you mean "before"?), but must name a field of type'),
        ('{ field = "email", is = ["some"] }', "use one of before"),
        ('{ field = "where", is = ["some"] }', "use one of before"),
    ],
)
def test_mistake__is_named_with_its_place(tmp_path: Path, condition: str, problem: str) -> None:
    said = problems(tmp_path, f"{GOOD}{CHOICE}{QUESTION}show_when = {condition}\n")

    assert [one for one in said if problem in one and 'field "where"' in one], said


def test_condition__on_a_later_or_conditional_question_is_refused(tmp_path: Path) -> None:
    """So conditions are one level deep, and can't go in a circle."""
    later = f'{GOOD}{QUESTION}show_when = {{ field = "before", is = ["some"] }}\n{CHOICE}'
    assert "there is none" in problems(tmp_path, later)[0]

    second = CHOICE.replace('"before"', '"second"') + 'show_when = { field = "before", is = ["some"] }\n'
    deep = f'{GOOD}{CHOICE}{second}{QUESTION}show_when = {{ field = "second", is = ["some"] }}\n'
    assert 'has no "show_when" itself; use one of before' in problems(tmp_path, deep)[0]


def test_condition__on_a_field_that_the_form_relies_on_is_refused(tmp_path: Path) -> None:
    head, _, email = GOOD.partition("\n[[fields]]")
    text = f'{head}{CHOICE}\n[[fields]]{email}show_when = {{ field = "before", is = ["some"] }}\n'

    assert "so everyone has to answer it" in problems(tmp_path, text)[0]


def test_option__names_its_mistake(tmp_path: Path) -> None:
    group = CHOICE.replace('"before"', '"group"').replace(
        '"None" }', '"None", show_when = { field = "x", is = ["y"] } }'
    )

    assert 'field "group", option "none": "show_when" names "x"' in problems(tmp_path, GOOD + CHOICE + group)[0]
