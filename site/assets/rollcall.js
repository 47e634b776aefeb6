// Improves the forms. Every page works without it.
(() => {
  "use strict";
  const query = new URLSearchParams(location.search);

  // --- the switch between languages keeps what the address says
  for (const a of document.querySelectorAll("[data-language]")) a.search = location.search;

  // --- thank-you: the reference in large type, and the words of the form it came from, or of what is still to come
  const plate = document.querySelector("[data-reference]");
  if (plate) {
    const reference = (query.get("reference") || "").toUpperCase();
    if (/^[0-9A-Z]{4}-[0-9A-Z]{4}$/.test(reference)) {
      plate.querySelector("strong").textContent = reference;
      plate.hidden = false;
    }
    const blocks = [...document.querySelectorAll("[data-thanks-for]")];
    const own = blocks.find((block) => block.dataset.thanksFor === query.get("form"));
    if (own) for (const block of blocks) block.hidden = block !== own;
    for (const note of document.querySelectorAll("[data-status]")) {
      if (note.dataset.status !== query.get("status")) continue;
      note.hidden = false;
      for (const block of blocks) block.hidden = true;
    }
  }

  const form = document.querySelector("form[data-form]");
  // An older browser posts the form by itself.
  if (!form || !AbortSignal.timeout) return;
  const say = form.dataset;
  const button = form.querySelector("[type=submit]");
  const label = button.textContent;
  const summary = document.getElementById("error-summary");
  const title = document.title;
  const seconds = () => Math.floor(Date.now() / 1000);
  // Programs are quicker than people.
  const started = seconds();
  // The server's sentences instead of the browser's.
  form.noValidate = true;

  // --- a link such as /registration?course=rovers chooses for the visitor
  for (const input of form.querySelectorAll("[type=radio], option")) {
    if (input.value && query.get((input.closest("select") || input).name) === input.value) {
      input[input.type ? "checked" : "selected"] = true;
    }
  }

  // --- the key: the same until the form is known to have arrived, also over a reload; then, for ten minutes, the same
  // for the same answers ("back", and sent again). Kept: the key; once arrived also a digest of the answers, and until when
  const slot = "rollcall-key-" + say.form;
  let kept = "";
  const keep = (...parts) => {
    kept = parts.join(" ");
    try {
      sessionStorage.setItem(slot, kept);
    } catch {} // storage is blocked: the page's own memory will do
  };
  try {
    kept = sessionStorage.getItem(slot) || "";
  } catch {}
  // Two texts of one digest do no harm: the API knows other answers under a used key. A widget's proof is new each time.
  const digest = (values) =>
    [...JSON.stringify(values, (name, value) => (/^cf-/.test(name) ? "" : value))].reduce((sum, letter) => (sum * 31 + letter.codePointAt()) | 0, 7) + "";
  const newKey = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");

  const answers = () => {
    const values = {};
    for (const input of form.elements) {
      const several = input.type === "checkbox" && input.closest("fieldset");
      if (!input.name) continue;
      if (several) values[input.name] = (values[input.name] || []).concat(input.checked ? input.value : []);
      else if (input.type === "checkbox") values[input.name] = input.checked;
      else if (input.type !== "radio" || input.checked) values[input.name] = input.value;
    }
    return values;
  };

  // --- errors: beside each field, and in a summary that takes the focus
  const mark = (field, message) => {
    const note = field.querySelector(".field-error");
    note.textContent = message;
    note.hidden = !message;
    field.classList.toggle("has-error", !!message);
    const marked = field.matches("[role=radiogroup]") ? [field] : field.querySelectorAll("input, select, textarea");
    for (const control of marked) message ? control.setAttribute("aria-invalid", "true") : control.removeAttribute("aria-invalid");
  };
  const clear = () => {
    summary.hidden = true;
    document.title = title;
    for (const field of form.querySelectorAll(".has-error")) mark(field, "");
  };
  const show = (sentence, errors) => {
    const list = summary.querySelector("ul");
    const loose = [sentence];
    list.replaceChildren();
    for (const { field: name, message } of errors) {
      const field = form.querySelector(`[data-field="${CSS.escape(name)}"]`);
      if (!field) {
        loose.push(`${name}: ${message}`);
        continue;
      }
      mark(field, message);
      const link = document.createElement("a");
      const control = field.querySelector("input, select, textarea");
      link.href = "#" + control.id;
      link.textContent = [field.dataset.label, message].filter(Boolean).join(" ");
      link.onclick = (event) => {
        event.preventDefault();
        field.scrollIntoView(); // with its label, not the bare control
        control.focus({ preventScroll: true });
      };
      list.appendChild(document.createElement("li")).append(link);
    }
    const words = summary.querySelector("p");
    words.textContent = loose.filter(Boolean).join(" ");
    words.hidden = !words.textContent;
    list.hidden = !list.children.length;
    summary.hidden = false;
    document.title = `${say.errorPrefix} ${title}`;
    summary.focus();
  };

  // --- sending: once more by itself when the line or the server stumbled, always with the same key
  const post = async (key, body, last) => {
    try {
      const answer = await fetch(form.action, {
        method: "POST",
        headers: { "Content-Type": "application/json", Accept: "application/json", "Idempotency-Key": key },
        body,
        signal: AbortSignal.timeout(20000),
      });
      if (last || answer.status < 500) return answer;
    } catch (error) {
      if (last) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 1000));
    return post(key, body, true);
  };

  const busy = (yes) => {
    button.textContent = yes ? say.sending : label;
    yes ? button.setAttribute("aria-disabled", "true") : button.removeAttribute("aria-disabled");
  };

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (button.hasAttribute("aria-disabled")) return; // pressed twice
    busy(true);
    clear();
    const values = answers();
    const sum = digest(values);
    const [used, arrived, until] = kept.split(" ");
    const key = used && (!until || (arrived === sum && until > Date.now())) ? used : newKey();
    if (key !== used) keep(key);
    try {
      const answer = await post(key, JSON.stringify({ ...values, _started: started, _sent: seconds() }), false);
      const body = await answer.json().catch(() => ({}));
      if (answer.ok && body.reference) {
        keep(key, sum, Date.now() + 600000);
        location.assign(say.thanks + "?" + new URLSearchParams({ form: say.form, reference: body.reference, status: body.status }));
        return;
      }
      if (body.code === "key_reused") keep(); // the first answers did arrive; these are new ones
      if (body.errors) show("", body.errors);
      else show(body.code === "key_reused" ? say.reused : answer.status < 500 && body.detail || say.refused, []);
    } catch {
      show(say.unreachable, []);
    }
    busy(false);
  });
  addEventListener("pageshow", () => busy(false)); // the page as the browser kept it, after "back"
})();
