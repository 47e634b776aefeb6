#!/usr/bin/env python3
"""Developer tool: write standin/enums.json, the values that AWS knows by name, from botocore's service models.

extract_enums.py    (in an environment that has botocore, with the package standin on PYTHONPATH)

Only the shapes that resource types name in `enums` are written. Loading whole service models for them takes half a
second of every plan; reading this file takes none.
"""

from __future__ import annotations

import json

from botocore.loaders import Loader

from standin.enums import ENUMS_FILE
from standin.resource import RESOURCES
from standin.resources import load_all


def main() -> None:
    """Write the file."""
    load_all()
    wanted = {pair for kind in RESOURCES.values() for pair in kind.enums.values()}
    loader = Loader()
    models = {service: loader.load_service_model(service, "service-2") for service in {pair[0] for pair in wanted}}
    enums = {f"{service} {shape}": models[service]["shapes"][shape]["enum"] for service, shape in sorted(wanted)}
    ENUMS_FILE.write_text(json.dumps(enums, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
