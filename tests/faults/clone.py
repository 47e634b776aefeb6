"""A copy of this clone with two more forms, whose options have few seats to race for."""

from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING, Any

from conftest import ROOT

if TYPE_CHECKING:
    from pathlib import Path

FORM = "race"
SEATS = 20
ROUNDS = 10

HEAD = """\
id_prefix = "rac"
languages = ["en", "sv"]
retention_days = 30
email_field = "email"
name_field = "name"
once = "round"

[quota]
field = "round"
waitlist = "auto"

[title]
en = "A race"
sv = "En kapplöpning"

[[fields]]
name = "name"
type = "text"
label = { en = "Name", sv = "Namn" }
required = true
example = "Robin Ek"

[[fields]]
name = "email"
type = "email"
label = { en = "E-mail", sv = "E-post" }
required = true
example = "robin.ek@example.org"

[[fields]]
name = "round"
type = "choice"
label = { en = "Round", sv = "Omgång" }
required = true
example = "round-01"
"""

FAMILIES = "families"
"""The same race for groups, without `once`."""
FAMILY_OPTION = "family-01"
FAMILIES_HEAD = (
    HEAD.replace('"rac"', '"fam"')
    .replace('once = "round"\n', "")
    .replace("round-01", FAMILY_OPTION)
    .replace("[title]", '[group]\nfields = ["round"]\nmax = 4\n\n[title]')
)

OPTION = """
[[fields.options]]
value = "{option}"
label = {{ en = "{option}", sv = "{option}" }}
capacity = {seats}
"""


def option(number: int) -> str:
    """Return the quota option of one round, from 1."""
    return f"round-{number:02}"


def make_clone(folder: Path) -> Path:
    """Fill a folder with what a clone holds and the forms of the races, and return it.

    Only their names in a list are added elsewhere.
    """
    for name in (".venvs", "localstack", "packages", "shared", "site"):
        (folder / name).symlink_to(ROOT / name)
    shutil.copytree(ROOT / "example", folder / "example")
    shutil.copytree(ROOT / "infra" / "terraform", folder / "infra" / "terraform", ignore=_what_init_leaves)
    rounds = "".join(OPTION.format(option=option(number), seats=SEATS) for number in range(1, ROUNDS * 2 + 1))
    family_rounds = rounds.replace("round-", "family-")  # what the table holds is read by option
    for name, text in ((FORM, HEAD + rounds), (FAMILIES, FAMILIES_HEAD + family_rounds)):
        form = folder / "example" / "forms" / name
        form.mkdir()
        (form / "form.toml").write_text(text, encoding="utf-8")
    values = folder / "infra" / "terraform" / "local.tfvars"
    values_text = re.sub(r"(?m)^forms\s*=.*\n", "", values.read_text(encoding="utf-8"))
    values.write_text(f'{values_text}\nforms = ["registration", "contact", "{FORM}", "{FAMILIES}"]\n', encoding="utf-8")
    return folder


def answers(visitor: int, round_number: int) -> dict[str, Any]:
    """Return what one visitor of a round fills in."""
    return {
        "name": f"Visitor {visitor}",
        "email": f"v{visitor}.{round_number}@example.org",
        "round": option(round_number),
    }


def _what_init_leaves(_: str, names: list[str]) -> set[str]:
    return {name for name in names if name.startswith(".terraform") or ".tfstate" in name}
