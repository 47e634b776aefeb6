"""Mails: complete in text and HTML, safe from visitors' text, with a calendar file when there is a date."""

from __future__ import annotations

import html
import re
import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar
from qr_reader import read_qr
from shipped import ROOT, SOURCES
from unit.core.builders import NOW, TODAY, a_field, a_form, an_entry

from registration_core.adapters.mail_values import shown_answers
from registration_core.adapters.render import PAGES, PARTS, JinjaMailRenderer, one_line
from registration_core.domain.dates import span
from registration_core.domain.forms import OwnMail
from registration_core.domain.groups import Group
from registration_core.domain.identifiers import parse_reference
from registration_core.domain.mail import FITTING, TO_STAFF, MailFacts, MailKind, RenderedMail
from registration_core.domain.submission import Status, Submission
from registration_core.domain.validation import example_submission, validate
from registration_core.services.preview import example_entry
from rollcall_build.forms.files import compile_forms

if TYPE_CHECKING:
    from pathlib import Path

    from registration_core.domain.fields import Field
    from registration_core.domain.forms import Form

FORMS = compile_forms(ROOT / "example" / "forms")
RENDERER = JinjaMailRenderer(SOURCES.forms, shared=SOURCES.shared, site_url="https://academy.example")
MY_URL = "https://api.example/prod/my?t=v1.k1.payload.mac"
TO_REGISTRANT = [kind for kind in MailKind if kind not in TO_STAFF]
ALL = [
    (name, kind, status, language)
    for name in (*FORMS, "third")
    for kind in MailKind
    for status in sorted(FITTING[kind])
    for language in ("en", "sv")
]


def form_of(name: str) -> Any:
    """Return a form by name; `third` has nothing but its form file."""
    return replace(FORMS["registration"], name=name) if name == "third" else FORMS[name]


def facts(kind: MailKind) -> MailFacts:
    return MailFacts(at=NOW, my_url=None if kind in TO_STAFF else MY_URL)


def rendered(name: str, kind: MailKind, status: Status = Status.CONFIRMED, language: str = "en") -> RenderedMail:
    form = form_of(name)
    return RENDERER.render(kind, form, example_entry(form, status, language, NOW), facts(kind))


def render_entry(kind: MailKind, entry: Submission) -> RenderedMail:
    return RENDERER.render(kind, form_of(entry.form), entry, facts(kind))


def answers(form: str, **changes: object) -> dict[str, Any]:
    return validate(FORMS[form], {**example_submission(FORMS[form]), **changes}, "en", today=TODAY)


class Words(HTMLParser):
    """What a reader sees of a page, and where its links lead."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.links: list[str] = []
        self._hidden = False
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._hidden = tag in ("style", "title")
        if tag == "a":
            self.links.append(str(dict(attrs)["href"]))

    def handle_endtag(self, *_: str) -> None:
        self._hidden = False

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.words += re.findall(r"\w+", data)


@pytest.mark.parametrize(("name", "kind", "status", "language"), ALL)
def test_render__text_has_all_words_and_links_of_the_html(
    name: str, kind: MailKind, status: Status, language: str
) -> None:
    mail = rendered(name, kind, status, language)
    page = Words(mail.html)
    words = iter(re.findall(r"\w+", mail.text))
    assert all(word in words for word in page.words), "a word of the page is missing in the text, or stands elsewhere"
    assert all(link.removeprefix("mailto:") in mail.text for link in page.links)
    assert mail.subject
    assert "\n\n\n" not in mail.text
    assert f'<html lang="{language if kind not in TO_STAFF else "en"}">' in mail.html


@pytest.mark.parametrize(("name", "kind", "status", "language"), ALL)
def test_render__names_the_reference_in_subject_text_and_page(
    name: str, kind: MailKind, status: Status, language: str
) -> None:
    form = form_of(name)
    entry = example_entry(form, status, language, NOW)
    mail = RENDERER.render(kind, form, entry, facts(kind))
    for part in (mail.subject, mail.text, mail.html):
        assert f"{entry.reference[:4]}-{entry.reference[4:]}" in part


@pytest.mark.parametrize("name", [*FORMS, "third"])
@pytest.mark.parametrize("kind", [MailKind.CONFIRMED, MailKind.WAITLISTED, MailKind.STAFF])
@pytest.mark.parametrize("language", ["en", "sv"])
def test_render__shows_every_answer_under_its_label(name: str, kind: MailKind, language: str) -> None:
    form = form_of(name)
    entry = replace(example_entry(form, Status.WAITLISTED, language, NOW), verified_at=NOW)
    mail = RENDERER.render(kind, form, entry, facts(kind))
    answers = shown_answers(form, entry, "en" if kind in TO_STAFF else language)
    assert [answer["name"] for answer in answers] == [field.name for field in form.fields]
    if kind is not MailKind.STAFF:  # the greeting and the facts show these already
        about = form.chosen_field
        once = {form.name_field, about.name if about is not None else None}
        assert all(answer["value"] in mail.text for answer in answers if answer["name"] in once)
        answers = [answer for answer in answers if answer["name"] not in once]
    for answer in answers:
        assert answer["label"] in mail.text
        assert answer["value"].replace("\n", "\n    ") in mail.text
        assert html.escape(answer["label"], quote=False).replace("'", "&#39;") in mail.html
        assert html.escape(answer["value"], quote=False).replace("'", "&#39;") in mail.html


@pytest.mark.parametrize("kind", [MailKind.CONFIRMED, MailKind.PROMOTED, MailKind.STAFF])
def test_hidden_answer__is_only_in_the_staffs_mail(kind: MailKind) -> None:
    """A registrant didn't give it."""
    contact = form_of("contact")
    form = replace(contact, fields=(*contact.fields, a_field("hidden", "came_by", from_query="utm_source")))
    entry = replace(example_entry(form, Status.CONFIRMED, "en", NOW), verified_at=NOW)
    entry = replace(entry, answers={**entry.answers, "came_by": "from-a-poster"})
    mail = RENDERER.render(kind, form, entry, facts(kind))
    assert ("from-a-poster" in mail.text) == ("from-a-poster" in mail.html) == (kind in TO_STAFF)


def typed(entry: Submission, form: Any, text: str) -> Submission:
    """Return the submission with this text in each free field, and in one that no longer exists."""
    texts = {field.name: text for field in form.fields if not field.options and entry.answers.get(field.name) != True}  # noqa: E712
    return replace(entry, answers={**entry.answers, **texts, "asked_once": text}, email="robin@example.org")


def all_of(mail: RenderedMail) -> str:
    """Return everything that a mail says, with its files."""
    return "".join(
        [mail.subject, mail.text, mail.html, *(file.content.decode(errors="replace") for file in mail.attachments)]
    )


@pytest.mark.parametrize("text", ["zzqq won 5000 EUR: https://evil.example", "zzqq evil.example", "zzqq 0900 1234"])
@pytest.mark.parametrize(("name", "kind", "status", "language"), ALL)
def test_render__mails_no_visitor_text_to_an_unproven_address(
    name: str, kind: MailKind, status: Status, language: str, text: str
) -> None:
    """Only staff and a proven address get what was typed."""
    form = form_of(name)
    entry = typed(example_entry(form, status, language, NOW), form, text)
    unproven = all_of(RENDERER.render(kind, form, replace(entry, verified_at=None), facts(kind)))
    includes_text = kind in TO_STAFF and kind is not MailKind.STAFF_SPAM
    assert ("zzqq" in unproven) == includes_text
    assert ("evil" in unproven) == (includes_text and "evil" in text)
    if kind in (MailKind.CONFIRMED, MailKind.WAITLISTED):
        assert "zzqq" in all_of(RENDERER.render(kind, form, replace(entry, verified_at=NOW), facts(kind)))


def test_render__keeps_visitor_text_out_of_any_template(tmp_path: Path) -> None:
    """The renderer enforces it, so an organisation's own template can't break the rule."""
    shutil.copytree(SOURCES.forms, tmp_path / "forms")
    own_templates = tmp_path / "forms" / "contact" / "mail"
    greedy = "{{ name }} {{ answer.message }} {{ answer }} {% for each in answers %}{{ each.value }}{% endfor %}"
    for part in ("subject", "txt", "html"):
        (own_templates / f"confirmed.en.{part}.j2").write_text(f"{greedy} {{{{ answer.topic }}}}")
    form = FORMS["contact"]
    entry = typed(example_entry(form, Status.CONFIRMED, "en", NOW), form, "zzqq evil.example")
    renderer = JinjaMailRenderer(tmp_path / "forms", shared=SOURCES.shared, site_url="https://academy.example")
    mail = renderer.render(MailKind.CONFIRMED, form, entry, facts(MailKind.CONFIRMED))
    assert "zzqq" not in all_of(mail)
    assert all(str(entry.answers["topic"]) in part for part in (mail.subject, mail.text, mail.html))


@pytest.mark.parametrize("name", [*FORMS, "third"])
@pytest.mark.parametrize("kind", list(MailKind))
def test_render__links_to_my_page_only_for_the_registrant(name: str, kind: MailKind) -> None:
    mail = rendered(name, kind, min(FITTING[kind], default=Status.SPAM))
    assert (MY_URL in mail.text) == (MY_URL in mail.html) == (kind not in TO_STAFF)


def test_render__says_the_ticket_and_the_deadline() -> None:
    waiting = rendered("registration", MailKind.WAITLISTED, Status.WAITLISTED)
    assert "Your number on the waiting list: 7" in waiting.text
    for kind in (MailKind.VERIFY, MailKind.PROMOTED):
        assert "3 March 2027 at 10:30" in rendered("registration", kind, Status.PENDING).text
        assert "3 mars 2027 kl. 10.30" in rendered("registration", kind, Status.PENDING, "sv").text


@pytest.mark.parametrize("kind", [MailKind.CONFIRMED, MailKind.WAITLISTED, MailKind.PROMOTED, MailKind.CANCELLED])
@pytest.mark.parametrize("language", ["en", "sv"])
def test_render__says_each_fact_once(kind: MailKind, language: str) -> None:
    """Participant, time and venue are among the facts, and nowhere else in a mail."""
    form = FORMS["registration"]
    entry = replace(example_entry(form, Status.WAITLISTED, language, NOW), verified_at=NOW)
    mail = RENDERER.render(kind, form, entry, facts(kind))
    assert mail.text.count("Åsa Lindqvist") == mail.html.count("Åsa Lindqvist") == 1
    for fact in ("2027", "Verkstadsgatan 12"):
        times = 0 if kind is MailKind.CANCELLED else 1
        assert mail.text.count(fact) == mail.html.count(fact) == times, fact


@pytest.mark.parametrize(("language", "greeting"), [("en", "Hello Per Lindqvist,"), ("sv", "Hej Per Lindqvist!")])
def test_render__greets_by_name_only_at_a_proven_address(language: str, greeting: str) -> None:
    """A guardian with a proven address is greeted by name; nobody else's name reaches a stranger's mailbox."""
    form = FORMS["registration"]
    entry = example_entry(form, Status.CONFIRMED, language, NOW)
    for verified_at, greeted in ((NOW, True), (None, False)):
        mail = RENDERER.render(
            MailKind.CANCELLED, form, replace(entry, verified_at=verified_at), facts(MailKind.CANCELLED)
        )
        assert (greeting in mail.text) == greeted
        assert ("Per Lindqvist" in mail.html) == greeted


def test_render__shows_staff_the_time_in_their_zone() -> None:
    """The mail names the zone."""
    mail = rendered("registration", MailKind.STAFF, Status.CONFIRMED)
    assert re.search(r"Received: 2027-03-01 \d\d:30 CET", mail.text)


@pytest.mark.parametrize("name", [*FORMS, "third"])
def test_render__explains_why_an_expired_entry_was_cancelled(name: str) -> None:
    form = form_of(name)
    entry = example_entry(form, Status.CANCELLED, "en", NOW)
    text = RENDERER.render(MailKind.CANCELLED, form, entry, facts(MailKind.CANCELLED)).text
    lapsed = RENDERER.render(MailKind.CANCELLED, form, replace(entry, verify_by=NOW), facts(MailKind.CANCELLED)).text
    assert "in time" not in text
    assert "in time" in lapsed


def test_render__without_staff_invites_no_reply() -> None:
    form = replace(form_of("third"), staff=())
    for kind in TO_REGISTRANT:
        status = min(FITTING[kind])
        mail = RENDERER.render(kind, form, example_entry(form, status, "en", NOW), facts(kind))
        assert "answer this mail" not in mail.text + mail.html


@pytest.mark.parametrize("kind", list(MailKind))
@pytest.mark.parametrize("form", list(FORMS))
def test_render__shows_visitor_text_as_text(form: str, kind: MailKind) -> None:
    evil = '<img src=x onerror="alert(1)">&{{ 91 * 91 }}{% if %}</title><style>'
    fields = {"contact": ("name", "message"), "registration": ("participant", "guardian", "needs")}[form]
    entry = an_entry(
        FORMS[form],
        answers(form, **dict.fromkeys(fields, evil)),
        status=min(FITTING[kind], default=Status.SPAM),
        position=7,
        verified_at=NOW,
    )
    mail = render_entry(kind, entry)
    assert "<img src=x" not in mail.html
    assert mail.html.count("<style>") == mail.html.count("</title>") == 1
    assert "8281" not in mail.html + mail.text + mail.subject
    if kind in (MailKind.CONFIRMED, MailKind.WAITLISTED, MailKind.STAFF):
        assert "&lt;img" in mail.html
        assert "{{ 91 * 91 }}{% if %}" in mail.text


@given(st.text(max_size=300))
def test_render__makes_a_one_line_subject_of_any_name(name: str) -> None:
    entry = an_entry(FORMS["contact"], {**answers("contact"), "name": name})
    subject = render_entry(MailKind.STAFF, entry).subject
    assert len(subject.splitlines()) == 1
    assert len(subject) <= 200
    assert not any(letter in "\r\n\0\u202e\u2028" for letter in subject)


def test_one_line__keeps_every_script_and_emoji() -> None:
    assert one_line("  عائشة \u200f\t👩‍🚀\r\nBcc: x\x00 \u202eabc ") == "عائشة \u200f 👩‍🚀 Bcc: x abc"
    assert one_line("x" * 300) == "x" * 199 + "…"


@pytest.mark.parametrize("kind", list(MailKind))
@pytest.mark.parametrize("status", [Status.CONFIRMED, Status.PENDING])
def test_render__attaches_a_calendar_file_for_a_sure_seat(kind: MailKind, status: Status) -> None:
    attachments = rendered("registration", kind, status).attachments
    if kind in (MailKind.CONFIRMED, MailKind.PROMOTED, MailKind.CHANGED) and status is Status.CONFIRMED:
        file, _ = attachments
        assert b"DTSTART:20270116T090000Z\r\nDTEND:20270116T113000Z\r\n" in file.content
        assert "SUMMARY:Line followers (Åsa Lindqvist)\r\n" in file.content.decode()
        assert MY_URL.encode() not in file.content, "calendars are shared"
    else:
        assert attachments == ()


@pytest.mark.parametrize(("language", "words"), [("en", "attached file"), ("sv", "bifogade filen")])
@pytest.mark.parametrize("kind", list(MailKind))
@pytest.mark.parametrize("form", sorted(FORMS))
def test_render__mentions_an_attached_file_only_if_there_is_one(
    form: str, kind: MailKind, language: str, words: str
) -> None:
    for status in FITTING[kind]:
        mail = rendered(form, kind, status, language)
        assert (words in mail.text) == (words in mail.html) == bool(mail.attachments)


def the_event(mail: RenderedMail) -> tuple[str, Any]:
    """Return the method and the event of a mail's calendar file, as another parser reads them."""
    (file,) = [each for each in mail.attachments if each.content_type.startswith("text/calendar")]
    calendar = Calendar.from_ical(file.content)
    assert f'method="{calendar["METHOD"]}"' in file.content_type
    return str(calendar["METHOD"]), calendar.events[0]


@pytest.mark.parametrize("language", ["en", "sv"])
@pytest.mark.parametrize("form", ["registration", "third"])
def test_cancelled__takes_the_date_out_of_the_calendar_after_a_seat(form: str, language: str) -> None:
    """After a seat only: nobody else had a file."""
    entry = example_entry(form_of(form), Status.CANCELLED, language, NOW)
    first, later = example_entry(form_of(form), Status.CONFIRMED, language, NOW), NOW + timedelta(hours=1)
    _, added = the_event(RENDERER.render(MailKind.CONFIRMED, form_of(form), first, facts(MailKind.CONFIRMED)))

    mail = RENDERER.render(MailKind.CANCELLED, form_of(form), entry, MailFacts(later, my_url=MY_URL, ended=True))

    method, event = the_event(mail)
    assert (method, event["STATUS"], event["UID"]) == ("CANCEL", "CANCELLED", added["UID"])
    assert event["SEQUENCE"] > added["SEQUENCE"]
    assert {"en": "takes the date out of your calendar", "sv": "tar bort datumet"}[language] in mail.text
    assert RENDERER.render(MailKind.CANCELLED, form_of(form), entry, facts(MailKind.CANCELLED)).attachments == ()


def test_waitlisted__after_a_seat_ends_the_event_of_the_option_left() -> None:
    form = FORMS["registration"]
    entry = replace(example_entry(form, Status.WAITLISTED, "en", NOW), option="first-robot")
    told = MailFacts(NOW, my_url=MY_URL, ended=True, left="python-and-sensors")

    method, event = the_event(RENDERER.render(MailKind.CHANGED, form, entry, told))

    assert (method, event["UID"]) == ("CANCEL", entry.id)
    assert event.start == datetime(2027, 3, 13, 9, tzinfo=UTC)


def test_changed__says_what_changed_and_nothing_else() -> None:
    """An answer that is gone too; free text goes to a proven address only."""
    form = FORMS["registration"]
    entry = replace(example_entry(form, Status.CONFIRMED, "en", NOW), verified_at=NOW)
    answers = {name: value for name, value in entry.answers.items() if name != "robots_at_home"}
    told = MailFacts(NOW, my_url=MY_URL, edited=("needs", "course", "robots_at_home", "gone"))

    mail = RENDERER.render(MailKind.CHANGED, form, replace(entry, answers=answers), told)
    unproven = RENDERER.render(MailKind.CHANGED, form, replace(entry, answers=answers, verified_at=None), told)

    _, _, listed = mail.text.partition("What you changed")
    assert str(entry.answers["needs"]) in listed
    assert "Robots or kits at home:\n    -\n" in listed
    assert "gone:\n    -\n" in listed
    assert "Guardian" not in listed
    assert str(entry.answers["needs"]) not in unproven.text
    assert "Line followers" in unproven.text.partition("What you changed")[2]


def test_own_mail__brings_the_calendar_file_that_its_template_names(tmp_path: Path) -> None:
    """A moved start reaches the calendars of those who have a seat."""
    form = FORMS["registration"]
    own = tmp_path / "registration" / "mail"
    own.mkdir(parents=True)
    for part in PARTS:
        (own / f"moved.en.{part}.j2").write_text("{{ reference }} {{ calendar_file }}")
        (own / f"news.en.{part}.j2").write_text("{{ reference }}")
    mails = tuple(OwnMail(name, ("en",), (), name) for name in ("moved", "news"))
    moved_to = datetime(2027, 2, 6, 9, tzinfo=UTC)
    form = replace(form, mails=mails, fields=tuple(_moved(field, moved_to) for field in form.fields))
    renderer = JinjaMailRenderer(tmp_path, shared=SOURCES.shared, site_url="https://example.org")
    seat, waits = (example_entry(form, status, "en", NOW) for status in (Status.CONFIRMED, Status.WAITLISTED))
    _, before = the_event(RENDERER.render(MailKind.CONFIRMED, FORMS["registration"], seat, facts(MailKind.CONFIRMED)))
    later = MailFacts(NOW + timedelta(seconds=1), my_url=MY_URL, values={})

    method, event = the_event(renderer.render("moved", form, seat, later))

    assert (method, event["UID"], event.start) == ("PUBLISH", before["UID"], moved_to)
    assert event["SEQUENCE"] > before["SEQUENCE"]
    assert renderer.render("news", form, seat, later).attachments == ()
    assert renderer.render("moved", form, waits, later).attachments == ()
    assert "invitation.ics" not in renderer.render("moved", form, waits, later).text


def _moved(field: Field, at: datetime) -> Field:
    options = tuple(replace(option, starts_at=at, ends_at=at + timedelta(hours=2)) for option in field.options)
    return replace(field, options=options) if field.name == "course" else field


@pytest.mark.parametrize("language", ["en", "sv"])
@pytest.mark.parametrize("kind", [MailKind.CONFIRMED, MailKind.PROMOTED, MailKind.CHANGED])
def test_render__shows_the_reference_to_a_scanner(kind: MailKind, language: str) -> None:
    """What a scanner types is what a person would type; the text says it in words."""
    mail = rendered("registration", kind, Status.CONFIRMED, language)
    _, image = mail.attachments
    reference = read_qr(image.content)
    assert reference in mail.text
    assert parse_reference(reference) == reference.replace("-", "")
    assert (image.content_type, image.filename) == ("image/png", f"{reference}.png")
    assert f'<img src="cid:{image.content_id}" alt="QR' in mail.html
    assert mail.html.count(reference) >= 2
    assert {"en": "When you arrive, show this mail", "sv": "Visa det här mejlet när du kommer"}[language] in mail.text


def test_render__adds_no_image_that_a_template_does_not_show(tmp_path: Path) -> None:
    """An organisation's own template chooses."""
    own = tmp_path / "registration" / "mail"
    own.mkdir(parents=True)
    for part in PARTS:
        (own / f"confirmed.en.{part}.j2").write_text("{{ reference }}")
    renderer = JinjaMailRenderer(tmp_path, shared=SOURCES.shared, site_url="https://example.org")
    form = FORMS["registration"]
    entry = example_entry(form, Status.CONFIRMED, "en", NOW)
    mail = renderer.render(MailKind.CONFIRMED, form, entry, facts(MailKind.CONFIRMED))
    assert [each.content_type.partition(";")[0] for each in mail.attachments] == ["text/calendar"]


def test_render__has_no_calendar_file_without_a_date() -> None:
    assert rendered("contact", MailKind.CONFIRMED).attachments == ()
    assert "cid:" not in rendered("contact", MailKind.CONFIRMED).html
    assert "attached" not in rendered("contact", MailKind.CONFIRMED).text


def test_shown_answers__use_labels_and_keep_removed_fields() -> None:
    form = a_form(
        a_field("choices", "some"),
        a_field("consent", "consent"),
        a_field("date", "day"),
        a_field("date", "night"),
        a_field("choice", "gone"),
    )
    answers = {"some": ["a", "c"], "consent": True, "day": "2015-04-03", "gone": "was", "old": 3, "older": ["x", "y"]}
    entry = an_entry(form, {**answers, "night": "was a text once"})
    assert {answer["name"]: answer["value"] for answer in shown_answers(form, entry, "en")} == {
        "some": "A, C", "consent": "Yes", "day": "3 April 2015", "gone": "was", "night": "was a text once",
        "old": "3", "older": "x, y",
    }  # fmt: skip
    swedish = {answer["name"]: answer["value"] for answer in shown_answers(form, entry, "sv")}
    assert (swedish["consent"], swedish["day"], swedish["some"]) == ("Ja", "3 april 2015", "A (sv), C (sv)")


def test_mail__links_to_the_forms_page_in_its_language(tmp_path: Path) -> None:
    shutil.copytree(SOURCES.forms, tmp_path / "forms")
    shutil.copytree(SOURCES.shared, tmp_path / "forms", dirs_exist_ok=True)
    (tmp_path / "forms" / PAGES).write_text(
        '{"en": {"registration": "/registration"}, "sv": {"registration": "/sv/registration"}}'
    )
    renderer = JinjaMailRenderer(tmp_path / "forms", site_url="https://academy.example")
    form = form_of("registration")
    for language, address in (("en", "/registration"), ("sv", "/sv/registration")):
        entry = example_entry(form, Status.CANCELLED, language, NOW)
        mail = renderer.render(MailKind.CANCELLED, form, entry, facts(MailKind.CANCELLED))
        assert f"https://academy.example{address}\n" in mail.text
        assert f'href="https://academy.example{address}"' in mail.html


@pytest.mark.parametrize(("language", "words"), [("en", "and 7 more"), ("sv", "och 7 till")])
def test_digest__says_how_many_it_does_not_name(language: str, words: str) -> None:
    form = replace(form_of("registration"), languages=(language,))
    spam = example_entry(form, Status.SPAM, language, NOW)

    def mail(more: int) -> RenderedMail:
        facts_ = MailFacts(at=NOW, spam=(spam,), more_spam=more)
        return RENDERER.render(MailKind.STAFF_SPAM, form, spam, facts_)

    assert words in mail(7).text
    assert words in mail(7).html
    assert mail(7).subject.endswith(": 8")
    assert words.rsplit(maxsplit=1)[-1] + "\n" not in mail(0).text
    assert mail(0).subject.endswith(": 1")


FAMILY_FORM = replace(FORMS["registration"], group=Group(("participant", "birth_date", "course"), 4))


def option_words(form: Form, course: str, language: str) -> list[str]:
    """Return an option's label, dates and place, as a mail says them."""
    chosen = form.chosen_field.option(course) if form.chosen_field is not None else None
    assert chosen is not None
    assert chosen.starts_at is not None
    assert chosen.place is not None
    when = span(chosen.starts_at, chosen.ends_at, language, form.words)
    return [chosen.label.in_language(language), when, chosen.place.in_language(language)]


def family_mail(form: Form, language: str, *courses: str) -> RenderedMail:
    first = example_entry(form, Status.CONFIRMED, language, NOW)
    family = tuple(
        replace(first, id=f"crs_{number}", answers={**first.answers, "course": course}, option=course, verified_at=NOW)
        for number, course in enumerate(courses)
    )
    return RENDERER.render(MailKind.CONFIRMED, form, family[0], MailFacts(NOW, my_url=MY_URL, group=family))


@pytest.mark.parametrize("asked", [("participant", "course"), ("participant",)])
@pytest.mark.parametrize("language", ["en", "sv"])
def test_group_mail__says_an_option_that_all_chose_once(language: str, asked: tuple[str, ...]) -> None:
    """Also when the form asks for it once."""
    form = replace(FAMILY_FORM, group=Group(asked, 4))
    values = option_words(form, "python-and-sensors", language)
    mail = family_mail(form, language, *["python-and-sensors"] * 3)
    for part in (mail.text, html.unescape(mail.html)):
        assert [part.count(value) for value in values] == [1, 1, 1], part
        assert part.index(values[1]) < part.index(values[2])


@pytest.mark.parametrize("language", ["en", "sv"])
def test_group_mail__says_each_option_if_they_differ(language: str) -> None:
    courses = ("python-and-sensors", "first-robot", "first-robot")
    mail = family_mail(FAMILY_FORM, language, *courses)
    for part in (mail.text, html.unescape(mail.html)):
        for course, times in (("python-and-sensors", 1), ("first-robot", 2)):
            label, when, _ = option_words(FAMILY_FORM, course, language)
            assert (part.count(label), part.count(when)) == (times, times), part
