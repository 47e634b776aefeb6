"""One thing done to many submissions: how far it has come, what failed, and what an interruption leaves."""

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
        """What can be counted and gone through."""

        def __len__(self) -> int: ...

        def __iter__(self) -> Iterator[T_co]: ...


T = TypeVar("T")

#: So many in a row that the table did not take: it is down, and the rest would fare no better.
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
    """Do something to each, one after the other; what fails is named on the way, and the others go on.

    name: says which one failed. done: the participle, such as "erased". Raises CliError at the end when some failed;
    at once when the credentials do not suffice, or the table takes nothing any more. KeyboardInterrupt goes on its way
    when the person knows how far it came: whatever is done is done whole, so the same command again does the rest.
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
                    told = (
                        f"{place + 1 - failed} of {len(things)} {what} were {done}; the table can't be written to now."
                    )
                    raise CliError(told, hint=_GO_ON) from error
            progress.advance()
    if failed:
        raise CliError(f"{failed} of {len(things)} {what} were not {done}; they are named above.", hint=_GO_ON)


_GO_ON = "Run the same command again to do the rest."
