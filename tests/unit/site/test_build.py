"""Building: the same bytes each time, only in its own folder, with errors that name file and key."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from shipped import SOURCES

from registration_core.domain.errors import FormFileError
from registration_core.domain.forms import Form
from rollcall_build.site.build import MARK, build, render
from rollcall_build.site.errors import SiteBuildError
from rollcall_build.site.files import CACHE_HASHED, CACHE_PAGE, CACHE_STABLE, SiteFile
from rollcall_build.sources import Sources

API, SITE = "https://api.example/v1/", "https://site.example/"

Rewrite = Callable[[str, str, str], None]


def shipped(out: Path) -> tuple[SiteFile, ...]:
    return build(SOURCES, api_url=API, site_url=SITE, out=out).files


def test_build__writes_exactly_the_files_it_names(tmp_path: Path) -> None:
    files = shipped(tmp_path / "site")
    written = {
        path.relative_to(tmp_path / "site").as_posix() for path in (tmp_path / "site").rglob("*") if path.is_file()
    }
    keys = {file.key for file in files}
    slashed = {key for key in keys if key.endswith("/")}
    bare = {key.removesuffix("/") for key in slashed}
    # A bucket may hold `sv` and `sv/`; a folder may not.
    both = {f"{key}index.html" for key in slashed} | {f"{key}.html" for key in bare}
    assert written == keys - slashed - bare | both | {MARK}
    assert {"index.html", "registration.html", "sv/registration/index.html", "assets/rollcall.css"} <= written


def test_build__gives_the_same_bytes_again(tmp_path: Path) -> None:
    assert shipped(tmp_path / "one") == shipped(tmp_path / "two")


def test_build__removes_files_of_an_earlier_build(tmp_path: Path) -> None:
    shipped(tmp_path)
    (tmp_path / "old").mkdir()
    (tmp_path / "old/page").write_text("old")
    shipped(tmp_path)
    assert not (tmp_path / "old").exists()


def test_build__leaves_other_folders_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(SiteBuildError, match="not empty"):
        shipped(tmp_path)
    assert (tmp_path / "thesis.txt").read_text() == "years of work"


@pytest.mark.parametrize("url", ["api.example", "ftp://api.example", "https://", "https://api.example/?stage=1"])
def test_build__refuses_an_invalid_address(tmp_path: Path, url: str) -> None:
    with pytest.raises(SiteBuildError, match="api_url"):
        build(SOURCES, api_url=url, site_url=SITE, out=tmp_path / "site")


def test_build__names_a_broken_form_file_and_writes_nothing(sources: Sources, tmp_path: Path) -> None:
    (sources.forms / "registration/form.toml").write_text("title = ")
    with pytest.raises(FormFileError, match=r"forms/registration/form\.toml"):
        build(sources, api_url=API, site_url=SITE, out=tmp_path / "site")
    assert not (tmp_path / "site").exists()


def test_file__knows_its_type_and_how_long_to_cache_it() -> None:
    def headers(key: str) -> tuple[str, str]:
        file = SiteFile(key, b"")
        return file.content_type, file.cache_control

    assert headers("registration") == ("text/html; charset=utf-8", CACHE_PAGE)
    assert headers("index.html") == ("text/html; charset=utf-8", CACHE_PAGE)
    assert headers("assets/rollcall.css") == ("text/css; charset=utf-8", CACHE_STABLE)
    assert headers("assets/rollcall.0123456789.js") == ("text/javascript; charset=utf-8", CACHE_HASHED)


class TestMistakes:
    """Mistakes that somebody who changes the site may make, and their messages."""

    @pytest.fixture
    def message(self, sources: Sources, forms: dict[str, Form]) -> Callable[[], str]:
        def rendered() -> str:
            with pytest.raises(SiteBuildError) as caught:
                render(sources, forms, api_url="https://api.example", site_url="https://site.example")
            return str(caught.value)

        return rendered

    def test_missing_text__is_named_with_its_file(self, rewrite: Rewrite, message: Callable[[], str]) -> None:
        rewrite("en.toml", "lede = ", "leed = ")
        rewrite("sv.toml", "lede = ", "leed = ")
        assert message() == 'site/en.toml: "home.lede" is missing, and a page needs it. Add it.'

    def test_missing_text_in_a_list__is_named_with_its_place(
        self, rewrite: Rewrite, message: Callable[[], str]
    ) -> None:
        for language in ("en", "sv"):
            rewrite(f"{language}.toml", '[[home.steps]]\ntitle = "', '[[home.steps]]\nheading = "')
        assert '"home.steps[0].title" is missing' in message()

    def test_broken_toml__is_named_with_its_line(self, rewrite: Rewrite, message: Callable[[], str]) -> None:
        rewrite("en.toml", "[organisation]", "[organisation")
        assert message().startswith("site/en.toml: this is not TOML: ")
        assert "line" in message()

    def test_course_that_is_not_an_option__is_named(self, rewrite: Rewrite, message: Callable[[], str]) -> None:
        for language in ("en", "sv"):
            rewrite(f"{language}.toml", "[courses.options.rovers]", "[courses.options.rover]")
        assert "[courses.options.rover]" in message()
        assert message().endswith("use one of rovers, arms.")

    def test_missing_course_field__is_named(self, rewrite: Rewrite, message: Callable[[], str]) -> None:
        rewrite("site.toml", 'field = "course"', 'field = "term"')
        assert 'the field "term" of the form "registration"' in message()

    def test_template_syntax__is_named_with_its_line(self, rewrite: Rewrite, message: Callable[[], str]) -> None:
        rewrite("templates/home.html.j2", "{% endblock %}", "{% endblok %}")
        assert message().startswith("site/templates/home.html.j2, line ")

    def test_unknown_name__is_named_with_its_line(self, rewrite: Rewrite, message: Callable[[], str]) -> None:
        rewrite("templates/fields.html.j2", "field.hint", "feild.hint")
        assert message().startswith("site/templates/fields.html.j2, line ")
        assert "feild" in message()

    def test_missing_template__is_named(self, sources: Sources, rewrite: Rewrite, message: Callable[[], str]) -> None:
        rewrite("templates/form.html.j2", "fields.html.j2", "felds.html.j2")
        assert message() == "site/templates/felds.html.j2: this template is missing."
        (sources.root / "site/templates/thank-you.html.j2").unlink()
        assert message() == "site/templates/thank-you.html.j2: this template is missing."

    def test_missing_asset__is_named(self, sources: Sources, message: Callable[[], str]) -> None:
        (sources.root / "site/assets/rollcall.js").unlink()
        assert (
            message()
            == "site/assets/rollcall.js or site/pictures/rollcall.js: this file is missing, and a page needs it."
        )

    def test_asset_of_an_unknown_type__is_named(self, sources: Sources, message: Callable[[], str]) -> None:
        (sources.root / "site/assets/robot.psd").write_bytes(b"")
        assert message().startswith(
            "site/assets/robot.psd: files ending in '.psd' are not supported; use one of .css, "
        )

    def test_form_named_like_a_page__is_named(self, forms: dict[str, Form], message: Callable[[], str]) -> None:
        data = forms["contact"].to_dict() | {"name": "thank-you"}
        forms["thank-you"] = Form.from_dict(data)
        assert message().startswith("forms/thank-you: ")


def test_unlisted_form__has_a_page_but_no_link(sources: Sources, forms: dict[str, Form]) -> None:
    site = sources.site / "site.toml"
    site.write_text(f'unlisted_forms = ["camp"]\n{site.read_text()}')
    forms["camp"] = replace(forms["contact"], name="camp")
    made = render(sources, forms, api_url=API, site_url=SITE)
    files = {file.key: file.body.decode() for file in made if file.is_page}
    assert '<meta name="robots" content="noindex">' in files["camp"]
    assert 'href="/camp"' not in files["index.html"] + files["camp"]
    assert 'href="/contact"' in files["index.html"]


def test_unlisted_form__that_is_unknown_is_refused(sources: Sources, forms: dict[str, Form]) -> None:
    site = sources.site / "site.toml"
    site.write_text(f'unlisted_forms = ["camp"]\n{site.read_text()}')
    with pytest.raises(SiteBuildError, match=r'site/site\.toml: "unlisted_forms" names "camp"; use one of'):
        render(sources, forms, api_url=API, site_url=SITE)


def test_form_without_its_own_words__has_the_general_ones(sources: Sources, forms: dict[str, Form]) -> None:
    forms["workshop"] = Form.from_dict(forms["contact"].to_dict() | {"name": "workshop"})
    made = render(sources, forms, api_url="https://api.example", site_url="https://site.example")
    page = next(file.body.decode() for file in made if file.key == "workshop")
    assert ">Send</span>" in page
    assert re.search(rf'<a href="/workshop"[^>]*>{forms["workshop"].title}</a>', page)
    assert "What happens next" in page
