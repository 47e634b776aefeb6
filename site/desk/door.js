// The door: whom to expect in a course on a day, and who is here.

import { get } from "./api.js";
import { ask } from "./dialogs.js";
import { alone, button, el, fill, heading, labelled, link } from "./dom.js";
import { announce, complain, say } from "./notices.js";
import * as queue from "./queue.js";
import { canScan, scan } from "./scanner.js";
import { day, label, number, t, time, who, word } from "./words.js";

const REFRESH_MS = 25_000;
const REFERENCE = /^[0-9A-Z]{8}$/;

/** A reference as it is stored, however it was written. */
const plain = (text) => text.toUpperCase().replace(/[\s‐‑–-]/g, "").replaceAll("O", "0").replace(/[IL]/g, "1");

/** A text without accents and capitals, for searching. */
const folded = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

export const address = (form, option) => `#/door/${[form, option].filter(Boolean).map(encodeURIComponent).join("/")}`;

/** Today's date, where the organisation is. */
const dateOf = (form) => new Intl.DateTimeFormat("sv", { timeZone: form?.time_zone, dateStyle: "short" }).format(queue.serverNow());

/** Choose a course. */
export async function doors({ desk }) {
  const title = t("door.choose");
  const forms = Object.values(desk.forms).filter((form) => form.options?.length); // nobody comes to any other form
  return { title, nodes: [heading(title), forms.length ? forms.map(courses) : el("p", {}, t("overview.no_seats"))] };
}

function courses(form) {
  const place = (name, { value, starts_at } = {}) =>
    el("li", {}, alone(name, address(form.name, value)), el("span", { class: "note" }, day(starts_at, form.time_zone)));
  return [
    el("h2", {}, label(form.title)),
    el("ul", { class: "doors" }, form.options.map((one) => place(label(one.label), one)), place(t("door.everyone"))),
  ];
}

/** The list of a course, or of everyone of a form. */
export async function door({ desk, params, query, signal }) {
  const [form, option] = params.map((part) => part && decodeURIComponent(part));
  const view = new Door(desk, { form, option, day: query.get("day") }, signal);
  await view.load();
  return { title: view.title, nodes: await view.nodes() };
}

class Door {
  rows = new Map();
  sought = "";
  changes = 0;

  constructor(desk, asked, signal) {
    Object.assign(this, { desk, asked, signal });
    this.form = desk.forms[asked.form];
    this.key = JSON.stringify(asked);
    this.count = el("p", { class: "door-count" });
    this.note = el("p", { class: "note" });
    this.list = el("ul", { class: "people" });
    this.nobody = el("p", { hidden: true });
  }

  get title() {
    return label(this.shown.label) || this.shown.option || label(this.form?.title) || this.asked.form;
  }

  /** Whether people can be checked in here: by a manager, and not for a day to come. */
  get open() {
    return this.desk.may() && this.shown.day <= dateOf(this.form);
  }

  /** Get the list. Without a network, the one that was shown before. */
  async load() {
    const before = this.changes;
    try {
      const fresh = await get("attendance", this.asked, this.signal, Boolean(this.shown));
      queue.setClock(fresh.now);
      if (before !== this.changes) return; // it may lack what was sent meanwhile
      this.shown = this.desk.lists[this.key] = { ...fresh, at: queue.serverNow() };
      this.old = false;
    } catch (error) {
      this.shown ??= this.desk.lists[this.key];
      if (!this.shown || !["down", "slow"].includes(error.kind)) throw error;
      this.old = true;
    }
  }

  async nodes() {
    const { shown, signal } = this;
    const today = dateOf(this.form);
    const refresh = () => document.hidden || this.refresh();
    const timer = setInterval(refresh, REFRESH_MS);
    addEventListener("online", refresh, { signal });
    addEventListener("storage", (event) => (event.newValue ? this.draw() : refresh()), { signal }); // another tab
    document.addEventListener("visibilitychange", refresh, { signal });
    signal.addEventListener("abort", () => (clearInterval(timer), queue.watch()));
    queue.watch((sent, entry) => this.sent(sent, entry));
    this.day = shown.day;
    this.draw();
    return [
      el("p", { class: "back" }, alone(t("door.choose"), "#/door")),
      el("div", { class: "list-head" }, heading(this.title), this.days(today)),
      this.desk.may() &&
        shown.day !== today &&
        el("p", { class: "problem" }, t(this.open ? "door.not_today" : "door.future", { day: day(shown.day, "UTC") })),
      el("div", { class: "search door-head" }, this.count, await this.finder()),
      this.note,
      this.list,
      this.nobody,
      el(
        "details",
        { class: "filters" },
        el("summary", {}, t("door.missing")),
        el("p", {}, t("door.missing_text")),
        el("p", { class: "actions" }, link(t("door.missing_list"), "#/list"), link(t("door.missing_form"), `/${this.asked.form}`)),
      ),
    ];
  }

  days(today) {
    const days = [...new Set([...this.shown.days, today])].sort();
    const go = (event) => (location.hash = address(this.asked.form, this.asked.option) + (event.target.value === today ? "" : `?day=${event.target.value}`));
    const options = days.map((one) => el("option", { value: one, selected: one === this.shown.day }, day(one, "UTC"), one === today && ` (${t("frame.today").toLowerCase()})`));
    return labelled("day", t("door.day"), el("select", { id: "day", onchange: go }, options));
  }

  /** One field for a name or a reference, and the camera. */
  async finder() {
    const input = (this.input = el("input", {
      id: "find",
      type: "search",
      autocomplete: "off",
      autocapitalize: "none",
      spellcheck: "false",
      dir: "auto",
      oninput: () => this.search(input.value),
    }));
    const submit = (event) => {
      event.preventDefault();
      if (input.value.trim()) this.enter(input.value);
    };
    const video = el("video", { class: "camera", muted: true, playsinline: true, hidden: true });
    const camera = this.open && (await canScan()) && button(t("door.scan"), () => this.film(video, camera));
    return [
      el(
        "form",
        { class: "one-line", role: "search", onsubmit: submit },
        labelled("find", t("door.find"), input),
        this.open && el("button", { class: "button" }, t("door.check_in")),
        camera,
      ),
      video,
    ];
  }

  matching(text) {
    const words = folded(text).split(/\s+/).filter(Boolean);
    return this.shown.people.filter(
      (one) => words.every((part) => folded(one.name).includes(part)) || plain(one.reference).includes(plain(text)),
    );
  }

  search(text) {
    this.sought = text;
    const found = new Set(this.matching(text));
    for (const one of this.shown.people) this.rows.get(one.id).hidden = !found.has(one);
    this.nobody.hidden = found.size > 0;
    this.nobody.textContent = t(this.shown.people.length ? "door.nothing" : "door.empty");
  }

  /** Check in whoever has this reference, or show who has this name. */
  async enter(text) {
    const person = this.person(text);
    const found = person ? [] : this.matching(text);
    if (found.length === 1) return this.rows.get(found[0].id).firstChild.focus();
    if (found.length) return;
    if (!person && !REFERENCE.test(plain(text))) return complain(t("door.nothing"));
    if (person) this.search((this.input.value = ""));
    await this.reads(text);
  }

  person(reference) {
    return this.shown.people.find((one) => plain(one.reference) === plain(reference));
  }

  /** Check in by a reference that was typed or scanned. Reading it twice undoes nothing. */
  async reads(text) {
    const person = this.person(text);
    if (!person) return REFERENCE.test(plain(text)) ? this.elsewhere(text) : this.unknown(text);
    if (!this.open) return;
    const before = this.here(person);
    if (before) return say(t("door.already", { name: person.name, time: this.time(before.at) }));
    this.tap(person);
    say(`${t("door.is_here", { name: person.name })} ${this.total()}`, () => this.here(person) && this.tap(person));
  }

  unknown(reference) {
    complain(t("door.unknown", { reference }));
  }

  /** Say where somebody is who isn't on this list. */
  async elsewhere(text) {
    let found;
    try {
      found = await get(["submissions", plain(text)], {}, this.signal);
    } catch (error) {
      if ([400, 404].includes(error.status)) return this.unknown(text);
      return this.desk.failed(error);
    }
    await this.refresh();
    if (this.person(text)) return this.reads(text);
    const form = this.desk.forms[found.form];
    const option = form?.options?.find((one) => one.value === found.option);
    const confirmed = found.status === "confirmed";
    const course = [label(option?.label) || label(form?.title), day(option?.starts_at, form?.time_zone)].filter(Boolean).join(", ");
    const about = { name: found.name || found.reference, status: word("status", found.status), course };
    const links = [
      link(t("door.open"), `#/entry/${found.id}`),
      confirmed && link(t("door.other_list"), address(found.form, found.option)),
    ];
    const sentences = [t("door.elsewhere", about), !confirmed && ` ${t("door.not_confirmed")}`];
    this.search((this.input.value = "")); // before the dialog: a scanner may read the next one as it closes
    await ask(t("door.not_here", about), [el("p", {}, sentences), el("p", { class: "actions" }, links)], null, { no: t("dialogs.close") });
  }

  async film(video, camera) {
    if (!video.hidden) return this.filming.abort();
    const filming = (this.filming = new AbortController());
    const until = AbortSignal.any([this.signal, filming.signal]);
    until.addEventListener("abort", () => {
      video.hidden = true;
      camera.textContent = t("door.scan");
    });
    document.addEventListener("visibilitychange", () => filming.abort(), { signal: until });
    video.hidden = false;
    camera.textContent = t("door.stop");
    try {
      await scan(video, (text) => document.querySelector("dialog") || this.reads(text), until);
    } catch (error) {
      filming.abort();
      complain(t(error.name === "NotAllowedError" ? "door.camera_refused" : "door.camera_fails"));
    }
  }

  /** When and by whom a person was checked in, with what waits to be sent; otherwise nothing. */
  here(person) {
    const waits = queue.last(person.id, this.shown.day);
    if (!waits) return person.checked_in;
    return waits.here ? { at: waits.at, by: this.desk.me.name, waits: true } : null;
  }

  tap(person) {
    const here = !this.here(person);
    queue.add(person, this.shown.day, here, this.form?.time_zone);
    this.draw();
    announce(`${t(here ? "door.is_here" : "door.undone", { name: person.name })} ${this.total()}`);
  }

  sent({ id, day: its }, entry) {
    this.changes += 1;
    const person = this.shown.people.find((one) => one.id === id);
    if (person && entry && its === this.shown.day) person.checked_in = entry.check_ins.find((one) => one.day === its);
    this.draw();
    if (this.old && !queue.waiting().length) this.refresh();
  }

  async refresh() {
    const { old } = this;
    try {
      await this.load();
    } catch (error) {
      return this.signal.aborted || this.desk.failed(error);
    }
    if (this.signal.aborted) return;
    if (this.old !== old) announce(t(this.old ? "door.offline" : "door.fresh", { time: this.time(this.shown.at) }));
    if (this.shown.day !== this.day) return this.desk.again(); // it is tomorrow
    this.draw();
  }

  get arrived() {
    return this.shown.people.filter((one) => this.here(one)).length;
  }

  total() {
    return t("door.count", { here: number(this.arrived), count: number(this.shown.people.length) });
  }

  time(at) {
    return time(at, this.form?.time_zone);
  }

  draw() {
    const { people } = this.shown;
    const rows = people.map((one) => this.row(one));
    if (rows.length !== this.list.children.length || rows.some((row, at) => row !== this.list.children[at])) {
      const focused = document.activeElement;
      fill(this.list, rows);
      if (focused?.isConnected) focused.focus({ preventScroll: true });
    }
    const share = this.arrived / (people.length || 1);
    fill(this.count, el("strong", {}, this.total()), el("span", { class: "bar", "aria-hidden": "true", style: { "--share": share } }));
    this.note.textContent = t(this.old ? "door.offline" : "door.fresh", { time: this.time(this.shown.at) });
    if (this.open && !this.old) this.note.append(` ${t("door.tap")}`);
    this.note.className = this.old ? "problem" : "note";
    this.search(this.sought);
  }

  row(person) {
    const row = this.rows.get(person.id) ?? this.newRow(person.id);
    this.rows.set(person.id, row);
    const here = this.here(person);
    const since = here && (here.waits ? t("door.waits", { time: this.time(here.at) }) : `${this.time(here.at)}, ${who(here.by, this.desk.me.name)}`);
    const [target, more] = row.children;
    if (this.open) target.setAttribute("aria-pressed", String(Boolean(here)));
    target.classList.toggle("is-here", Boolean(here));
    fill(target, el("bdi", {}, person.name || t("entry.nameless")), el("span", { class: "row-reference" }, person.reference), el("small", {}, since || ""));
    more.setAttribute("aria-label", `${t("door.open")}: ${person.name}`);
    return row;
  }

  newRow(id) {
    // the second click of a double click would undo the first
    const press = (event) => event.detail < 2 && this.tap(this.shown.people.find((one) => one.id === id));
    const target = this.open ? el("button", { type: "button", class: "person-row", onclick: press }) : el("div", { class: "person-row" });
    return el("li", {}, target, link("", `#/entry/${id}`, { class: "row-more" }));
  }
}
