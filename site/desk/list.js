// The list: search as you type, filters, and more on scroll or by the button.

import { get } from "./api.js";
import { ask } from "./dialogs.js";
import { button, el, fill, heading, labelled, link } from "./dom.js";
import * as drafts from "./drafts.js";
import { announce, complain } from "./notices.js";
import { label, moment, n, number, t, word } from "./words.js";

const PAUSE_MS = 250; // after the last key
const LIMIT = 50;
const KEPT_MS = 5 * 60_000; // the way back from a submission shows the list as it was left, if it isn't old
const STATUSES = ["confirmed", "waitlisted", "pending", "cancelled", "spam", "erased"];
const SINCE = ["today", "7d", "30d", "365d"];
const FILTERS = ["form", "status", "option", "label", "since"];
const SEARCHED = ["q", ...FILTERS];
const TYPED = ["q", "label"];
const DRAFT = "list"; // what was searched for: a name, so it isn't in the address, which the browser's history keeps

export async function list({ desk, query, signal }) {
  const address = String(query);
  const before = desk.last ?? drafts.get(DRAFT);
  const same = before?.address === address && before;
  const filters = Object.fromEntries(FILTERS.map((name) => [name, query.get(name) ?? ""]));
  filters.q = same ? same.filters.q : "";
  const kept = same?.opened && performance.now() - same.at < KEPT_MS;
  const state = { items: [], cursor: null, scroll: 0, ...(kept ? same : {}), address, filters };
  desk.last = state;

  const rows = el("ul", { class: "rows" });
  const count = el("p", { class: "note count" });
  const more = button(t("list.more"), () => load(true), { class: "button button-quiet more", hidden: true });
  let request = new AbortController();
  let pause;
  let loading = false;

  const page = (cursor, until) => get("submissions", { ...state.filters, order: order(desk, state.filters), limit: LIMIT, cursor }, until);

  async function load(next = false) {
    if (next && loading) return;
    if (!next) {
      request.abort();
      request = new AbortController();
    }
    loading = true;
    more.setAttribute("aria-disabled", "true");
    const cursor = next ? state.cursor : undefined;
    const found = await desk.attempt(
      () => page(cursor, AbortSignal.any([signal, request.signal])),
      () => load(next),
    );
    loading = false;
    more.removeAttribute("aria-disabled");
    if (!found) return;
    draw(found, next);
    watch.unobserve(more); // so that it is looked at again: a search may go on after a page without a match
    watch.observe(more);
  }

  function draw(found, next = false) {
    const fresh = found.submissions;
    state.items = next ? [...state.items, ...fresh] : fresh;
    state.cursor = found.cursor;
    state.at = performance.now();
    const drawn = fresh.map((one) => row(one, desk));
    if (next) rows.append(...drawn);
    else fill(rows, drawn);
    more.hidden = !state.cursor;
    const total = n(state.cursor ? "list.at_least" : "list.count", state.items.length);
    const none = state.cursor ? "list.looking" : anything() ? "list.none" : "list.empty";
    count.textContent = state.items.length ? total : t(none);
    announce(count.textContent);
    if (next && document.activeElement === more) drawn[0]?.querySelector("a").focus();
  }

  const anything = () => SEARCHED.some((name) => state.filters[name]);

  function changed(name, value) {
    state.filters[name] = value.trim();
    const filled = FILTERS.map((name) => [name, state.filters[name]]).filter(([, set]) => set);
    state.address = String(new URLSearchParams(filled));
    if (state.filters.q) drafts.put(DRAFT, { address: state.address, filters: { q: state.filters.q } });
    else drafts.drop(DRAFT);
    history.replaceState(null, "", `#/list${state.address && `?${state.address}`}`);
    clearTimeout(pause);
    pause = setTimeout(() => load(), TYPED.includes(name) ? PAUSE_MS : 0);
  }

  const search = el("input", {
    id: "q",
    type: "search",
    value: filters.q,
    autocomplete: "off",
    spellcheck: "false",
    dir: "auto",
    oninput: (event) => changed("q", event.target.value),
  });
  const chosen = FILTERS.filter((name) => filters[name]).length;
  const nodes = [
    el("div", { class: "list-head" }, heading(t("list.title")), button(t("export.button"), () => exported(desk, state.filters, state.items[0]?.form))),
    el(
      "form",
      { class: "search", role: "search", onsubmit: (event) => (event.preventDefault(), load()) },
      labelled("q", t("list.search"), search),
      el(
        "details",
        { class: "filters", open: chosen > 0 || matchMedia("(min-width: 60rem)").matches },
        el("summary", {}, t("list.filters")),
        el("div", {}, filterControls(desk, state, changed)),
      ),
    ),
    count,
    rows,
    more,
  ];
  const left = state.opened;
  state.opened = undefined;
  if (kept) draw({ submissions: state.items, cursor: state.cursor });
  else draw(await page(undefined, signal));

  const watch = new IntersectionObserver(([seen]) => seen.isIntersecting && !more.hidden && load(true), { rootMargin: "300px" });
  signal.addEventListener("abort", () => (watch.disconnect(), clearTimeout(pause), (state.scroll = scrollY)));
  const focus = () => rows.querySelector(`a[href="#/entry/${CSS.escape(left)}"]`)?.focus({ preventScroll: true });
  return {
    title: t("list.title"),
    nodes,
    scroll: kept ? state.scroll : undefined,
    arrived: () => (left && focus(), watch.observe(more)),
    focused: Boolean(left && state.items.some((one) => one.id === left)),
  };
}

/** A course's waiting list is in the order in which people wait, anything else newest first. */
function order(desk, { form, status, option, q }) {
  const forms = Object.values(desk.forms).filter((one) => (form || one.name) === one.name && one.options?.some((each) => each.value === option));
  return status === "waitlisted" && !q && forms.length === 1 ? "waiting" : undefined;
}

function filterControls(desk, state, changed) {
  const forms = Object.values(desk.forms);
  const courses = forms.flatMap((form) => form.options ?? []);
  const labels = [...new Set(forms.flatMap((form) => form.labels ?? []))];
  const choice = (name, all, choices) => {
    const options = [["", all], ...choices].map(([value, text]) =>
      el("option", { value, selected: value === state.filters[name] }, text),
    );
    const control = el("select", { id: name, onchange: (event) => changed(name, event.target.value) }, options);
    return labelled(name, t(`list.${name}`), control);
  };
  const named = (names) => names.map((name) => [name, word("status", name)]);
  const free = labelled(
    "label",
    t("list.label"),
    el("input", {
      id: "label",
      list: "labels",
      value: state.filters.label,
      autocapitalize: "none",
      autocomplete: "off",
      oninput: (event) => changed("label", event.target.value),
    }),
    el("datalist", { id: "labels" }, labels.map((one) => el("option", { value: one }))),
  );
  return [
    forms.length > 1 && choice("form", t("list.any_form"), forms.map((form) => [form.name, label(form.title)])),
    choice("status", t("list.any_status"), named(STATUSES)),
    courses.length > 0 && choice("option", t("list.any_option"), courses.map((one) => [one.value, label(one.label)])),
    free,
    choice("since", t("list.any_time"), SINCE.map((value) => [value, t(`list.since_${value}`)])),
  ];
}

function row(one, desk) {
  const form = desk.forms[one.form];
  const option = form?.options?.find((choice) => choice.value === one.option);
  return el(
    "li",
    {},
    link(el("bdi", {}, one.name || t("entry.nameless")), `#/entry/${one.id}`, { class: "row-name", onclick: () => (desk.last.opened = one.id) }),
    status(one),
    el("span", { class: "row-about" }, option ? label(option.label) : one.option || label(form?.title) || one.form),
    el("span", { class: "row-reference" }, one.reference),
    el("time", { class: "note", datetime: one.submitted_at }, moment(one.submitted_at, form?.time_zone)),
    one.labels?.length > 0 && el("span", { class: "row-labels" }, one.labels.map((name) => el("span", { class: "label" }, name))),
  );
}

/** A submission's status as a badge, with its rank on the waiting list. */
export function status(one) {
  const rank = one.status === "waitlisted" && one.rank ? ` ${t("entry.rank", { rank: number(one.rank) })}` : "";
  return el("span", { class: `badge badge-${one.status}` }, word("status", one.status), rank);
}

/** Make a file of what is listed, and show a link to it. */
async function exported(desk, filters, likely) {
  const formats = ["xlsx", "csv"].map((format, number) =>
    el(
      "label",
      { class: "choice" },
      el("input", { type: "radio", name: "format", value: format, checked: number === 0 }),
      t(`export.${format}`),
    ),
  );
  const forms = Object.values(desk.forms).filter((form) => !filters.form || form.name === filters.form);
  const choices = forms.map((form) => el("option", { value: form.name, selected: form.name === likely }, label(form.title)));
  const content = [
    el("p", {}, t("export.filtered")),
    labelled("export-form", t("list.form"), el("select", { id: "export-form", name: "form" }, choices)),
    el("fieldset", { class: "field plain" }, el("legend", {}, t("export.text")), formats),
  ];
  const values = await ask(t("export.title"), content, t("export.make"));
  if (!values) return;
  const file = await desk.attempt(() => get("exports", { ...filters, ...values }), () => exported(desk, filters, likely));
  if (!file || !/^https?:/.test(file.url)) return;
  if (!file.rows) return complain(t("list.none"));
  const address = link(t("export.download", { name: file.filename }), file.url, { class: "button", download: file.filename, rel: "noreferrer" });
  await ask(n("export.ready", file.rows), [el("p", {}, t("export.lasts")), el("p", {}, address)], null, { no: t("dialogs.close") });
}
