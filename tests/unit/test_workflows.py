"""The GitHub workflows: ours, and the one in the operator's guide. `make workflows` checks the rest."""

from __future__ import annotations

import re

from conftest import ROOT

FILES = [*sorted((ROOT / ".github" / "workflows").glob("*.yml")), ROOT / "docs" / "options.md"]


def test_actions__are_pinned_to_one_commit_each() -> None:
    """Each use of an action names a commit and its release; the same action is the same commit everywhere."""
    uses = [
        use for file in FILES for use in re.findall(r"^ +- uses: (.*)", file.read_text(encoding="utf-8"), re.MULTILINE)
    ]
    pinned = [re.fullmatch(r"([\w-]+/[\w-]+)@([0-9a-f]{40}) # (v\d+\.\d+\.\d+)", use) for use in uses]

    assert len(uses) > len(FILES)
    assert [use for use, pin in zip(uses, pinned, strict=True) if pin is None] == []
    pins = {pin.groups() for pin in pinned if pin}
    assert len(pins) == len({action for action, _, _ in pins})


def test_make_targets__of_the_workflow_exist() -> None:
    """Each target that a job makes is one of the Makefile's, on every Python that the packages support."""
    workflow = FILES[0].read_text(encoding="utf-8")
    targets = set(re.findall(r"run: make ([\w-]+)", workflow))
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")

    assert targets == {"test", "prove", "test-localstack", "workflows", "infra-lint"}
    assert [target for target in targets if not re.search(rf"^{target}:", makefile, re.MULTILINE)] == []
    assert 'python: ["3.11", "3.12", "3.13"]' in workflow
