// Today's numbers, and the seats of each course.

import { get, send } from "./api.js";
import { ask } from "./dialogs.js";
import { button, el, hidden, link } from "./dom.js";
import { say } from "./notices.js";
import { day, label, n, number, promoted, t, who, word } from "./words.js";

const MOST_STUDS = 16; // more are a bar

export async function overview({ desk, signal }) {
  const { today, courses } = await get("overview", {}, signal);
  const title = t("overview.title");
  return {
    title,
    nodes: [
      el("h1", { tabindex: "-1" }, title),
      el(
        "ul",
        { class: "numbers sheet" },
        Object.entries(today).map(([name, count]) =>
          el("li", {}, el("strong", {}, number(count)), " ", word("overview.today", name)),
        ),
      ),
      el("h2", {}, t("overview.seats")),
      courses.length ? el("ul", { class: "courses" }, courses.map((one) => course(one, desk))) : el("p", {}, t("overview.no_seats")),
    ],
  };
}

function course(one, desk) {
  const form = desk.forms[one.form];
  const query = new URLSearchParams({ form: one.form, option: one.option });
  const name = label(one.label) || one.option;
  const full = one.taken >= one.capacity;
  return el(
    "li",
    { class: "course" },
    el("h3", {}, link(name, `#/list?${query}`)),
    one.starts_at && el("p", { class: "note" }, day(one.starts_at, form?.time_zone)),
    studs(one),
    el(
      "p",
      { class: "taken" },
      el("strong", {}, n("overview.taken", one.taken, { capacity: number(one.capacity) })),
      full && el("span", { class: "badge badge-full" }, t("overview.full")),
      one.waiting > 0 && link(n("overview.waiting", one.waiting), `#/list?${query}&status=waitlisted`, { class: "alone" }),
    ),
    link([t("frame.door"), hidden(` ${name}`)], `#/door/${encodeURIComponent(one.form)}/${encodeURIComponent(one.option)}`, { class: "alone course-door" }),
    desk.may() && button([t("overview.change"), hidden(` ${name}`)], () => change(one, name, desk), { class: "link-button" }),
  );
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
    el("p", { class: "field" }, el("label", { for: "capacity" }, t("quota.label")), input),
  ];
  const values = await ask(t("quota.title", { course: name }), content, t("quota.save"));
  if (!values || Number(values.capacity) === one.capacity) return;
  const path = `quotas/${encodeURIComponent(one.form)}/${encodeURIComponent(one.option)}`;
  const put = async (capacity, before, undo) => {
    let done;
    try {
      done = await send("PUT", path, { capacity, instead_of: before });
    } catch (error) {
      if (error.code !== "changed") return desk.attempt(() => Promise.reject(error));
      await desk.again();
      return say(t("quota.changed", { who: who(error.changed?.by, desk.me.name), course: name }));
    }
    await desk.again();
    say(t("quota.done", { course: name, capacity: number(capacity) }) + promoted(done), undo);
  };
  const wanted = Number(values.capacity);
  await put(wanted, one.capacity, () => put(one.capacity, wanted));
}
