"""Many submissions of the registration form, the same for every contender: as table items, with everything around them.

By default a submission is its own item only. With `whole=True` it includes its history, its
reference, its guard and its mails, as in a table that has been in use for a year.
"""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from registration_core.adapters.dynamodb.items import submission_item
from registration_core.adapters.dynamodb.table import wire_item
from registration_core.domain.forms import Form
from registration_core.domain.identifiers import new_reference, new_submission_id
from registration_core.domain.submission import Status, Submission
from rollcall_build.forms.files import compile_forms

ROOT = Path(__file__).resolve().parents[1]
FIRST = ("Åsa", "Per", "Ingrid", "Lars", "Fatima", "Nils", "Zofia", "Omar", "Elin", "Jörgen")
LAST = ("Lindqvist", "Berg", "Nyström", "Hassan", "Kowalska", "Öberg", "Svensson", "Ek", "Sjögren", "Ali")
SPREAD = timedelta(days=700)


def the_forms() -> dict[str, Form]:
    """Compile the clone's forms."""
    return dict(compile_forms(ROOT / "example" / "forms"))


def submissions(count: int, *, form: Form, newest: datetime | None = None, seed: int = 1) -> Iterator[Submission]:
    """Return submissions, newest first, spread over almost two years; the same ones for the same seed and time."""
    chance = random.Random(seed)
    newest = newest or datetime.now(UTC).replace(microsecond=0)
    for number, (id_, at) in enumerate(stamps(count, form=form, newest=newest, seed=seed)):
        name, family = chance.choice(FIRST), chance.choice(LAST)
        email = f"{name}.{family}.{number}@example.org".lower().translate(str.maketrans("åäö", "aao"))
        answers: dict[str, str | int | float | bool | list[str]] = {
            "participant": f"{name} {family}",
            "birth_date": f"20{chance.randrange(8, 18):02}-{chance.randrange(1, 13):02}-{chance.randrange(1, 29):02}",
            "course": chance.choice(("first-robot", "line-followers", "python-and-sensors", "competition-team")),
            "experience": chance.choice(("none", "some", "course")),
            "guardian": f"{chance.choice(FIRST)} {family}",
            "email": email,
            "phone": f"+4670{chance.randrange(10**7):07}",
            "heard_of_us": chance.sample(("school", "friend", "library", "web", "event"), chance.randrange(1, 4)),
            "consent": True,
        }
        if number % 3 == 0:
            answers |= {"robots_at_home": chance.randrange(5), "needs": "Allergic to nuts, and to getting up early."}
        if number % 2 == 0:
            answers["photos"] = True
        yield Submission(
            id=id_,
            form=form.name,
            form_version=form.version,
            submitted_at=at,
            answers=answers,
            status=chance.choice((Status.CONFIRMED,) * 8 + (Status.WAITLISTED, Status.CANCELLED)),
            reference=new_reference(chance.randbytes),
            email=email,
            language="sv",
            version=1,
            expires_at=newest.replace(microsecond=0) + timedelta(days=730),
            option=str(answers["course"]),
        )


def stamps(count: int, *, form: Form, newest: datetime, seed: int = 1) -> Iterator[tuple[str, datetime]]:
    """Return the submissions' IDs and times, newest first."""
    chance = random.Random(seed)
    for number in range(count):
        at = newest - SPREAD * number / count
        at = at.replace(microsecond=at.microsecond // 1000 * 1000)
        yield new_submission_id(form.id_prefix, at, chance.randbytes), at


def items(count: int, *, form: Form, seed: int = 1) -> Iterator[dict[str, object]]:
    """Return the submissions' items, as DynamoDB accepts them."""
    return map(wire_item, map(submission_item, submissions(count, form=form, seed=seed)))
