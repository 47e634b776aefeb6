"""The options --form, --status, --since, --until and --option."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from unit.core.builders import a_field, a_form

from admin_cli.known_errors import explain
from registration_core.domain.errors import InvalidFilterError, UnknownNameError
from registration_core.domain.fields import Option, Text
from registration_core.domain.filters import selection
from registration_core.domain.quota import Quota
from registration_core.domain.selection import Selection
from registration_core.domain.submission import Status

if TYPE_CHECKING:
    from collections.abc import Iterator

NOW = datetime(2026, 11, 26, 17, 30, tzinfo=UTC)
COURSE = a_field(
    "choice",
    "course",
    options=tuple(
        Option(name, Text({"en": f"All about {name}", "sv": f"Allt om {name}"}), capacity=2)
        for name in ("robots", "code")
    ),
)
FORMS = {
    "registration": a_form(COURSE, name="registration", quota=Quota("course")),
    "contact": a_form(name="contact"),
}


@pytest.fixture(autouse=True)
def stockholm(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The reader is in Stockholm."""
    monkeypatch.setenv("TZ", "Europe/Stockholm")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def test_selection__without_options_is_everything() -> None:
    """It reads no form for that."""
    assert selection(lambda: pytest.fail("read"), now=NOW) == Selection()


def test_selection__accepts_what_exists() -> None:
    chosen = selection(
        lambda: FORMS,
        form="registration",
        status=["pending,Spam", "confirmed"],
        since="7d",
        until="2026-11-26T12:00Z",
        option="robots",
        now=NOW,
    )

    statuses = frozenset({Status.PENDING, Status.SPAM, Status.CONFIRMED})
    until = datetime(2026, 11, 26, 12, tzinfo=UTC)
    assert chosen == Selection("registration", statuses, NOW - timedelta(days=7), until, "robots")


@pytest.mark.parametrize(
    ("options", "code", "message"),
    [
        ({"form": "registraton"}, 3, "There is no form 'registraton'. Did you mean 'registration'?"),
        ({"status": ["waitlist"]}, 2, "There is no status 'waitlist'. Did you mean 'waitlisted'? There are: pending,"),
        ({"status": ["spam,"]}, 2, "There is no status ''. There are: pending,"),
        (
            {"option": "robot"},
            3,
            "There is no option 'robot' in any form. Did you mean 'robots'? There are: robots, code",
        ),
        ({"option": "robots", "form": "contact"}, 3, "in the form contact. It has no limited seats."),
        ({"since": "2d", "until": "3d"}, 2, "--since 2d must be earlier than --until 3d."),
    ],
)
def test_selection__suggests_the_nearest(options: dict[str, str], code: int, message: str) -> None:
    with pytest.raises((InvalidFilterError, UnknownNameError)) as raised:
        selection(lambda: FORMS, **options, now=NOW)  # type: ignore[arg-type]
    assert (message in str(raised.value), explain(raised.value).exit_code) == (True, code)


@pytest.mark.parametrize("named", ["robots", "all about Robots", "ALLT OM ROBOTS"])
def test_selection__accepts_an_option_by_its_label(named: str) -> None:
    """In any language of the form, and in any case."""
    assert selection(lambda: FORMS, option=named, now=NOW).option == "robots"


def test_selection__accepts_an_option_the_form_removed() -> None:
    """Its submissions still exist; only then does it read older versions."""
    chosen = selection(
        lambda: FORMS, option="robots", form="contact", now=NOW, versions_of=lambda _: [FORMS["registration"]]
    )
    assert chosen.option == "robots"
    assert selection(lambda: FORMS, option="code", now=NOW, versions_of=lambda _: pytest.fail("read")).option == "code"
    with pytest.raises(UnknownNameError):
        selection(lambda: FORMS, option="cooking", now=NOW, versions_of=lambda _: [FORMS["registration"]])


def test_selection__trusts_the_name_if_no_form_is_known() -> None:
    """The forms of that stack were never published."""
    assert selection(dict, form="registration", option="robots", now=NOW) == Selection("registration", option="robots")
