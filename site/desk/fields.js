// The questions of a form as controls, by the form's own description of each.

import { el } from "./dom.js";
import { label, t } from "./words.js";

const INPUTS = {
  text: { type: "text", dir: "auto" },
  email: { type: "email", inputmode: "email", spellcheck: "false", autocapitalize: "none" },
  phone: { type: "tel", inputmode: "tel" },
  date: { type: "date" },
  time: { type: "time" },
  number: { type: "text", inputmode: "decimal", class: "width-short" },
};

/** One question. value: the answer as the API takes it; null for none. */
export class Question {
  constructor(field, stored) {
    this.field = field;
    this.name = field.name;
    this.id = `f-${field.name}`;
    this.label = label(field.label);
    this.stored = stored ?? null;
    this.place = el("p", { class: "field-error", id: `${this.id}-error` });
    this.node = this.build();
    this.value = this.stored;
  }

  build() {
    const { field, id } = this;
    const about = { "aria-describedby": `${id}-error`, autocomplete: "off" };
    const optional = field.required || field.type === "consent" ? "" : el("span", { class: "optional" }, ` ${t("edit.optional")}`);
    if (field.type === "choices" || field.type === "consent") {
      const choices = field.type === "choices" ? field.options : [{ value: "yes", label: field.label }];
      this.boxes = choices.map((one) => el("input", { type: "checkbox", value: one.value }));
      this.boxes[0].id = id;
      const rows = choices.map((one, at) => el("label", { class: "choice" }, this.boxes[at], label(one.label)));
      return field.type === "choices"
        ? el("fieldset", { class: "field plain", "aria-describedby": `${id}-error` }, el("legend", {}, this.label, optional), this.place, rows)
        : el("div", { class: "field plain" }, this.place, rows);
    }
    if (field.type === "choice") {
      const options = [{ value: "", label: t("edit.none") }, ...field.options];
      this.control = el("select", { id, ...about }, options.map((one) => el("option", { value: one.value }, label(one.label))));
    } else if (field.type === "textarea") {
      this.control = el("textarea", { id, dir: "auto", rows: 4, ...about });
    } else {
      this.control = el("input", { id, ...(INPUTS[field.type] ?? INPUTS.text), ...about });
    }
    return el("div", { class: "field" }, el("label", { for: id }, this.label, optional), this.place, this.control);
  }

  get value() {
    const { type } = this.field;
    if (type === "consent") return this.boxes[0].checked;
    if (type === "choices") {
      const chosen = this.boxes.filter((box) => box.checked).map((box) => box.value);
      return chosen.length ? chosen : null;
    }
    const typed = this.control.value.trim();
    if (typed === "") return null;
    const plain = typed.replace(",", ".");
    return type === "number" && !Number.isNaN(Number(plain)) ? Number(plain) : typed;
  }

  set value(answer) {
    if (this.field.type === "consent") this.boxes[0].checked = answer === true;
    else if (this.boxes) for (const box of this.boxes) box.checked = (answer ?? []).includes(box.value);
    else this.control.value = answer ?? "";
  }

  get changed() {
    return !this.equals(this.stored);
  }

  /** Whether what is typed is this answer. No answer and a box without a tick are the same. */
  equals(answer) {
    const plain = (one) => JSON.stringify(one === false || one === undefined ? null : Array.isArray(one) ? [...one].sort() : one);
    return plain(this.value) === plain(answer ?? null);
  }

  /** An answer in words. */
  text(answer) {
    if (typeof answer === "boolean") return t(answer ? "edit.yes" : "edit.no");
    const named = (value) => label(this.field.options?.find((one) => one.value === value)?.label) || String(value);
    return [answer ?? []].flat().map(named).join(", ");
  }

  /** Show the question if its condition holds, or if it has an answer that someone may want to remove. */
  follow(answers) {
    const condition = this.field.show_when;
    if (!condition) return;
    const chosen = [answers[condition.field]].flat();
    const holds = condition.not ? !chosen.some((one) => condition.not.includes(one)) : chosen.some((one) => condition.is.includes(one));
    this.node.hidden = !holds && this.value === null;
  }

  set error(text) {
    this.place.textContent = text;
    this.node.classList.toggle("has-error", text !== "");
    for (const control of this.boxes ?? [this.control]) control.setAttribute("aria-invalid", String(text !== ""));
  }

  focus() {
    this.node.hidden = false;
    (this.boxes?.[0] ?? this.control).focus();
  }
}
