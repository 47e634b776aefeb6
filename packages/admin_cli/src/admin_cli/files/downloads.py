"""Downloads: files in a folder, one folder per reference, each whole or not there."""

from __future__ import annotations

import hashlib
import http.client
import urllib.error
import urllib.request
from contextlib import closing
from http import HTTPStatus
from typing import TYPE_CHECKING

from admin_cli.aws.contexts import is_loopback
from admin_cli.aws.sessions import MissingPermissionError
from admin_cli.errors import CliError
from admin_cli.terminal.progress import Progress
from registration_core.domain.file_errors import FileNotReadyError, FilesUnavailableError
from registration_core.domain.files import FileState
from registration_core.domain.identifiers import display_reference

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from admin_cli.services import Services
    from registration_core.domain.files import StoredFile
    from registration_core.domain.submission import Submission
    from registration_core.services.file_links import FileLinks

    Fetch = Callable[[str], Iterator[bytes]]
    """Yields the content behind a link. Raises FilesUnavailableError."""

TIMEOUT_S = 60.0
_CHUNK = 1024 * 1024


def fetch(url: str) -> Iterator[bytes]:
    """Yield the content behind a link that was just made. Raises FilesUnavailableError, MissingPermissionError."""
    if not (url.startswith("https://") or (url.startswith("http://") and is_loopback(url))):
        raise CliError(f"{url} is not an https address, so nothing is downloaded.")
    try:
        with closing(urllib.request.urlopen(url, timeout=TIMEOUT_S)) as answer:  # noqa: S310 - https, as was just checked
            while chunk := answer.read(_CHUNK):
                yield chunk
    except urllib.error.HTTPError as error:
        error.close()
        if error.code == HTTPStatus.FORBIDDEN:  # a link has the rights of its signer
            raise MissingPermissionError("s3:GetObject") from error
        raise FilesUnavailableError(f"The file could not be downloaded: {error}") from error
    except (urllib.error.URLError, OSError, http.client.HTTPException) as error:
        raise FilesUnavailableError(f"The file could not be downloaded: {error}") from error


def places(folder: Path, submission: Submission, files: Sequence[StoredFile]) -> dict[str, Path]:
    """Return where each file of a submission goes, by ID.

    The name starts with the question. A second file of the same name gets a number, which doesn't
    depend on what else is downloaded.
    """
    below = folder / display_reference(submission.reference)
    taken: set[str] = set()
    by_id: dict[str, Path] = {}
    for file in files:
        name, number = f"{file.field}-{file.name}", 1
        while name.casefold() in taken:  # some file systems don't tell A from a
            number += 1
            name = f"{file.field}-{number}-{file.name}"
        taken.add(name.casefold())
        by_id[file.id] = below / name
    return by_id


def download(
    links: FileLinks, submission: Submission, file: StoredFile, place: Path, *, unchecked: bool, get: Fetch = fetch
) -> bool:
    """Download a file; False if it is there already. A file appears once it is whole.

    Raises FileNotReadyError, FilesUnavailableError, OSError.
    """
    if place.is_file() and _digest(place) == file.sha256:
        return False
    place.parent.mkdir(parents=True, exist_ok=True)
    part, digest = place.with_name(f".{file.id}.part"), hashlib.sha256()
    link = links.of(submission, file.id, unchecked=unchecked)
    with part.open("wb") as writer:
        for chunk in get(link.url):
            digest.update(chunk)
            writer.write(chunk)
    if digest.hexdigest() != file.sha256:
        part.unlink()
        raise FilesUnavailableError(f"{file.name} did not arrive as it was stored. Try again.")
    part.replace(place)
    return True


def _digest(path: Path) -> str:
    with path.open("rb") as reader:
        return hashlib.file_digest(reader, "sha256").hexdigest()


def save_all(services: Services, submissions: Iterable[Submission], folder: Path, *, unchecked: bool = False) -> None:
    """Download the files of submissions, and say how many.

    Goes on after a file that can't be had, and raises CliError at the end. Run it again to continue
    after an interruption.
    """
    output, links, saved, failed = services.output, services.stack().files(), 0, 0
    with Progress(output, "files downloaded") as progress:
        for submission in submissions:
            files = [file for file in submission.files if file.state is not FileState.REFUSED]
            by_id = places(folder, submission, files)
            for file in files:
                try:
                    saved += download(links, submission, file, by_id[file.id], unchecked=unchecked)
                    progress.advance()
                except (FileNotReadyError, FilesUnavailableError, OSError) as error:
                    failed += 1
                    output.note(f"{display_reference(submission.reference)}: {error}")
    output.tell(f"{_counted(saved)} downloaded to {folder}.")
    if failed:
        raise CliError(f"{_counted(failed)} could not be downloaded.", hint="Run the same command again to continue.")


def _counted(count: int) -> str:
    return f"{count:,} file{'' if count == 1 else 's'}"
