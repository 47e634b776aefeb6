// What was typed and not sent yet. It outlives a reload or a new sign-in in this tab, and nothing else.

const NAME = "rollcall-desk-drafts";
export let owner = "";
let drafts = {};

/** Take over the drafts of this person; anyone else's are dropped. */
export async function belongTo(person) {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(person)));
  const before = owner;
  owner = digest.toString(); // the storage needn't name the person
  if (owner === before) return;
  let kept;
  try {
    kept = JSON.parse(sessionStorage.getItem(NAME));
  } catch {} // storage is blocked
  drafts = kept?.owner === owner ? kept.drafts : {};
  store();
}

export const get = (key) => drafts[key];

export function put(key, value) {
  drafts[key] = value;
  store();
}

export function drop(key) {
  delete drafts[key];
  store();
}

/** Forget everything, and keep nothing until the next person. */
export function clear() {
  owner = "";
  drafts = {};
  store();
}

function store() {
  try {
    if (owner && Object.keys(drafts).length) sessionStorage.setItem(NAME, JSON.stringify({ owner, drafts }));
    else sessionStorage.removeItem(NAME);
  } catch {} // storage is blocked: drafts last as long as the page
}
