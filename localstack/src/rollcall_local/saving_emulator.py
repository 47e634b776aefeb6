"""ministack, saving its state every few seconds and not only when it is stopped.

Run as a file by the emulator's own interpreter. An emulator that is killed then loses seconds, not a day.
"""

import os
import threading
import time

from ministack import app
from ministack.core.persistence import save_all

#: Seconds between two saves; a large state is saved less often, so that saving takes a twentieth of the time at most.
SAVE_EVERY_S = float(os.environ.get("ROLLCALL_SAVE_EVERY_S", "3"))
SHARE = 20


def save_again_and_again() -> None:
    """Save what changed hands so far, for as long as the emulator lives."""
    pause_s = SAVE_EVERY_S
    while True:
        time.sleep(pause_s)
        began = time.monotonic()
        save_all(app._build_persistence_save_dict())  # noqa: SLF001 - ministack has no call for this; its version is locked
        pause_s = max(SAVE_EVERY_S, SHARE * (time.monotonic() - began))


if __name__ == "__main__":
    threading.Thread(target=save_again_and_again, daemon=True).start()
    app.main()
