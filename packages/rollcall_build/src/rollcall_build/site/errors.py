"""Errors in a site's sources."""

from registration_core.domain.errors import RollcallError


class SiteBuildError(RollcallError):
    """A template, a text or a setting is wrong. The message names the file and says what to do."""
