// The page's words in the chosen language, with its plurals, times and names.

const CHOICE = "rollcall-desk-language"; // not personal, so it may stay in this browser
const { body } = document;
export const LANGUAGES = JSON.parse(body.dataset.words); // tag: [its name, its words' address]

let words = {};
let plurals;
export let language = "";

/** Load the words of the chosen language, otherwise of the first that the browser asks for. */
export async function loadWords() {
  const wished = [remembered(), ...navigator.languages].map((tag) => tag?.slice(0, 2));
  language = wished.find((tag) => tag in LANGUAGES) ?? Object.keys(LANGUAGES)[0];
  words = (await import(LANGUAGES[language][1])).default;
  plurals = new Intl.PluralRules(language);
  document.documentElement.lang = language;
  document.documentElement.dir = words.direction ?? "ltr";
}

export async function choose(tag) {
  try {
    localStorage.setItem(CHOICE, tag);
  } catch {} // storage is blocked: the choice holds for this page
  chosen = tag;
  await loadWords();
}

let chosen;
function remembered() {
  try {
    return chosen ?? localStorage.getItem(CHOICE);
  } catch {
    return chosen;
  }
}

/** The text at `key`, with what is in braces filled in. */
export function t(key, values = {}) {
  const text = look(key);
  return (typeof text === "string" ? text : key).replace(/\{(\w+)\}/g, (hole, name) => values[name] ?? hole);
}

/** The text for a count: the table at `key` has a text for each plural. */
export function n(key, count, values = {}) {
  const kind = plurals.select(count);
  return t(look(`${key}.${kind}`) ? `${key}.${kind}` : `${key}.other`, { count: number(count), ...values });
}

/** The word for a name that the API gives, such as a status; the name itself if there is none. */
export function word(table, name) {
  const text = look(`${table}.${String(name).replaceAll(" ", "_")}`);
  return typeof text === "string" ? text : String(name);
}

/** What happened, from a line of a history: `edited email, phone`. named: the word for what comes after. */
export function happened(what = "", named = String) {
  const kinds = Object.keys(words.history).filter((kind) => what.startsWith(kind.replaceAll("_", " ")));
  const kind = kinds.sort((one, other) => other.length - one.length)[0];
  if (!kind) return what;
  const about = what.slice(kind.length).replace(/^:? /, "");
  return words.history[kind] + (about && `: ${about.split(", ").map(named).join(", ")}`);
}

export const has = (table, name) => typeof look(`${table}.${name}`) === "string";

/** A text that the API gives in one language, or in each of a form's. */
export const label = (text) =>
  text && typeof text === "object" ? text[language] ?? Object.values(text)[0] : text ?? "";

export const number = (count) => new Intl.NumberFormat(locale()).format(count);

export const moment = (iso, zone) => shown(iso, { dateStyle: "medium", timeStyle: "short" }, zone);

export const day = (iso, zone) => shown(iso, { weekday: "short", day: "numeric", month: "long", year: "numeric" }, zone);

export const time = (iso, zone) => shown(iso, { timeStyle: "short" }, zone);

/** Who got a seat by a change, as a sentence to add. */
export function promoted({ promoted: others = [] }) {
  return others.length ? ` ${n("done.promoted", others.length, { names: others.map((one) => one.name).join(", ") })}` : "";
}

/** Who did something: the registrant, the system, or a person by the end of their name. */
export function who(by, me) {
  if (by && by === me) return t("who.you");
  return word("who", (by ?? "").startsWith("arn:") ? by.split(":").pop() : by ?? "");
}

function shown(iso, format, zone) {
  const date = new Date(iso);
  if (!iso || Number.isNaN(date.getTime())) return "";
  return new Intl.DateTimeFormat(locale(), { ...format, timeZone: zone || undefined }).format(date);
}

const locale = () => (language === "en" ? "en-GB" : language);

function look(key) {
  return key.split(".").reduce((table, name) => table?.[name], words);
}
