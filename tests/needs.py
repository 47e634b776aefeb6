"""The mark `needs`: what a test needs of the emulator, and what a run says of the tests that it left out.

`@pytest.mark.needs("iam enforced")` names capabilities of tests/capabilities.py. A test is left out
only on an emulator that isn't stated to have them; if a stated one is missing, the test fails.
"""

from __future__ import annotations

import fcntl
import json
import shutil
import tempfile
from collections import Counter, defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Generator, Iterable, Mapping
    from collections.abc import Set as AbstractSet

    from capabilities import Profile

LEFT_OUT = "left out"


class Needs:
    """A pytest plugin that leaves out what the run's emulator can't do, and says so at the end.

    lacks: each capability, and what an emulator without it does instead. profiles: what is stated of
    each. chosen: the run's emulator. ask: asks it for these capabilities; called once in a run, with
    those that its tests need. of_the_user: capabilities that make test-full doesn't bring.
    """

    def __init__(
        self,
        config: pytest.Config,
        *,
        lacks: Mapping[str, str],
        profiles: Mapping[str, Profile],
        chosen: str,
        ask: Callable[[Collection[str]], Mapping[str, bool]],
        of_the_user: AbstractSet[str] = frozenset(),
    ) -> None:
        config.addinivalue_line("markers", "needs(*capabilities): run only on an emulator that has all of these")
        self._lacks = lacks
        self._profiles = profiles
        self._chosen = chosen
        self._ask = ask
        self._of_the_user = of_the_user
        self._needed: set[str] = set()
        given = getattr(config, "workerinput", {}).get(LEFT_OUT)
        self._folder = Path(given or tempfile.mkdtemp(prefix="rollcall-capabilities-"))
        if given is None:
            config.add_cleanup(lambda: shutil.rmtree(self._folder))

    @property
    def answers(self) -> dict[str, bool]:
        """What the emulator answered for all that this run's tests need. The workers share the answers in a file."""
        with (self._folder / "answers.json").open("a+", encoding="utf-8") as file:
            fcntl.flock(file.fileno(), fcntl.LOCK_EX)
            file.seek(0)
            answers: dict[str, bool] = json.loads(file.read() or "{}")
            if not answers:
                answers = dict(self._ask(sorted(self._needed)))
                file.write(json.dumps(answers))
        return answers

    @property
    def stated(self) -> AbstractSet[str]:
        """The capabilities that the run's emulator is stated to have; none for an emulator without a statement."""
        profile = self._profiles.get(self._chosen)
        return self._lacks.keys() - profile.lacks if profile else frozenset()

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """Tell a worker where the run's answers are."""
        node.workerinput[LEFT_OUT] = str(self._folder)

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Refuse a mark that names no capability, and a test that no emulator of `make test-full` would run."""
        for item in items:
            needed = needs_of(item)
            unknown = [name for name in needed if name not in self._lacks]
            if unknown or (item.get_closest_marker("needs") and not needed):
                known = ", ".join(f'"{name}"' for name in sorted(self._lacks))
                raise pytest.UsageError(f"{item.nodeid} needs {unknown or 'nothing'}. Name one or more of: {known}")
            of_emulators = [name for name in needed if name not in self._of_the_user]
            if of_emulators and not any(profile.runs(item.nodeid, of_emulators) for profile in self._profiles.values()):
                raise pytest.UsageError(f"{item.nodeid} needs {needed}. No emulator of make test-full runs it.")
            self._needed.update(self._lacks if "needs" in getattr(item, "fixturenames", ()) else needed)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """Leave a test out before its fixtures are made, or fail it if the emulator lacks what is stated."""
        needed = needs_of(item)
        missing = [name for name in needed if not self.answers[name]] if needed else []
        lost = [name for name in missing if name in self.stated]
        if lost:
            pytest.fail(f"{self._chosen} lacks {lost}, which tests/capabilities.py states that it has.", pytrace=False)
        if missing:
            item.user_properties.append((LEFT_OUT, missing))
            pytest.skip(f"This emulator lacks {missing}.")

    @pytest.hookimpl(tryfirst=True)
    def pytest_report_teststatus(self, report: pytest.TestReport) -> tuple[str, str, str] | None:
        """Count a test that was left out apart from those skipped for any other reason."""
        return (LEFT_OUT, "l", "LEFT OUT") if report.skipped and missing_of(report) else None

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> Generator[None, None, None]:
        """End the run with what it left out and why."""
        yield
        reports = terminalreporter.stats.get(LEFT_OUT, ())
        if reports:
            terminalreporter.section("not run on this emulator", sep="=", yellow=True)
            for line in summary(reports, self._lacks):
                terminalreporter.line(line)


def needs_of(item: pytest.Item) -> list[str]:
    """Return the capabilities that a test needs."""
    return list(dict.fromkeys(name for mark in item.iter_markers("needs") for name in mark.args))


def missing_of(report: pytest.TestReport) -> list[str]:
    """Return the capabilities for whose lack a test was left out."""
    return list(dict(getattr(report, "user_properties", ())).get(LEFT_OUT, ()))


def summary(reports: Iterable[pytest.TestReport], lacks: Mapping[str, str]) -> list[str]:
    """Return two lines for each capability: what the emulator does instead, and how many tests of which files."""
    files: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for report in reports:
        for name in missing_of(report):
            files[name][report.nodeid.partition("::")[0]] += 1
    lines = []
    for name, counts in sorted(files.items()):
        total = counts.total()
        lines.append(f'{total} {"test needs" if total == 1 else "tests need"} "{name}": {lacks[name]}')
        lines.append("    " + ", ".join(f"{file} ({count})" for file, count in sorted(counts.items())))
    return lines
