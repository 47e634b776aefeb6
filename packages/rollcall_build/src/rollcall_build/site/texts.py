"""The site's words for templates. The error for a missing text says where it belongs."""

from collections.abc import Iterator, Mapping

from rollcall_build.site.errors import SiteBuildError


class Texts:
    """The texts of a content file by attribute: `text.home.title`.

    A missing text raises SiteBuildError, which names the file and the key, so that no page has a gap.
    """

    def __init__(self, values: Mapping[str, object], *, source: str, at: str = "") -> None:
        self._values = dict(values)
        self._source = source
        self._at = at

    def __getattr__(self, name: str) -> object:
        if name.startswith("_"):  # Python and Jinja look up such names on any object
            raise AttributeError(name)
        path = f"{self._at}.{name}" if self._at else name
        if name not in self._values:
            raise SiteBuildError(f'{self._source}: "{path}" is missing, and a page needs it. Add it.')
        return self._wrapped(self._values[name], path)

    def _wrapped(self, value: object, path: str) -> object:
        if isinstance(value, dict):
            return Texts(value, source=self._source, at=path)
        if isinstance(value, list):
            return [self._wrapped(item, f"{path}[{number}]") for number, item in enumerate(value)]
        return value

    def table(self, *names: str) -> "Texts":
        """Return the table at this path; an empty one if the file has none."""
        value: object = self._values
        for name in names:
            value = value.get(name, {}) if isinstance(value, dict) else {}
        return Texts(value if isinstance(value, dict) else {}, source=self._source, at=".".join(names))

    def over(self, base: "Texts") -> "Texts":
        """Return these texts, with those of `base` for what is missing."""
        values = base._values | self._values  # noqa: SLF001 - of the same class
        return Texts(values, source=self._source, at=self._at)

    def string(self, *names: str) -> str:
        """Return the text at this path. Raises SiteBuildError if it is missing or isn't a text."""
        value: object = self
        for name in names:
            value = getattr(value, name) if isinstance(value, Texts) else None
        if not isinstance(value, str):
            raise SiteBuildError(f'{self._source}: "{".".join(names)}" must be a text.')
        return value

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __contains__(self, name: str) -> bool:
        return name in self._values
