"""Assets, each under its own name and under a name with a hash, which browsers may cache for ever."""

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath

import rcssmin
import rjsmin

from rollcall_build.site.errors import SiteBuildError
from rollcall_build.site.files import CONTENT_TYPES, HASH_LETTERS, SiteFile


class Assets:
    """The files of some folders, and their addresses for pages.

    folders: by their names in messages. made: more files, by name. before: text to put before a file's content, by
    file name.
    """

    def __init__(self, folders: Mapping[str, Path], *, made: Mapping[str, bytes], before: Mapping[str, str]) -> None:
        self._sources = tuple(folders)
        self._hashed: dict[str, str] = {}
        bodies = dict(made)
        for source, folder in folders.items():
            for name, body in _read(folder, source):
                bodies[name] = before.get(name, "").encode() + body
        self.files = tuple(
            file for name, body in sorted(bodies.items()) for file in self._both(name, slimmed(name, body))
        )

    def _both(self, name: str, body: bytes) -> tuple[SiteFile, SiteFile]:
        self._hashed[name] = _hashed_name(name, body)
        return SiteFile(f"assets/{name}", body), SiteFile(f"assets/{self._hashed[name]}", body)

    def address(self, name: str) -> str:
        """Return the address of the asset `name`. Raises SiteBuildError if there is no such file."""
        if name not in self._hashed:
            places = " or ".join(f"{source}/{name}" for source in self._sources)
            raise SiteBuildError(f"{places}: this file is missing, and a page needs it.")
        return f"/assets/{self._hashed[name]}"


def _read(folder: Path, source: str) -> Iterator[tuple[str, bytes]]:
    """Yield each file of a folder with its name. Raises SiteBuildError for a kind without a content type."""
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_dir() or path.name.startswith("."):
            continue
        if not path.suffix or path.suffix not in CONTENT_TYPES:
            known = ", ".join(sorted(filter(None, CONTENT_TYPES)))
            raise SiteBuildError(
                f"{source}/{name}: files ending in {path.suffix!r} are not supported; use one of {known}."
            )
        yield name, path.read_bytes()


def _hashed_name(name: str, body: bytes) -> str:
    path = PurePosixPath(name)
    digest = hashlib.sha256(body).hexdigest()[:HASH_LETTERS]
    return str(path.with_name(f"{path.stem}.{digest}{path.suffix}"))


def slimmed(name: str, body: bytes) -> bytes:
    """Return a style or script without comments and spaces, names unchanged; other files unchanged."""
    match PurePosixPath(name).suffix:
        case ".js":
            return f"{rjsmin.jsmin(body.decode())}\n".encode()
        case ".css":
            return f"{rcssmin.cssmin(body.decode())}\n".encode()
        case _:
            return body
