// Improves the pages. Each works without it: an older browser ignores this file and posts the form itself.
(() => {
  const all = (css, root = document) => [...root.querySelectorAll(css)];
  const [form] = all("[data-form]");

  // --- the language switch keeps the query of the address
  for (const link of all("[data-language]")) link.search = location.search;

  // --- seats left, roughly, what is closed, and date limits that move with the day; without the API, the page shows none
  for (const { dataset: words } of all("[data-brief]")) {
    fetch(words.brief).then(answer => answer.json()).then(({ fields, closed = "" }) => {
      for (const { name, minimum: least, maximum: most, options = [] } of fields) {
        for (const field of all(`[data-field="${name}"]`)) Object.assign(field, { least, most });
        for (const { value, seats } of options) for (const place of all(`[data-seats="${value}"]`)) {
          place.append(" " + words[seats]);
          place.classList.add(seats);
          (place.closest("label")?.control || place).disabled = seats === "closed";
        }
      }
      all("output")[0].append(closed); // in the page's language; the home page has no place for it
    }).catch(() => {});
  }

  if (!form || !AbortSignal.timeout || !crypto.randomUUID) return;
  const say = form.dataset, title = document.title, now = () => Date.now() / 1e3,
    fields = all("[data-field]"), inputs = all("[data-field] [name]"), ticks = ({ type }) => /radio|box/.test(type),
    [button, status, draft] = all("[type=submit],[role=status],[data-draft]", form), banners = all(".restored"),
    [summary, list] = all(".error-summary,.error-summary ul");
  let sending, timer, touched;
  form.noValidate = true; // the server's messages instead of the browser's

  const tell = (said, place = status) => {
    all("p", place)[0].textContent = said;
    if (said) place.scrollIntoView({ block: "nearest" });
  };

  // --- what the browser keeps for four hours, or until the form has arrived: the answers, and the key that makes two posts
  // count once. Private answers stay only in the tab where Send was pressed, and only while they wait to be sent.
  // That tab then keeps the key and a digest for ten minutes, in case the visitor goes back and sends the same again
  const slot = "rollcall-" + say.form, lost = new Set();
  const store = (where, record, name = slot) => {
    try {
      if (!record) return JSON.parse(window[where + "Storage"][slot] || "{}");
      window[where + "Storage"][name] = JSON.stringify(record);
      return true;
    } catch {
      return !record && {}; // storage is blocked: use the page's own memory
    }
  };
  const plain = () => {
    const values = { ...kept.values }, missing = new Set(lost);
    for (const { name } of all("[data-private] [name]")) {
      if (values[name]) missing.add(name.split("-")[0]);
      delete values[name];
    }
    return { ...kept, values, lost: [...missing] };
  };
  const keep = more => {
    Object.assign(kept, more);
    store("session", pressed && (kept.waiting || kept.until) ? kept : {});
    return store("local", { ...plain(), sum: 0 });
  };
  let kept = store("local"), here = store("session");
  if (!(now() < (kept.at ? kept.at + 14400 : kept.until))) kept = {}; // four hours; without answers, ten minutes
  // A restarted browser may bring its tabs back: after ten minutes this is a new visit.
  let pressed = here.key && here.key === kept.key && !(now() - here.at > 600);
  if (pressed) kept = here;
  const read = unasked => {
    const values = {};
    for (const [name, value] of new FormData(form)) {
      if (value && (unasked || inputs.some(each => each.name === name))) values[name] = name in values ? [values[name], value].flat() : value;
    }
    return values;
  };
  // Only the draft fills the form: whatever the browser itself restored is cleared.
  const fill = query => {
    for (const name of kept.lost || []) lost.add(name);
    for (const input of inputs) {
      // a link such as /registration?course=rovers chooses options only; it never ticks a consent or fills in a text
      const given = new URLSearchParams(query).getAll(input.name),
        value = given[0] && input.matches("select,fieldset>.choice>*") ? given : kept.values?.[input.name] || "";
      ticks(input) ? (input.checked = [value].flat().includes(input.value)) : (input.value = value);
    }
    // On a shared computer the next visitor sees whose answers these are, and nothing is sent until they press.
    if (kept.at && !(pressed && kept.waiting)) {
      const banner = banners[kept.waiting | 0];
      banner.hidden = false;
      tell(banner.dataset.says.replace("{time}", new Date(kept.at * 1e3).toTimeString().slice(0, 5)) + (lost.size ? " " + say.lost : ""), banner);
    }
    draft.hidden = !keep({ started: kept.started ?? now() }); // programs are quicker than people, except people who have just sent
  };
  fill(location.search);

  // --- checks, as the build wrote them, in the server's words; a date has three fields and is sent as one
  const partsOf = ({ dataset }) => ["year", "month", "day"].map(part => form[dataset.field + "-" + part]);
  const isoOf = field => {
    const typed = partsOf(field).map(({ value }) => value.trim());
    return typed.join("") && typed.map(text => text && text.padStart(2, 0)).join("-");
  };
  const checksOf = ({ dataset }) => JSON.parse(dataset.checks);
  const wrong = field => {
    const asked = all("[name]", field), { date } = field.dataset, group = ticks(asked[0]),
      text = date ? isoOf(field) : asked[0].value.trim().normalize(),
      size = group ? asked.filter(input => input.checked).length : date ? text : +text.replace(",", ".").replace("−", "-"),
      letters = Intl.Segmenter ? [...new Intl.Segmenter().segment(text)].length : 0;
    for (const [rule, given, said] of checksOf(field)) {
      const limit = given ?? field[rule];
      if (
        (group ? !size : !text) ? rule === "required"
        : rule === "pattern" ? !RegExp(limit, "u").test(text)
        : rule === "short" ? [...text].length < limit
        : rule === "long" ? letters > limit
        : rule === "least" ? size < limit
        : rule === "most" && size > limit
      ) return said.replace("{length}", letters).replace("{limit}", limit);
    }
  };

  // --- errors: above each answer, and in a summary that takes the focus
  const each = find => fields.forEach(field => mark(field, find(field)));
  const mark = (field, said = "") => {
    all(".field-error", field)[0].textContent = said;
    field.classList.toggle("has-error", said);
    const [rule, , , part] = checksOf(field).find(([, , text]) => text === said) || []; // part: the wrong part of a date
    field.told = [field.dataset[rule === "required" ? "of" : "label"], said].join(" ").trim(); // "Enter the name" needs no label before it
    for (const input of field.role ? [field] : all("[name]", field)) input.ariaInvalid = (said && (!part || input.matches(".date-" + part))) || null;
  };
  const show = said => {
    list.replaceChildren();
    for (const field of all(".has-error")) {
      const link = document.createElement("a");
      link.append(field.told);
      link.href = "#" + all("[aria-invalid][name], [role=radiogroup] [name]", field)[0].id;
      list.appendChild(document.createElement("li")).append(link);
    }
    tell(list.firstChild ? "" : said, summary);
    summary.hidden = false;
    document.title = say.errorPrefix + " " + title;
    summary.focus();
  };

  // --- an address with a common typo, such as gmial.con
  const suggest = field => {
    for (const note of all(".suggestion", field)) {
      const [input, use] = all("input, button", field), typed = input.value.trim(), typos = new URLSearchParams(say.typos);
      use.textContent = typed.replace(/[^@.]+(?=[^@]*$)/g, word => typos.get(word.toLowerCase()) || word);
      note.hidden = use.textContent === typed;
      use.onclick = () => {
        input.value = use.textContent;
        input.focus();
        form.oninput({ target: input });
        look(field);
      };
    }
  };

  // --- sending: retries with the same key while the connection or the server fails
  const pause = () => {
    clearTimeout(timer);
    tell("");
  };
  const busy = yes => {
    pause();
    sending = yes;
    button.ariaDisabled = yes || null;
    for (const box of [...banners, summary]) box.hidden = true;
    document.title = title;
  };
  const send = async tries => {
    // Two texts with the same digest do no harm: the API notices other answers under a used key.
    const values = read(), sum = [...JSON.stringify(values)].reduce((sum, letter) => (sum * 31 + letter.codePointAt()) | 0, 7);
    if (!kept.key || (kept.until && (kept.sum !== sum || kept.until < now()))) keep({ key: crypto.randomUUID(), until: 0 });
    pressed = true;
    const { key } = kept, saved = keep({ values, sum, at: now(), waiting: 1 }), whole = read(true);
    for (const field of all("[data-date]")) {
      whole[field.dataset.field] = isoOf(field);
      for (const { name } of partsOf(field)) delete whole[name];
    }
    busy(true);
    timer = setTimeout(tell, 1e4, say.slow);
    let answer, body = {};
    try {
      answer = await fetch(form.action, {
        method: "POST",
        headers: { "Content-Type": "application/json", "Idempotency-Key": key },
        body: JSON.stringify({ ...whole, _started: kept.started, _sent: now() }),
        signal: AbortSignal.timeout(3e4),
      });
      body = await answer.json();
    } catch {}
    const { reference, status: told, code, detail, errors = [] } = body;
    if (reference) {
      const more = await form.done?.(body); // files follow the answers: files.js
      kept = { key, sum, until: now() + 600, started: 0 };
      keep();
      kept.at = now(); // for this page only, in case the visitor comes back to it
      const words = [say.form, told, values[say.option], more];
      for (const name in values) say.keeps.split(" ").includes(name.split("-")[0]) || delete values[name];
      store("session", { ...body, at: now(), words, values }, "rollcall");
      location = say.thanks;
      return;
    }
    busy();
    const stands = answer?.status || 0, wait = +answer?.headers.get("Retry-After") || Math.min(60, 2 ** tries);
    if ((stands < 400 || stands > 428) && wait < 61) { // no connection, not our answer, too many requests, or a failing server
      tell((saved ? say.saved + " " : "") + (stands === 429 && detail || (stands ? say.unsure + "." : say.unreachable)));
      timer = setTimeout(send, wait * 1e3, tries + 1);
    } else {
      const reused = code === "key_reused" && say.reused; // the first answers did arrive; these are new ones
      form.dataset.code = code;
      keep({ waiting: 0, key: !reused && key });
      each(({ dataset }) => errors.find(({ field }) => field === dataset.field)?.message);
      show(reused || detail || say.refused);
    }
  };

  form.onsubmit = event => {
    event.preventDefault();
    if (sending) return; // pressed twice
    each(field => wrong(field) || (lost.delete(field.dataset.field) && field.dataset.label && say.again) || "");
    all(".has-error")[0] ? show() : send(0);
  };
  form.oninput = ({ target }) => {
    touched = target.closest("[data-field]");
    if (touched) {
      lost.delete(touched.dataset.field);
      wrong(touched) || mark(touched);
    }
    if (sending) return;
    pause(); // changed answers wait for the button
    keep({ values: read(), at: now(), waiting: 0 });
  };
  // --- checks a touched field when the visitor leaves it; a click within a group leaves no field. An error
  // moves the page below it, so it appears only after the visitor releases whatever they press
  const look = field => {
    if (all(":active")[0]) return setTimeout(look, 50, field);
    mark(field, wrong(field));
    suggest(field);
  };
  form.addEventListener("focusout", ({ relatedTarget: next }) => {
    if (!touched || (next ? touched.contains(next) : touched.type && !touched.dataset.date)) return;
    setTimeout(look, 0, touched);
    touched = 0;
  });
  const clear = () => {
    if (sending) return;
    busy();
    form.reset();
    each(() => {});
    lost.clear();
    pressed = false;
    kept = { started: now() };
    keep();
    store("session", {}, "rollcall"); // for the thank-you page
    inputs[0].focus();
  };
  for (const one of all("[data-clear]")) one.onclick = clear;
  ononline = () => pressed && kept.waiting && !sending && send(0);
  onpageshow = ({ persisted }) => {
    if (!persisted) return;
    busy(); // the page from the browser's cache, after Back: perhaps another person
    pressed = false;
    kept.values = read();
    kept = plain();
    fill();
  };
  if (pressed && kept.waiting && !all(".cf-turnstile")[0]) send(0);
})();
