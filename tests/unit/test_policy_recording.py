"""A recording of calls: the same calls give the same file, whoever runs the suites."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from policies.recording import REVIEWED, read, steady

if TYPE_CHECKING:
    from pathlib import Path

ROLE = "arn:aws:sts::000000000000:assumed-role/rollcall-local-submit/rollcall-local-submit"
TABLE = "arn:aws:dynamodb:eu-north-1:000000000000:table/rollcall-local"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SUB#reg_01M8M3NSSRFB5906Y3", "SUB#x"),
        ("KEY#guards", "KEY#guards"),
        ("FORMS", "FORMS"),
        (f"{TABLE}/stream/2026-11-29T17:14:30.664", f"{TABLE}/stream/x"),
        ("arn:aws:cloudfront::000000000000:distribution/E1", "arn:aws:cloudfront::000000000000:distribution/x"),
        (
            "arn:aws:secretsmanager:e:0:secret:rollcall/local-a1b2c3",
            "arn:aws:secretsmanager:e:0:secret:rollcall/local-xxxxxx",
        ),
        (
            "arn:aws:sqs:eu-north-1:000000000000:rollcall-local-mail",
            "arn:aws:sqs:eu-north-1:000000000000:rollcall-local-mail",
        ),
    ],
)
def test_identifiers__are_left_out(text: str, expected: str) -> None:
    assert steady(text) == expected


def test_calls__are_merged_by_who_makes_them(tmp_path: Path) -> None:
    """Others than the stack's own roles and people are left out, and so are keys that no policy names."""
    keys = [{"dynamodb:LeadingKeys": [f"SUB#{number}"], "dynamodb:Select": "ALL"} for number in range(3)]
    lines = [[ROLE, "dynamodb:GetItem", TABLE, context, True] for context in keys]
    lines += [["arn:aws:iam::000000000000:user/olle", "dynamodb:GetItem", TABLE, {}, True]]
    lines += [[ROLE, "sts:GetCallerIdentity", "*", {}, True]]
    file = tmp_path / "1.jsonl"
    file.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")

    calls = read([file])

    assert [one.line for one in calls] == [
        json.dumps(["submit", "dynamodb:GetItem", TABLE, {"dynamodb:LeadingKeys": ["SUB#x"]}, True])
    ]


def test_reviewed_recording__is_as_make_writes_it() -> None:
    """Sorted, without repetitions: a difference in it is a difference in the calls."""
    text = REVIEWED.read_text(encoding="utf-8")

    assert text == "".join(f"{one.line}\n" for one in read([REVIEWED]))
