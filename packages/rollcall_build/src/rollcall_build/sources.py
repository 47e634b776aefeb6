"""Where the product's files are, and the organisation's own: its forms, its site, its values."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from registration_core.domain.errors import RollcallError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

VARIABLE = "ROLLCALL_ORGANISATION"
"""The setting that names an organisation's folder."""

REMEMBERED = ".organisation"
"""The file of a clone that holds the setting where the environment does not: one line, the folder's path."""

EXAMPLE = "example"
"""The organisation that comes with the product, for those who have none of their own yet, and for its tests."""


class NoOrganisationError(RollcallError):
    """The folder that was named holds no organisation's files."""

    code = "no_organisation"


@dataclass(frozen=True, slots=True)
class Sources:
    """A clone of the product, and the organisation whose forms and site it builds."""

    root: Path
    organisation: Path

    @property
    def forms(self) -> Path:
        """The organisation's forms: one folder each, and its own `_mail` and `_words`."""
        return self.organisation / "forms"

    @property
    def site(self) -> Path:
        """The organisation's words, look and drawings."""
        return self.organisation / "site"

    @property
    def values(self) -> Path:
        """The organisation's values for Terraform: `<stack>.tfvars` and `<stack>.s3.tfbackend`."""
        return self.organisation / "values"

    @property
    def shared(self) -> Path:
        """What the product gives to every form: the mails in `_mail`, unless the organisation has its own."""
        return self.root / "shared"


def sources_of(root: Path, environ: Mapping[str, str]) -> Sources:
    """Find the organisation that a clone works for.

    It is the folder that ROLLCALL_ORGANISATION names, else the one that the clone remembers, else the example.
    Raises NoOrganisationError when the named folder holds no forms or no site.
    """
    named, remembered = environ.get(VARIABLE), _remembered(root)
    if named:
        folder, source = Path(named).expanduser().resolve(), VARIABLE
    elif remembered:
        folder, source = (root / Path(remembered).expanduser()).resolve(), str(root / REMEMBERED)
    else:
        folder, source = root / EXAMPLE, ""
    missing = [name for name in ("forms", "site") if not (folder / name).is_dir()]
    if missing and source:
        raise NoOrganisationError(
            f"{source} names {folder}, but that folder has no {' and no '.join(missing)} in it. "
            f"Name the folder of your organisation, or start one: rollcall new DIR"
        )
    return Sources(root, folder)


def remember(root: Path, organisation: Path) -> None:
    """Let a clone work for an organisation when the environment names none."""
    (root / REMEMBERED).write_text(f"{organisation}\n", encoding="utf-8")


def _remembered(root: Path) -> str:
    try:
        return (root / REMEMBERED).read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return ""
