"""A form file's tables [quota], [verification] and [spam], and what options say for them."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING

import pytest
from unit.forms.test_form_files import EMAIL, HEAD, a_field, problems, write

from registration_core.domain.fields import Text
from registration_core.domain.forms import Form
from registration_core.domain.policies import SpamRules, Verification
from registration_core.domain.quota import Quota, Waitlist
from rollcall_build.forms.files import compile_forms

if TYPE_CHECKING:
    from pathlib import Path

SEATS = """
[[fields]]
name = "day"
type = "choice"
label = "Day"
required = true

[[fields.options]]
value = "sat"
label = "Saturday"
capacity = 12

[[fields.options]]
value = "sun"
label = "Sunday"
capacity = 0
"""
QUOTA = '\n[quota]\nfield = "day"\n'
ONCE = 'once = "when"'
TIMES = "starts_at = 2027-01-16T10:00:00+01:00", "ends_at = 2027-01-16T12:00:00+01:00"


def read(folder: Path, text: str) -> Form:
    form = compile_forms(write(folder, text))["course"]
    assert Form.from_dict(json.loads(json.dumps(form.to_dict()))) == form
    return form


def an_option(*lines: str, kind: str = "choice", name: str = "when") -> str:
    option = "\n".join(["[[fields.options]]", 'value = "a"', 'label = "A"', *lines, ""])
    return a_field(kind, "required = true").replace('"it"', f'"{name}"') + option


def test_quota__counts_the_options_of_its_field(tmp_path: Path) -> None:
    form = read(tmp_path, HEAD + QUOTA + EMAIL + SEATS)
    assert form.quota == Quota("day", Waitlist.AUTO)
    assert form.capacities() == {"sat": 12, "sun": 0}


def test_quota__may_leave_freed_seats_to_staff(tmp_path: Path) -> None:
    form = read(tmp_path, HEAD + QUOTA + 'waitlist = "manual"' + EMAIL + SEATS)
    assert form.quota == Quota("day", Waitlist.MANUAL)


def test_verification__is_on_if_its_table_exists(tmp_path: Path) -> None:
    assert read(tmp_path, HEAD + EMAIL).verification is None
    assert read(tmp_path, HEAD + "[verification]" + EMAIL).verification == Verification(48)
    assert read(tmp_path, HEAD + "[verification]\nwithin_hours = 6" + EMAIL).verification == Verification(6)


def test_spam__has_default_rules(tmp_path: Path) -> None:
    assert read(tmp_path, HEAD + EMAIL).spam == SpamRules(min_fill_s=3, max_links=3, honeypot="further_remark")
    other = "[spam]\nmin_fill_s = 0\nmax_links = 0\nhoneypot = 'homepage'"
    assert read(tmp_path, HEAD + other + EMAIL).spam == SpamRules(min_fill_s=0, max_links=0, honeypot="homepage")


def test_options__say_when_and_where_they_take_place(tmp_path: Path) -> None:
    field = read(tmp_path, HEAD + 'once = "when"' + EMAIL + an_option(*TIMES, 'place = "The workshop"')).field("when")
    assert field is not None
    option = field.options[0]
    assert option.starts_at == datetime.fromisoformat("2027-01-16T10:00:00+01:00")
    assert option.ends_at == datetime.fromisoformat("2027-01-16T12:00:00+01:00")
    assert option.place == Text({"en": "The workshop"})


def test_options__say_when_they_open_and_close(tmp_path: Path) -> None:
    """Also after the start, for late registration."""
    times = "opens_at = 2026-12-01T08:00:00+01:00", "closes_at = 2027-01-23T10:00:00+01:00"
    field = read(tmp_path, HEAD + ONCE + EMAIL + an_option(*TIMES, *times)).field("when")
    assert field is not None
    assert field.options[0].opens_at == datetime.fromisoformat("2026-12-01T08:00:00+01:00")
    assert field.options[0].closes_at == datetime.fromisoformat("2027-01-23T10:00:00+01:00")


def test_version__changes_with_a_rule(tmp_path: Path) -> None:
    texts = (
        HEAD + EMAIL + SEATS.replace("capacity = 12", "").replace("capacity = 0", ""),
        HEAD + QUOTA + EMAIL + SEATS,
        HEAD + QUOTA + EMAIL + SEATS.replace("12", "13"),
        HEAD + QUOTA + "[verification]" + EMAIL + SEATS,
        HEAD + QUOTA + "[spam]\nmax_links = 4" + EMAIL + SEATS,
    )
    assert len({read(tmp_path, text).version for text in texts}) == len(texts)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            HEAD + "quota = 'day'" + EMAIL + SEATS,
            '"quota" must be a table: [quota] on a line of its own, with its keys below',
        ),
        (HEAD + "[quota]" + EMAIL + SEATS, '[quota]: "field" is missing'),
        (HEAD + QUOTA.replace("day", "dya") + EMAIL + SEATS, '[quota]: "field" is "dya", but must name a required'),
        (HEAD + QUOTA + EMAIL, 'but must name a required field of type "choice"; there is none'),
        (HEAD + QUOTA + "waitlist = true" + EMAIL + SEATS, '[quota]: "waitlist" must be text in quotes, not true'),
        (HEAD + QUOTA + 'waitlist = "atuo"' + EMAIL + SEATS, 'waitlist "atuo" is unknown (did you mean "auto"?); use'),
        (
            HEAD + QUOTA + "capacity = 9" + EMAIL + SEATS,
            '[quota]: key "capacity" is unknown for [quota]; use one of f',
        ),
        (
            HEAD + QUOTA + EMAIL + SEATS.replace("capacity = 12", ""),
            'field "day", option "sat": "capacity" is missing; each option of the field that [quota] names nee',
        ),
        (HEAD + QUOTA + EMAIL + SEATS.replace("12", "-1"), 'option "sat": "capacity" must be a whole number from 0 to'),
        (HEAD + QUOTA + EMAIL + SEATS.replace("12", "true"), 'option "sat": "capacity" must be a whole number from 0'),
        (
            HEAD + EMAIL + SEATS,
            'field "day": "capacity" (of sat, sun) only works in the field that [quota] names; add [quota] with',
        ),
        (
            HEAD + QUOTA + EMAIL + SEATS + an_option("capacity = 3"),
            'field "when": "capacity" (of a) only works in the field that [quota] names; [quota] names "day"',
        ),
        (
            HEAD + EMAIL + an_option("capacity = 3", kind="choices"),
            'option "a": key "capacity" is unknown for an option of type "choices"; use one of value, label, hint',
        ),
        (HEAD + EMAIL + an_option(TIMES[0]), 'field "when", option "a": "ends_at" is missing; a calendar invitation'),
        (HEAD + EMAIL + an_option(TIMES[1]), 'field "when", option "a": "starts_at" is missing; a calendar'),
        (
            HEAD + EMAIL + an_option(TIMES[0], TIMES[0].replace("starts", "ends")),
            'option "a": "ends_at" must come after "starts_at"',
        ),
        (HEAD + EMAIL + an_option("starts_at = 2027-01-16", TIMES[1]), '"starts_at" must be a time with its offset'),
        (
            HEAD + EMAIL + an_option(*TIMES),
            'field "when": "starts_at" only works in the field that [quota] or else "once" names, and the form has n',
        ),
        (
            HEAD + QUOTA + EMAIL + SEATS + an_option(*TIMES),
            'field "when": "starts_at" only works in the field that [quota] or else "once" names, which is "day"',
        ),
        (
            HEAD + ONCE + EMAIL + an_option("opens_at = 2027-01-16T10:00:00+01:00", "closes_at = 2027-01-16T09:00:00Z"),
            'option "a": "closes_at" must come after "opens_at"',
        ),
        (
            HEAD + ONCE + EMAIL + an_option(*TIMES, "opens_at = 2027-01-16T10:00:00+01:00"),
            'option "a": it would never be open: it closes at "starts_at"; give "closes_at" a time after "opens_at"',
        ),
        (HEAD + ONCE + EMAIL + an_option("closes_at = 2027-01-16"), '"closes_at" must be a time with its offset'),
        (
            HEAD + EMAIL + an_option("closes_at = 2027-01-16T10:00:00Z"),
            'field "when": "closes_at" only works in the field that [quota] or else "once" names, and the form has n',
        ),
        (
            HEAD + EMAIL + an_option("closes_at = 2027-01-16T10:00:00Z", kind="choices"),
            'option "a": key "closes_at" is unknown for an option of type "choices"',
        ),
        (HEAD + EMAIL + an_option("place = 3"), 'option "a": "place" must be a text per language'),
        (HEAD + "verification = true" + EMAIL, '"verification" must be a table: [verification] on a line'),
        (HEAD + "[verification]\nwithin_hours = 0" + EMAIL, '[verification]: "within_hours" must be a whole number fr'),
        (HEAD + "[verification]\nhours = 9" + EMAIL, '[verification]: key "hours" is unknown for [verification]; use'),
        (HEAD + "[spam]\nmax_links = 1000" + EMAIL, '[spam]: "max_links" must be a whole number from 0 to 100'),
        (HEAD + "[spam]\nmin_fill_s = 3.5" + EMAIL, '[spam]: "min_fill_s" must be a whole number from 0 to 600'),
        (
            HEAD + '[spam]\nhoneypot = "Web site"' + EMAIL,
            '[spam]: "honeypot" must begin with a lowercase',
        ),
        (HEAD + '[spam]\nhoneypot = ""' + EMAIL, '[spam]: "honeypot" must be text in quotes, not an empty text'),
        (HEAD + '[spam]\nhoneypot = "email"' + EMAIL, '[spam]: the honeypot "email" is a field of this form'),
        (
            HEAD + EMAIL + a_field("text").replace('"it"', '"further_remark"'),
            'the honeypot "further_remark" is a field of this form',
        ),
    ],
)
def test_rules__report_key_and_allowed_values(tmp_path: Path, text: str, sentence: str) -> None:
    whole = problems(tmp_path, text)
    assert any(sentence in problem for problem in whole), whole
    assert all(problem.startswith("forms/course/form.toml: ") for problem in whole)


def test_rules__report_every_mistake_of_all_tables_at_once(tmp_path: Path) -> None:
    text = (
        HEAD + '[quota]\nfield = "x"\nwaitlist = "y"\n[verification]\nwithin_hours = 0\n[spam]\nmax_links = -1' + EMAIL
    )
    assert len(problems(tmp_path, text + an_option("capacity = -1", TIMES[0]))) == 5
    assert len(problems(tmp_path, text + an_option("capacity = 1"))) == 5
