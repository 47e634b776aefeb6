"""A form file's `embed_on`, `short_address`, `hidden` and `from_query`: what the guide shows, and every mistake."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest
from shipped import ROOT
from unit.core.builders import TODAY
from unit.forms.test_form_files import GOOD, problems, write

from registration_core.domain.forms import Form
from registration_core.domain.validation import example_submission, validate
from rollcall_build.forms.embedding import ORIGIN
from rollcall_build.forms.files import compile_forms

if TYPE_CHECKING:
    from pathlib import Path

GUIDE = (ROOT / "docs" / "editor.md").read_text(encoding="utf-8")
HIDDEN = '\n[[fields]]\nname = "came_by"\ntype = "hidden"\nlabel = "Came by"\n'


def example(heading: str) -> str:
    return GUIDE.partition(f"{heading}\n")[2].partition("```toml\n")[2].partition("```")[0]


def test_guide__shows_answers_from_the_address(tmp_path: Path) -> None:
    form = compile_forms(write(tmp_path, GOOD + example("### Answers from the address")))["course"]

    assert Form.from_dict(json.loads(json.dumps(form.to_dict()))) == form
    assert form.hidden == {"came_by": "utm_source"}
    assert [field.from_query for field in form.fields[-2:]] == ["utm_source", "school"]
    assert validate(form, example_submission(form, today=TODAY), "en", today=TODAY)["came_by"] == "Example"


def test_guide__shows_other_addresses_and_sites(tmp_path: Path) -> None:
    lines = example("### A short address") + example("## On other sites")
    form = compile_forms(write(tmp_path, lines + GOOD))["course"]

    assert Form.from_dict(json.loads(json.dumps(form.to_dict()))) == form
    assert (form.short_address, form.embed_on) == ("robots", ("https://school.example",))


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ('embed_on = "https://school.example"', '"embed_on" must be a list of texts'),
        ('embed_on = ["https://school.example/"]', "without a path or a slash at the end"),
        ('embed_on = ["http://school.example"]', "write https:// and a host in small letters"),
        ('embed_on = ["https://School.example"]', "write https:// and a host in small letters"),
        ('embed_on = ["https://*.school.example"]', "write https:// and a host in small letters"),
        ('embed_on = ["https://skola"]', "write https:// and a host in small letters"),
        ('embed_on = ["https://192.0.2.1"]', "write https:// and a host in small letters"),
        ('embed_on = ["http://localhost"]', "http://localhost:* for any port"),
        ("embed_on = [" + ", ".join(f'"https://a{n}.example"' for n in range(11)) + "]", "at most 10"),
        ('short_address = "/robots"', "write a word without a slash"),
        ('short_address = "embed"', '"short_address" cannot be "embed": the site already has a page there'),
        ('short_address = "course"', '"short_address" is "course", the address of the form course'),
    ],
)
def test_form__refuses(tmp_path: Path, line: str, problem: str) -> None:
    assert problem in "\n".join(problems(tmp_path, f"{line}\n{GOOD}"))


@pytest.mark.parametrize(
    ("lines", "problem"),
    [
        ("", '"from_query" is missing'),
        ('from_query = "utm source"', "write a parameter of the address such as utm_source"),
        ('from_query = "lang"', "not lang, which is the language"),
        ('from_query = "a"\nrequired = true', 'key "required" is unknown for type "hidden"'),
        ('from_query = "a"\nkeep_for_next = true', 'key "keep_for_next" is unknown for type "hidden"'),
    ],
)
def test_hidden_field__refuses(tmp_path: Path, lines: str, problem: str) -> None:
    assert problem in "\n".join(problems(tmp_path, GOOD + HIDDEN + lines))


def test_hidden_field__is_one_for_all_of_a_group(tmp_path: Path) -> None:
    lines = 'from_query = "a"\n[group]\nfields = ["came_by"]\nmax = 3\n'
    assert "a hidden field holds what one link brought for all of them" in "\n".join(
        problems(tmp_path, GOOD + HIDDEN + lines)
    )


@pytest.mark.parametrize("kind", ["email", "consent"])
def test_address__never_fills_in(tmp_path: Path, kind: str) -> None:
    """What would send the answers to whoever wrote the link, or give a consent for somebody."""
    field = f'\n[[fields]]\nname = "it"\ntype = "{kind}"\nlabel = "It"\nfrom_query = "it"\n'

    assert f'key "from_query" is unknown for type "{kind}"' in "\n".join(problems(tmp_path, GOOD + field))


def test_short_addresses__differ(tmp_path: Path) -> None:
    short = 'short_address = "robots"\n'
    write(tmp_path, short + GOOD.replace('"crs"', '"one"'), "one")

    assert problems(tmp_path, short + GOOD) == [
        'forms/one/form.toml: "short_address" is "robots", the address of the form course; use another'
    ]


def test_terraform__accepts_the_same_origins() -> None:
    """Of infra/terraform/variables_embed.tf: a list of origins that only one of the two accepts would be lost late."""
    file = (ROOT / "infra" / "terraform" / "variables_embed.tf").read_text(encoding="utf-8")
    (pattern,) = re.findall(r'can\(regex\("\^(.*)\$", origin\)\)', file)
    infra = re.compile(pattern.replace("\\\\", "\\"))

    for origin in (
        *("https://school.example", "https://a.b-c.example:8443", "http://localhost:8000", "http://localhost:*"),
        *(
            "https://school.example/",
            "http://school.example",
            "https://skola",
            "https://*.a.example",
            "https://192.0.2.1",
        ),
        *("http://localhost", "https://a.example:port", "https://-a.example", "https://a.example https://b.example"),
    ):
        assert bool(infra.fullmatch(origin)) == bool(ORIGIN.fullmatch(origin)), origin
