"""What 10,000 visitors ask of S3 and of the API, with CloudFront's caches and without.

Run from the clone: .venvs/dev/bin/python benchmarks/edge_requests.py

It reads the caches' rules from a plan of infra/terraform with one_origin, the Cache-Control of each
file from a build of the example's site, and that of a form's description from the function's own
answer. Then it plays visits: the start page, the registration form with all that both load, and a
post. Browsers and edges keep what their rules allow.

It is a model. Every edge fetches for itself, though CloudFront puts a regional cache in between;
origins answer at once; nothing is evicted early. The first makes the counts higher than
CloudFront's, the last lower. stale-while-revalidate changes who waits and not what is asked. The API
must hear of each form from each edge once in ten seconds at most.
"""

import argparse
import json
import random
import re
import sys
import tempfile
import zipfile
from collections import Counter
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from entries import ROOT, the_forms
from python_terraform import IsFlagged

from lambda_handlers.http_response import description_response
from rollcall_build.site.build import render
from rollcall_build.sources import EXAMPLE, Sources
from rollcall_local.credentials import deployer
from rollcall_local.emulators import emulator_of
from rollcall_local.paths import Workspace
from rollcall_local.process import free_port
from rollcall_local.terraform import LocalTerraform

API = "/api"
PAGES = ("/", "/registration")
READS_S = 20
"""How long a visitor looks at the start page."""

MANAGED = {
    "658327ea-f89d-4fab-a63d-7e88639e58f6": (1, 31_536_000),  # CachingOptimized
    "4135ea2d-6df8-44a3-9df3-4b5a84be39ad": (0, 0),  # CachingDisabled
}
"""AWS's own policies: the least and the most seconds that an edge keeps something.
https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-cache-policies.html
"""


@dataclass(frozen=True, slots=True)
class CacheControl:
    """One answer's Cache-Control: seconds in a browser, and at an edge."""

    browser: int = 0
    edge: int = 0

    @classmethod
    def parse(cls, header: str) -> "CacheControl":
        """Read the header."""
        seconds = {name: int(value) for name, value in re.findall(r"([a-z-]+)=(\d+)", header)}
        browser = seconds.get("max-age", 0)
        return cls(browser, seconds.get("s-maxage", browser))


@dataclass(frozen=True, slots=True)
class Edge:
    """How the planned distribution caches: by path, the least and the most seconds."""

    rules: tuple[tuple[str, tuple[int, int]], ...]

    def seconds(self, path: str, control: CacheControl) -> int:
        """Return for how long an edge keeps an answer."""
        least, most = next(limits for pattern, limits in self.rules if fnmatchcase(path, pattern))
        return max(least, min(most, control.edge))


def planned_edge(folder: Path) -> Edge:
    """Return how a stack with one_origin caches, as Terraform plans it on a bare emulator."""
    workspace = Workspace(root=ROOT, state=folder, edge_port=free_port())
    with zipfile.ZipFile(workspace.package, "w") as package:
        package.writestr("lambda_handlers/__init__.py", "")
    running = emulator_of(workspace)
    running.start(smtp_port=free_port())
    try:
        terraform = LocalTerraform(workspace, deployer(workspace))
        terraform.prepare()
        terraform.run("plan", input=False, out=str(folder / "plan"), **terraform.inputs(one_origin={}))
        return edge_of(terraform.run("show", str(folder / "plan"), json=IsFlagged))
    finally:
        running.stop()


def edge_of(plan: str) -> Edge:
    """Return how the distribution of a plan, as JSON, caches."""
    planned = {one["type"]: one["change"]["after"] for one in json.loads(plan)["resource_changes"]}
    distribution, own = planned["aws_cloudfront_distribution"], planned["aws_cloudfront_cache_policy"]

    def limits(behaviour: dict[str, Any]) -> tuple[int, int]:  # our own policy has no ID yet
        return MANAGED.get(behaviour.get("cache_policy_id"), (own["min_ttl"], own["max_ttl"]))

    ordered = [(one["path_pattern"], limits(one)) for one in distribution["ordered_cache_behavior"]]
    return Edge((*ordered, ("*", limits(distribution["default_cache_behavior"][0]))))


def published() -> tuple[dict[str, CacheControl], dict[str, list[str]]]:
    """Return each address's Cache-Control, and what each page loads, with the description of its form."""
    files = render(Sources(ROOT, ROOT / EXAMPLE), the_forms(), api_url=API, site_url="https://courses.example.org")
    controls, loads = {}, {}
    for file in files:
        path = "/" if file.key == "index.html" else f"/{file.key}"
        controls[path] = CacheControl.parse(file.cache_control)
        if path in PAGES:
            html = file.body.decode()
            loads[path] = [path, *sorted({*re.findall(r'(?:src|href)="(/assets/[^"#]+)', html)})]
            loads[path] += sorted({*re.findall(r'data-seats-from="([^"]+)"', html)})
    answer = description_response({}, if_none_match="")
    for path in {one for asked in loads.values() for one in asked if one.startswith(API)}:
        controls[path] = CacheControl.parse(answer["headers"]["Cache-Control"])
    return controls, loads


@dataclass(frozen=True, slots=True)
class Crowd:
    """How many visitors come, within how many seconds, through how many edges."""

    visitors: int
    seconds: int
    edges: int


def origin_requests(
    crowd: Crowd, edge: Edge | None, controls: dict[str, CacheControl], loads: dict[str, list[str]]
) -> Counter[str]:
    """Return what reaches S3 and the API. edge: None without a cache between browsers and origins."""
    chance = random.Random(1)  # the same crowd each time
    asked = []
    for visitor in range(crowd.visitors):
        at = chance.random() * crowd.seconds
        place = chance.randrange(crowd.edges)
        for page, delay in zip(PAGES, (0, READS_S), strict=True):
            asked += [(at + delay, visitor, place, path) for path in loads[page]]
    # Until when a browser or an edge answers by itself, by address.
    browsers: list[dict[str, float]] = [{} for _ in range(crowd.visitors)]
    edges: list[dict[str, float]] = [{} for _ in range(crowd.edges)]
    counts: Counter[str] = Counter()
    for now, visitor, place, path in sorted(asked):
        if now < browsers[visitor].get(path, 0):
            continue
        kept_for = edge.seconds(path, controls[path]) if edge else 0
        if now >= edges[place].get(path, 0):
            counts["API, reading" if path.startswith(API) else "S3"] += 1
            edges[place][path] = now + kept_for
        age = kept_for - (edges[place][path] - now)
        browsers[visitor][path] = now + controls[path].browser - age  # a browser subtracts the header Age
    counts["API, posts"] = crowd.visitors
    return counts


def main() -> int:
    """Run, and print a table; return 1 if the API hears from an edge too often."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--visitors", type=int, default=10_000)
    parser.add_argument("--minutes", type=int, default=10, help="within how long they come (default: 10)")
    parser.add_argument("--edges", type=int, default=5, help="how many edges serve them (default: 5)")
    options = parser.parse_args()
    controls, loads = published()
    with tempfile.TemporaryDirectory() as scratch:
        edge = planned_edge(Path(scratch))
    crowd = Crowd(options.visitors, options.minutes * 60, options.edges)
    direct = Edge((*((f"{API}/*", (0, 0)),), *edge.rules))
    columns = {
        "no cache": origin_requests(crowd, None, controls, loads),
        "the site's": origin_requests(crowd, direct, controls, loads),
        "one_origin": origin_requests(crowd, edge, controls, loads),
    }
    for pattern, (least, most) in edge.rules:
        print(f"{pattern}: an edge keeps an answer for {least} to {most:,} seconds")
    print(f"\n{crowd.visitors:,} visitors within {options.minutes} minutes through {crowd.edges} edges")
    print(f"{'requests to':14}" + "".join(f"{name:>14}" for name in columns) + f"{'less by':>10}")
    for origin in columns["no cache"]:
        counts = [column[origin] for column in columns.values()]
        print(f"{origin:14}" + "".join(f"{count:>14,}" for count in counts) + f"{counts[0] / counts[-1]:>9,.0f}x")
    forms = {path for asked in loads.values() for path in asked if path.startswith(API)}
    return int(columns["one_origin"]["API, reading"] > crowd.edges * len(forms) * (options.minutes * 6 + 3))


if __name__ == "__main__":
    sys.exit(main())
