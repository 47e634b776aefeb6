"""The file of contexts."""

from __future__ import annotations

import json
import re
import stat
from typing import TYPE_CHECKING

import pytest

from admin_cli.aws.contexts import (
    Context,
    ContextError,
    ContextFile,
    Contexts,
    UnknownContextError,
    add_local,
    context_file,
    is_loopback,
)

if TYPE_CHECKING:
    from pathlib import Path

DEV = Context("dev", "dev", "eu-west-1", profile="academy")
LOCAL = Context("local", "local", "eu-north-1", "http://localhost:4566")


@pytest.fixture
def file(tmp_path: Path) -> ContextFile:
    return ContextFile(tmp_path / "a" / "contexts.json")


def test_file__reads_what_was_written(file: ContextFile) -> None:
    """The contexts are read in order, with the current one."""
    file.write(Contexts().with_entry(DEV).with_entry(LOCAL).using("local"))

    assert list(file.read().entries.values()) == [DEV, LOCAL]
    assert file.read().current == "local"


def test_file__missing__is_empty(file: ContextFile) -> None:
    """Somebody who never had a context has none."""
    assert file.read() == Contexts()


def test_file__is_private(file: ContextFile) -> None:
    """Nobody else on the machine can read which stacks a person works with."""
    file.write(Contexts().with_entry(DEV))

    assert stat.S_IMODE(file.path.stat().st_mode) == 0o600
    assert [path.name for path in file.path.parent.iterdir()] == ["contexts.json"]


@pytest.mark.parametrize(
    "content",
    [
        "{",
        "[]",
        "{}",
        '{"contexts": [{"name": 1}]}',
        '{"contexts": [{"name": "a"}]}',
        '{"contexts": [], "current": "dev"}',
        '{"contexts": [{"name": "a", "stack": "a", "region": "nowhere"}]}',
        '{"contexts": [{"name": "a", "stack": "a", "region": "eu-north-1", "secret": "x"}]}',
    ],
)
def test_file__damaged__names_itself(file: ContextFile, content: str) -> None:
    """The error names the damaged file and says what to do; the file stays as it is."""
    file.path.parent.mkdir(parents=True)
    file.path.write_text(content)

    with pytest.raises(ContextError, match=r"contexts\.json is damaged .* Fix it, or remove it"):
        file.read()
    assert file.path.read_text() == content


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('{"contexts": [{"name": "dev"}]}', "(a context has no stack)"),
        (
            '{"contexts": [{"name": "dev", "stack": "dev", "region": "eu-north-1", "zone": "a"}]}',
            "the unknown key zone",
        ),
        ("{}", "(it has no 'contexts')"),
    ],
)
def test_file__damaged__says_what_it_lacks(file: ContextFile, content: str, message: str) -> None:
    """The message uses the words of the file, not of the program."""
    file.path.parent.mkdir(parents=True, exist_ok=True)
    file.path.write_text(content)

    with pytest.raises(ContextError, match=re.escape(message)):
        file.read()


def test_file__that_is_a_folder__is_named_once(file: ContextFile) -> None:
    """The system's own message would repeat its name, with a number."""
    file.path.mkdir(parents=True)

    with pytest.raises(ContextError, match=r"contexts\.json cannot be read: Is a directory\.$"):
        file.read()


def test_file__unwritable__says_so(tmp_path: Path) -> None:
    """The message names a folder that cannot be created."""
    (tmp_path / "file").write_text("")

    with pytest.raises(ContextError, match=r"contexts\.json cannot be written: .+ROLLCALL_CONFIG_DIR "):
        ContextFile(tmp_path / "file" / "contexts.json").write(Contexts())


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({"ROLLCALL_CONFIG_DIR": "/c", "XDG_CONFIG_HOME": "/x"}, "/c/contexts.json"),
        ({"XDG_CONFIG_HOME": "/x"}, "/x/rollcall/contexts.json"),
    ],
)
def test_context_file__is_where_the_environment_says(environ: dict[str, str], expected: str) -> None:
    """The most specific variable takes precedence."""
    assert str(context_file(environ).path) == expected


def test_context_file__is_in_the_home_folder_otherwise() -> None:
    """Without variables it is where XDG puts it."""
    assert context_file({}).path.parts[-3:] == (".config", "rollcall", "contexts.json")


def test_contexts__the_first_becomes_current() -> None:
    """Later ones don't, until somebody says so."""
    contexts = Contexts().with_entry(DEV).with_entry(LOCAL)

    assert contexts.chosen(None) == DEV
    assert contexts.chosen("local") == LOCAL
    assert contexts.using("local").chosen(None) == LOCAL


def test_contexts__unknown_name_lists_the_others() -> None:
    """Whoever mistypes a name sees the right ones."""
    with pytest.raises(UnknownContextError, match=r"'prod'. There are: dev, local"):
        Contexts().with_entry(DEV).with_entry(LOCAL).get("prod")


@pytest.mark.parametrize("name", [None, "dev"])
def test_contexts__without_any_say_how_to_begin(name: str | None) -> None:
    """A new installation says what to do first."""
    with pytest.raises(UnknownContextError, match="rollcall local up"):
        Contexts().chosen(name)


def test_add_local__never_switches_the_context(file: ContextFile) -> None:
    """A local stack that comes up leaves the current context alone."""
    file.write(Contexts().with_entry(DEV))

    assert add_local("local", "eu-north-1", "http://localhost:4566", file=file) is False
    assert file.read().current == "dev"
    assert file.read().get("local") == LOCAL


def test_add_local__repeated__changes_only_the_port(file: ContextFile) -> None:
    """The same stack on another port replaces its own context."""
    add_local("local", "eu-north-1", "http://localhost:4566", file=file)

    assert add_local("local", "eu-north-1", "http://localhost:4999", file=file) is True
    assert [entry["endpoint_url"] for entry in json.loads(file.path.read_text())["contexts"]] == [
        "http://localhost:4999"
    ]


def test_add_local__refuses_an_endpoint_elsewhere(file: ContextFile) -> None:
    """Only what is on this machine is local."""
    with pytest.raises(ContextError, match="not on this machine"):
        add_local("local", "eu-north-1", "http://emulator.example.org", file=file)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://localhost:4566", True),
        ("http://LOCALHOST.:4566", True),
        ("http://s3.localhost", True),
        ("http://127.0.0.2:1", True),
        ("http://[::1]:4566", True),
        ("http://localhost.localstack.cloud:4566", True),
        ("http://localhost.example.org", False),
        ("http://127.0.0.1.example.org", False),
        ("http://localhost@example.org", False),
        ("http://10.0.0.1", False),
        ("https://dynamodb.eu-north-1.amazonaws.com", False),
        ("localhost", False),
    ],
)
def test_is_loopback__depends_on_the_host(url: str, *, expected: bool) -> None:
    """Only names that can lead nowhere else count."""
    assert is_loopback(url) is expected


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"name": "My stack"}, "cannot be a context's name"),
        ({"stack": ""}, "cannot be a context's stack"),
        ({"region": "Stockholm"}, "not an AWS region"),
        ({"endpoint_url": "localhost:4566"}, "not an endpoint"),
        ({"endpoint_url": "ftp://localhost"}, "not an endpoint"),
        ({"endpoint_url": "http://localhost:x"}, "not an endpoint"),
        ({"endpoint_url": "http://localhost:4566", "profile": "academy"}, "always uses dummy credentials"),
    ],
)
def test_context__refuses_invalid_values(values: dict[str, str], message: str) -> None:
    """A wrong value is reported where it is entered, not where it is used."""
    with pytest.raises(ContextError, match=message):
        Context(**{"name": "dev", "stack": "dev", "region": "eu-north-1"} | values)
