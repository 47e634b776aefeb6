// The thank-you page: shows what this tab sent. The tab remembers it for an hour, and no URL holds any of it.
(() => {
  const all = (css, root = document) => [...root.querySelectorAll(css)];
  let sent = {};
  try {
    sent = JSON.parse(sessionStorage.rollcall);
  } catch {} // nothing was sent, or storage is blocked
  if (!(Date.now() / 1000 - sent.at < 3600)) sent = {};
  for (const part of all("[data-when]")) part.hidden = !sent.words || !part.dataset.when.split(" ").every((word) => sent.words.includes(word));
  for (const part of all("[data-told]")) {
    const said = { ...sent.values, ...sent }[part.dataset.told];
    part.hidden = !said;
    all("dd, strong", part)[0].append(said || "");
  }
  // The tab's title is the heading.
  document.title = all("h1")[0].innerText.trim() + document.title.slice(document.title.indexOf(" – "));
  // For one more participant some answers are the same. They become a normal draft, which the visitor can see and clear.
  for (const link of all("[data-another]")) {
    link.onclick = () => {
      const slot = `rollcall-${link.dataset.another}`, keeps = link.dataset.keeps.split(" ");
      const values = Object.fromEntries(Object.entries(sent.values).filter(([name]) => keeps.includes(name.split("-")[0])));
      try {
        sessionStorage.removeItem(slot);
        localStorage[slot] = JSON.stringify({ values, at: Date.now() / 1000 });
      } catch {} // the form opens empty
    };
  }
})();
