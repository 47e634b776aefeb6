"""The mark `needs`: what it refuses, what it leaves out, and how the run says so.

Each test runs a few tests of its own, on an emulator that answers as the test says.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

pytest_plugins = ("pytester",)

CONFTEST = """
import pytest
from capabilities import Profile
from needs import Needs

LACKS = {"mail": "it drops mail", "clouds": "it has no clouds", "rain": "it never rains"}
PROFILES = {
    "big": Profile(lacks=frozenset(CLAIMED), tiers=("test_",)),
    "other": Profile(lacks=frozenset({"mail"}), tiers=("test_",)),
}

def pytest_configure(config):
    answers = dict.fromkeys(LACKS, True) | dict.fromkeys(MISSING, False)
    ask = lambda names: {name: answers[name] for name in names}
    plugin = Needs(config, lacks=LACKS, profiles=PROFILES, chosen="big", ask=ask, of_the_user=frozenset(USERS))
    config.pluginmanager.register(plugin, "needs")

@pytest.fixture
def needs(pytestconfig):
    return pytestconfig.pluginmanager.get_plugin("needs")
"""

Run = Callable[..., pytest.RunResult]


@pytest.fixture
def run(pytester: pytest.Pytester) -> Run:
    """Run a file of tests.

    missing: what the emulator lacks. stated: what is stated of it; by default the same. of_the_user:
    what no emulator brings.
    """

    def run(
        tests: str,
        *,
        missing: set[str] = frozenset(),
        stated: set[str] | None = None,
        of_the_user: set[str] = frozenset(),
    ) -> pytest.RunResult:
        claimed = missing if stated is None else stated
        settings = f"MISSING, CLAIMED, USERS = {set(missing)!r}, {set(claimed)!r}, {set(of_the_user)!r}\n"
        pytester.makeconftest(settings + CONFTEST)
        pytester.makepyfile(f"import pytest\nneeds = pytest.mark.needs\n{tests}")
        return pytester.runpytest_inprocess("-p", "no:cacheprovider", "-p", "no:xdist", "-ra", "--strict-markers")

    return run


def test_needs__of_an_unknown_capability__is_refused(run: Run) -> None:
    ran = run('@needs("male")\ndef test_one(): pass')

    assert ran.ret == pytest.ExitCode.USAGE_ERROR
    ran.stderr.fnmatch_lines(['*test_one needs *male*. Name one or more of: "clouds", "mail", "rain"'])


def test_needs__of_nothing__is_refused(run: Run) -> None:
    ran = run("@needs()\ndef test_one(): pass")

    assert ran.ret == pytest.ExitCode.USAGE_ERROR
    ran.stderr.fnmatch_lines(["*test_one needs nothing*"])


def test_needs__that_no_engine_meets__is_refused(run: Run) -> None:
    """A test that would run nowhere is a defect, even if each of its needs is met somewhere."""
    ran = run('@needs("mail", "rain")\ndef test_one(): pass', missing={"rain"})

    assert ran.ret == pytest.ExitCode.USAGE_ERROR
    ran.stderr.fnmatch_lines(["*No emulator of make test-full runs it."])


def test_needs__that_only_the_user_can_meet__are_left_out(run: Run) -> None:
    """Such a test runs where the user has what it needs, so it isn't refused elsewhere."""
    ran = run('@needs("mail")\ndef test_one(): assert False', missing={"mail"}, of_the_user={"mail"})

    assert ran.ret == pytest.ExitCode.OK
    ran.stdout.fnmatch_lines(['1 test needs "mail": it drops mail'])


def test_needs__that_are_met__run_the_test(run: Run) -> None:
    ran = run('@needs("mail")\ndef test_one(): pass')

    ran.assert_outcomes(passed=1)
    ran.stdout.no_fnmatch_line("*not run on this emulator*")


TWO_FILES_WORTH = """
@needs("clouds", "rain")
def test_weather(): assert False

@pytest.mark.parametrize("n", [1, pytest.param(2, marks=needs("clouds"))])
def test_number(n): pass
"""


def test_run__ends_with_what_it_left_out_by_capability(run: Run) -> None:
    ran = run(TWO_FILES_WORTH, missing={"clouds", "rain"})

    assert ran.ret == pytest.ExitCode.OK
    *_, title, first, files, second, file, result = filter(None, ran.outlines)
    name = "test_run__ends_with_what_it_left_out_by_capability.py"
    assert "not run on this emulator" in title
    assert (first, files) == ('2 tests need "clouds": it has no clouds', f"    {name} (2)")
    assert (second, file) == ('1 test needs "rain": it never rains', f"    {name} (1)")
    assert "1 passed, 2 left out in" in result


def test_test__that_is_left_out__makes_no_fixture(run: Run) -> None:
    ran = run('@pytest.fixture\ndef made(): assert False\n\n@needs("rain")\ndef test_one(made): pass', missing={"rain"})

    assert ran.ret == pytest.ExitCode.OK


def test_capability__that_went_missing__fails_the_test(run: Run) -> None:
    ran = run('@needs("rain")\ndef test_one(): pass', missing={"rain"}, stated=set())

    ran.assert_outcomes(errors=1)
    ran.stdout.fnmatch_lines(["*big lacks *rain*, which tests/capabilities.py states that it has."])


STATEMENT = "def test_statement(needs): assert {name for name in needs.answers if needs.answers[name]} == needs.stated"


@pytest.mark.parametrize(
    ("missing", "stated", "failed"),
    [
        (set(), set(), 0),
        pytest.param({"rain"}, set(), 1, id="lost"),
        pytest.param(set(), {"rain"}, 1, id="gained"),
    ],
)
def test_statement__is_compared_with_what_the_engine_answers(
    run: Run, missing: set[str], stated: set[str], failed: int
) -> None:
    """The emulator is asked for every capability, even if no test needs one."""
    ran = run(STATEMENT, missing=missing, stated=stated)

    ran.assert_outcomes(failed=failed, passed=1 - failed)
