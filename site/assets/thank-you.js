// The thank-you page: shows what this tab sent. The tab remembers it for an hour, and no URL holds any of it.
(() => {
  const all = (css, root = document) => [...root.querySelectorAll(css)];
  let sent = {};
  try {
    sent = JSON.parse(sessionStorage.rollcall);
  } catch {} // nothing was sent, or storage is blocked
  if (!(Date.now() / 1000 - sent.at < 3600)) sent = {};
  // Several participants who were sent together are listed, each with a reference. What is true of only one is left out.
  const { words = [], values = {}, group = [] } = sent;
  for (const list of group.length > 1 ? all(`[data-members="${words[0]}"]`) : []) {
    const { name, chosen, lines, ...says } = list.dataset, of = new URLSearchParams(lines),
      numbers = group.map((_, place) => (place ? `-${place + 1}` : "")),
      options = numbers.map((number) => values[chosen + number] ?? values[chosen]), differ = new Set(options).size > 1;
    group.forEach(({ reference, status, position }, place) => {
      const item = document.createElement("li"), told = (differ && of.get(options[place])?.split("\n")) || [];
      const parts = [["strong", values[name + numbers[place]]], ...told.map((line) => ["span", line]), ["i", says[status].replace("{position}", position)], ["b", says.reference + " " + reference]];
      for (const [tag, text] of parts) {
        const part = document.createElement(tag);
        part.append(text ?? "");
        item.append(part, " ");
      }
      item.firstChild.dir = "auto";
      list.append(item);
    });
    list.hidden = false;
    const statuses = new Set(group.map(({ status }) => status));
    sent.words = [words[0], statuses.size > 1 ? "mixed" : words[1], differ ? "" : words[2]];
    sent = { ...sent, reference: "", position: "", values: { ...values, [name]: "" } };
  }
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
      const kept = Object.fromEntries(Object.entries(values).filter(([name]) => keeps.includes(name.split("-")[0])));
      try {
        sessionStorage.removeItem(slot);
        localStorage[slot] = JSON.stringify({ values: kept, at: Date.now() / 1000 });
      } catch {} // the form opens empty
    };
  }
})();
