"""What can be wrong with a site's sources, or on the way to its bucket."""

from registration_core.domain.errors import RollcallError


class SiteBuildError(RollcallError):
    """A template, a text or a setting is wrong; the message names the file and says what to do."""


class SitePublishError(RollcallError):
    """The bucket or the distribution refused; what was already uploaded stays, and publishing again goes on."""
