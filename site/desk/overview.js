// Today's numbers, the seats of each course, and what is open.

import { get, send } from "./api.js";
import { ask, confirmed } from "./dialogs.js";
import { AS_LINK, alone, button, el, heading, hidden, labelled, link } from "./dom.js";
import { address } from "./door.js";
import { say } from "./notices.js";
import { day, label, moment, n, number, promoted, t, who, word } from "./words.js";

const MOST_STUDS = 16; // more are a bar

export async function overview({ desk, signal }) {
  const { today, courses, openings } = await get("overview", {}, signal);
  const title = t("overview.title");
  const opening = ({ form, option }) => openings.find((one) => one.form === form && one.option === option);
  for (const one of openings) one.shut = one.option && !opening({ form: one.form, option: null }).open;
  const seatless = openings.filter((one) => !courses.some((course) => opening(course) === one));
  return {
    title,
    nodes: [
      heading(title),
      el(
        "ul",
        { class: "numbers sheet" },
        Object.entries(today).map(([name, count]) =>
          el("li", {}, el("strong", {}, number(count)), " ", word("overview.today", name)),
        ),
      ),
      el("h2", {}, t("overview.seats")),
      courses.length ? el("ul", { class: "courses" }, courses.map((one) => course(one, opening(one), desk))) : el("p", {}, t("overview.no_seats")),
      el("h2", {}, t("overview.forms")),
      el("ul", { class: "courses" }, seatless.map((one) => form(one, desk))),
    ],
  };
}

function course(one, opening, desk) {
  const form = desk.forms[one.form];
  const query = new URLSearchParams({ form: one.form, option: one.option });
  const name = label(one.label) || one.option;
  const full = one.taken >= one.capacity;
  return el(
    "li",
    { class: "course" },
    el("h3", {}, link(name, `#/list?${query}`)),
    one.starts_at && el("p", { class: "note" }, day(one.starts_at, form?.time_zone)),
    state(opening, desk),
    studs(one),
    el(
      "p",
      { class: "taken" },
      el("strong", {}, n("overview.taken", one.taken, { capacity: number(one.capacity) })),
      full && el("span", { class: "badge badge-full" }, t("overview.full")),
      one.waiting > 0 && alone(n("overview.waiting", one.waiting), `#/list?${query}&status=waitlisted`),
    ),
    el(
      "p",
      { class: "course-acts" },
      alone([t("frame.door"), hidden(` ${name}`)], address(one.form, one.option)),
      desk.may() && [button([t("overview.change"), hidden(` ${name}`)], () => change(one, name, desk), AS_LINK), opener(opening, name, desk)],
    ),
  );
}

/** A whole form, or an option without seats. */
function form(one, desk) {
  const { title, options } = desk.forms[one.form] ?? {};
  const name = [title, options?.find((option) => option.value === one.option)?.label].filter(Boolean).map(label).join(": ") || one.form;
  return el("li", { class: "course" }, el("h3", {}, name), state(one, desk), desk.may() && el("p", { class: "course-acts" }, opener(one, name, desk)));
}

/** Whether an option or a form is open, when that changes, and who of the staff decided it. */
function state({ form, open, changes_at, override, shut }, desk) {
  const when = (iso) => moment(iso, desk.forms[form]?.time_zone);
  return el(
    "p",
    { class: "taken" },
    el("span", { class: `badge badge-${open ? "confirmed" : "cancelled"}` }, t(open ? "opening.open" : "opening.closed")),
    changes_at && el("span", {}, t(open ? "opening.closes" : "opening.opens", { when: when(changes_at) })),
    shut && el("span", {}, t("opening.shut")),
    override && el("span", { class: "note" }, `${who(override.by, desk.me.name)}, ${when(override.at)}`),
  );
}

/** The button that opens what is closed and closes what is open. */
function opener(one, name, desk) {
  const verb = one.open ? "close" : "open";
  return button([t(`actions.${verb}`), hidden(` ${name}`)], () => turn(one, verb, name, desk), AS_LINK);
}

async function turn(one, verb, name, desk) {
  const text = t(`ask.${verb}.${one.option ? "option" : "form"}`);
  if (!(await confirmed(t(`ask.${verb}.title`, { name }), text, t(`actions.${verb}`)))) return;
  const post = async (open, until, undo) => {
    const sent = { open, ...(one.option && { option: one.option }), ...(until && { until }) };
    const done = await desk.attempt(() => send("POST", ["forms", one.form, "openings"], sent));
    if (!done) return;
    await desk.again();
    say(t(done.open ? "done.open" : "done.close", { name }), undo);
  };
  await post(!one.open, null, () => post(one.open, one.changes_at));
}

/** The seats as studs on a plate, taken ones filled. */
function studs({ taken, capacity }) {
  if (capacity > MOST_STUDS || capacity < 1) {
    const share = capacity ? Math.min(taken / capacity, 1) : 1;
    return el("div", { class: "bar", "aria-hidden": "true", style: { "--share": share } });
  }
  const one = (number) => el("i", { class: number < taken ? "stud stud-taken" : "stud" });
  return el("div", { class: "studs", "aria-hidden": "true" }, Array.from({ length: capacity }, (_, number) => one(number)));
}

async function change(one, name, desk) {
  const input = el("input", {
    id: "capacity",
    name: "capacity",
    type: "number",
    min: 0,
    max: 100000,
    step: 1,
    required: true,
    value: one.capacity,
    class: "width-short",
  });
  const content = [
    el("p", {}, t("quota.text", { taken: number(one.taken), waiting: number(one.waiting) })),
    labelled("capacity", t("quota.label"), input),
  ];
  const values = await ask(t("quota.title", { course: name }), content, t("quota.save"));
  if (!values || Number(values.capacity) === one.capacity) return;
  const path = ["quotas", one.form, one.option];
  const put = async (capacity, before, undo) => {
    let done;
    try {
      done = await send("PUT", path, { capacity, instead_of: before });
    } catch (error) {
      if (error.code !== "changed") return desk.failed(error);
      await desk.again();
      return say(t("quota.changed", { who: who(error.changed?.by, desk.me.name), course: name }));
    }
    await desk.again();
    say(t("quota.done", { course: name, capacity: number(capacity) }) + promoted(done), undo);
  };
  const wanted = Number(values.capacity);
  await put(wanted, one.capacity, () => put(one.capacity, wanted));
}
