"""TOML files, read so that whatever is wrong with one is said in words."""

from __future__ import annotations

import tomllib

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any


class TomlError(ValueError):
    """A file that can't be read as TOML. The message says why, and goes after the file's name."""


def read_toml(path: Path) -> dict[str, Any]:
    """Return a file's content. Raises FileNotFoundError, or TomlError for a file that can't be read."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
        repr(content)  # fails as a message would that quotes such a number, or a walk through such tables
    except UnicodeDecodeError as error:
        raise TomlError(f"this is not UTF-8 text (byte {error.start}); save the file as UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        raise TomlError(f"this is not TOML: {error}") from error
    except ValueError as error:  # Python's own: it has more than 4,300 digits
        raise TomlError("a number has too many digits") from error
    except RecursionError as error:
        raise TomlError("lists or tables are nested too deeply") from error
    except FileNotFoundError:
        raise
    except OSError as error:
        raise TomlError(f"the file can't be read ({error.strerror})") from error
    return content
