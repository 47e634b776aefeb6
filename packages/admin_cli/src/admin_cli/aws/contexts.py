"""Contexts: the stacks that a person uses, by name, in one small file."""

from __future__ import annotations

import ipaddress
import json
import os
import re
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit

from registration_core.domain.errors import RollcallError
from rollcall_build.files import replace_file

if TYPE_CHECKING:
    from collections.abc import Mapping

NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,62}")
REGION = re.compile(r"[a-z]{2,}(-[a-z]+)+-[0-9]+")

API = "api"
"""The way to a stack through its staff API."""

#: LocalStack's public names, which lead to 127.0.0.1.
LOCALSTACK_DOMAIN = "localhost.localstack.cloud"


class ContextError(RollcallError):
    """A context, or the file that keeps them, cannot be used; the message says what to do."""


class UnknownContextError(ContextError):
    """No context has that name, or none is in use."""


class InvalidContextError(ContextError):
    """A name, region or endpoint that no context can have."""


def is_loopback(url: str) -> bool:
    """Whether a URL leads to this machine, judged by its host name."""
    host = (urlsplit(url).hostname or "").rstrip(".").lower()
    if host in {"localhost", LOCALSTACK_DOMAIN} or host.endswith((".localhost", "." + LOCALSTACK_DOMAIN)):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@dataclass(frozen=True, slots=True)
class Context:
    """One stack as a person reaches it.

    endpoint_url: where an emulator answers; None for AWS itself. profile: a profile of the AWS configuration. via: api
    to work through the stack's staff API; None to work on its AWS resources. url: the address of the stack's API; None
    if the stack's description is to say it. sign_in_url, client_id: where people sign in, and as which app; None if
    AWS credentials sign each request. Raises InvalidContextError for a value that cannot be one.
    """

    name: str
    stack: str
    region: str
    endpoint_url: str | None = None
    profile: str | None = None
    via: str | None = None
    url: str | None = None
    sign_in_url: str | None = None
    client_id: str | None = None

    def __post_init__(self) -> None:
        for what, value in (("name", self.name), ("stack", self.stack)):
            if not NAME.fullmatch(value):
                raise InvalidContextError(
                    f"{value!r} cannot be a context's {what}: use lowercase letters, digits, . and -, such as dev.",
                )
        if not REGION.fullmatch(self.region):
            raise InvalidContextError(f"{self.region!r} is not an AWS region. Give one such as eu-north-1.")
        if self.endpoint_url is not None:
            self._check_endpoint(self.endpoint_url)
        self._check_api()

    def _check_api(self) -> None:
        if self.via not in (None, API):
            raise InvalidContextError(f"{self.via!r} is not a way to a stack. Use api, or leave it out.")
        for url in (self.url, self.sign_in_url):
            if url is not None and not (url.startswith("https://") or (_is_web_address(url) and is_loopback(url))):
                raise InvalidContextError(f"{url!r} is not an https address. The stack's operator can give you it.")
        if (self.sign_in_url is None) is not (self.client_id is None):
            raise InvalidContextError("--sign-in-url and --client-id go together. Give both, or leave both out.")
        if self.url is None and self.client_id is not None:
            raise InvalidContextError("--client-id is only for the staff API. Add its address with --url.")

    def _check_endpoint(self, url: str) -> None:
        if not _is_web_address(url):
            raise InvalidContextError(f"{url!r} is not an endpoint. Give an address such as http://localhost:4566.")
        if self.profile is not None and is_loopback(url):
            raise InvalidContextError(
                f"A context on this machine ({url}) always uses dummy credentials. Leave the profile out.",
            )

    @property
    def on_this_machine(self) -> bool:
        """Whether this stack runs on loopback, where real credentials are never used."""
        return self.endpoint_url is not None and is_loopback(self.endpoint_url)


@dataclass(frozen=True, slots=True)
class Contexts:
    """Every context of a person, in the order they were added, and the name of the one in use (None: none yet)."""

    entries: Mapping[str, Context] = field(default_factory=dict)
    current: str | None = None

    def get(self, name: str) -> Context:
        """Return the context of that name. Raises UnknownContextError, which lists those there are."""
        if name in self.entries:
            return self.entries[name]
        if not self.entries:
            raise UnknownContextError(
                f"There is no context {name!r}, nor any other. {_how_to_begin()}",
            )
        known = ", ".join(self.entries)
        raise UnknownContextError(f"There is no context {name!r}. There are: {known}.")

    def chosen(self, name: str | None) -> Context:
        """Return the context called `name`, or the one in use. Raises UnknownContextError."""
        if name is not None:
            return self.get(name)
        if self.current is None:
            raise UnknownContextError(f"No context is in use. {_how_to_begin()}")
        return self.get(self.current)

    def with_entry(self, context: Context) -> Self:
        """Add a context, or replace the one of its name; the first one ever added comes into use."""
        return type(self)({**self.entries, context.name: context}, self.current or context.name)

    def using(self, name: str) -> Self:
        """Use a context. Raises UnknownContextError."""
        return type(self)(self.entries, self.get(name).name)

    def without(self, name: str) -> Self:
        """Remove a context. If it was in use, none is. Raises UnknownContextError."""
        removed = self.get(name).name
        remaining = {each: context for each, context in self.entries.items() if each != removed}
        return type(self)(remaining, None if self.current == removed else self.current)


@dataclass(frozen=True, slots=True)
class ContextFile:
    """The file of a person's contexts. A missing file counts as empty."""

    path: Path

    def read(self) -> Contexts:
        """Read the file. Raises ContextError, naming it, if it cannot be read or is damaged."""
        try:
            text = self.path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return Contexts()
        except OSError as error:
            raise ContextError(f"{self.path} cannot be read: {error.strerror}.") from error
        except UnicodeDecodeError as error:
            raise ContextError(f"{self.path} is damaged (it is not in UTF-8). {_MEND}") from error
        try:
            return _parse(json.loads(text))
        except (ValueError, TypeError, KeyError, RecursionError, ContextError) as error:
            raise ContextError(
                f"{self.path} is damaged ({_damage(error)}). {_MEND}",
            ) from error

    def write(self, contexts: Contexts) -> None:
        """Replace the file in one step, readable by its owner only. Raises ContextError."""
        content = {
            "current": contexts.current,
            "contexts": [
                {key: value for key, value in asdict(context).items() if value is not None}
                for context in contexts.entries.values()
            ],
        }
        try:
            replace_file(self.path, json.dumps(content, indent=2) + "\n", mode=0o600)
        except OSError as error:
            raise ContextError(
                f"{self.path} cannot be written: {error.strerror}. "
                "Set ROLLCALL_CONFIG_DIR to a folder that you can write to."
            ) from error


def context_file(environ: Mapping[str, str]) -> ContextFile:
    """Find the file: in ROLLCALL_CONFIG_DIR, else in XDG_CONFIG_HOME/rollcall, else in ~/.config/rollcall."""
    folder = environ.get("ROLLCALL_CONFIG_DIR")
    if folder:
        return ContextFile(Path(folder) / "contexts.json")
    home = environ.get("XDG_CONFIG_HOME")
    try:
        return ContextFile((Path(home) if home else Path.home() / ".config") / "rollcall" / "contexts.json")
    except RuntimeError as error:
        raise ContextError(
            "There is no home folder to keep contexts in. Set ROLLCALL_CONFIG_DIR to a folder."
        ) from error


def add_local(stack: str, region: str, endpoint_url: str, *, file: ContextFile | None = None) -> bool:
    """Add a stack on this machine as a context of the same name, without switching to it.

    Returns whether it is in use. Raises ContextError, also for an endpoint elsewhere.
    """
    if not is_loopback(endpoint_url):
        raise ContextError(f"{endpoint_url} is not on this machine, so {stack!r} is not a local stack.")
    file = file or context_file(os.environ)
    before = file.read()
    after = before.with_entry(Context(stack, stack, region, endpoint_url))
    if after != before:
        file.write(after)
    return after.current == stack


_MEND = "Fix it, or remove it and add the contexts again."


def _damage(error: Exception) -> str:
    return f"it has no {error}" if isinstance(error, KeyError) else str(error).removesuffix(".")


def _is_web_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _how_to_begin() -> str:
    return (
        "Start a stack on this machine with `rollcall local up`, or add one in AWS: "
        "rollcall context add dev --stack dev --region eu-north-1"
    )


def _parse(content: object) -> Contexts:
    """Read the content. Raises ValueError, TypeError, KeyError or ContextError for what no file of ours holds."""
    if not isinstance(content, dict):
        raise TypeError("not a JSON object")
    entries: dict[str, Context] = {}
    for entry in content["contexts"]:
        if not isinstance(entry, dict) or not all(isinstance(value, str) for value in entry.values()):
            raise TypeError("a context must be an object of strings")
        for name in ("name", "stack", "region"):
            if name not in entry:
                raise ValueError(f"a context has no {name}")
        if unknown := set(entry) - {each.name for each in fields(Context)}:
            raise ValueError(f"a context has the unknown key {', '.join(sorted(unknown))}")
        context = Context(**entry)
        entries[context.name] = context
    current = content.get("current")
    if current is not None and current not in entries:
        raise ValueError(f"the context in use, {current!r}, is not among them")
    return Contexts(entries, current)
