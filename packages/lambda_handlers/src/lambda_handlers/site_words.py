"""The site's texts and address, for the pages that functions return: `words.json` in their zip."""

from __future__ import annotations

import functools
import json
import os

from registration_core.domain.languages import best_language

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class SiteWords:
    """The texts by language, read on first use. site_url: without a trailing slash."""

    def __init__(self, site_dir: str, *, site_url: str) -> None:
        self.site_dir = site_dir
        self.site_url = site_url

    @functools.cached_property
    def by_language(self) -> dict[str, Any]:
        """The texts, the site's first language first."""
        with open(os.path.join(self.site_dir, "words.json"), encoding="utf-8") as file:  # noqa: PTH118, PTH123 - importing pathlib costs every cold start
            words: dict[str, Any] = json.load(file)
        return words

    def language_for(self, *wanted: str) -> str:
        """Return the site's best language for the first non-empty preference: `sv`, or an Accept-Language."""
        return best_language(next((wish for wish in wanted if wish), ""), tuple(self.by_language))

    def form_url(self, form: str, *wanted: str) -> str:
        """Return the URL of the form's page in the best language; of the start page if the form has none."""
        site = self.by_language[self.language_for(*wanted)]["site"]
        return f"{self.site_url}{site['forms'].get(form, {}).get('path', site['home'])}"
