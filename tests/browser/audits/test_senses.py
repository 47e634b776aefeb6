"""Other ways to see, read and move: 400 % zoom, wide text, forced colours, reduced motion, names in Arabic."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from browser.audits.states import AN_ARABIC_NAME, STATES, State
from conftest import wait_until
from registrants import Registrant

if TYPE_CHECKING:
    from collections.abc import Callable

AT_400_PERCENT = {"width": 320, "height": 256}  # of 1280 by 1024

# WCAG 1.4.12: a reader's own text spacing must lose nothing.
SPACING = """() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`p { margin-block-end: 2em !important }
    * { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important }`);
  document.adoptedStyleSheets = [sheet];
}"""

# Texts cut off by their box, or partly outside the window.
CUT = """() => {
  const found = [];
  for (const element of document.querySelectorAll("body *")) {
    const style = getComputedStyle(element), box = element.getBoundingClientRect();
    if (!box.width || element.closest("svg, .visually-hidden, .skip-link")) continue;
    const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
    const hides = style.overflowX !== "visible" || style.overflowY !== "visible";
    const field = element.matches("input, textarea, select");
    const over = element.scrollWidth > element.clientWidth + 1 || element.scrollHeight > element.clientHeight + 1;
    const outside = box.left < 0 || box.right > innerWidth + 0.5;
    if (hides && over && !field && element.clientWidth) found.push("cut: " + element.outerHTML.slice(0, 120));
    if ((own || field) && outside) found.push("outside: " + element.outerHTML.slice(0, 120));
  }
  return found;
}"""

SHOWN = ("home", "registration-errors", "registration-course-full", "thank-you-waitlisted", "mend-contact", "my-place")
CHOSEN = [state for state in STATES if state.name in SHOWN]


def states(*, full: bool = True) -> Any:
    """Return some states always, and the others in the full run."""
    rest = [pytest.param(state, id=state.name, marks=pytest.mark.full) for state in STATES if state not in CHOSEN]
    return pytest.mark.parametrize(
        "state", [*(pytest.param(state, id=state.name) for state in CHOSEN), *(rest if full else ())]
    )


@states()
def test_state__zoomed_and_with_wide_text__loses_nothing(watched: Callable[..., Any], state: State) -> None:
    scene, _ = watched("sv", viewport=AT_400_PERCENT)
    with scene.visitor.forgiving(*filter(None, [state.says])):
        state.reach(scene)
    for step in ("() => {}", SPACING):
        scene.visitor.page.evaluate(step)
        assert scene.visitor.page.evaluate(CUT) == []
        assert scene.visitor.page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


@pytest.mark.parametrize(
    ("finding", "flaw"), [("cut", "overflow: hidden; block-size: 1rem"), ("outside", "margin-inline-start: 60%")]
)
def test_cut_check__finds_what_is_cut_or_outside(watched: Callable[..., Any], finding: str, flaw: str) -> None:
    scene, _ = watched("en", viewport=AT_400_PERCENT)
    scene.opens("/contact")
    scene.visitor.page.evaluate(
        f"() => {{ const h = document.querySelector('h1'); h.style.cssText = 'white-space: nowrap; {flaw}';"
        " h.textContent = 'A heading that is far too long'; h.style.inlineSize = '100%' }"
    )
    assert [finding_text for finding_text in scene.visitor.page.evaluate(CUT) if finding_text.startswith(finding)]


def test_forced_colours__show_choice_error_and_focus(watched: Callable[..., Any]) -> None:
    scene, _ = watched("en", forced_colors="active", viewport={"width": 800, "height": 900})
    page = scene.visitor.page
    scene.opens("/registration")

    def looks(selector: str) -> bytes:
        page.mouse.move(0, 0)
        picture: bytes = page.locator(selector).first.screenshot(animations="disabled", caret="hide")
        return picture

    choice = ".choice:has([name=course])"
    before = looks(choice)
    page.locator("[name=course]").first.check()
    page.evaluate("document.activeElement.blur()")
    assert looks(choice) != before, "what is chosen"

    before = looks(".field:has([name=participant])")
    page.focus("[name=participant]")
    assert looks(".field:has([name=participant])") != before, "what has the focus"

    for selector in ("main form [type=submit]", ".site-nav a", ".choice", "[name=email]"):
        assert page.locator(selector).first.evaluate(HAS_AN_EDGE_OR_A_LINE), f"{selector} looks different from text"

    before = page.locator("[data-field=email]").evaluate(EDGES)
    scene.sends()
    assert page.locator("[data-field=email]").evaluate(EDGES) != before, "what is wrong"
    assert page.locator("#error-summary").evaluate(HAS_AN_EDGE_OR_A_LINE)


HAS_AN_EDGE_OR_A_LINE = """(element) => {
  const style = getComputedStyle(element);
  const edged = style.borderTopStyle !== "none" && parseFloat(style.borderTopWidth) >= 1;
  return edged || style.textDecorationLine.includes("underline") || element.matches("a");
}"""
EDGES = (
    "(element) => { const s = getComputedStyle(element, '::before');"
    " return s.borderInlineStartWidth + s.borderInlineStartStyle }"
)

MOVING = """() => [...document.querySelectorAll("*, *::before, *::after")].filter((element) => {
  const style = getComputedStyle(element);
  const long = (times) => times.split(",").some((time) => parseFloat(time) > 0.001);
  return long(style.transitionDuration) || (style.animationName !== "none" && long(style.animationDuration))
    || style.scrollBehavior === "smooth";
}).map((element) => element.outerHTML.slice(0, 120))"""


@states(full=False)
def test_state__with_reduced_motion__moves_nothing(watched: Callable[..., Any], state: State) -> None:
    scene, _ = watched("en", reduced_motion="reduce")
    with scene.visitor.forgiving(*filter(None, [state.says])):
        state.reach(scene)
    assert scene.visitor.page.evaluate(MOVING) == []


def test_right_to_left_name__is_shown_right_to_left(watched: Callable[..., Any], stack: Any) -> None:
    registrant = Registrant(stack, "registration", participant=AN_ARABIC_NAME, course="line-followers")
    scene, _ = watched("en")
    mail = registrant.mailed_link()
    page = scene.visitor.page

    page.goto(mail)
    direction = "element => getComputedStyle(element).direction"
    assert page.get_by_text(AN_ARABIC_NAME).last.evaluate(direction) == "rtl"
    assert page.locator("h1").evaluate(direction) == "ltr"

    scene.opens("/registration")
    page.fill("[name=participant]", AN_ARABIC_NAME)
    assert page.locator("[name=participant]").evaluate(direction) == "rtl"

    def to_staff() -> list[Any]:  # a registrant whose address is unproven is not greeted by the typed name
        return [each for each in stack.mails() if AN_ARABIC_NAME in (each.html or "")]

    (sent, *_) = wait_until(to_staff, what="the staff's mail")
    page.goto("about:blank")  # without the page's policy
    page.set_content(sent.html)
    name_element = page.get_by_text(AN_ARABIC_NAME)
    assert name_element.count() >= 1
    for place in name_element.all():
        assert place.evaluate(direction) == "rtl" or place.evaluate("element => !!element.closest('bdi, [dir=auto]')")
