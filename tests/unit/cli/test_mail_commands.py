"""`rollcall mail`: mails that staff send, with fakes; the tests do notify's part."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from contract.entries import seating
from contract.fakes import (
    CountedRandomness,
    GivenForms,
    ListedMailQueue,
    PlainSigner,
    StoppedClock,
)
from contract.mail_fakes import (
    InMemoryAccountSuppressions,
    InMemoryAskedMails,
    InMemoryJournal,
    InMemorySendings,
    InMemorySuppressionList,
    InMemoryUnsubscriptions,
    ListedChanges,
    ListedDeadLetters,
)
from contract.manage_fake import InMemoryManagedRepository
from unit.cli.fakes import STAFF, CommandLine

from registration_core.bootstrap.command_line import MailingParts
from registration_core.domain.dead_letters import ChangeSpan, DeadLetter
from registration_core.domain.identifiers import display_reference
from registration_core.domain.mail import MailKind, MailRequest, MailState
from registration_core.domain.submission import Idempotency, Status, Submission
from registration_core.services.edit import EditService
from registration_core.services.mail_watch import MailWatch
from registration_core.services.preview import example_entry
from registration_core.services.query import QueryService
from registration_core.services.redrive import RedriveService
from registration_core.services.resend import ResendService
from registration_core.services.send import SendService
from registration_core.services.unsubscribe import UnsubscribeService
from rollcall_build.forms.files import compile_forms

if TYPE_CHECKING:
    from collections.abc import Sequence

    from unit.cli.fakes import Ran

FORMS_DIR = Path(__file__).resolve().parents[3] / "example" / "forms"
FORMS = compile_forms(FORMS_DIR)
NOW = datetime.now(UTC).replace(microsecond=0)
NAMED = "Stack local, account 000000000000, eu-north-1\n"
ENTRY = example_entry(FORMS["registration"], Status.CONFIRMED, "en", NOW - timedelta(hours=1))
REFERENCE = display_reference(ENTRY.reference)
MOVED = ("mail", "send", "--form", "registration", "--template", "moved", "--set", "room=Kuggen 2")
LETTER = DeadLetter("3f2a9c01-aaaa", NOW, MailRequest(ENTRY.id, MailKind.CONFIRMED, 1), "h")


class World:
    """A command line over a stack in memory. outcome: how each waiting mail ends."""

    def __init__(self, rollcall: CommandLine) -> None:
        self.clock = StoppedClock(NOW)
        self.repository = InMemoryManagedRepository(self.clock, CountedRandomness())
        self.add(ENTRY)
        self.queue = ListedMailQueue()
        self.suppressions = InMemorySuppressionList(self.clock)
        self.unsubscriptions = InMemoryUnsubscriptions(self.clock, repository=self.repository)
        self.mails, self.stream, self.changes = ListedDeadLetters(), ListedDeadLetters(), ListedChanges()
        self.outcome = MailState.SENT
        asked = InMemoryAskedMails(self.repository)
        forms = GivenForms(*FORMS.values())
        self.seconds = 0.0
        self.interrupting = False
        self.rollcall = rollcall
        rollcall.queries = QueryService(forms=FORMS, repository=self.repository, clock=self.clock)
        rollcall.forms = FORMS
        rollcall.journal = InMemoryJournal(self.repository)
        rollcall.parts = MailingParts(
            resend=ResendService(
                asked=asked, queue=self.queue, clock=self.clock, suppressions=self.suppressions, forms=forms
            ),
            send=SendService(
                asked=asked,
                sendings=InMemorySendings(self.clock),
                queue=self.queue,
                clock=self.clock,
                unsubscriptions=self.unsubscriptions,
            ),
            watch=MailWatch(asked=asked, sleep=self.pause, monotonic=self.elapsed),
            redrive=RedriveService(
                mail_letters=self.mails,
                stream_letters=self.stream,
                changes=self.changes,
                queue=self.queue,
                forms=forms,
                repository=self.repository,
                clock=self.clock,
            ),
            suppressions=self.suppressions,
            unsubscribe=UnsubscribeService(unsubscriptions=self.unsubscriptions, clock=self.clock),
            account_suppressions=InMemoryAccountSuppressions,
        )

    def __call__(self, *arguments: str, terminal: bool = False, typed: str | None = None) -> Ran:
        return self.rollcall(*arguments, terminal=terminal, typed=typed)

    def add(self, entry: Submission) -> None:
        seating(self.repository).add(
            entry, once=None, idempotency=Idempotency(entry.id, "f", NOW + timedelta(days=1)), capacity=9
        )

    def more(self, count: int) -> None:
        for number in range(1, count + 1):
            self.add(
                replace(
                    ENTRY, id=f"{ENTRY.id[:-4]}{number:04}", reference=f"{number:08}", email=f"r{number}@example.org"
                )
            )

    def pause(self, _seconds: float) -> None:
        """Let notify work while a command waits."""
        if self.interrupting:
            raise KeyboardInterrupt
        self.work()

    def work(self) -> None:
        """Do what notify does with everything queued."""
        requests, self.queue.requests = self.queue.requests, []
        for request in requests:
            until = self.clock.at + timedelta(seconds=90)
            if not self.repository.lease_mail(request, holder="n", until=until, expires_at=ENTRY.expires_at):
                continue
            if self.outcome is MailState.SENT:
                self.repository.mark_mail_sent(request, holder="n", message_id="m")
            elif self.outcome is not MailState.SENDING:
                self.repository.end_mail(request, holder="n", state=self.outcome)

    def elapsed(self) -> float:
        self.seconds += 1.0
        return self.seconds

    def states(self) -> list[tuple[str, int, str]]:
        return [(mail.kind, mail.copy, mail.state) for mail in self.repository.details(ENTRY.id).mails]


@pytest.fixture
def world(rollcall_local: CommandLine) -> World:
    return World(rollcall_local)


def test_resend__sends_a_copy_and_says_that_it_is_out(world: World) -> None:
    ran = world("mail", "resend", REFERENCE, "--yes")

    assert (ran.code, ran.out) == (0, "")
    assert ran.err == f"{NAMED}The mail was sent.\n"
    assert world.states() == [("confirmed", 1, "sent")]
    assert world.repository.details(ENTRY.id).events[-1].by == STAFF.arn


def test_resend__too_soon_is_refused_unless_again(world: World) -> None:
    """The error says when it may go out."""
    world("mail", "resend", REFERENCE, "--yes")

    refused = world("mail", "resend", REFERENCE, "--yes")
    assert refused.code == 1
    assert f"went out less than ten minutes ago, at {NOW.astimezone():%Y-%m-%d %H:%M}.\n" in refused.err
    assert "--again" in refused.err
    assert world("mail", "resend", REFERENCE, "--yes", "--again").code == 0
    assert world.states() == [("confirmed", 1, "sent"), ("confirmed", 2, "sent")]


@pytest.mark.parametrize("arguments", [("resend", REFERENCE), (*MOVED[1:],), ("redrive", "--all")])
@pytest.mark.parametrize("how", ["--dry-run", "no", "nobody"])
def test_mail__changes_nothing_without_a_yes(world: World, arguments: tuple[str, ...], how: str) -> None:
    world.mails.letters = [LETTER]
    if how == "--dry-run":
        ran = world("mail", *arguments, "--dry-run")
        assert (ran.code, ran.err.endswith("Nothing was changed.\n")) == (0, True)
    elif how == "no":
        ran = world("mail", *arguments, typed="n\n")
        assert (ran.code, ran.err.endswith("?\ny/N: Nothing was changed.\n")) == (1, True)
    else:
        assert world("mail", *arguments).code == 2
    assert (world.queue.requests, world.states(), world.mails.held) == ([], [], set())


def test_show__tells_resends_from_the_first_mail(world: World) -> None:
    world("mail", "resend", REFERENCE, "--yes")

    assert "mails.confirmed.resent1\tsent\n" in world("show", REFERENCE).out
    assert "confirmed (resent, 1)" in world("show", REFERENCE, terminal=True).out
    assert "mail resent: confirmed" in world("history", REFERENCE).out


def test_resend__reports_a_suppressed_address_before_queueing(world: World) -> None:
    world.suppressions.add(ENTRY.email, reason=MailState.BOUNCED, expires_at=NOW + timedelta(days=1))

    ran = world("mail", "resend", REFERENCE, "--yes")

    assert ran.code == 1
    assert f"{ENTRY.email} is suppressed: an earlier mail to it bounced for good" in ran.err
    assert "rollcall edit" in ran.err
    assert world.states() == []
    assert world("mail", "resend", REFERENCE, "staff", "--yes").code == 0


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        ((REFERENCE, "waitlisted"), 1, "Use one of confirmed, staff"),
        ((REFERENCE, "confrimed"), 2, "Did you mean 'confirmed'?"),
        ((f"{REFERENCE[:-1]}{'A' if REFERENCE[-1] != 'A' else 'B'}",), 3, "typing error"),
        (("reg_01KJM2N0S0ABCDEFGHJKMNPQRT",), 3, "There is no submission"),
    ],
)
def test_resend__reports_what_is_wrong(world: World, arguments: tuple[str, ...], code: int, message: str) -> None:
    ran = world("mail", "resend", *arguments, "--yes")

    assert (ran.code, ran.out) == (code, "")
    assert message in ran.err


@pytest.mark.parametrize("status", [Status.SPAM, Status.ERASED])
def test_resend__mails_nobody_about_spam_or_erased_submissions(world: World, status: Status) -> None:
    world.repository.entries[ENTRY.id] = replace(ENTRY, status=status)

    ran = world("mail", "resend", ENTRY.id, "--yes")

    assert ran.code == 1
    assert f"is {status}, so there is no mail to send." in ran.err


def test_resend__fails_if_the_mail_was_not_sent(world: World) -> None:
    world.outcome = MailState.OUTDATED
    ran = world("mail", "resend", REFERENCE, "--yes")
    assert (ran.code, "The mail was not sent: outdated." in ran.err) == (1, True)


def test_resend__reports_a_mail_still_on_its_way(world: World) -> None:
    world.outcome = MailState.SENDING
    waited = world("mail", "resend", REFERENCE, "--yes")
    assert (waited.code, "The mail is not sent yet." in waited.err) == (0, True)
    unwaited = world("mail", "resend", REFERENCE, "staff", "--yes", "--no-wait")
    assert (unwaited.code, f"rollcall show {REFERENCE}" in unwaited.err) == (0, True)


def test_resend__after_a_refusal_the_same_command_continues(world: World) -> None:
    world.queue.refusing = True
    ran = world("mail", "resend", REFERENCE, "--yes")
    assert (ran.code, "Run the same command again to continue" in ran.err) == (1, True)

    world.queue.refusing = False
    again = world("mail", "resend", REFERENCE, "--yes")
    assert (again.code, "is already queued" in again.err) == (0, True)
    assert world.states() == [("confirmed", 1, "sent")]


def test_send__dry_run_prints_count_recipients_and_first_mail(world: World) -> None:
    world.more(7)

    ran = world(*MOVED, "--dir", str(FORMS_DIR), "--dry-run")

    assert ran.code == 0
    assert ran.err.startswith(f"{NAMED}To mail: Åsa Lindqvist, line-followers (registration ")
    assert ", and 3 more.\n" in ran.err
    assert 'Would send the mail "moved" to 8 submissions. Nothing was changed.\n' in ran.err
    assert ran.out.startswith("Subject: Another room: Line followers (")
    assert "We now meet in Kuggen 2" in ran.out
    assert "/my?t=preview" in ran.out


def test_send__reaches_each_once_and_nobody_again(world: World) -> None:
    world.more(12)

    ran = world(*MOVED, "--yes")
    assert (ran.code, ran.out) == (0, "")
    assert ran.err.endswith("Queued 13 of 13 mails.\n13 sent.\n")

    again = world(*MOVED, "--yes")
    assert again.code == 0
    assert "13 submissions had this mail before, the first at " in again.err
    assert again.err.endswith("Nobody is left to mail. To mail everyone once more, add --again.\n")
    assert world(*MOVED, "--yes", "--again").err.endswith("13 sent.\n")


def test_send__says_how_many_were_not_sent_and_why(world: World) -> None:
    world.outcome = MailState.SUPPRESSED
    assert world(*MOVED, "--yes").err.endswith("0 sent, 1 suppressed.\n")


def test_send__interrupted__continues_with_the_same_command(world: World) -> None:
    world.queue.refusing = True
    assert world(*MOVED, "--yes").code == 1
    world.queue.refusing = False

    ran = world(*MOVED, "--yes")

    assert "1 submission may still be waiting for it from an earlier run, at " in ran.err
    assert ran.err.endswith("1 sent.\n")


def test_send__ctrl_c_says_what_happens_to_the_rest(world: World) -> None:
    """While it queues, and while it waits for outcomes."""
    world.more(12)
    put, taken = world.queue.put, []

    def one_call(requests: Sequence[MailRequest]) -> None:
        if taken:
            raise KeyboardInterrupt
        taken.extend(requests)
        put(requests)

    world.queue.put = one_call  # type: ignore[method-assign]
    ran = world(*MOVED, "--yes")
    assert ran.code == 130
    assert "Stopped after 10 mails. For the rest, run the same command again.\n" in ran.err
    world.queue.put = put  # type: ignore[method-assign]

    world.interrupting = True
    ran = world(*MOVED, "--yes")
    assert (ran.code, "Mails already queued are still sent.\n" in ran.err) == (130, True)
    world.work()
    assert "13 submissions had this mail before" in world(*MOVED, "--yes").err


def test_send__reaches_those_whom_the_options_select(world: World) -> None:
    world.add(replace(ENTRY, id=f"{ENTRY.id[:-4]}ZZZZ", reference="ZZZZZZZZ", status=Status.CANCELLED, option=None))

    assert "to 1 submission." in world(*MOVED, "--dry-run").err
    assert "to 2 submissions." in world(*MOVED, "--status", "confirmed,cancelled", "--dry-run").err
    assert "Nobody is left" in world(*MOVED, "--option", "first-robot", "--dry-run").err
    assert "Nobody is left" in world(*MOVED, "--until", "2h", "--dry-run").err


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("--template", "moved"), 2, 'needs a value for room.\nAdd --set room="…"'),
        (("--template", "moved", "--set", "room"), 2, 'Write --set room="Kuggen 2"'),
        (("--template", "moved", "--set", "room="), 2, 'Write --set room="Kuggen 2"'),
        (("--template", "moved", "--set", "room=a\nb"), 2, "must be one line"),
        (("--template", "moved", "--set", "romo=1"), 2, "Did you mean 'room'? It uses: room."),
        (("--template", "mvoed"), 3, "There are: moved, reminder.\nWrite forms/registration/mail/mvoed.en.subject.j2"),
        (("--template", "confirmed"), 2, "'confirmed' is sent automatically"),
        (
            ("--template", "moved", "--set", "room=x", "--status", "spam"),
            2,
            "Nobody is mailed about submissions that are spam.",
        ),
        (("--template", "moved", "--set", "room=x", "--option", "nope"), 3, "There is no option 'nope'"),
    ],
)
def test_send__reports_what_is_wrong(world: World, arguments: tuple[str, ...], code: int, message: str) -> None:
    ran = world("mail", "send", "--form", "registration", *arguments, "--yes")

    assert (ran.code, ran.out) == (code, "")
    assert message in ran.err
    assert world.queue.requests == []


WRITTEN = (
    "--subject",
    "No lesson on 6 March",
    "--text",
    "Hello,\n\nthe room is closed <today>.\nSee https://example.org/rooms",
)


def test_edit__with_resend_mails_the_corrected_address(world: World) -> None:
    """One command asks once; if interrupted, the same command sends what is left."""
    world.rollcall.editing = EditService(
        forms=GivenForms(*FORMS.values()),
        signer=PlainSigner(),
        repository=world.repository,
        clock=world.clock,
        randomness=CountedRandomness("edits"),
    )
    mend = ("edit", REFERENCE, "email=per@example.org", "--resend")

    assert "and resend its mail. Nothing was changed." in world(*mend, "--dry-run").err
    assert world.queue.requests == []

    world.interrupting = True
    assert world(*mend, typed="y\n").err.count("y/N") == 1
    assert [request.id for request in world.queue.requests] == [ENTRY.id]
    assert world.repository.get(ENTRY.id).email == "per@example.org"

    world.interrupting = False
    ran = world(*mend, "--yes")
    assert (ran.code, "already has these answers.\n" in ran.err, ran.err.endswith("The mail was sent.\n")) == (
        0,
        True,
        True,
    )


def test_send__with_a_text_works_for_any_form(world: World) -> None:
    """The same text reaches nobody twice, another text does."""
    send = ("mail", "send", "--form", "registration")

    preview = world(*send, *WRITTEN, "--dir", str(FORMS_DIR), "--dry-run")
    assert 'Would send the mail "No lesson on 6 March" to 1 submission.' in preview.err
    assert preview.out.startswith("Subject: No lesson on 6 March\n")
    assert "the room is closed <today>.\nSee https://example.org/rooms\n" in preview.out
    assert display_reference(ENTRY.reference) in preview.out
    assert "/my?t=preview" in preview.out

    assert world(*send, *WRITTEN, "--yes").err.endswith("1 sent.\n")
    assert "Nobody is left to mail." in world(*send, *WRITTEN, "--yes").err
    assert world(*send, *WRITTEN[:3], "Other words", "--yes").err.endswith("1 sent.\n")


def test_send__reads_a_text_from_a_file(world: World, tmp_path: Path) -> None:
    file = tmp_path / "plans.txt"
    file.write_text("From a file.\n", encoding="utf-8")

    ran = world(
        *("mail", "send", "--form", "registration", "--subject", "Plans", "--text-file", str(file)),
        *("--dir", str(FORMS_DIR), "--dry-run"),
    )

    assert "From a file." in ran.out


def test_send__keeps_the_indentation_of_a_text(world: World, tmp_path: Path) -> None:
    """The first line too; blank lines around the text are removed."""
    file = tmp_path / "plans.txt"
    file.write_text("\n  Monday\n\tRoom 2\n \n    Room 3  \n\n", encoding="utf-8")
    send = ("mail", "send", "--form", "registration", "--subject", "Plans", "--text-file", str(file))

    assert "\n  Monday\n    Room 2\n\n    Room 3\n" in world(*send, "--dir", str(FORMS_DIR), "--dry-run").out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "Give either --template, one of the form's own mails, or --subject and --text."),
        (("--template", "moved", "--subject", "x", "--text", "y"), "Give either --template"),
        (("--subject", "x", "--text", "y", "--set", "room=Kuggen 2"), "A text of your own has no values."),
        (("--subject", "x"), "needs --subject, and either --text or --text-file"),
        (("--text", "x"), "needs --subject, and either --text or --text-file"),
        (("--subject", "x", "--text", "y", "--text-file", "z"), "needs --subject, and either --text or --text-file"),
        (("--subject", " ", "--text", "y"), "--subject must have 1 to 150 characters; it has 0."),
        (("--subject", "x" * 151, "--text", "y"), "--subject must have 1 to 150 characters; it has 151."),
        (("--subject", "x", "--text", "\n"), "--text must have 1 to 5,000 characters; it has 0."),
        (("--subject", "x", "--text", "\x07"), "--text has control characters"),
        (("--subject", "x", "--text-file", "/no/such/file"), "could not be read: No such file or directory."),
    ],
)
def test_send__reports_what_is_wrong_with_a_text(world: World, arguments: tuple[str, ...], message: str) -> None:
    ran = world("mail", "send", "--form", "registration", *arguments, "--yes")

    assert (ran.code, ran.out, message in ran.err) == (2, "", True), ran.err
    assert world.queue.requests == []


def test_send__of_a_form_without_its_own_mails_says_so(world: World) -> None:
    ran = world("mail", "send", "--form", "contact", "--template", "moved", "--yes")
    assert (ran.code, "It has none." in ran.err) == (3, True)


def test_send__refuses_another_version_than_the_functions(world: World) -> None:
    world.rollcall.deployed = {"registration": "0123456789ab"}

    ran = world(*MOVED, "--yes")

    assert ran.code == 1
    assert "The functions have version 0123456789ab of the form registration" in ran.err
    assert "Deploy this version and publish it: rollcall local up" in ran.err
    assert world.queue.requests == []


def test_failed__prints_dead_letters_and_bounced_mails(world: World) -> None:
    request = MailRequest(ENTRY.id, MailKind.STAFF, 1)
    world.queue.put([request])
    world.outcome = MailState.SUPPRESSED
    world.work()
    span = ChangeSpan("arn", "shard", "1", "2", 2, NOW, NOW)
    world.mails.letters = [LETTER, replace(LETTER, id="44", about=replace(request, id="reg_gone"))]
    world.stream.letters = [DeadLetter("55", NOW, span, "h"), DeadLetter("66", NOW, None, "h")]

    ran = world("mail", "failed")

    lines = [line.split("\t") for line in ran.out.splitlines()]
    assert [(line[0], line[1], line[2], line[3]) for line in lines] == [
        ("3f2a9c01-aaaa", REFERENCE, "confirmed", "not sent"),
        ("44", "reg_gone", "staff", "not sent"),
        ("55", "", "", "not queued"),
        ("66", "", "", "unknown"),
        ("", REFERENCE, "staff", "suppressed"),
    ]
    assert lines[0][5] == "never attempted: see the log of notify"
    assert lines[1][5] == "the submission is gone: nobody will be mailed"
    assert {line[6] for line in lines} == {"Åsa Lindqvist", ""}
    assert (len(world.mails.letters), len(world.stream.letters), world.mails.held) == (2, 2, set())
    assert "3f2a9c01 " in world("mail", "failed", terminal=True).out


def test_failed__json_has_the_named_fields(world: World) -> None:
    world.mails.letters = [LETTER]

    assert json.loads(world("mail", "failed", "--json", "message,reference,since").out) == [
        {"message": LETTER.id, "reference": REFERENCE, "since": NOW.isoformat().replace("+00:00", "Z")}
    ]
    assert world("mail", "failed", "--json").out.split() == [
        *("message", "reference", "id", "name", "kind", "state", "since", "why")
    ]


@pytest.mark.parametrize(
    ("problem", "state", "why"),
    [
        ("mail_refused", None, "mail_refused, 1 attempt"),
        (None, MailState.SENT, "a later attempt dealt with it"),
        (None, MailState.SENDING, "no answer, 1 attempt"),
    ],
)
def test_failed__gives_the_reason_if_it_is_known(
    world: World, problem: str | None, state: MailState | None, why: str
) -> None:
    request = LETTER.about
    assert isinstance(request, MailRequest)
    if problem is not None:
        world.repository.lease_mail(request, holder="n", until=NOW, expires_at=ENTRY.expires_at)
        world.repository.release_mail(request, holder="n", problem=problem)
    else:
        assert state is not None
        world.outcome = state
        world.queue.put([request])
        world.work()
    world.mails.letters = [LETTER]

    assert world("mail", "failed").out.split("\t")[5] == why


def test_failed__of_an_unstarted_resend_says_where_to_look(world: World) -> None:
    world("mail", "resend", REFERENCE, "--yes", "--no-wait")
    (request,) = world.queue.requests
    world.mails.letters = [replace(LETTER, about=request)]

    assert world("mail", "failed").out.split("\t")[5] == "never attempted: see the log of notify"


def test_redrive__leaves_foreign_messages(world: World) -> None:
    world.mails.letters = [replace(LETTER, about=None)]
    ran = world("mail", "redrive", "--all", "--yes")
    assert (ran.code, "Skipped 1 message that Rollcall did not send." in ran.err) == (0, True)
    assert len(world.mails.letters) == 1


def test_failed__says_if_there_is_nothing(world: World) -> None:
    ran = world("mail", "failed")
    assert (ran.code, ran.out) == (0, "")
    assert ran.err.startswith("No mails failed since ")


def test_redrive__queues_again_and_is_safe_to_repeat(world: World) -> None:
    world.mails.letters = [LETTER, replace(LETTER, id="44")]

    assert world("mail", "redrive", "--all", "--yes").err.endswith("Queued 2 mails for 2 of 2 dead letters.\n")
    assert world("mail", "redrive", "--all", "--yes").err.endswith("There are no dead letters.\n")
    assert world.queue.requests == [LETTER.about] * 2


def test_redrive__accepts_the_first_letters_of_a_message(world: World) -> None:
    world.mails.letters = [LETTER, replace(LETTER, id="3f2b")]

    assert world("mail", "redrive", "3f2", "--yes").code == 2
    assert world("mail", "redrive", "3f2a", "--yes").code == 0
    gone = world("mail", "redrive", "3f2a", "--yes")
    assert (gone.code, "may already have been queued again" in gone.err) == (3, True)
    assert [letter.id for letter in world.mails.letters] == ["3f2b"]


def test_redrive__reports_what_the_stream_has_dropped(world: World) -> None:
    world.stream.letters = [DeadLetter("55", NOW, ChangeSpan("arn", "s", "1", "2", 2, NOW, NOW), "h")]
    ran = world("mail", "redrive", "--all", "--yes")
    assert "55: the stream has forgotten these changes" in ran.err


@pytest.mark.parametrize("arguments", [(), ("--all", "3f2a")])
def test_redrive__needs_messages_or_all(world: World, arguments: tuple[str, ...]) -> None:
    ran = world("mail", "redrive", *arguments, "--yes")
    assert (ran.code, "Name the messages to queue again, or add --all." in ran.err) == (2, True)


def test_preview__of_a_submission_has_no_working_link(world: World) -> None:
    ran = world("mail", "preview", REFERENCE, "--dir", str(FORMS_DIR))

    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith(f"Subject: A seat in Line followers ({REFERENCE})\n")
    assert "http://localhost:4566/api/v1/my?t=preview" in ran.out
    assert world.queue.requests == []


def test_preview__of_a_submission_and_a_forms_own_mail(world: World) -> None:
    words = ("mail", "preview", ENTRY.id, "moved", "--set", "room=<Kuggen>", "--dir", str(FORMS_DIR))
    assert "&lt;Kuggen&gt;" in world(*words, "--part", "html").out
    assert world(*words, "--language", "sv", "--part", "subject").out.startswith("Ny lokal: Linjeföljare")


def test_preview__of_a_submission_says_what_would_be_untrue(world: World) -> None:
    ran = world("mail", "preview", REFERENCE, "waitlisted", "--dir", str(FORMS_DIR))
    assert (ran.code, "Use one of confirmed, staff" in ran.err) == (1, True)


def test_preview__reports_another_version_on_the_stack(world: World) -> None:
    world.rollcall.forms = {"registration": replace(FORMS["registration"], version="0123456789ab")}
    ran = world("mail", "preview", REFERENCE, "--dir", str(FORMS_DIR))
    assert (ran.code, "the stack has a different version of the form" in ran.err) == (0, True)


def test_preview__of_a_form_needs_a_kind(world: World) -> None:
    ran = world("mail", "preview", "registration", "--dir", str(FORMS_DIR))
    assert (ran.code, "staff_spam, moved, reminder." in ran.err) == (2, True)


def test_resubscribe__lists_and_lifts_what_somebody_stopped(world: World) -> None:
    world.unsubscriptions.add(ENTRY, expires_at=NOW + timedelta(days=9))

    looked = world("mail", "resubscribe", REFERENCE, "--dry-run")
    done = world("mail", "resubscribe", ENTRY.email, "--yes")
    again = world("mail", "resubscribe", ENTRY.email, "--yes")

    assert f"{ENTRY.email} has stopped the mails of registration that aren't about a registration itself." in looked.err
    assert done.err.endswith(f"{ENTRY.email} gets these mails again from now on.\n")
    assert again.err.endswith("has stopped no mails. Nothing was changed.\n")
    event = world.repository.details(ENTRY.id).events[-1]
    assert (event.what, event.by) == ("mail subscribed again", STAFF.arn)


def test_send__counts_those_who_refuse_such_mails(world: World) -> None:
    form = FORMS["registration"]
    marked = replace(form, mails=tuple(replace(mail, unsubscribe=True) for mail in form.mails))
    world.rollcall.forms = FORMS | {"registration": marked}
    world.more(2)
    world.unsubscriptions.add(ENTRY, expires_at=NOW + timedelta(days=9))

    ran = world(*MOVED, "--yes")

    assert "1 submission left out, because the registrants want no such mails.\n" in ran.err
    assert "Queued 2 of 2 mails." in ran.err
