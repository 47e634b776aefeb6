"""Which of the provider's tests `make test` runs: never fewer than a change calls for."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from due import PASSED, ROOT, digest, reason_for_all

FILE = Path("localstack/terraform_provider/standin/engine.py")


def git(clone: Path, *words: str) -> None:
    author = ("-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "core.hooksPath=/dev/null")
    subprocess.run(["git", *author, *words], cwd=clone, check=True, capture_output=True)


def record(clone: Path) -> None:
    (clone / PASSED).write_text(digest(clone))


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A clone on its default branch whose provider passed all its tests."""
    for name in (FILE, Path("requirements/emulator.txt")):
        (tmp_path / name).parent.mkdir(parents=True)
        shutil.copyfile(ROOT / name, tmp_path / name)
    (tmp_path / PASSED).parent.mkdir()
    record(tmp_path)
    git(tmp_path, "init", "--quiet", "--initial-branch=main")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--quiet", "--message=Begin")
    return tmp_path


def test_due__is_one_test_where_nothing_changed(clone: Path) -> None:
    assert reason_for_all(clone) is None


@pytest.mark.parametrize("file", [FILE, Path("requirements/emulator.txt"), FILE.with_name("another.py")])
def test_due__is_all_where_a_file_is_not_as_it_passed(clone: Path, file: Path) -> None:
    """Committed or not, on the default branch too."""
    (clone / file).write_text("changed")
    assert "last passed" in str(reason_for_all(clone))
    git(clone, "add", ".")
    git(clone, "commit", "--quiet", "--message=Change it")
    assert "last passed" in str(reason_for_all(clone))


def test_due__is_all_on_a_branch_that_changed_it(clone: Path) -> None:
    """Even where whoever changed it ran them all."""
    git(clone, "switch", "--quiet", "--create", "change")
    (clone / FILE).write_text("changed")
    record(clone)
    git(clone, "add", ".")
    git(clone, "commit", "--quiet", "--message=Change it")
    assert "changed since main" in str(reason_for_all(clone))


def test_due__is_one_test_on_a_branch_that_changed_something_else(clone: Path) -> None:
    git(clone, "switch", "--quiet", "--create", "change")
    (clone / "README.md").write_text("changed")
    git(clone, "add", ".")
    git(clone, "commit", "--quiet", "--message=Change it")
    assert reason_for_all(clone) is None


def test_due__is_all_where_git_knows_no_default_branch(clone: Path) -> None:
    git(clone, "branch", "--move", "elsewhere")
    assert "git can't say" in str(reason_for_all(clone))


def test_due__is_all_without_git(clone: Path) -> None:
    shutil.rmtree(clone / ".git")
    assert "git can't say" in str(reason_for_all(clone))
