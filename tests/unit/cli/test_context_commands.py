"""`rollcall context`: add, use, list."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from unit.cli.fakes import CommandLine


def test_list__marks_the_current_context(rollcall_local: CommandLine) -> None:
    """A `*` marks the context that commands work on."""
    rollcall_local("context", "add", "dev", "--region", "eu-west-1", "--profile", "academy")

    assert rollcall_local("context", "list").out == (
        "local\t*\tlocal\teu-north-1\thttp://localhost:4566\t\t\ndev\t\tdev\teu-west-1\t\tacademy\t\n"
    )


def test_list__marks_the_context_of_the_variable(rollcall_local: CommandLine) -> None:
    """The list shows what the next command would use."""
    rollcall_local("context", "add", "dev", "--region", "eu-west-1")
    rollcall_local.environ["ROLLCALL_CONTEXT"] = "dev"

    contexts = json.loads(rollcall_local("context", "list", "--json", "all").out)

    assert {entry["name"]: entry["in_use"] for entry in contexts} == {"local": False, "dev": True}


def test_list__without_contexts_says_how_to_begin(rollcall: CommandLine) -> None:
    """No data on stdout, a hint on stderr."""
    ran = rollcall("context", "list")

    assert (ran.code, ran.out) == (0, "")
    assert "rollcall local up" in ran.err


def test_add__makes_only_the_first_context_current(rollcall: CommandLine) -> None:
    """Adding prod never makes the next command work on prod by surprise."""
    assert "Commands use dev." in rollcall("context", "add", "dev", "--region", "eu-west-1").err
    assert "Commands still use dev." in rollcall("context", "add", "prod", "--region", "eu-west-1").err


def test_add__repeated__changes_the_context(rollcall: CommandLine) -> None:
    """The same name is the same context."""
    rollcall("context", "add", "dev", "--region", "eu-west-1")

    assert "Changed the context dev." in rollcall("context", "add", "dev", "--region", "eu-north-1").err
    assert rollcall.contexts.read().get("dev").region == "eu-north-1"


def test_add__refuses_invalid_values(rollcall: CommandLine) -> None:
    """A mistyped region is reported at once, and nothing is saved."""
    ran = rollcall("context", "add", "dev", "--region", "Stockholm")

    assert ran.code == 2
    assert "is not an AWS region" in ran.err
    assert not rollcall.contexts.path.exists()


def test_use__switches_the_context(rollcall_local: CommandLine) -> None:
    """From then on, commands work there."""
    rollcall_local("context", "add", "dev", "--region", "eu-west-1")

    assert rollcall_local("context", "use", "dev").code == 0
    assert rollcall_local.contexts.read().current == "dev"


def test_use__unknown_is_not_found(rollcall_local: CommandLine) -> None:
    """Exit code 3; the current context stays."""
    ran = rollcall_local("context", "use", "dev")

    assert ran.code == 3
    assert "There are: local." in ran.err
    assert rollcall_local.contexts.read().current == "local"


def test_show__prints_the_current_or_the_named_context(rollcall_local: CommandLine) -> None:
    """It prints everything that a context holds."""
    rollcall_local("context", "add", "dev", "--region", "eu-west-1", "--profile", "academy")

    assert rollcall_local("context", "show").out.splitlines()[:3] == ["name\tlocal", "in_use\tyes", "stack\tlocal"]
    assert json.loads(rollcall_local("context", "show", "dev", "--json", "all").out) == {
        "name": "dev",
        "in_use": False,
        "stack": "dev",
        "region": "eu-west-1",
        "endpoint_url": None,
        "profile": "academy",
        "via": None,
        "url": None,
        "sign_in_url": None,
        "client_id": None,
    }
    assert rollcall_local("context", "show", "prod").code == 3


def test_remove__makes_no_other_context_current(rollcall_local: CommandLine) -> None:
    """Whoever removes the current context is told to choose; no command goes to an unnamed stack."""
    rollcall_local("context", "add", "dev", "--region", "eu-west-1")

    ran = rollcall_local("context", "remove", "local")

    assert (ran.code, ran.out) == (0, "")
    assert "Choose dev: rollcall context use NAME" in ran.err
    assert "No context is in use" in rollcall_local("list").err
    assert rollcall_local("context", "remove", "local").code == 3
