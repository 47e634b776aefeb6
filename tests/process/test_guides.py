"""What the guides say that needs make, a shell or Terraform to try."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest
from conftest import ROOT
from shipped import copied_sources
from unit.test_guides import GUIDES
from unit.test_guides import commands as commands_of
from unit.test_make_it_yours import follow
from unit.test_operator_guide import blocks

from admin_cli.doctor.findings import Health
from admin_cli.organisation.checks import findings
from rollcall_build.sources import sources_of

if TYPE_CHECKING:
    from pathlib import Path

MADE = sorted({line for name in GUIDES for line in commands_of(name) if line.startswith("make ")})


def recipe(line: str) -> str:
    """Return what make would do."""
    done = subprocess.run([*line.split(), "--dry-run"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("line", MADE)
def test_make__has_a_recipe_that_a_guide_names(line: str) -> None:
    assert recipe(line)


def test_make_install__accepts_the_extra_for_parquet() -> None:
    """The error of an export without its library names this command."""
    assert '"./packages/admin_cli[parquet]"' in recipe("make install EXTRAS=parquet")


def test_make_it_yours__makes_files_that_check_accepts(tmp_path: Path) -> None:
    sources = copied_sources(tmp_path / "clone")
    follow(sources)
    shutil.copytree(ROOT / "infra" / "terraform", sources.root / "infra" / "terraform")
    (sources.root / "localstack").symlink_to(ROOT / "localstack")
    wrong = [finding for finding in findings(sources) if finding.health is Health.FAILURE]
    assert wrong == []


def test_upgrading__moves_the_files_of_a_clone(tmp_path: Path) -> None:
    """They move from where they were before organisations had their own folder, without git and rollcall."""
    (block,) = (text for text in blocks("sh") if "infra/terraform/environments" in text)
    clone = tmp_path / "clone"
    for file in (
        *("forms/contact/form.toml", "forms/_mail/staff.en.txt.j2", "site/content/site.toml"),
        *("infra/terraform/environments/prod.tfvars", "infra/terraform/environments/prod.s3.tfbackend"),
    ):
        (clone / file).parent.mkdir(parents=True, exist_ok=True)
        (clone / file).touch()

    script = "\n".join(line for line in block.splitlines() if not line.startswith(("git ", "rollcall ")))
    subprocess.run(["sh", "-euc", script], cwd=clone, check=True)

    ours = sources_of(clone, {})
    assert (ours.forms / "contact" / "form.toml").is_file()
    assert (ours.site / "site.toml").is_file()
    assert not (ours.forms / "_mail").exists()
    assert {file.name for file in ours.values.iterdir()} == {"prod.tfvars", "prod.s3.tfbackend"}
