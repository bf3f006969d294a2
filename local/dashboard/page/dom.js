// What every part of the dashboard needs: nodes, words for numbers, and one way to ask the admin API.

export const byId = (id) => document.getElementById(id);

/** element makes a node: text is always text, never markup. */
export function element(tag, properties = {}, ...children) {
  const node = document.createElement(tag);
  for (const [key, value] of Object.entries(properties)) {
    if (value === undefined || value === null) continue;
    if (key === "class") node.className = value;
    else if (key.includes("-") || key === "role" || key === "scope") node.setAttribute(key, value);
    else node[key] = value;
  }
  node.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

const svgNamespace = "http://www.w3.org/2000/svg";

export function svg(tag, attributes = {}) {
  const node = document.createElementNS(svgNamespace, tag);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  return node;
}

export const tag = (text, kind = "") => element("span", { class: `tag ${kind}`, textContent: text });
export const empty = (text) => element("p", { class: "muted empty", textContent: text });

/** replace swaps content but keeps the keyboard's place, the words typed so far and what is unfolded. */
export function replace(node, ...children) {
  const open = [...node.querySelectorAll("details[data-key]")].filter((d) => d.open).map((d) => d.dataset.key);
  const typed = new Map([...node.querySelectorAll("input[data-key]")].map((i) => [i.dataset.key, i.value]));
  const focused = node.contains(document.activeElement) ? document.activeElement.dataset.key : undefined;
  node.replaceChildren(...children.filter(Boolean));
  for (const d of node.querySelectorAll("details[data-key]")) d.open ||= open.includes(d.dataset.key);
  for (const i of node.querySelectorAll("input[data-key]")) if (typed.has(i.dataset.key)) i.value = typed.get(i.dataset.key);
  if (focused) node.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
}

/** table has the headings' names before each cell on a phone. */
export function table(headings, rows) {
  return element("table", { class: "plain" },
    element("thead", {}, element("tr", {}, ...headings.map((h) => element("th", { scope: "col", textContent: h })))),
    element("tbody", {}, ...rows.map((cells) => element("tr", {}, ...cells.map((cell, i) => {
      const td = element("td", { "data-heading": headings[i] });
      td.append(cell instanceof Node ? cell : String(cell ?? ""));
      return td;
    })))));
}

export function complain(text) {
  byId("problem").textContent = text;
  byId("problem").hidden = text === "";
}

/** send asks the admin API to do something; null if it did not. */
export async function send(method, path, body, button) {
  if (button) button.setAttribute("aria-disabled", "true");
  try {
    const response = await fetch(path, { method, headers: { "Content-Type": "application/json" }, body: JSON.stringify(body ?? {}) });
    const answer = await response.json();
    complain(response.ok ? (answer.warning ?? "") : answer.error);
    return response.ok ? answer : null;
  } catch (error) {
    complain(`${method} ${path}: ${error.message}`);
    return null;
  } finally {
    if (button) button.removeAttribute("aria-disabled");
  }
}

/** get reads something; null if there is no answer. */
export async function get(path) {
  try {
    const response = await fetch(path);
    return response.ok ? await response.json() : null;
  } catch {
    return null;
  }
}

export const clockTime = (at) => new Date(at).toLocaleTimeString([], { hour12: false });
export const count = (n) => n.toLocaleString("en");
export const ms = (n) => (n >= 10 ? count(Math.round(n)) : n.toFixed(1));
export const plural = (n, one, many = `${one}s`) => `${count(n)} ${n === 1 ? one : many}`;

export function duration(seconds) {
  if (seconds >= 86400 && seconds % 86400 === 0) return plural(seconds / 86400, "day");
  if (seconds >= 3600 && seconds % 3600 === 0) return plural(seconds / 3600, "hour");
  if (seconds >= 60 && seconds % 60 === 0) return plural(seconds / 60, "minute");
  return plural(Math.round(seconds), "second");
}

/** palette gives a colour class of its own to every region, in the stack's order; cache and edge have theirs. */
export const palette = (index) => `--r${index % 12}`;
