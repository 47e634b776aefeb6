"""What Terraform starts, by way of the mirror: `python -m standin`."""

from __future__ import annotations

from .engine import Provider
from .plugin import serve

if __name__ == "__main__":
    serve(Provider())
