"""The site built: templates, words and form files in, a folder of files to serve out."""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from admin_cli.site.assets import Assets
from admin_cli.site.content import Texts, read_texts
from admin_cli.site.errors import SiteBuildError
from admin_cli.site.files import SiteBuild, SiteFile
from admin_cli.site.templates import Renderer
from admin_cli.site.views import Link, Page, courses, form_view
from registration_core.adapters.form_files import compile_forms
from registration_core.domain.forms import Form

CONTENT = "site/content/en.toml"
TEMPLATES = "site/templates"
ASSETS = "site/assets"

PAGES = (
    Page("index.html", "home.html.j2"),
    Page("thank-you", "thank-you.html.j2"),
    Page("not-found", "not-found.html.j2"),
    Page("unavailable", "unavailable.html.j2"),
)
FORM_TEMPLATE = "form.html.j2"
MANIFEST = ".rollcall-site.json"  # says that a folder is ours to empty, and what a finished build left in it


def build(workspace_root: Path, *, api_url: str, site_url: str, out: Path) -> SiteBuild:
    """Build the site of a clone into `out`, which afterwards holds nothing else.

    api_url: the base that forms post to. site_url: where visitors find the site. The same sources and addresses
    give the same bytes. Raises SiteBuildError or FormFileError, naming the file; then `out` is left as it was.
    """
    addresses = {"api_url": _address(api_url, "api_url"), "site_url": _address(site_url, "site_url")}
    files = render(workspace_root, compile_forms(workspace_root / "forms"), **addresses)
    _write(files, out)
    return SiteBuild(out, files)


def render(workspace_root: Path, forms: Mapping[str, Form], *, api_url: str, site_url: str) -> tuple[SiteFile, ...]:
    """Return every file of the site, sorted by key, without writing any. Raises SiteBuildError."""
    texts = read_texts(workspace_root / CONTENT, source=CONTENT)
    assets = Assets(workspace_root / ASSETS, source=ASSETS)
    views = [form_view(form, texts, api_url=api_url) for form in _ordered(forms, texts)]
    navigation = [Link("/#courses", texts.string("navigation", "courses"))]
    navigation += [Link(view.path, view.link) for view in views]
    renderer = Renderer(
        workspace_root / TEMPLATES,
        source=TEMPLATES,
        text=texts,
        asset=assets.address,
        forms=views,
        navigation=navigation,
        courses=courses(forms, texts, source=CONTENT),
        site_url=site_url,
    )
    files = [SiteFile(page.key, renderer.render(page)) for page in PAGES]
    for view in views:
        page = Page(view.name, FORM_TEMPLATE)
        if any(page.key == file.key for file in files):
            raise SiteBuildError(
                f'forms/{view.name}: a page is called "{view.name}" already; give the form another name.'
            )
        files.append(SiteFile(page.key, renderer.render(page, form=view)))
    return tuple(sorted([*files, *assets.files], key=lambda file: file.key))


def _ordered(forms: Mapping[str, Form], texts: Texts) -> list[Form]:
    """Return the forms in the order of the content file's tables, then those that have none."""
    first = [name for name in texts.table("forms") if name in forms]
    return [forms[name] for name in dict.fromkeys([*first, *forms])]


def read_build(out: Path) -> SiteBuild:
    """Return the site that `build` wrote to `out` earlier. Raises SiteBuildError when there is no finished one."""
    try:
        keys = json.loads((out / MANIFEST).read_text(encoding="utf-8"))["files"]
        return SiteBuild(out, tuple(SiteFile(key, (out / key).read_bytes()) for key in keys))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise SiteBuildError(f"{out} holds no finished site. Build it first: rollcall site build.") from error


def _write(files: tuple[SiteFile, ...], out: Path) -> None:
    """Replace what `out` holds. The manifest is written empty first and filled last: half a site is never published."""
    try:
        if out.exists() and any(out.iterdir()) and not (out / MANIFEST).is_file():
            raise SiteBuildError(f"{out} is not empty, and no site was built there before. Choose another folder.")
        out.mkdir(parents=True, exist_ok=True)
        (out / MANIFEST).write_text("{}\n", encoding="utf-8")
        for path in out.iterdir():
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            elif path.name != MANIFEST:
                path.unlink()
        for file in files:
            path = out / file.key
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(file.body)
        (out / MANIFEST).write_text(json.dumps({"files": [file.key for file in files]}) + "\n", encoding="utf-8")
    except OSError as error:
        raise SiteBuildError(f"The site cannot be written to {out}: {error.strerror or error}.") from error


def _address(url: str, name: str) -> str:
    """Return the address without a slash at its end. Raises SiteBuildError when it is none."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.query or parts.fragment:
        raise SiteBuildError(f'{name} is "{url}"; give an address such as https://forms.example.org.')
    return url.rstrip("/")
