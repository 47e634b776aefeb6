"""The site's look: `site/theme.toml` and the logo, checked and turned into the stylesheet's properties."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rollcall_build.site.content import SiteContentError
from rollcall_build.toml_files import TomlError, read_toml

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path
    from typing import Any

THEME, LOGO, DRAWINGS = "theme.toml", "logo.svg", "drawings"
SCHEMES = ("light", "dark")

COLOURS = (
    *("paper", "card", "plate", "stud", "ink", "ink_soft", "rule", "edge", "outline", "link"),
    *("action", "action_hover", "on_action", "cover", "cover_stud", "on_cover", "focus", "error", "error_wash"),
    *("part_a", "part_b", "part_c", "part_d", "part_ink"),
)
TEXT, SHAPE = 4.5, 3.0
"""The lowest contrast that WCAG 2.2 AA allows for text, and for the outline of a control."""

PAIRS: tuple[tuple[str, str, float], ...] = (
    *((front, back, TEXT) for front in ("ink", "ink_soft", "link") for back in ("paper", "card", "plate")),
    *((front, back, TEXT) for front in ("error", "ink") for back in ("paper", "card", "error_wash")),
    *(("on_action", back, TEXT) for back in ("action", "action_hover")),
    *(("on_cover", back, TEXT) for back in ("cover", "cover_stud")),
    *((front, back, SHAPE) for front in ("edge", "focus") for back in ("paper", "card")),
    *(("part_ink", back, SHAPE) for back in ("part_a", "part_b", "part_c", "part_d")),
    ("action", "cover", SHAPE),
)
"""The pairs of colours: front, back, and their lowest contrast."""

LETTERS, CORNERS = ("text", "figures"), ("small", "large")

SHOWN = ("cover", "beside-form", "thank-you", "waiting", "one-step-left", "not-found", "unavailable")
"""The drawings that pages show if they exist, in addition to those of steps and kits."""

LOGO_WIDTH, DRAWING_WIDTH = 40, 480
"""A picture's largest width in CSS px without the stylesheet, which sets its own."""

_VIEW_BOX = re.compile(r"""\sviewBox\s*=\s*["']\s*[-\d.]+[\s,]+[-\d.]+[\s,]+([\d.]+)[\s,]+([\d.]+)""")
_SIZE = re.compile(r"""\s(?:width|height)\s*=\s*(?:"[^"]*"|'[^']*')""")
_DRAWING = re.compile(rf"{'|'.join(SHOWN)}|(step|kit)-[1-9]\d?")
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_LENGTH = re.compile(r"0|\d{1,2}(\.\d{1,4})?(rem|px)")
_FAMILIES = re.compile(r"""[\w\s,"'.-]+""")
_NOT_IN_A_DRAWING = re.compile(
    r"<\s*(script|style|foreignobject|iframe|image)\b|\sstyle\s*=|\son\w+\s*=|href\s*=", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Theme:
    """The look of the site.

    colours: by scheme, then by name. logo and drawings: SVG for use inside a page, as decoration. favicon: the logo as
    a file. Drawings that the organisation doesn't have are left out.
    """

    colours: Mapping[str, Mapping[str, str]]
    letters: Mapping[str, str]
    corners: Mapping[str, str]
    favicon: str
    drawings: Mapping[str, str]

    @property
    def logo(self) -> str:
        """The logo for use inside a page."""
        return _inline(self.favicon, widest=LOGO_WIDTH)

    @property
    def kits(self) -> tuple[str, ...]:
        """The drawings for the home page's options, which take turns."""
        return tuple(drawing for name, drawing in sorted(self.drawings.items()) if name.startswith("kit-"))

    @property
    def style(self) -> str:
        """The custom properties at the start of the stylesheet."""
        light, dark = (
            "".join(f"--{_property(name)}: {colour};\n" for name, colour in self.colours[scheme].items())
            for scheme in SCHEMES
        )
        fixed = "".join(f"--letters-{name}: {families};\n" for name, families in self.letters.items())
        fixed += "".join(f"--corner-{name}: {length};\n" for name, length in self.corners.items())
        return (
            f":root {{\ncolor-scheme: light dark;\n{light}{fixed}}}\n"
            f"@media (prefers-color-scheme: dark) {{\n:root {{\n{dark}}}\n}}\n"
        )


def read_theme(folder: Path, *, source: str = "site") -> Theme:
    """Read the look from `site/`. source: its name in messages. Raises SiteContentError with every mistake."""
    file = f"{source}/{THEME}"
    try:
        look = read_toml(folder / THEME)
    except FileNotFoundError as error:
        raise SiteContentError(f"{file}: this file is missing.") from error
    except TomlError as error:
        raise SiteContentError(f"{file}: {error}.") from error
    problems = [f"{file}: {problem}" for problem in _mistakes(look)]
    if not problems:
        problems = [f"{file}: {problem}" for scheme in SCHEMES for problem in _faint(scheme, look[scheme])]
    if problems:
        raise SiteContentError("\n".join(problems))
    return Theme(
        colours={scheme: {name: look[scheme][name].lower() for name in COLOURS} for scheme in SCHEMES},
        letters={name: look["letters"][name] for name in LETTERS},
        corners={name: look["corners"][name] for name in CORNERS},
        favicon=_drawing(folder / LOGO, f"{source}/{LOGO}"),
        drawings=_drawings(folder / DRAWINGS, f"{source}/{DRAWINGS}"),
    )


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours as WCAG 2.2 defines it: 1 to 21."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(int(colour[at : at + 2], 16) / 255) for at in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4  # noqa: PLR2004 - sRGB's own


def _mistakes(look: Mapping[str, Any]) -> Iterator[str]:
    """Yield a sentence for each key that is missing, unknown or has a wrong value."""
    tables = {**dict.fromkeys(SCHEMES, COLOURS), "letters": LETTERS, "corners": CORNERS}
    for unknown in look.keys() - tables.keys():
        yield f"[{unknown}] is not known; use {', '.join(f'[{name}]' for name in tables)}."
    for table, names in tables.items():
        values = look.get(table)
        if not isinstance(values, dict):
            yield f"[{table}] is missing. Add it, with {', '.join(names)}."
            continue
        for unknown in sorted(values.keys() - set(names)):
            yield f'"{table}.{unknown}" is not known; use one of {", ".join(names)}.'
        for name in names:
            yield from _mistake(table, name, values.get(name))


def _mistake(table: str, name: str, value: object) -> Iterator[str]:
    if value is None:
        yield f'"{table}.{name}" is missing. Add it.'
        return
    rule, advice = {
        "letters": (_FAMILIES, "write families as CSS does: 'Georgia, serif'"),
        "corners": (_LENGTH, 'write a length such as "0.5rem", or "0" for none'),
    }.get(table, (_COLOUR, 'write a colour as # and six hex digits, such as "#ffc62b"'))
    if not isinstance(value, str) or not rule.fullmatch(value):
        yield f'"{table}.{name}" is {value!r}; {advice}.'


def _faint(scheme: str, colours: Mapping[str, str]) -> Iterator[str]:
    """Yield a sentence for each pair with too little contrast to read."""
    for front, back, least in PAIRS:
        ratio = contrast(colours[front], colours[back])
        if ratio < least:
            yield (
                f'"{scheme}.{front}" ({colours[front]}) on "{scheme}.{back}" ({colours[back]}) has a contrast of '
                f"{ratio:.2f}; it must have {least:g} or more. Make one of them darker or lighter."
            )


def _property(name: str) -> str:
    return name.replace("_", "-")


def _drawings(folder: Path, source: str) -> dict[str, str]:
    """Return the existing drawings by name. Raises SiteContentError for one that no page shows."""
    drawings = {}
    for path in sorted(folder.glob("*.svg")):
        if not _DRAWING.fullmatch(path.stem):
            raise SiteContentError(
                f"{source}/{path.name}: no page shows a drawing of this name; use one of {', '.join(SHOWN)}, step-1, "
                "step-2 and so on for the steps, kit-1, kit-2 and so on for what is offered."
            )
        drawings[path.stem] = _inline(_drawing(path, f"{source}/{path.name}"), widest=DRAWING_WIDTH)
    return drawings


def _inline(drawing: str, *, widest: int) -> str:
    """Return a drawing for a page, hidden from screen readers because it is decoration.

    widest: in CSS px, for when the stylesheet doesn't load; without a size, a drawing would fill the window.
    """
    opening, closing, shapes = drawing.partition(">")
    opening = opening.replace(' xmlns="http://www.w3.org/2000/svg"', "", 1)
    if box := _VIEW_BOX.search(opening):
        width, height = float(box[1]), float(box[2])
        scale = min(1, widest / width)
        opening = f'{_SIZE.sub("", opening)} width="{width * scale:g}" height="{height * scale:g}"'
    return opening.replace("<svg", '<svg aria-hidden="true" focusable="false"', 1) + closing + shapes


def _drawing(path: Path, file: str) -> str:
    """Return the drawing. Raises SiteContentError if it isn't one, or contains what no page may contain."""
    try:
        drawing = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SiteContentError(f"{file}: the file cannot be read ({error}).") from error
    start = drawing.find("<svg")
    if start == -1 or "viewBox" not in drawing or not drawing.endswith("</svg>"):
        raise SiteContentError(f"{file}: this is not an SVG drawing with a viewBox; save it as plain SVG.")
    if forbidden := _NOT_IN_A_DRAWING.search(drawing):
        raise SiteContentError(
            f'{file}: "{forbidden[0].strip()}" is not allowed in it; write colours as '
            'fill="#ffc62b", and no scripts or links.'
        )
    return drawing[start:]
