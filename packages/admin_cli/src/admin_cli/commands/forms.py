"""`rollcall forms`: checks, shows and tries out the forms of a clone."""

from __future__ import annotations

import shlex
from pathlib import Path  # noqa: TC003 - Typer reads the annotations
from typing import TYPE_CHECKING, Annotated

import typer

from admin_cli.commands import language, openings, overrides
from admin_cli.commands.embed import embed
from admin_cli.forms.definitions import forms_at_hand, forms_folder, read_checked_forms, shared_folder
from admin_cli.forms.parameters import Folder, FormArgument  # noqa: TC001 - Typer reads the annotations
from admin_cli.services import of
from admin_cli.terminal.escape import to_json, to_json_line
from admin_cli.terminal.help import Command, noun
from admin_cli.terminal.json_fields import json_option, pick, requested_fields
from admin_cli.terminal.local_time import keep_time_of
from admin_cli.terminal.table import Column
from admin_cli.terminal.values import for_person
from registration_core.domain.filters import the_form
from registration_core.domain.reminders import Reminder

if TYPE_CHECKING:
    from collections.abc import Mapping

    from admin_cli.terminal.values import Value
    from registration_core.domain.fields import Field, Option
    from registration_core.domain.forms import Form

app = noun("""
Check, show and try the form files, and open and close forms. forms/<form>/form.toml defines a form.

Examples:
  rollcall forms check
  rollcall forms show registration
  rollcall forms example registration --curl
  rollcall forms close registration first-robot
""")

app.add_typer(language.app, name="language")
app.command(cls=Command)(embed)
openings.add_to(app)
overrides.add_to(app)

CHECKED = (Column("FORM"), Column("VERSION"), Column("FIELDS"), Column("TITLE", narrowest=16))
#: What --json prints of a compiled form; what is not set is null.
COMPILED = (
    "name",
    "version",
    "id_prefix",
    "languages",
    "title",
    "description",
    "sections",
    "fields",
    "email_field",
    "name_field",
    "retention_days",
    "staff",
    "once",
    "opens_at",
    "closes_at",
    "quota",
    "verification",
    "spam",
    "mails",
    "reminders",
    "words",
    "time_zone",
    "embed_on",
    "short_address",
)

FIELDS = (
    Column("FIELD"),
    Column("TYPE"),
    Column("REQUIRED"),
    Column("LABEL", narrowest=16),
    Column("OPTIONS", narrowest=12),
    Column("SEATS"),
)


@app.command(cls=Command)
def check(
    ctx: typer.Context,
    folder: Annotated[Path | None, typer.Argument(metavar="DIR", help="The folder with the form files.")] = None,
) -> None:
    """Check every form file and mail template; name each mistake, and say what is allowed.

    It renders each mail in each language with the form's example answers, and sends none. What is
    valid but may surprise you is a warning.

    Examples:
      rollcall forms check
      rollcall forms check ../other-clone/forms
    """
    from admin_cli.forms.file_warnings import warnings_of  # noqa: PLC0415 - only for this
    from rollcall_build.mails.languages import mails_in_english  # noqa: PLC0415 - Jinja2

    output = of(ctx).output
    forms = read_checked_forms(folder)
    for name, form in forms.items():
        for warning in warnings_of(form):
            output.tell(f"warning: {name}: {warning}")
    checked = forms_folder(folder)
    for warning in dict.fromkeys(mails_in_english(checked, shared_folder(checked), forms)):
        output.tell(f"warning: {warning}")
    output.rows(CHECKED, ([f.name, f.version, len(f.fields), str(f.title)] for f in forms.values()))


@app.command(cls=Command)
def show(
    ctx: typer.Context,
    form: FormArgument,
    *,
    folder: Folder = None,
    json: Annotated[str | None, json_option(COMPILED)] = None,
) -> None:
    """Print what a form asks, its seats and its rules.

    Outside a clone, it prints the form that was published to the stack.

    Examples:
      rollcall forms show registration
      rollcall forms show registration --json fields | jq '.fields[].name'
    """
    services = of(ctx)
    output = services.output
    names = requested_fields(output, json, COMPILED)
    forms = forms_at_hand(services, folder)
    definition = the_form(forms, form)
    keep_time_of(forms)
    if names is not None:
        output.json(pick(dict.fromkeys(COMPILED) | definition.to_dict(), names))
        return
    if output.on_terminal:
        output.fields(_heading(definition))
        output.line()
    output.rows(FIELDS, (_row(field) for field in definition.fields))


@app.command(cls=Command)
def example(
    ctx: typer.Context,
    form: FormArgument,
    *,
    folder: Folder = None,
    curl: Annotated[bool, typer.Option("--curl", help="Print the command that posts it to the context's API.")] = False,
) -> None:
    """Print a submission that the form accepts, as JSON.

    However often you send it, it counts once: within ten minutes the API repeats its first answer,
    and later it recognises the same person.

    Examples:
      rollcall forms example registration
      rollcall forms example registration --curl | sh
    """
    from registration_core.domain.validation import example_submission  # noqa: PLC0415 - only for examples

    services = of(ctx)
    answers = example_submission(the_form(forms_at_hand(services, folder), form))
    if curl:
        if services.output.stderr.isatty():
            services.output.note(
                "However often you send it, the example counts once. To send another, change a name in it."
            )
        services.output.line(curl_command(f"{services.stack().description.api_url}/{form}", answers))
    else:
        services.output.line(to_json(answers))


def curl_command(url: str, answers: Mapping[str, object]) -> str:
    """Write the command that posts answers, quoted for a shell.

    It prints the API's response and a newline; its exit code is 22 if the API refused.
    """
    return shlex.join(
        [
            *("curl", "--silent", "--show-error", "--fail-with-body", "--write-out", r"\n"),
            *("--header", "Content-Type: application/json"),
            *("--data-raw", to_json_line(answers)),
            url,
        ],
    )


def _heading(form: Form) -> list[tuple[str, Value]]:
    return [
        ("form", form.name),
        ("title", str(form.title)),
        ("version", form.version),
        ("languages", list(form.languages)),
        ("staff", list(form.staff)),
        ("retention", f"{form.retention_days} days"),
        ("opens", form.opens_at),
        ("closes", form.closes_at),
        ("time zone", form.time_zone.name if form.time_zone else None),
        ("once per", form.once),
        ("seats", _seats(form)),
        ("waiting list", _waiting_list(form)),
        ("verification", f"within {form.verification.within_hours} hours" if form.verification else "no"),
        ("spam when", _spam(form)),
        ("own mails", _own_mails(form)),
        ("reminders", _reminders(form)),
        ("shown on", list(form.embed_on)),
        ("short address", form.short_address),
    ]


def _own_mails(form: Form) -> str:
    """Name the mails that `mail send` can send, one per line, with the values that each needs."""
    needs = {mail.name: "".join(f" --set {name}=…" for name in mail.needs) for mail in form.mails}
    refusable = {True: ", people may refuse it", False: ""}
    lines = (
        f"{mail.name} ({', '.join(mail.languages)}{refusable[mail.unsubscribe]}){needs[mail.name]}"
        for mail in form.mails
    )
    return "\n".join(lines) or "none"


def _reminders(form: Form) -> str:
    """Say which mail is sent how long before an option's start or after its end, one per line."""
    reminders = map(Reminder.from_dict, form.reminders)
    lines = (
        f"{each.template}, {each.length} {'after the end' if each.after else 'before the start'}" for each in reminders
    )
    return "\n".join(lines) or "none"


def _seats(form: Form) -> str:
    """Return each counted option's initial capacity and start, one per line."""
    field = form.field(form.quota.field) if form.quota else None
    if field is None:
        return "not counted"
    more = {
        option.value: (f", {for_person(option.starts_at)}" if option.starts_at else "") + _ages(option)
        for option in field.options
    }
    return "\n".join(f"{value}: {seats}{more[value]}" for value, seats in form.capacities().items())


def _ages(option: Option) -> str:
    if option.min_age is None and option.max_age is None:
        return ""
    low, high = ("" if age is None else str(age) for age in (option.min_age, option.max_age))
    return f", ages {low}-{high}" if low and high else f", from age {low}" if low else f", up to age {high}"


def _waiting_list(form: Form) -> str:
    if form.quota is None:
        return "no"
    if form.quota.waitlist == "auto":
        return "auto: a seat that is freed up goes to the first in line"
    return "manual: staff give free seats to the first in line"


def _spam(form: Form) -> str:
    rules = form.spam
    return f"sent within {rules.min_fill_s} s, more than {rules.max_links} links, or {rules.honeypot} filled in"


def _row(field: Field) -> list[Value]:
    options = [option.value for option in field.options]
    seats = [option.capacity for option in field.options if option.capacity is not None]
    required = "" if not field.required else "if asked" if field.show_when is not None else "yes"
    return [field.name, str(field.type), required, str(field.label), options, sum(seats) if seats else None]
