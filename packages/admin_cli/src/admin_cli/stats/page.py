"""Counts as an HTML page: charts without a script, and tables with the same figures."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from admin_cli.stats.tally import choice_fields, stretches

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from admin_cli.stats.tally import Period, Tally
    from registration_core.domain.forms import Form
    from registration_core.domain.selection import Selection
    from registration_core.domain.submission import Status

_HEIGHT = 1000
_STEP = 10
_BAR = 8
_MOST_NAMES = 6
_FEWEST_COLUMNS = 12
_STEPS = (2, 4, 6, 8, 10, 12, 16, 20, 24, 30, 40, 50, 60, 80, 100)


def stats_page(
    tally: Tally, stack: str, forms: Mapping[str, Form], chosen: Selection, now: datetime, *, by: Period | None = None
) -> str:
    """Return the page: one file, all values escaped, nothing loaded from elsewhere.

    by: the period of the chart; None to choose one that fits.
    """
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    used = tally.used()
    by_time = stretches(tally.each_day(), by)
    return environment.get_template("page.html.j2").render(
        stack=stack,
        now=now,
        total=tally.total,
        facts=_facts(chosen, tally, now),
        statuses=[(str(status), tally.statuses[status], tally.statuses[status] / tally.total) for status in used],
        unit=by_time.unit,
        columns=_columns(by_time.counts, used),
        across=_across(by_time.counts) * _STEP,
        names=_spread(list(by_time.counts)),
        top=_top(by_time.counts),
        groups=[
            ("form", "Forms", _rows({_titled(forms, name): split for name, split in tally.forms.items()}, used)),
            ("option", "Options", _rows({_called(forms, *key): split for key, split in tally.options.items()}, used)),
            ("attendance", "Checked in", _rows(_check_ins(forms, tally), used)),
            *_choices(tally, used),
        ],
        times=[(name, split.total(), [split[status] for status in used]) for name, split in by_time.counts.items()],
    )


def _facts(chosen: Selection, tally: Tally, now: datetime) -> list[tuple[str, str]]:
    """Return a sentence about what is counted."""
    first, last = (min(tally.days), max(tally.days)) if tally.days else (None, None)
    facts = [("Period", f"{first} to {last}" if first != last else str(first))] if first else []
    facts += [("Form", chosen.form)] if chosen.form else []
    facts += [("Option", chosen.option)] if chosen.option else []
    facts += [("Statuses", ", ".join(sorted(chosen.statuses)))] if chosen.statuses else []
    facts += [("Since", f"{chosen.since.astimezone(now.tzinfo):%Y-%m-%d %H:%M}")] if chosen.since else []
    facts += [("Until", f"{chosen.until.astimezone(now.tzinfo):%Y-%m-%d %H:%M}")] if chosen.until else []
    return [*facts, ("Days begin", f"at midnight, {now.tzname()}")]


def _columns(counts: Mapping[str, Counter[Status]], used: Sequence[Status]) -> list[dict[str, object]]:
    """Lay out a column per period, from the bottom up, in thousandths of the height."""
    top = _top(counts)
    before = (_across(counts) - len(counts)) / 2
    columns = []
    for place, (name, split) in enumerate(counts.items()):
        parts, y = [], float(_HEIGHT)
        for status in used:
            height = split[status] / top * _HEIGHT
            y -= height
            parts.append({"status": str(status), "y": round(y, 1), "height": round(height, 1)})
        summary = ", ".join(f"{split[status]} {status}" for status in used if split[status]) or "none"
        columns.append(
            {
                "x": (before + place) * _STEP + (_STEP - _BAR) / 2,
                "name": name,
                "summary": summary,
                "parts": [p for p in parts if p["height"]],
            }
        )
    return columns


def _across(counts: Mapping[str, Counter[Status]]) -> int:
    """Return how many columns there is room for; a few columns are centred and keep their width."""
    return max(len(counts), _FEWEST_COLUMNS)


def _rows(counts: Mapping[tuple[str, str], Counter[Status]], used: Sequence[Status]) -> list[dict[str, object]]:
    """Lay out a bar per name, the longest first, in thousandths of the width."""
    most = max((split.total() for split in counts.values()), default=1)
    rows = []
    for (label, name), split in sorted(counts.items(), key=lambda pair: (-pair[1].total(), pair[0])):
        parts, x = [], 0.0
        for status in used:
            width = split[status] / most * _HEIGHT
            parts.append({"status": str(status), "x": round(x, 1), "width": round(width, 1)})
            x += width
        rows.append(
            {
                "label": label,
                "name": name,
                "count": split.total(),
                "splits": [split[status] for status in used],
                "parts": [part for part in parts if part["width"]],
            }
        )
    return rows


def _top(counts: Mapping[str, Counter[Status]]) -> int:
    """Return the round number at the axis's end: an even one, so that its middle is whole too."""
    most = max((split.total() for split in counts.values()), default=1)
    scale = 1
    while True:
        for step in _STEPS:
            if step * scale >= most:
                return step * scale
        scale *= 10


def _spread(names: Sequence[str]) -> list[tuple[float, str]]:
    """Choose a few names to write below the columns, with their positions as a share of the width."""
    every = max(1, -(-len(names) // _MOST_NAMES))
    across = max(len(names), _FEWEST_COLUMNS)
    before = (across - len(names)) / 2 + 0.5
    return [((before + place) / across, name) for place, name in enumerate(names) if place % every == 0]


def _choices(tally: Tally, used: Sequence[Status]) -> list[tuple[str, str, list[dict[str, object]]]]:
    """Lay out a group per choice field of the forms."""
    groups = []
    for form in tally.asked.values():
        for name in choice_fields(form):
            field = form.field(name)
            counts = {key[2]: split for key, split in tally.choices.items() if key[:2] == (form.name, name)}
            labels = {option.value: str(option.label) for option in field.options} if field is not None else {}
            rows = _rows({(labels.get(value, value), value): split for value, split in counts.items()}, used)
            groups.append((name, str(field.label) if field is not None else name, rows))
    return groups


def _check_ins(forms: Mapping[str, Form], tally: Tally) -> dict[tuple[str, str], Counter[Status]]:
    """Return the counts of people who were checked in, by what is called how: an option or a form, and the day."""
    counts = {}
    for (form, option, day), split in tally.check_ins.items():
        label, name = _called(forms, form, option) if option else _titled(forms, form)
        counts[f"{label}, {day}", name] = split
    return counts


def _titled(forms: Mapping[str, Form], name: str) -> tuple[str, str]:
    return (str(forms[name].title) if name in forms else name, name)


def _called(forms: Mapping[str, Form], form_name: str, value: str) -> tuple[str, str]:
    form = forms.get(form_name)
    field = form.field(form.quota.field) if form is not None and form.quota is not None else None
    option = field.option(value) if field is not None else None
    return (str(option.label) if option is not None else value, f"{form_name}, {value}")
