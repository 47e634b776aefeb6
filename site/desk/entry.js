// One submission: its answers, history and mails, and everything that staff do with it.

import { get, send } from "./api.js";
import { confirmed } from "./dialogs.js";
import { AS_LINK, alone, button, el, fill, heading, hidden, labelled, link } from "./dom.js";
import * as drafts from "./drafts.js";
import { status } from "./list.js";
import { say } from "./notices.js";
import { happened, has, label, moment, n, promoted, t, who, word } from "./words.js";

const FINAL = ["erase"];
const MOST_NOTE = 1000;

const section = (title, ...content) => el("section", {}, el("h2", {}, title), content);

export async function entry({ desk, params: [id], signal }) {
  const shown = await get(["submissions", id], {}, signal);
  const place = el("div", { class: "entry" });
  const view = new Entry(desk, place);
  view.draw(shown);
  return { title: shown.reference, nodes: [place] };
}

class Entry {
  constructor(desk, place) {
    this.desk = desk;
    this.place = place;
  }

  draw(shown) {
    this.shown = shown;
    this.desk.last?.items.forEach((one, at, items) => one.id === shown.id && (items[at] = { ...one, ...shown }));
    const form = (this.form = this.desk.forms[shown.form]);
    const option = form?.options?.find((one) => one.value === shown.option);
    fill(
      this.place,
      el("p", { class: "back" }, alone(t("entry.back"), this.desk.last?.address ? `#/list?${this.desk.last.address}` : "#/list")),
      el(
        "header",
        { class: "entry-head" },
        heading(el("bdi", {}, shown.name || t("entry.nameless"))),
        el("p", { class: "entry-facts" }, status(shown), el("span", { class: "row-reference" }, shown.reference), el("span", {}, option ? label(option.label) : label(form?.title) || shown.form)),
        el("p", { class: "note" }, t("entry.submitted", { when: this.when(shown.submitted_at) }), shown.spam_sign && ` ${t("entry.spam_sign", { sign: shown.spam_sign })}`),
        shown.together?.length > 0 && el("p", { class: "note" }, t("entry.together"), ...shown.together.flatMap((one) => [" ", alone(one.name || one.reference, `#/entry/${one.id}`)])),
      ),
      this.desk.may() && this.actions(),
      el("div", { class: "entry-main" }, this.answers(), this.files(), this.notes()),
      el("div", { class: "entry-side" }, this.labels(), this.mails(), this.history()),
    );
  }

  when(iso) {
    return moment(iso, this.form?.time_zone);
  }

  answers() {
    const { shown } = this;
    const rows = shown.shown.map((one) => el("div", {}, el("dt", {}, label(one.label)), el("dd", { dir: "auto" }, contact(one, shown, this.form) ?? (one.text || "–"))));
    const editable = this.desk.may() && shown.status !== "erased";
    return el(
      "section",
      {},
      el("div", { class: "section-head" }, el("h2", {}, t("entry.answers")), editable && link(t("entry.edit"), `#/entry/${shown.id}/edit`, { class: "button button-quiet" })),
      rows.length ? el("dl", { class: "answers" }, rows) : el("p", {}, t("entry.no_answers")),
    );
  }

  files() {
    const { files } = this.shown;
    if (!files?.length) return null;
    const said = (file) => (has("file_states", file.state) ? `${file.name}: ${word("file_states", file.state)}` : button(t("entry.download", { name: file.name }), () => this.download(file), AS_LINK));
    return section(t("entry.files"), el("ul", {}, files.map((file) => el("li", { dir: "auto" }, said(file)))));
  }

  async download(file) {
    const made = await this.desk.attempt(() => get(["submissions", this.shown.id, "files", file.id]), () => this.download(file));
    if (made) location = made.url; // an attachment: the desk stays
  }

  actions() {
    const known = this.shown.actions.filter((name) => has("actions", name));
    if (!known.length) return null;
    return el(
      "section",
      { class: "acts" },
      el("h2", { class: "visually-hidden" }, t("entry.actions")),
      known.map((name) => button(t(`actions.${name}`), () => this.act(name), { class: `button ${FINAL.includes(name) ? "button-quiet button-danger" : "button-quiet"}` })),
    );
  }

  async act(name) {
    const about = { name: this.shown.name || this.shown.reference };
    const sure = await confirmed(t(`ask.${name}.title`, about), t(`ask.${name}.text`, about), t(`actions.${name}`), { final: FINAL.includes(name) });
    if (sure) await this.change("POST", "actions", { action: name }, t(`done.${name}`, about));
  }

  /** Send a change; show the result and how to undo it. A lost race shows what the other person did. */
  async change(method, path, body, done, { versioned = true, key, undo, otherwise } = {}) {
    const { shown } = this;
    const headers = { version: versioned ? shown.version : undefined, key };
    let changed;
    try {
      changed = await send(method, ["submissions", shown.id, path], body, headers);
    } catch (error) {
      const other = otherwise?.(error);
      if (other) return other();
      if (error.code !== "changed") {
        const reload = error.kind === "slow" || error.kind === "down";
        await this.desk.failed(error, reload ? () => this.reload() : undefined);
        return false;
      }
      await this.reload();
      say(t("entry.changed", race(error.changed, this)));
      return false;
    }
    const { id } = document.activeElement;
    this.draw(changed);
    const back = undo ?? (versioned && changed.undo && (() => this.change("POST", "actions", { action: changed.undo }, t(`done.${changed.undo}`, { name: changed.name }))));
    const waits = body?.action && changed.status === "waitlisted" ? ` ${t("done.waits")}` : "";
    say(done + waits + promoted(changed), back || undefined);
    (document.getElementById(id || "new") ?? this.place.querySelector("h1")).focus({ preventScroll: true });
    return true;
  }

  async reload() {
    const fresh = await this.desk.attempt(() => get(["submissions", this.shown.id]), () => this.reload());
    if (fresh) this.draw(fresh);
  }

  labels() {
    const { shown } = this;
    const input = el("input", { id: "new-label", maxlength: 30, list: "known-labels", autocomplete: "off", autocapitalize: "none", required: true });
    const remove = (name) =>
      this.change("DELETE", ["labels", name], undefined, t("done.unlabel", { label: name }), { versioned: false, undo: () => put(name) });
    const put = (name) => this.change("PUT", ["labels", name], undefined, t("done.label", { label: name }), { versioned: false, undo: () => remove(name) });
    const may = this.desk.may() && shown.status !== "erased";
    if (!may && !shown.labels.length) return null;
    return section(t("entry.labels"),
      shown.labels.length > 0 &&
        el(
          "ul",
          { class: "labels" },
          shown.labels.map((name) =>
            el("li", { class: "label" }, name, may && button("×", () => remove(name), { class: "close", "aria-label": t("entry.remove_label", { label: name }) })),
          ),
        ),
      may &&
        el(
          "form",
          { class: "one-line", onsubmit: (event) => (event.preventDefault(), put(input.value.trim().toLowerCase())) },
          labelled("new-label", t("entry.new_label"), input, el("datalist", { id: "known-labels" }, (this.form?.labels ?? []).map((value) => el("option", { value })))),
          el("button", { class: "button button-quiet" }, t("entry.add")),
        ),
    );
  }

  notes() {
    const { shown } = this;
    const draft = `note/${shown.id}`;
    const may = this.desk.may() && shown.status !== "erased";
    if (!may && !shown.notes.length) return null;
    const key = drafts.get(draft)?.key ?? crypto.randomUUID();
    const text = el("textarea", {
      id: "new-note",
      required: true,
      maxlength: MOST_NOTE,
      dir: "auto",
      value: drafts.get(draft)?.text ?? "",
      oninput: () => (text.value ? drafts.put(draft, { text: text.value, key }) : drafts.drop(draft)),
    });
    const add = async (event) => {
      event.preventDefault();
      const written = text.value.trim();
      if (!written) return;
      // dropped before the entry is drawn again; kept if it fails
      drafts.drop(draft);
      const sent = await this.change("POST", "notes", { text: written }, t("done.note"), { versioned: false, key });
      if (!sent) drafts.put(draft, { text: written, key });
    };
    const remove = async (note) => {
      if (await confirmed(t("ask.note.title"), t("ask.note.text"), t("entry.remove_note"), { final: true })) {
        await this.change("DELETE", ["notes", note.id], undefined, t("done.unnote"), { versioned: false });
      }
    };
    return section(t("entry.notes"),
      el(
        "ul",
        { class: "notes" },
        shown.notes.map((note) =>
          el(
            "li",
            {},
            el("p", { class: "written", dir: "auto" }, note.text),
            el("p", { class: "note" }, `${who(note.by, this.desk.me.name)}, ${this.when(note.at)}`),
            may && button([t("entry.remove_note"), hidden(` ${note.text.slice(0, 40)}`)], () => remove(note), AS_LINK),
          ),
        ),
      ),
      may &&
        el(
          "form",
          { onsubmit: add },
          labelled("new-note", t("entry.new_note"), el("p", { class: "hint", id: "note-hint" }, t("entry.note_hint")), text),
          el("button", { class: "button button-quiet" }, t("entry.add_note")),
        ),
    );
  }

  mails() {
    const { shown } = this;
    if (!shown.mails.length) return null;
    const may = this.desk.may() && shown.status !== "erased";
    return section(t("entry.mails"),
      el(
        "ul",
        { class: "mails" },
        shown.mails.map((mail) =>
          el(
            "li",
            {},
            el("span", {}, el("strong", {}, word("mails", mail.kind)), mail.copy > 0 && ` (${n("entry.copy", mail.copy)})`),
            el("span", { class: `note ${mail.problem ? "problem" : ""}` }, word("mail_states", mail.state), mail.sent_at && `, ${this.when(mail.sent_at)}`, mail.problem && `: ${mail.problem}`),
            may && has("mails", mail.kind) && !mail.kind.startsWith("staff") && !mail.copy && button([t("entry.resend"), hidden(` ${word("mails", mail.kind)}`)], () => this.resend(mail.kind), AS_LINK),
          ),
        ),
      ),
    );
  }

  /** Send a mail again. again: although it was sent a moment ago. */
  async resend(kind, again) {
    const about = { mail: word("mails", kind), address: this.shown.email };
    const text = t(again ? "ask.resend.lately" : "ask.resend.text", about);
    if (!(await confirmed(t("ask.resend.title", about), text, t("entry.resend")))) return;
    const lately = (error) => error.code === "mailed_lately" && (() => this.resend(kind, true));
    const options = { versioned: false, key: crypto.randomUUID(), otherwise: lately };
    await this.change("POST", "mails", { kind, ...(again && { again }) }, t("done.resend", about), options);
  }

  history() {
    const events = [...this.shown.history].reverse();
    return section(t("entry.history"),
      el(
        "ol",
        { class: "history" },
        events.map((event) =>
          el(
            "li",
            {},
            el("span", {}, el("strong", {}, happened(event.what, (name) => named(name, this.form))), became(event, this.form)),
            el("span", { class: "note" }, `${who(event.by, this.desk.me.name)}, ${this.when(event.at)}`),
          ),
        ),
      ),
    );
  }
}

/** What an event changed besides: the option, or the status if the event's own word doesn't tell. */
function became(event, form) {
  const named = (value) => label(form?.options?.find((one) => one.value === value)?.label) || value || t("entry.no_option");
  const moved = event.moved_from || event.moved_to ? `: ${named(event.moved_from)} → ${named(event.moved_to)}` : "";
  const status = event.status && !event.what.endsWith(event.status) && (event.was || event.version === 1) ? `, ${word("status", event.status).toLowerCase()}` : "";
  return moved + status;
}

/** Who changed what in the meantime, for a sentence. view: an entry or an editor. */
export const race = (changed, view) => ({
  who: who(changed?.by, view.desk.me.name),
  what: happened(changed?.what, (name) => named(name, view.form)).toLowerCase(),
  when: view.when(changed?.at),
});

/** The word for what a line of the history names: a question or a mail. */
const named = (name, form) => label(form?.fields.find((field) => field.name === name)?.label) || word("mails", name);

/** An answer that can be mailed or called, as a link; null for others. */
function contact(one, shown, form) {
  if (one.name === "email" && one.text === shown.email) return alone(one.text, `mailto:${one.text.replace(/[^\w.@-]/g, encodeURIComponent)}`);
  const answer = shown.answers[one.name];
  const phone = answer && form?.fields.find((field) => field.name === one.name)?.type === "phone";
  return phone ? alone(one.text, `tel:${answer.replace(/[^\d+]/g, "")}`) : null;
}
