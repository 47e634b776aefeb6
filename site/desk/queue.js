// Check-ins on their way to the API: sent in order, and kept in this browser while the network is down.

import { get, send } from "./api.js";
import { button, el, fill, link } from "./dom.js";
import { owner } from "./drafts.js";
import { say } from "./notices.js";
import * as session from "./session.js";
import { n, t, time } from "./words.js";

const KEPT = "rollcall-desk-check-in/"; // a key for each, so that no tab overwrites another's. They name nobody
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

let store = {};
try {
  store = localStorage;
} catch {} // storage is blocked: they last as long as the page

let read;

/** What is not sent yet, whoever tapped it. */
const stored = () => (read ??= Object.keys(store).filter((key) => key.startsWith(KEPT)).sort().map((key) => ({ ...JSON.parse(store[key]), key })));

/** What this person has not sent yet, in any tab: {id, day, here, at}, in the order of the taps. */
export const waiting = () => stored().filter((one) => one.owner === owner);

/** The last of what waits for this person and day. */
export const last = (id, day) => waiting().findLast((one) => one.id === id && one.day === day);

/** Correct this device's clock by the server's. */
export function setClock(now) {
  ahead = now ? new Date(now).getTime() - Date.now() : ahead;
}

/** The time, by the server's clock. */
export const serverNow = () => new Date(Date.now() + ahead);

/** Send what waits in this person's name. What somebody else left is dropped. */
export function begin(shared) {
  desk = shared;
  const others = stored().filter((one) => one.owner !== owner);
  if (others.length) say(n("door.lost", others.length));
  others.forEach(drop);
  flush();
}

/** Forget everything. */
export function clear() {
  clearTimeout(timer);
  stored().forEach(drop);
  names.clear();
  refusals = [];
  stuck = false;
  desk = undefined;
  draw();
}

/** Call `then` with each check-in that was sent, and what the API answered (nothing if it refused). */
export function watch(then) {
  watcher = then;
}

/** Check a person in, or undo it: at once, or as soon as the network is back. */
export function add({ id, name }, day, here, zone) {
  names.set(id, { name, zone });
  const before = last(id, day);
  if (before?.here === here) return;
  if (before && !before.tried) drop(before); // nobody else has seen it
  else keep({ key: `${KEPT}${Date.now()}/${id}`, owner, id, day, here, at: serverNow().toISOString() });
  flush();
}

/** Wait a moment for what is being sent. */
export const settled = () => Promise.race([sending, new Promise((resolve) => setTimeout(resolve, PATIENCE_MS))]);

/** Send what waits, as soon as no other tab is sending. */
export function flush() {
  clearTimeout(timer);
  if (desk) sending ??= navigator.locks.request(KEPT, sendAll).finally(() => (sending = undefined));
}

async function sendAll() {
  let sent;
  for (;;) {
    read = undefined; // another tab may have sent some
    const [first] = waiting();
    if (!desk || !first) break;
    keep({ ...first, tried: true });
    const path = ["submissions", first.id, "check-ins", first.day];
    let entry;
    try {
      entry = await send(first.here ? "PUT" : "DELETE", path, first.here ? { at: first.at } : undefined, { quiet: true });
    } catch (error) {
      if (error.kind !== "refused" || LATER.includes(error.status)) return later(error);
      await refused(first, error);
    }
    if (!desk) return; // signed out meanwhile
    drop(first);
    sent = true;
    watcher?.(first, entry);
  }
  if (stuck && sent) say(t("door.sent"));
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

function keep({ key, ...item }) {
  store[key] = JSON.stringify(item);
  draw();
}

function drop({ key }) {
  delete store[key];
  draw();
}

export function draw() {
  read = undefined;
  const count = desk ? waiting().length : stored().length;
  const closed = () => ((refusals = []), draw());
  fill(
    wrong,
    refusals.map(([id, text]) => el("p", {}, text, " ", link(t("door.open"), `#/entry/${id}`))),
    refusals.length > 0 && button(t("notices.close"), closed),
  );
  fill(band, (stuck || !desk) && count > 0 && [el("p", {}, n(desk ? "door.waiting" : "door.kept", count)), desk && button(t("door.send"), flush)]);
}

addEventListener("online", flush);
addEventListener("storage", flush);
document.addEventListener("visibilitychange", () => document.hidden || flush());
addEventListener("beforeunload", (event) => waiting().length && !session.leaving() && event.preventDefault());
