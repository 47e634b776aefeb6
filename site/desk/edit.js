// Corrects the answers of a submission. What is typed is a draft until it is sent.

import { get, send } from "./api.js";
import { confirmed } from "./dialogs.js";
import { AS_LINK, button, el, fill, heading, link } from "./dom.js";
import * as drafts from "./drafts.js";
import { race } from "./entry.js";
import { Question } from "./fields.js";
import { announce } from "./notices.js";
import { label, moment, promoted, t } from "./words.js";

export async function edit({ desk, params: [id], signal }) {
  const path = ["submissions", id];
  const shown = await get(path, {}, signal);
  const form = desk.forms[shown.form];
  if (!desk.may() || !form || shown.status === "erased") {
    const title = t("edit.cannot");
    return { title, nodes: [heading(title), el("p", {}, link(t("edit.back"), `#/entry/${id}`))] };
  }
  return new Editor(desk, form, path, shown).view();
}

class Editor {
  constructor(desk, form, path, shown) {
    this.desk = desk;
    this.path = path;
    this.shown = shown;
    this.when = (iso) => moment(iso, form.time_zone);
    this.form = form;
    this.draft = `edit/${shown.id}`;
    this.questions = form.fields.filter(({ type }) => type !== "file").map((field) => new Question(field, shown.answers[field.name]));
    this.summary = el("div", { class: "error-summary", role: "alert", tabindex: "-1", hidden: true });
    this.race = el("div", { class: "race", role: "alert", tabindex: "-1", hidden: true });
  }

  view() {
    const typed = drafts.get(this.draft);
    for (const question of this.questions) if (typed && question.name in typed) question.value = typed[question.name];
    this.follow();
    const title = t("edit.title", { name: this.shown.name || this.shown.reference });
    const nodes = [
      heading(title),
      typed && el("div", { class: "restored" }, el("p", { role: "status" }, t("edit.restored")), button(t("edit.discard"), () => this.discard(), AS_LINK)),
      this.race,
      this.summary,
      el(
        "form",
        { class: "edit", novalidate: true, oninput: () => this.typed(), onchange: () => this.typed(), onsubmit: (event) => (event.preventDefault(), this.save()) },
        this.questions.map((question) => question.node),
        el("p", { class: "actions" }, el("button", { class: "button" }, t("edit.save")), button(t("edit.back"), () => this.discard(`/entry/${this.shown.id}`))),
      ),
    ];
    return { title: t("edit.title", { name: this.shown.reference }), nodes };
  }

  /** The answers that differ from the stored ones. */
  get changes() {
    const changed = this.questions.filter((question) => question.changed);
    return Object.fromEntries(changed.map((question) => [question.name, question.value]));
  }

  typed() {
    this.follow();
    const { changes } = this;
    if (Object.keys(changes).length) drafts.put(this.draft, changes);
    else drafts.drop(this.draft);
  }

  /** Show the questions whose condition holds. */
  follow() {
    const answers = Object.fromEntries(this.questions.map((question) => [question.name, question.value]));
    for (const question of this.questions) question.follow(answers);
  }

  discard(address, done) {
    drafts.drop(this.draft);
    if (address) this.desk.go(address, done);
    else this.desk.again();
  }

  /** Save. waitlist: take a ticket if the new course is full. */
  async save(waitlist) {
    const { changes } = this;
    if (!Object.keys(changes).length) return this.discard(`/entry/${this.shown.id}`);
    for (const question of this.questions) question.error = "";
    this.summary.hidden = this.race.hidden = true;
    let saved;
    try {
      saved = await send("PATCH", [this.path, "answers"], { answers: changes, ...(waitlist && { waitlist }) }, { version: this.shown.version });
    } catch (error) {
      if (error.status === 422 && error.errors) return this.wrong(error.errors);
      if (error.code === "changed") return this.lost(error.changed);
      if (error.code === "no_seat") return this.full();
      return this.desk.failed(error, () => this.save());
    }
    this.discard(`/entry/${this.shown.id}`, t("done.edit", { name: saved.name || saved.reference }) + promoted(saved));
  }

  /** The new course is full: ask whether the waiting list will do. */
  async full() {
    if (await confirmed(t("ask.waitlist.title"), t("ask.waitlist.text"), t("ask.waitlist.yes"))) await this.save(true);
  }

  wrong(errors) {
    const told = Array.isArray(errors) ? errors : Object.entries(errors).map(([field, detail]) => ({ field, detail }));
    const items = told.map(({ field, detail, message }) => {
      const text = label(detail ?? message);
      const question = this.questions.find((one) => one.name === field);
      if (!question) return el("li", {}, text);
      question.error = text;
      const jump = (event) => (event.preventDefault(), question.focus());
      return el("li", {}, el("a", { href: `#${question.id}`, onclick: jump }, text));
    });
    fill(this.summary, el("h2", {}, t("edit.wrong")), el("ul", {}, items));
    this.summary.hidden = false;
    this.summary.focus();
  }

  /** Someone else was faster: show what they changed beside what is typed here, and let the person choose. */
  async lost(changed) {
    const theirs = await this.desk.attempt(() => get(this.path), () => this.save());
    if (!theirs) return;
    const mine = this.changes;
    const both = this.questions.filter((question) => !question.equals(theirs.answers[question.name]) && question.name in mine);
    const again = () => {
      this.shown = theirs;
      this.save();
    };
    fill(
      this.race,
      el("h2", {}, t("edit.lost", race(changed, this))),
      el(
        "dl",
        { class: "sides" },
        both.map((question) =>
          el(
            "div",
            {},
            el("dt", {}, question.label),
            el("dd", {}, el("span", {}, t("edit.theirs")), " ", question.text(theirs.answers[question.name]) || "–"),
            el("dd", {}, el("span", {}, t("edit.mine")), " ", question.text(question.value) || "–"),
          ),
        ),
      ),
      el("p", {}, t("edit.choose")),
      el("p", { class: "actions" }, button(t("edit.again"), again, { class: "button" }), button(t("edit.look"), () => this.discard(`/entry/${this.shown.id}`))),
    );
    this.race.hidden = false;
    this.race.focus();
    announce("");
  }
}
