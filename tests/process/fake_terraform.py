"""A Terraform that records its calls and remembers one table, and IAM as `destroy` uses it."""

from __future__ import annotations

import json
import re
import sys
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from rollcall_local.paths import LANDMARKS

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

VALUES = 'stack               = "prod"\nregion              = "eu-north-1"\n'

#: Records its calls; the test sets version and exit code.
TERRAFORM = f"""#!{sys.executable}
import json, os, sys
if sys.argv[1] == "version":
    print(json.dumps({{"terraform_version": os.environ.get("FAKE_VERSION", "1.11.4")}}))
    sys.exit()
with open(os.environ["FAKE_LOG"], "a") as log:
    told = {{name: os.environ.get(name) for name in ("AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_REGION", "TF_DATA_DIR")}}
    print(json.dumps([sys.argv[1:], os.getcwd(), told]), file=log)
known = os.environ["FAKE_LOG"] + ".state"
if sys.argv[1] == "show":
    state = open(known).read() if len(sys.argv) == 3 and os.path.exists(known) else "{{}}"
    print(os.environ.get("FAKE_PLAN", "{{}}") if len(sys.argv) > 3 else state)
    sys.exit()
if sys.argv[1:3] == ["state", "rm"] and os.path.exists(known):
    os.remove(known)
if os.environ.get("FAKE_EXIT_IMPORT") and sys.argv[1] == "import":
    sys.exit(1)
if sys.argv[1] == "import":
    table = {{"address": sys.argv[-2], "values": {{"name": sys.argv[-1]}}}}
    json.dump({{"values": {{"root_module": {{"child_modules": [{{"resources": [table]}}]}}}}}}, open(known, "w"))
for word in sys.argv:
    if word.startswith("-out="):
        open(word.removeprefix("-out="), "w").close()
print(f"terraform says {{sys.argv[1]}}")
sys.exit(int(os.environ.get("FAKE_EXIT", "0")) if sys.argv[1] != "init" else int(os.environ.get("FAKE_INIT", "0")))
"""


class Terraform:
    """A clone with the values of one stack, and a Terraform that records its calls."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.root = folder / "clone"
        self._log = folder / "log"
        self._monkeypatch = monkeypatch
        for landmark in LANDMARKS:
            (self.root / landmark).mkdir(parents=True)
        self.values = self.root / "ours" / "values"
        for name in ("forms", "site", "values"):
            (self.root / "ours" / name).mkdir(parents=True)
        (self.values / "prod.tfvars").write_text(VALUES)
        (self.values / "prod.s3.tfbackend").write_text('bucket = "state"\n')
        program = folder / "bin" / "terraform"
        program.parent.mkdir()
        program.write_text(TERRAFORM)
        program.chmod(0o755)
        self.set(PATH=str(program.parent), FAKE_LOG=str(self._log), ROLLCALL_ROOT=str(self.root))
        self.set(ROLLCALL_ORGANISATION=str(self.values.parent))
        monkeypatch.chdir(folder)

    def set(self, **environ: str) -> None:
        for name, value in environ.items():
            self._monkeypatch.setenv(name, value)

    def forget_calls(self) -> None:
        self._log.unlink()

    @property
    def init(self) -> list[str]:
        return ["init", "-input=false", f"-backend-config={self.values / 'prod.s3.tfbackend'}", "-no-color"]

    @property
    def var_file(self) -> str:
        return f"-var-file={self.values / 'prod.tfvars'}"

    @property
    def calls(self) -> list[tuple[list[str], str, dict[str, str | None]]]:
        if not self._log.exists():
            return []
        return [json.loads(line) for line in self._log.read_text().splitlines()]

    @property
    def words(self) -> list[list[str]]:
        """What changes or plans something, without the reading of saved plans and their temporary files."""
        return [
            [re.sub(r"/\S*/(?=plan$)", "", word) for word in call[0]] for call in self.calls if call[0][0] != "show"
        ]


class Iam:
    """IAM as `destroy` uses it: who holds each of the stack's policies. Detaching removes a holder."""

    meta = SimpleNamespace(partition="aws")
    exceptions = SimpleNamespace(NoSuchEntityException=LookupError)

    def __init__(self, **roles: list[str]) -> None:
        self.roles = roles

    def get_paginator(self, _operation: str) -> Iam:
        return self

    def paginate(self, *, PolicyArn: str) -> list[dict[str, Any]]:  # noqa: N803 - IAM's word
        holders = self.roles.get(PolicyArn.rpartition("-")[2], [])
        return [{"PolicyRoles": [{"RoleName": name} for name in holders], "PolicyUsers": [], "PolicyGroups": []}]

    def detach_role_policy(self, *, RoleName: str, PolicyArn: str) -> None:  # noqa: N803 - IAM's words
        self.roles[PolicyArn.rpartition("-")[2]].remove(RoleName)
