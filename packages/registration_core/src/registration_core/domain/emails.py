"""E-mail addresses: which ones can get mail, by their spelling only.

The rule is the one that browsers use for `<input type=email>` (the HTML Standard, "valid e-mail
address"), and stricter where mail servers are: see docs/decisions/0001-email-addresses.md.
"""

from __future__ import annotations

LOCAL_LENGTH = 64
ADDRESS_LENGTH = 254
_LABEL_LENGTH = 63

ENCODED_WORD = "=?"
"""The start of an encoded word (RFC 2047), which mail programs decode when they find it in a header."""

_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
_DIGITS = frozenset("0123456789")
_LOCAL = _LETTERS | _DIGITS | frozenset("!#$%&'*+-/=?^_`{|}~.")
_LABEL = _LETTERS | _DIGITS | {"-"}
_OTHER_IN_IDNA_2003 = frozenset("ßς\u200c\u200d")


class EmailError(ValueError):
    """Mail can't be sent to this address. code: `not_an_email` or `email_not_ascii`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def normalise_email(text: str) -> str:
    """Return the address in the form that we send mail to.

    The domain becomes lower case and ASCII; the part before the @ stays as it was written.

    Raises EmailError for anything else, including control characters, quoted local parts and bare
    host names.
    """
    local, found, domain = text.rpartition("@")
    if not found or "@" in local:
        raise EmailError("not_an_email")
    if not domain.isascii():
        domain = _ascii_domain(domain)
    _check_domain(domain)
    if not local.isascii() and local.isprintable() and " " not in local:
        raise EmailError("email_not_ascii")
    if not local or len(local) > LOCAL_LENGTH or not _LOCAL.issuperset(local):
        raise EmailError("not_an_email")
    if local.startswith(".") or local.endswith(".") or ".." in local or ENCODED_WORD in local:
        raise EmailError("not_an_email")
    address = f"{local}@{domain.lower()}"
    if len(address) > ADDRESS_LENGTH:
        raise EmailError("not_an_email")
    return address


def _check_domain(domain: str) -> None:
    labels = domain.split(".")
    if len(labels) < 2:  # noqa: PLR2004 - a name and a top-level domain: a bare host name gets no mail on the internet
        raise EmailError("not_an_email")
    for label in labels:
        if not label or len(label) > _LABEL_LENGTH or not _LABEL.issuperset(label):
            raise EmailError("not_an_email")
        if label[0] == "-" or label[-1] == "-":
            raise EmailError("not_an_email")
    is_name = _LETTERS.issuperset(labels[-1]) and len(labels[-1]) > 1  # no top-level domain has one letter
    if not is_name and not labels[-1].lower().startswith("xn--"):
        raise EmailError("not_an_email")


def _ascii_domain(domain: str) -> str:
    """Return an internationalised domain in its ASCII form.

    The standard library implements IDNA 2003. Letters that give another domain under IDNA 2008 are
    refused, so that no mail goes to the wrong place.
    """
    import stringprep  # noqa: PLC0415 - the codec needs it too, and few domains need the codec

    if _OTHER_IN_IDNA_2003.intersection(domain) or any(map(stringprep.in_table_b1, domain)):
        raise EmailError("not_an_email")  # the codec would drop invisible letters, and mail would go elsewhere
    try:
        return domain.encode("idna").decode("ascii")
    except UnicodeError as error:
        raise EmailError("not_an_email") from error
