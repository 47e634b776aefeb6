"""A file imported on the deployed stack with only the manager's policy: guards, seats and mails."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from integration.api_requests import send, stored
from registrants import repository

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import DeployedStack
    from integration.staff import Staff

COURSE = "competition-team"
FIELDS = ("participant", "birth_date", "course", "experience", "guardian", "email", "phone", "consent")


def people(many: int) -> list[dict[str, str]]:
    common = ("2012-04-30", COURSE, "some", "Per Ek")
    return [
        dict(
            zip(FIELDS, (f"Person {n}", *common, f"{uuid.uuid4().hex}@example.org", "+46701234567", "yes"), strict=True)
        )
        for n in range(many)
    ]


def test_import__takes_rows_once_and_mails_nobody(stack: DeployedStack, manager: Staff, tmp_path: Path) -> None:
    """Somebody registered on the page is recognised; a later cancellation is mailed."""
    rows = people(3)
    sent = send(stack, "registration", {**rows[0], "consent": True})
    assert sent.status == 201, sent.body
    stack.wait_for_mails(to=rows[0]["email"])
    before = repository(stack).quotas("registration", [COURSE])[COURSE].taken
    file = tmp_path / "spring.csv"
    file.write_text("\n".join([";".join(FIELDS), *[";".join(row.values()) for row in rows]]), encoding="utf-8-sig")

    first = manager.done("import", str(file), "--form", "registration", "--yes")
    again = manager.done("import", str(file), "--form", "registration", "--yes")

    assert "  1 row already there\n" in first.err
    assert first.err.endswith("2 rows imported. Nobody was mailed.\n")
    assert again.err.endswith("Nothing new to import.\n")
    assert repository(stack).quotas("registration", [COURSE])[COURSE].taken == before + 2
    (entry,) = repository(stack).by_email(rows[1]["email"], limit=5)
    events = repository(stack).details(entry.id).events
    assert [(event.what, event.by) for event in events] == [
        ("imported", "arn:aws:iam::000000000000:user/staff-manager")
    ]
    repeated = send(stack, "registration", {**rows[1], "consent": True})
    assert stored(stack, repeated.json["id"]) == {}
    stack.wait_for_mails(to=rows[1]["email"])  # a cancelled entry does not count as already registered

    manager.done("status", "cancel", entry.id, "--yes")

    mails = stack.wait_for_mails(to=rows[1]["email"], count=2)
    assert {"cancelled" in mail.subject.lower() for mail in mails} == {True, False}
    assert stack.mails(to=rows[2]["email"]) == []
    assert len(stack.mails(to=rows[0]["email"])) == 1


def test_import__mails_on_request(stack: DeployedStack, manager: Staff, tmp_path: Path) -> None:
    """The mails are the same as for a form sent on the page."""
    (row,) = people(1)
    file = tmp_path / "one.csv"
    file.write_text(f"{','.join(FIELDS)}\n{','.join(row.values())}\n", encoding="utf-8")

    manager.done("import", str(file), "--form", "registration", "--mail", "--yes")

    stack.wait_for_mails(to=row["email"])


def test_purge__erases_what_matches_for_good(stack: DeployedStack, manager: Staff, tmp_path: Path) -> None:
    """It erases only cancelled submissions of one course, which no other test uses by then."""
    rows = people(2)
    file = tmp_path / "two.csv"
    file.write_text("\n".join([",".join(FIELDS), *[",".join(row.values()) for row in rows]]), encoding="utf-8")
    manager.done("import", str(file), "--form", "registration", "--yes")
    entries = [repository(stack).by_email(row["email"], limit=1)[0] for row in rows]
    manager.done("status", "cancel", entries[0].id, "--yes")

    manager.done("purge", "--older-than", "2099-01-01", "--status", "cancelled", "--option", COURSE, "--yes")

    assert stored(stack, entries[0].id)["status"]["S"] == "erased"
    assert stored(stack, entries[1].id)["status"]["S"] == "confirmed"
    assert repository(stack).by_email(rows[0]["email"], limit=5) == ()


def test_import__accepts_an_export(stack: DeployedStack, manager: Staff, tmp_path: Path) -> None:
    """Labels, several options, line breaks, and text that looks like a formula; then as a new person."""
    tricky = {"needs": '=HYPERLINK("x")\nand "nuts"; eggs, milk', "guardian": "'Åsa", "heard_of_us": ["school", "web"]}
    (person,) = people(1)
    sent = send(stack, "registration", {**person, **tricky, "consent": True, "photos": False})
    assert sent.status == 201, sent.body
    old = repository(stack).get(sent.json["id"])
    exported, changed = tmp_path / "all.csv", tmp_path / "changed.csv"
    since = old.submitted_at.isoformat()

    manager.done("export", str(exported), "--form", "registration", "--language", "sv", "--since", since)
    same = manager.done("import", str(exported), "--form", "registration", "--yes")
    text = exported.read_text(encoding="utf-8-sig")
    changed.write_text(
        text.replace(old.id, "").replace(sent.json["reference"], "").replace(old.email, f"new-{old.email}"),
        encoding="utf-8-sig",
    )
    manager.done("import", str(changed), "--form", "registration", "--yes")

    assert same.err.endswith("Nothing new to import.\n")
    (new,) = repository(stack).by_email(f"new-{old.email}", limit=5)
    assert new.answers == {**old.answers, "email": new.email}
