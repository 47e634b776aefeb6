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
        self._read: dict[str, Form] = {}

    def get(self, name: str) -> Form:
        """Return the form of this name. Raises UnknownFormError."""
        if name not in self._read:
            if not name.replace("-", "").isalnum() or not name.isascii():
                raise UnknownFormError(name)
            try:
                with open(os.path.join(self._folder, name + _SUFFIX), encoding="utf-8") as file:  # noqa: PTH118, PTH123 - pathlib is an import that a visitor would wait for
                    self._read[name] = Form.from_dict(json.load(file))
            except FileNotFoundError as error:
                raise UnknownFormError(name) from error
        return self._read[name]

    def names(self) -> Sequence[str]:
        """Return the names of all forms, sorted."""
        return sorted(name.removesuffix(_SUFFIX) for name in os.listdir(self._folder) if name.endswith(_SUFFIX))  # noqa: PTH208 - as above
