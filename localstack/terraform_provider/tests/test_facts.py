"""Schema facts, resource types and what they claim to carry out fit together."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest
from botocore.loaders import Loader
from shipped import ROOT

import standin
from rollcall_local.terraform_configuration import PROVIDER_VERSION
from standin import enums
from standin.facts import facts
from standin.resource import DATA_SOURCES, RESOURCES, Resource
from standin.resources import load_all
from standin.strictness import BASE_ARGUMENTS

load_all()
KINDS = sorted(RESOURCES.values(), key=lambda kind: kind.type)


def _argument(kind: str, path: str) -> bool:
    """Return whether the schema lets a practitioner set what a dotted path names."""
    *blocks, name = path.split(".")
    block = facts().resources[kind]
    for outer in blocks:
        block = block["block_types"][outer]["block"]
    if name in block.get("block_types", {}):
        return True
    fact = block["attributes"][name]
    return bool(fact.get("required") or fact.get("optional"))


def test_types__are_those_of_the_configuration() -> None:
    """The stand-in knows every type that infra uses, and no other; it may know one by its schema alone."""
    files = (ROOT / "infra").rglob("*.tf")
    uses = {
        use for file in files for use in re.findall(r'^(resource|data) "(aws_\w+)"', file.read_text(), re.MULTILINE)
    }

    assert set(RESOURCES) <= set(facts().resources) == {name for keyword, name in uses if keyword == "resource"}
    assert set(DATA_SOURCES) == set(facts().data_sources) == {name for keyword, name in uses if keyword == "data"}


def test_version__is_the_one_that_the_facts_are_from() -> None:
    assert facts().version == PROVIDER_VERSION


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.type)
def test_type__says_only_what_its_schema_knows(kind: type[Resource]) -> None:
    named = {*kind.supported, *kind.force_new, *kind.defaults, *kind.json_attributes, *kind.enums}
    assert [path for path in sorted(named - BASE_ARGUMENTS) if not _argument(kind.type, path)] == []
    assert kind.echoed <= kind.supported | {"tags_all"} | {path.rpartition(".")[0] for path in kind.supported}
    assert set(kind.on_change) <= set(facts().resources[kind.type]["attributes"])


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.type)
def test_type__cites_its_page_of_the_provider_s_documentation(kind: type[Resource]) -> None:
    cited = f"{sys.modules[kind.__module__].__doc__} {kind.__doc__}"

    assert kind.type.removeprefix("aws_") in cited


@pytest.mark.parametrize("pair", sorted({pair for kind in KINDS for pair in kind.enums.values()}), ids=" ".join)
def test_enum__is_as_botocore_has_it(pair: tuple[str, str]) -> None:
    service, shape = pair
    model = Loader().load_service_model(service, "service-2")

    # Another botocore than the file was made with may know more.
    assert set(enums.allowed(service, shape)) <= set(model["shapes"][shape]["enum"])


ON_MOTO = {"aws_codebuild_project", "aws_codepipeline"}
"""ministack has no pipelines and keeps half of a project: tests/infra/test_whole_stack.py applies these on moto."""


def test_every_type_has_a_test_at_the_emulator() -> None:
    tests = "".join(path.read_text() for path in Path(__file__).parent.glob("*.py"))

    assert {kind.type for kind in KINDS if f'"{kind.type}"' not in tests} <= ON_MOTO
    assert [name for name in sorted(DATA_SOURCES) if f'"{name}"' not in tests] == []


def test_a_schema_is_given_without_the_sdk() -> None:
    folder = Path(standin.__file__).parent
    early = ("messages.py", "service.py", "plugin.py", "engine.py", "facts.py", "values.py", "clients.py")

    for name in early:
        lines = (folder / name).read_text().splitlines()
        assert [line for line in lines if line.startswith(("import boto", "from boto"))] == [], name
