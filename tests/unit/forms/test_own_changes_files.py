"""[own_changes] in a form file: what registrants may change, and until when."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import pytest

from registration_core.domain.errors import FormFileError
from registration_core.domain.forms import Form
from registration_core.domain.own_changes import OwnChanges, changes_end, own_changes_of
from rollcall_build.forms.files import compile_forms

if TYPE_CHECKING:
    from pathlib import Path

BASE = """
id_prefix = "crs"
retention_days = 90
name_field = "name"
once = "course"
{own}
[title]
en = "Course"

[[fields]]
name = "name"
type = "text"
label = "Name"
required = true

[[fields]]
name = "email"
type = "email"
label = "E-mail"
required = true

[[fields]]
name = "course"
type = "choice"
label = "Course"
required = true
options = [
  {{ value = "a", label = "Robots", starts_at = {starts}, ends_at = {ends} }},
  {{ value = "b", label = "Sensors" }},
]

[[fields]]
name = "why"
type = "text"
label = "Why"
show_when = {{ field = "course", is = ["b"] }}
"""


def compiled(folder: Path, own: str, *, more: str = "") -> Form:
    times = {"starts": "2027-04-01T10:00:00+02:00", "ends": "2027-04-01T12:00:00+02:00"}
    (folder / "forms" / "course").mkdir(parents=True)
    (folder / "site").mkdir()
    (folder / "site" / "site.toml").write_text('time_zone = "Europe/Stockholm"\n')
    (folder / "forms" / "course" / "form.toml").write_text(BASE.format(own=own, **times) + more)
    return compile_forms(folder / "forms")["course"]


@pytest.mark.parametrize(
    ("until", "ends"),
    [
        ("", "2027-04-01T10:00:00+02:00"),
        ('until = "starts_at-7d"', "2027-03-25T10:00:00+01:00"),  # the clocks change in between
        ('until = "2w"', "2027-03-18T10:00:00+01:00"),
        ('until = "120h"', "2027-03-27T09:00:00+01:00"),
        ("until = 2027-03-20T12:00:00+01:00", "2027-03-20T12:00:00+01:00"),
    ],
)
def test_own_changes__end_before_the_start_or_at_a_time(tmp_path: Path, until: str, ends: str) -> None:
    """Days keep the hour on the organisation's clocks; hours are hours."""
    form = compiled(tmp_path, f'[own_changes]\nfields = ["name"]\n{until}')
    field = form.chosen_field
    assert field is not None
    assert changes_end(form, field.option("a")) == datetime.fromisoformat(ends)
    assert Form.from_dict(form.to_dict()) == form


def test_own_changes__of_an_option_without_a_date_never_end(tmp_path: Path) -> None:
    form = compiled(tmp_path, '[own_changes]\nfields = ["name"]\nuntil = "7d"')
    field = form.chosen_field
    assert field is not None
    assert changes_end(form, field.option("b")) is None


def test_form_without_own_changes__compiles_as_before(tmp_path: Path) -> None:
    form = compiled(tmp_path, "")
    assert "own_changes" not in form.to_dict()
    assert own_changes_of(form) is None


def test_own_changes__are_read_with_their_fields(tmp_path: Path) -> None:
    form = compiled(tmp_path, '[own_changes]\nfields = ["name", "course", "why"]')
    assert own_changes_of(form) == OwnChanges(("name", "course", "why"))


@pytest.mark.parametrize(
    ("own", "says"),
    [
        ("fields = []", '"fields" is missing or empty'),
        ('fields = "name"', '"fields" must be a list of texts, such as ["one", "two"], not "name"'),
        ('fields = ["nam"]', '"nam", which is not a field of this form (did you mean "name"?)'),
        ('fields = ["email"]', "the address that the link to the page was mailed to"),
        ('fields = ["course"]', 'but not "why", which depends on it'),
        ('fields = ["name"]\nuntil = "soon"', '"until" must be a length of time before the start'),
        ('fields = ["name"]\nuntil = 2027-01-01T10:00:00', '"until" must be a length of time before the start'),
        ('fields = ["name"]\nwhen = "7d"', 'key "when" is unknown for [own_changes]'),
        ('fields = ["name", "name"]', '"fields" has "name" twice'),
    ],
)
def test_own_changes__that_can_not_be_are_refused(tmp_path: Path, own: str, says: str) -> None:
    with pytest.raises(FormFileError) as raised:
        compiled(tmp_path, f"[own_changes]\n{own}")
    (problem,) = raised.value.problems
    assert problem.startswith("forms/course/form.toml: [own_changes]")
    assert says in problem


@pytest.mark.parametrize(
    ("kind", "says"), [("file", "files are changed on the same page"), ("hidden", "visitors don't see it")]
)
def test_own_changes__leave_out_fields_without_a_question(tmp_path: Path, kind: str, says: str) -> None:
    more = 'from_query = "utm_source"' if kind == "hidden" else 'accept = ["pdf"]'
    field = f'\n[[fields]]\nname = "extra"\ntype = "{kind}"\nlabel = "Extra"\n{more}\n'
    with pytest.raises(FormFileError) as raised:
        compiled(tmp_path, '[own_changes]\nfields = ["extra"]', more=field)
    assert any(says in problem for problem in raised.value.problems)


def test_own_changes__need_a_start_to_count_back_from(tmp_path: Path) -> None:
    with pytest.raises(FormFileError) as raised:
        compile_without_course(tmp_path)
    assert "no option of the field that the form is about has one" in str(raised.value.problems)


def compile_without_course(folder: Path) -> None:
    own = '[own_changes]\nfields = ["name"]\nuntil = "7d"'
    text = BASE.format(own=own, starts="1", ends="2").replace('once = "course"', "")
    text = text.replace(", starts_at = 1, ends_at = 2", "")
    (folder / "forms" / "course").mkdir(parents=True)
    (folder / "forms" / "course" / "form.toml").write_text(text)
    compile_forms(folder / "forms")
