"""A folder for an organisation of one's own, filled with the example to begin with."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from admin_cli.errors import CliError
from rollcall_build.sources import EXAMPLE, Sources

if TYPE_CHECKING:
    from pathlib import Path

COPIED = ("forms", "site", "values")

IGNORED = """\
.terraform/
*.tfstate
*.tfstate.*
*.tfplan
"""

README = """\
# Our forms

What our organisation asks, says and mails with Rollcall. These files are ours;
the product is a clone of its own, which finds this folder by its setting `ROLLCALL_ORGANISATION`.

| here | holds |
| --- | --- |
| `forms/` | one folder a form: what it asks (`form.toml`) and mails (`mail/`) |
| `site/` | name, words, colours, logo and drawings of the site |
| `values/` | for Terraform, a stack each: `<stack>.tfvars`, and `<stack>.s3.tfbackend`, where its state lies |

Run these in the clone of Rollcall:

    rollcall check           # says every mistake in these files
    make up                  # shows it all on this machine
    rollcall site publish    # brings changed words and pages to the stack
    rollcall infra apply     # brings changed forms to it; then publish again

How to change what: docs/make-it-yours.md and docs/editor.md in the clone. Keep this folder in git.
"""


def start(root: Path, folder: Path) -> Sources:
    """Copy the example into a folder that is new or empty. Raises CliError."""
    folder = folder.resolve()
    if folder.is_relative_to(root):
        raise CliError(
            f"{folder} is inside the clone, where the product's files are.",
            hint="Name a folder beside it: rollcall new ../ours",
        )
    try:
        if folder.exists() and any(folder.iterdir()):
            raise CliError(f"{folder} is not empty.", hint="Name a folder that is not there yet.")
        folder.mkdir(parents=True, exist_ok=True)
        for name in COPIED:
            shutil.copytree(root / EXAMPLE / name, folder / name)
        (folder / "README.md").write_text(README, encoding="utf-8")
        (folder / ".gitignore").write_text(IGNORED, encoding="utf-8")
    except OSError as error:
        raise CliError(f"{error.filename or folder} cannot be written: {error.strerror}.") from error
    return Sources(root, folder)
