"""How a command explains itself: examples first, plain text, nothing that Rich would have to draw."""

from __future__ import annotations

import inspect
import re
from typing import TYPE_CHECKING

import typer
from typer.core import TyperCommand, TyperGroup, TyperOption
from typer.exceptions import TyperException

from admin_cli.catalogue import root_help
from admin_cli.usage import meant

if TYPE_CHECKING:
    from typer._click import Command as AnyCommand
    from typer._click import Context, HelpFormatter  # Typer brings its own copy of Click

HEADING = "Examples:"
HELP_OPTIONS = {"help_option_names": ["-h", "--help"]}

#: How narrow and how wide a help page is written, in cells.
NARROWEST, WIDEST = 30, 100

#: Options whose value may be left out, as gh's `--json` does.
OPTIONAL_VALUES = ("--json", "--columns")

#: An entry's ID or reference is never the value of such an option, so that `show --json K7QM-3XTP` works.
_ENTRY = re.compile(r"[a-z]+_[0-9A-Za-z]{26}|[0-9A-Z]{4}-?[0-9A-Z]{4}|[0-9a-z]{4}-[0-9a-z]{4}")


def split_examples(text: str) -> tuple[str, str]:
    """Split a docstring into what it says and the examples it ends with."""
    description, _, examples = inspect.cleandoc(text).partition(f"\n{HEADING}\n")
    return description.strip(), examples.rstrip()


class Helped:
    """Prints its help where all output goes."""

    def get_help_option(self, ctx: Context) -> TyperOption | None:
        """Give the option --help."""
        option: TyperOption | None = super().get_help_option(ctx)  # type: ignore[misc] # a mixin of Typer's classes
        if option is not None:
            option.callback = _print_help
        return option


class Command(Helped, TyperCommand):
    """A command whose docstring ends with examples, and whose `--json` may stand alone."""

    def parse_args(self, ctx: Context, args: list[str]) -> list[str]:
        """Give every lonely `--json` an empty value, then parse as usual."""
        takes_value = {name for param in self.params for name in param.opts if not getattr(param, "is_flag", False)}
        try:
            return super().parse_args(ctx, _fill_in([name for name in OPTIONAL_VALUES if name in takes_value], args))
        except TyperException as error:  # of an option without its value the parser does not say whose it is
            if getattr(error, "ctx", ctx) is None:
                error.ctx = ctx  # type: ignore[attr-defined] # all but its base class have it
            raise

    def format_help(self, ctx: Context, formatter: HelpFormatter) -> None:
        """Write the help page."""
        _write_help(self, ctx, formatter)

    def get_short_help_str(self, limit: int = 45) -> str:
        """Give the docstring's first sentence."""
        return _summary(self.help, limit)


class Group(Helped, TyperGroup):
    """A noun with its verbs; called without a verb it prints its help."""

    def parse_args(self, ctx: Context, args: list[str]) -> list[str]:
        """Print the help when nothing was asked."""
        if not args and not ctx.resilient_parsing:
            _print_help(ctx, None, value=True)
        return super().parse_args(ctx, args)

    def resolve_command(self, ctx: Context, args: list[str]) -> tuple[str | None, AnyCommand | None, list[str]]:
        """Find the command that was meant, or name the nearest."""
        known = self.list_commands(ctx)
        if args[0] not in known and not args[0].startswith("-") and not ctx.resilient_parsing:
            ctx.fail(f"There is no command {args[0]!r}.{meant(args[0], known)}")
        return super().resolve_command(ctx, args)

    def format_help(self, ctx: Context, formatter: HelpFormatter) -> None:
        """Write the help page."""
        _write_help(self, ctx, formatter)

    def format_commands(self, ctx: Context, formatter: HelpFormatter) -> None:
        """Write what there is below it, each summary whole, on two lines where one is too short."""
        verbs = [(name, self.get_command(ctx, name)) for name in self.list_commands(ctx)]
        with formatter.section("Commands"):
            formatter.write_dl([(name, _first_line(verb.help)) for name, verb in verbs if verb is not None])


class Root(Group):
    """`rollcall` itself: the overview is written without loading the commands."""

    def format_help(self, ctx: Context, formatter: HelpFormatter) -> None:
        """Write the overview."""
        output = ctx.obj.output
        formatter.write(root_help(output.width if output.on_terminal else 0))


def noun(text: str) -> typer.Typer:
    """Make the group of a noun; `text` is its help."""
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
    """Make the home of a single command that needs no noun."""
    return typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)


def _nothing() -> None:
    """Keep a group of one command a group: a callback does that."""


def _print_help(ctx: Context, _param: object, value: bool) -> None:  # noqa: FBT001 - how an option's callback is called
    if value and not ctx.resilient_parsing:
        ctx.obj.output.line(ctx.get_help())
        ctx.exit()


def _write_help(command: Command | Group, ctx: Context, formatter: HelpFormatter) -> None:
    description, examples = split_examples(command.help or "")
    output = ctx.obj.output
    formatter.width = max(NARROWEST, min(output.width if output.on_terminal else WIDEST, WIDEST))
    if examples:
        formatter.write(f"{HEADING}\n{examples}\n\n")
    formatter.write_usage(ctx.command_path, " ".join(command.collect_usage_pieces(ctx)), prefix="Usage: ")
    for paragraph in description.split("\n\n"):
        formatter.write_paragraph()
        formatter.write_text(paragraph)
    command.format_options(ctx, formatter)
    formatter.write_paragraph()
    formatter.write_text("Also: --context NAME, --debug (rollcall --help)")


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
