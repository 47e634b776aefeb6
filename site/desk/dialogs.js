// Questions in a <dialog>: the browser keeps the focus inside, and Escape answers no.

import { button, el } from "./dom.js";
import { t } from "./words.js";

let count = 0;

/** Ask, and return whether the answer is yes. final: it can't be undone. */
export async function confirmed(question, text, yes, { final = false } = {}) {
  const answer = await ask(question, [el("p", {}, text)], yes, { final });
  return answer !== null;
}

/** Show a form in a dialog. Returns its values by name, or null. */
export function ask(title, content, yes, { final = false, no = t("dialogs.no") } = {}) {
  const id = `dialog-${(count += 1)}`;
  const before = document.activeElement;
  return new Promise((resolve) => {
    const form = el(
      "form",
      { method: "dialog", onsubmit: () => (dialog.returnValue = "yes") },
      el("h2", { id }, title),
      content,
      el(
        "div",
        { class: "actions" },
        yes && el("button", { class: `button ${final ? "button-final" : ""}`, value: "yes" }, yes),
        button(no, () => dialog.close("no")),
      ),
    );
    const dialog = el("dialog", { "aria-labelledby": id }, form);
    dialog.addEventListener("close", () => {
      const values = dialog.returnValue === "yes" ? Object.fromEntries(new FormData(form)) : null;
      dialog.remove();
      if (before?.isConnected) before.focus();
      resolve(values);
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}

/** Close whatever is asked: what it was about is gone. */
export function closeAll() {
  for (const dialog of document.querySelectorAll("dialog")) dialog.close("no");
}
