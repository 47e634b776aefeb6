"""The pages as a browser reads them: valid HTML, nothing inline, every control labelled, and light."""

import json
import re
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from unit.site.page_reader import Reader

from registration_core.domain.conditions import Condition
from registration_core.domain.forms import Form
from registration_core.domain.messages import message
from rollcall_build.site.build import render
from rollcall_build.site.checks import DATE

if TYPE_CHECKING:
    from rollcall_build.site.files import SiteFile
    from rollcall_build.sources import Sources

PAGES = ("index.html", "registration", "contact", "thank-you", "not-found", "unavailable")


@pytest.fixture(params=PAGES)
def page(request: pytest.FixtureRequest, files: "dict[str, SiteFile]") -> Reader:
    return Reader(files[request.param].body)


@pytest.fixture
def registration(files: "dict[str, SiteFile]") -> Reader:
    return Reader(files["registration"].body)


def test_page__closes_what_it_opens(page: Reader) -> None:
    assert page.wrong == []


def test_page__uses_each_id_once_and_refers_to_real_ones(page: Reader) -> None:
    ids = Counter(attributes["id"] for _, attributes in page.elements if "id" in attributes)
    assert [name for name, count in ids.items() if count > 1] == []
    for _, attributes in page.elements:
        for reference in ("for", "aria-describedby", "aria-labelledby"):
            assert set(attributes.get(reference, "").split()) <= ids.keys()
        if attributes.get("href", "").startswith("#"):
            assert attributes["href"][1:] in ids


def test_page__has_nothing_that_a_strict_policy_would_refuse(page: Reader) -> None:
    for tag, attributes in page.elements:
        assert "style" not in attributes
        assert not [name for name in attributes if name.startswith("on")]
        assert tag != "style"
        if tag == "script":
            assert attributes["src"].startswith("/assets/")


def test_page__loads_only_from_the_site(page: Reader) -> None:
    for tag, attributes in page.elements:
        address = attributes.get("src") or (attributes.get("href", "") if tag in ("link", "use") else "")
        assert address.startswith(("/", "#", "https://site.example/")) or not address


def test_page__has_one_main_heading_a_title_and_a_language(page: Reader) -> None:
    assert len(page.all("h1")) == 1
    assert len(page.all("title")) == 1
    assert page.all("html") == [{"lang": "en"}]


def test_page__weighs_less_than_50_kb_with_its_style_and_script(files: "dict[str, SiteFile]") -> None:
    hashed = [file for key, file in files.items() if re.search(r"\.[0-9a-f]{10}\.", key) and not key.endswith(".png")]
    for key in PAGES:
        page = files[key].body.decode()
        loaded = [file for file in hashed if not file.key.endswith(".js") or file.key in page]
        assert len(files[key].body) + sum(len(file.body) for file in loaded) < 50_000
    assert all(len(file.body) < 8 * 1024 for file in hashed if file.key.endswith(".js"))


def test_page__loads_assets_whose_names_change_with_content(files: "dict[str, SiteFile]") -> None:
    for key in PAGES:
        addresses = re.findall(r'"/(assets/[^"]+)"', files[key].body.decode())
        assert len(addresses) == (5 if key == "index.html" else 4)
        assert all(files[address].cache_control.endswith("immutable") for address in addresses)


def test_page__links_to_the_forms_in_the_content_files_order(page: Reader) -> None:
    links = [attributes["href"] for attributes in page.all("a")]
    assert links[1:5] == ["/", "/#courses", "/registration", "/contact"]


def test_form_page__posts_to_the_api_with_its_language(files: "dict[str, SiteFile]") -> None:
    for name in ("registration", "contact"):
        form = Reader(files[name].body).all("form")[0]
        assert (form["method"], form["action"]) == ("post", f"https://api.example/v1/{name}?lang=en")


def test_form_page__labels_every_control(registration: Reader, files: "dict[str, SiteFile]") -> None:
    labelled = {label.get("for") for label in registration.all("label")}
    page = files["registration"].body.decode()
    for tag in ("input", "select", "textarea"):
        for control in registration.all(tag):
            wrapped = re.search(rf'<label class="choice"><{tag}[^>]*id="{control["id"]}"', page)
            assert control["id"] in labelled or wrapped


def test_form_page__describes_a_field_by_its_hint_and_its_error(registration: Reader) -> None:
    email = next(control for control in registration.all("input") if control["name"] == "email")
    assert email["aria-describedby"] == "f-email-hint f-email-error"
    assert (email["type"], email["autocomplete"], email["inputmode"]) == ("email", "email", "email")


def test_form_page__has_a_honeypot(registration: Reader) -> None:
    (trap,) = [control for control in registration.all("input") if control["name"] == "further_remark"]
    assert (trap["tabindex"], trap["autocomplete"]) == ("-1", "off")
    assert {"class": "visually-hidden", "aria-hidden": "true"} in registration.all("p")


def test_form_page__groups_choices_in_a_fieldset(registration: Reader) -> None:
    groups = [fieldset["data-field"] for fieldset in registration.all("fieldset")]
    assert groups == ["course", "born", "tools"]
    radios = [control["value"] for control in registration.all("input") if control["type"] == "radio"]
    assert radios == ["rovers", "arms"]


def test_form_page__shows_a_label_as_text(files: "dict[str, SiteFile]") -> None:
    assert "Notes &lt;b&gt;" in files["registration"].body.decode()
    assert "Notes <b>" not in files["registration"].body.decode()


def test_form_page__says_which_fields_are_optional(files: "dict[str, SiteFile]") -> None:
    page = files["registration"].body.decode()
    assert page.count("(optional)") == 5


def test_form_page__asks_a_date_in_three_fields(registration: Reader) -> None:
    """Day, month and year come in the order of the site's words."""
    born = [control for control in registration.all("input") if str(control["name"]).startswith("born")]
    assert [(control["name"], control["inputmode"]) for control in born] == [
        ("born-day", "numeric"),
        ("born-month", "numeric"),
        ("born-year", "numeric"),
    ]
    assert [control["id"] for control in born] == ["f-born", "f-born-month", "f-born-year"]


def test_form_page__lists_what_its_script_may_check(registration: Reader) -> None:
    asked = [attributes for _, attributes in registration.elements if "data-field" in attributes]
    checks = {attributes["data-field"]: json.loads(attributes["data-checks"]) for attributes in asked}
    assert checks["course"] == [["required", None, "Answer this question: Which course?"]]
    assert ["pattern", DATE, message("not_a_date", "en")] in checks["born"]
    assert checks["born"][-2:] == [
        ["least", "2000-01-01", "The date must be 1 January 2000 or later."],
        ["most", None, "The date must be {limit} or earlier."],
    ]
    assert [rule for rule, _, _ in checks["email"]] == ["required", "pattern", "pattern"]
    assert checks["tools"] == []


def test_form_page__asks_the_api_only_for_what_changes(files: "dict[str, SiteFile]") -> None:
    asking = {name: Reader(files[name].body).all("form")[0]["data-brief"] for name in ("registration", "contact")}
    assert asking == {
        "registration": "https://api.example/v1/forms/registration?brief=en",
        "contact": "https://api.example/v1/forms/contact?brief=en",
    }


def test_form_page__reserves_room_for_seats_left(sources: "Sources", forms: "dict[str, Form]") -> None:
    data = forms["registration"].to_dict() | {"quota": {"field": "course", "waitlist": "auto"}}
    data["fields"][0]["options"][1]["capacity"] = 12
    forms["registration"] = Form.from_dict(data)
    made = render(sources, forms, api_url="https://api.example/v1", site_url="https://site.example")
    page = Reader(next(file.body for file in made if file.key == "registration"))
    assert [place["data-seats"] for place in page.all("small") if "data-seats" in place] == ["rovers", "arms"]
    assert page.all("form")[0]["data-option"] == "course"


def test_home__links_to_the_form_for_each_course(files: "dict[str, SiteFile]") -> None:
    page = files["index.html"].body.decode()
    assert 'href="/registration?course=rovers"' in page
    assert "Arms &amp; grippers" in page
    assert "Start here" in page
    assert "Mondays" in page


def test_thank_you__without_a_script_points_to_the_mail(files: "dict[str, SiteFile]") -> None:
    page = files["thank-you"].body.decode()
    assert "Your reference is in the mail" in page
    assert '<p class="reference" data-told="reference" hidden>' in page


def test_form_page__has_a_human_check_only_with_a_key(
    sources: "Sources", forms: "dict[str, Form]", files: "dict[str, SiteFile]"
) -> None:
    assert not [key for key, file in files.items() if b"cloudflare" in file.body]
    content = sources.site / "site.toml"
    content.write_text(content.read_text() + '\n[turnstile]\nsite_key = "0x4AAA"\n')
    made = render(sources, forms, api_url="https://api.example/v1", site_url="https://site.example")
    asking = {file.key: Reader(file.body) for file in made if b"cloudflare" in file.body}
    assert {key.removesuffix("/") for key in asking} == {"registration", "contact"}
    for page in asking.values():
        (widget,) = [one for one in page.all("div") if one.get("class") == "cf-turnstile"]
        assert widget["data-sitekey"] == "0x4AAA"
        assert "https://challenges.cloudflare.com/turnstile/v0/api.js" in [one["src"] for one in page.all("script")]


def test_conditional_question__says_its_condition_and_leaves_required_to_the_server(
    sources: "Sources", forms: dict[str, Form]
) -> None:
    """The script takes the sentence away; without one, a browser must not insist on an answer."""
    registration = forms["registration"]
    course, name, *others = registration.fields
    condition = Condition("course", ("rovers", "arms"))
    drill = replace(others[-3].options[1], show_when=Condition("course", ("rovers",), unless=True))
    others[-3] = replace(others[-3], options=(others[-3].options[0], drill))
    fields = (course, replace(name, show_when=condition), *others)
    built = render(
        sources,
        forms | {"registration": replace(registration, fields=fields)},
        api_url="https://api.example/v1",
        site_url="https://site.example",
    )
    page = next(file.body.decode() for file in built if file.key == "registration")

    (question,) = re.findall(r'<div class="field"[^>]*data-field="name".*?</div>', page, re.DOTALL)
    (option,) = re.findall(r'<label class="choice"[^>]*data-shown-when.*?</label>', page)
    assert 'data-shown-when="course" data-is="rovers arms"' in question
    assert "Only if you answer “Rovers” or “Arms &amp; grippers” to “Which course?”." in question
    assert 'aria-describedby="f-name-when f-name-error"' in question
    assert " required" not in question
    assert 'data-shown-when="course" data-not="rovers"' in option
    assert "Not if you answer “Rovers” to “Which course?”." in option
    assert 'value="drill"' in option
