"""How staff find submissions on the deployed stack, with only the reader's policy."""

from __future__ import annotations

import json
import subprocess
import sys
import uuid
from typing import TYPE_CHECKING

import pytest
from integration.api_requests import example, send

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import DeployedStack
    from integration.staff import Staff


@pytest.fixture(scope="module")
def mine(deployed: DeployedStack) -> dict[str, str]:
    """A registration with a unique name and address."""
    name = f"Zoë-{uuid.uuid4().hex[:8]} Ångström"
    address = f"see-{uuid.uuid4().hex[:12]}@example.org"
    answers = example("registration", participant=name, email=address, course="competition-team")
    return send(deployed, "registration", answers).json | {"name": name, "email": answers["email"]}


@pytest.mark.parametrize("by", ["id", "reference", "email"])
def test_search__finds_by_index(reader: Staff, mine: dict[str, str], by: str) -> None:
    """It reads nothing else, so it prints no progress."""
    assert reader.json("search", mine[by].upper() if by == "email" else mine[by], "--json", "id") == [
        {"id": mine["id"]}
    ]


def test_search__finds_a_name_by_reading_everything(reader: Staff, mine: dict[str, str]) -> None:
    """Accents and case don't matter."""
    ran = reader.done(
        "search", mine["name"].upper().replace("Ë", "E").replace("Å", "A"), "--json", "id", "--since", "1d"
    )

    assert json.loads(ran.out) == [{"id": mine["id"]}]
    assert ran.err.startswith("Reading every submission")


def test_list__continues_where_it_ended(reader: Staff, mine: dict[str, str]) -> None:
    """The cursor on stderr leads through all forms until every submission was listed once."""
    everything = [entry["id"] for entry in reader.json("list", "--limit", "500", "--json", "id")]
    listed: list[str] = []
    cursor: list[str] = []
    while True:
        ran = reader.done("list", "--limit", "2", "--json", "id", *cursor)
        listed += [entry["id"] for entry in json.loads(ran.out)]
        if not ran.err:
            break
        cursor = ["--cursor", ran.err.rpartition("--cursor ")[2].split()[0]]

    assert listed == everything
    assert mine["id"] in listed


def test_list__filters_by_option_status_and_time(reader: Staff, mine: dict[str, str]) -> None:
    chosen = ("--option", "competition-team", "--status", mine["status"], "--since", "1h", "--until", "today")
    listed = reader.json("list", "--form", "registration", "--limit", "500", "--json", "id,option,status", *chosen)

    assert mine["id"] in [entry["id"] for entry in listed]
    assert {(entry["option"], entry["status"]) for entry in listed} == {("competition-team", mine["status"])}
    assert reader.json("list", "--until", "2020-01-01", "--json", "id") == []


@pytest.mark.parametrize("cursor", ["nonsense", "registration=msg_01JD9Z3V8Q4X2M7N5R6T1WKBCE"])
def test_list__refuses_an_invalid_cursor(reader: Staff, cursor: str) -> None:
    ran = reader("list", "--cursor", cursor)

    assert (ran.code, ran.out) == (2, "")
    assert "is not a cursor of this list" in ran.err


def test_show__uses_the_forms_own_words(reader: Staff, mine: dict[str, str]) -> None:
    """On a terminal it uses the form that the stack keeps."""
    out = reader("show", mine["reference"], terminal=True, NO_COLOR="1").out

    assert "Competition team (competition-team)" in out
    assert "Participant's name (participant)   " in out
    assert "submitted" in out[out.index("\nHistory\n") :]


def test_history__of_a_new_submission(reader: Staff, mine: dict[str, str]) -> None:
    (line,) = reader.json("history", mine["id"], "--json", "what,by,status")

    assert line == {"what": "submitted", "by": "registrant", "status": mine["status"]}


def test_stats__match_the_list(reader: Staff, mine: dict[str, str], tmp_path: Path) -> None:
    """The HTML page too."""
    listed = reader.json("list", "--limit", "500", "--json", "status")
    stats = reader.json("stats", "--json", "all")

    assert stats["total"] == len(listed)
    assert "competition-team" in [each["option"] for each in stats["options"]]
    page = tmp_path / "stats.html"
    reader.done("stats", "--html", str(page))
    assert "Competition team" in page.read_text(encoding="utf-8")
    assert mine["email"] not in page.read_text(encoding="utf-8")


def test_list__into_a_full_disk_says_so(deployed: DeployedStack, mine: dict[str, str]) -> None:
    """It runs as a process, as a shell would start it."""
    with open("/dev/full", "w") as full:  # noqa: PTH123 - a device
        done = subprocess.run(
            [sys.executable, "-m", "admin_cli", "list"],
            env=deployed.env,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            timeout=60,
        )

    assert mine["id"]
    assert (done.returncode, done.stderr) == (1, "error: The output could not be written: No space left on device.\n")
