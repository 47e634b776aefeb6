"""Help pages in plain text, examples first, without loading Rich."""

from __future__ import annotations

import inspect
import re
import shlex
from typing import TYPE_CHECKING

import typer
from typer.core import TyperCommand, TyperGroup, TyperOption
from typer.exceptions import TyperException

from admin_cli.catalogue import root_help
from admin_cli.terminal.help_page import HelpPage
from admin_cli.terminal.parameters import take_texts_plainly
from registration_core.domain.suggestions import meant

if TYPE_CHECKING:
    from typing import Any

    #: Typer annotates its methods with classes of a private module, whose subclasses it exports.
    AnyCommand = Any
    Context = Any
    HelpFormatter = Any

HEADING = "Examples:"
HELP_OPTIONS = {"help_option_names": ["-h", "--help"]}

#: Options with an optional value, like gh's `--json`.
OPTIONAL_VALUES = ("--json", "--columns")

#: An ID or a reference is never the value of such an option, so `show --json K7QM-3XTP` works.
_ENTRY = re.compile(r"[a-z]+_[0-9A-Za-z]{26}|[0-9A-Z]{4}-?[0-9A-Z]{4}|[0-9a-z]{4}-[0-9a-z]{4}")


def _below(group: TyperGroup, ctx: Context, name: str) -> str:
    """Return a sentence that names the subcommands with this name, such as `rollcall status cancel`."""
    nouns = ((noun, group.get_command(ctx, noun)) for noun in group.list_commands(ctx))
    commands = [
        repr(f"{ctx.command_path} {noun} {name}") for noun, held in nouns if name in getattr(held, "commands", {})
    ]
    return f" Did you mean {' or '.join(commands)}?" if commands else ""


def same_command(ctx: typer.Context, **changed: str) -> str:
    """Return this run's command line with some options changed, ready to copy.

    changed: values by the option's parameter name.
    """
    words = ctx.command_path.split()
    for param in ctx.command.params:
        source = ctx.get_parameter_source(param.name or "")
        value = changed.get(param.name or "")
        if value is None and (source is None or source.name != "COMMANDLINE"):
            continue
        current = ctx.params[param.name or ""] if value is None else value
        name = max(param.opts, key=len)
        if param.param_type_name == "argument":
            words += [*map(str, current)] if isinstance(current, list | tuple) else [str(current)]
        elif getattr(param, "is_flag", False):
            words.append(name)
        else:
            for item in current if isinstance(current, list | tuple) else [current]:
                words += [name, str(item)] if str(item) else [name]
    for option, value in (("--context", ctx.obj.context_name), ("--via", ctx.obj.via)):
        words += [option, value] if value else []
    return shlex.join(words)


def split_examples(text: str) -> tuple[str, str]:
    """Split a docstring into its text and the examples at its end."""
    description, _, examples = inspect.cleandoc(text).partition(f"\n{HEADING}\n")
    return description.strip(), examples.rstrip()


class Helped:
    """Prints its help through the run's output."""

    def get_help_option(self, ctx: Context) -> TyperOption | None:
        """Return the option --help."""
        option: TyperOption | None = super().get_help_option(ctx)  # type: ignore[misc] # a mixin of Typer's classes
        if option is not None:
            option.callback = _print_help
            take_texts_plainly([option])
        return option

    def get_help(self, ctx: Context) -> str:
        """Return the help page, as wide as the terminal."""
        output = ctx.obj.output
        page = HelpPage(output.width if output.on_terminal else None)
        self.write_help(ctx, page)
        return page.getvalue()

    def write_help(self, ctx: Context, page: HelpPage) -> None:
        """Write the help, examples first."""
        description, examples = split_examples(self.help or "")  # type: ignore[attr-defined] # a mixin of Typer's
        if examples:
            page.write(f"{HEADING}\n{examples}\n\n")
        usage = [ctx.command_path, *self.collect_usage_pieces(ctx)]  # type: ignore[attr-defined]
        page.write_text(" ".join(usage), first="Usage: ", rest="    ")
        for paragraph in description.split("\n\n"):
            page.write_paragraph()
            page.write_text(paragraph)
        self.format_options(ctx, page)  # type: ignore[attr-defined]
        page.write_paragraph()
        page.write_text("Also: --context NAME, --via api, --quiet, --debug (rollcall --help)")


class Command(Helped, TyperCommand):
    """A command with examples at the end of its docstring and an optional value for `--json`."""

    def parse_args(self, ctx: Context, args: list[str]) -> list[str]:
        """Give each `--json` without a value an empty one, then parse as usual."""
        take_texts_plainly(self.params)
        takes_value = {name for param in self.params for name in param.opts if not getattr(param, "is_flag", False)}
        try:
            return super().parse_args(ctx, _fill_in([name for name in OPTIONAL_VALUES if name in takes_value], args))
        except TyperException as error:  # the parser doesn't say which option lacks its value
            if getattr(error, "ctx", ctx) is None:
                error.ctx = ctx  # type: ignore[attr-defined] # all but its base class have it
            raise

    def get_short_help_str(self, limit: int = 45) -> str:
        """Return the docstring's first sentence."""
        return _summary(self.help, limit)


class Group(Helped, TyperGroup):
    """A noun with its verbs. Without a verb it prints its help."""

    def parse_args(self, ctx: Context, args: list[str]) -> list[str]:
        """Print the help if no command was given."""
        take_texts_plainly(self.params)
        if not args and not ctx.resilient_parsing:
            _print_help(ctx, None, value=True)
        return super().parse_args(ctx, args)

    def resolve_command(self, ctx: Context, args: list[str]) -> tuple[str | None, AnyCommand | None, list[str]]:
        """Return the command. Raises an error that suggests the nearest one if there is none of this name."""
        known = self.list_commands(ctx)
        if args[0] not in known and not args[0].startswith("-") and not ctx.resilient_parsing:
            ctx.fail(f"There is no command {args[0]!r}.{_below(self, ctx, args[0]) or meant(args[0], known)}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: Context, formatter: HelpFormatter) -> None:
        """Write the subcommands with their whole summaries, on two lines where one is too short."""
        verbs = [(name, self.get_command(ctx, name)) for name in self.list_commands(ctx)]
        with formatter.section("Commands"):
            formatter.write_dl([(name, _first_line(verb.help)) for name, verb in verbs if verb is not None])


class Root(Group):
    """`rollcall` itself. Its overview doesn't load the commands."""

    def write_help(self, ctx: Context, page: HelpPage) -> None:
        """Write the overview."""
        output = ctx.obj.output
        page.write(root_help(output.width if output.on_terminal else 0))


def noun(text: str) -> typer.Typer:
    """Make a noun's group with this help text."""
    app = typer.Typer(
        cls=Group,
        help=text,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings=HELP_OPTIONS,
    )
    app.callback()(_nothing)
    return app


def verb() -> typer.Typer:
    """Make the app of a single command without a noun."""
    return typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)


def _nothing() -> None:
    """Keep a group with one command a group: Typer does so if it has a callback."""


def _print_help(ctx: Context, _param: object, value: bool) -> None:  # noqa: FBT001 - how an option's callback is called
    if value and not ctx.resilient_parsing:
        ctx.obj.output.line(ctx.get_help())
        ctx.exit()


def _summary(text: str | None, limit: int) -> str:
    first = _first_line(text)
    return first if len(first) <= limit else first[: limit - 1].rstrip() + "…"


def _first_line(text: str | None) -> str:
    return split_examples(text or "")[0].partition("\n")[0].removesuffix(".")


def _fill_in(names: list[str], args: list[str]) -> list[str]:
    filled: list[str] = []
    for index, arg in enumerate(args):
        if arg == "--":
            return filled + args[index:]
        following = args[index + 1] if index + 1 < len(args) else "-"
        alone = arg in names and (following.startswith("-") or _ENTRY.fullmatch(following) is not None)
        filled.append(f"{arg}=" if alone else arg)
    return filled
