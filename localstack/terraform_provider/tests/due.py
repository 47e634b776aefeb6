"""Which tests of the stand-in provider are due: all of them where it changed, else one that it works.

    python due.py            print the tests that are due, for pytest; say why on standard error
    python due.py --record   remember that all tests passed on the files as they are

Two questions decide. Are these the files that last passed all tests (`passed.txt` holds their digest)?
And did nothing of them change since the branch left the default branch? Two times yes means one test;
everything else, and whatever git can't answer, means all. So a change runs them all in CI on its
branch, and on the default branch too unless whoever made it ran them all.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
PASSED = Path("localstack/terraform_provider/tests/passed.txt")
TESTS = "localstack/terraform_provider/tests"
SMOKE = f"{TESTS}/test_terraform.py::test_terraform__creates_updates_imports_and_destroys"
SUBJECTS = (
    "localstack/terraform_provider/**/*.py",
    "localstack/terraform_provider/**/*.json",
    "localstack/terraform_provider/pyproject.toml",
    "localstack/src/rollcall_local/bridged_*.py",
    "requirements/emulator.txt",
)
"""What the outcome hangs on: the provider, its tests, and the emulator that they work on."""


def files(root: Path) -> list[Path]:
    """List the files that the outcome hangs on, in order."""
    return sorted(file for subject in SUBJECTS for file in root.glob(subject))


def digest(root: Path) -> str:
    """Return a digest of those files, names and contents."""
    total = hashlib.sha256()
    for file in files(root):
        total.update(f"{file.relative_to(root)} {hashlib.sha256(file.read_bytes()).hexdigest()}\n".encode())
    return total.hexdigest()


def git(root: Path, *words: str) -> str | None:
    """Return the output of git, or None if it fails."""
    try:
        done = subprocess.run(["git", *words], cwd=root, capture_output=True, text=True, check=False)
    except OSError:
        return None
    return done.stdout.strip() if done.returncode == 0 else None


def reason_for_all(root: Path) -> str | None:
    """Return why all tests are due, or None."""
    passed = root / PASSED
    if not passed.is_file() or passed.read_text(encoding="ascii").strip() != digest(root):
        return "it is not as it was when all its tests last passed"
    default = git(root, "symbolic-ref", "--short", "refs/remotes/origin/HEAD") or "main"
    base = git(root, "merge-base", "HEAD", default)
    if base is None:
        return f"git can't say where this branch left {default}"
    changed = git(root, "diff", "--name-only", base, "--", *(f":(glob){subject}" for subject in SUBJECTS))
    if changed is None or changed:
        return f"it changed since {default} ({base[:10]})"
    return None


def main() -> None:
    """Print the tests that are due, or remember that all passed."""
    if "--record" in sys.argv[1:]:
        (ROOT / PASSED).write_text(f"{digest(ROOT)}\n", encoding="ascii")
        return
    reason = reason_for_all(ROOT)
    if reason:
        told = f"all its tests run: {reason}"
    else:
        told = "one test runs: nothing changed since all passed. `make test-provider` runs all"
    sys.stderr.write(f"Stand-in provider: {told}.\n")
    sys.stdout.write(f"{TESTS if reason else SMOKE}\n")


if __name__ == "__main__":
    main()
