"""A whole registration by keyboard."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

from registration_core.domain.date_parts import PARTS, part_name
from registration_core.domain.fields import FieldType

if TYPE_CHECKING:
    from registration_core.domain.forms import Form

MOST_STEPS = 80

FOCUSED = "document.activeElement"
# What shows the focus: an outline of the element, or of the box around a choice.
VISIBLE = """() => {
  const focused = document.activeElement, around = focused.closest(".choice");
  const shown = (element) => {
    const style = element && getComputedStyle(element);
    return !!style && style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  };
  const box = focused.getBoundingClientRect();
  return (shown(focused) || shown(around)) && box.bottom > 0 && box.top < innerHeight;
}"""


class Typist:
    """A keyboard user. passed: what had the focus, in order."""

    def __init__(self, visitor: Any) -> None:
        self._page = visitor.page
        self.passed: list[str] = []

    def tab(self, key: str = "Tab") -> str:
        """Press Tab once; whatever has the focus then must show it."""
        self._page.keyboard.press(key)
        focused: str = self._page.evaluate(f"{FOCUSED}.name || {FOCUSED}.type || {FOCUSED}.className || {FOCUSED}.href")
        if self._page.evaluate(f"{FOCUSED} !== document.body"):
            assert self._page.evaluate(VISIBLE), f"{focused} has the focus and doesn't show it"
        self.passed.append(focused)
        return focused

    def tab_to(self, name: str, key: str = "Tab") -> None:
        """Press Tab until the named element has the focus; a keyboard trap fails."""
        for _ in range(MOST_STEPS):
            if self.tab(key) == name:
                return
        raise AssertionError(f"{name} is not reached by Tab: {self.passed}")

    def press(self, *keys: str) -> None:
        for key in keys:
            self._page.keyboard.press(key)

    def type(self, text: str) -> None:
        self._page.keyboard.type(text)


def answer(typist: Typist, visitor: Any, form: Form, answers: dict[str, Any]) -> None:
    """Answer each field in the order of the form, as its type needs."""
    for field in form.fields:
        if field.name not in answers:
            continue
        value = answers[field.name]
        if field.type is FieldType.DATE:
            for part, text in sorted(zip(PARTS, value.split("-"), strict=True)):  # day, month, year
                typist.tab_to(part_name(field.name, part))
                typist.type(text)
            continue
        typist.tab_to(field.name)
        if field.type is FieldType.CONSENT:
            typist.press("Space")
        elif field.type is FieldType.CHOICE:
            values = [option.value for option in field.options]
            typist.press("Space", *["ArrowDown"] * values.index(value))
            assert visitor.page.evaluate(f"{FOCUSED}.value") == value
        elif field.type is FieldType.CHOICES:
            for option in field.options:
                if option.value in value:
                    typist.press("Space")
                typist.tab()
        else:
            typist.type(str(value))


def test_registration__works_by_keyboard(visit: Any, forms: Any, person: Any) -> None:
    form, visitor = forms["registration"], visit(viewport={"width": 1280, "height": 700})
    visitor.goes_to("/registration")
    typist = Typist(visitor)

    assert typist.tab() == "skip-link"
    typist.press("Enter")
    answer(typist, visitor, form, person.answers(form))
    visitor.takes_a_minute()
    typist.tab_to("submit")
    typist.press("Enter")

    visitor.arrives_at_thank_you()
    person.only_mail()


def test_errors__lead_the_keyboard_to_each_field_and_back(visit: Any, forms: Any) -> None:
    visitor = visit(viewport={"width": 1280, "height": 700})
    visitor.goes_to("/contact")
    typist = Typist(visitor)
    typist.tab_to("submit")
    typist.press("Enter")
    visitor.page.wait_for_selector("#error-summary:not([hidden])")
    required = [field.name for field in forms["contact"].fields if field.required]

    for number, name in enumerate(required):
        visitor.page.focus("#error-summary")
        for _ in range(number + 1):
            typist.tab()
        typist.press("Enter")
        assert visitor.page.evaluate(f"{FOCUSED}.name") == name
        assert visitor.page.evaluate(VISIBLE)
        assert visitor.page.evaluate(f"!!{FOCUSED}.closest('[aria-invalid=true]')")


def test_page__tab_order_follows_the_visual_order(visit: Any) -> None:
    """The keyboard gets through from end to end."""
    visitor = visit(viewport={"width": 360, "height": 700})
    for path in ("/", "/registration", "/contact", "/thank-you"):
        visitor.goes_to(path)
        positions: list[float] = []
        for _ in range(MOST_STEPS):
            visitor.page.keyboard.press("Tab")
            if visitor.page.evaluate(f"{FOCUSED} === document.body"):
                break
            assert visitor.page.evaluate(VISIBLE), visitor.page.evaluate(f"{FOCUSED}.outerHTML")
            if not visitor.page.evaluate(f"{FOCUSED}.matches('.skip-link')"):
                positions.append(visitor.page.evaluate(f"{FOCUSED}.getBoundingClientRect().bottom + scrollY"))
        assert visitor.page.evaluate(f"{FOCUSED} === document.body"), f"{path}: the focus is caught"
        backwards = [place for place, following in itertools.pairwise(positions) if following < place - 30]
        assert backwards == [], path
