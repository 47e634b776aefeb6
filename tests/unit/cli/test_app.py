"""The command line as a whole: help, mistakes and exit codes."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING

import pytest
import typer
from unit.cli.fakes import CommandLine, FakeQueries, FakeStack, Ran

from admin_cli import __version__
from admin_cli.app import app, globals_first, run
from admin_cli.catalogue import COMMANDS, root_help
from admin_cli.errors import CliError, ExitCode
from admin_cli.services import Services
from admin_cli.terminal.help import HELP_OPTIONS, split_examples
from admin_cli.terminal.output import Output

if TYPE_CHECKING:
    from collections.abc import Iterator

    from admin_cli.aws.contexts import Context


def every_command() -> Iterator[tuple[list[str], str]]:
    """Return every command and group with its words and its help."""
    root = typer.main.get_command(app)
    ctx = typer.Context(root)
    for noun in COMMANDS:
        command = root.get_command(ctx, noun)
        yield [noun], command.help
        for verb, inner in getattr(command, "commands", {}).items():
            yield [noun, verb], inner.help


ALL = [pytest.param(words, text, id=" ".join(words)) for words, text in every_command()]


@pytest.mark.parametrize("arguments", [["--help"], ["-h"]])
def test_help__is_the_overview(rollcall: CommandLine, arguments: list[str]) -> None:
    """The long and the short option print the same page."""
    assert rollcall(*arguments).out.rstrip() == root_help().rstrip()


def test_help__starts_with_examples_and_names_every_command() -> None:
    """The overview comes from the list that also finds the commands."""
    text = root_help()

    assert text.startswith("Examples:\n  rollcall ")
    for name, command in COMMANDS.items():
        assert re.search(rf"^  {name} +{re.escape(command.summary)}$", text, re.MULTILINE)
    assert max(map(len, text.splitlines())) <= 80


@pytest.mark.parametrize("width", [40, 60, 80])
def test_help__fits_the_terminal(rollcall: CommandLine, width: int) -> None:
    """Examples of a command are the exception, since people copy them."""
    rollcall.environ["COLUMNS"] = str(width)

    overview = rollcall("--help", terminal=True).out
    assert max(map(len, overview.splitlines())) <= width
    assert " ".join(overview.split()) == " ".join(root_help().split())

    page = rollcall("export", "--help", terminal=True).out.partition("Usage:")[2]
    assert max(map(len, page.splitlines())) <= width


def test_help__names_every_global_option() -> None:
    """The overview's options are those of the parser."""
    root = typer.main.get_command(app)
    known = {name for param in root.get_params(typer.Context(root, **HELP_OPTIONS)) for name in param.opts}

    assert known == set(re.findall(r"^  (?:-[hq], )?(--[a-z-]+)", root_help(), re.MULTILINE)) | {"-h", "-q"}


@pytest.mark.parametrize(("words", "text"), ALL)
def test_help__of_every_command_starts_with_examples(rollcall: CommandLine, words: list[str], text: str) -> None:
    """Each page starts with examples of that command, and fits 120 columns."""
    ran = rollcall(*words, "--help")
    description, examples = split_examples(text)

    assert ran.code == 0
    assert ran.out.startswith("Examples:\n")
    assert all(line.startswith(f"  rollcall {words[0]}") for line in examples.splitlines())
    assert " ".join(description.split()) in " ".join(ran.out.split())
    assert "[[" not in ran.out
    assert max(map(len, ran.out.splitlines())) <= 120


@pytest.mark.parametrize("noun", ["forms", "local", "context", "site"])
def test_noun__without_a_verb_prints_its_help(rollcall: CommandLine, noun: str) -> None:
    """A noun alone is a question, not a mistake."""
    ran = rollcall(noun)

    assert (ran.code, ran.err) == (0, "")
    assert f"Usage: rollcall {noun}" in ran.out


def test_version__is_printed(rollcall: CommandLine) -> None:
    """--version prints only the version, on stdout."""
    assert rollcall("--version") == Ran(0, f"rollcall {__version__}\n", "")


@pytest.mark.parametrize(
    ("arguments", "message", "help_of"),
    [
        (["lst"], "There is no command 'lst'. Did you mean 'list'?", "rollcall"),
        (["cancel"], "There is no command 'cancel'. Did you mean 'rollcall status cancel'?", "rollcall"),
        (["qqqq"], "There is no command 'qqqq'.", "rollcall"),
        (["local", "mial"], "There is no command 'mial'. Did you mean 'mail'?", "rollcall local"),
        (["list", "--fmor", "x"], "There is no option '--fmor'. Did you mean '--form'?", "rollcall list"),
        (["list", "--limit", "0"], "--limit must be 1 or more.", "rollcall list"),
        (["list", "--limit", "x"], "--limit must be a whole number.", "rollcall list"),
        (["show"], "ID|REFERENCE is missing.\n", "rollcall show"),
        (["context", "use"], "NAME is missing.\n", "rollcall context use"),
        (["context", "add", "dev"], "--region is missing.\n", "rollcall context add"),
        (
            ["status", "set", "K7QM-3XTP"],
            "STATUS is missing. Use one of confirmed, cancelled, spam.\n",
            "rollcall status set",
        ),
        (["purge", "--older-than"], "--older-than needs a value.\n", "rollcall purge"),
        (["list", "x"], "Unexpected argument: x.", "rollcall list"),
        (
            ["status", "set", "K7QM-3XTP", "confirm"],
            "STATUS must be confirmed, cancelled or spam, not 'confirm'. Did you mean",
            "rollcall status set",
        ),
        (["--nope"], "There is no option '--nope'.", "rollcall"),
        (["--context"], "--context needs a value.", "rollcall"),
        (["list\x1b[2J"], r"There is no command 'list\x1b[2J'. Did you mean 'list'?", "rollcall"),
    ],
)
def test_mistake__suggests_the_nearest_and_the_help(
    rollcall: CommandLine, arguments: list[str], message: str, help_of: str
) -> None:
    """Exit code 2, nothing on stdout, one message and where to look."""
    ran = rollcall(*arguments)

    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(f"error: {message}")
    assert f"Try: {help_of} --help\n" in ran.err
    assert "\x1b" not in ran.err


@pytest.mark.parametrize("words", [[], ["list"], ["mail", "send"]])
def test_help__as_the_first_word_shows_that_commands_page(rollcall: CommandLine, words: list[str]) -> None:
    """Many programs accept it, so people type it."""
    asked = rollcall("help", *words)

    assert (asked.code, asked.out) == (0, rollcall(*words, "--help").out)


@pytest.mark.parametrize("noun", ["mail", "status", "forms", "infra"])
def test_help__of_a_noun_prints_whole_summaries(rollcall: CommandLine, noun: str) -> None:
    """A long summary continues on the next line, since its end may be the point."""
    page = " ".join(rollcall(noun, "--help").out.split())

    verbs = [(words, text) for words, text in every_command() if words[0] == noun and len(words) > 1]
    assert verbs
    for words, text in verbs:
        assert f" {words[1]} {split_examples(text)[0].splitlines()[0].removesuffix('.')}" in page


def test_global_options__may_be_anywhere() -> None:
    """--context and --debug work wherever people type them; what follows `--` stays untouched."""
    assert globals_first(["list", "--context", "dev", "--debug"]) == ["--context", "dev", "--debug", "list"]
    assert globals_first(["show", "--context=dev", "--", "--debug"]) == ["--context=dev", "show", "--", "--debug"]
    assert globals_first(["list", "--context"]) == ["--context", "list"]


@pytest.mark.parametrize("arguments", [["--context", "dev", "list"], ["list", "--context", "dev"]])
def test_context__may_come_before_or_after_the_command(rollcall_local: CommandLine, arguments: list[str]) -> None:
    """The option takes precedence over the variable and the current context."""
    rollcall_local("context", "add", "dev", "--region", "eu-west-1")
    rollcall_local.queries = FakeQueries()
    rollcall_local.environ["ROLLCALL_CONTEXT"] = "local"

    assert rollcall_local(*arguments).code == 0
    assert [context.name for context in rollcall_local.connected] == ["dev"]


def test_context__comes_from_the_variable(rollcall_local: CommandLine) -> None:
    """ROLLCALL_CONTEXT takes precedence over the current context."""
    rollcall_local("context", "add", "dev", "--region", "eu-west-1")
    rollcall_local.queries = FakeQueries()
    rollcall_local.environ["ROLLCALL_CONTEXT"] = "dev"

    assert rollcall_local("list").code == 0
    assert [context.name for context in rollcall_local.connected] == ["dev"]


def test_context__unknown_is_not_found(rollcall_local: CommandLine) -> None:
    """Exit code 3, and a list of the contexts."""
    ran = rollcall_local("list", "--context", "prod")

    assert (ran.code, ran.out) == (3, "")
    assert "There is no context 'prod'. There are: local." in ran.err


def failing(rollcall: CommandLine, error: BaseException, *arguments: str) -> Ran:
    """Run a command whose stack raises an error."""

    def connect(_context: Context) -> FakeStack:
        raise error

    out, err = io.StringIO(), io.StringIO()
    services = Services(
        output=Output(out, err, {}),
        environ={},
        contexts=rollcall.contexts,
        connect=connect,
        local=lambda: rollcall.local,
    )
    return Ran(run(["list", *arguments], services), out.getvalue(), err.getvalue())


def test_interrupt__ends_with_130_and_prints_nothing(rollcall_local: CommandLine) -> None:
    """Ctrl-C is no mistake."""
    assert failing(rollcall_local, KeyboardInterrupt()) == Ran(130, "", "")


def test_error__is_a_message_and_the_next_step(rollcall_local: CommandLine) -> None:
    """It says what is wrong and what to do, and has the right exit code."""
    error = CliError("No AWS credentials were found.", hint="Sign in.", exit_code=ExitCode.CREDENTIALS)

    assert failing(rollcall_local, error) == Ran(4, "", "error: No AWS credentials were found.\nSign in.\n")


def test_error__shows_a_stack_trace_only_with_debug(rollcall_local: CommandLine) -> None:
    """Only those who ask for a stack trace get one."""
    plain, debug = (
        failing(rollcall_local, ZeroDivisionError("x")),
        failing(rollcall_local, ZeroDivisionError("x"), "--debug"),
    )

    assert (plain.code, debug.code) == (1, 1)
    assert "Traceback" not in plain.err
    assert "--debug" in plain.err
    assert "Traceback" in debug.err
