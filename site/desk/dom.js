// A tiny builder of elements. Texts become text nodes, so nothing from outside is ever read as markup.

const PROPERTIES = new Set(["checked", "disabled", "hidden", "open", "value", "htmlFor", "selected"]);

/** Make an element. `props` holds attributes, properties, `style` (custom properties) and `on…` listeners. */
export function el(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "style") for (const [key, set] of Object.entries(value)) node.style.setProperty(key, set);
    else if (PROPERTIES.has(name)) node[name] = value;
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...nodes(children));
  return node;
}

/** Replace everything inside an element. */
export function fill(node, ...children) {
  node.replaceChildren(...nodes(children));
  return node;
}

export const button = (label, onclick, props = {}) =>
  el("button", { type: "button", class: "button button-quiet", onclick, ...props }, label);

export const link = (label, href, props = {}) => el("a", { href, ...props }, label);

/** A link outside of a sentence, with room for a finger. */
export const alone = (label, href) => link(label, href, { class: "alone" });

/** Properties of a button that looks like a link. */
export const AS_LINK = { class: "link-button" };

/** The title of a view, which gets the focus when the view is shown. */
export const heading = (title) => el("h1", { tabindex: "-1" }, title);

/** A control below its label. */
export const labelled = (id, text, ...control) => el("div", { class: "field" }, el("label", { for: id }, text), control);

export const hidden = (text) => el("span", { class: "visually-hidden" }, text);

function nodes(children) {
  return children.flat(Infinity).filter((child) => child !== undefined && child !== null && child !== false);
}
