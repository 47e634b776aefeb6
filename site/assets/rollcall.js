// Improves the pages. Each works without it: an older browser leaves this file unread and posts the form by itself.
(() => {
  const query = new URLSearchParams(location.search), all = (css, root = document) => [...root.querySelectorAll(css)];
  const [form] = all("form[data-form]");

  // --- the switch between languages keeps what the address says
  for (const link of all("[data-language]")) link.search = location.search;

  // --- thank-you: what this tab sent, remembered by the tab for an hour; nothing of it stands in an address
  let sent = {};
  try {
    sent = JSON.parse(sessionStorage.rollcall);
  } catch {} // nothing was sent, or storage is blocked
  if (!(Date.now() / 1000 - sent.at < 3600)) sent = {};
  for (const part of all("[data-when]")) part.hidden = !sent.words || !part.dataset.when.split(" ").every((word) => sent.words.includes(word));
  for (const part of all("[data-told]")) {
    const said = sent[part.dataset.told];
    part.hidden = !said;
    all("dd, strong", part)[0].append(said || "");
  }

  // --- seats left, roughly, and the dates that move with the day; where the API says nothing the page says nothing
  for (const { dataset: words } of all("[data-seats-from]")) {
    fetch(words.seatsFrom).then((answer) => answer.json()).then(({ fields }) => {
      for (const { name, type, minimum: min = "", maximum: max = "", options = [] } of fields) {
        if (form && type === "date") Object.assign(form[name], { min, max });
        for (const { value, seats } of options) {
          if (seats) for (const place of all(`[data-seats="${value}"]`)) place.append(" " + words[seats]);
        }
      }
    }).catch(() => {});
  }

  if (!form || !AbortSignal.timeout || !crypto.randomUUID) return;
  const say = form.dataset, title = document.title, now = () => Date.now() / 1000,
    fields = all("[data-field]"), inputs = all("[data-field] [name]"), ticks = ({ type }) => /radio|box/.test(type),
    [button, status, draft] = all("[type=submit], [role=status], [data-draft]", form), banners = all(".restored"),
    [summary] = all(".error-summary"), [list] = all("ul", summary), label = button.textContent;
  let sending, timer, touched;
  form.noValidate = true; // the server's sentences instead of the browser's

  // --- what the browser keeps for four hours, or until the form has arrived: the answers, and the key that makes two
  // sendings one. Private answers are kept only in the tab where Send was pressed, and only while they wait to be sent.
  // That tab then keeps the key and a digest for ten minutes, for those who go back and send the same again
  const slot = "rollcall-" + say.form, lost = new Set();
  const stored = (where) => {
    try {
      return JSON.parse(window[where].getItem(slot)) || {};
    } catch {
      return {}; // storage is blocked: the page's own memory will do
    }
  };
  const store = (where, record) => {
    try {
      window[where].setItem(slot, JSON.stringify(record));
      return true;
    } catch {}
  };
  const keep = (more) => {
    Object.assign(kept, more);
    const values = {}, missing = new Set(lost);
    for (const [name, value] of Object.entries(kept.values || {})) {
      if (inputs.find((input) => input.name === name)?.closest("[data-private]")) missing.add(name);
      else values[name] = value;
    }
    store("sessionStorage", pressed && (kept.waiting || kept.until) ? kept : {});
    return store("localStorage", { ...kept, values, lost: [...missing], sum: 0 });
  };
  let kept = stored("localStorage");
  const here = stored("sessionStorage");
  if (now() - kept.at > 14400) kept = {}; // four hours
  // A browser that is opened again may bring its tabs along: after ten minutes this is another visit.
  let pressed = here.key && here.key === kept.key && !(now() - here.at > 600);
  if (pressed) kept = here;
  const again = (location.hash === "#another" && sent.words?.[0] === say.form && sent.again) || {};
  for (const name of kept.lost || []) lost.add(name);
  draft.hidden = !keep({ started: kept.started || now() }); // programs are quicker than people
  const read = (unasked) => {
    const values = {};
    for (const [name, value] of new FormData(form)) {
      if (value && (unasked || inputs.some((input) => input.name === name))) values[name] = name in values ? [values[name], value].flat() : value;
    }
    return values;
  };
  for (const input of inputs) {
    // a link such as /registration?course=rovers chooses among options; it never ticks a consent, nor writes a text
    // For one more person some answers are the same.
    const given = query.getAll(input.name),
      chosen = input.options ? [...input.options].some(({ value }) => given[0] === value) && given[0] : ticks(input) && input.closest("fieldset") && given,
      value = chosen && chosen.length ? chosen : { ...again, ...kept.values }[input.name];
    if (value) ticks(input) ? (input.checked = [value].flat().includes(input.value)) : (input.value = value);
  }
  // On a computer that others use, whoever comes next learns whose answers these are, and sends none unasked.
  const told = (labels) => {
    const [restored, unsent] = banners, banner = kept.waiting ? unsent : restored;
    const time = new Date(kept.at * 1000).toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
    all("p", banner)[0].textContent = banner.dataset.says.replace("{time}", time) + (labels && " " + say.lost.replace("{labels}", labels));
    banner.hidden = false;
  };
  if (kept.at && !(pressed && kept.waiting)) told(fields.filter(({ dataset }) => lost.has(dataset.field) && dataset.label).map(({ dataset }) => dataset.label.replace(/:$/, "")).join(", "));

  // --- checks: as the build wrote them down, in the server's words
  const wrong = (field) => {
    const asked = inputs.filter((input) => field.contains(input)), [{ type, validity, value, min, max }] = asked,
      group = ticks(asked[0]), text = validity.badInput ? "?" : value.trim().normalize(),
      size = group ? asked.filter((input) => input.checked).length : type === "date" ? text : +text.replace(",", ".").replace("\u2212", "-"),
      letters = Intl.Segmenter ? [...new Intl.Segmenter().segment(text)].length : 0;
    for (const [rule, given, said] of JSON.parse(field.dataset.checks)) {
      const limit = given ?? (rule === "least" ? min : max);
      if (
        (group ? !size : !text) ? rule === "required"
        : rule === "pattern" ? !RegExp(limit, "u").test(text)
        : rule === "short" ? [...text].length < limit
        : rule === "long" ? letters > limit
        : rule === "least" ? size < limit
        : rule === "most" && limit !== "" && size > limit
      ) return said.replace("{length}", letters).replace("{limit}", limit);
    }
  };

  // --- errors: beside each field, and in a summary that takes the focus
  const each = (find) => fields.forEach((field) => mark(field, find(field)));
  const mark = (field, said = "") => {
    all(".field-error", field)[0].textContent = said;
    field.classList.toggle("has-error", said);
    for (const input of field.role ? [field] : all("[name]", field)) input.ariaInvalid = said ? true : null;
  };
  const tell = (said, place = status) => {
    const [words, help] = all("p", place);
    words.textContent = said;
    help.hidden = !said;
    if (said) place.scrollIntoView({ block: "nearest" });
  };
  const show = (said) => {
    list.replaceChildren();
    for (const field of all(".has-error")) {
      const link = document.createElement("a");
      link.append(field.dataset.label, " ", all(".field-error", field)[0].textContent);
      link.href = "#" + all("[name]", field)[0].id;
      list.appendChild(document.createElement("li")).append(link);
    }
    tell(list.firstChild ? "" : said, summary);
    summary.hidden = false;
    document.title = say.errorPrefix + " " + title;
    summary.focus();
  };

  // --- sending: again by itself, with the same key, for as long as the line or the server stumbles
  const pause = () => {
    clearTimeout(timer);
    tell("");
  };
  const busy = (yes) => {
    pause();
    sending = yes;
    button.textContent = yes ? say.sending : label;
    button.ariaDisabled = yes || null;
    if (yes) for (const banner of banners) banner.hidden = true;
    summary.hidden = true;
    document.title = title;
  };
  const send = async (tries) => {
    // Two texts of one digest do no harm: the API knows other answers under a used key.
    const values = read(), sum = [...JSON.stringify(values)].reduce((sum, letter) => (sum * 31 + letter.codePointAt()) | 0, 7);
    if (!kept.key || (kept.until && (kept.sum !== sum || kept.until < now()))) keep({ key: crypto.randomUUID(), until: 0 });
    pressed = true;
    const { key } = kept, saved = keep({ values, sum, at: now(), waiting: true });
    busy(true);
    timer = setTimeout(tell, 10000, say.slow);
    let answer, body = {};
    try {
      answer = await fetch(form.action, {
        method: "POST",
        headers: { "Content-Type": "application/json", "Idempotency-Key": key },
        body: JSON.stringify({ ...read(true), _started: kept.started, _sent: now() }),
        signal: AbortSignal.timeout(30000),
      });
      body = await answer.json();
    } catch {}
    const { reference, status: told, position, code, detail, errors = [] } = body;
    if (reference) {
      kept = { key, sum, until: now() + 600 };
      keep();
      const { name, email } = say, again = {};
      for (const same of say.keeps.split(" ")) again[same] = values[same];
      try {
        sessionStorage.rollcall = JSON.stringify({
          at: now(), words: [say.form, told, values[say.option]], reference, position, name: values[name], email: values[email], again,
        });
      } catch {}
      location = say.thanks;
      return;
    }
    busy();
    const stands = answer?.status || 0, wait = +answer?.headers.get("Retry-After") || Math.min(60, 2 ** tries);
    if ((stands < 400 || stands > 428) && wait < 61) { // nobody there, no answer of ours, too many, or a server in trouble
      tell((saved ? say.saved + " " : "") + (stands === 429 && detail || (stands ? say.unsure + "." : say.unreachable)));
      timer = setTimeout(send, wait * 1000, tries + 1);
    } else {
      const reused = code === "key_reused"; // then the first answers did arrive; these are new ones
      keep({ waiting: false, key: reused ? "" : key });
      each(({ dataset }) => errors.find(({ field }) => field === dataset.field)?.message);
      show(reused ? say.reused : detail || say.refused);
    }
  };

  form.onsubmit = (event) => {
    event.preventDefault();
    if (sending) return; // pressed twice
    each((field) => wrong(field) || (lost.delete(field.dataset.field) && field.dataset.label && say.again));
    all(".has-error")[0] ? show() : send(0);
  };
  form.oninput = ({ target }) => {
    touched = target.closest("[data-field]");
    if (touched) lost.delete(touched.dataset.field);
    if (sending) return;
    pause(); // other answers wait for the button
    keep({ values: read(), at: now(), waiting: false });
  };
  // --- a field that was touched is looked at when it is left; a click within a group passes by nothing at all
  form.addEventListener("focusout", ({ relatedTarget: next }) => {
    if (!touched || (next ? touched.contains(next) : touched.type)) return;
    mark(touched, wrong(touched));
    touched = 0;
  });
  const clear = () => {
    if (sending) return;
    busy();
    form.reset();
    each(() => "");
    for (const banner of banners) banner.hidden = true;
    lost.clear();
    pressed = false;
    kept = { started: now() };
    keep();
    inputs[0].focus();
  };
  for (const one of all("[data-clear]")) one.onclick = clear;
  all("[data-send]")[0].onclick = () => form.requestSubmit();
  ononline = () => pressed && kept.waiting && !sending && send(0);
  onpageshow = ({ persisted }) => persisted && busy(); // the page as the browser kept it, after "back"
  if (pressed && kept.waiting && !all(".cf-turnstile")[0]) send(0);
})();
