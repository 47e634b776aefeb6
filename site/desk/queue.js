// Check-ins on their way to the API: sent in order, and kept while the network is down.

import { get, send } from "./api.js";
import { button, el, fill, link } from "./dom.js";
import * as drafts from "./drafts.js";
import { say } from "./notices.js";
import * as session from "./session.js";
import { n, t, time } from "./words.js";

const KEPT = "check-ins"; // IDs, days and times: they name nobody
const RETRY_MS = 10_000;
const LATER = [429, 502, 503, 504]; // the server is in trouble, so the same request may work later
const PATIENCE_MS = 3000;

const band = el("div", { role: "status" });
const wrong = el("div", { role: "alert" });
/** Where the page shows what waits and what was refused, whatever its view. */
export const place = el("div", { class: "queue" }, wrong, band);

const names = new Map(); // in memory only
let desk;
let watcher;
let refusals = [];
let stuck = false;
let sending;
let timer;
let ahead = 0; // the server's clock less this device's, which may be wrong

/** What is not sent yet: {id, day, here, at}, in the order of the taps. */
export const waiting = () => drafts.get(KEPT) ?? [];

/** The last of what waits for this person and day. */
export const last = (id, day) => waiting().findLast((one) => one.id === id && one.day === day);

/** Correct this device's clock by the server's. */
export function setClock(now) {
  ahead = now ? new Date(now).getTime() - Date.now() : ahead;
}

/** The time, by the server's clock. */
export const serverNow = () => new Date(Date.now() + ahead);

/** Send what waits in this person's name. others: drafts of somebody who was signed in before. */
export function begin(shared, others) {
  desk = shared;
  if (others?.[KEPT]) say(n("door.lost", others[KEPT].length));
  flush();
}

/** Forget everything. Returns how many check-ins were not sent. */
export function clear() {
  const lost = drawn;
  clearTimeout(timer);
  names.clear();
  refusals = [];
  stuck = false;
  desk = undefined;
  draw();
  return lost;
}

/** Call `then` with each check-in that was sent, and what the API answered (nothing if it refused). */
export function watch(then) {
  watcher = then;
}

/** Check a person in, or undo it: at once, or as soon as the network is back. */
export function add({ id, name }, day, here, zone) {
  names.set(id, { name, zone });
  const before = last(id, day);
  if (before && before.here === here) return;
  const undone = before && !before.tried; // nobody else has seen it
  keep(undone ? waiting().filter((one) => one !== before) : [...waiting(), { id, day, here, at: serverNow().toISOString() }]);
  flush();
}

/** Wait a moment for what is being sent. */
export const settled = () => Promise.race([sending, new Promise((resolve) => setTimeout(resolve, PATIENCE_MS))]);

export function flush() {
  clearTimeout(timer);
  sending ??= sendAll().finally(() => (sending = undefined));
}

async function sendAll() {
  while (desk && waiting().length) {
    const [first] = waiting();
    first.tried = true;
    keep(waiting());
    const path = ["submissions", first.id, "check-ins", first.day];
    let entry;
    try {
      entry = await send(first.here ? "PUT" : "DELETE", path, first.here ? { at: first.at } : undefined, { quiet: true });
    } catch (error) {
      if (error.kind !== "refused" || LATER.includes(error.status)) return later(error);
      await refused(first, error);
    }
    if (!waiting().includes(first)) return; // signed out meanwhile
    keep(waiting().filter((one) => one !== first));
    watcher?.(first, entry);
  }
  if (stuck) say(t("door.sent"));
  stuck = false;
  draw();
}

function later(error) {
  if (!desk) return;
  stuck = true;
  draw();
  if (error.kind === "signed_out") desk.failed(error);
  else timer = setTimeout(flush, RETRY_MS);
}

async function refused({ id, at }, error) {
  const { name, zone } = names.get(id) ?? (await get(["submissions", id], {}, undefined, true).catch(() => ({})));
  const why = error.code === "not_allowed" ? t("door.not_confirmed") : error.words;
  refusals.push([id, t("door.refused", { name: name || t("entry.nameless"), time: time(at, zone), why })]);
  draw();
}

function keep(items) {
  if (items.length) drafts.put(KEPT, items);
  else drafts.drop(KEPT);
  draw();
}

let drawn = 0;
function draw() {
  drawn = waiting().length;
  const closed = () => ((refusals = []), draw());
  fill(
    wrong,
    refusals.map(([id, text]) => el("p", {}, text, " ", link(t("door.open"), `#/entry/${id}`))),
    refusals.length > 0 && button(t("notices.close"), closed),
  );
  fill(band, stuck && drawn > 0 && [el("p", {}, n("door.waiting", drawn)), button(t("door.send"), flush)]);
}

addEventListener("online", flush);
document.addEventListener("visibilitychange", () => document.hidden || flush());
addEventListener("beforeunload", (event) => waiting().length && !session.leaving() && event.preventDefault());
