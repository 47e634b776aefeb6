"""E-mail addresses: which can be written to, by rule alone and without asking any server.

The rule is the one that browsers apply to `<input type=email>` (the HTML Standard, "valid e-mail address"), and
stricter where mail servers are: see docs/decisions/0001-email-addresses.md.
"""

from __future__ import annotations

LOCAL_LENGTH = 64
ADDRESS_LENGTH = 254
_LABEL_LENGTH = 63

ENCODED_WORD = "=?"
"""How an encoded word begins (RFC 2047): mail programs read one in a header as other letters than it has."""

_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
_DIGITS = frozenset("0123456789")
_LOCAL = _LETTERS | _DIGITS | frozenset("!#$%&'*+-/=?^_`{|}~.")
_LABEL = _LETTERS | _DIGITS | {"-"}
_OTHER_IN_IDNA_2003 = frozenset("ßς\u200c\u200d")


class EmailError(ValueError):
    """No address that mail can be sent to. code: `not_an_email` or `email_not_ascii`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def normalise_email(text: str) -> str:
    """Return the address as mail is sent to it.

    The domain is in lower case and in ASCII, the part before the @ as it was written.

    Raises EmailError for everything else, every control character, quoted local part and bare host name included.
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
    if len(labels) < 2:  # noqa: PLR2004 - a name and a top-level domain: the internet has no mail to a bare host name
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

    The standard library knows IDNA 2003; the letters that mean another domain under IDNA 2008 are refused rather
    than misdelivered.
    """
    import stringprep  # noqa: PLC0415 - the codec needs it too, and few domains need that

    if _OTHER_IN_IDNA_2003.intersection(domain) or any(map(stringprep.in_table_b1, domain)):
        raise EmailError("not_an_email")  # the codec would drop what nobody sees, and mail would go elsewhere
    try:
        return domain.encode("idna").decode("ascii")
    except UnicodeError as error:
        raise EmailError("not_an_email") from error
