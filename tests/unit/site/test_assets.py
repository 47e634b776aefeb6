"""Assets: minified without a change of meaning."""

from shipped import SOURCES
from unit.site.page_reader import Reader

from rollcall_build.forms.files import compile_forms
from rollcall_build.site.assets import slimmed
from rollcall_build.site.build import render

MOST_SCRIPT_BYTES = 8 * 1024


def test_slimmed__drops_comments_and_spaces_of_a_script() -> None:
    script = b"// Why.\nconst a = 1; // where\n\n  if (a) {\n    b('// no comment', /[\"'/]+/u);\n  }\n"
    assert slimmed("a.js", script) == b"const a=1;if(a){b('// no comment',/[\"'/]+/u);}\n"


def test_slimmed__drops_comments_and_spaces_of_a_style() -> None:
    style = b"/* One\n   two. */\n:root {\n  --a: 1px;\n}\np + p { margin: calc(1px + 2em) 0; } /* three */\n"
    assert slimmed("a.css", style) == b":root{--a:1px}p + p{margin:calc(1px + 2em) 0}\n"


def test_slimmed__leaves_other_files_as_they_are() -> None:
    drawing = b"  <svg>\n\n  </svg>\n"
    assert slimmed("a.svg", drawing) == drawing


def test_page__loads_at_most_8_kib_of_scripts() -> None:
    """Together, all scripts of a page stay small, minified and uncompressed."""
    forms = compile_forms(SOURCES.forms)
    files = render(SOURCES, forms, api_url="https://api.example/v1", site_url="https://site.example")
    sizes = {f"/{file.key}": len(file.body) for file in files}
    scripts = {file.key: Reader(file.body).all("script") for file in files if file.is_page}
    loaded = {key: sum(sizes[script["src"]] for script in elements) for key, elements in scripts.items()}
    assert loaded["thank-you"]
    assert {key: size for key, size in loaded.items() if size > MOST_SCRIPT_BYTES} == {}
