"""A page's form as a browser without a script would send it."""

from __future__ import annotations

from html.parser import HTMLParser


class Filled(HTMLParser):
    """A page's form as a browser would send it: its address, and each field with its values."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.action = ""
        self.fields: dict[str, list[str]] = {}
        self.ids: set[str] = set()
        self.links: list[str] = []
        self._textarea = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attributes}
        self.ids.add(given.get("id", ""))
        if tag == "a":
            self.links.append(given.get("href", ""))
        if tag == "form":
            self.action = given.get("action", "")
        if tag == "textarea":
            self._textarea = given["name"]
            self.fields[given["name"]] = [""]
        chosen = given.get("type") not in ("radio", "checkbox") or "checked" in given
        if tag == "input" and chosen:
            self.fields.setdefault(given["name"], []).append(given.get("value", ""))

    def handle_data(self, data: str) -> None:
        if self._textarea:
            self.fields[self._textarea] = [data.removeprefix("\n")]

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._textarea = ""
