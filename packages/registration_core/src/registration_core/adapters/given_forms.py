"""Forms that are already loaded, from a folder or a stack."""

from __future__ import annotations

from registration_core.domain.errors import UnknownFormError
from registration_core.domain.ports import FormCatalogue

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from registration_core.domain.forms import Form


class GivenForms(FormCatalogue):
    """A catalogue of forms in a mapping by name."""

    def __init__(self, forms: Mapping[str, Form]) -> None:
        self._forms = forms

    def get(self, name: str) -> Form:
        """Return the form of this name. Raises UnknownFormError."""
        try:
            return self._forms[name]
        except KeyError as error:
            raise UnknownFormError(name) from error

    def names(self) -> Sequence[str]:
        """Return the names of all forms, sorted."""
        return sorted(self._forms)
