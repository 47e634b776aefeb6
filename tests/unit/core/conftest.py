"""Property tests here have no deadline: a busy machine is no finding."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("steady", deadline=None)
settings.load_profile("steady")
