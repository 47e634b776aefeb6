"""`rollcall mail planned`: when reminders come, and to how many."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from contract.fakes import ListedMailQueue
from contract.mail_fakes import InMemoryAskedMails, reminders_in_memory
from unit.cli.test_mail_commands import FORMS, FORMS_DIR, World

if TYPE_CHECKING:
    from unit.cli.fakes import CommandLine

    from registration_core.domain.forms import Form

FORM = FORMS["registration"]


def starting(at: datetime) -> Form:
    """Return the registration whose courses all start then."""
    fields = (
        replace(field, options=tuple(replace(each, starts_at=at, ends_at=None) for each in field.options))
        if field.name == "course"
        else field
        for field in FORM.fields
    )
    return replace(FORM, fields=tuple(fields))


@pytest.fixture
def world(rollcall_local: CommandLine) -> World:
    return World(rollcall_local)


def test_planned__says_when_and_to_how_many(world: World) -> None:
    starts = datetime.now(UTC).replace(microsecond=0) + timedelta(days=60)
    world.more(2)
    world.rollcall.forms = FORMS | {"registration": starting(starts)}

    table = world("mail", "planned", "--form", "registration", terminal=True)
    lines = json.loads(world("mail", "planned", "--json", "at,option,mail,to_mail,mailed").out)

    assert [line["option"] for line in lines] == sorted(each.value for each in FORM.field("course").options)  # type: ignore[union-attr]
    (due,) = [line for line in lines if line["to_mail"]]
    assert due == {
        "at": (starts - timedelta(days=7)).isoformat().replace("+00:00", "Z"),
        "option": "line-followers",
        "mail": "reminder",
        "to_mail": 3,
        "mailed": 0,
    }
    assert "Line followers" in table.out
    assert re.findall(r"[A-Z]{2,}", table.out.splitlines()[0]) == [
        "WHEN",
        "MAIL",
        "OPTION",
        "FORM",
        "TO",
        "MAIL",
        "MAILED",
    ]


def test_planned__counts_those_who_had_it(world: World) -> None:
    form = starting(datetime.now(UTC) + timedelta(days=3))
    world.more(2)
    asked = InMemoryAskedMails(world.repository)
    reminders_in_memory(world.repository, asked, ListedMailQueue(), world.clock).queue_due(form)
    world.rollcall.forms = FORMS | {"registration": form}

    lines = json.loads(world("mail", "planned", "--json", "option,to_mail,mailed").out)

    assert {"option": "line-followers", "to_mail": 0, "mailed": 3} in lines


def test_planned__without_reminders_says_so(world: World) -> None:
    """Reminders whose option has started are no longer planned."""
    world.rollcall.forms = FORMS | {"registration": starting(datetime.now(UTC) - timedelta(minutes=1))}

    assert world("mail", "planned", terminal=True).err == "No reminders are planned.\n"
    assert json.loads(world("mail", "planned", "--json", "at").out) == []


@pytest.mark.parametrize(("language", "words"), [("en", "What to bring: a water bottle"), ("sv", "Ta med: en vatten")])
def test_preview__shows_the_reminder_of_the_example(world: World, language: str, words: str) -> None:
    ran = world("mail", "preview", "registration", "reminder", "--language", language, "--dir", str(FORMS_DIR))
    assert (ran.code, words in ran.out) == (0, True)
    assert "my?t=preview" in ran.out
