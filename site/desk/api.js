// Calls of the staff API. Every failure becomes a Problem that says what to tell the person.

import { NoAnswer, SignedOut, apiUrl, ended, token } from "./session.js";
import { waiting } from "./notices.js";
import { has, language, t } from "./words.js";

const PATIENCE_MS = 30_000;

/** Why a call failed. kind: `down`, `slow`, `signed_out`, or `refused` by the API with a status and a code. */
export class Problem extends Error {
  constructor(kind, status = 0, body = {}) {
    super(kind);
    this.kind = kind;
    this.status = status;
    this.code = body.code ?? (status === 404 ? "not_found" : undefined); // CloudFront has a page of its own for it
    this.detail = body.detail;
    this.errors = body.errors;
    this.changed = body.changed;
  }

  /** What to tell the person: our own words where there are some, otherwise the API's. */
  get words() {
    if (this.kind !== "refused") return t(`problems.${this.kind}`);
    if (has("problems", this.code)) return t(`problems.${this.code}`);
    if (has("problems", this.status)) return t(`problems.${this.status}`);
    return this.detail ?? t("problems.500");
  }
}

/** Ask for something. path: a name, or the names that it is made of. quiet: the page doesn't say that it waits for the answer. */
export const get = (path, query, signal, quiet) => call("GET", path, { query, signal, quiet });

/** Send a change. version: the one that the person saw. key: makes a repeated request count once. */
export const send = (method, path, body, { version, key, quiet } = {}) =>
  call(method, path, {
    body,
    quiet,
    headers: { ...(version && { "If-Match": `"${version}"` }), ...(key && { "Idempotency-Key": key }) },
  });

async function call(method, path, { query = {}, body, headers = {}, signal, quiet }) {
  const address = new URL(`${apiUrl}/staff/${[path].flat(2).map(encodeURIComponent).join("/")}`);
  for (const [name, value] of Object.entries({ ...query, lang: language })) {
    if (value !== undefined && value !== null && value !== "") address.searchParams.set(name, value);
  }
  const gone = AbortSignal.any([ended(), ...(signal ? [signal] : [])]);
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), PATIENCE_MS);
  const done = quiet ? () => {} : waiting();
  try {
    const request = { method, signal: AbortSignal.any([patience.signal, gone]) };
    if (body !== undefined) request.body = JSON.stringify(body);
    const type = body === undefined ? {} : { "Content-Type": "application/json" };
    const ask = async (options) =>
      fetch(address, { ...request, headers: { ...type, ...headers, Authorization: `Bearer ${await token(options)}` } });
    let answer = await ask();
    if (answer.status === 401) answer = await ask({ renewed: true });
    return await read(answer);
  } catch (error) {
    if (gone.aborted) throw gone.reason; // the person went on or signed out, and waits for something else
    throw translated(error, patience.signal.aborted);
  } finally {
    clearTimeout(timer);
    done();
  }
}

async function read(answer) {
  const body = answer.status === 204 ? {} : await answer.json().catch(() => ({}));
  if (answer.ok) return body;
  throw answer.status === 401 ? new Problem("signed_out", 401, body) : new Problem("refused", answer.status, body);
}

function translated(error, late) {
  if (error instanceof Problem) return error;
  if (error instanceof SignedOut) return new Problem("signed_out");
  if (late) return new Problem("slow");
  if (error instanceof NoAnswer || error instanceof TypeError) return new Problem("down");
  return error;
}
