"""The configuration as written: its format, its descriptions, and what it refuses."""

from __future__ import annotations

import re
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest
from infra.planned import Plan, plan_as_json
from shipped import SOURCES

from admin_cli.organisation.values import ValuesError, read_values
from rollcall_build.forms.example_addresses import DOMAINS, is_example
from rollcall_local.errors import TerraformFailedError
from rollcall_local.process import clean_environment
from rollcall_local.terraform_configuration import PROVIDER_VERSION

if TYPE_CHECKING:
    from pathlib import Path

    from rollcall_local.terraform import LocalTerraform

BLOCK = re.compile(r'^(variable|output) "(\w+)" \{\n(.*?)^\}', re.DOTALL | re.MULTILINE)
ARGUMENT = re.compile(r"^  (\w+)\b", re.MULTILINE)

REFUSED = {
    "stack": '"Prod_1"',
    "region": '"Stockholm"',
    "package_path": '"lambda.tar"',
    "forms": '["Contact Us"]',
    "sender": '"nobody"',
    "site_url": '"https://courses.kuggen.se/"',
    "site_domain": '{ names = ["courses.kuggen.se"], certificate_arn = "arn:aws:acm:us-east-1:1:certificate/1" }',
    "api_url": '"api.example.org"',
    "allowed_origins": '["*"]',
    "log_retention_days": "100",
    "log_level": '"LOUD"',
    "throttle": "{ rate = 0, burst = 0.5 }",
    "rate_limits": "{ per_address = -1 }",
    "turnstile": '{ secret_name = "the site\'s secret" }',
    "reserved_concurrency": "{ submit = -1, notify = 1 }",
    "api_access_logs": "{ retention_days = 2 }",
    "alarm_email": '"Operators <operators@kuggen.se>"',
    "site_access_logs": "{ retention_days = 0 }",
    "plaintext_sources": '["0.0.0.0/0"]',
    "tags": '{ Stack = "mine" }',
    "trail": '{ retention_days = 0, events = ["everything"] }',
    "tracing": "{ rate = 5 }",
    "webhooks": '["https://hooks.example.org/"]',
    "files": '{ scanner = "arn:aws:lambda:x", url = "ftp://files.example.org/" }',
    "budget": '{ monthly_usd = 0, emails = [], scope = "planet" }',
}

# A value that is compared with another variable is checked once that one is valid.
VALID = {"stack": '"prod"', "region": '"eu-north-1"', "sender": '"courses@kuggen.se"'}
REFUSED_BESIDE_OTHERS = [
    {"sender_domain": '"example.com"'},
    {"embed_on": '{ registration = ["http://school.example"] }'},
    {"encryption": "{ deletion_window_days = 6 }"},
    {"firewall": '{ mode = "off" }', "access": '{ countries = ["UK"] }'},
    {"existing_identity": '"ample.org"'},
    {"delivery": '{ kind = "gitlab", repository = "academy/ours", state_bucket = "academy-state" }'},
    {"table_name": '"rollcall-dev-restored-1"'},
    {"backup": '{ copy = { region = "eu-north-1" } }'},
    {"domain": '{ site = "Kuggen", zone_id = "kuggen.se", old_api_address = "shut" }'},
    {"domain": '{ site = "kuggen.se", api = "kuggen.se" }'},
    {"domain": '{ site = "kuggen.se", old_api_address = "closed" }'},
    {"domain": '{ site = "kuggen.se", certificates = { site = "arn:aws:acm:eu-north-1:111122223333:certificate/1" } }'},
    {
        "domain": '{ site = "kuggen.se", api = "api.kuggen.se", certificates = '
        '{ site = "arn:aws:acm:us-east-1:111122223333:certificate/1" } }'
    },
    {"domain": '{ site = "kuggen.se", api = "api.kuggen.se" }\napi_url = "https://api.kuggen.se"'},
    {"one_origin": '{}\nforms = ["api"]'},
    {"replica_regions": '["eu-north-1"]', "takes_over": '"prod"'},
    {"alarms": "{ no_submissions_days = 8 }"},
    {"dashboard": "{ days = 456 }"},
    {"staff_auth": '{ kind = "ldap" }'},
    {"staff_auth": '{ kind = "iam" }\naccess = {}'},
    {"staff_auth": '{ kind = "iam" }\none_origin = {}'},
    {"staff_auth": '{ kind = "iam", sign_in_url = "https://login.example.org/" }'},
    {"alarms": '{ functions = ["staff"] }'},
]


def blocks(configuration: Path, kind: str) -> dict[str, str]:
    return {
        f"{file.relative_to(configuration)}: {name}": body
        for file in sorted(configuration.rglob("*.tf"))
        for block_kind, name, body in BLOCK.findall(file.read_text(encoding="utf-8"))
        if block_kind == kind
    }


def test_terraform__is_formatted(configuration: Path) -> None:
    diff = subprocess.run(
        ["terraform", "fmt", "-check", "-diff", "-recursive", str(configuration.parent)],
        capture_output=True,
        text=True,
        check=False,
    )

    assert diff.returncode == 0, diff.stdout + diff.stderr


def test_terraform__is_valid(terraform: LocalTerraform) -> None:
    terraform.run("validate")


def test_variables__have_a_description_and_a_type(configuration: Path) -> None:
    variables = blocks(configuration, "variable")

    assert variables
    for where, body in variables.items():
        assert ARGUMENT.findall(body)[:2] == ["description", "type"], where
        assert re.search(r'description = "[A-Z].*\."$', body, re.MULTILINE), where


def test_outputs__have_a_description(configuration: Path) -> None:
    outputs = blocks(configuration, "output")

    assert outputs
    for where, body in outputs.items():
        assert re.search(r'^  description = "[A-Z].*\."$', body, re.MULTILINE), where


def values_file(folder: Path, values: dict[str, str]) -> Path:
    """Write values, each as Terraform spells it."""
    file = folder / "given.tfvars"
    file.write_text("".join(f"{name} = {value}\n" for name, value in values.items()), encoding="utf-8")
    return file


@pytest.mark.parametrize("refused", [REFUSED, *REFUSED_BESIDE_OTHERS])
def test_variables__refuse_what_would_fail_later(tmp_path: Path, refused: dict[str, str]) -> None:
    """Terraform reads the variables only, as `rollcall check` does: that takes no provider."""
    with pytest.raises(ValuesError) as refusal:
        read_values(SOURCES, values_file(tmp_path, VALID | refused))

    for name in refused:
        assert re.search(rf"^(\w+ ){{0,2}}{name}\b", str(refusal.value), re.MULTILINE), f"{name} was not refused"


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"backup": "{ keepdays = 30 }"}, "backup has no keepdays. It has schedule, keep_days, "),
        ({"firewall": "{ rate = { limits = 10 } }"}, "firewall.rate has no limits. It has limit, window_s."),
        ({"one_origin": "{ on = true }"}, "one_origin has no on. It has nothing in it."),
        ({"trail": "{}"}, 'trail: attribute "retention_days" is required.'),
        ({"backup": "true"}, "backup: object required."),
    ],
)
def test_values__with_a_mistyped_name_are_refused(tmp_path: Path, values: dict[str, str], sentence: str) -> None:
    """Terraform itself drops a name that a type doesn't have, and the default stays in force."""
    with pytest.raises(ValuesError) as refusal:
        read_values(SOURCES, values_file(tmp_path, VALID | values))

    assert str(refusal.value).startswith(sentence)


HOLDING_NULL = {
    "throttle": "{ rate = null, burst = 1 }",
    "domain": "{ site = null, redirects = [null] }",
    "access": "{ addresses = [null] }",
    "delivery": '{ kind = "github", repository = null, state_bucket = "academy-state" }',
}


def test_values__that_hold_null_get_a_sentence_each(tmp_path: Path) -> None:
    with pytest.raises(ValuesError) as refusal:
        read_values(SOURCES, values_file(tmp_path, VALID | HOLDING_NULL))

    lines = str(refusal.value).splitlines()
    assert len(lines) == len(HOLDING_NULL)
    for name in HOLDING_NULL:
        assert any(re.match(rf"(\w+ ){{0,2}}{name}\b", line) for line in lines), name


def test_values__that_are_null_are_accepted(tmp_path: Path, configuration: Path) -> None:
    """They are the defaults; otherwise Terraform answers in its own words about arguments that must not be null."""
    optional = [
        where.split(": ")[1]
        for where, body in blocks(configuration, "variable").items()
        if where.startswith("variables") and re.search(r"^  default +=", body, re.MULTILINE)
    ]

    assert len(optional) > 20
    read_values(SOURCES, values_file(tmp_path, VALID | dict.fromkeys(optional, "null")))


def test_values__with_names_of_ones_own_are_accepted(tmp_path: Path) -> None:
    read_values(SOURCES, values_file(tmp_path, VALID | {"tags": '{ Team = "courses" }', "backup": "null"}))


EXAMPLES = {
    "sender": '"Courses <courses@Example.org>"',
    "alarm_email": '"operators@sub.example.com"',
    "site_url": '"https://courses.robotics.example"',
    "domain": '{ site = "example.net" }',
}


def test_example_addresses__are_refused(terraform: LocalTerraform, tmp_path: Path) -> None:
    """Mail to them reaches nobody, and nobody would notice."""
    with pytest.raises(TerraformFailedError, match=r"example\s+addresses") as refusal:
        plan_as_json(terraform, values_file(tmp_path, VALID | EXAMPLES))

    for value in EXAMPLES.values():
        (address,) = re.findall(r"[\w.@]*[Ee]xample[.\w]*", value)
        assert address in str(refusal.value)


@pytest.mark.parametrize("environment", [pytest.param("dev", marks=pytest.mark.full), "prod"])
def test_example_values__are_refused_until_replaced(terraform: LocalTerraform, environment: str) -> None:
    with pytest.raises(TerraformFailedError, match=r"example\s+addresses"):
        plan_as_json(terraform, SOURCES.values / f"{environment}.tfvars")


def test_example_values__are_those_rollcall_check_warns_of(configuration: Path) -> None:
    """One rule in two languages."""
    outputs = (configuration / "outputs.tf").read_text(encoding="utf-8")
    (pattern,) = re.findall(r'regex\("(.*?)", lower\(address\)\)', outputs)
    pattern = pattern.replace("\\\\", "\\")

    lookalikes = ("kuggen.se", "myexample.org", "example.school", "examples.com")
    for domain in (*DOMAINS, *lookalikes):
        for address in (f"office@{domain}", f"office@mail.{domain}", f"https://{domain}"):
            refused = bool(re.search(pattern, address))
            assert refused is is_example(address.removeprefix("https://")) is (domain not in lookalikes), address


def test_guide__has_valid_values(guided: Plan) -> None:
    assert guided.variables["domain"]["site"] == "courses.kuggen.se"
    assert guided.one("module.mail.aws_sesv2_email_identity.this[0]")["email_identity"] == "kuggen.se"


def test_refusals__cover_every_variable_that_can_be_wrong(configuration: Path) -> None:
    free = {"deletion_protection"}  # true or false

    named = {where.split(": ")[1] for where in blocks(configuration, "variable") if where.startswith("variables")}

    assert named - free == {name for refused in (REFUSED, *REFUSED_BESIDE_OTHERS) for name in refused}


def test_standin_provider__has_an_accepted_version(configuration: Path) -> None:
    """It is no version that lost indexes or planned them again each time: docs/decisions/0031-provider-version.md."""
    versions = (configuration / "versions.tf").read_text(encoding="utf-8")

    (floor, ceiling) = re.findall(r'version = ">= (\d+\.\d+), < (\d+\.\d+)"', versions)[0]

    def number(version: str) -> tuple[int, ...]:
        return tuple(map(int, version.split(".")))

    assert number(floor) >= (6, 37)
    assert number(floor) <= number(PROVIDER_VERSION) < number(ceiling)


def test_indexes__name_their_keys_as_the_provider_wants(configuration: Path) -> None:
    """The old arguments give a warning at every plan; both together give an index planned again."""
    table = (configuration / "modules" / "store" / "main.tf").read_text(encoding="utf-8")
    indexes = re.findall(r"^  global_secondary_index \{\n(.*?)^  \}", table, re.DOTALL | re.MULTILINE)

    assert indexes
    for index in indexes:
        assert "hash_key" not in index
        assert "range_key" not in index
        assert re.findall(r'key_type += "(\w+)"', index) == ["HASH", "RANGE"]


def test_provider_lock__covers_all_platforms_and_init_uses_it(
    terraform: LocalTerraform, configuration: Path, tmp_path: Path
) -> None:
    """It is made as the guide describes before the first apply; the provider's folder is the stand-in's."""
    shutil.copytree(configuration, tmp_path / "infra" / "terraform", ignore=shutil.ignore_patterns(".terraform*"))
    shutil.copyfile(configuration.parents[1] / "Makefile", tmp_path / "Makefile")
    mirror = terraform.configuration.parent / "mirror"
    (platform,) = (path.name for path in mirror.glob("*/*/*/*/*"))
    environment = clean_environment(CHECKPOINT_DISABLE="1", TF_CLI_CONFIG_FILE=str(mirror.parent / "terraform.rc"))
    folder = tmp_path / "infra" / "terraform"

    def run(*words: str) -> int:
        return subprocess.run(words, cwd=tmp_path, env=environment, capture_output=True, check=False).returncode

    init = ("terraform", f"-chdir={folder}", "init", "-backend=false", "-lockfile=readonly", "-input=false")
    assert run(*init) != 0

    assert run("make", "-s", "provider-lock", f"MIRROR={mirror}", f"PLATFORMS={platform}") == 0

    lock = (folder / ".terraform.lock.hcl").read_text(encoding="utf-8")
    assert f'version     = "{PROVIDER_VERSION}"' in lock
    assert re.search(r'"h1:[^"]+"', lock)
    assert run(*init) == 0


def test_modules__take_no_boolean_but_protection(configuration: Path) -> None:
    booleans = {where for where, body in blocks(configuration, "variable").items() if re.search(r"type\s+= bool", body)}

    assert booleans == {
        "variables.tf: deletion_protection",
        "modules/backup/variables.tf: deletion_protection",
        "modules/sign_in/variables.tf: deletion_protection",
        "modules/key/variables.tf: deletion_protection",
        "modules/store/variables.tf: deletion_protection",
        "modules/site/variables.tf: keep_pages",
        "modules/files/variables.tf: keep_files",
        "modules/bucket/variables.tf: keep_objects",
        "modules/site_logs/variables.tf: keep_logs",
        "modules/trail/variables.tf: keep_records",
    }


def test_state__is_kept_in_a_bucket_with_a_lock(configuration: Path) -> None:
    assert 'backend "s3" {}' in (configuration / "versions.tf").read_text(encoding="utf-8")
    for environment in ("dev", "prod"):
        backend = (SOURCES.values / f"{environment}.s3.tfbackend").read_text(encoding="utf-8")
        assert re.search(r"^use_lockfile = true$", backend, re.MULTILINE)
        assert re.search(r"^encrypt +=\s*true$", backend, re.MULTILINE)
        assert f"rollcall/{environment}.tfstate" in backend
