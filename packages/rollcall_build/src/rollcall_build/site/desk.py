"""The staff's desk: one page with its style, scripts and words, for a stack that has a sign-in for staff."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass

from rollcall_build.site.assets import slimmed
from rollcall_build.site.errors import SiteBuildError
from rollcall_build.site.files import DESK, HASH_LETTERS, SiteFile
from rollcall_build.site.pages import Page
from rollcall_build.site.used_rules import names_in, used_rules, without_unused_properties
from rollcall_build.toml_files import TomlError, read_toml

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from typing import Any

FOLDER = "site/desk"
TEMPLATES = "site/templates"
PAGE = Page(DESK, "en", f"{DESK}/", "desk.html.j2")
"""The page is in every language of `site/desk/words`, and the browser chooses."""


@dataclass(frozen=True, slots=True)
class Desk:
    """How the page signs staff in. sign_in_url: the hosted page's address. client_id: the page's own."""

    sign_in_url: str
    client_id: str

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any] | None) -> Desk | None:
        """Read what a stack says of its desk. None if staff don't sign in on a page."""
        if not values or values.get("kind") != "cognito":
            return None
        return cls(sign_in_url=str(values["sign_in_url"]), client_id=str(values["client_id"]))


@dataclass(frozen=True, slots=True)
class DeskAssets:
    """The desk's files, all in one folder with a hash, so that its scripts import each other by their own names.

    words: by language its name and the address of its words.
    """

    files: tuple[SiteFile, ...]
    words: Mapping[str, tuple[str, str]]
    no_script: tuple[tuple[str, str], ...]
    folder: str

    @property
    def words_json(self) -> str:
        """The words' names and addresses, as the page's script reads them."""
        return json.dumps(self.words, ensure_ascii=False, separators=(",", ":"))


def desk_assets(root: Path, style: bytes, logo: str) -> DeskAssets:
    """Read the desk's scripts, style and words. style: the site's, of which the desk has what it and the logo use.

    Raises SiteBuildError.
    """
    words = desk_words(root)
    bodies = {
        path.name: slimmed(path.name, path.read_bytes())
        for path in sorted((root / FOLDER).iterdir())
        if path.suffix in (".js", ".css")
    }
    template = (root / TEMPLATES / PAGE.template).read_text(encoding="utf-8")
    scripts = [body.decode() for name, body in bodies.items() if name.endswith(".js")]
    names = frozenset[str]().union(*map(names_in, [template, logo, *scripts]))
    both = used_rules(style.decode(), names) + bodies["desk.css"].decode()
    bodies["desk.css"] = without_unused_properties(both).encode()
    for language, texts in words.items():
        content = json.dumps(texts, ensure_ascii=False, separators=(",", ":"))
        bodies[f"words.{language}.js"] = f"export default {content};\n".encode()
    digest = hashlib.sha256(b"".join(name.encode() + body for name, body in sorted(bodies.items()))).hexdigest()
    folder = f"assets/desk.{digest[:HASH_LETTERS]}"
    return DeskAssets(
        files=tuple(SiteFile(f"{folder}/{name}", body) for name, body in sorted(bodies.items())),
        words={one: (texts["name"], f"/{folder}/words.{one}.js") for one, texts in words.items()},
        no_script=tuple((one, texts["frame"]["no_script"]) for one, texts in words.items()),
        folder=f"/{folder}",
    )


def desk_words(root: Path) -> dict[str, dict[str, Any]]:
    """Return the desk's words by language. Raises SiteBuildError for a file that cannot be read."""
    words = {}
    for path in sorted((root / FOLDER / "words").glob("*.toml")):
        try:
            words[path.stem] = read_toml(path)
        except TomlError as error:
            raise SiteBuildError(f"{FOLDER}/words/{path.name}: {error}.") from error
    return words
