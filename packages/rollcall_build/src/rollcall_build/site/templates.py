"""Templates, rendered to pages, with one sentence for a mistake in one."""

from pathlib import Path
from traceback import walk_tb

from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateError, TemplateNotFound, TemplateSyntaxError

from rollcall_build.site.errors import SiteBuildError
from rollcall_build.site.pages import Page


class Renderer:
    """Renders the templates of one folder. shared: the values that all of them get."""

    def __init__(self, folder: Path, *, source: str, **shared: object) -> None:
        self._folder = folder
        self._source = source
        self._environment = Environment(
            loader=FileSystemLoader(folder),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
        )
        self._environment.globals.update(shared)

    def render(self, page: Page, **given: object) -> bytes:
        """Return the rendered page. Raises SiteBuildError, which names the template and the line."""
        try:
            text = self._environment.get_template(page.template).render(page=page, embedded=page.embedded, **given)
        except TemplateNotFound as error:
            raise SiteBuildError(f"{self._source}/{error.name}: this template is missing.") from error
        except TemplateSyntaxError as error:
            raise SiteBuildError(f"{self._source}/{error.name}, line {error.lineno}: {error.message}") from error
        except (TemplateError, TypeError, ValueError, ArithmeticError, LookupError, AttributeError) as error:
            raise SiteBuildError(f"{self._where(error, page)}: {error}") from error
        return text.encode()

    def _where(self, error: BaseException, page: Page) -> str:
        """Return the innermost template line in the error's traceback."""
        where = f"{self._source}/{page.template}"
        for frame, line in walk_tb(error.__traceback__):
            path = Path(frame.f_code.co_filename)
            if path.is_relative_to(self._folder):
                where = f"{self._source}/{path.relative_to(self._folder).as_posix()}, line {line}"
        return where
