// The staff's desk: signs in, draws the frame, and shows the view that the address names (#/entry/ID).

import { Problem, get } from "./api.js";
import { closeAll, confirmed } from "./dialogs.js";
import { AS_LINK, alone, button, el, fill, heading, link } from "./dom.js";
import * as drafts from "./drafts.js";
import { door, doors } from "./door.js";
import { edit } from "./edit.js";
import { entry } from "./entry.js";
import { list } from "./list.js";
import { announce, complain, hush, places, say } from "./notices.js";
import { overview } from "./overview.js";
import * as queue from "./queue.js";
import * as session from "./session.js";
import { LANGUAGES, choose, language, loadWords, t, n } from "./words.js";

const CLOCK_MS = 2 * 60_000; // a clock this far off is worth a word

const ROUTES = [
  [/^\/?$/, overview, "today"],
  [/^\/list$/, list, "list"],
  [/^\/door$/, doors, "door"],
  [/^\/door\/([^/]+)(?:\/([^/]+))?$/, door, "door"],
  [/^\/entry\/([^/]+)$/, entry, "list"],
  [/^\/entry\/([^/]+)\/edit$/, edit, "list"],
];

const main = document.getElementById("main");
const frame = document.getElementById("frame");
const notes = document.getElementById("notes");

/** What the views share. */
const desk = {
  me: {},
  forms: {},
  /** The list as it was left, for the way back. */
  last: undefined,
  /** The attendance lists that were shown, for when the network is down. */
  lists: {},
  may: () => desk.me.role !== "reader",
  /** Go to an address of the desk, and say there what was done. */
  go(address, done) {
    news = done;
    location.hash = `#${address}`;
  },
  /** Show the same view again, from fresh answers. */
  again: () => show(),
  failed,
  /** Do something; say in words what went wrong, and offer to do it again. Returns undefined if it failed. */
  async attempt(act, again) {
    try {
      return await act();
    } catch (error) {
      failed(error, again);
      return undefined;
    }
  },
};

let current;
let news;

async function start() {
  await loadWords();
  fill(notes, places, queue.place);
  let outcome = "out";
  try {
    outcome = await session.arrive();
    if (outcome === "out" && session.wasHere()) return await session.leaveToSignIn();
    if (outcome === "in") return await enter();
  } catch (error) {
    outcome = error instanceof session.SignedOut ? "refused" : "down";
  }
  welcome(outcome);
}

/** Ask the API who this is and which forms there are, then show what the address names. */
async function enter() {
  try {
    const [me, forms] = await Promise.all([get("me"), get("forms")]);
    desk.me = me;
    desk.forms = Object.fromEntries(forms.forms.map((form) => [form.name, form]));
  } catch (error) {
    return welcome(error.kind === "signed_out" ? "out" : error.status === 403 ? "no_group" : "down");
  }
  queue.setClock(desk.me.now);
  await drafts.belongTo(desk.me.name);
  drawFrame();
  await show();
  queue.begin(desk);
  checkClock(desk.me.now);
}

function drawFrame(view) {
  const { me } = desk;
  const here = (name) => ({ "aria-current": view === name ? "page" : null });
  const inside = session.signedIn() && me.name;
  fill(
    frame,
    inside &&
      el(
        "nav",
        { class: "site-nav", "aria-label": t("frame.label") },
        el("ul", {}, [
          el("li", {}, link(t("frame.today"), "#/", here("today"))),
          el("li", {}, link(t("frame.list"), "#/list", here("list"))),
          el("li", {}, link(t("frame.door"), "#/door", here("door"))),
        ]),
      ),
    el(
      "div",
      { class: "account" },
      inside && el("p", { class: "person" }, me.name, me.role === "reader" && el("small", {}, t("frame.reader"))),
      Object.entries(LANGUAGES)
        .filter(([tag]) => tag !== language)
        .map(([tag, [name]]) => button(name, () => speak(tag), { class: "link-button", lang: tag })),
      inside && button(t("frame.sign_out"), leave, AS_LINK),
    ),
  );
  const skip = document.querySelector(".skip-link");
  skip.textContent = t("frame.skip");
}

async function speak(tag) {
  try {
    await choose(tag);
  } catch {
    return location.reload(); // the site was published since, with words at another address
  }
  if (!session.signedIn()) return welcome("out");
  await enter();
}

async function leave() {
  await queue.settled();
  const count = queue.waiting().length;
  if (count && !(await confirmed(n("door.leave", count), t("door.leave_text"), t("frame.sign_out"), { final: true }))) return;
  current?.abort();
  clear();
  await session.signOut();
}

/** Remove everything that was shown or kept in this page. */
function clear() {
  closeAll();
  hush();
  announce("");
  queue.clear();
  Object.assign(desk, { me: {}, forms: {}, last: undefined, lists: {} });
  history.replaceState(null, "", `${location.pathname}`);
  drawFrame();
  fill(main, heading(t("sign_in.leaving")));
}

/** The page of someone who isn't signed in. outcome: why, as a key of `sign_in`. */
function welcome(outcome) {
  drawFrame();
  queue.draw();
  document.title = t("frame.title");
  const problem = outcome !== "out" && el("p", { class: "problem", role: "alert" }, t(`sign_in.${outcome}`));
  const other = outcome === "no_group" && button(t("frame.sign_out"), leave);
  const enterAgain = outcome === "down" && session.signedIn() ? enter : session.leaveToSignIn;
  fill(
    main,
    el(
      "div",
      { class: "welcome sheet" },
      el(
        "div",
        {},
        heading(t("frame.title")),
        el("p", {}, t("sign_in.text")),
        problem,
        window.isSecureContext
          ? el(
              "p",
              { class: "actions" },
              button(t(outcome === "down" ? "notices.again" : "sign_in.button"), enterAgain, { class: "button" }),
              other,
            )
          : el("p", { class: "problem" }, t("sign_in.insecure")),
      ),
    ),
  );
}

/** Show the view that the address names. Its title names nobody: the browser's history keeps titles. */
async function show() {
  if (!desk.me.name) return;
  const [path, query] = location.hash.slice(1).split("?");
  const [pattern, view, name] = ROUTES.find(([one]) => one.test(path)) ?? [/^/, missing];
  current?.abort();
  const visit = (current = new AbortController());
  closeAll();
  const context = { desk, params: path.match(pattern).slice(1), query: new URLSearchParams(query), signal: visit.signal };
  let shown;
  try {
    shown = await view(context);
  } catch (error) {
    if (visit.signal.aborted) return;
    shown = unable(error);
    if (!shown) return;
  }
  if (visit.signal.aborted) return;
  drawFrame(name);
  fill(main, shown.nodes);
  document.title = `${shown.title} – ${t("frame.title")}`;
  shown.arrived?.();
  if (!shown.focused) main.querySelector("h1")?.focus({ preventScroll: shown.scroll !== undefined });
  scrollTo(0, shown.scroll ?? 0);
}

function missing() {
  const title = t("problems.not_found");
  return { title, nodes: [heading(title), el("p", {}, t("problems.missing")), el("p", {}, alone(t("frame.list"), "#/list"))] };
}

/** A view for a failure: what is wrong, and what to do. */
function unable(error) {
  if (!(error instanceof Problem)) throw error;
  if (error.kind === "signed_out") return void failed(error);
  if (error.code === "not_found") return missing();
  const title = t("problems.title");
  if (error.kind === "down") addEventListener("online", desk.again, { once: true, signal: current.signal });
  return {
    title,
    nodes: [
      heading(title),
      el("p", { class: "problem", role: "alert" }, error.words),
      el("p", { class: "actions" }, button(t("notices.again"), desk.again), link(t("frame.list"), "#/list")),
    ],
  };
}

function failed(error, again) {
  if (error.name === "AbortError") return;
  if (!(error instanceof Problem)) throw error;
  if (error.kind === "signed_out") return expired();
  complain(error.words, again);
}

/** The sign-in ended while someone worked. What they typed is kept as a draft, for them alone. */
function expired() {
  if (document.querySelector(".expired[open]")) return;
  const dialog = el(
    "dialog",
    { class: "expired", "aria-labelledby": "expired-title" },
    el("h2", { id: "expired-title" }, t("expired.title")),
    el("p", {}, t("expired.text")),
    el(
      "div",
      { class: "actions" },
      button(t("expired.button"), session.leaveToSignIn, { class: "button" }),
      button(t("frame.sign_out"), leave),
    ),
  );
  dialog.addEventListener("cancel", (event) => event.preventDefault());
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}

/** Say when this computer's clock is off: its times would mislead whoever reads them beside the page's. */
function checkClock(now) {
  const ahead = Date.now() - new Date(now).getTime();
  if (Math.abs(ahead) < CLOCK_MS) return;
  const minutes = Math.round(Math.abs(ahead) / 60_000);
  say(t(ahead > 0 ? "clock.ahead" : "clock.behind", { minutes: n("clock.minutes", minutes) }));
}

document.querySelector(".skip-link").addEventListener("click", (event) => {
  event.preventDefault(); // the fragment is the view's
  main.focus();
});
addEventListener("hashchange", async () => {
  hush();
  await show();
  if (news) say(news);
  news = undefined;
});
addEventListener("pageshow", (event) => event.persisted && !session.signedIn() && location.reload());
session.onSignOutElsewhere(() => {
  current?.abort();
  clear();
  welcome("out");
});
start();
