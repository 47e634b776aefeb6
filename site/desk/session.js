// The sign-in: authorization code with PKCE at the hosted page. Tokens live in this module only, never in storage.

import * as drafts from "./drafts.js";

const { api, signIn, client } = document.body.dataset;
const PENDING = "rollcall-desk-sign-in"; // what the way back needs: state, verifier and where to return to
const HERE = "rollcall-desk-open"; // this tab was signed in, so a reload signs in again without asking
const SCOPE = "openid rollcall/staff";
const EARLY_MS = 60_000; // a token is renewed this long before it ends
const PATIENCE_MS = 30_000;

const home = `${location.origin}/desk/`;
const others = "BroadcastChannel" in window ? new BroadcastChannel("rollcall-desk") : undefined;

let access = "";
let refresh = "";
let endsAt = 0; // by this page's own stopwatch, which a wrong clock doesn't change
let renewal;
let timer;
let ending = new AbortController();

/** The sign-in ended, and only the person can renew it. */
export class SignedOut extends Error {}

/** The sign-in's server didn't answer. */
export class NoAnswer extends Error {}

export const apiUrl = api;
export const signedIn = () => access !== "";

/** A signal for when the person signs out. */
export const ended = () => ending.signal;

/** Finish a sign-in if the page was opened by one. Returns what happened: `in`, `out`, or the refusal's name. */
export async function arrive() {
  const query = new URLSearchParams(location.search);
  const pending = take(PENDING);
  if (!query.has("code") && !query.has("error")) return "out";
  history.replaceState(null, "", home + (pending?.hash ?? ""));
  if (!pending || pending.state !== query.get("state")) return "mixed_up";
  if (query.has("error")) return query.get("error") === "access_denied" ? "denied" : "refused";
  const form = { grant_type: "authorization_code", code: query.get("code"), redirect_uri: home };
  await ask({ ...form, code_verifier: pending.verifier });
  keep(HERE, true);
  return "in";
}

/** Whether this tab was signed in before it was loaded again. */
export const wasHere = () => read(HERE) === true;

let away = false;

/** Whether the page is on its way to the hosted page, and comes back. */
export const leaving = () => away;
addEventListener("pageshow", () => (away = false));

/** Leave for the hosted page, and come back to this address. */
export async function leaveToSignIn() {
  const verifier = random();
  const state = random();
  keep(PENDING, { verifier, state, hash: location.hash });
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier));
  const query = new URLSearchParams({
    response_type: "code",
    client_id: client,
    redirect_uri: home,
    scope: SCOPE,
    state,
    code_challenge: base64(new Uint8Array(digest)),
    code_challenge_method: "S256",
    lang: document.documentElement.lang,
  });
  away = true;
  location.assign(`${signIn}/oauth2/authorize?${query}`);
}

/** A token that is still good. Raises SignedOut or NoAnswer. */
export async function token({ renewed = false } = {}) {
  if (!access && !refresh) throw new SignedOut();
  if (renewed || performance.now() > endsAt - EARLY_MS / 2) await renew();
  return access;
}

/** Revoke the sign-in, forget everything, and leave for the hosted page's own sign-out. */
export async function signOut() {
  const revoked = refresh;
  forget();
  others?.postMessage("out");
  if (revoked) {
    const body = new URLSearchParams({ token: revoked, client_id: client });
    const options = { method: "POST", body, keepalive: true, signal: AbortSignal.timeout(5000) };
    await fetch(`${signIn}/oauth2/revoke`, options).catch(() => {}); // the hosted page ends the session anyway
  }
  location.assign(`${signIn}/logout?${new URLSearchParams({ client_id: client, logout_uri: home })}`);
}

/** Call `then` when the person signs out in another tab. */
export function onSignOutElsewhere(then) {
  if (others) others.onmessage = () => (forget(), then());
}

export function forget() {
  clearTimeout(timer);
  ending.abort();
  ending = new AbortController();
  access = refresh = "";
  drafts.clear();
  for (const name of [HERE, PENDING]) keep(name, null);
}

function renew() {
  renewal ??= ask({ grant_type: "refresh_token", refresh_token: refresh }).finally(() => (renewal = undefined));
  return renewal;
}

async function ask(form) {
  const body = new URLSearchParams({ client_id: client, ...form });
  let answer;
  try {
    answer = await fetch(`${signIn}/oauth2/token`, { method: "POST", body, signal: AbortSignal.timeout(PATIENCE_MS) });
  } catch {
    throw new NoAnswer();
  }
  if (answer.status >= 500 || answer.status === 429) throw new NoAnswer();
  if (!answer.ok) {
    access = refresh = "";
    throw new SignedOut();
  }
  const tokens = await answer.json();
  if (form.refresh_token !== undefined && form.refresh_token !== refresh) throw new SignedOut(); // signed out meanwhile
  access = tokens.access_token;
  refresh = tokens.refresh_token ?? refresh;
  endsAt = performance.now() + tokens.expires_in * 1000;
  clearTimeout(timer);
  timer = setTimeout(() => renew().catch(() => {}), Math.max(tokens.expires_in * 1000 - EARLY_MS, 5000));
}

function keep(name, value) {
  try {
    if (value === null) sessionStorage.removeItem(name);
    else sessionStorage.setItem(name, JSON.stringify(value));
  } catch {} // storage is blocked: `arrive` then says that the sign-in didn't fit
}

function read(name) {
  try {
    return JSON.parse(sessionStorage.getItem(name));
  } catch {
    return null;
  }
}

function take(name) {
  const value = read(name);
  keep(name, null);
  return value;
}

const random = () => base64(crypto.getRandomValues(new Uint8Array(32)));

const base64 = (bytes) =>
  btoa(String.fromCharCode(...bytes)).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
