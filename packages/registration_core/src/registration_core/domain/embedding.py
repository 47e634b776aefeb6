"""Embedding: where the page of a form is that other sites may frame."""

FOLDER = "embed"


def embed_path(form: str, prefix: str) -> str:
    """Return the page's path. prefix: its language's, such as `/sv`; empty for the site's first."""
    return f"/{FOLDER}/{form}{prefix}"
