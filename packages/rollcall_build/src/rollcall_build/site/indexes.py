"""Files for search engines: the sitemap and robots.txt."""

from collections.abc import Sequence
from html import escape

from rollcall_build.site.files import SiteFile
from rollcall_build.site.pages import Page

SITEMAP = "sitemap.xml"


def sitemap(pages: Sequence[Page], site_url: str) -> SiteFile:
    """Return the sitemap: every page that search engines may list, with its addresses in all languages."""
    listed = "".join(_entry(page, site_url) for page in pages if page.listed)
    return SiteFile(
        SITEMAP,
        (
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:xhtml="http://www.w3.org/1999/xhtml">\n'
            f"{listed}</urlset>\n"
        ).encode(),
    )


def robots(site_url: str) -> SiteFile:
    """Return robots.txt, which allows everything. Pages that shouldn't be listed say so themselves."""
    return SiteFile("robots.txt", f"User-agent: *\nAllow: /\n\nSitemap: {site_url}/{SITEMAP}\n".encode())


def _entry(page: Page, site_url: str) -> str:
    others = "".join(
        f'<xhtml:link rel="alternate" hreflang="{language}" href="{escape(site_url + path)}"/>\n'
        for language, path in page.hreflangs
    )
    return f"<url>\n<loc>{escape(site_url + page.path)}</loc>\n{others}</url>\n"
