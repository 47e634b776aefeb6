// The thank-you page: what this tab sent, remembered by the tab for an hour; nothing of it stands in an address.
(() => {
  const all = (css, root = document) => [...root.querySelectorAll(css)];
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
})();
