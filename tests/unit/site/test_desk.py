"""The staff's desk: built only for a stack that has one, light, strict, and with every word in every language."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest
from shipped import SOURCES
from unit.site.page_reader import Reader

from registration_core.domain.forms import Form
from rollcall_build.forms.files import compile_forms
from rollcall_build.site.build import render
from rollcall_build.site.desk import FOLDER, Desk, desk_words
from rollcall_build.site.errors import SiteBuildError
from rollcall_build.site.files import SiteFile

MOST_BYTES = 104 * 1024
DESK = Desk("https://sign-in.example", "client-1")
ADDRESSES = {"api_url": "https://api.example/v1", "site_url": "https://site.example"}
FORMS = compile_forms(SOURCES.forms)
SCRIPTS = {path.name: path.read_text() for path in sorted((SOURCES.root / FOLDER).glob("*.js"))}
SOURCE = "\n".join(SCRIPTS.values())
HOLE = re.compile(r"\{(\w+)\}")
OWN_TABLES = (
    "status",
    "who",
    "actions",
    "ask",
    "done",
    "history",
    "mails",
    "mail_states",
    "file_states",
    "problems",
    "sign_in",
)
"""Their keys come from the API, or are put together."""


@pytest.fixture(scope="module")
def files() -> dict[str, SiteFile]:
    return {file.key: file for file in render(SOURCES, FORMS, **ADDRESSES, desk=DESK)}


def flat(table: Mapping[str, Any], at: str = "") -> Iterator[tuple[str, str]]:
    for name, value in table.items():
        if isinstance(value, dict):
            yield from flat(value, f"{at}{name}.")
        else:
            yield f"{at}{name}", value


WORDS = {language: dict(flat(words)) for language, words in desk_words(SOURCES.root).items()}


def test_site__without_a_desk_is_as_before(files: dict[str, SiteFile]) -> None:
    without = {file.key: file.body for file in render(SOURCES, FORMS, **ADDRESSES)}
    added = {key for key in files if key not in without}
    assert {key: files[key].body for key in without} == without
    assert {key for key in added if not key.startswith("assets/desk.")} == {"desk", "desk/"}


def test_desk__tells_its_script_where_to_sign_in_and_ask(files: dict[str, SiteFile]) -> None:
    [body] = Reader(files["desk/"].body).all("body")
    assert (body["data-api"], body["data-sign-in"]) == ("https://api.example/v1", "https://sign-in.example")
    assert body["data-client"] == "client-1"
    for name, address in json.loads(body["data-words"]).values():
        assert name
        assert files[address[1:]].body.startswith(b"export default {")


def test_desk__has_nothing_that_its_strict_policy_would_refuse(files: dict[str, SiteFile]) -> None:
    page = Reader(files["desk/"].body)
    assert page.wrong == []
    for tag, attributes in page.elements:
        assert "style" not in attributes
        assert not [name for name in attributes if name.startswith("on")]
        assert tag not in ("style", "form", "iframe")
        loaded = attributes.get("src") or (attributes.get("href", "") if tag == "link" else "")
        assert not loaded or files[loaded[1:]].cache_control.endswith("immutable")
    assert not re.search(r"innerHTML|outerHTML|insertAdjacent|document\.write|\beval\b|new Function", SOURCE)


def test_desk__is_never_kept_without_asking_again(files: dict[str, SiteFile]) -> None:
    assert files["desk"].cache_control == files["desk/"].cache_control == "no-cache"


def test_desk__weighs_less_than_104_kb_all_told(files: dict[str, SiteFile]) -> None:
    page = files["desk/"].body.decode()
    loaded = {address for address in re.findall(r'"/(assets/[^"]+)"', page) if address in files}
    words = {key: len(file.body) for key, file in files.items() if re.search(r"/words\.\w+\.js", key)}
    loaded |= {key for key in files if key.startswith("assets/desk.") and key not in words}
    assert len(page.encode()) + sum(len(files[key].body) for key in loaded) + max(words.values()) < MOST_BYTES


def test_desk__keeps_tokens_out_of_every_storage() -> None:
    kept = re.findall(r"(?:(?:local|session)Storage\.setItem\(|store\[\w+\] = )([^;]*);", SOURCE)
    assert len(kept) == 4, "the language, what a sign-in needs on its way back, drafts, and check-ins"
    assert not [stored for stored in kept if "token" in stored or "refresh" in stored or "access" in stored]


def test_words__are_complete_in_every_language() -> None:
    assert set(WORDS) == {"en", "sv"}
    for words in WORDS.values():
        assert words.keys() == WORDS["en"].keys()
        assert {key: set(HOLE.findall(words[key])) for key in words} == {
            key: set(HOLE.findall(text)) for key, text in WORDS["en"].items()
        }


def test_words__are_those_that_the_scripts_use() -> None:
    english = WORDS["en"]
    asked = set(re.findall(r'\b[tn]\(\s*"([\w.]+)"', SOURCE))
    asked |= set(re.findall(r'\? "(\w+\.\w+)" : ', SOURCE)) | set(re.findall(r' : "(\w+\.\w+)"', SOURCE))
    plain = {re.sub(r"\.(one|other)$", "", key) for key in english}
    assert {key for key in asked if key not in plain} == set()
    put_together = ("list.since_", "list.", "overview.today.", "name", "direction", "frame.no_script", "export.")
    unused = {key for key in plain - asked if key.split(".")[0] not in OWN_TABLES and not key.startswith(put_together)}
    assert unused == set()


@pytest.mark.parametrize(
    "form", [{"desk": FORMS["contact"]}, {"contact": replace(FORMS["contact"], short_address="desk")}]
)
def test_form__cannot_have_the_desks_address(form: dict[str, Form]) -> None:
    with pytest.raises(SiteBuildError, match="the staff's desk has the address desk; use another"):
        render(SOURCES, FORMS | form, **ADDRESSES, desk=DESK)


def test_style__has_the_sites_rules_for_every_class_of_the_desk(files: dict[str, SiteFile]) -> None:
    """The desk's own copy of the site's style lacks only what no script or template of the desk names."""
    named = {name for text in re.findall(r'class: [^,}]*?["`]([\w -]+)["`]', SOURCE) for name in text.split()}
    named |= set(re.findall(r"[\w-]+", " ".join(re.findall(r'class="([^"]+)"', files["desk/"].body.decode()))))
    site = files["assets/rollcall.css"].body.decode()
    [desk] = [file.body.decode() for key, file in files.items() if key.endswith("/desk.css")]
    classes = {name for name in named if re.search(rf"\.{re.escape(name)}\b(?!-)", site)}
    assert {"button", "field", "choice", "site-nav", "skip-link"} <= classes
    assert {name for name in classes if not re.search(rf"\.{re.escape(name)}\b(?!-)", desk)} == set()
    assert ".form-page" in site
    assert ".form-page" not in desk
    declared = {*re.findall(r"(--[\w-]+):", desk), "--share"}
    assert set(re.findall(r"var\((--[\w-]+)", desk)) <= declared
