"""A change to the site on its way to a visitor."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

from shipped import ROOT

from admin_cli.site.publish import publish
from rollcall_build.site.build import build
from rollcall_build.sources import Sources

if TYPE_CHECKING:
    from pathlib import Path


def test_publish__brings_only_a_changed_word_to_the_visitor(stack: Any, visit: Any, tmp_path: Path) -> None:
    def published(sources: Sources) -> Any:
        site = build(sources, api_url=stack.api_url, site_url=stack.site_url, out=tmp_path / "site")
        return publish(
            site,
            bucket=stack.outputs["site_bucket"],
            s3_client=stack.client("s3"),
            cloudfront_client=stack.client("cloudfront"),
            distribution_id=stack.outputs["distribution_id"],
        )

    theirs = Sources(ROOT, shutil.copytree(stack.workspace.sources.organisation, tmp_path / "academy"))
    words = theirs.site / "en.toml"
    words.write_text(words.read_text().replace('title = "Build a robot this term"', 'title = "Build two robots"'))
    visitor = visit()
    try:
        assert published(stack.workspace.sources).uploaded == ()
        report = published(theirs)
        assert report.uploaded == ("index.html",)
        assert report.invalidated == ("/", "/index.html")
        visitor.goes_to("/")
        assert visitor.page.inner_text("h1") == "Build two robots"
    finally:
        published(stack.workspace.sources)
    newcomer = visit()  # with an empty cache: the first visitor's keeps a page for a minute
    newcomer.goes_to("/")
    assert newcomer.page.inner_text("h1") == "Build a robot this term"
