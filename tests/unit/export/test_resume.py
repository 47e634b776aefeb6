"""An export that is interrupted anywhere and resumed has each submission once."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from unit.cli.fakes import CommandLine
from unit.export.table_source import COURSE, NOW, TableSource, entry

from admin_cli.aws.contexts import Context, ContextFile
from admin_cli.errors import CliError
from admin_cli.export.ranges import Range
from admin_cli.export.reader import LOST_S, NotNowError, Reader, Sieve
from registration_core.domain.selection import Selection

if TYPE_CHECKING:
    from pathlib import Path

MARCH = Range("registration#2026-03")
ENTRIES = [entry(number, at=NOW - timedelta(hours=number**2)) for number in range(40)]  # many, then few: two months


class StopError(BaseException):
    """The process has died."""


def a_command_line(folder: Path, source: TableSource) -> CommandLine:
    file = ContextFile(folder / "config" / "contexts.json")
    file.write(file.read().with_entry(Context("local", "local", "eu-north-1", "http://localhost:1")))
    return CommandLine(file, forms={"course": COURSE}, source=source)


def stopping(after: int, error: BaseException) -> Any:
    """Return a hook that lets this many queries through and then stops the export."""
    left = [after]

    def before() -> None:
        left[0] -= 1
        if left[0] < 0:
            raise error

    return before


def told() -> NotNowError:
    return NotNowError("no answer", lost=True, final=CliError("Nothing answers."))


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@settings(max_examples=15)
@given(
    stops=st.lists(st.integers(0, 12), max_size=4),
    page=st.integers(1, 9),
    jobs=st.integers(1, 4),
    kind=st.sampled_from([KeyboardInterrupt, StopError]),
)
def test_interrupted_export__once_resumed_has_each_entry_once(
    tmp_path_factory: pytest.TempPathFactory, stops: list[int], page: int, jobs: int, kind: type[BaseException]
) -> None:
    """Whatever is cut off, however often: the same submissions in the same order."""
    folder = tmp_path_factory.mktemp("export")
    source = TableSource(list(ENTRIES), page)
    rollcall = a_command_line(folder, source)
    out = folder / "course.jsonl"
    words = ["export", str(out), "--jobs", str(jobs)]
    resume: list[str] = []
    for stop in stops:
        source.before = stopping(stop, kind())
        try:
            ran = rollcall(*words, *resume)
        except StopError:
            ran = None
        if ran is not None and ran.code == 0:
            break  # it was complete before that point
        assert not out.exists()
        resume = ["--resume"] if (folder / ".course.jsonl.rollcall-spool").exists() else []
    else:
        source.before = lambda: None
        assert rollcall(*words, *resume).code == 0

    assert [each["id"] for each in lines(out)] == [each.id for each in ENTRIES]
    assert [path.name for path in folder.iterdir() if path.is_file()] == ["course.jsonl"]
    assert not list(folder.glob(".*"))


@settings(max_examples=15)
@given(cut=st.integers(0, 2000), stop=st.integers(1, 15))
def test_interrupted_plan__once_resumed_has_each_submission_once(
    tmp_path_factory: pytest.TempPathFactory, cut: int, stop: int
) -> None:
    """A plan whose last line is incomplete counts up to the line before."""
    folder = tmp_path_factory.mktemp("export")
    source = TableSource(list(ENTRIES), 2, before=stopping(stop, StopError()))
    rollcall = a_command_line(folder, source)
    out = folder / "course.jsonl"
    with pytest.raises(StopError):
        rollcall("export", str(out), "--jobs", "3")
    plan = folder / ".course.jsonl.rollcall-spool" / "plan.jsonl"
    content = plan.read_bytes()
    *_, last = content.splitlines(keepends=True)
    plan.write_bytes(content[: len(content) - min(cut, len(last))])
    source.before = lambda: None

    assert rollcall("export", str(out), "--resume").code == 0
    assert [each["id"] for each in lines(out)] == [each.id for each in ENTRIES]


def test_lost_network__waits_then_says_how_to_resume(tmp_path: Path) -> None:
    """The error names the next step, and only the owner can read the spool."""
    source = TableSource(list(ENTRIES), before=stopping(3, CliError("Nothing answers at http://localhost:1.")))
    out = tmp_path / "course.csv"

    ran = a_command_line(tmp_path, source)("export", str(out))

    assert (ran.code, ran.out) == (1, "")
    assert ran.err.splitlines() == [
        "error: Nothing answers at http://localhost:1.",
        f"Then continue: rollcall export {out} --resume",
    ]
    spool = tmp_path / ".course.csv.rollcall-spool"
    assert spool.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in spool.iterdir()} == {0o600}
    assert not out.exists()


def test_ctrl_c__says_how_to_resume(tmp_path: Path) -> None:
    """Exit code 130, and one line."""
    source = TableSource(list(ENTRIES), before=stopping(3, KeyboardInterrupt()))
    out = tmp_path / "course.csv"

    ran = a_command_line(tmp_path, source)("export", str(out))

    assert (ran.code, ran.out) == (130, "")
    assert ran.err == f"The submissions read so far are kept. To continue: rollcall export {out} --resume\n"


def test_failure_before_reading__leaves_nothing(tmp_path: Path) -> None:
    """An export that fails at once leaves no spool to stumble over."""
    source = TableSource(list(ENTRIES), before=stopping(0, CliError("No AWS credentials were found.", exit_code=4)))

    ran = a_command_line(tmp_path, source)("export", str(tmp_path / "course.csv"))

    assert ran.code == 4
    assert not [path for path in tmp_path.iterdir() if path.name != "config"]


def test_resume__without_an_interrupted_export__is_not_found(tmp_path: Path) -> None:
    """The error reports a mistyped name."""
    ran = a_command_line(tmp_path, TableSource())("export", str(tmp_path / "course.csv"), "--resume")

    assert ran.code == 3
    assert "was interrupted" in ran.err


def test_resume__with_other_options__is_refused(tmp_path: Path) -> None:
    """A file can't be half one kind of export and half another."""
    source = TableSource(list(ENTRIES), before=stopping(3, KeyboardInterrupt()))
    rollcall = a_command_line(tmp_path, source)
    out = str(tmp_path / "course.csv")
    rollcall("export", out, "--status", "confirmed")

    ran = rollcall("export", out, "--resume", "--status", "spam", "--columns", "id")

    assert ran.code == 2
    assert "had a different --status, --columns." in ran.err


def test_new_export__over_an_interrupted_one_needs_force(tmp_path: Path) -> None:
    """An hour's reading is not thrown away by accident."""
    source = TableSource(list(ENTRIES), before=stopping(3, KeyboardInterrupt()))
    rollcall = a_command_line(tmp_path, source)
    out = str(tmp_path / "course.jsonl")
    rollcall("export", out)
    source.before = lambda: None

    refused = rollcall("export", out)
    other = rollcall("export", str(tmp_path / "other.jsonl"))
    anew = rollcall("export", out, "--force")

    assert (refused.code, "--resume" in refused.err) == (2, True)
    assert f"An export into {out} was interrupted. Continue it with --resume, or delete " in other.err
    assert anew.code == 0
    assert len(lines(tmp_path / "course.jsonl")) == len(ENTRIES)


def test_throttled_reading__waits_and_continues() -> None:
    """The command reports each pause that is longer than all before, and the page arrives in the end."""
    refusals = [NotNowError("ThrottlingException", lost=False, final=CliError("")) for _ in range(4)]
    notes: list[str] = []
    waited: list[float] = []

    def pages(_range: object, _key: object) -> Any:
        if refusals:
            raise refusals.pop()
        return "page"

    def wait(pause_s: float) -> bool:
        waited.append(pause_s)
        return True

    reader = Reader(pages, Sieve(Selection(), began=0), say=notes.append, wait=wait, monotonic=lambda: sum(waited))

    assert reader._page(MARCH, None) == "page"
    assert [line.startswith("Could not read a page (ThrottlingException). Trying again in ") for line in notes] == [
        True
    ] * 4
    assert all(0.25 * 2**number <= pause <= 0.5 * 2**number for number, pause in enumerate(waited))


def test_lost_reading__gives_up_after_a_minute() -> None:
    """A person can do something about it while they still sit there."""
    waited: list[float] = []

    def pages(_range: object, _key: object) -> Any:
        raise told()

    def wait(pause_s: float) -> bool:
        waited.append(pause_s)
        return True

    reader = Reader(
        pages, Sieve(Selection(), began=0), say=lambda _text: None, wait=wait, monotonic=lambda: sum(waited)
    )

    with pytest.raises(CliError, match="Nothing answers"):
        reader._page(MARCH, None)
    assert LOST_S - 20 <= sum(waited) <= LOST_S
