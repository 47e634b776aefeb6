"""Mutation tests: break the rules in `domain` and `services` in many small ways, and list what no test notices.

`make mutants` runs this in its own environment. mutmut makes the mutants, but we run them, because
mutmut leaves constants and decorated functions alone, and collects the tests again for each mutant.
Here pytest collects them once. Each mutant gets a fork of that process, in which one function's
code or one constant is replaced, and runs the tests that reach the mutated line, fastest first.
"""

from __future__ import annotations

import argparse
import difflib
import functools
import gc
import importlib
import os
import random
import resource
import sys
import time
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, FunctionType
from typing import TYPE_CHECKING, Any

import coverage
import libcst
import pytest
from _pytest.runner import runtestprotocol
from libcst.metadata import MetadataWrapper, PositionProvider
from mutmut.mutation.file_mutation import MutationVisitor
from mutmut.mutation.mutators import mutation_operators
from mutmut.mutation.pragma_handling import IgnoredCode

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ROOT = Path(__file__).resolve().parents[1]
CORE = ROOT / "packages" / "registration_core" / "src" / "registration_core"
TABLES = ("phone_codes", "phone_formats")
"""Modules without rules, which a script wrote."""
FOLDERS = ("core", "parsers", "adapters", "handlers", "export", "forms", "cli")
REPORT = ROOT / "build" / "mutants.txt"
AT_ONCE = 2
LEAST_S = 5
"""The processor time that a mutant gets at least. One that needs more runs in a circle, which somebody would notice."""

Targets = dict[tuple[str, int], CodeType]
"""New code by the qualified name and the first line of the function that gets it."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change. statement: the assignment to execute for a constant; otherwise codes replace functions' codes."""

    module: str
    line: int
    change: str
    codes: Targets
    constant: str = ""
    statement: str = ""


class Visitor(MutationVisitor):
    """mutmut's own, which also looks into decorated functions."""

    def _skip_node_and_children(self, node: libcst.CSTNode) -> bool:
        if isinstance(node, libcst.FunctionDef):
            return False
        return bool(super()._skip_node_and_children(node))


def mutants_of(path: Path, share: float, chosen: random.Random) -> Iterator[Mutant]:
    """Yield a share of the mutants of a module's functions and constants, chosen at random, by their lines."""
    source = path.read_text(encoding="utf-8")
    wrapper = MetadataWrapper(libcst.parse_module(source))
    visitor = Visitor(mutation_operators, IgnoredCode(set(), set(), set()))
    wrapper.visit(visitor)
    positions = wrapper.resolve(PositionProvider)
    codes = functions_of(compile(source, str(path), "exec"))
    module = module_of(path)
    for number in sorted(chosen.sample(range(len(visitor.mutations)), round(len(visitor.mutations) * share))):
        mutation = visitor.mutations[number]
        line = positions[mutation.original_node].start.line
        after = wrapper.module.deep_replace(mutation.original_node, mutation.mutated_node)
        change = "\n".join(
            each
            for each in difflib.unified_diff(source.splitlines(), after.code.splitlines(), n=0, lineterm="")
            if not each.startswith(("---", "+++", "@@"))
        )
        changed = {
            (old.co_qualname, old.co_firstlineno): new
            for old, new in zip(codes, functions_of(compile(after.code, str(path), "exec")), strict=True)
            if not same(old, new)
        }
        if changed:
            yield Mutant(module, line, change, changed)
            continue
        for before, now in zip(wrapper.module.body, after.body, strict=True):
            statement = after.code_for_node(now)
            if statement != wrapper.module.code_for_node(before) and (name := assigned(before)):
                yield Mutant(module, line, change, {}, name, statement)


def module_of(path: Path) -> str:
    """Return a module's name."""
    return f"registration_core.{path.parent.name}.{path.stem}"


def functions_of(code: CodeType) -> list[CodeType]:
    """Return the functions of a module and of its classes; functions in functions are part of theirs."""
    inside = [each for each in code.co_consts if isinstance(each, CodeType)]
    optimized = 1  # CO_OPTIMIZED: a function, no class
    return [one for each in inside for one in ([each] if each.co_flags & optimized else functions_of(each))]


def same(one: CodeType, other: CodeType) -> bool:
    """Whether two codes do the same, whatever their lines."""
    return (
        (one.co_code, one.co_names, one.co_varnames) == (other.co_code, other.co_names, other.co_varnames)
        and len(one.co_consts) == len(other.co_consts)
        and all(
            same(first, second)
            if isinstance(first, CodeType) and isinstance(second, CodeType)
            else repr(first) == repr(second)
            for first, second in zip(one.co_consts, other.co_consts, strict=True)
        )
    )


def assigned(statement: libcst.CSTNode) -> str:
    """Return the name of the constant that a statement assigns, or nothing."""
    first = statement.body[0] if isinstance(statement, libcst.SimpleStatementLine) else statement
    target = first.targets[0].target if isinstance(first, libcst.Assign) else getattr(first, "target", None)
    name = target.value if isinstance(target, libcst.Name) else ""
    return "" if name == "TYPE_CHECKING" else name


class Process:
    """The process that has collected the tests: knows which test reaches which line, and what every function is."""

    def __init__(self, items: Sequence[pytest.Item]) -> None:
        self.items = {item.nodeid: item for item in items}
        self.seconds: dict[str, float] = {}
        self.failing: list[str] = []
        cover = coverage.Coverage(data_file=None, source=[str(CORE / "domain"), str(CORE / "services")])
        cover.start()
        for nodeid, item in self.items.items():
            cover.switch_context(nodeid)
            began = time.process_time()
            if not passes(item):
                self.failing.append(nodeid)
            self.seconds[nodeid] = time.process_time() - began
        cover.stop()
        self._lines = {
            file: {
                line: {context for context in contexts if context and context not in self.failing}
                for line, contexts in cover.get_data().contexts_by_lineno(file).items()
            }
            for file in cover.get_data().measured_files()
        }
        self.functions: dict[tuple[str, str, int], list[FunctionType]] = defaultdict(list)
        for each in gc.get_objects():
            if isinstance(each, FunctionType) and str(each.__module__).startswith("registration_core."):
                code = each.__code__
                self.functions[each.__module__, code.co_qualname, code.co_firstlineno].append(each)

    def reaching(self, mutant: Mutant) -> list[str]:
        """Return the tests that reach a mutant: those of its module first, then the fastest first."""
        lines = self._lines.get(str(sys.modules[mutant.module].__file__), {})
        tests: set[str] = set()
        if mutant.constant:
            users = [
                function.__code__
                for functions in self.functions.values()
                for function in functions
                if vars(sys.modules[mutant.module])[mutant.constant] is function.__globals__.get(mutant.constant)
                and mutant.constant in names_in(function.__code__)
            ]
            for code in users:
                tests |= self._inside(code)
        else:
            tests = set(lines.get(mutant.line, ()))
            for qualname, first in mutant.codes if not tests else ():
                for function in self.functions[mutant.module, qualname, first]:
                    tests |= self._inside(function.__code__)
        own = mutant.module.rpartition(".")[2]
        return sorted(tests, key=lambda test: (f"test_{own}." not in test, self.seconds[test]))

    def _inside(self, code: CodeType) -> set[str]:
        lines = self._lines.get(code.co_filename, {})
        inside = {line for _, _, line in code.co_lines() if line} - {code.co_firstlineno}
        return set[str]().union(*(lines.get(line, ()) for line in inside))

    def run(self, mutant: Mutant, tests: Sequence[str]) -> int:
        """Start a fork that fails if one of these tests does, with the mutant in place. Return its process ID."""
        child = os.fork()
        if child:
            return child
        most_s = LEAST_S + 10 * int(sum(map(self.seconds.__getitem__, tests)))
        resource.setrlimit(resource.RLIMIT_CPU, (most_s, most_s))
        silence = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silence, 1)
        os.dup2(silence, 2)
        died = 1
        try:
            self._put_in_place(mutant)
            died = not all(passes(self.items[test]) for test in tests)
        finally:
            os._exit(int(died))

    def _put_in_place(self, mutant: Mutant) -> None:
        for (qualname, first), code in mutant.codes.items():
            for function in self.functions[mutant.module, qualname, first]:
                function.__code__ = code
        if mutant.constant:
            before = vars(sys.modules[mutant.module])[mutant.constant]
            space = dict(vars(sys.modules[mutant.module]))
            exec(f"from __future__ import annotations\n{mutant.statement}", space)  # noqa: S102 - our own source, changed
            for module in list(sys.modules.values()):
                if getattr(module, "__dict__", {}).get(mutant.constant) is before:
                    setattr(module, mutant.constant, space[mutant.constant])
        for each in gc.get_objects():
            if isinstance(each, functools._lru_cache_wrapper):  # what it keeps may be of the unchanged code
                each.cache_clear()


def names_in(code: CodeType) -> set[str]:
    """Return the names that a function uses, with those of the functions in it."""
    inside = (names_in(each) for each in code.co_consts if isinstance(each, CodeType))
    return set(code.co_names).union(*inside)


def passes(item: pytest.Item) -> bool:
    """Run one test, with all its fixtures, and take them down again."""
    return all(report.passed or report.skipped for report in runtestprotocol(item, nextitem=None, log=False))


class Plugin:
    """Runs mutants instead of the tests that pytest collected."""

    def __init__(self, paths: Sequence[Path], share: float, seed: str) -> None:
        self._paths = paths
        self._share = share
        self._seed = seed

    @pytest.hookimpl(trylast=True)
    def pytest_configure(self) -> None:
        """Let property tests try the same examples each time, and not look for a smaller one."""
        import hypothesis  # noqa: PLC0415 - pytest wants to import its plugins itself

        phases = (hypothesis.Phase.explicit, hypothesis.Phase.generate)
        hypothesis.settings.register_profile("mutants", deadline=None, database=None, derandomize=True, phases=phases)
        hypothesis.settings.load_profile("mutants")

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Run them, and write the report."""
        for path in self._paths:
            importlib.import_module(module_of(path))  # no test may do so
        process = Process(session.items)
        print(f"\n{len(process.items)} tests; failing without a mutant: {process.failing or 'none'}", flush=True)
        REPORT.parent.mkdir(exist_ok=True)
        totals: Counter[str] = Counter()
        with REPORT.open("w", encoding="utf-8") as report:
            for path in self._paths:
                counts: Counter[str] = Counter()
                chosen = random.Random(f"{self._seed} {path.stem}")  # noqa: S311 - no secret
                for mutant, tests, fate in fates(process, mutants_of(path, self._share, chosen)):
                    counts[fate] += 1
                    if fate != "killed":
                        place = f"{path.relative_to(CORE)}:{mutant.line}"
                        report.write(f"{place} {fate} ({tests} tests)\n{mutant.change}\n\n")
                        report.flush()
                totals += counts
                print(result_of(f"{path.parent.name}/{path.stem}", counts), flush=True)
        print(f"{result_of('all', totals)}\nWhat lives is in {REPORT}.")
        return True


def fates(process: Process, mutants: Iterator[Mutant]) -> Iterator[tuple[Mutant, int, str]]:
    """Yield each mutant, how many tests reach it, and what becomes of it: killed, lived or unreached."""
    running: dict[int, tuple[Mutant, int]] = {}

    def ended() -> tuple[Mutant, int, str]:
        child, status = os.wait()
        return *running.pop(child), "killed" if status else "lived"

    for mutant in mutants:
        tests = process.reaching(mutant)
        if not tests:
            if not mutant.constant:  # a constant that no function uses was used while Python read the modules
                yield mutant, 0, "unreached"
            continue
        if len(running) == AT_ONCE:
            yield ended()
        running[process.run(mutant, tests)] = mutant, len(tests)
    while running:
        yield ended()


def rules() -> dict[str, Path]:
    """Return the modules that mutants are made of, by name."""
    paths = [path for folder in ("services", "domain") for path in sorted((CORE / folder).glob("*.py"))]
    return {path.stem: path for path in paths if path.stem not in (*TABLES, "__init__")}


def result_of(name: str, counts: Counter[str]) -> str:
    """Return a module's line."""
    killed, run = counts["killed"], sum(counts.values())
    return f"{name:28} killed {killed:4} of {run:4} ({killed / max(run, 1):4.0%}), {counts['unreached']} unreached"


def main() -> int:
    """Read the command line, and run."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("modules", nargs="*", help="such as seating, notify; all if none is given")
    parser.add_argument("--share", type=float, default=1.0, help="of the mutants, chosen at random")
    parser.add_argument("--seed", default="1")
    parser.add_argument("--folders", nargs="*", default=FOLDERS, help="of tests/unit, whose tests to run")
    asked: Any = parser.parse_args()
    modules = rules()
    if unknown := [name for name in asked.modules if name not in modules]:
        parser.error(f"There is no module {', '.join(unknown)} in domain or services.")
    plugin = Plugin([modules[name] for name in asked.modules or modules], asked.share, asked.seed)
    tests = [*(f"tests/unit/{folder}" for folder in asked.folders), "tests/contract"]
    return pytest.main(["-q", "-p", "no:cacheprovider", "-m", "not full", "-k", "unit or memory", *tests], [plugin])


if __name__ == "__main__":
    sys.exit(main())
