"""`rollcall import` reads what `rollcall export` writes: the same answers in the same fields."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from unit.cli.office import Office
from unit.core.builders import a_field, a_form
from unit.export.table_source import NOW, TableSource, entry

from registration_core.domain.fields import Option, Text

if TYPE_CHECKING:
    from pathlib import Path

    from unit.cli.fakes import CommandLine, Ran

    from registration_core.domain.forms import Form

NAME, EMAIL = a_field("text", "name", required=True), a_field("email", "email", required=True)


def labelled(kind: str, name: str, label: str, **settings: Any) -> Any:
    return replace(a_field(kind, name, **settings), label=Text({"en": label}))


def option(value: str, label: str) -> Option:
    return Option(value, Text({"en": label}))


class Trip:
    """Two offices with the same form: one exports, the other imports."""

    def __init__(self, office: Office, folder: Path) -> None:
        self.office = office
        self.folder = folder
        office.clock.forward(seconds=(NOW - office.clock.now()).total_seconds())

    def form(self, *fields: Any, **settings: Any) -> Form:
        form = a_form(NAME, EMAIL, *fields, **({"retention_days": 3660} | settings))
        self.office.forms.clear()
        self.office.forms[form.name] = form
        return form

    def __call__(self, form: Form, *answers: dict[str, Any], ending: str = "csv", options: tuple[str, ...] = ()) -> Ran:
        self.office.line.source = TableSource(
            [entry(number, form=form, answers=each) for number, each in enumerate(answers)]
        )
        self.file = self.folder / f"sheet.{ending}"
        ran = self.office.line("export", str(self.file), "--form", form.name, *options)
        assert ran.code == 0, ran.err
        return self.take()

    def take(self) -> Ran:
        return self.office.line("import", str(self.file), "--form", "course", "--yes")

    def rewrite(self, old: str, new: str) -> Ran:
        text = self.file.read_text(encoding="utf-8-sig")
        assert old in text
        self.file.write_text(text.replace(old, new), encoding="utf-8")
        return self.take()

    @property
    def headings(self) -> list[str]:
        return next(csv.reader(io.StringIO(self.file.read_text(encoding="utf-8-sig"))))

    def answers(self, name: str) -> list[Any]:
        entries = sorted(self.office.repository.entries.values(), key=lambda each: each.email)
        return [each.answers.get(name) for each in entries]


@pytest.fixture
def trip(rollcall_local: CommandLine, tmp_path: Path) -> Trip:
    return Trip(Office(rollcall_local), tmp_path)


def test_swapped_labels__keep_their_answers(trip: Trip) -> None:
    """Field `phone` has the label Contact, and `contact` the label Phone: each answer returns to its own field."""
    form = trip.form(labelled("text", "phone", "Contact"), labelled("text", "contact", "Phone"))

    ran = trip(form, {"phone": "by phone", "contact": "by hand"})

    assert ran.code == 0, ran.err
    assert trip.headings[5:7] == ["Contact (phone)", "Phone (contact)"]
    assert (trip.answers("phone"), trip.answers("contact")) == (["by phone"], ["by hand"])


def test_ambiguous_heading__is_refused_by_name(trip: Trip) -> None:
    form = trip.form(labelled("text", "phone", "Contact"), labelled("text", "contact", "Phone"))
    trip(form, {"phone": "by phone", "contact": "by hand"})
    trip.office.repository.entries.clear()

    ran = trip.rewrite("Contact (phone)", "Contact")

    assert ran.code == 1
    assert 'column F has the heading "Contact", which could mean "answers.contact" or "answers.phone"' in ran.err
    assert trip.office.repository.entries == {}


def test_label_like_a_columns_name__keeps_its_answers(trip: Trip) -> None:
    """A field with the label Status is beside the submission's status."""
    ran = trip(trip.form(labelled("text", "marital", "Status")), {"marital": "single"})

    assert ran.code == 0, ran.err
    assert trip.headings[2] == "Status (status)"
    assert trip.answers("marital") == ["single"]


@pytest.mark.parametrize("chosen", [["a"], ["b"], ["a", "b"], ["c"], ["a", "c", "d"], ["d", "e"], ["e"]])
def test_option_labels__with_separators_and_quotes_survive(trip: Trip, chosen: list[str]) -> None:
    options = (
        option("a", "Nuts; seeds"),
        option("b", "Milk, butter"),
        option("c", "Nuts"),
        option("d", 'Seeds "all"'),
        option("e", "Butter"),
    )

    ran = trip(trip.form(a_field("choices", "foods", options=options)), {"foods": chosen})

    assert ran.code == 0, ran.err
    assert trip.answers("foods") == [chosen]


def test_option_labels__that_swap_values_survive(trip: Trip) -> None:
    """The label of one option is the value of the other."""
    levels = a_field("choice", "level", options=(option("low", "high"), option("high", "low")))

    ran = trip(trip.form(levels), {"level": "low"}, {"level": "high"})

    assert ran.code == 0, ran.err
    assert trip.answers("level") == ["low", "high"]


def test_ambiguous_option__is_refused(trip: Trip) -> None:
    levels = a_field("choice", "level", options=(option("low", "high"), option("high", "low")))
    trip(trip.form(levels), {"level": "low"})
    trip.office.repository.entries.clear()

    ran = trip.rewrite("high (low)", "high")

    assert '"high" could be high (low) or low (high). Write one of these.' in ran.err
    assert trip.office.repository.entries == {}


@pytest.mark.parametrize("language", ["en", "sv"])
@pytest.mark.parametrize("ending", ["csv", "tsv"])
def test_words__of_each_language_survive(trip: Trip, language: str, ending: str) -> None:
    """Statuses and consents are words of that language."""
    form = trip.form(a_field("consent", "photos"), a_field("textarea", "notes"))
    notes = 'One "quoted"\n\t=2+2; x\\n'

    ran = trip(form, {"photos": True, "notes": notes}, {}, ending=ending, options=("--language", language))

    assert ran.code == 0, ran.err
    assert ("bekräftad" in trip.file.read_text(encoding="utf-8-sig")) == (language == "sv")
    assert trip.answers("photos") == [True, None]
    assert trip.answers("notes") == [notes, None]


def test_submitted_at__keeps_the_dates_of_another_year(trip: Trip) -> None:
    """A migrated submission has its own date; its history says when it was imported."""
    ran = trip(trip.form(), {})

    assert ran.code == 0, ran.err
    (taken,) = trip.office.repository.entries.values()
    assert taken.submitted_at == trip.office.line.source.entries[0].submitted_at  # type: ignore[union-attr]
    assert [event.at for event in trip.office.repository.details(taken.id).events] == [trip.office.clock.now()]
