"""Cold start of submit against its rivals: a new process, the imports, one event, one write to DynamoDB.

Run from the clone: .venvs/bench/bin/python benchmarks/cold_start.py --package
dist/rollcall-lambda.zip

Each process has only its handler's files and boto3 on its path. DynamoDB is a stub that answers at
once, behind TLS on this machine. Runs are interleaved and the figures are medians. `.pyc` files are
warm for all rows except the one that says cold.
"""

import argparse
import json
import os
import platform
import shutil
import statistics
import sys
import tempfile
import time
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from dynamodb_stub import DynamoStub

HERE = Path(__file__).resolve().parent
RUNTIME = ("boto3", "botocore", "dateutil", "jmespath", "s3transfer", "six.py", "urllib3")
"""What AWS puts on every function's path."""
CAREFUL = (
    "annotated_types",
    "aws_lambda_powertools",
    "dns",
    "email_validator",
    "idna",
    "jmespath",
    "pydantic",
    "pydantic_core",
    "typing_extensions.py",
    "typing_inspection",
)
RUN = """
import sys, time
sys.path[:0] = sys.argv[1:3]
began = time.perf_counter()
from {module} import handler
imported = time.perf_counter() - began
import json
with open(sys.argv[3], encoding="utf-8") as file:
    event = json.load(file)
class Context:
    function_name = memory_limit_in_mb = invoked_function_arn = aws_request_id = "bench"
answer = handler(event, Context())
if answer["statusCode"] != 201:
    sys.exit(str(answer))
print(json.dumps({{"import_s": imported}}))
"""


@dataclass(frozen=True)
class Contender:
    """One handler.

    folder: its unpacked zip. writes_caches: whether it may write `.pyc` files, and so find them next time.
    """

    name: str
    module: str
    folder: Path
    answers: Mapping[str, object]
    writes_caches: bool = True


@dataclass(frozen=True)
class Run:
    """The times of one process, in seconds."""

    wall_s: float
    cpu_s: float
    import_s: float


def main() -> int:
    """Run, and print a table, or an object with --json."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--package", type=Path, default=Path("dist/rollcall-lambda.zip"), help="our zip")
    parser.add_argument("--runs", type=int, default=15, help="processes of each contender, 7 or more (default: 15)")
    parser.add_argument("--json", action="store_true", help="print an object instead of a table")
    options = parser.parse_args()
    if options.runs < 7:
        parser.error("--runs must be 7 or more")
    if not options.package.is_file():
        parser.error(f"{options.package} is not there; build it: python -m rollcall_build.package")
    with tempfile.TemporaryDirectory() as scratch, DynamoStub(Path(scratch)) as stub:
        figures = measure(contenders(Path(scratch), options.package), stub, Path(scratch), options.runs)
    report(figures, runs=options.runs, as_json=options.json)
    return 0


def contenders(scratch: Path, package: Path) -> Sequence[Contender]:
    """Unpack every handler as Lambda would."""
    installed = next(Path(entry) for entry in sys.path if (Path(entry) / "boto3").is_dir())
    link(installed, RUNTIME, scratch / "runtime")
    rivals = {"tutorial": (), "careful": CAREFUL}
    for name, libraries in rivals.items():
        link(installed, libraries, scratch / name)
        shutil.copy(HERE / "rivals" / f"{name}_handler.py", scratch / name)
    for name in ("rollcall", "rollcall-cold"):
        with zipfile.ZipFile(package) as archive:
            archive.extractall(scratch / name)
    plain = {"name": "Anna Andersson", "email": "anna@robotics-academy.org", "message": "I would like to come."}
    ours = example(scratch / "rollcall")
    return (
        Contender("rollcall", "lambda_handlers.submit", scratch / "rollcall", ours),
        Contender(
            "rollcall, .pyc cold", "lambda_handlers.submit", scratch / "rollcall-cold", ours, writes_caches=False
        ),
        Contender("tutorial", "tutorial_handler", scratch / "tutorial", plain),
        Contender("careful", "careful_handler", scratch / "careful", plain),
    )


def example(unpacked: Path) -> dict[str, object]:
    """Return answers that our registration form accepts."""
    sys.path.insert(0, str(unpacked))
    from registration_core.domain.forms import Form  # noqa: PLC0415 - it lies in the zip
    from registration_core.domain.validation import example_submission  # noqa: PLC0415 - the same

    form = Form.from_dict(json.loads((unpacked / "forms" / "registration.json").read_text(encoding="utf-8")))
    return dict(example_submission(form, today=datetime.now(UTC).date()))


def link(source: Path, names: Sequence[str], target: Path) -> None:
    """Create a folder with these libraries and no others."""
    target.mkdir()
    for name in names:
        (target / name).symlink_to(source / name)
        for facts in source.glob(f"{name.removesuffix('.py')}-*.dist-info"):
            (target / facts.name).symlink_to(facts)


def measure(all_of_them: Sequence[Contender], stub: DynamoStub, scratch: Path, runs: int) -> dict[str, list[Run]]:
    """Start every contender once to fill its caches, then in turns."""
    figures: dict[str, list[Run]] = {contender.name: [] for contender in all_of_them}
    for round_number in range(runs + 1):
        for contender in all_of_them:
            run = start(contender, stub, scratch)
            if round_number:
                figures[contender.name].append(run)
    return figures


def start(contender: Contender, stub: DynamoStub, scratch: Path) -> Run:
    """Run one process and measure it from start to end."""
    event = scratch / f"{contender.folder.name}.json"
    if not event.exists():
        event.write_text(json.dumps(proxy_event(contender.answers)), encoding="utf-8")
    environment = {
        "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
        "AWS_SESSION_TOKEN": "token",
        "AWS_REGION": "eu-north-1",
        "AWS_DEFAULT_REGION": "eu-north-1",
        "AWS_ENDPOINT_URL_DYNAMODB": stub.endpoint,
        "AWS_CA_BUNDLE": str(stub.ca_bundle),
        "TABLE": "registrations",
        "ORIGIN": "https://forms.example.org",
        "STACK": "bench",
        "SITE_URL": "https://forms.example.org",
        "ALLOWED_ORIGINS": "https://forms.example.org",
        "LOG_LEVEL": "INFO",
        "PATH": os.environ["PATH"],
    }
    # Not -I, which would ignore PYTHON* settings: -s and -S leave out installed packages, and nothing is inherited.
    flags = ["-s", "-S"] + ([] if contender.writes_caches else ["-B"])
    code = RUN.format(module=contender.module)
    arguments = [sys.executable, *flags, "-c", code, str(contender.folder), str(scratch / "runtime"), str(event)]
    read_end, write_end = os.pipe()
    began = time.perf_counter()
    pid = os.posix_spawn(sys.executable, arguments, environment, file_actions=[(os.POSIX_SPAWN_DUP2, write_end, 1)])
    _, status, usage = os.wait4(pid, 0)
    wall_s = time.perf_counter() - began
    os.close(write_end)
    with os.fdopen(read_end, encoding="utf-8") as stream:
        lines = stream.read().splitlines()
    if status:
        sys.exit(f"{contender.name} failed: {lines}")
    return Run(wall_s, usage.ru_utime + usage.ru_stime, float(json.loads(lines[-1])["import_s"]))


def proxy_event(answers: Mapping[str, object]) -> dict[str, object]:
    """Return the event that API Gateway would pass to the function."""
    headers = {"Content-Type": "application/json", "Origin": "https://forms.example.org", "Accept": "application/json"}
    return {
        "resource": "/registration",
        "path": "/registration",
        "httpMethod": "POST",
        "headers": headers,
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "queryStringParameters": None,
        "multiValueQueryStringParameters": None,
        "pathParameters": None,
        "stageVariables": None,
        "requestContext": {"requestId": "c0ffee", "stage": "v1", "path": "/v1/registration", "httpMethod": "POST"},
        "body": json.dumps(answers),
        "isBase64Encoded": False,
    }


def report(figures: Mapping[str, Sequence[Run]], *, runs: int, as_json: bool) -> None:
    """Print the ratios first, then their figures."""
    medians = {
        name: {key: statistics.median(getattr(run, key) for run in figure) for key in ("wall_s", "cpu_s", "import_s")}
        for name, figure in figures.items()
    }
    ours = medians["rollcall"]
    versions = {name: version(name) for name in ("boto3", "aws-lambda-powertools", "pydantic", "email-validator")}
    ratios = {
        rival: {key: round(ours[key] / medians[rival][key], 3) for key in ours} for rival in ("tutorial", "careful")
    }
    if as_json:
        facts = {"python": platform.python_version(), "cpus": os.cpu_count(), "runs": runs, **versions}
        print(json.dumps({"ratios": ratios, "medians": medians, "facts": facts}, indent=2))
        return
    for rival, aim in (("tutorial", 0.5), ("careful", 0.3)):
        wall, cpu, imports = ratios[rival].values()
        print(
            f"{wall:.2f}x wall, {cpu:.2f}x CPU, {imports:.2f}x import of the {rival} handler (aim: {aim}x wall and CPU)"
        )
    print(f"\n{'median of ' + str(runs):24}{'wall ms':>10}{'CPU ms':>10}{'import ms':>12}")
    for name, median in medians.items():
        wall_s, cpu_s, import_s = median.values()
        print(f"{name:24}{wall_s * 1000:10.1f}{cpu_s * 1000:10.1f}{import_s * 1000:12.1f}")
    print(f"\nPython {platform.python_version()}, {os.cpu_count()} CPUs, " + ", ".join(map(" ".join, versions.items())))


if __name__ == "__main__":
    sys.exit(main())
