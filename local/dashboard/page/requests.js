// The list of requests, its filter, and the explanation of one.

import { byId, clockTime, count, element, empty, get, ms, narrow, onFrame, plural, tag } from "./dom.js";
import { forgetBrush } from "./time.js";

const rowsShown = 100; // of a search
const rowsLive = 50;
const rowsNoticed = 10; // more of them at once are not seen to arrive
let latest = [];
let unseen = []; // of the latest, those that are not in the list yet
let inSight = true;
let held = false; // whoever is in the list is not to have rows move under the finger
let brush = null;
let chosen = "";
let now = () => Date.now();

export const setClock = (f) => { now = f; };
const form = byId("filter");

export function setRegions(names) {
  const select = form.elements.region;
  if (select.options.length === names.length + 2) return;
  select.append(...names.map((n) => new Option(n, n)));
}

export function all(list) {
  latest = list.slice(0, rowsLive);
  unseen = [];
  if (!filtered()) show(latest);
}

/** more takes the newest requests, the newest first. */
export function more(list) {
  latest = [...list, ...latest].slice(0, rowsLive);
  unseen = [...list, ...unseen].slice(0, rowsLive);
  arrive();
}

const arrive = onFrame(() => {
  const waiting = held && !filtered() ? unseen.length : 0;
  byId("held").textContent = waiting ? `${waiting < rowsLive ? plural(waiting, "newer one") : `${rowsLive} newer ones or more`}, shown once you leave the list` : "";
  if (held || filtered() || (!inSight && unseen.length > rowsNoticed)) return;
  const body = byId("requests");
  body.prepend(...unseen.map((r) => row(r, unseen.length > rowsNoticed ? "" : "new")));
  while (body.rows.length > rowsLive) body.lastElementChild.remove();
  unseen = [];
  byId("no-requests").hidden = body.rows.length > 0;
});

// Nobody sees a list that is scrolled away: what comes fast waits then.
const list = byId("requests-list");
new IntersectionObserver((entries) => { inSight = entries.at(-1).isIntersecting; arrive(); }).observe(list);

function hold() {
  held = list.matches(":hover") || list.contains(document.activeElement);
  arrive();
}
for (const event of ["pointerenter", "pointerleave", "focusin", "focusout"]) list.addEventListener(event, () => setTimeout(hold));

function filtered() { return brush !== null || [...new FormData(form)].some(([, value]) => value !== ""); }

function show(list) {
  if (!filtered()) unseen = [];
  byId("requests").replaceChildren(...list.map((r) => row(r)));
  byId("no-requests").hidden = list.length > 0;
  byId("no-requests").textContent = filtered() ? "No request of the last 10,000 is like that." : "No request yet.";
}

export function total(requests) {
  byId("totals").textContent = `${count(requests)} since the start, the last 10,000 can be searched`;
}

const statusKind = (status) => (status >= 500 ? "bad" : status >= 400 ? "warn" : "good");
const cacheKind = (cache) => (/hit/i.test(cache) ? "good" : /error/i.test(cache) ? "bad" : "");

function row(r, className = "") {
  const path = r.path + (r.query ? `?${r.query}` : "");
  const open = element("button", { type: "button", class: "link", "data-key": r.id, "aria-pressed": String(chosen === r.id) }, element("code", { textContent: `${r.method} ${path}` }));
  open.addEventListener("click", () => explain(r.id));
  const tr = element("tr", { class: className },
    element("td", { textContent: clockTime(r.time) }),
    element("td", { textContent: r.edge }),
    element("td", { class: "wide" }, open, r.reason ? element("small", { class: "reason", textContent: r.reason }) : null),
    element("td", {}, tag(r.cache, cacheKind(r.cache))),
    element("td", { textContent: r.region || (r.cache === "Hit" ? "cache" : "none") }),
    element("td", {}, tag(String(r.status), statusKind(r.status))),
    element("td", { class: "number", textContent: ms(r.ms) }));
  return tr;
}

async function explain(id) {
  chosen = id;
  for (const b of byId("requests").querySelectorAll("button")) b.setAttribute("aria-pressed", String(b.dataset.key === id));
  const r = await get(`/requests/${encodeURIComponent(id)}`);
  if (chosen !== id) return;
  if (!r) return byId("explained").replaceChildren(empty("This request is no longer among the last 10,000."));
  byId("explained").replaceChildren(
    element("h3", {}, element("code", { textContent: `${r.method} ${r.path}${r.query ? `?${r.query}` : ""}` }), " ", tag(String(r.status), statusKind(r.status))),
    element("p", { class: "muted", textContent: `${clockTime(r.time)} simulated, ${ms(r.ms)} ms, ${r.region || "no region"}` }),
    element("ol", { class: "steps" }, ...r.steps.map((s) => element("li", { class: `step ${s.step}` },
      element("span", { class: "at number", textContent: `${ms(s.ms)} ms` }), element("strong", { textContent: s.step }), element("span", { class: "text", textContent: s.text })))),
    element("p", { class: "muted" }, element("a", { href: `/requests/${encodeURIComponent(id)}`, textContent: "the same as JSON" }), ` ${id}`));
  if (narrow.matches) byId("explained").scrollIntoView({ block: "nearest" });
}

let asked = 0;
async function search() {
  const q = new URLSearchParams({ limit: String(rowsShown) });
  for (const [name, value] of new FormData(form)) if (value && name !== "span") q.set(name, value);
  const span = Number(form.elements.span.value);
  if (brush) { q.set("from", new Date(brush[0] * 1000).toISOString()); q.set("to", new Date(brush[1] * 1000).toISOString()); }
  else if (span) q.set("from", new Date(now() - span * 1000).toISOString());
  byId("clear-filter").hidden = !filtered();
  if (!filtered()) return show(latest);
  const mine = ++asked;
  const list = await get(`/requests?${q}`);
  if (mine === asked && list) show(list);
}

/** brushed lists the requests of a span of the timeline, in seconds; null: of none any more. */
export function brushed(from, to) {
  brush = from === null ? null : [from, to];
  form.elements.span.querySelector("[value=brush]").hidden = !brush;
  form.elements.span.value = brush ? "brush" : "";
  if (!brush) forgetBrush();
  search();
}

form.addEventListener("input", () => {
  if (form.elements.span.value !== "brush") { brush = null; forgetBrush(); }
  search();
});
form.addEventListener("submit", (event) => { event.preventDefault(); search(); });
byId("clear-filter").addEventListener("click", () => {
  form.reset();
  brush = null;
  forgetBrush();
  search();
  form.elements.path.focus();
});
