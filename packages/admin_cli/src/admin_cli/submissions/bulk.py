"""One action on many submissions: its progress, its failures, and what an interruption leaves."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from admin_cli.errors import CliError
from admin_cli.terminal.progress import Progress
from registration_core.domain.errors import RollcallError, StorageDeniedError, StorageUnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Protocol

    from admin_cli.confirmation import Act

    T_co = TypeVar("T_co", covariant=True)

    class Things(Protocol[T_co]):
        """A collection with a length."""

        def __len__(self) -> int: ...

        def __iter__(self) -> Iterator[T_co]: ...


T = TypeVar("T")

#: After this many failures in a row the table is down, and the rest would fail too.
MOST_IN_A_ROW = 3


def for_each(
    act: Act,
    things: Things[T],
    do: Callable[[T], object],
    *,
    name: Callable[[T], str],
    done: str,
    what: str = "submissions",
) -> None:
    """Do something to each in turn. A failure is named, and the others continue.

    name: says which one failed. done: the participle, such as "erased". Raises CliError at the end if some failed;
    at once if a permission is missing or the table is down. On KeyboardInterrupt it says how far it came and raises
    it again. Each action is done whole or not at all, so the same command does the rest.
    """
    failed = in_a_row = 0
    with Progress(act.services.output, what, total=len(things)) as progress:
        for place, thing in enumerate(things):
            try:
                do(thing)
                in_a_row = 0
            except KeyboardInterrupt:
                progress.tell(f"Interrupted: {place - failed} of {len(things)} {what} were {done}. {_GO_ON}")
                raise
            except StorageDeniedError:
                progress.tell(f"{place - failed} of {len(things)} {what} were {done}.")
                raise
            except RollcallError as error:
                failed += 1
                in_a_row = in_a_row + 1 if isinstance(error, StorageUnavailableError) else 0
                progress.tell(f"{name(thing)} was not {done}: {error}")
                if in_a_row == MOST_IN_A_ROW:
                    message = (
                        f"{place + 1 - failed} of {len(things)} {what} were {done}; the table can't be written to now."
                    )
                    raise CliError(message, hint=_GO_ON) from error
            progress.advance()
    if failed:
        raise CliError(f"{failed} of {len(things)} {what} were not {done}; they are named above.", hint=_GO_ON)


_GO_ON = "Run the same command again to do the rest."
