// Shows questions and options only with the answers that they depend on. It runs after rollcall.js, which restores answers.
(() => {
  const all = (css, root = document) => [...root.querySelectorAll(css)];
  const [form] = all("[data-form]"), parts = all("[data-shown-when]").map(part => [part, { ...part.dataset }]);
  for (const sentence of all(".only-if")) sentence.replaceChildren();

  const adapt = () => {
    for (const [part, { shownWhen, is, not, label, checks }] of parts) {
      // Anew for each: what an earlier part disabled is no answer any more.
      const given = new FormData(form), listed = (is || not).split(" "), { dataset } = part;
      part.hidden = given.getAll(shownWhen).some(value => listed.includes(value)) === !is;
      if (part.hidden && part.selected) part.closest("select").value = "";
      // What is disabled isn't sent. Without label and checks, rollcall.js finds nothing wrong with it.
      for (const control of [part, ...all("[name]", part)]) control.disabled = part.hidden || part.matches(".closed, :has(.closed)");
      if (checks) Object.assign(dataset, part.hidden ? { label: "", checks: "[]" } : { label, checks });
    }
  };
  form.addEventListener("input", adapt, true);
  form.addEventListener("reset", () => setTimeout(adapt));
  addEventListener("pageshow", adapt);
  adapt();
})();
