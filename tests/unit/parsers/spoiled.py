"""Input that was valid, and what a parser makes of it."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

if TYPE_CHECKING:
    from collections.abc import Callable

DEEP = "[" * 5_000
"""Nested more deeply than Python's parsers go."""

scalars = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20), st.sampled_from(["", "0", "-1"])
)
documents = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
)


def refusal_of(parse: Callable[[Any], object], given: object, *documented: type[Exception]) -> str | None:
    """Return why a parser refuses its input, None if it reads it. Passes on an error that it does not document."""
    try:
        parse(given)
    except documented as error:
        return str(error) or type(error).__name__
    return None


@st.composite
def spoiled(draw: st.DrawFn, valid: Any) -> Any:
    """A valid document in which something is replaced, missing or added."""
    document = copy.deepcopy(valid)
    place = document
    while True:
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        if not keys or draw(st.booleans()):
            if isinstance(place, dict):
                place[draw(st.text(max_size=8))] = draw(documents)
            else:
                place.append(draw(documents))
            return document
        key = draw(st.sampled_from(keys))
        if not isinstance(place[key], dict | list) or draw(st.booleans()):
            if draw(st.booleans()):
                del place[key]
            else:
                place[key] = draw(documents)
            return document
        place = place[key]


def spoiled_json(*valid: Any) -> st.SearchStrategy[str]:
    """The JSON of such a document or of any other, or what is no JSON."""
    near = st.one_of([spoiled(document) for document in valid])
    return st.one_of(near.map(json.dumps), documents.map(json.dumps), st.text(), st.just(DEEP))


LITERALS = [
    *("", "1", "-1", "9" * 5_000, "1e999", "nan", "true", '""', '"x"', '"{name}"', '"\\u0000"', "'''", DEEP),
    *("[]", '["x"]', "[[1]]", "{}", '{ en = "x" }', "2027-03-01", "2027-13-01", "2027-03-01T09:30:00Z", "07:30"),
]


@st.composite
def spoiled_toml(draw: st.DrawFn, valid: str) -> str:
    """A file in which a few lines are missing, twice there, or have another value."""
    lines = valid.splitlines()
    for _ in range(draw(st.integers(1, 3))):
        place = draw(st.integers(0, len(lines) - 1))
        name, equals, _ = lines[place].partition("=")
        how = draw(st.integers(0, 4))
        if how == 0:
            del lines[place]
        elif how == 1:
            lines.insert(draw(st.integers(0, len(lines))), lines[place])
        elif how == 2:
            lines[place] = draw(st.text(max_size=30))
        elif equals:
            lines[place] = f"{name}= {draw(st.sampled_from(LITERALS))}"
    return "\n".join(lines)
