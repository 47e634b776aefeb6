"""The benchmarks run by themselves: outside pytest, where nothing of the tests can be imported."""

from __future__ import annotations

import ast
import importlib.util
from typing import TYPE_CHECKING

import pytest
from shipped import ROOT

if TYPE_CHECKING:
    from pathlib import Path

BENCHMARKS = sorted((ROOT / "benchmarks").glob("*.py"))


def modules_of(script: Path) -> set[str]:
    """Return the first part of the name of every module that a script imports."""
    nodes = list(ast.walk(ast.parse(script.read_text(encoding="utf-8"))))
    plain = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    parts = {node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module}
    return {name.partition(".")[0] for name in plain | parts}


@pytest.mark.parametrize("script", BENCHMARKS, ids=[script.stem for script in BENCHMARKS])
def test_benchmark__imports_nothing_of_the_tests(script: Path) -> None:
    """A benchmark that imports a module of the tests ends before it has measured anything."""
    siblings = {path.stem for path in BENCHMARKS}
    specs = {name: importlib.util.find_spec(name) for name in modules_of(script) - siblings}

    tests = str(ROOT / "tests")
    assert [name for name, spec in specs.items() if spec and (spec.origin or "").startswith(tests)] == []
