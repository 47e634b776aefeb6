"""A form file's [[reminders]]: each checked and read."""

from __future__ import annotations

from registration_core.domain.lengths import read_length
from registration_core.domain.mail import MailKind
from registration_core.domain.reminders import Reminder
from rollcall_build.forms.checked_table import CheckedTable, listed, repeated, suggestion

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from registration_core.domain.fields import Field
    from registration_core.domain.forms import OwnMail

REMINDER = ("template", "before", "after")
MOST_REMINDERS = 10


def read_reminders(
    values: CheckedTable, chosen: Field | None, mails: Sequence[OwnMail], languages: Sequence[str]
) -> tuple[Mapping[str, Any], ...]:
    """Read the form's reminders, as the compiled form has them.

    chosen: the field that a submission is about. mails: the form's own.
    """
    tables = values.tables("reminders", required=False)
    if len(tables) > MOST_REMINDERS:
        values.problem(f"there are {len(tables)} reminders; a form can have at most {MOST_REMINDERS}")
    if tables and (chosen is None or all(option.starts_at is None for option in chosen.options)):
        values.problem(
            "[[reminders]] need an option with a date: give the options of the field that [quota] or "
            '"once" names a "starts_at"'
        )
    reminders = [
        reminder
        for number, each in enumerate(tables, start=1)
        if (
            reminder := _reminder(
                CheckedTable(each, f"{values.where}: reminder {number}", values.problems), mails, languages
            )
        )
    ]
    for twice in repeated(f'"{each.template}" {each.length}' for each in reminders):
        values.problem(f"two reminders are {twice}; remove one")
    return tuple(reminder.to_dict() for reminder in reminders)


def _reminder(table: CheckedTable, mails: Sequence[OwnMail], languages: Sequence[str]) -> Reminder | None:
    table.known_keys(REMINDER, of="a reminder")
    template, side = table.string("template", required=True), _side(table)
    length = table.string(side) if side is not None else None
    if template is not None:
        _check_template(table, template, mails, languages)
    if template is None or side is None or length is None:
        return None
    try:
        read_length(length)
    except ValueError:
        table.problem(f'"{side}" is "{length}"; write a length of time from 1h to 366d, such as 12h, 7d or 2w')
    return Reminder(template, length, after=side == "after")


def _side(table: CheckedTable) -> str | None:
    sides = [side for side in ("before", "after") if side in table]
    if len(sides) == 1:
        return sides[0]
    table.problem(
        'a reminder has either "before", counted from "starts_at", or "after", counted from "ends_at"; '
        f"this one has {'both' if sides else 'neither'}"
    )
    return None


def _check_template(table: CheckedTable, template: str, mails: Sequence[OwnMail], languages: Sequence[str]) -> None:
    mail = next((each for each in mails if each.name == template), None)
    if mail is None:
        names = [each.name for each in mails]
        ours = template in list(MailKind)
        if ours:
            why = "but Rollcall sends that mail already; give the reminder a mail of its own"
        else:
            why = f"but this form has no such mail{suggestion(template, names)}"
        others = f", or use one of {listed(names)}" if names else ""
        file = f"mail/{'reminder' if ours else template}.{languages[0]}.subject.j2"
        table.problem(
            f'"template" is "{template}", {why}: write {file}, .txt.j2 and .html.j2 beside the form file{others}'
        )
        return
    for language in languages:
        if language not in mail.languages:
            table.problem(f'the mail "{template}" has no {language} files; write mail/{template}.{language}.*.j2 too')
    if mail.needs:
        table.problem(
            f'the mail "{template}" uses {listed(f"set.{name}" for name in mail.needs)}, which staff give; nobody '
            "gives a reminder values, so write the words themselves"
        )
