"""Time zones without a database: a compiled form's rule agrees with Python's own database."""

from __future__ import annotations

import pickle
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registration_core.domain.errors import FormFileError
from registration_core.domain.forms import Form
from rollcall_build.forms.files import compile_forms
from rollcall_build.forms.time_zones import TimeZoneError, time_zone

if TYPE_CHECKING:
    from pathlib import Path

    from registration_core.domain.time_zones import TimeZone

NAMES = (
    *("Europe/Stockholm", "Europe/Dublin", "America/New_York", "America/Nuuk", "America/Santiago", "Asia/Kolkata"),
    *("Australia/Lord_Howe", "Pacific/Chatham", "Africa/Cairo", "Asia/Jerusalem", "Etc/GMT-1", "UTC"),
)
ZONES = [(time_zone(name), ZoneInfo(name)) for name in NAMES]
START = datetime(2027, 1, 1, tzinfo=UTC).replace(tzinfo=None)
MINUTES = st.integers(0, 60 * 24 * 365 * 8).map(lambda minutes: START + timedelta(minutes=minutes))

FORM = """\
id_prefix = "tst"
retention_days = 30
title = "A day"
once = "day"
opens_at = 2027-06-01T09:00:00Z

[[fields]]
name = "email"
type = "email"
label = "E-mail"
required = true

[[fields]]
name = "day"
type = "choice"
label = "Day"
required = true

[[fields.options]]
value = "first"
label = "First"
starts_at = 2027-07-01T10:00:00+01:00
ends_at = 2027-07-01T12:00:00+01:00
"""


@given(st.sampled_from(ZONES), MINUTES)
def test_zone__shows_what_the_database_shows(zones: tuple[TimeZone, ZoneInfo], at: datetime) -> None:
    ours, theirs = (at.replace(tzinfo=UTC).astimezone(zone) for zone in zones)
    assert (ours.isoformat(), ours.fold, ours.tzname()) == (theirs.isoformat(), theirs.fold, theirs.tzname())


@given(st.sampled_from(ZONES), MINUTES, st.sampled_from((0, 1)))
def test_zone__reads_a_clock_as_the_database_does(zones: tuple[TimeZone, ZoneInfo], at: datetime, fold: int) -> None:
    """This includes an hour that comes twice, and one that never comes."""
    ours, theirs = (at.replace(tzinfo=zone, fold=fold).utcoffset() for zone in zones)
    assert ours == theirs


@pytest.mark.parametrize("hours", range(-4, 5))
def test_zone__changes_its_clocks_at_the_right_moment(hours: int) -> None:
    for zone, theirs in ZONES:
        for change in (datetime(2027, 3, 28, 1, tzinfo=UTC), datetime(2027, 10, 31, 1, tzinfo=UTC)):
            at = change + timedelta(minutes=hours)
            assert at.astimezone(zone).isoformat() == at.astimezone(theirs).isoformat()


def test_zone__survives_serialisation() -> None:
    zone = time_zone("Europe/Stockholm")
    assert pickle.loads(pickle.dumps(zone)) == zone  # noqa: S301 - our own bytes
    assert zone.rule == "CET-1CEST,M3.5.0,M10.5.0/3"


@pytest.mark.parametrize("name", ["Europe/Stokholm", "", "../../etc/passwd", 1, "CET-1CEST"])
def test_zone__that_does_not_exist_is_refused(name: object) -> None:
    with pytest.raises(TimeZoneError, match="use one such as Europe/Stockholm"):
        time_zone(name)


def test_zone__without_a_regular_rule_is_refused() -> None:
    with pytest.raises(TimeZoneError, match="such as Etc/GMT-1"):
        time_zone("Africa/Casablanca")


@pytest.fixture
def forms_dir(tmp_path: Path) -> Path:
    (tmp_path / "forms" / "test").mkdir(parents=True)
    (tmp_path / "forms" / "test" / "form.toml").write_text(FORM, encoding="utf-8")
    (tmp_path / "site").mkdir()
    return tmp_path / "forms"


def zone_named(forms_dir: Path, name: str) -> Form:
    (forms_dir.parent / "site" / "site.toml").write_text(f'time_zone = "{name}"\n', encoding="utf-8")
    return compile_forms(forms_dir)["test"]


def test_form__has_every_time_in_the_organisations_zone(forms_dir: Path) -> None:
    form = zone_named(forms_dir, "Europe/Stockholm")
    field = form.field("day")
    assert field is not None
    assert form.opens_at is not None
    assert str(field.options[0].starts_at) == "2027-07-01 11:00:00+02:00"
    assert str(form.opens_at) == "2027-06-01 11:00:00+02:00"
    assert Form.from_dict(form.to_dict()) == form


def test_form__counts_days_in_the_organisations_zone(forms_dir: Path) -> None:
    """Half past midnight in Stockholm is another day than in UTC."""
    now = datetime(2027, 6, 30, 22, 30, tzinfo=UTC)
    assert str(zone_named(forms_dir, "Europe/Stockholm").today(now)) == "2027-07-01"
    assert str(zone_named(forms_dir, "UTC").today(now)) == "2027-06-30"


def test_form__of_another_zone_is_another_version(forms_dir: Path) -> None:
    assert zone_named(forms_dir, "Europe/Stockholm").version != zone_named(forms_dir, "Europe/Lisbon").version


def test_forms__name_a_zone_that_does_not_exist(forms_dir: Path) -> None:
    with pytest.raises(FormFileError, match=r'site/site\.toml: "time_zone" is \'Mars\', which is not a time zone'):
        zone_named(forms_dir, "Mars")


def test_forms__without_a_site_keep_the_offsets_of_their_files(forms_dir: Path) -> None:
    form = compile_forms(forms_dir)["test"]
    assert form.time_zone is None
    assert str(form.opens_at) == "2027-06-01 09:00:00+00:00"
