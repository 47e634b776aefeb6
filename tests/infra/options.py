"""Values that turn options on, for the tests that plan them."""

from __future__ import annotations

from typing import Any

GITHUB: dict[str, Any] = {
    "kind": "github",
    "repository": "academy@42/ours@4711",
    "environment": "prod",
    "state_bucket": "academy-state",
}
PIPELINE: dict[str, Any] = {
    "kind": "codepipeline",
    "repository": "academy@42/ours@4711",
    "product": {"repository": "academy/rollcall", "branch": "release"},
    "approver": "operators@kuggen.se",
    "state_bucket": "academy-state",
}

EVERYTHING: dict[str, Any] = {
    "site_url": None,
    "api_url": None,
    "deletion_protection": True,
    "turnstile": {"secret_name": "rollcall/local/turnstile"},
    "domain": {
        "site": "courses.kuggen.se",
        "api": "api.kuggen.se",
        "redirects": ["www.kuggen.se"],
        "zone_id": "Z0123456789ABCDEFGHIJ",
    },
    "one_origin": {},
    "delivery": PIPELINE,
    "alarm_email": "operators@kuggen.se",
    "alarms": {
        "functions": ["submit", "links", "sweep", "dispatch", "notify", "feedback", "staff", "deliver", "files"],
        "no_submissions_days": 5,
    },
    "dashboard": {},
    "api_access_logs": {"retention_days": 30},
    "site_access_logs": {"retention_days": 30},
    "trail": {"retention_days": 365},
    "tracing": {},
    "budget": {"monthly_usd": 10, "emails": ["operators@kuggen.se"]},
    "firewall": {},
    "staff_auth": {"kind": "cognito"},
    "embed_on": {
        "contact": ["https://school.example"],
        "registration": ["https://www.school.example", "https://club.example"],
    },
    "webhooks": {},
    "files": {"scanner": "scan-files"},
    "encryption": {},
    "backup": {"keep_days": 200, "cold_after_days": 30, "copy": {"region": "eu-west-1"}, "lock": {"min_days": 30}},
}
"""All options at once. Those that exclude one of these are in EXCLUDED."""

EXCLUDED: dict[str, Any] = {
    "delivery": GITHUB,
    "replica_regions": ["eu-central-1"],
    "access": {"addresses": ["192.0.2.0/24"], "countries": ["SE"]},
    "one_origin": None,
    "encryption": None,
}
"""What differs from EVERYTHING, so that the rest of the options are on."""
