"""Lighthouse on every page of the site, in all four categories, as on a phone and on a desktop computer.

Run from the clone: make lighthouse, or .venvs/dev/bin/python benchmarks/lighthouse.py [--page NAME]
[--form-factor F]

It brings up a separate stack, prints a table, and lists below it what cost a point. It exits with 1
if a score is below 100.

Unlike CloudFront, the emulator doesn't compress, and it speaks HTTP/1.1 without TLS (localhost
counts as secure), so a page is heavier and slower here. Pages that search engines should not list
are excused from that one SEO rule only.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.parse
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from registration_core.domain.validation import example_submission
from rollcall_build.forms.files import compile_forms
from rollcall_build.site.build import shipped_pages
from rollcall_build.sources import EXAMPLE, Sources
from rollcall_local import mailbox
from rollcall_local.paths import Workspace
from rollcall_local.process import clean_environment, free_port

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[1]
SOURCES = Sources(ROOT, ROOT / EXAMPLE)
TOOL = ROOT / "benchmarks/lighthouse/node_modules/lighthouse/cli/index.js"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = "--headless=new --no-sandbox --disable-gpu --disable-background-networking"
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
FORM_FACTORS = ("mobile", "desktop")
MY_LINK = re.compile(r"https?://\S+/my\?t=[A-Za-z0-9._-]+")
MAIL_DEADLINE_S = 60.0
HUNDRED = 100
TRIES = 3


@dataclass(frozen=True, slots=True)
class Target:
    """One page to measure. listed: whether search engines may list it."""

    name: str
    url: str
    listed: bool


@contextmanager
def stack() -> Iterator[Workspace]:
    """Bring up a local stack on free ports, in a separate folder."""
    with tempfile.TemporaryDirectory(prefix="rollcall-lighthouse-") as folder:
        workspace = Workspace(
            root=ROOT, state=Path(folder), edge_port=free_port(), site_port=free_port(), mailbox_port=free_port()
        )
        environment = clean_environment(
            EDGE_PORT=str(workspace.edge_port),
            ROLLCALL_CONFIG_DIR=str(workspace.state / "config"),
            ROLLCALL_MAILBOX_PORT=str(workspace.mailbox_port),
            ROLLCALL_ROOT=str(ROOT),
            ROLLCALL_SITE_PORT=str(workspace.site_port),
            ROLLCALL_STATE=str(workspace.state),
        )
        rollcall = [str(Path(sys.executable).with_name("rollcall")), "local"]
        try:
            subprocess.run([*rollcall, "up"], env=environment, check=True, stdout=subprocess.DEVNULL)
            yield workspace
        finally:
            subprocess.run([*rollcall, "down", "--reset"], env=environment, check=False, capture_output=True)


def targets(workspace: Workspace) -> Iterator[Target]:
    """Return every page of the site, and a registrant's own."""
    for page in shipped_pages(SOURCES):
        query = "?form=registration&reference=K7QM-3XTP&status=confirmed" if page.name == "thank-you" else ""
        yield Target(f"{page.language} {page.name}", f"{workspace.site_url}{page.path}{query}", page.listed)
    link = mailed_link(workspace)
    for language in dict.fromkeys(page.language for page in shipped_pages(SOURCES)):
        yield Target(f"{language} my", f"{link}&lang={language}", listed=False)


def mailed_link(workspace: Workspace) -> str:
    """Register, wait for the mail, and return its link."""
    api = urllib.parse.urlsplit(workspace.api_url)
    body = json.dumps(example_submission(compile_forms(ROOT / "example" / "forms")["registration"]))
    connection = http.client.HTTPConnection(api.hostname or "localhost", api.port, timeout=30)
    connection.request("POST", f"{api.path}/registration", body, {"Content-Type": "application/json"})
    answer = connection.getresponse()
    if answer.status != http.client.CREATED:
        sys.exit(f"POST answered {answer.status}: {answer.read().decode()[:300]}")
    end = time.monotonic() + MAIL_DEADLINE_S
    while time.monotonic() < end:
        for mail in mailbox.messages(workspace):
            if link := MY_LINK.search(mail.text):
                return link[0]
        time.sleep(0.1)
    sys.exit(f"No mail with a link came within {MAIL_DEADLINE_S:.0f} s.")


def measure(target: Target, form_factor: str, *, chrome: str) -> dict[str, Any]:
    """Return Lighthouse's report.

    If the speed is below 100, it is the middle one of three runs, since a busy machine doesn't make
    a slow page.
    """
    first = run_once(target, form_factor, chrome=chrome)
    if speed(first) == HUNDRED:
        return first
    reports = [first, *(run_once(target, form_factor, chrome=chrome) for _ in range(2))]
    return sorted(reports, key=speed)[1]


def speed(report: dict[str, Any]) -> int:
    """Return the score of the category that the machine's load affects."""
    return round(report["categories"]["performance"]["score"] * HUNDRED)


def run_once(target: Target, form_factor: str, *, chrome: str) -> dict[str, Any]:
    """Run Lighthouse, again if the browser gave it nothing to measure."""
    words = ["node", str(TOOL), target.url, "--output=json", "--output-path=stdout", "--quiet"]
    words += [f"--chrome-flags={FLAGS}", f"--only-categories={','.join(CATEGORIES)}"]
    words += ["--preset=desktop"] if form_factor == "desktop" else []
    words += [] if target.listed else ["--skip-audits=is-crawlable,robots-txt"]  # the API has no robots.txt
    environment = os.environ | {"CHROME_PATH": chrome}
    for _ in range(TRIES):
        ran = subprocess.run(words, env=environment, capture_output=True, text=True, check=False)
        if ran.returncode == 0:
            report: dict[str, Any] = json.loads(ran.stdout)
            return report
    sys.exit(f"Lighthouse failed on {target.url}:\n{ran.stderr[-2000:]}")


def losses(report: dict[str, Any]) -> Iterator[str]:
    """Return what cost a point."""
    for category in report["categories"].values():
        for reference in category["auditRefs"]:
            audit = report["audits"][reference["id"]]
            if reference["weight"] and audit["score"] is not None and audit["score"] < 1:
                yield f"{audit['id']} {audit['score']:.2f} {audit.get('displayValue', '')} {audit['title']}"


def main() -> int:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--page", help="only pages whose name has this in it, such as registration")
    parser.add_argument("--form-factor", choices=FORM_FACTORS, help="only this one")
    chosen = parser.parse_args()
    chrome = next(filter(None, map(shutil.which, BROWSERS)), None)
    if chrome is None or shutil.which("node") is None or not TOOL.is_file():
        sys.exit("Lighthouse needs Chromium, Node.js 18 or newer, and itself: make lighthouse installs it by npm.")
    lost: list[str] = []
    print(f"{'page':18s} {'as':8s} " + " ".join(f"{name:>14s}" for name in CATEGORIES))
    with stack() as workspace:
        for target in targets(workspace):
            if chosen.page and chosen.page not in target.name:
                continue
            for form_factor in [chosen.form_factor] if chosen.form_factor else FORM_FACTORS:
                report = measure(target, form_factor, chrome=chrome)
                scores = [round(report["categories"][name]["score"] * HUNDRED) for name in CATEGORIES]
                print(f"{target.name:18s} {form_factor:8s} " + " ".join(f"{score:14d}" for score in scores), flush=True)
                if min(scores) < HUNDRED:
                    lost += [f"{target.name}, {form_factor}: {loss}" for loss in losses(report)]
    print("\n".join(["", *lost]) if lost else "\nNothing is below 100.")
    return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(main())
