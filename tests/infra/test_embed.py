"""Forms on other sites: which pages may be framed, by whom, and that nothing else may."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from infra.planned import Plan, block, plan_as_json

from rollcall_local.errors import TerraformFailedError

if TYPE_CHECKING:
    from rollcall_local.terraform import LocalTerraform

POLICY = "module.site.aws_cloudfront_response_headers_policy.this"
EMBED_ON = {
    "contact": ["https://school.example"],
    "contact-schools": ["https://www.school.example", "https://club.example"],
    "registration": ["https://club.example", "https://www.school.example"],
}


@pytest.fixture(scope="module")
def plan(terraform: LocalTerraform) -> Plan:
    """A stack with three forms that other sites may show."""
    return Plan(plan_as_json(terraform, values={"forms": list(EMBED_ON), "embed_on": EMBED_ON}))


def policy_of(plan: Plan, key: str) -> dict[str, Any]:
    return block(plan.one(f'{POLICY}["{key}"]'), "security_headers_config")


def test_behaviours__match_the_longest_name_first(everything: Plan) -> None:
    """/embed/contact* also matches another form's name that begins so. Options don't disturb the order."""
    distribution = everything.one("module.site.aws_cloudfront_distribution.this")
    patterns = [one["path_pattern"] for one in distribution["ordered_cache_behavior"]]
    assert [one for one in patterns if one.startswith("/embed/")] == ["/embed/registration*", "/embed/contact*"]


def test_each_forms_pages__may_be_framed_by_its_own_sites(plan: Plan) -> None:
    """Their headers are otherwise those of every page. Forms with the same sites share a policy."""
    distribution = plan.one("module.site.aws_cloudfront_distribution.this")
    patterns = [one["path_pattern"] for one in distribution["ordered_cache_behavior"]]
    assert patterns[-3:] == ["/embed/contact-schools*", "/embed/registration*", "/embed/contact*"]

    pages = block(policy_of(plan, "pages"), "content_security_policy")["content_security_policy"]
    for origins in EMBED_ON.values():
        ancestors = " ".join(sorted(origins))
        headers = policy_of(plan, f"embed {ancestors}")
        policy = block(headers, "content_security_policy")["content_security_policy"]
        assert policy == pages.replace("frame-ancestors 'none'", f"frame-ancestors {ancestors}") != pages
        assert not headers["frame_options"]
    assert len([one for one in plan.all("aws_cloudfront_response_headers_policy") if "embed" in one]) == 2


def test_other_pages__are_never_framed(plan: Plan, everything: Plan) -> None:
    pages = policy_of(plan, "pages")
    assert "frame-ancestors 'none'" in block(pages, "content_security_policy")["content_security_policy"]
    for headers in (pages, policy_of(everything, "desk")):
        assert block(headers, "frame_options")["frame_option"] == "DENY"


@pytest.mark.full
@pytest.mark.parametrize(
    ("embed_on", "problem"),
    [
        ({"workshop": ["https://school.example"]}, "must name forms of the stack"),
        ({"contact": []}, "must name forms of the stack"),
        ({"contact": ["https://school.example/"]}, "with no path and no slash at the end"),
        ({"contact": ["*"]}, "with no path and no slash at the end"),
        ({"contact": [f"https://school-{number:02}.kuggen.example" for number in range(30)]}, "at most 800 characters"),
    ],
)
def test_values__refuse(terraform: LocalTerraform, embed_on: dict[str, list[str]], problem: str) -> None:
    with pytest.raises(TerraformFailedError) as error:
        plan_as_json(terraform, values={"embed_on": embed_on})
    assert problem in " ".join(str(error.value).replace("│", " ").split())
