// Several participants on one form. It runs before rollcall.js, which then knows the fields of all that there can be.
(() => {
  const all = (css, root = document) => [...root.querySelectorAll(css)];
  const one = css => all(css)[0];
  const form = one("[data-form]"), say = form.dataset, place = one(".participants"), first = one(".participant"),
    add = one("[name=_add]"), order = one(".order"), note = one(".removed"),
    inputs = set => all("[data-field] [name]", set), ticks = ({ type }) => /radio|box/.test(type);

  // --- one set of fields for each participant that there can be, under their own names; only rollcall.js sees them all
  const own = all("[data-field]", first).map(({ dataset }) => dataset.field);
  const renamed = (name, number) => {
    const [field, part] = name.split("-");
    return own.includes(field) ? [field, number, part].filter(Boolean).join("-") : name;
  };
  for (let number = 2; number <= place.dataset.most; number++) {
    const set = first.cloneNode(true);
    for (const element of all("*", set)) {
      for (const name of ["id", "for", "aria-describedby"]) {
        const ids = element.getAttribute(name);
        if (ids) element.setAttribute(name, ids.replace(/(^| )f-/g, `$1f${number}-`));
      }
      const { dataset, name } = element;
      if (name) element.name = renamed(name, number);
      for (const key of ["field", "shownWhen"]) if (dataset[key]) dataset[key] = renamed(dataset[key], number);
    }
    // limits that move with the day arrive under the first one's name
    all("[data-field]", set).forEach((field, index) => {
      const from = all("[data-field]", first)[index];
      for (const limit of ["least", "most"]) Object.defineProperty(field, limit, { get: () => from[limit] });
    });
    all(".participant", place).pop().after(set);
  }
  const sets = all(".participant", place), stored = new Map(all("[data-field]", place).map(field => [field, { ...field.dataset }]));

  // --- how many are shown. What is hidden is disabled, so that it isn't sent, and rollcall.js finds nothing wrong with it
  let shown = 1;
  const title = number => say.participant.replace("{number}", number);
  const adapt = () => sets.forEach((set, index) => {
    const hidden = index >= shown;
    set.hidden = set.disabled = hidden;
    const [heading] = set.children, [button] = all("[name=_remove]", set);
    heading.textContent = title(index + 1);
    button.textContent = say.remove.replace("{number}", index + 1);
    button.hidden = shown < 2;
    for (const field of all("[data-field]", set)) {
      const { label, checks = "[]", date } = stored.get(field), { dataset } = field, asked = !hidden && !field.hidden;
      dataset.label = label && asked ? (shown > 1 ? title(index + 1) + ", " : "") + label : "";
      dataset.of = shown > 1 ? title(index + 1) + ":" : "";
      dataset.checks = asked ? checks : "[]";
      if (date && hidden) delete dataset.date;
      else if (date) dataset.date = date;
    }
  });
  const arrange = count => {
    shown = count;
    add.hidden = shown >= sets.length;
    order.hidden = shown < 2;
    adapt();
  };
  const show = count => {
    arrange(count);
    form.dispatchEvent(new Event("input")); // the draft, and questions that depend on answers
  };

  // --- the answers of one participant, moved to another place
  const read = set => inputs(set).map(input => (ticks(input) ? input.checked : input.value));
  const write = (set, values) => inputs(set).forEach((input, index) => {
    const value = values?.[index];
    ticks(input) ? (input.checked = value || false) : (input.value = value || "");
  });
  const fill = list => {
    sets.forEach((set, index) => write(set, list[index]));
    for (const field of all(".has-error", place)) {
      field.classList.remove("has-error");
      all(".field-error", field)[0].textContent = "";
      for (const input of [field, ...all("[aria-invalid]", field)]) input.removeAttribute("aria-invalid");
    }
    const listed = all(".error-summary li");
    for (const item of listed) if (!one(item.firstChild.hash).closest(".has-error")) item.remove();
    if (listed.length && !one(".error-summary li")) {
      one(".error-summary").hidden = true;
      document.title = document.title.replace(say.errorPrefix + " ", "");
    }
    show(list.length);
  };
  add.onclick = event => {
    event.preventDefault();
    note.replaceChildren();
    show(shown + 1);
    inputs(sets[shown - 1])[0].focus();
  };
  sets.forEach((set, index) => {
    all("[name=_remove]", set)[0].onclick = event => {
      event.preventDefault();
      const list = sets.slice(0, shown).map(read), [gone] = list.splice(index, 1), undo = document.createElement("button");
      fill(list);
      undo.type = "button";
      undo.className = "link-button";
      undo.append(say.undo);
      undo.onclick = () => {
        const now = sets.slice(0, shown).map(read);
        now.splice(index, 0, gone);
        note.replaceChildren();
        fill(now);
        inputs(sets[index])[0].focus();
      };
      note.replaceChildren(say.removed.replace("{number}", index + 1) + " ", undo);
      undo.focus();
    };
  });

  // --- after rollcall.js has restored a draft; the same page may come back from the browser's cache
  const restore = () => arrange(Math.max(1, sets.map(set => read(set).some(Boolean)).lastIndexOf(true) + 1));
  arrange(1);
  addEventListener("DOMContentLoaded", () => {
    restore();
    form.addEventListener("input", adapt, true); // after conditions.js, as the next
    addEventListener("pageshow", adapt);
  });
  form.addEventListener("reset", () => setTimeout(arrange, 0, 1));
})();
