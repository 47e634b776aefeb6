"""`rollcall forms`, on this clone's forms and on broken ones."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from organisation import keep_open

from admin_cli.commands.forms import COMPILED, curl_command
from registration_core.domain.validation import validate
from rollcall_build.forms.files import compile_forms

if TYPE_CHECKING:
    from unit.cli.fakes import CommandLine

FORMS = Path(__file__).resolve().parents[3] / "example" / "forms"


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    """A copy of the forms, in which one field has an unknown type."""
    folder = tmp_path / "forms"
    shutil.copytree(FORMS, folder)
    file = folder / "registration" / "form.toml"
    file.write_text(file.read_text(encoding="utf-8").replace('type = "date"', 'type = "day"', 1), encoding="utf-8")
    return folder


def test_check__prints_every_form(rollcall: CommandLine) -> None:
    """Name, version, number of fields, title."""
    forms = compile_forms(FORMS)

    assert rollcall("forms", "check", str(FORMS)).out.splitlines() == [
        f"{form.name}\t{form.version}\t{len(form.fields)}\t{form.title}" for form in forms.values()
    ]


def test_check__says_what_is_wrong_and_where(rollcall: CommandLine, broken: Path) -> None:
    """The file, the field, the value, and what is allowed; exit code 1, nothing on stdout."""
    ran = rollcall("forms", "check", str(broken))

    assert (ran.code, ran.out) == (1, "")
    assert "registration/form.toml" in ran.err
    assert '"day"' in ran.err
    assert "date" in ran.err


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            'label = { en = "Guardian\'s telephone"',
            'label = { en = "Needs"',
            'field "phone": the label "Needs" could also mean "needs". Exports write "Needs (phone)", and imports',
        ),
        (
            'label = { en = "Guardian\'s telephone"',
            'label = { en = "Status"',
            'field "phone": the label "Status" could also mean "status".',
        ),
        ('en = "None yet"', 'en = "Some"', 'field "experience": "some" could mean the options none and some.'),
        ('min = "today-20y"\n', "", 'field "birth_date": there is no "min", so dates from 1900-01-01 on are accepted.'),
        ('region = "SE"', "", 'field "phone": there is no "region"'),
    ],
)
def test_check__warns_of_surprises(rollcall: CommandLine, tmp_path: Path, old: str, new: str, message: str) -> None:
    """The warning is on stderr, by form and field; the forms are still valid."""
    folder = tmp_path / "forms"
    shutil.copytree(FORMS, folder)
    file = folder / "registration" / "form.toml"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")

    ran = rollcall("forms", "check", str(folder))

    assert ran.code == 0, ran.err
    assert f"warning: registration: {message}" in ran.err


def test_check__warns_once_every_option_is_over(rollcall: CommandLine, tmp_path: Path) -> None:
    folder = tmp_path / "forms"
    shutil.copytree(FORMS, folder)
    file = folder / "registration" / "form.toml"
    file.write_text(file.read_text(encoding="utf-8").replace("= 2027-", "= 2020-"), encoding="utf-8")
    ran = rollcall("forms", "check", str(folder))
    assert (ran.code, "warning: registration: every option is closed, because its dates are over" in ran.err) == (
        0,
        True,
    )


def test_check__warns_of_example_addresses_and_nothing_else(rollcall: CommandLine, tmp_path: Path) -> None:
    """As long as its courses are to come."""
    shutil.copytree(FORMS, tmp_path / "forms")
    file = tmp_path / "forms" / "registration" / "form.toml"
    file.write_text(keep_open(file.read_text(encoding="utf-8")), encoding="utf-8")
    lines = rollcall("forms", "check", str(tmp_path / "forms")).err.splitlines()
    assert len(lines) == 2
    assert all(
        re.match(r'warning: \w+: "staff" has the example address \S+@robotics-academy\.example,', line)
        for line in lines
    )


@pytest.mark.parametrize(
    ("file", "text", "message"),
    [
        ("registration/mail/confirmed.sv.txt.j2", "{{ nope", "forms/registration/mail/confirmed.sv.txt.j2, line 1: "),
        ("contact/mail/staff.en.subject.j2", "{{ nope }}", "forms/contact/mail/staff.en.subject.j2: 'nope' is "),
        ("registration/mail/confirmed.sv.html.j2", None, "forms/registration/mail/confirmed.sv.html.j2 is missing: "),
        ("_mail/verify.sv.txt.j2", "Verify", "forms/_mail/verify.sv.html.j2 is missing: "),
        ("_mail/verify.sv.subject.j2", "{% include 'no.j2' %}", "forms/_mail/verify.sv.subject.j2: "),
    ],
)
def test_check__names_the_mail_template_and_its_mistake(
    rollcall: CommandLine, tmp_path: Path, file: str, text: str | None, message: str
) -> None:
    """One message for all forms that share the template; exit code 1, nothing on stdout."""
    folder = tmp_path / "forms"
    shutil.copytree(FORMS, folder)
    if "verify" in file:  # the shared template applies where a form has none of its own
        (folder / "registration" / "mail" / file.partition("/")[2]).unlink()
        (folder / "_mail").mkdir()
    (folder / file).unlink() if text is None else (folder / file).write_text(text, encoding="utf-8")

    ran = rollcall("forms", "check", str(folder))

    assert (ran.code, ran.out) == (1, "")
    assert ran.err.count(message) == 1


@pytest.mark.parametrize("folder", ["nowhere", "."])
def test_check__of_a_folder_without_forms_says_so(rollcall: CommandLine, tmp_path: Path, folder: str) -> None:
    """A wrong folder is not a folder of valid forms."""
    (tmp_path / "empty").mkdir()

    ran = rollcall("forms", "check", str(tmp_path / "empty" / folder))

    assert ran.code == 1
    assert "forms" in ran.err


def test_show__prints_every_field(rollcall: CommandLine) -> None:
    """One line per field: name, type, whether required, label, options, and their capacity in total."""
    form = compile_forms(FORMS)["registration"]

    lines = [
        line.split("\t") for line in rollcall("forms", "show", "registration", "--dir", str(FORMS)).out.splitlines()
    ]

    assert [line[0] for line in lines] == [field.name for field in form.fields]
    assert all(len(line) == 6 for line in lines)
    assert {line[0]: line[5] for line in lines if line[5]} == {"course": "48"}


def test_show__says_that_a_file_is_required(rollcall: CommandLine, tmp_path: Path) -> None:
    """Files are sent after the answers, so no answer is required, but the file is."""
    shutil.copytree(FORMS.parents[1] / "tests" / "forms" / "portfolio", tmp_path / "portfolio")
    lines = rollcall("forms", "show", "portfolio", "--dir", str(tmp_path)).out.splitlines()
    assert [line.split("\t")[2] for line in lines if "\tfile\t" in line] == ["yes", ""]


def test_show__names_the_forms_own_mails_and_their_values(rollcall: CommandLine) -> None:
    arguments = ("forms", "show", "--dir", str(FORMS))
    assert "moved (en, sv) --set room=…\n" in rollcall(*arguments, "registration", terminal=True).out
    assert re.search(r"^own mails +none$", rollcall(*arguments, "contact", terminal=True).out, re.MULTILINE)


def test_show__says_when_reminders_are_sent(rollcall: CommandLine) -> None:
    arguments = ("forms", "show", "--dir", str(FORMS))
    assert "reminder, 7d before the start\n" in rollcall(*arguments, "registration", terminal=True).out
    assert re.search(r"^reminders +none$", rollcall(*arguments, "contact", terminal=True).out, re.MULTILINE)


def test_show__json_is_the_compiled_form(rollcall: CommandLine) -> None:
    """The functions read the same."""
    form = compile_forms(FORMS)["contact"]

    assert json.loads(rollcall("forms", "show", "contact", "--dir", str(FORMS), "--json", "all").out) == (
        dict.fromkeys(COMPILED) | form.to_dict()
    )


def test_show__unknown_form_suggests_the_nearest(rollcall: CommandLine) -> None:
    """Exit code 3."""
    ran = rollcall("forms", "show", "registratoin", "--dir", str(FORMS))

    assert (ran.code, ran.out) == (3, "")
    assert "Did you mean 'registration'? There are: contact, registration." in ran.err


@pytest.mark.parametrize("form", sorted(compile_forms(FORMS)))
def test_example__is_valid(rollcall: CommandLine, form: str) -> None:
    """The form accepts it, in every language."""
    answers = json.loads(rollcall("forms", "example", form, "--dir", str(FORMS)).out)
    definition = compile_forms(FORMS)[form]

    for language in definition.languages:
        assert validate(definition, answers, language, today=datetime.now(UTC).date())


def test_example__as_a_command_posts_it_to_the_context(rollcall_local: CommandLine) -> None:
    """A shell reads the answers and the URL of the context's own API."""
    answers = rollcall_local("forms", "example", "contact", "--dir", str(FORMS)).out

    words = shlex.split(rollcall_local("forms", "example", "contact", "--dir", str(FORMS), "--curl").out)

    assert words[0] == "curl"
    assert words[-1] == "http://localhost:4566/api/v1/contact"
    assert json.loads(words[words.index("--data-raw") + 1]) == json.loads(answers)


@given(st.dictionaries(st.text(), st.text() | st.booleans() | st.lists(st.text())))
def test_curl_command__is_safe_in_a_shell(answers: dict[str, object]) -> None:
    """Quotes, dollars, line breaks and exclamation marks in answers stay answers."""
    command = curl_command("https://api.example.org/v1/contact", answers)
    words = shlex.split(command)

    assert json.loads(words[words.index("--data-raw") + 1]) == answers
    assert "\n" not in command


@pytest.mark.parametrize("verb", ["show", "example"])
def test_forms__outside_a_clone_are_those_of_the_stack(
    rollcall_local: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, verb: str
) -> None:
    """So the hints of `edit` and `import` work on the staff's machines."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("ROLLCALL_ROOT", raising=False)
    rollcall_local.forms = {"workshop": compile_forms(FORMS)["contact"]}

    assert rollcall_local("forms", verb, "workshop").code == 0
    assert rollcall_local("forms", verb, "nope").code == 3


def test_example__says_on_a_terminal_that_it_counts_once(rollcall_local: CommandLine) -> None:
    """Otherwise a second post that adds nothing is a puzzle."""
    sent = ("forms", "example", "contact", "--dir", str(FORMS), "--curl")
    assert "counts once" in rollcall_local(*sent, typed="").err
    assert rollcall_local(*sent).err == ""


def test_show__uses_the_organisations_time_zone(rollcall: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine's own zone does not matter."""
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    output = rollcall("forms", "show", "registration", "--dir", str(FORMS), terminal=True).out
    assert "Europe/Stockholm" in output
    assert "line-followers: 12, 2027-01-16 10:00" in output
