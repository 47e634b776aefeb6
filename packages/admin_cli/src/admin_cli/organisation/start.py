"""Creates an organisation's own folder, with the example in it to start from."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from admin_cli.errors import CliError
from rollcall_build.sources import EXAMPLE, Sources

if TYPE_CHECKING:
    from pathlib import Path

COPIED = ("forms", "site", "values", ".github")

IGNORED = """\
.terraform/
*.tfstate
*.tfstate.*
*.tfplan
"""

README = """\
# Our forms

The forms, mails, site and settings that our organisation uses with Rollcall. These files are ours.
Rollcall itself is a separate clone, which finds this folder by its setting `ROLLCALL_ORGANISATION`.

| folder | contents |
| --- | --- |
| `forms/` | one folder per form: what it asks (`form.toml`) and mails (`mail/`) |
| `site/` | the site's name, words, colours, logo and drawings |
| `values/` | per stack: Terraform's values in `<stack>.tfvars`, and where its state is in `<stack>.s3.tfbackend` |
| `.github/` | a workflow that deploys from GitHub, once you switch it on |

Run these in the clone of Rollcall:

    rollcall check           # finds mistakes in these files
    make up                  # runs it all on this machine
    rollcall site publish    # publishes changed words and pages
    rollcall infra apply     # deploys changed forms; then publish again

How to change things: docs/make-it-yours.md and docs/editor.md in the clone. Keep this folder in git.
"""


def start(root: Path, folder: Path) -> Sources:
    """Copy the example into a folder that is new or empty. Raises CliError."""
    folder = folder.resolve()
    if folder.is_relative_to(root):
        raise CliError(
            f"{folder} is inside the clone, which is for Rollcall's own files.",
            hint="Name a folder outside it: rollcall new ../ours",
        )
    try:
        if folder.exists() and any(folder.iterdir()):
            raise CliError(f"{folder} is not empty.", hint="Name a folder that does not exist yet.")
        folder.mkdir(parents=True, exist_ok=True)
        for name in COPIED:
            shutil.copytree(root / EXAMPLE / name, folder / name)
        (folder / "README.md").write_text(README, encoding="utf-8")
        (folder / ".gitignore").write_text(IGNORED, encoding="utf-8")
    except OSError as error:
        raise CliError(f"{error.filename or folder} cannot be written: {error.strerror}.") from error
    return Sources(root, folder)
