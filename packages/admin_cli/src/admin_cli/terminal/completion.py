"""Shell completion for contexts, forms, options, fields, columns and mails.

It never calls a stack: each command that reads a stack's forms notes their names, and only noted
names are offered. If anything goes wrong, the prompt stays as it is.
"""

from __future__ import annotations

import contextlib
import json
import os
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer  # noqa: TC002 - Typer reads the annotations

from admin_cli.terminal.global_options import WITH_VALUES, globals_first

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping, Sequence

    from registration_core.domain.forms import Form

#: By form: its counted "options", its "fields" with the options of each, and its own "mails".
Known = dict[str, dict[str, Any]]

_ANYTHING = (OSError, ValueError, TypeError, AttributeError, LookupError, RuntimeError)


def note_forms(environ: Mapping[str, str], context: str, forms: Mapping[str, Form]) -> None:
    """Note the names in a stack's forms for later completion; never fails."""
    known = {name: _noted_form(form) for name, form in forms.items()}
    with contextlib.suppress(*_ANYTHING):
        if known != _noted(environ, context):
            from rollcall_build.files import replace_file  # noqa: PLC0415 - only where something is new

            replace_file(_file(environ, context), json.dumps(known), mode=0o600)


def contexts(ctx: typer.Context, incomplete: str) -> list[str]:
    """Offer the names of contexts."""
    return _offered(incomplete, lambda: ctx.obj.contexts.read().entries)


def forms(ctx: typer.Context, incomplete: str) -> list[str]:
    """Offer the stack's forms, and those of the clone in the working folder."""
    return _offered(incomplete, lambda: dict.fromkeys([*_known(ctx), *_cloned()]))


def options(ctx: typer.Context, incomplete: str) -> list[str]:
    """Offer the options of the form on the command line, or of every form."""

    def candidates() -> Iterator[str]:
        for form in _named_forms(ctx):
            yield from form["options"]

    return _offered(incomplete, candidates)


def json_fields(known: Sequence[str]) -> Callable[[typer.Context, str], list[str]]:
    """Return a completer for the fields of --json; after a comma it offers the next field."""

    def fields(ctx: typer.Context, incomplete: str) -> list[str]:
        answers = (f"answers.{name}" for form in _named_forms(ctx) for name in form["fields"])
        return _after_comma(incomplete, lambda: [*known, "all", *(answers if "answers" in known else ())])

    return fields


def columns(fixed: Callable[[], Iterable[str]], *, prefix: str = "") -> Callable[[typer.Context, str], list[str]]:
    """Return a completer for these columns and the forms' fields; after a comma it offers the next one.

    prefix: goes before a field's name in the name of its column.
    """

    def offer(ctx: typer.Context, incomplete: str) -> list[str]:
        answers = (f"{prefix}{name}" for form in _named_forms(ctx) for name in form["fields"])
        return _after_comma(incomplete, lambda: [*fixed(), *answers])

    return offer


def words(known: Callable[[], Iterable[str]]) -> Callable[[str], list[str]]:
    """Return a completer for these words."""

    def offer(incomplete: str) -> list[str]:
        return _offered(incomplete, known)

    return offer


def assignments(ctx: typer.Context, incomplete: str) -> list[str]:
    """Offer `FIELD=`, then the field's options."""

    def candidates() -> Iterator[str]:
        for form in _known(ctx).values():
            for name, options in form["fields"].items():
                yield f"{name}="
                yield from (f"{name}={option}" for option in options)

    begun_value = "=" in incomplete
    return [word for word in dict.fromkeys(_offered(incomplete, candidates)) if word.endswith("=") is not begun_value]


def mail_kinds(ctx: typer.Context, incomplete: str) -> list[str]:
    """Offer the kinds of mail, and the forms' own mails."""
    from registration_core.domain.mail import MailKind  # noqa: PLC0415 - only for this

    return _offered(incomplete, lambda: dict.fromkeys([*map(str, MailKind), *_own_mails(ctx)]))


def own_mails(ctx: typer.Context, incomplete: str) -> list[str]:
    """Offer the own mails of the form on the command line, or of every form."""
    return _offered(incomplete, lambda: dict.fromkeys(_own_mails(ctx)))


def statuses(incomplete: str) -> list[str]:
    """Offer the statuses; after a comma, the next one."""
    from registration_core.domain.submission import Status  # noqa: PLC0415 - only for this

    return _after_comma(incomplete, lambda: map(str, Status))


def globals_in_front(environ: MutableMapping[str, str]) -> None:
    """Make global options complete anywhere on the command line.

    environ: as the shell's completion function set it; this function changes it.
    """
    with contextlib.suppress(*_ANYTHING):
        if "COMP_WORDS" in environ:
            words, place = shlex.split(environ["COMP_WORDS"]), int(environ["COMP_CWORD"])
            before = _in_front(words[1:place])
            environ["COMP_WORDS"] = shlex.join([words[0], *before, *words[place : place + 1]])
            environ["COMP_CWORD"] = str(len(before) + 1)
        elif "_TYPER_COMPLETE_ARGS" in environ:
            line = environ["_TYPER_COMPLETE_ARGS"]
            words = shlex.split(line)
            last = [] if line.endswith(" ") else words[-1:]
            before = _in_front(words[1 : len(words) - len(last)])
            environ["_TYPER_COMPLETE_ARGS"] = shlex.join([words[0], *before, *last]) + ("" if last else " ")


def _in_front(before: list[str]) -> list[str]:
    """Move global options to the front of the words before the cursor; keep only one whose value is to be completed."""
    return before[-1:] if before[-1:] and before[-1] in WITH_VALUES else globals_first(before)


def _after_comma(incomplete: str, candidates: Callable[[], Iterable[str]]) -> list[str]:
    begun, comma, last = incomplete.rpartition(",")
    return [f"{begun}{comma}{name}" for name in _offered(last, lambda: dict.fromkeys(candidates()))]


def _own_mails(ctx: typer.Context) -> list[str]:
    return [name for form in _named_forms(ctx) for name in form["mails"]]


def _named_forms(ctx: typer.Context) -> list[dict[str, Any]]:
    """Return the noted names of the form on the command line, or of all forms."""
    named = ctx.params.get("form")
    names = named if isinstance(named, list | tuple) else [named]
    with contextlib.suppress(*_ANYTHING):
        return [form for name, form in _known(ctx).items() if named is None or name in names]
    return []


def _noted_form(form: Form) -> dict[str, Any]:
    return {
        "options": list(form.capacities()),
        "fields": {field.name: [option.value for option in field.options] for field in form.fields},
        "mails": [mail.name for mail in form.mails],
    }


def _offered(incomplete: str, candidates: Callable[[], Iterable[str]]) -> list[str]:
    with contextlib.suppress(*_ANYTHING):
        return [name for name in candidates() if name.startswith(incomplete)]
    return []


def _known(ctx: typer.Context) -> Known:
    """Return the noted names of the stack that the command line selects."""
    services, named = ctx.obj, ctx.find_root().params.get("context")
    chosen = named or services.environ.get("ROLLCALL_CONTEXT") or services.contexts.read().current
    return _noted(services.environ, chosen) if chosen else {}


def _noted(environ: Mapping[str, str], context: str) -> Known:
    try:
        noted: Known = json.loads(_file(environ, context).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    return noted


def _cloned() -> list[str]:
    """Return the names of the organisation's forms if the working folder is in a clone."""
    from registration_core.domain.errors import RollcallError  # noqa: PLC0415 - only for this
    from rollcall_build.sources import sources_of  # noqa: PLC0415
    from rollcall_local.errors import LocalStackError  # noqa: PLC0415
    from rollcall_local.paths import find_root  # noqa: PLC0415

    try:
        folder = sources_of(find_root(), os.environ).forms
        return sorted(path.parent.name for path in folder.glob("*/form.toml"))
    except (LocalStackError, RollcallError):
        return []


def _file(environ: Mapping[str, str], context: str) -> Path:
    home = environ.get("XDG_CACHE_HOME")
    return (Path(home) if home else Path.home() / ".cache") / "rollcall" / f"forms-{context}.json"
