"""Counts as CSV for a spreadsheet: a line per option, a column per period."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from io import StringIO
from typing import TYPE_CHECKING

from admin_cli.errors import CliError, ExitCode
from admin_cli.stats.tally import stretches
from registration_core.adapters.sheets.formulas import neutralised
from registration_core.adapters.sheets.separators import list_separator
from registration_core.domain.cells import option_cells
from registration_core.domain.sheet_words import words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from admin_cli.stats.tally import Period, Tally
    from registration_core.domain.forms import Form
    from registration_core.domain.selection import Selection

_MARK = "\ufeff"
"""The byte order mark, so that Excel reads UTF-8."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """Writes counts. forms: by name. language: None for the first form's first language."""

    forms: Mapping[str, Form]
    language: str | None = None
    delimiter: str | None = None

    def ensure_known(self) -> None:
        """Raise CliError if none of the forms has the language."""
        known = sorted({each for form in self.forms.values() for each in form.languages})
        if self.language is not None and known and self.language not in known:
            raise CliError(
                f"No form has texts in {self.language!r}. There are: {', '.join(known)}.", exit_code=ExitCode.USAGE
            )

    def written(self, tally: Tally, by: Period, chosen: Selection) -> str:
        """Return the table: all periods from the first to the last and all options, including zeros."""
        first = next(iter(self.forms.values()), None)
        language = self.language or (first.languages[0] if first is not None else "en")
        headings = words(language, first.words if first is not None else None)
        periods = list(stretches(tally.each_day(), by).counts)
        counts = tally.by(by)
        text = StringIO()
        lines = csv.writer(text, delimiter=self.delimiter or list_separator(language))
        lines.writerow([headings["form"], headings["option"], *periods])
        for name, option in self._lines(tally, chosen):
            names = (self._title(name, language), self._label(name, option, language))
            splits = [counts.get((period, name, option)) for period in periods]
            lines.writerow([*map(neutralised, names), *(0 if split is None else split.total() for split in splits)])
        return _MARK + text.getvalue()

    def _lines(self, tally: Tally, chosen: Selection) -> list[tuple[str, str]]:
        """Return each form and option in the forms' order, then counted options that no form has any more."""
        counted = {(form, option) for _, form, option in tally.cells}
        in_force = {
            (form.name, option): None
            for form in self.forms.values()
            if not form.retired
            for option in (form.capacities() or ("",))
            if chosen.option in (None, option)
        }
        return [*in_force, *sorted(counted - in_force.keys())]

    def _title(self, name: str, language: str) -> str:
        return self.forms[name].title.in_language(language) if name in self.forms else name

    def _label(self, name: str, option: str, language: str) -> str:
        form = self.forms.get(name)
        field = form.field(form.quota.field) if form is not None and form.quota is not None else None
        labels = option_cells(field.options, language, several=False) if field is not None else {}
        return labels.get(option, option)
