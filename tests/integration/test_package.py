"""The functions' zip: same sources, same bytes, nothing too much; it starts where only boto3 is installed."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
import zipfile
from datetime import UTC, datetime
from modulefinder import ModuleFinder
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from shipped import ROOT, SOURCES

from lambda_handlers.notify import MAIL_TAKES_S
from registration_core.adapters.dynamodb.call import AwsCallError
from registration_core.adapters.dynamodb.sigv4 import Credentials
from registration_core.adapters.dynamodb.wire import WireCall
from registration_core.adapters.sqs import to_message
from registration_core.domain.mail import MailKind, MailRequest
from registration_core.domain.validation import example_submission
from rollcall_build.files import staff_package
from rollcall_build.forms.files import compile_forms
from rollcall_build.package import FUNCTIONS, MOST_BYTES, OURS, build_package, main
from rollcall_build.sources import Sources

if TYPE_CHECKING:
    from collections.abc import Iterator

RUNTIME = ("boto3", "botocore", "dateutil", "jmespath", "s3transfer", "six.py", "urllib3")
START = """
import json, os, sys
sys.path[:0] = sys.argv[2:]
module = __import__("lambda_handlers." + sys.argv[1], fromlist=["handler"])
class Context:
    get_remaining_time_in_millis = staticmethod(lambda: int(os.environ["LEFT_MS"]))
answer = module.handler(json.load(sys.stdin), Context() if "LEFT_MS" in os.environ else None)
print(json.dumps({"answer": answer, "loaded": sorted(sys.modules), "from": module.__file__}))
"""


def copied(folder: Path, *, moment: int) -> Sources:
    """Copy everything that goes into the zip to another folder, with new timestamps."""
    for source in ("example", "shared", "packages/registration_core/src", "packages/lambda_handlers/src", "site"):
        shutil.copytree(ROOT / source, folder / source, ignore=shutil.ignore_patterns("__pycache__"))
    for path in sorted(folder.rglob("*"), reverse=moment % 2 == 0):
        os.utime(path, (moment, moment))
        path.chmod(0o755 if path.is_dir() or moment % 2 else 0o600)
    return Sources(folder, folder / "example")


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_package(SOURCES, tmp_path_factory.mktemp("package") / "rollcall-lambda.zip").path


def test_build__same_sources__give_the_same_bytes(tmp_path: Path) -> None:
    first = build_package(copied(tmp_path / "one", moment=1_000_000_001), tmp_path / "first.zip")
    before = os.umask(0o077)
    try:
        second = build_package(copied(tmp_path / "b" / "two", moment=1_700_000_000), tmp_path / "c" / "second.zip")
    finally:
        os.umask(before)

    assert first.path.read_bytes() == second.path.read_bytes()
    assert first.sha256 == second.sha256
    assert first.path.stat().st_mode == second.path.stat().st_mode


def test_build__without_changes__leaves_the_file_alone(tmp_path: Path) -> None:
    out = tmp_path / "rollcall-lambda.zip"
    assert build_package(SOURCES, out).changed
    os.utime(out, (1, 1))

    assert not build_package(SOURCES, out).changed
    assert out.stat().st_mtime == 1
    assert {path.name for path in tmp_path.iterdir()} == {"rollcall-lambda.zip", "rollcall-lambda-staff.zip"}


def test_build__with_a_changed_form__makes_another_zip(tmp_path: Path) -> None:
    sources = copied(tmp_path / "one", moment=1_000_000_001)
    first = build_package(sources, tmp_path / "rollcall-lambda.zip")
    template = next(sources.forms.rglob("*.j2"))
    template.write_text(template.read_text(encoding="utf-8") + "!", encoding="utf-8")

    second = build_package(sources, tmp_path / "rollcall-lambda.zip")

    assert second.changed
    assert second.sha256 != first.sha256


def test_zip__holds_only_what_the_functions_need(package: Path) -> None:
    with zipfile.ZipFile(package) as archive:
        names = set(archive.namelist())
        assert archive.testzip() is None

    assert package.stat().st_size < MOST_BYTES
    assert {f"lambda_handlers/{function}.py" for function in FUNCTIONS} <= names
    assert {"site/words.json", "site/templates/layout.html.j2", "site/templates/my/entry.html.j2"} <= names
    assert {"forms/registration.json", "forms/contact.json", "jinja2/environment.py", "segno/encoder.py"} <= names
    assert {name for name in names if name.startswith("licenses/")} >= {
        "licenses/jinja2-LICENSE.txt",
        "licenses/segno-LICENSE.txt",
    }
    assert {Path(name).suffix for name in names} <= {".py", ".json", ".j2", ".txt"}
    left_out = ("admin_cli", "rollcall_build", "tomllib", "boto3", "tests/", "__pycache__")
    assert [name for name in names if any(word in name for word in left_out)] == []


def test_staffs_zip__holds_what_only_staff_need(package: Path) -> None:
    """It writes Excel files; visitors' functions don't load a byte of that."""
    with zipfile.ZipFile(package) as archive:
        shared = set(archive.namelist())
    with zipfile.ZipFile(staff_package(package)) as archive:
        names = set(archive.namelist())
        assert archive.testzip() is None
    assert {"lambda_handlers/staff.py", "xlsxwriter/workbook.py", "licenses/xlsxwriter-LICENSE.txt"} <= names
    assert not any(name.startswith(("forms/", "site/", "jinja2/", "lambda_handlers/submit")) for name in names)
    assert not any("staff_api" in name or "xlsxwriter" in name for name in shared)


def test_functions_packages__hold_only_what_the_zip_carries(package: Path) -> None:
    """Of the rest, each module serves what only the command line does, which is composed in one place."""
    sources = [ROOT / "packages" / name / "src" for name in OURS]
    modules = {path.relative_to(source).as_posix() for source in sources for path in source.rglob("*.py")}
    carried: set[str] = set()
    for path in (package, staff_package(package)):
        with zipfile.ZipFile(path) as archive:
            carried |= set(archive.namelist())

    command_line = ModuleFinder(path=list(map(str, sources)))
    command_line.import_hook("registration_core.bootstrap.command_line")
    of_the_command_line = {f"{name.replace('.', '/')}.py" for name in command_line.modules}
    assert sorted(modules - carried - of_the_command_line) == []
    assert not any("command_line" in name for name in carried)


def test_main__says_what_it_built(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["--example", "--root", str(ROOT), "--out", str(tmp_path / "a.zip")]

    assert main(arguments) == 0
    assert "written" in capsys.readouterr().out
    assert main(arguments) == 0
    assert "unchanged" in capsys.readouterr().out


def test_main__refuses_the_examples_staff(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A deployment of the example would mail the staff's notices to nobody."""
    assert main(["--root", str(ROOT), "--out", str(tmp_path / "a.zip")]) == 1
    stderr = capsys.readouterr().err
    assert "registration mails courses@robotics-academy.example" in stderr
    assert "Put your own addresses in the form files" in stderr
    assert not (tmp_path / "a.zip").exists()


def test_main__names_a_mistake_in_a_form_and_writes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    sources = copied(tmp_path / "one", moment=1_000_000_001)
    (sources.forms / "contact" / "form.toml").write_text("title =", encoding="utf-8")

    monkeypatch.setenv("ROLLCALL_ORGANISATION", str(sources.organisation))
    assert main(["--example", "--root", str(sources.root), "--out", str(tmp_path / "a.zip")]) == 1
    assert "forms/contact/form.toml" in capsys.readouterr().err
    assert not (tmp_path / "a.zip").exists()


def test_main__names_a_mistake_in_a_mail_and_writes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    sources = copied(tmp_path / "one", moment=1_000_000_001)
    (sources.forms / "contact" / "mail" / "staff.sv.subject.j2").write_text("{{ nope", encoding="utf-8")

    monkeypatch.setenv("ROLLCALL_ORGANISATION", str(sources.organisation))
    assert main(["--example", "--root", str(sources.root), "--out", str(tmp_path / "a.zip")]) == 1
    assert "forms/contact/mail/staff.sv.subject.j2" in capsys.readouterr().err
    assert not (tmp_path / "a.zip").exists()


def test_main__says_what_to_give_for_another_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--example", "--root", str(tmp_path), "--out", str(tmp_path / "a.zip")]) == 1
    assert "--root" in capsys.readouterr().err


class Bare:
    """An interpreter with only the zip's files and boto3."""

    def __init__(self, folder: Path, package: Path) -> None:
        self._code, self._runtime = folder / "task", folder / "runtime"
        with zipfile.ZipFile(package) as archive:
            archive.extractall(self._code)
        installed = Path(boto3.__file__).parents[1]
        self._runtime.mkdir()
        for name in RUNTIME:
            (self._runtime / name).symlink_to(installed / name)

    def start(self, function: str, event: dict[str, Any], **environ: str) -> dict[str, Any]:
        """Run one event in a new process; return its answer and the names of the modules it loaded."""
        environment = {
            "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
            "AWS_SECRET_ACCESS_KEY": "secret",
            "AWS_REGION": "eu-north-1",
            "AWS_DEFAULT_REGION": "eu-north-1",
            "STACK": "test",
            "TABLE": "rollcall-test",
            "SITE_URL": "https://forms.example.org",
            **environ,
        }
        arguments = [sys.executable, "-I", "-S", "-B", "-c", START, function, str(self._code), str(self._runtime)]
        done = subprocess.run(
            arguments, input=json.dumps(event), env=environment, capture_output=True, text=True, timeout=30, check=False
        )
        assert done.returncode == 0, done.stderr
        *logged, last = map(json.loads, done.stdout.splitlines())
        result: dict[str, Any] = last | {"logged": logged}
        assert result["from"] == str(self._code / "lambda_handlers" / f"{function}.py")
        return result


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory, package: Path) -> Bare:
    return Bare(tmp_path_factory.mktemp("bare"), package)


@pytest.fixture(scope="module")
def dynamo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Serve the benchmarks' DynamoDB stub, which answers at once, behind TLS."""
    spec = importlib.util.spec_from_file_location("dynamodb_stub", ROOT / "benchmarks" / "dynamodb_stub.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    with module.DynamoStub(tmp_path_factory.mktemp("stub")) as stub:
        yield stub


def post(answers: dict[str, object]) -> dict[str, Any]:
    headers = {"Content-Type": "application/json", "Origin": "https://forms.example.org"}
    return {"httpMethod": "POST", "path": "/registration", "headers": headers, "body": json.dumps(answers)}


def submit_environment(dynamo: Any) -> dict[str, str]:
    return {
        "ALLOWED_ORIGINS": "https://forms.example.org",
        "AWS_ENDPOINT_URL_DYNAMODB": dynamo.endpoint,
        "AWS_CA_BUNDLE": str(dynamo.ca_bundle),
    }


def test_submit__needs_only_the_standard_library(bare: Bare, dynamo: Any) -> None:
    form = compile_forms(SOURCES.forms)["registration"]
    answers = example_submission(form, today=datetime.now(UTC).date())

    result = bare.start("submit", post(answers), **submit_environment(dynamo))

    assert result["answer"]["statusCode"] == 201
    never = ("boto3", "botocore", "jinja2", "markupsafe", "tomllib", "logging", "typing", "html", "secrets", "decimal")
    assert [name for name in never if name in result["loaded"]] == []


def test_submit__with_an_untrusted_certificate__answers_503(bare: Bare, dynamo: Any) -> None:
    """It sends nothing."""
    form = compile_forms(SOURCES.forms)["registration"]
    answers = example_submission(form, today=datetime.now(UTC).date())

    result = bare.start("submit", post(answers), **submit_environment(dynamo) | {"AWS_CA_BUNDLE": ""})

    assert result["answer"]["statusCode"] == 503
    assert result["answer"]["headers"]["Access-Control-Allow-Origin"] == "https://forms.example.org"


def test_submit__without_its_settings__still_answers(bare: Bare) -> None:
    result = bare.start("submit", post({}), ALLOWED_ORIGINS="https://forms.example.org", TABLE="")

    assert result["answer"]["statusCode"] == 500
    assert json.loads(result["answer"]["body"])["code"] == "internal_error"
    assert result["answer"]["headers"]["Retry-After"] == "5"
    assert result["answer"]["headers"]["Access-Control-Allow-Origin"] == "https://forms.example.org"


def test_dispatch__starts_with_boto3(bare: Bare) -> None:
    result = bare.start("dispatch", {"Records": []}, MAIL_QUEUE_URL="http://127.0.0.1:1/queue")

    assert result["answer"] == {"batchItemFailures": []}
    assert "jinja2" not in result["loaded"]


NOTIFY = {
    "API_URL": "https://api.example.org",
    "CONFIGURATION_SET": "rollcall-test",
    "SENDER": "Academy <a@example.org>",
    "SIGNING_KEY_SECRET": "rollcall/test/signing-key",
}


def test_notify__starts_with_boto3_and_the_zips_jinja2(bare: Bare) -> None:
    result = bare.start("notify", {"Records": []}, **NOTIFY)

    assert result["answer"] == {"batchItemFailures": []}
    assert {"boto3", "jinja2", "markupsafe._native"} <= set(result["loaded"])


def test_notify__begins_no_mail_that_lambda_would_cut_off(bare: Bare) -> None:
    """Lambda says how much time is left. Both mails go back to the queue, with no call to the table or SES."""
    mails = [
        {"messageId": name, "body": to_message(MailRequest("reg_1", MailKind.CONFIRMED, 1))} for name in ("m1", "m2")
    ]

    result = bare.start("notify", {"Records": mails}, **NOTIFY, LEFT_MS=str(int(MAIL_TAKES_S * 1000) - 1))

    assert result["answer"] == {"batchItemFailures": [{"itemIdentifier": "m1"}, {"itemIdentifier": "m2"}]}
    assert [line["message"] for line in result["logged"]] == ["no time left"] * 2


def test_links__starts_with_boto3_and_the_zips_jinja2(bare: Bare) -> None:
    """It answers with a page even without its keys."""
    event = {"httpMethod": "GET", "path": "/my", "queryStringParameters": {"t": "v1.a.b.c"}}

    result = bare.start(
        "links", event, SIGNING_KEY_SECRET="rollcall/test/signing-key", AWS_ENDPOINT_URL="http://127.0.0.1:1"
    )

    assert result["answer"]["statusCode"] == 503
    assert result["answer"]["headers"]["Content-Type"] == "text/html; charset=utf-8"
    assert "We'll be back in a moment" in result["answer"]["body"].replace("&#39;", "'")
    assert "jinja2" in result["loaded"]


def test_sweep__starts_with_boto3_alone(bare: Bare, tmp_path: Path) -> None:
    result = bare.start("sweep", {}, MAIL_QUEUE_URL="http://127.0.0.1:1/queue", FORMS_DIR=str(tmp_path))

    assert result["answer"] == {"lapsed": 0, "settled": 0, "promoted": 0, "mails": 0, "digests": 0, "reminders": 0}
    assert "boto3" in result["loaded"]
    assert "jinja2" not in result["loaded"]


def test_wire_call__does_not_retry_an_untrusted_endpoint(dynamo: Any) -> None:
    call = WireCall(dynamo.endpoint, "eu-north-1", Credentials("a", "b"))

    with pytest.raises(AwsCallError) as caught:
        call("GetItem", {})

    assert (caught.value.code, caught.value.retryable) == ("EndpointNotTrusted", False)


def test_wire_call__trusts_the_given_bundle(dynamo: Any) -> None:
    call = WireCall(dynamo.endpoint, "eu-north-1", Credentials("a", "b"), ca_bundle=str(dynamo.ca_bundle))

    assert call("GetItem", {}) == {}
    call.close()
