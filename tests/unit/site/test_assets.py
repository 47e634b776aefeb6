"""Assets: slimmed without a change of meaning."""

from admin_cli.site.assets import slimmed


def test_slimmed__drops_comments_and_spaces_of_a_script() -> None:
    script = b"// Why.\nconst a = 1; // where\n\n  if (a) {\n    b('// no comment', /[\"'/]+/u);\n  }\n"
    assert slimmed("a.js", script) == b"const a=1;if(a){b('// no comment',/[\"'/]+/u);}\n"


def test_slimmed__drops_comments_and_spaces_of_a_style() -> None:
    style = b"/* One\n   two. */\n:root {\n  --a: 1px;\n}\np + p { margin: calc(1px + 2em) 0; } /* three */\n"
    assert slimmed("a.css", style) == b":root{--a:1px}p + p{margin:calc(1px + 2em) 0}\n"


def test_slimmed__leaves_other_files_as_they_are() -> None:
    drawing = b"  <svg>\n\n  </svg>\n"
    assert slimmed("a.svg", drawing) == drawing
