"""The columns of a list: which there are, what each holds of an entry, and by which a list is sorted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from admin_cli.errors import CliError, ExitCode
from admin_cli.submissions.answers import as_read
from admin_cli.submissions.sort_order import in_order
from admin_cli.submissions.spam_signs import why_spam
from admin_cli.terminal import completion
from admin_cli.terminal.table import Column
from admin_cli.terminal.usage import meant
from registration_core.domain.ages import age_in
from registration_core.domain.fields import FieldType
from registration_core.domain.identifiers import display_reference

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from admin_cli.terminal.output import Output
    from admin_cli.terminal.values import Value
    from registration_core.domain.forms import Form
    from registration_core.domain.submission import Submission
    from registration_core.domain.values import Answer

    Rank = Callable[[Submission], int | None]

_complete_columns = completion.columns(lambda: FIXED_COLUMNS, prefix="answers.")
ColumnsOption = Annotated[
    str | None,
    typer.Option(
        "--columns",
        metavar="[COLUMNS]",
        help="Print these comma-separated columns. Without a value, list them.",
        autocompletion=_complete_columns,
    ),
]
SortOption = Annotated[
    str | None,
    typer.Option(
        "--sort",
        metavar="COLUMN",
        help="Sort by this column. Put a - in front to reverse the order.",
        autocompletion=_complete_columns,
    ),
]

ANSWER = "answers."

AGE = "age"
"""A form that asks a field of this name means its answer."""

FIXED_COLUMNS: tuple[str, ...] = (
    "name",
    "option",
    "status",
    "rank",
    "age",
    "reference",
    "submitted_at",
    "email",
    "form",
    "id",
    "position",
    "language",
    "version",
    "form_version",
    "verify_by",
    "verified_at",
    "spam_sign",
    "expires_at",
)
"""The columns that every list has, whatever its forms ask."""

#: Half a telephone number is of no use to anybody.
_WHOLE = frozenset({FieldType.PHONE, FieldType.DATE, FieldType.NUMBER})


@dataclass(frozen=True, slots=True)
class ListColumn:
    """One column.

    name: as --columns has it. value: what an entry has there, as it is kept. shown: the same as a person reads it; None
    where that is no other.
    """

    name: str
    look: Column
    value: Callable[[Submission], Value]
    shown: Callable[[Submission], Value] | None = None

    def cell(self, entry: Submission, *, for_person: bool) -> Value:
        """Give what is printed of an entry, for a person or for a program."""
        return self.shown(entry) if for_person and self.shown is not None else self.value(entry)


class ListColumns:
    """The columns that lists of these forms' entries may have.

    forms: by name. form: the only one listed; None for all. rank: tells the place in the queue.
    """

    def __init__(self, forms: Mapping[str, Form], form: str | None, *, rank: Rank) -> None:
        self._forms = forms
        self._listed = [found for name, found in forms.items() if form in (None, name)]
        self._one = form is not None
        self._fixed = {
            "name": ListColumn("name", Column("NAME", narrowest=12), self.name),
            "option": ListColumn("option", Column("OPTION", narrowest=10), self.option),
            "status": ListColumn("status", Column("STATUS", status=True), lambda entry: str(entry.status)),
            "rank": ListColumn("rank", Column("RANK", number=True), rank),
            "age": ListColumn("age", Column("AGE", number=True), self.age),
            "reference": ListColumn("reference", Column("REFERENCE"), lambda entry: display_reference(entry.reference)),
            "submitted_at": ListColumn("submitted_at", Column("SUBMITTED"), lambda entry: entry.submitted_at),
            "email": ListColumn("email", Column("E-MAIL", narrowest=16), lambda entry: entry.email),
            "form": ListColumn("form", Column("FORM"), lambda entry: entry.form),
            "id": ListColumn("id", Column("ID"), lambda entry: entry.id),
            "position": ListColumn("position", Column("TICKET", number=True), lambda entry: entry.position),
            "language": ListColumn("language", Column("LANGUAGE"), lambda entry: entry.language),
            "version": ListColumn("version", Column("VERSION", number=True), lambda entry: entry.version),
            "form_version": ListColumn("form_version", Column("FORM VERSION"), lambda entry: entry.form_version),
            "verify_by": ListColumn("verify_by", Column("VERIFY BY"), lambda entry: entry.verify_by),
            "verified_at": ListColumn("verified_at", Column("VERIFIED"), lambda entry: entry.verified_at),
            "spam_sign": ListColumn("spam_sign", Column("WHY SPAM", narrowest=20), why_spam),
            "expires_at": ListColumn("expires_at", Column("EXPIRES"), lambda entry: entry.expires_at),
        }

    @property
    def names(self) -> list[str]:
        """The names of all columns, the answers' last."""
        asked = dict.fromkeys(field.name for form in self._listed for field in form.fields)
        return [*self._fixed, *(ANSWER + name for name in asked)]

    def name(self, entry: Submission) -> str:
        """Say what the person is called whom an entry is about; nothing where the form asks no name."""
        form = self._forms.get(entry.form)
        return form.name_in(entry.answers) if form is not None else ""

    def option(self, entry: Submission) -> str:
        """Say which option an entry is about, whether its seats are counted or not."""
        form = self._forms.get(entry.form)
        return entry.option or (form.choice_in(entry.answers) if form is not None else "")

    def age(self, entry: Submission) -> int | None:
        """Say how old the person is when the chosen option begins, else today; None where no form asks that."""
        form = self._forms.get(entry.form)
        return None if form is None else age_in(form, entry.answers, today=form.today(datetime.now(UTC)))

    def usual(self, output: Output) -> list[ListColumn]:
        """Give what is printed unless --columns says otherwise.

        A pipe has always the same columns, whoever reads them counts on it. A terminal leaves out what would be empty
        or the same on each line, and at last what it has no room for.
        """
        if not output.on_terminal:
            return self._known(("reference", "submitted_at", "form", "status", "email", "id", "name", "option"))
        chooses = not self._one or any(form.chosen_field is not None for form in self._listed)
        named = ["name", *(["option"] if chooses else []), "status", *(["rank"] if chooses else [])]
        named += ["reference", "submitted_at", "email", *([] if self._one else ["form"]), "id"]
        given_up = ("email", "form", "id")
        return [
            ListColumn(each.name, _optional(each.look), each.value) if each.name in given_up else each
            for each in self._known(named)
        ]

    def chosen(self, text: str) -> list[ListColumn]:
        """Give the columns that --columns names. Raises CliError for one that there is not."""
        return self._known([name.strip() for name in text.split(",") if name.strip()])

    def sorted(self, entries: Iterable[Submission], by: str) -> list[Submission]:
        """Sort by a column, what has nothing there last; in the order given where it is the same.

        by: its name, with a `-` in front for the other way round. Raises CliError for a column that there is not.
        """
        (column,) = self._known([by.removeprefix("-")])
        return in_order(entries, column.value, reverse=by.startswith("-"))

    def _known(self, names: Sequence[str]) -> list[ListColumn]:
        own = {AGE} & {field.name for form in self._listed for field in form.fields}
        return [self._answer(name) if name in own else self._fixed.get(name) or self._answer(name) for name in names]

    def _answer(self, name: str) -> ListColumn:
        asked = name.removeprefix(ANSWER)
        field = next((found for form in self._listed if (found := form.field(asked)) is not None), None)
        if field is None:
            known = self.names
            raise CliError(
                f"There is no column {name!r}.{meant(name, [*known, *(n.removeprefix(ANSWER) for n in known)])} "
                f"There are: {', '.join(known)}.",
                exit_code=ExitCode.USAGE,
            )
        look = Column(
            asked.replace("_", " ").upper(),
            narrowest=None if field.type in _WHOLE else 10,
            number=field.type is FieldType.NUMBER,
        )
        return ListColumn(
            ANSWER + asked, look, lambda entry: _kept(entry.answers.get(asked)), lambda entry: self._read(asked, entry)
        )

    def _read(self, name: str, entry: Submission) -> Value:
        """Give an answer as a person reads it, by the form that it was given to."""
        form = self._forms.get(entry.form)
        return as_read(form.field(name) if form is not None else None, _kept(entry.answers.get(name)))


def _kept(answer: Answer | None) -> Value:
    return ("yes" if answer else "no") if isinstance(answer, bool) else answer


def _optional(look: Column) -> Column:
    return Column(look.header, look.narrowest, optional=True, status=look.status, number=look.number)
