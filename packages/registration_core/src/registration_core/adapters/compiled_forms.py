"""The compiled forms, `<folder>/<form>.json`: what functions read, fast."""

from __future__ import annotations

import json
import os

from registration_core.domain.errors import UnknownFormError
from registration_core.domain.forms import Form
from registration_core.domain.ports import FormCatalogue

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_SUFFIX = ".json"


class CompiledForms(FormCatalogue):
    """The forms of one folder, each read once when it is first asked for."""

    def __init__(self, folder: Path | str) -> None:
        self._folder = os.fspath(folder)
        self._names: frozenset[str] = frozenset()
        self._read: dict[str, Form] = {}

    def get(self, name: str) -> Form:
        """Return the form of this name. Raises UnknownFormError.

        Visitors name forms, so a name opens a file only when it is one of those that the folder lists.
        """
        if name not in self._read:
            self._names = self._names or frozenset(self.names())
            if name not in self._names:
                raise UnknownFormError(name)
            with open(os.path.join(self._folder, name + _SUFFIX), encoding="utf-8") as file:  # noqa: PTH118, PTH123 - pathlib is an import that a visitor would wait for
                self._read[name] = Form.from_dict(json.load(file))
        return self._read[name]

    def names(self) -> Sequence[str]:
        """Return the names of all forms, sorted."""
        return sorted(name.removesuffix(_SUFFIX) for name in os.listdir(self._folder) if name.endswith(_SUFFIX))  # noqa: PTH208 - as above
