"""What the site says and where it lies, for the pages that functions answer with: `words.json` of their zip."""

from __future__ import annotations

import functools
import json
import os

from registration_core.domain.languages import best_language

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class SiteWords:
    """The words by language, read when they are first asked for. site_url: without a slash at the end."""

    def __init__(self, site_dir: str, *, site_url: str) -> None:
        self.site_dir = site_dir
        self.site_url = site_url

    @functools.cached_property
    def by_language(self) -> dict[str, Any]:
        """The words, the site's first language first."""
        with open(os.path.join(self.site_dir, "words.json"), encoding="utf-8") as file:  # noqa: PTH118, PTH123 - importing pathlib costs every cold start
            words: dict[str, Any] = json.load(file)
        return words

    def language_for(self, *wanted: str) -> str:
        """Return the language of the pages that fits the first wish that is one, such as `sv` or an Accept-Language."""
        return best_language(next((wish for wish in wanted if wish), ""), tuple(self.by_language))

    def form_url(self, form: str, *wanted: str) -> str:
        """Return the address where the form is asked, in the language that fits; else that of the start page."""
        site = self.by_language[self.language_for(*wanted)]["site"]
        return f"{self.site_url}{site['forms'].get(form, {}).get('path', site['home'])}"
