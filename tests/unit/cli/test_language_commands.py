"""`rollcall forms language`: adds everything that a language needs, and removes all of it."""

from __future__ import annotations

import re
import shlex
import tomllib
from typing import TYPE_CHECKING

import guide
import pytest
from shipped import copied_sources

from rollcall_build.forms.files import compile_forms
from rollcall_build.site.build import render

if TYPE_CHECKING:
    from pathlib import Path

    from unit.cli.fakes import CommandLine

    from rollcall_build.sources import Sources


@pytest.fixture
def sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Sources:
    """A copy of the example, which the commands change."""
    copied = copied_sources(tmp_path / "clone")
    monkeypatch.setenv("ROLLCALL_ORGANISATION", str(copied.organisation))
    return copied


def contents(sources: Sources) -> dict[str, bytes]:
    folder = sources.organisation
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_add__adds_forms_mails_and_a_site_in_the_language(rollcall: CommandLine, sources: Sources) -> None:
    ran = rollcall("forms", "language", "add", "de", "Deutsch")
    assert ran.code == 0, ran.err
    assert "forms/_words/de.toml" in ran.out.splitlines()
    forms = compile_forms(sources.forms)
    assert all(form.languages == ("en", "sv", "de") for form in forms.values())
    pages = {
        file.key for file in render(sources, forms, api_url="https://api.example", site_url="https://site.example")
    }
    assert {"de/", "de/registration", "de/contact"} <= pages
    assert tomllib.loads((sources.site / "de.toml").read_text(encoding="utf-8"))["name"] == "Deutsch"
    mails = list(sources.forms.rglob("*.de.*.j2"))
    assert len(mails) > 40
    assert [path for path in mails if ".en." in path.read_text(encoding="utf-8")] == []


def test_add__leaves_a_list_of_what_to_translate(rollcall: CommandLine, sources: Sources) -> None:
    """A line for each mail, the form's own and the staff's free text too."""
    rollcall("forms", "language", "add", "de")
    warnings = rollcall("forms", "check", str(sources.forms)).err
    assert "forms/registration/mail/confirmed.de is still in English; translate its subject, txt, html." in warnings
    assert "forms/registration/mail/moved.de is still in English" in warnings
    assert "forms/_mail/message.de is still in English; translate its txt, html." in warnings
    file = sources.forms / "registration" / "mail" / "confirmed.de.txt.j2"
    file.write_text(file.read_text(encoding="utf-8").replace("Hello", "Hallo"), encoding="utf-8")
    warnings = rollcall("forms", "check", str(sources.forms)).err
    assert "forms/registration/mail/confirmed.de is still in English; translate its subject, html." in warnings


def test_check__accepts_an_own_mail_that_a_language_lacks(rollcall: CommandLine, sources: Sources) -> None:
    """Such a mail is then sent in the form's first language, whichever that is."""
    rollcall("forms", "language", "add", "de")
    for file in (sources.forms / "registration" / "mail").glob("moved.de.*"):
        file.unlink()
    ran = rollcall("forms", "check", str(sources.forms))
    assert (ran.code, "moved.de" in ran.err) == (0, False)


def test_add__writes_an_arabic_script_right_to_left(rollcall: CommandLine, sources: Sources) -> None:
    rollcall("forms", "language", "add", "ar", "العربية")
    words = tomllib.loads((sources.site / "ar.toml").read_text(encoding="utf-8"))
    assert (words["name"], words["direction"]) == ("العربية", "rtl")


def test_remove__leaves_nothing_behind(rollcall: CommandLine, sources: Sources) -> None:
    """No file, no text and no empty folder: the organisation's files are as before."""
    before = contents(sources)
    assert rollcall("forms", "language", "add", "de", "Deutsch").code == 0
    assert contents(sources) != before
    assert rollcall("forms", "language", "remove", "de").code == 0
    assert contents(sources) == before
    assert not (sources.forms / "_words").exists()


def test_remove__of_a_built_in_language_keeps_the_other(rollcall: CommandLine, sources: Sources) -> None:
    assert rollcall("forms", "language", "remove", "sv").code == 0
    forms = compile_forms(sources.forms)
    assert all(form.languages == ("en",) for form in forms.values())
    assert [name for name in contents(sources) if re.search(r"\bsv\b", name)] == []
    texts = "".join(path.read_text(encoding="utf-8") for path in sources.forms.glob("*/form.toml"))
    assert not re.search(r"\bsv\b", texts)
    assert render(sources, forms, api_url="https://api.example", site_url="https://site.example")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("add", "sv"), "sv already exists"),
        (("add", "deutsch"), "two or three lower-case letters"),
        (("remove", "de"), "There is no de in"),
        (("remove", "en"), "You can't remove en"),
    ],
)
def test_language__invalid__is_refused(
    rollcall: CommandLine, sources: Sources, words: tuple[str, str], message: str
) -> None:
    before = contents(sources)
    ran = rollcall("forms", "language", *words)
    assert ran.code != 0
    assert message in ran.err
    assert contents(sources) == before


def test_check__refuses_a_mail_in_two_languages(rollcall: CommandLine, sources: Sources) -> None:
    """In a copied template that still extends the English one, heading and closing would be English."""
    mails = sources.forms / "registration" / "mail"
    file = mails / "confirmed.sv.txt.j2"
    file.write_text(file.read_text(encoding="utf-8").replace("confirmed.sv.", "confirmed.en."), encoding="utf-8")
    ran = rollcall("forms", "check", str(sources.forms))
    assert ran.code == 1
    assert 'forms/registration/mail/confirmed.sv.txt.j2 uses a file with ".en." in its name' in ran.err


def test_guide__commands_run(rollcall: CommandLine, sources: Sources) -> None:
    """The lines of the staff guide run one after the other."""
    before = contents(sources)
    for line in guide.beyond("rollcall forms language"):
        ran = rollcall(*shlex.split(line)[1:])
        assert ran.code == 0, ran.err
    assert contents(sources) == before
