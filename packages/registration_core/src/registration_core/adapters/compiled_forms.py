"""Compiled forms, `<folder>/<form>.json`, which functions read quickly."""

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
    """The forms of one folder, each read once, on first use."""

    def __init__(self, folder: Path | str) -> None:
        self._folder = os.fspath(folder)
        self._names: frozenset[str] = frozenset()
        self._read: dict[str, Form] = {}

    def get(self, name: str) -> Form:
        """Return the form with this name. Raises UnknownFormError.

        Visitors send the name, so it opens a file only if the folder lists it.
        """
        if name not in self._read:
            self._names = self._names or frozenset(self.names())
            if name not in self._names:
                raise UnknownFormError(name)
            with open(os.path.join(self._folder, name + _SUFFIX), encoding="utf-8") as file:  # noqa: PTH118, PTH123 - visitors would wait for importing pathlib
                self._read[name] = Form.from_dict(json.load(file))
        return self._read[name]

    def names(self) -> Sequence[str]:
        """Return the names of all forms, sorted."""
        return sorted(name.removesuffix(_SUFFIX) for name in os.listdir(self._folder) if name.endswith(_SUFFIX))  # noqa: PTH208 - as above
