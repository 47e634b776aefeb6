"""`make prove`: record the real provider, record the stand-in, and say how they differ."""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from rollcall_local.emulators import VARIABLE
from rollcall_local.emulators.ministack import Ministack
from rollcall_local.errors import LocalStackError
from rollcall_local.paths import find_root
from standin.facts import SCHEMA_FILE

from .comparison import accepted_differences, report, schema_differences
from .recordings import SecretInRecordingError
from .run import Proof, Prover

if TYPE_CHECKING:
    from rollcall_local.terraform_configuration import Provider

RECORDED = Path(__file__).parents[1] / "tests" / "recorded"


def main() -> int:
    """Prove on each emulator; return 1 if the stand-in differs, or if nothing can be proved."""
    parser = argparse.ArgumentParser(description="Record the real AWS provider, and compare the stand-in with it.")
    parser.add_argument("emulators", nargs="*", default=[Ministack.name], help="on which emulators")
    parser.add_argument("--provider", choices=("registry", "stand-in"), default="registry", help="whom to record")
    parser.add_argument("--out", type=Path, default=RECORDED, help="the folder of the recordings")
    chosen = parser.parse_args()
    count = 0
    try:
        for emulator in chosen.emulators:
            os.environ[VARIABLE] = emulator
            count += _compared(chosen.provider, chosen.out)
    except (LocalStackError, SecretInRecordingError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 1 if count else 0


def _compared(provider: Provider, out: Path) -> int:
    """Record one provider and the stand-in, print how they differ, and return in how many places."""
    real = _proof(provider)
    emulator = real.recording.emulator
    file = out / f"{emulator}.jsonl"
    real.recording.write(file, real.secrets)
    (out / "schema.json").write_text(json.dumps(real.schema, sort_keys=True) + "\n", encoding="utf-8")
    sys.stdout.write(f"Recorded {real.recording.provider} on {emulator}: {file}\n")
    stand_in = _proof("stand-in")
    told = report(real.recording, stand_in.recording, accepted_differences(out, emulator))
    told += [f"{proof.recording.provider}: {finding}" for proof in (real, stand_in) for finding in proof.findings]
    told += schema_differences(real.schema, json.loads(SCHEMA_FILE.read_text(encoding="utf-8")))
    sys.stdout.writelines(f"{line}\n" for line in told)
    sys.stdout.write(f"{emulator}: {len(told)} differences\n")
    return len(told)


def _proof(provider: Provider) -> Proof:
    def say(line: str) -> None:
        sys.stdout.write(f"{provider}: {line}\n")
        sys.stdout.flush()

    with tempfile.TemporaryDirectory() as folder:
        return Prover(find_root(), Path(folder), provider, say).prove()


if __name__ == "__main__":
    sys.exit(main())
