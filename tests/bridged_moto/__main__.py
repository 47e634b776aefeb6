"""Starts moto's server on loopback, with the bridges. The arguments are those of moto's own server."""

from __future__ import annotations

import logging

from moto.server import main

from bridged_moto import absent, control_planes, tables

if __name__ == "__main__":
    tables.bridge()
    control_planes.bridge()
    absent.bridge()
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    main()
