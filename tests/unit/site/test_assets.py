"""Assets: slimmed without a change of meaning."""

from admin_cli.site.assets import slimmed


def test_slimmed__drops_comments_and_indentation_and_keeps_lines() -> None:
    script = b"// Why.\nconst a = 1; // kept\n\n  if (a) {\n    b('// no comment');\n  }\n"
    assert slimmed("a.js", script) == b"const a = 1; // kept\nif (a) {\nb('// no comment');\n}\n"


def test_slimmed__drops_a_comment_of_several_lines() -> None:
    style = b"/* One\n   two. */\n:root {\n  --a: 1px;\n}\n/* --- three --- */\np { margin: 0; } /* kept */\n"
    assert slimmed("a.css", style) == b":root {\n--a: 1px;\n}\np { margin: 0; } /* kept */\n"


def test_slimmed__leaves_other_files_as_they_are() -> None:
    drawing = b"  <svg>\n\n  </svg>\n"
    assert slimmed("a.svg", drawing) == drawing
