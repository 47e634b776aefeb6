"""The commands: their names and summaries, without importing any."""

from typing import NamedTuple


class Command(NamedTuple):
    """A command as the overview shows it.

    module: its module under admin_cli.commands.
    """

    module: str
    summary: str


GROUPS: dict[str, dict[str, Command]] = {
    "Read submissions": {
        "list": Command("list", "List submissions, newest first"),
        "show": Command("show", "Show one submission, by its ID or reference"),
        "search": Command("search", "Find submissions by e-mail, reference, name or phone"),
        "watch": Command("watch", "Show submissions as they arrive"),
        "stats": Command("stats", "Count submissions by day, form, option and status"),
        "history": Command("history", "Show what happened to submissions, and who did it"),
        "attendance": Command("attendance", "List whom to expect on a day, and print the list"),
        "files": Command("files", "List and download the files of a submission"),
        "export": Command("export", "Export submissions to a file"),
    },
    "Change submissions": {
        "edit": Command("edit", "Correct a submission's answers, or move it"),
        "status": Command("status", "Confirm, cancel and promote submissions"),
        "label": Command("label", "Put labels on submissions, such as paid"),
        "note": Command("note", "Write notes about submissions for the other staff"),
        "check-in": Command("check_in", "Check people in at the door, or undo it"),
        "import": Command("import_file", "Import submissions from a CSV file"),
        "quota": Command("quota", "Show and change seats: capacity, taken and waiting"),
        "erase": Command("erase", "Erase a submission's personal data for good"),
        "purge": Command("purge", "Erase submissions older than a given age"),
    },
    "Forms and site": {
        "new": Command("new", "Start a folder for an organisation's forms and site"),
        "check": Command("check", "Check the organisation's own files"),
        "forms": Command("forms", "Check, show and try out the organisation's forms"),
        "mail": Command("mail", "Read, send and resend mails, and see what failed"),
        "site": Command("site", "Build and publish the site"),
        "calendar": Command("calendar", "See courses and seats in your own calendar"),
    },
    "Operate": {
        "login": Command("login", "Sign in to AWS or to a stack's staff API"),
        "logout": Command("logout", "Sign out of a stack's staff API"),
        "doctor": Command("doctor", "Find what is wrong with a stack, and how to fix it"),
        "staff": Command("staff", "Decide who can sign in to the desk"),
        "webhook": Command("webhook", "See, test and redrive webhooks to other programs"),
        "keys": Command("keys", "Change the keys that recognise returning registrants"),
        "restore": Command("restore", "Make a restored table ready for the stack"),
        "infra": Command("infra", "Run Terraform on a stack: plan, apply, output, destroy"),
        "local": Command("local", "Run the whole system on this machine"),
        "context": Command("context", "Choose the stack that commands work on"),
    },
}

COMMANDS: dict[str, Command] = {name: command for group in GROUPS.values() for name, command in group.items()}

EXAMPLES = """\
  rollcall local up                     run the whole system on this machine
  rollcall list --form registration     the newest registrations
  rollcall show K7QM-3XTP               one of them, by its reference
  rollcall list --json id,email | jq .  the same as JSON, for a program
"""

OPTIONS = {
    "--context NAME": "Work on this context's stack [env: ROLLCALL_CONTEXT]",
    "--via api": "Work through the stack's staff API [env: ROLLCALL_VIA]",
    "-q, --quiet": "Show no progress and no hints",
    "--debug": "Show where an error came from",
    "--version": "Show the version",
    "--install-completion": "Install completion for the current shell",
    "--show-completion": "Show completion for the current shell",
    "-h, --help": "Show help; also after a command: rollcall list --help",
}

#: How many cells a text needs to be wrapped beside its term.
_ROOM_BESIDE = 30

EXIT_CODES = "0 ok, 1 failure, 2 usage, 3 not found, 4 credentials, 130 interrupted"


def root_help(columns: int = 0) -> str:
    """Write the overview that `rollcall --help` prints.

    columns: the terminal's width; 0 for no limit.
    """
    names = {group: {name: command.summary for name, command in held.items()} for group, held in GROUPS.items()}
    sections = {**names, "Options (also after a command)": OPTIONS}
    width = max(len(term) for section in sections.values() for term in section)
    parts = [
        "Examples:\n" + EXAMPLES,
        "Usage: rollcall [OPTIONS] COMMAND [ARGS]...\n",
        "Registration and contact forms in your own AWS account: the staff's commands.\n",
    ]
    for title, section in sections.items():
        lines = (f"  {term:<{width}}  {text}\n" for term, text in section.items())
        parts.append(f"{title}:\n{''.join(lines)}")
    parts.append(f"Exit codes:\n  {EXIT_CODES}\n")
    text = "\n".join(parts)
    return text if not columns or max(map(len, text.splitlines())) <= columns else _narrowed(text, columns)


def _narrowed(text: str, columns: int) -> str:
    """Wrap long lines. A term's text goes below it if there is no room beside it."""
    import re  # noqa: PLC0415 - a terminal of usual width needs no wrapping
    from textwrap import wrap  # noqa: PLC0415

    lines: list[str] = []
    for line in text.splitlines():
        row = re.fullmatch(r"(  \S.*? {2,})(\S.*)", line)
        if len(line) <= columns or row is None:
            lines += wrap(line, columns, subsequent_indent="  ") or [""]
            continue
        term, summary = row.groups()
        if columns - len(term) >= _ROOM_BESIDE:
            lines += wrap(summary, columns, initial_indent=term, subsequent_indent=" " * len(term))
        else:
            lines += [term.rstrip(), *wrap(summary, columns, initial_indent="      ", subsequent_indent="      ")]
    return "\n".join(lines) + "\n"
