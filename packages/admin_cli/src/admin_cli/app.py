"""The command line: its global options, its commands (loaded when called), and its error messages."""

from __future__ import annotations

import importlib
import traceback
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer
from typer.core import TyperGroup
from typer.exceptions import Abort, TyperException

from admin_cli import __version__
from admin_cli.catalogue import COMMANDS
from admin_cli.errors import CliError, DeclinedError, ExitCode, OutputClosedError
from admin_cli.known_errors import explain
from admin_cli.services import VIA, read_via
from admin_cli.terminal import completion
from admin_cli.terminal.global_options import DEBUG, globals_first
from admin_cli.terminal.help import HELP_OPTIONS, Root
from admin_cli.terminal.usage import sentence

if TYPE_CHECKING:
    from typer.core import CompletionItem

    from admin_cli.services import Services
    from admin_cli.terminal.help import AnyCommand, Context

PROGRAM = "rollcall"


class LazyRoot(Root):
    """`rollcall`, whose commands are imported when they are called."""

    def list_commands(self, ctx: Context) -> list[str]:
        """Return the name of every command."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: Context, cmd_name: str) -> AnyCommand | None:
        """Import one command; None if there is none of that name."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        entry = COMMANDS[cmd_name]
        module = importlib.import_module(f"admin_cli.commands.{entry.module}")
        command = typer.main.get_command(module.app)
        command.name, command.short_help = cmd_name, entry.summary
        return command

    def shell_complete(self, ctx: Context, incomplete: str) -> list[CompletionItem]:
        """Offer the commands from the catalogue, without importing them; then the options."""
        from typer.core import CompletionItem  # noqa: PLC0415 - only for this

        commands = [
            CompletionItem(name, help=entry.summary) for name, entry in COMMANDS.items() if name.startswith(incomplete)
        ]
        return commands + super(TyperGroup, self).shell_complete(ctx, incomplete)


app = typer.Typer(
    cls=LazyRoot,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings=HELP_OPTIONS,
)


def _print_version(ctx: typer.Context, value: bool) -> None:  # noqa: FBT001 - how an option's callback is called
    if value and not ctx.resilient_parsing:
        ctx.obj.output.line(f"{PROGRAM} {__version__}")
        raise typer.Exit


@app.callback()
def root(
    ctx: typer.Context,
    *,
    context: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Work on this context's stack.", autocompletion=completion.contexts),
    ] = None,
    via: Annotated[
        str | None,
        typer.Option(
            metavar="api|aws",
            help="Work through the stack's staff API, or on its AWS resources.",
            autocompletion=completion.words(lambda: VIA),
        ),
    ] = None,
    debug: Annotated[bool, typer.Option("--debug", help="Show where an error came from.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Show no progress and no hints.")] = False,
    version: Annotated[
        bool,
        typer.Option("--version", help="Show the version.", is_eager=True, callback=_print_version),
    ] = False,
) -> None:
    """Read the options that every command has. `run` reads --debug."""
    del debug, version
    if quiet:
        ctx.obj = replace(ctx.obj, output=replace(ctx.obj.output, quiet=True))
    if via is not None:
        ctx.obj = replace(ctx.obj, via=read_via(via))
    if context is not None:
        ctx.obj.contexts.read().get(context)  # report a mistyped name even if the command needs no stack
        ctx.obj = replace(ctx.obj, context_name=context)


def run(arguments: list[str], services: Services) -> int:
    """Run one command line and return its exit code. Every error is printed on stderr, none is raised."""
    arguments = globals_first(arguments)
    if arguments[:1] == ["help"]:  # as git and gh do: `rollcall help list`
        arguments = [*arguments[1:], "--help"]
    output, debug = services.output, DEBUG in arguments
    try:
        code = _call(arguments, services)
        output.flush()
    except OutputClosedError:
        return ExitCode.OK
    except KeyboardInterrupt:
        return ExitCode.INTERRUPTED
    except Abort:
        return ExitCode.INTERRUPTED
    except TyperException as error:
        output.tell(f"error: {sentence(error)}")
        ctx = getattr(error, "ctx", None)
        output.tell(f"Try: {ctx.command_path if ctx else PROGRAM} --help")
        return error.exit_code
    except Exception as error:  # noqa: BLE001 - the outermost edge: a person gets a sentence, not a stack trace
        shown = error if isinstance(error, CliError) else explain(error)
        if debug:
            output.tell("".join(traceback.format_exception(error)))
        output.tell(str(shown) if isinstance(shown, DeclinedError) else f"error: {shown}")
        if shown.hint:
            output.tell(shown.hint)
        return shown.exit_code
    else:
        return code


def _call(arguments: list[str], services: Services) -> int:
    command = typer.main.get_command(app)
    result = command.main(arguments, prog_name=PROGRAM, standalone_mode=False, obj=services)
    return result if isinstance(result, int) else ExitCode.OK
