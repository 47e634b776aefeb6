// What the page says while someone works: what was done, what went wrong, and that an answer takes its time.

import { button, el, fill } from "./dom.js";
import { t } from "./words.js";

const SLOW_MS = 1000;

const done = el("div", { role: "status", class: "notice-done" });
const wrong = el("div", { role: "alert", class: "notice-wrong" });
const polite = el("p", { role: "status", class: "visually-hidden" });
const progress = el("div", { class: "progress", hidden: true });
let calls = 0;
let timer;

export const places = [progress, el("div", { class: "notices" }, done, wrong), polite];

/** Say what was done. undo: takes it back. */
export function say(text, undo) {
  fill(wrong);
  fill(
    done,
    el("p", {}, text),
    undo && button(t("notices.undo"), undo),
    button("×", hush, { class: "close", "aria-label": t("notices.close") }),
  );
}

/** Say what went wrong. again: does it again. */
export function complain(text, again) {
  fill(done);
  fill(
    wrong,
    el("p", {}, text),
    again && button(t("notices.again"), () => (hush(), again())),
    button("×", hush, { class: "close", "aria-label": t("notices.close") }),
  );
}

export function hush() {
  fill(done);
  fill(wrong);
}

/** Tell a screen reader something that others see anyway. */
export function announce(text) {
  polite.textContent = text;
}

/** Count a call; the page says so when it takes longer than a second. Returns what to call when it is over. */
export function waiting() {
  calls += 1;
  timer ??= setTimeout(() => {
    fill(progress, el("p", { role: "status" }, t("notices.slow")));
    progress.hidden = false;
  }, SLOW_MS);
  return () => {
    calls -= 1;
    if (calls) return;
    clearTimeout(timer);
    timer = undefined;
    progress.hidden = true;
    fill(progress);
  };
}
