"""One export from beginning to end: reading, writing, and messages to the person."""

from __future__ import annotations

import contextlib
import gc
import os
import shlex
import time
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from admin_cli.errors import CliError, ExitCode, OutputClosedError
from admin_cli.export.collection import Collection, entries
from admin_cli.export.formats import Encoding, Format
from admin_cli.export.ranges import months
from admin_cli.export.reader import Reader, Sieve, unwritable
from admin_cli.export.sorted_rows import ensure_sortable, sorted_rows
from admin_cli.export.spool import Spool
from admin_cli.terminal.progress import Progress, duration
from registration_core.adapters.sheets.columns import AGE, NAME, RANK, Columns
from registration_core.adapters.sheets.errors import SheetLimitError, UnknownColumnError
from registration_core.adapters.sheets.headings import ANSWER
from registration_core.adapters.sheets.rows import moment
from registration_core.adapters.sheets.separators import list_separator
from registration_core.domain.ages import age_in
from registration_core.domain.forms import LONGEST_RETENTION_DAYS
from registration_core.domain.sheet_words import words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime
    from typing import BinaryIO

    from admin_cli.export.processes import Crew
    from admin_cli.export.request import Request
    from admin_cli.export.rows import Row
    from admin_cli.export.source import Source
    from admin_cli.export.target import Target
    from admin_cli.terminal.output import Output
    from registration_core.domain.forms import Form

_CLOCKS_DIFFER = timedelta(hours=1)
_BUFFER = 1 << 18
_THOUSAND = 1000
_BRIEF_S = 60


@dataclass(frozen=True, slots=True)
class Exporting:
    """One export. forms: those stored with the stack. jobs: how many processes read a large export."""

    output: Output
    source: Source
    target: Target
    forms: Mapping[str, Form]
    jobs: int

    def begin(self, request: Request) -> None:
        """Export from the beginning. Raises CliError, OutputClosedError."""
        self.resume(Spool.begin(self.target.folder, request))

    def resume(self, spool: Spool) -> None:
        """Continue an interrupted export. Raises CliError, OutputClosedError."""
        request = spool.request
        with self._kept(spool):
            if not any(spool.parts()):
                spool.add(
                    each
                    for form in request.forms
                    for each in months(form, newest=_newest(request), oldest=self._oldest(request, form))
                )
            self._run(spool)

    def _run(self, spool: Spool) -> None:
        began = time.monotonic()
        with _no_cycles():
            self._collect(spool)
            count = self._write(spool)
        made = spool.folder / "made"
        size = made.stat().st_size
        self.target.put(made, self.output, replaces=spool.request.replaces)
        self.output.flush()
        spool.remove()
        seconds = time.monotonic() - began
        what = "1 submission" if count == 1 else f"{count:,} submissions"
        took = f"{seconds:.1f} s" if seconds < _BRIEF_S else duration(seconds)
        self.output.note(f"{self.target.name}: {what}, {_size(size)}, {took}, {count / seconds:,.0f}/s")

    def _collect(self, spool: Spool) -> None:
        format_ = Format(spool.request.format)

        def ensure_fits(count: int) -> None:
            format_.ensure_fits(count)
            if spool.request.sort is not None:
                ensure_sortable(count)

        done = sum(part.mark.read for part in spool.parts())
        total = self.source.estimate()
        with Progress(
            self.output,
            "submissions read",
            total=total,
            at_most=bool(spool.request.selected.form),
            about=True,
            done=done,
        ) as progress:
            collection = Collection(
                spool,
                Reader(
                    self.source.pages(progress.note),
                    Sieve(spool.request.selected.selection(), began=spool.request.began),
                    say=progress.note,
                    wait=_slept,
                ),
                progress,
                crew=(lambda: self._crew(spool)) if self.jobs > 1 else None,
                jobs=self.jobs,
                ensure_fits=ensure_fits,
            )
            collection.run()

    def _crew(self, spool: Spool) -> Crew:
        from admin_cli.export.processes import Crew  # noqa: PLC0415 - only for much
        from admin_cli.export.worker import Setting  # noqa: PLC0415

        return Crew(spool, Setting(self.source.context, spool.request), self.jobs)

    def _write(self, spool: Spool) -> int:
        """Write the spool's submissions in the requested format; return how many there are."""
        request = spool.request
        total = sum(part.mark.rows for part in spool.parts())
        versions = self._versions(request)
        language = request.language or (versions[0].languages[0] if versions else "en")
        format_ = Format(request.format)
        columns = None
        answered = {name for part in spool.parts() for name in part.mark.answers}
        derived = {RANK: self.source.rank, NAME: self._name, AGE: self._age_at(moment(request.began))}
        if request.columns is not None or not format_.whole:
            columns = Columns(versions, answered, language, derived).chosen(request.columns)
        batches = entries(spool)
        if request.sort is not None:
            by = request.sort.removeprefix("-")
            (column,) = Columns(versions, {*answered, by.removeprefix(ANSWER)}, language, derived).chosen([by])
            batches = iter([sorted_rows(batches, column, reverse=request.sort.startswith("-"))])
        to_file = self.target.path is not None
        encoding = Encoding(
            format_,
            columns,
            words(language, versions[0].words if versions else None),
            to_file=to_file,
            folder=spool.folder,
            delimiter=request.delimiter or list_separator(language),
        )
        with (
            Progress(self.output, "submissions written", total=total) as progress,
            contextlib.closing(_private(spool)) as made,
        ):
            encoding.write(_counted(batches, progress), made)
        return total

    def _name(self, row: Row) -> str | None:
        """Return the name of the person that a submission is about."""
        form = self.forms.get(row.form)
        return form.name_in(row.answers) or None if form is not None else None

    def _age_at(self, now: datetime) -> Callable[[Row], int | None]:
        """Return a function for a person's age when the chosen option begins, or now if it has no beginning."""
        today = {name: form.today(now) for name, form in self.forms.items()}

        def age(row: Row) -> int | None:
            form = self.forms.get(row.form)
            return None if form is None else age_in(form, row.answers, today=today[row.form])

        return age

    def _versions(self, request: Request) -> Sequence[Form]:
        """Return all versions of the form, the present one first; none if the export is for several forms."""
        if len(request.forms) != 1:
            return []
        (name,) = request.forms
        present = [self.forms[name]] if name in self.forms else []
        return [*present, *(form for form in self.source.versions(name) if form not in present)]

    def _oldest(self, request: Request, form: str) -> datetime:
        """Return the time of a form's oldest possible submission: older versions may have had a longer retention."""
        days = [self.forms[form].retention_days] if form in self.forms else [LONGEST_RETENTION_DAYS]
        days += [version.retention_days for version in self.source.versions(form)]
        oldest = moment(request.began) - timedelta(days=max(days)) - _CLOCKS_DIFFER
        since = request.selected.selection().since
        return oldest if since is None else max(oldest, since)

    @contextlib.contextmanager
    def _kept(self, spool: Spool) -> Iterator[None]:
        """On an error, keep what was read and say how to continue; drop a spool that can't be resumed."""
        try:
            with _sentences():
                yield
        except (OutputClosedError, SheetLimitError, UnknownColumnError):
            spool.remove()
            raise
        except CliError as error:
            if error.exit_code is ExitCode.USAGE:
                spool.remove()
            elif self._leave(spool):
                error.hint = " ".join([*([error.hint] if error.hint else []), f"Then continue: {self._again()}"])
            raise
        except BaseException:
            if self._leave(spool):
                self.output.note(f"The submissions read so far are kept. To continue: {self._again()}")
            raise

    def _leave(self, spool: Spool) -> bool:
        """Keep a spool so that it can be resumed; False if it can't, and is dropped."""
        if self.target.streams or not any(spool.path(part.number).exists() for part in spool.parts()):
            spool.remove()
            return False
        spool.release()
        return True

    def _again(self) -> str:
        return f"rollcall export {shlex.quote(self.target.name)} --resume"


@contextlib.contextmanager
def _no_cycles() -> Iterator[None]:
    """Turn off garbage collection: submissions come by the thousand, and have no reference cycles."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@contextlib.contextmanager
def _sentences() -> Iterator[None]:
    """Translate OSError, such as for a full disk, to CliError."""
    try:
        yield
    except OSError as error:
        raise unwritable(error) from error


def _newest(request: Request) -> datetime:
    """Return the time of the newest possible submission: the clock that wrote it may be ahead."""
    newest = moment(request.began) + _CLOCKS_DIFFER
    until = request.selected.selection().until
    return newest if until is None else min(newest, until)


def _private(spool: Spool) -> BinaryIO:
    """Create the output file, with default permissions, in the spool's folder, which only its owner can open."""
    made = spool.folder / "made"
    made.unlink(missing_ok=True)
    return os.fdopen(os.open(made, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o666), "w+b", _BUFFER)


def _counted(batches: Iterable[list[Row]], progress: Progress) -> Iterator[list[Row]]:
    """Advance the progress with each batch."""
    for rows in batches:
        yield rows
        progress.advance(len(rows))


def _slept(pause_s: float) -> bool:
    time.sleep(pause_s)
    return True


def _size(count: int) -> str:
    """Write a number of bytes for people, such as 1.5 MB."""
    size = float(count)
    for unit in ("bytes", "kB", "MB"):
        if size < _THOUSAND:
            return f"{size:,.0f} {unit}" if unit == "bytes" else f"{size:,.1f} {unit}"
        size /= _THOUSAND
    return f"{size:,.1f} GB"
