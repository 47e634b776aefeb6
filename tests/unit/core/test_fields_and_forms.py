"""Texts, relative dates, languages, opening hours, statuses, settings."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from contract.fakes import settings
from hypothesis import given
from hypothesis import strategies as st
from unit.core.builders import a_field, a_form, words

from registration_core.adapters.compiled_forms import CompiledForms
from registration_core.domain.conditions import Condition
from registration_core.domain.errors import (
    FormClosedError,
    SettingsError,
    StatusTransitionError,
    UnknownFormError,
)
from registration_core.domain.fields import Field, FieldType, Option, Text, resolve_date
from registration_core.domain.files import FileRules
from registration_core.domain.forms import Form, OwnMail, Section
from registration_core.domain.groups import Group
from registration_core.domain.policies import SpamRules, Verification
from registration_core.domain.quota import Quota, Waitlist
from registration_core.domain.submission import Status
from registration_core.domain.transitions import ACTS, TRANSITIONS, ensure_may_become
from registration_core.settings import DispatchSettings, NotifySettings, SubmitSettings
from rollcall_build.forms.time_zones import time_zone

ROOT = Path(__file__).resolve().parents[3]


def test_text__falls_back_to_its_first_language() -> None:
    text = Text({"sv": "Namn", "en": "Name"})
    assert (text.in_language("en"), text.in_language("de"), str(text)) == ("Name", "Namn", "Namn")


@pytest.mark.parametrize(
    ("bound", "today", "meant"),
    [
        ("2026-06-30", date(2027, 1, 1), date(2026, 6, 30)),
        ("today", date(2027, 1, 1), date(2027, 1, 1)),
        ("today-18y", date(2028, 2, 29), date(2010, 2, 28)),
        ("today-4y", date(2028, 2, 29), date(2024, 2, 29)),
        ("today+30d", date(2027, 1, 15), date(2027, 2, 14)),
        ("today-0d", date(2027, 1, 15), date(2027, 1, 15)),
    ],
)
def test_resolve_date__means(bound: str, today: date, meant: date) -> None:
    assert resolve_date(bound, today) == meant


@given(st.one_of(st.text(max_size=12), st.text("0123456789dy+-٣", max_size=14).map("today".__add__)))
def test_resolve_date__raises_value_error_for_anything_else(bound: str) -> None:
    try:
        assert resolve_date(bound, date(2027, 1, 1))
    except ValueError as error:
        assert str(error)  # noqa: PT017 - it may also be a date


@pytest.mark.parametrize(
    ("requested", "language"),
    [
        ("sv", "sv"),
        ("sv-SE,sv;q=0.9,en;q=0.8", "sv"),
        ("en;q=0.4, sv;q=0.5", "sv"),
        ("de,fr;q=0.9,sv;q=0.1", "sv"),
        ("de", "en"),
        ("sv;q=0", "en"),
        ("sv;q=x", "en"),
        ("*", "en"),
        ("", "en"),
        (None, "en"),
    ],
)
def test_language_for__picks_the_best_match(requested: str | None, language: str) -> None:
    assert a_form().language_for(requested) == language


@given(st.text(max_size=60))
def test_language_for__always_returns_one_of_the_forms(requested: str) -> None:
    assert a_form().language_for(requested) in ("en", "sv")


def test_ensure_open__refuses_before_and_after() -> None:
    opens = datetime(2027, 1, 1, 9, tzinfo=UTC)
    form = a_form(opens_at=opens, closes_at=opens + timedelta(days=1))
    form.ensure_open(opens)
    form.ensure_open(opens + timedelta(hours=23))
    with pytest.raises(FormClosedError, match="opens on 2027-01-01"):
        form.ensure_open(opens - timedelta(seconds=1))
    with pytest.raises(FormClosedError, match="closed on 2027-01-02"):
        form.ensure_open(opens + timedelta(days=1))


def test_transitions__match_the_docs() -> None:
    table = (ROOT / "docs" / "statuses.md").read_text(encoding="utf-8")
    rows = [line.strip("| \n").split("|") for line in table.splitlines() if line.startswith("| `")]
    documented = {
        Status(row[0].strip(" `")): {Status(name.strip(" `")) for name in row[2].split(",") if "`" in name}
        for row in rows
    }
    assert documented == {status: set(ways) for status, ways in TRANSITIONS.items()}


def test_acts__match_the_docs() -> None:
    """Who may do what, from which status to which."""
    table = (ROOT / "docs" / "statuses.md").read_text(encoding="utf-8").partition("## Who changes what")[2]
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in table.splitlines() if line.startswith("| ")]
    documented = [(what, by, before, after) for what, by, before, after, _ in rows if before.startswith("`")]

    def listed(statuses: frozenset[Status]) -> str:
        return ", ".join(f"`{status}`" for status in sorted(statuses))

    assert documented == [(act.what, ", ".join(act.by), listed(act.before), listed(act.after)) for act in ACTS]


def test_ensure_may_become__names_what_is_allowed() -> None:
    ensure_may_become(Status.PENDING, Status.CONFIRMED)
    with pytest.raises(StatusTransitionError, match="cancelled, erased, spam"):
        ensure_may_become(Status.CONFIRMED, Status.PENDING)
    with pytest.raises(StatusTransitionError, match="An erased submission stays erased"):
        ensure_may_become(Status.ERASED, Status.CONFIRMED)


@pytest.mark.parametrize(
    ("read", "names"),
    [
        (SubmitSettings.from_mapping, ["STACK", "TABLE", "SITE_URL", "ALLOWED_ORIGINS"]),
        (DispatchSettings.from_mapping, ["STACK", "MAIL_QUEUE_URL"]),
        (NotifySettings.from_mapping, ["STACK", "TABLE", "SITE_URL", "API_URL", "SENDER", "CONFIGURATION_SET"]),
        (NotifySettings.from_mapping, ["SIGNING_KEY_SECRET"]),
    ],
)
def test_settings__name_the_missing_variable(read: object, names: list[str]) -> None:
    assert callable(read)
    assert read(settings())
    for name in names:
        with pytest.raises(SettingsError, match=f"variable {name} is not set"):
            read(settings(**{name: " "}))


def test_submit_settings__tidy_what_they_read() -> None:
    read = SubmitSettings.from_mapping(settings(ALLOWED_ORIGINS="http://a:1/, https://b.org ,", LOG_LEVEL="debug"))
    assert read.allowed_origins == ("http://a:1", "https://b.org")
    assert (read.site_url, read.log_level) == ("http://localhost:8080", "DEBUG")
    assert read.forms_dir.endswith("/forms")
    assert SubmitSettings.from_mapping(settings(FORMS_DIR="/x")).forms_dir == "/x"


@pytest.mark.parametrize("origins", ["*", "https://*.b.org", "b.org", "ftp://b.org", "https://b.org/page"])
def test_submit_settings__refuse_what_is_not_an_origin(origins: str) -> None:
    with pytest.raises(SettingsError, match="ALLOWED_ORIGINS holds"):
        SubmitSettings.from_mapping(settings(ALLOWED_ORIGINS=origins))


def test_settings__refuse_an_unknown_log_level() -> None:
    with pytest.raises(SettingsError, match="LOG_LEVEL is"):
        DispatchSettings.from_mapping(settings(LOG_LEVEL="loud"))


@pytest.mark.parametrize(
    "name",
    [
        "",
        "..",
        "../course",
        "course/../course",
        "a\x00",
        "å",
        "nothing",
        "a" * 251,
        "a" * 9000,
        "CON",
        "Inner",
        "inner.",
    ],
)
def test_compiled_forms__find_nothing_outside_their_folder(tmp_path: Path, name: str) -> None:
    """A name from outside never reaches the file system, however long or odd it is."""
    (tmp_path / "forms").mkdir()
    (tmp_path / "forms" / "inner.json").write_text("{}")
    (tmp_path / "course.json").write_text("{}")
    with pytest.raises(UnknownFormError):
        CompiledForms(tmp_path / "forms").get(name)


FULL_OPTION = Option(
    "camp",
    words("Camp"),
    hint=words("A week"),
    capacity=0,
    starts_at=datetime(2027, 6, 20, 9, tzinfo=UTC),
    ends_at=datetime(2027, 6, 26, 15, tzinfo=UTC),
    place=words("Kuggen"),
    min_age=0,
    max_age=12,
    show_when=Condition("before", ("some",), unless=True),
    opens_at=datetime(2027, 1, 1, 9, tzinfo=UTC),
    closes_at=datetime(2027, 6, 22, 9, tzinfo=UTC),
)
FULL_FIELD = Field(
    "course",
    FieldType.CHOICES,
    words("Course"),
    hint=words("One or more"),
    required=True,
    autocomplete="off",
    min_length=0,
    max_length=9,
    minimum=0,
    maximum="today",
    decimals=2,
    options=(FULL_OPTION,),
    min_choices=0,
    max_choices=2,
    region="SE",
    example=("camp",),
    keep_for_next=True,
    draft=False,
    age_from="born",
    missing=words("Choose a course."),
    show_when=Condition("before", ("some", "course")),
    files=FileRules(("pdf", "jpg"), 1_000_000, 3),
    from_query="course",
)
FULL_FORM = a_form(
    FULL_FIELD,
    replace(FULL_FIELD, name="other", example="camp", draft=True),
    description=words("All of it"),
    staff_mails=("new",),
    once="course",
    opens_at=datetime(2027, 1, 1, tzinfo=UTC),
    closes_at=datetime(2027, 2, 1, tzinfo=UTC),
    quota=Quota("course", Waitlist.MANUAL),
    verification=Verification(7),
    spam=SpamRules(min_fill_s=0, max_links=9, honeypot="nickname"),
    mails=(OwnMail("bring", ("en",), ("room",), "0123456789ab"), OwnMail("thanks", ("sv",), (), "ba9876543210")),
    words={"de": {"dates": {"may": "Mai"}}},
    sections=(Section(words("You"), "course"),),
    time_zone=time_zone("Europe/Stockholm"),
    retired=True,
    webhooks=({"name": "crm", "url": "https://hooks.example.org/", "events": ["submitted"]},),
    reminders=({"template": "reminder", "before": "7d"},),
    own_changes={"fields": ["day"], "before": "7d"},
    group=Group(("other",), 4),
    embed_on=("https://school.example",),
    short_address="camp",
)


@pytest.mark.parametrize("full", [FULL_OPTION, FULL_FIELD, FULL_FORM], ids=lambda full: type(full).__name__)
def test_compiled__reads_back_all_that_can_be_set(full: Option | Field | Form) -> None:
    """A deployed function reads exactly the form that was checked."""
    unset = [each.name for each in fields(full) if getattr(full, each.name) == each.default]
    assert unset == [], "set it above, so that this test notices if it is lost"
    assert type(full).from_dict(json.loads(json.dumps(full.to_dict()))) == full


def test_compiled__leaves_out_what_is_not_set() -> None:
    """A form's version, a digest, stays the same when a release adds a key."""
    plain = a_form(a_field("text", "name"), staff=(), name_field=None)
    assert plain.to_dict() == {
        "name": "course",
        "version": "0123456789ab",
        "id_prefix": "crs",
        "languages": ["en", "sv"],
        "title": {"en": "Course", "sv": "Course (sv)"},
        "email_field": "email",
        "retention_days": 30,
        "fields": [{"name": "name", "type": "text", "label": {"en": "Name", "sv": "Name (sv)"}}],
    }
    assert Form.from_dict(plain.to_dict()) == plain
