"""A form file's [group]: read, and every mistake."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from unit.forms.test_form_files import problems, write

from registration_core.domain.forms import Form
from registration_core.domain.groups import Group
from rollcall_build.forms.files import compile_forms

if TYPE_CHECKING:
    from pathlib import Path

HEAD = """
id_prefix = "crs"
languages = ["en"]
title = "Course"
retention_days = 30
name_field = "participant"
once = "week"
"""
FIELDS = """
[[fields]]
name = "email"
type = "email"
label = "E-mail"
required = true

[[fields]]
name = "participant"
type = "text"
label = "Participant"
required = true

[[fields]]
name = "week"
type = "choice"
label = "Week"
required = true
options = [{ value = "a", label = "A" }, { value = "b", label = "B" }]

[[fields]]
name = "wishes"
type = "text"
label = "Wishes"
"""


def test_group__is_read_in_the_forms_order(tmp_path: Path) -> None:
    group = '[group]\nfields = ["week", "participant"]\nmax = 6\n'
    form = compile_forms(write(tmp_path, HEAD + group + FIELDS))["course"]
    assert form.group == Group(("participant", "week"), 6)
    assert Form.from_dict(form.to_dict()) == form


@pytest.mark.parametrize(
    ("group", "problem"),
    [
        ("max = 6", '"fields" is missing'),
        ('fields = ["participant"]', '"max" is missing'),
        ('fields = ["participant"]\nmax = 1', '"max" must be'),
        ('fields = ["participant"]\nmax = 11', '"max" must be'),
        ('fields = ["partisipant"]\nmax = 4', 'did you mean "participant"?'),
        ('fields = ["participant"]\nmost = 4\nmax = 4', 'key "most" is unknown for [group]'),
        ('fields = ["participant", "wishes"]\nmax = 4', "must come directly after each other"),
        ('fields = ["email", "participant"]\nmax = 4', "get their mail at one address"),
        ('fields = ["week"]\nmax = 4', '"name_field" must name one of the fields'),
    ],
)
def test_group__mistakes_are_named(tmp_path: Path, group: str, problem: str) -> None:
    (said,) = problems(tmp_path, f"{HEAD}[group]\n{group}\n{FIELDS}")
    assert "[group]" in said
    assert problem in said


@pytest.mark.parametrize(
    ("more", "problem"),
    [
        ('show_when = { field = "week", is = ["a"] }', 'its "show_when" can\'t depend on "week"'),
        ('[[fields]]\nname = "group"\ntype = "text"\nlabel = "Group"', 'can\'t have a field called "group"'),
    ],
)
def test_group__fields_that_do_not_go_with_it(tmp_path: Path, more: str, problem: str) -> None:
    group = '[group]\nfields = ["participant", "week"]\nmax = 6\n'
    (said,) = problems(tmp_path, f"{HEAD}{group}{FIELDS}{more}\n")
    assert problem in said


def test_group__of_too_many_inputs(tmp_path: Path) -> None:
    """A plain form can send only so many."""
    fields = "".join(f'[[fields]]\nname = "day{n}"\ntype = "date"\nlabel = "Day {n}"\n' for n in range(8))
    names = ", ".join(f'"day{n}"' for n in range(8))
    group = f'[group]\nfields = ["participant", "week", "wishes", {names}]\nmax = 10\n'
    (said,) = problems(tmp_path, HEAD + group + FIELDS + fields)
    assert "the page would have 271 inputs" in said


SWIM = """
[[fields]]
name = "swims"
type = "consent"
label = "Can swim"

[[fields]]
name = "meals"
type = "choices"
label = "Meals"
options = [{ value = "a", label = "A" }, { value = "b", label = "B" }]

[[fields]]
name = "diet"
type = "text"
label = "Diet"
show_when = { field = "meals", is = ["a"] }

[[fields]]
name = "size"
type = "choice"
label = "Size"
required = REQUIRED
options = [OPTIONS]
"""


def sizes(number: int, *, required: bool = False) -> str:
    return SWIM.replace("REQUIRED", str(required).lower()).replace(
        "OPTIONS", ", ".join(f'{{ value = "s{n}", label = "S{n}" }}' for n in range(number))
    )


def without_once(group: str) -> str:
    return HEAD.replace('once = "week"\n', "") + f"[group]\nfields = {group}\nmax = 4\n"


@pytest.mark.parametrize(
    "group",
    ['["swims"]', '["meals", "diet"]', '["size"]', '["week"]', '["wishes"]', '["swims", "meals", "diet", "size"]'],
)
def test_group__a_participant_without_answers_is_never_lost(tmp_path: Path, group: str) -> None:
    """Browsers send nothing for what isn't ticked or shown, and the page nothing for what stays empty."""
    (said,) = problems(tmp_path, without_once(group) + FIELDS + sizes(3))
    assert "a participant without answers would get lost" in said
    assert 'add a required field without "show_when"' in said


@pytest.mark.parametrize(
    "group", ['["size"]', '["swims", "meals", "diet", "size"]', '["participant", "week", "wishes"]']
)
def test_group__one_field_that_is_always_answered_is_enough(tmp_path: Path, group: str) -> None:
    """A choice of many options is a list, whose empty answer is sent."""
    compile_forms(write(tmp_path, without_once(group) + FIELDS + sizes(12, required=True)))
