"""A watcher that finds what is wrong with a page while a visitor uses it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from axe_playwright_python.sync_playwright import Axe
from justhtml import JustHTML

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_BYTES = 50_000
MOST_SCRIPT_BYTES = 8 * 1024
FEATURES = ("conditions.", "files.", "frame.", "from-query.", "groups.")
"""Scripts that only a form with that feature loads."""
MOST_FEATURE_BYTES = 4 * 1024
MOST_SHIFT = 0.01
LEAST_TARGET_PX = 44

RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
AXE = {"runOnly": {"type": "tag", "values": list(RULES)}, "resultTypes": ["violations"], "preload": False}

NOTE_SHIFTS = """
window.shifts = [];
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) {
    if (entry.hadRecentInput) continue;
    const moved = entry.sources.map((source) => source.node?.id || source.node?.className || source.node?.nodeName);
    window.shifts.push([entry.value, moved.join(" ")]);
  }
}).observe({ type: "layout-shift", buffered: true });
"""

# Shifts are reported after the next frame.
SHIFTS = "() => new Promise((done) => requestAnimationFrame(() => setTimeout(() => done(window.shifts), 50)))"

# What a thumb presses: links and buttons, but for links within a sentence, the inline exception of WCAG 2.5.8. A link
# stands in a sentence where it flows in one block with words that are no link themselves.
SMALL_TARGETS = r"""(least) => [
  ...document.querySelectorAll("a[href], button:not(.visually-hidden), summary"),
].flatMap((target) => {
  const blockOf = (node) => (getComputedStyle(node).display.startsWith("inline") ? blockOf(node.parentElement) : node);
  const wordsAround = (block) => {
    const texts = document.createTreeWalker(block, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
      const { data, parentElement: parent } = texts.currentNode;
      if (/\p{L}/u.test(data) && !parent.closest("a, button") && blockOf(parent) === block) return true;
    }
  };
  const { width, height } = target.getBoundingClientRect();
  const seen = target.checkVisibility({ visibilityProperty: true });
  const block = blockOf(target);
  return seen && Math.min(width, height) < least && (block === target || !wordsAround(block))
    ? [`${target.outerHTML.slice(0, 120)} is ${width.toFixed(1)} by ${height.toFixed(1)} px`]
    : [];
})"""


class Watcher:
    """Watches a visitor's page: its requests, its movement, and what axe-core and other checks report.

    origins: those that a page may talk to. most_bytes, most_script_bytes: how much it may load.
    """

    def __init__(
        self,
        visitor: Any,
        *,
        origins: tuple[str, ...],
        most_bytes: int = MOST_BYTES,
        most_script_bytes: int = MOST_SCRIPT_BYTES,
    ) -> None:
        self._visitor = visitor
        self._most_bytes = most_bytes
        self._most_script_bytes = most_script_bytes
        self._origins = origins
        self._answers: list[Any] = []
        self._asked: list[str] = []
        visitor.page.add_init_script(NOTE_SHIFTS)
        visitor.page.on("response", lambda answer: self._answers.append(answer))  # noqa: PLW0108 - Playwright marks it
        visitor.page.on("request", lambda request: self._asked.append(request.url))

    def findings(self, *, says: str | None = None) -> list[str]:
        """Return the findings, one sentence each. says: what the console may report by design."""
        return [
            *self._of_axe(),
            *self._of_movement(),
            *self._of_requests(),
            *self._of_markup(),
            *self._of_room(),
            *self._of_targets(),
            *self._of_complaints(says),
        ]

    def _of_axe(self) -> Iterator[str]:
        for rule in Axe().run(self._visitor.page, options=AXE).response["violations"]:
            for node in rule["nodes"]:
                yield f"axe, {rule['id']}: {node['html'][:200]} {node['failureSummary']}"

    def _of_movement(self) -> Iterator[str]:
        shifts = self._visitor.page.evaluate(SHIFTS)
        if sum(value for value, _ in shifts) > MOST_SHIFT:
            yield f"The page moves under the reader: {shifts}"

    def _of_requests(self) -> Iterator[str]:
        """Requests to other origins, cookies, and more bytes than this page may have."""
        for url in self._asked:
            if not url.startswith(tuple(f"{origin}/" for origin in self._origins)):
                yield f"The page asks somebody else: {url}"
        for cookie in self._visitor.page.context.cookies():
            yield f"A cookie is set: {cookie['name']}"
        weights = self.weights()
        if sum(weights.values()) >= self._most_bytes:
            yield f"The page weighs too much: {weights}"
        scripts = {url.rpartition("/")[2]: weight for url, weight in weights.items() if url.endswith(".js")}
        features = sum(name.startswith(FEATURES) for name in scripts)
        if sum(scripts.values()) >= self._most_script_bytes + features * MOST_FEATURE_BYTES:
            yield f"The script weighs too much: {weights}"

    def weights(self) -> dict[str, int]:
        """Return the size of every response to the open page, by address; uncompressed, without headers."""
        return {answer.url: answer.request.sizes()["responseBodySize"] for answer in self._answers[self._last_page :]}

    @property
    def page_as_received(self) -> Any:
        """The response that is the open page."""
        return self._answers[self._last_page]

    @property
    def _last_page(self) -> int:
        """The index of the response that is the open page."""
        return max(number for number, answer in enumerate(self._answers) if self._is_page(answer))

    @staticmethod
    def _is_page(answer: Any) -> bool:
        return bool(answer.request.is_navigation_request()) and answer.status not in range(300, 400)

    def _of_markup(self) -> Iterator[str]:
        """The page as received, before a script or a forgiving parser changed it."""
        answer = self.page_as_received
        for error in JustHTML(answer.text(), collect_errors=True, sanitize=False).errors:
            yield f"HTML of {answer.url}, line {error.line}: {error.message}"

    def _of_room(self) -> Iterator[str]:
        wide = self._visitor.page.evaluate("document.documentElement.scrollWidth - innerWidth")
        if wide > 0:
            yield f"The page scrolls sideways by {wide} px"

    def _of_targets(self) -> Iterator[str]:
        for target in self._visitor.page.evaluate(SMALL_TARGETS, LEAST_TARGET_PX):
            yield f"Too small to press: {target}"

    def _of_complaints(self, says: str | None) -> Iterator[str]:
        for complaint in self._visitor.complaints:
            if says is None or says not in complaint:
                yield f"The browser complains: {complaint}"
        self._visitor.complaints.clear()
