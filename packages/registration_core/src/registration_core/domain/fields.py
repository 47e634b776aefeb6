"""Fields: the questions of a form, one by one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from registration_core.domain.conditions import Condition
    from registration_core.domain.files import FileRules


class FieldType(StrEnum):
    """The kinds of question that a form can ask."""

    TEXT = "text"
    TEXTAREA = "textarea"
    EMAIL = "email"
    PHONE = "phone"
    DATE = "date"
    NUMBER = "number"
    CHOICE = "choice"
    CHOICES = "choices"
    CONSENT = "consent"
    FILE = "file"
    HIDDEN = "hidden"


_PLAIN = (
    *("min_length", "max_length", "minimum", "maximum", "min_choices", "max_choices"),
    *("autocomplete", "region", "draft", "age_from", "from_query"),
)
"""Keys that a compiled field copies as they are, if set."""

OPTION_TIMES = ("starts_at", "ends_at", "opens_at", "closes_at")

FIRST_DATE, LAST_DATE = "1900-01-01", "2199-12-31"
"""A date's limits if the form file gives none. They catch typing errors such as the year 0015."""


@dataclass(frozen=True, slots=True)
class Text:
    """A text in one or more languages. The first is the fallback."""

    by_language: Mapping[str, str]

    def in_language(self, language: str) -> str:
        """Return the text in this language, otherwise in the first."""
        text = self.by_language.get(language)
        return text if text is not None else next(iter(self.by_language.values()))

    def __str__(self) -> str:
        return next(iter(self.by_language.values()))


@dataclass(frozen=True, slots=True)
class Option:
    """One choice of a field.

    capacity: the seats that a quota starts with. starts_at, ends_at, place: when (aware) and where
    it takes place, for the registrant's calendar. min_age, max_age: the ages that it is for, on the
    day of starts_at; see `Field.age_from`. show_when: None if it is always offered. opens_at,
    closes_at: from when to when it can be chosen; see `domain.openings`.
    """

    value: str
    label: Text
    hint: Text | None = None
    capacity: int | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    place: Text | None = None
    min_age: int | None = None
    max_age: int | None = None
    show_when: Condition | None = None
    opens_at: datetime | None = None
    closes_at: datetime | None = None

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Option:
        """Read an option of the compiled form."""
        values = dict(data)
        for key in ("label", "hint", "place"):
            if key in values:
                values[key] = Text(values[key])
        for key in OPTION_TIMES:
            if key in values:
                values[key] = datetime.fromisoformat(values[key])
        if "show_when" in values:
            values["show_when"] = _condition(values["show_when"])
        return cls(**values)

    def to_dict(self) -> dict[str, Any]:
        """Return the option for the compiled form, without what isn't set."""
        data: dict[str, Any] = {"value": self.value, "label": dict(self.label.by_language)}
        for key, text in (("hint", self.hint), ("place", self.place)):
            if text is not None:
                data[key] = dict(text.by_language)
        for key in OPTION_TIMES:
            if getattr(self, key) is not None:
                data[key] = getattr(self, key).isoformat()
        for key in ("capacity", "min_age", "max_age"):
            if getattr(self, key) is not None:
                data[key] = getattr(self, key)
        if self.show_when is not None:
            data["show_when"] = self.show_when.to_dict()
        return data


@dataclass(frozen=True, slots=True)
class Field:
    """One question, and the answers that it accepts.

    min_length, max_length: in characters as people count them (text, textarea, email, phone).
    minimum, maximum: numbers; for a date `2025-06-30`, `today`, `today-18y` or `today+30d`.
    decimals: the most digits after a number's point. min_choices, max_choices: how many options of
    `choices` may be chosen. region: the country of telephone numbers without a country code, such
    as SE. example: a valid raw answer. keep_for_next: whether the answer is filled in again when
    someone sends the form for another person. draft: whether the browser may keep the answer until
    it is sent; None if the form file doesn't say. age_from: the date field from which the options'
    ages are counted. missing: the error for a missing answer. show_when: None if it is always
    asked; otherwise required only applies when it is. files: what a question for files accepts;
    None for any other. Files arrive after the answers, so `required` never holds up an answer.
    from_query: the parameter of the page's address that fills in the answer.
    """

    name: str
    type: FieldType
    label: Text
    hint: Text | None = None
    required: bool = False
    autocomplete: str | None = None
    min_length: int | None = None
    max_length: int | None = None
    minimum: int | float | str | None = None
    maximum: int | float | str | None = None
    decimals: int = 0
    options: tuple[Option, ...] = ()
    min_choices: int | None = None
    max_choices: int | None = None
    region: str | None = None
    example: str | int | float | bool | tuple[str, ...] | None = None
    keep_for_next: bool = False
    draft: bool | None = None
    age_from: str | None = None
    missing: Text | None = None
    show_when: Condition | None = None
    files: FileRules | None = None
    from_query: str | None = None

    @property
    def always_required(self) -> bool:
        """Whether every submission has an answer."""
        return self.answer_required and self.show_when is None

    @property
    def answer_required(self) -> bool:
        """Whether a submission needs an answer whenever the question is asked. Files come later."""
        return self.required and self.type is not FieldType.FILE

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """What the question or one of its options depends on."""
        conditions = (self.show_when, *(option.show_when for option in self.options))
        return tuple(condition for condition in conditions if condition is not None)

    @property
    def kept_in_draft(self) -> bool:
        """Whether the browser keeps the answer until it is sent: never a consent or a file.

        A textarea only with `draft`.
        """
        if self.type in (FieldType.CONSENT, FieldType.FILE):
            return False
        return self.type is not FieldType.TEXTAREA if self.draft is None else self.draft

    def option(self, value: str) -> Option | None:
        """Return the option with this value, or None."""
        for option in self.options:
            if option.value == value:
                return option
        return None

    @property
    def first_date(self) -> str:
        """A date's lower limit: `minimum`, or the default."""
        return FIRST_DATE if self.minimum is None else str(self.minimum)

    @property
    def last_date(self) -> str:
        """A date's upper limit: `maximum`, or the default."""
        return LAST_DATE if self.maximum is None else str(self.maximum)

    def age_at(self, limit: str) -> int | None:
        """Return the age that a limit such as `today-6y` means; None unless this is a date of birth."""
        born = self.autocomplete is not None and self.autocomplete.split(" ")[-1] == "bday"
        return int(limit[len("today-") : -1]) if born and limit.startswith("today-") and limit.endswith("y") else None

    def earliest(self, today: date) -> date:
        """Return the earliest valid date (dates only)."""
        return resolve_date(self.first_date, today)

    def latest(self, today: date) -> date:
        """Return the latest valid date (dates only)."""
        return resolve_date(self.last_date, today)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Field:
        """Read a field of the compiled form."""
        values = dict(data)
        values["type"] = FieldType(values["type"])
        for key in ("label", "hint", "missing"):
            if key in values:
                values[key] = Text(values[key])
        if "options" in values:
            values["options"] = tuple(map(Option.from_dict, values["options"]))
        if "show_when" in values:
            values["show_when"] = _condition(values["show_when"])
        if "files" in values:
            from registration_core.domain.files import FileRules  # noqa: PLC0415 - only forms that ask for some

            values["files"] = FileRules.from_dict(values["files"])
        if isinstance(values.get("example"), list):
            values["example"] = tuple(values["example"])
        return cls(**values)

    def to_dict(self) -> dict[str, Any]:
        """Return the field for the compiled form, without what isn't set."""
        data: dict[str, Any] = {"name": self.name, "type": self.type.value, "label": dict(self.label.by_language)}
        for key, text in (("hint", self.hint), ("missing", self.missing)):
            if text is not None:
                data[key] = dict(text.by_language)
        for key in ("required", "keep_for_next", "decimals"):
            if getattr(self, key):
                data[key] = getattr(self, key)
        for key, rules in (("show_when", self.show_when), ("files", self.files)):
            if rules is not None:
                data[key] = rules.to_dict()
        for key in _PLAIN:
            if getattr(self, key) is not None:
                data[key] = getattr(self, key)
        if self.options:
            data["options"] = [option.to_dict() for option in self.options]
        return data | _example(self.example)


def _example(example: object) -> dict[str, Any]:
    if example is None:
        return {}
    return {"example": list(example) if isinstance(example, tuple) else example}


def _condition(data: Mapping[str, Any]) -> Condition:
    from registration_core.domain.conditions import Condition  # noqa: PLC0415 - only forms that have some

    return Condition.from_dict(data)


def resolve_date(bound: str, today: date) -> date:
    """Return the date that a bound means: `2025-06-30`, `today`, `today-18y` (years), `today+30d` (days).

    29 February becomes 28 February in years without it. Raises ValueError for any other text.
    """
    if not bound.startswith("today"):
        return date.fromisoformat(bound)
    distance = bound.removeprefix("today")
    if not distance:
        return today
    sign, amount, unit = distance[0], distance[1:-1], distance[-1]
    if sign not in "+-" or unit not in "dy" or not (amount.isascii() and amount.isdigit()):
        raise ValueError(f"not a date: {bound!r}")
    number = int(f"{sign}{amount}")
    try:
        if unit == "d":
            return today + timedelta(days=number)
        try:
            return today.replace(year=today.year + number)
        except ValueError:
            return today.replace(year=today.year + number, day=28)
    except OverflowError as error:
        raise ValueError(f"not a date: {bound!r}") from error
