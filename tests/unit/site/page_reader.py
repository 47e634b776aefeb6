"""A page as a browser reads it: its elements, what is left open, its links, and its texts by language."""

from __future__ import annotations

from html.parser import HTMLParser

VOID = {"meta", "link", "input", "br", "img", "hr"}
SILENT = {"script", "style"}


class Reader(HTMLParser):
    """Records every element, and those left open or closed out of order."""

    def __init__(self, page: bytes) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.wrong: list[str] = []
        self.said: list[tuple[str, str]] = []  # language and text
        self._open: list[tuple[str, str]] = []
        self.feed(page.decode())
        self.close()
        self.wrong += [tag for tag, _ in self._open]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        self.elements.append((tag, attributes))
        language = attributes.get("lang") or (self._open[-1][1] if self._open else "")
        for name in ("alt", "aria-label", "content", "placeholder", "title"):
            if name in attributes:
                self.said.append((language, attributes[name]))
        self.said += [(language, value) for name, value in attributes.items() if name.startswith("data-")]
        if tag not in VOID:
            self._open.append((tag, language))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open.pop()[0] != tag:
            self.wrong.append(tag)

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1][0] not in SILENT and data.strip():
            self.said.append((self._open[-1][1], " ".join(data.split())))

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.elements if name == tag]

    def text_in(self, language: str) -> str:
        """Return all text in one language, attributes included."""
        return "\n".join(text for said_in, text in self.said if said_in == language)

    @property
    def ids(self) -> set[str]:
        return {attributes["id"] for _, attributes in self.elements if "id" in attributes}
