"""An organisation's own folder: created from the example, found again, and checked."""

from __future__ import annotations

import re
import shlex
import shutil
from typing import TYPE_CHECKING

import guide
import pytest
from shipped import ROOT, SOURCES, copied_sources

if TYPE_CHECKING:
    from pathlib import Path

    from unit.cli.fakes import CommandLine, Ran

    from rollcall_build.sources import Sources


@pytest.fixture
def sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Sources:
    """A clone with the example as its organisation."""
    copied = copied_sources(tmp_path / "clone")
    for name in ("infra/terraform", "localstack/terraform_provider"):
        shutil.copytree(ROOT / name, copied.root / name, ignore=shutil.ignore_patterns(".terraform*", "__pycache__"))
    monkeypatch.chdir(copied.root)
    for name in ("ROLLCALL_ROOT", "ROLLCALL_ORGANISATION"):
        monkeypatch.delenv(name, raising=False)
    return copied


def found(ran: Ran, health: str) -> list[str]:
    """Return the findings of one health, without their fixes."""
    rows = [line.split("\t") for line in ran.out.splitlines()]
    return [says for each, _, says, _ in rows if each == health]


def test_new__makes_a_valid_folder_and_the_clone_uses_it(rollcall: CommandLine, sources: Sources) -> None:
    """It has everything of the example, and the files that a new repository needs."""
    ours = sources.root.parent / "ours"
    ran = rollcall("new", "../ours")
    assert (ran.code, ran.out) == (0, f"{ours}\n")
    assert {path.name for path in ours.iterdir()} == {"forms", "site", "values", ".github", "README.md", ".gitignore"}
    (ours / "site" / "en.toml").unlink()
    assert found(rollcall("check"), "failure") == ["site/site.toml: \"first_language\" is 'en'; use one of sv."]
    assert rollcall("forms", "check").code == 0


@pytest.mark.parametrize("line", guide.beyond("rollcall new"))
def test_guide__commands_run(rollcall: CommandLine, sources: Sources, line: str) -> None:
    ran = rollcall(*shlex.split(line)[1:])
    assert ran.code == 0, ran.err
    assert (sources.root.parent / "ours" / "forms").is_dir()


@pytest.mark.parametrize(
    ("folder", "message"), [("ours", "is inside the clone"), ("../full", "is not empty"), (".", "is inside the clone")]
)
def test_new__overwrites_nothing(rollcall: CommandLine, sources: Sources, folder: str, message: str) -> None:
    (sources.root.parent / "full").mkdir()
    (sources.root.parent / "full" / "mine").touch()
    ran = rollcall("new", folder)
    assert (ran.code, ran.out) == (1, "")
    assert message in ran.err
    assert not (sources.root / ".organisation").exists()


def test_check__accepts_the_example_but_warns_of_its_addresses(rollcall: CommandLine, sources: Sources) -> None:
    assert sources.organisation == sources.root / "example"
    ran = rollcall("check")
    assert (ran.code, found(ran, "failure")) == (0, [])
    warned = "\n".join(found(ran, "warning"))
    for name in ("office@robotics", "courses@robotics", "sender is", "alarm_email is", 'site/site.toml: "email"'):
        assert name in warned


def test_check__accepts_an_address_that_mail_reaches(rollcall: CommandLine, sources: Sources) -> None:
    for path in sources.organisation.rglob("*.t*"):
        text = path.read_text(encoding="utf-8")
        path.write_text(re.sub(r"robotics-academy\.example|(?<=@)example\.org|\"example\.org", "kuggen.se", text))
    values = sources.values / "prod.tfvars"
    values.write_text(re.sub(r"sender_domain = .*", "", values.read_text()))
    assert found(rollcall("check"), "warning") == []


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        ("forms/contact/form.toml", 'type = "email"', 'type = "emial"', 'forms/contact/form.toml: field "email": type'),
        (
            "site/sv.toml",
            'skip = "',
            'skipp = "',
            'site/sv.toml: "navigation.skip" is missing',
        ),
        ("site/site.toml", "Europe/Stockholm", "Europe/Stokholm", "site/site.toml: \"time_zone\" is 'Europe/Stokholm'"),
        ("values/prod.tfvars", '"eu-north-1"', '"north"', "values/prod.tfvars: region must be a Region's code"),
        ("values/prod.tfvars", "alarm_email", "alarm_mail", "values/prod.tfvars: there is no variable alarm_mail"),
        ("values/prod.tfvars", '"prod"', '"live"', "values/prod.tfvars: stack is 'live'."),
        ("values/dev.tfvars", "log_level", 'forms = ["contact", "yoga"]\nlog_level', "forms leaves out registration,"),
        (
            "forms/contact/form.toml",
            "id_prefix",
            'embed_on = ["https://school.kuggen.se"]\nid_prefix',
            "values/prod.tfvars: embed_on isn't what the form files say.",
        ),
    ],
)
def test_check__names_the_file_and_the_mistake(
    rollcall: CommandLine, sources: Sources, *, file: str, old: str, new: str, message: str
) -> None:
    path = sources.organisation / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    ran = rollcall("check")
    assert ran.code == 1
    assert any(message in problem for problem in found(ran, "failure")), ran.out


def test_check__refuses_a_form_whose_files_no_stack_accepts(rollcall: CommandLine, sources: Sources) -> None:
    """Until the values have the option `files`."""
    contact = sources.forms / "contact" / "form.toml"
    field = '[[fields]]\nname = "photo"\ntype = "file"\nlabel = { en = "Photo", sv = "Foto" }\naccept = ["jpg"]\n'
    contact.write_text(f"{contact.read_text(encoding='utf-8')}\n{field}", encoding="utf-8")
    (sources.values / "dev.tfvars").unlink()
    prod = sources.values / "prod.tfvars"
    says = "values/prod.tfvars: nobody can send the files that contact asks for."
    assert found(rollcall("check"), "failure") == [says]
    prod.write_text(f"{prod.read_text()}\nfiles = {{}}\n")
    assert found(rollcall("check"), "failure") == []


def test_product__is_tested_on_its_own_example() -> None:
    """Whatever organisation this clone uses."""
    assert SOURCES.organisation == ROOT / "example"
