"""What staff review: the whole history, suspected spam, sent and failed mails, with the real services."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from contract.mail_fakes import InMemoryMailOutcomes
from unit.cli.fakes import STAFF
from unit.cli.office import COURSE, OTHER_COURSE, Office, called, reference

from registration_core.domain.identifiers import display_reference
from registration_core.domain.mail import MailKind, MailRequest, MailState
from registration_core.domain.submission import Status
from registration_core.domain.validation import example_submission

if TYPE_CHECKING:
    from unit.cli.fakes import CommandLine

    from registration_core.domain.submission import Submission


@pytest.fixture
def office(rollcall_local: CommandLine) -> Office:
    """An office whose clock shows the present time, like the commands' own."""
    made = Office(rollcall_local)
    made.clock.at = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1)
    return made


def rows(out: str) -> list[list[str]]:
    return [line.split("\t") for line in out.splitlines()]


def mailed(office: Office, entry: Submission, state: MailState, kind: MailKind = MailKind.CONFIRMED) -> None:
    """Send a mail, and report its outcome."""
    office.clock.forward(seconds=1)
    copy = len(office.repository.details(entry.id).mails)
    request = MailRequest(entry.id, kind, entry.version, copy)
    until = office.clock.at + timedelta(seconds=90)
    office.repository.lease_mail(request, holder="n", until=until, expires_at=entry.expires_at)
    office.repository.mark_mail_sent(request, holder="n", message_id="m")
    if state is not MailState.SENT:
        InMemoryMailOutcomes(office.repository).note(request, state)


def test_history__of_all_lists_changes_newest_first(office: Office) -> None:
    """Each names the person and both statuses; an edit names its fields, never their values."""
    asa, bo = office.register("Åsa Öberg"), office.register("O'Brien", form="contact")
    office.clock.forward(minutes=1)
    office.line("edit", asa.id, "phone=+46 70 999 99 99", "--yes")
    office.clock.forward(minutes=1)
    office.line("edit", asa.id, f"course={OTHER_COURSE}", "--yes")
    office.clock.forward(minutes=1)
    office.manage.cancel(asa.id, by="registrant")

    ran = office.line("history", "--since", "2h")

    assert [[*row[1:4], row[4], row[5]] for row in rows(ran.out)] == [
        ["Åsa Öberg", "cancelled", "confirmed → cancelled", "registrant", reference(asa)],
        ["Åsa Öberg", "edited course", f"{COURSE} → {OTHER_COURSE}", STAFF.arn, reference(asa)],
        ["Åsa Öberg", "edited phone", "", STAFF.arn, reference(asa)],
        ["O'Brien", "submitted", "confirmed", "registrant", reference(bo)],
        ["Åsa Öberg", "submitted", "confirmed", "registrant", reference(asa)],
    ]
    assert "999" not in ran.out + ran.err


def test_history__of_all_shows_the_outcome_at_80_columns(office: Office) -> None:
    """Both statuses are the point of the line, so they are never cut."""
    entry = office.register("Åsa-Märta Öberg")
    office.line("status", "cancel", entry.id, "--yes")
    office.line.environ |= {"COLUMNS": "80", "NO_COLOR": "1"}

    ran = office.line("history", "--since", "2h", terminal=True)
    assert "confirmed→cancelled" in ran.out.splitlines()[1]
    assert max(map(len, ran.out.splitlines())) <= 80

    nobody = office.line("history", "--by", "nobody", terminal=True)
    assert nobody.err.startswith("No changes by nobody since ")


def test_history__of_all_filters_by_person_and_form(office: Office) -> None:
    asa = office.register("Åsa Öberg")
    office.register("Bo", form="contact")
    office.line("status", "cancel", asa.id, "--yes")

    def who(*options: str) -> list[str]:
        return [row[4] for row in rows(office.line("history", "--since", "2h", *options).out)]

    assert who("--by", "staff") == who("--by", "user/STAFF") == [STAFF.arn]
    assert who("--by", "registrant") == ["registrant", "registrant"]
    assert who("--by", "registrant", "--form", "contact") == ["registrant"]
    assert who("--by", "nobody") == []
    assert office.line("history", "--since", "30min").out == ""
    assert office.line("history", "--since", "2h", "--until", "90min").out == ""


def test_history__of_all_prints_json(office: Office) -> None:
    entry = office.register("Åsa Öberg")
    office.manage.erase(entry.id, by="registrant")

    events = json.loads(office.line("history", "--since", "2h", "--json", "reference,name,what,was,status,by").out)

    common = {"reference": reference(entry), "name": "", "by": "registrant"}
    assert events == [
        common | {"what": "erased", "was": "confirmed", "status": "erased"},
        common | {"what": "submitted", "was": None, "status": "confirmed"},
    ]
    assert "moved_to" in office.line("history", "--json").out.split()


@pytest.mark.parametrize("option", [("--since", "2h"), ("--by", "staff"), ("--form", "contact")])
def test_history__of_one_refuses_the_options_of_all(office: Office, option: tuple[str, str]) -> None:
    entry = office.register()
    ran = office.line("history", entry.id, *option)
    assert (ran.code, "Leave out the ID" in ran.err) == (2, True)


def test_history__of_a_reversed_period_is_refused(office: Office) -> None:
    ran = office.line("history", "--since", "2d", "--until", "3d")
    assert (ran.code, "must be earlier" in ran.err) == (2, True)


def test_spam__is_on_the_lists_last_line_with_its_reason(office: Office) -> None:
    """A person at a terminal sees the count; a list of spam shows why."""
    office.register("Åsa Öberg")
    assert "spam" not in office.line("list", terminal=True).err
    spam = _spam(office, "quick 1.4")

    assert office.line("list", terminal=True).err.splitlines()[-1] == (
        "1 submission set aside as suspected spam: rollcall list --status spam"
    )
    assert "--form registration --status spam" in office.line("list", "--form", "registration", terminal=True).err
    for quiet in (("list",), ("list", "--json", "id"), ("list", "--form", "contact")):
        assert "spam:" not in office.line(*quiet).err
    assert "set aside" not in office.line("list", "--status", "spam", terminal=True).err
    assert rows(office.line("list", "--status", "spam", "--columns", "reference,spam_sign").out) == [
        [reference(spam), "sent 1.4 s after the page was opened"]
    ]


def test_spam__is_not_counted_beyond_a_hundred(office: Office) -> None:
    """The limit is for all forms together, so that a list stays fast."""
    form = office.forms["registration"]
    answers = example_submission(form, today=office.clock.now().date()) | {"course": COURSE}
    for number in range(101):
        answers["participant"] = f"Royale {number}"
        office.submits.submit(form, answers, key=f"spam {number}", language="en", spam_sign="honeypot")

    assert office.line("list", terminal=True).err.splitlines()[-1] == (
        "More than 100 submissions set aside as suspected spam: rollcall list --status spam"
    )


@pytest.mark.parametrize(
    ("sign", "why"),
    [
        ("honeypot", "the hidden field was filled in"),
        ("links 5", "it has too many links (5)"),
        ("name", "the name contains a link or an address"),
    ],
)
def test_show__says_why_it_was_suspected(office: Office, sign: str, why: str) -> None:
    """It still does once it is genuine; the sender never learns it."""
    spam = _spam(office, sign)
    assert f"why_spam\t{why}\n" in office.line("show", spam.id).out
    office.restore.mark_genuine(spam.id, by="kim")
    assert json.loads(office.line("show", spam.id, "--json", "status,spam_sign").out) == {
        "status": "confirmed",
        "spam_sign": sign,
    }


def test_mail_list__lists_mails_newest_first(office: Office) -> None:
    """Whom, which mail, and its outcome so far."""
    asa, bo = office.register("Åsa Öberg"), office.register("Bo", form="contact")
    mailed(office, asa, MailState.DELIVERED)
    mailed(office, bo, MailState.BOUNCED)
    mailed(office, asa, MailState.SENT, MailKind.STAFF)

    lines = rows(office.line("mail", "list").out)

    assert [line[1:] for line in lines] == [
        ["Åsa Öberg", "staff", "sent", *office.forms["registration"].staff, reference(asa)],
        ["Bo", "confirmed", "bounced", bo.email, reference(bo)],
        ["Åsa Öberg", "confirmed", "delivered", asa.email, reference(asa)],
    ]
    assert len(rows(office.line("mail", "list", "--state", "bounced").out)) == 1
    assert len(rows(office.line("mail", "list", "--form", "registration").out)) == 2
    one = office.line("mail", "list", "-L", "1")
    assert (len(rows(one.out)), one.err) == (1, "More: rollcall mail list --limit 2\n")
    assert json.loads(office.line("mail", "list", "--json", "name,kind,state", "-L", "1").out) == [
        {"name": "Åsa Öberg", "kind": "staff", "state": "sent"}
    ]
    assert office.line("mail", "list", "--state", "bouncd").code == 2


def test_mail_failed__omits_what_was_solved(office: Office) -> None:
    """A later mail that arrived or an erasure solves it; a mail to staff doesn't."""
    mended, still, gone = office.register("Åsa"), office.register("Bo"), office.register("Cleo")
    for entry in (mended, still, gone):
        mailed(office, entry, MailState.BOUNCED)
    mailed(office, mended, MailState.DELIVERED)
    mailed(office, still, MailState.SENT, MailKind.STAFF)
    office.manage.erase(gone.id, by="kim")
    office.line.parts = _no_dead_letters()

    lines = rows(office.line("mail", "failed").out)

    assert [(line[1], line[3], line[6]) for line in lines] == [(reference(still), "bounced", "Bo")]


def test_unsuppress__allows_mail_again_and_records_it(office: Office) -> None:
    """By address or by one of its submissions; a second run changes nothing."""
    entry = office.register("Åsa Öberg")
    parts = office.line.parts = _no_dead_letters(office)
    parts.suppressions.add(entry.email, reason=MailState.BOUNCED, expires_at=entry.expires_at)

    dry = office.line("mail", "unsuppress", reference(entry), "--dry-run")
    assert f"  {called(entry)}\nWould lift the suppression of {entry.email}." in dry.err
    ran = office.line("mail", "unsuppress", entry.email.upper(), "--yes")

    assert ran.code == 0
    assert f"rollcall mail resend {reference(entry)}\n" in ran.err
    assert not parts.suppressions.holds(entry.email)
    last = office.repository.details(entry.id).events[-1]
    assert (last.what, last.by) == ("suppression lifted", STAFF.arn)
    assert "none of the suppression lists" in office.line("mail", "unsuppress", entry.id, "--yes").err


def test_unsuppress__lifts_what_only_ses_suppresses(office: Office) -> None:
    """Else the next mail would bounce there, and the stack's own list hold the address again."""
    entry = office.register("Åsa Öberg")
    parts = office.line.parts = _no_dead_letters(office)
    parts.account.addresses.add(entry.email)

    ran = office.line("mail", "unsuppress", entry.email.upper(), "--yes")

    assert (ran.code, parts.account.addresses) == (0, set())
    assert office.repository.details(entry.id).events[-1].what == "suppression lifted"
    assert "aws sesv2" not in ran.err


def test_unsuppress__names_the_operators_command_if_denied(office: Office) -> None:
    """The stack's own list is lifted all the same."""
    entry = office.register("Åsa Öberg")
    parts = office.line.parts = _no_dead_letters(office)
    parts.account.denied = True
    parts.suppressions.add(entry.email, reason=MailState.BOUNCED, expires_at=entry.expires_at)

    ran = office.line("mail", "unsuppress", reference(entry), "--yes")

    assert not parts.suppressions.holds(entry.email)
    command = f"aws sesv2 delete-suppressed-destination --email-address {entry.email} --region "
    assert (command in ran.err, "mailed again" in ran.err) == (True, False)
    assert command in office.line("mail", "unsuppress", reference(entry), "--yes").err


def _spam(office: Office, sign: str) -> Submission:
    entry = office.register("Casino")
    form = office.forms["registration"]
    answers = example_submission(form, today=office.clock.now().date()) | {"participant": "Royale", "course": COURSE}
    office.manage.erase(entry.id, by="kim")
    receipt = office.submits.submit(form, answers, key=sign, language="en", spam_sign=sign)
    spam = office.get(receipt)
    assert (spam.status, display_reference(spam.reference)) == (Status.SPAM, reference(spam))
    return spam


def _no_dead_letters(office: Office | None = None):  # type: ignore[no-untyped-def]  # noqa: ANN202 - parts of mailing
    from types import SimpleNamespace  # noqa: PLC0415 - only here

    from contract.mail_fakes import InMemoryAccountSuppressions, InMemorySuppressionList  # noqa: PLC0415 - only here

    suppressions = None if office is None else InMemorySuppressionList(office.clock, repository=office.repository)
    account = InMemoryAccountSuppressions()
    return SimpleNamespace(
        redrive=SimpleNamespace(read=list),
        suppressions=suppressions,
        account=account,
        account_suppressions=lambda: account,
    )
