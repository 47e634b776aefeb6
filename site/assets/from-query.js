// Fills in answers from the page's address, for the fields whose form file names a parameter. What was typed stays. It runs
// after rollcall.js, which restores answers.
(() => {
  const all = (css, root = document) => [...root.querySelectorAll(css)];
  const fill = given => {
    for (const place of all("[data-from-query]")) {
      const text = given[place.dataset.fromQuery], controls = place.name ? [place] : all("[name]", place);
      if (!text || controls.some(control => control.value)) continue;
      for (const control of controls) {
        const part = ["year", "month", "day"].findIndex(one => control.matches(".date-" + one));
        control.value = part < 0 ? text : text.split("-")[part] ?? "";
      }
    }
  };
  fill(Object.fromEntries(new URLSearchParams(location.search)));
  addEventListener("rollcall-given", ({ detail }) => fill(detail)); // from the page around the frame, by frame.js
})();
