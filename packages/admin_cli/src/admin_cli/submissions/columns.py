"""The columns of a list: their names, what each shows of a submission, and sorting by one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from admin_cli.errors import CliError, ExitCode
from admin_cli.submissions.answers import as_read
from admin_cli.submissions.sort_order import in_order
from admin_cli.terminal import completion
from admin_cli.terminal.table import Column
from registration_core.domain.ages import age_in
from registration_core.domain.fields import FieldType
from registration_core.domain.identifiers import display_reference
from registration_core.domain.spam_signs import why_spam
from registration_core.domain.suggestions import meant

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

OWN_FIRST = frozenset({"age", "notes"})
"""If a form has a field of such a name, the column is its answer."""

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
    "labels",
    "notes",
    "notes_count",
    "checked_in",
    "group",
    "expires_at",
)
"""The columns that every list has, whichever forms it covers."""

#: Nobody can use half a telephone number.
_WHOLE = frozenset({FieldType.PHONE, FieldType.DATE, FieldType.NUMBER})


@dataclass(frozen=True, slots=True)
class ListColumn:
    """One column.

    name: its name in --columns. value: a submission's value, as stored. shown: the value as a person reads it; None if
    that is the same.
    """

    name: str
    look: Column
    value: Callable[[Submission], Value]
    shown: Callable[[Submission], Value] | None = None

    def cell(self, submission: Submission, *, for_person: bool) -> Value:
        """Return what is printed of a submission, for a person or a program."""
        return self.shown(submission) if for_person and self.shown is not None else self.value(submission)


class ListColumns:
    """The columns that lists of these forms' submissions may have.

    forms: by name. form: the only one listed; None for all. rank: tells the place in the queue.
    """

    def __init__(self, forms: Mapping[str, Form], form: str | None, *, rank: Rank) -> None:
        self._forms = forms
        self._listed = [definition for name, definition in forms.items() if form in (None, name)]
        self._one = form is not None
        self._fixed = {
            "name": ListColumn("name", Column("NAME", narrowest=12), self.name),
            "option": ListColumn("option", Column("OPTION", narrowest=10), self.option),
            "status": ListColumn("status", Column("STATUS", status=True), lambda submission: str(submission.status)),
            "rank": ListColumn("rank", Column("RANK", number=True), rank),
            "age": ListColumn("age", Column("AGE", number=True), self.age),
            "reference": ListColumn(
                "reference", Column("REFERENCE"), lambda submission: display_reference(submission.reference)
            ),
            "submitted_at": ListColumn("submitted_at", Column("SUBMITTED"), lambda submission: submission.submitted_at),
            "email": ListColumn("email", Column("E-MAIL", narrowest=16), lambda submission: submission.email),
            "form": ListColumn("form", Column("FORM"), lambda submission: submission.form),
            "id": ListColumn("id", Column("ID"), lambda submission: submission.id),
            "position": ListColumn("position", Column("TICKET", number=True), lambda submission: submission.position),
            "language": ListColumn("language", Column("LANGUAGE"), lambda submission: submission.language),
            "version": ListColumn("version", Column("VERSION", number=True), lambda submission: submission.version),
            "form_version": ListColumn(
                "form_version", Column("FORM VERSION"), lambda submission: submission.form_version
            ),
            "verify_by": ListColumn("verify_by", Column("VERIFY BY"), lambda submission: submission.verify_by),
            "verified_at": ListColumn("verified_at", Column("VERIFIED"), lambda submission: submission.verified_at),
            "spam_sign": ListColumn("spam_sign", Column("WHY SPAM", narrowest=20), why_spam),
            "labels": ListColumn(
                "labels", Column("LABELS", narrowest=8), lambda submission: " ".join(submission.labels)
            ),
            "notes": ListColumn(
                "notes", Column("NOTES", narrowest=12), lambda submission: [note.text for note in submission.notes]
            ),
            "notes_count": ListColumn(
                "notes_count", Column("NUMBER OF NOTES", number=True), lambda submission: len(submission.notes)
            ),
            "checked_in": ListColumn(
                "checked_in",
                Column("CHECKED IN", narrowest=10),
                lambda submission: " ".join(check_in.day.isoformat() for check_in in submission.check_ins),
            ),
            "group": ListColumn("group", Column("GROUP"), lambda submission: submission.group),
            "expires_at": ListColumn("expires_at", Column("EXPIRES"), lambda submission: submission.expires_at),
        }

    @property
    def names(self) -> list[str]:
        """The names of all columns, the answers' last."""
        answer_names = dict.fromkeys(field.name for form in self._listed for field in form.fields)
        return [*self._fixed, *(ANSWER + name for name in answer_names)]

    def name(self, submission: Submission) -> str:
        """Return the name of the person that a submission is about; empty if the form asks for none."""
        form = self._forms.get(submission.form)
        return form.name_in(submission.answers) if form is not None else ""

    def option(self, submission: Submission) -> str:
        """Return the option that a submission is about, with or without limited seats."""
        form = self._forms.get(submission.form)
        return submission.option or (form.choice_in(submission.answers) if form is not None else "")

    def age(self, submission: Submission) -> int | None:
        """Return the person's age when the chosen option begins, or today; None if no form asks for it."""
        form = self._forms.get(submission.form)
        return None if form is None else age_in(form, submission.answers, today=form.today(datetime.now(UTC)))

    def usual(self, output: Output) -> list[ListColumn]:
        """Return the columns printed without --columns.

        A pipe always gets the same columns, because programs rely on them. A terminal leaves out columns that would be
        empty or the same on every line, then those that it has no room for.
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
        """Return the columns that --columns names. Raises CliError for an unknown one."""
        return self._known([name.strip() for name in text.split(",") if name.strip()])

    def sorted(self, submissions: Iterable[Submission], by: str) -> list[Submission]:
        """Sort by a column, empty values last. Equal values keep their order.

        by: its name, with a `-` in front for reverse order. Raises CliError for an unknown column.
        """
        (column,) = self._known([by.removeprefix("-")])
        return in_order(submissions, column.value, reverse=by.startswith("-"))

    def _known(self, names: Sequence[str]) -> list[ListColumn]:
        answers_first = OWN_FIRST & {field.name for form in self._listed for field in form.fields}
        return [
            self._answer(name) if name in answers_first else self._fixed.get(name) or self._answer(name)
            for name in names
        ]

    def _answer(self, name: str) -> ListColumn:
        field_name = name.removeprefix(ANSWER)
        field = next((match for form in self._listed if (match := form.field(field_name)) is not None), None)
        if field is None:
            column_names = self.names
            guess = meant(name, [*column_names, *(each.removeprefix(ANSWER) for each in column_names)])
            raise CliError(
                f"There is no column {name!r}.{guess} There are: {', '.join(column_names)}.",
                exit_code=ExitCode.USAGE,
            )
        look = Column(
            field_name.replace("_", " ").upper(),
            narrowest=None if field.type in _WHOLE else 10,
            number=field.type is FieldType.NUMBER,
        )
        return ListColumn(
            ANSWER + field_name,
            look,
            lambda submission: _kept(submission.answers.get(field_name)),
            lambda submission: self._read(field_name, submission),
        )

    def _read(self, name: str, submission: Submission) -> Value:
        """Return an answer as a person reads it, by its own form."""
        form = self._forms.get(submission.form)
        return as_read(form.field(name) if form is not None else None, _kept(submission.answers.get(name)))


def _kept(answer: Answer | None) -> Value:
    return ("yes" if answer else "no") if isinstance(answer, bool) else answer


def _optional(look: Column) -> Column:
    return Column(look.header, look.narrowest, optional=True, status=look.status, number=look.number)
