"""QR codes of references. A scanner that types what it reads types the reference as a person would."""

from __future__ import annotations

from io import BytesIO

import segno

from registration_core.domain.mail import Attachment

_PIXELS_PER_MODULE = 12
"""Twice what parts.html.j2 shows, for sharp screens."""
_QUIET_MODULES = 4
"""The white edge that scanners need: ISO/IEC 18004 asks for four modules."""


def qr_code(reference: str, content_id: str) -> Attachment:
    """Return the image of a reference, as `display_reference` writes it, to show in a mail's HTML.

    It is black on white in dark mode too, and up to 30 % of it may be covered or worn.
    """
    image = BytesIO()
    code = segno.make_qr(reference, error="h", boost_error=False)
    code.save(image, kind="png", scale=_PIXELS_PER_MODULE, border=_QUIET_MODULES)
    return Attachment(f"{reference}.png", "image/png", image.getvalue(), content_id=content_id)
