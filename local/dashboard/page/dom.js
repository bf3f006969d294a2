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

/** narrow is a phone held upright, as in dashboard.css. */
export const narrow = matchMedia("(max-width: 50rem)");

const svgNamespace = "http://www.w3.org/2000/svg";

export function svg(tag, attributes = {}) {
  const node = document.createElementNS(svgNamespace, tag);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  return node;
}

export const tag = (text, kind = "") => element("span", { class: `tag ${kind}`, textContent: text });
export const empty = (text) => element("p", { class: "muted empty", textContent: text });

/**
 * replace makes a node's content what is given, and changes only what differs: what somebody is just pressing, typing
 * into or has unfolded stays the node it was. A data-key or data-node says which old node a new one continues; the old
 * one's listeners go on, so they may only know what the key says.
 */
export function replace(node, ...children) {
  patchChildren(node, children.filter(Boolean));
}

const keyOf = (node) => node.dataset?.key ?? node.dataset?.node;

export function patchChildren(parent, fresh) {
  const keyed = new Map([...parent.children].map((child) => [keyOf(child), child]));
  keyed.delete(undefined);
  let at = parent.firstChild;
  for (const node of fresh) {
    const key = keyOf(node);
    const old = key !== undefined ? keyed.get(key) : at && keyOf(at) === undefined ? at : null;
    if (!old || old.nodeName !== node.nodeName) {
      parent.insertBefore(node, at);
      continue;
    }
    if (old === at) at = at.nextSibling;
    else parent.insertBefore(old, at);
    if (old !== node) patch(old, node);
  }
  while (at) {
    const next = at.nextSibling;
    at.remove();
    at = next;
  }
}

// What belongs to whoever looks at the page, not to what it shows.
const own = ["open", "aria-disabled"];

function patch(old, fresh) {
  if (old.nodeType !== Node.ELEMENT_NODE) {
    if (old.data !== fresh.data) old.data = fresh.data;
    return;
  }
  for (const { name, value } of fresh.attributes) {
    if (own.includes(name) || old.getAttribute(name) === value) continue;
    if (name === "style") old.style.cssText = value; // the attribute itself is inline style, which the policy forbids
    else old.setAttribute(name, value);
  }
  for (const { name } of [...old.attributes]) if (!own.includes(name) && !fresh.hasAttribute(name)) old.removeAttribute(name);
  if (!["INPUT", "SELECT", "TEXTAREA"].includes(old.nodeName)) patchChildren(old, [...fresh.childNodes]);
}

/** onFrame calls f once at the next picture the browser draws, however often it is asked to until then. */
export function onFrame(f) {
  let asked = false;
  return () => {
    if (asked) return;
    asked = true;
    requestAnimationFrame(() => { asked = false; f(); });
  };
}

/** changed calls f with a value unless it is what it was called with last. */
export function changed(f) {
  let last = "";
  return (...values) => {
    const text = JSON.stringify(values);
    if (text === last) return;
    last = text;
    f(...values);
  };
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

const timeFormat = new Intl.DateTimeFormat([], { timeStyle: "medium", hourCycle: "h23" });
const numberFormat = new Intl.NumberFormat("en");
export const clockTime = (at) => timeFormat.format(typeof at === "string" ? new Date(at) : at);
export const count = (n) => numberFormat.format(n);
export const ms = (n) => (n >= 10 ? count(Math.round(n)) : n.toFixed(1));
export const plural = (n, one, many = `${one}s`) => `${count(n)} ${n === 1 ? one : many}`;

/** duration is a time in its two largest units. */
export function duration(seconds) {
  let rest = Math.round(seconds);
  const parts = [];
  for (const [size, one] of [[86400, "day"], [3600, "hour"], [60, "minute"], [1, "second"]]) {
    const n = Math.floor(rest / size);
    rest -= n * size;
    if (n || (size === 1 && parts.length === 0)) parts.push(plural(n, one));
  }
  return parts.slice(0, 2).join(" ");
}

/** palette gives a colour class of its own to every region, in the stack's order; cache and edge have theirs. */
export const palette = (index) => `--r${index % 12}`;
