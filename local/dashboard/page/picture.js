// The picture: viewers' edges, the distribution with its behaviors, regions, the SaaS; lines are what flows between them.

import { byId, changed, count, duration, element, onFrame, patchChildren, plural, replace, send, svg, tag } from "./dom.js";

const seconds = 10; // that the rates are of
const edgesShown = 6;
const faults = ["none", "down", "error", "slow", "timeout"];

let topology = null;
let state = null;
let flows = [];
let told = [];
let chosen = ""; // the box whose switches are open
let stale = false; // whether anything changed since it was drawn

const later = onFrame(() => draw());

function soon() {
  stale = true;
  later();
}

export const setTopology = (value) => { topology = value; soon(); };
const takeState = changed((value) => { state = value; soon(); });
export const setState = ({ regions, services, saas, routing, queues, tickets }) =>
  takeState({ regions, services, saas, routing, queues: Object.fromEntries(Object.entries(queues ?? {}).map(([region, q]) => [region, q.counts])), tickets: tickets?.total ?? 0 });
export const setTold = changed((value) => { told = value; soon(); });

/** setFlows takes the flows of the last seconds. */
export const setFlows = changed((list) => { flows = list; soon(); });

function draw() {
  if (!topology || !state || !stale) return;
  stale = false;
  const boxes = [
    ["Viewers at", edges()],
    ["Distribution", behaviors()],
    [topology.regions.length === 1 ? "Region" : "Regions", state.regions.map(regionBox)],
    topology.saas && ["Service", [saasBox()]],
  ];
  const board = byId("picture").querySelector("svg.lines") ?? svg("svg", { class: "lines", "aria-hidden": "true", "data-key": "lines" });
  replace(byId("picture"), board,
    ...boxes.filter(Boolean).map(([title, nodes], i) => element("div", { class: `column c${i}`, "data-key": `column ${i}` }, element("h3", { textContent: title }), ...nodes)));
  byId("picture").classList.toggle("many", state.regions.length > 6);
  lines();
  const total = flows.filter((f) => f.first).reduce((sum, f) => sum + f.count, 0);
  byId("rate").textContent = total ? `${(total / seconds).toFixed(1)} a second` : "no request in the last ten seconds";
  const words = state.regions.map((r) => `${r.region}: ${condition(r).map(([text]) => text).join(", ")}`).join(". ");
  if (words !== byId("picture-words").textContent) byId("picture-words").textContent = words;
  showSwitches();
}

function edges() {
  const rates = new Map();
  for (const f of flows) if (f.first) rates.set(f.edge, (rates.get(f.edge) ?? 0) + f.count);
  if (rates.size === 0) rates.set(topology.edge, 0);
  const sorted = [...rates].sort((a, b) => b[1] - a[1]);
  const nodes = sorted.slice(0, edgesShown).map(([edge, n]) => element("div", { class: "box edge", "data-node": `edge ${edge}` },
    element("strong", { textContent: edge || "?" }), n ? element("small", { textContent: `${(n / seconds).toFixed(1)}/s` }) : null));
  if (sorted.length > edgesShown) nodes.push(element("small", { class: "muted", textContent: `and ${sorted.length - edgesShown} more` }));
  return nodes;
}

function lifetime(b) {
  if (!b.cached) return "not cached";
  return `kept ${duration(b.defaultTtl)}${b.maxTtl !== b.defaultTtl ? `, at most ${duration(b.maxTtl)}` : ""}`;
}

function behaviors() {
  const d = topology.distribution;
  const nodes = [element("p", { class: "names muted", textContent: [...d.aliases, d.domainName].slice(0, 3).join(", ") })];
  for (const b of d.behaviors) {
    const own = flows.filter((f) => f.behavior === b.pattern && f.first);
    const hits = own.filter((f) => f.region === "" && f.ok).reduce((sum, f) => sum + f.count, 0);
    const all = own.reduce((sum, f) => sum + f.count, 0);
    nodes.push(element("div", { class: "box", "data-node": `behavior ${b.pattern}` },
      element("strong", {}, element("code", { textContent: b.pattern === "*" ? "everything else" : b.pattern })),
      element("small", { textContent: lifetime(b) }),
      element("small", { textContent: `to ${b.viewerRequest && b.origins.length === 1 && state.routing === "edge" && !b.origins[0].startsWith("site") ? "what the function chooses" : b.origins.join(", then ")}` }),
      b.viewerRequest ? element("small", { class: "muted", textContent: `function ${shortName(b.viewerRequest)}` }) : null,
      all && b.cached ? element("small", { class: "hits", textContent: `${Math.round(100 * hits / all)} % from the edge` }) : null));
  }
  if (told.length) {
    nodes.push(element("div", { class: "box names-box" }, element("strong", { textContent: "Origin names" }),
      ...told.filter((t) => t.type === "A" && !/^[*]/.test(t.name)).slice(0, 3).map((t) => element("small", { textContent: `${t.name.split(".")[0]} is ${t.answer}` }))));
  }
  return nodes;
}

const shortName = (name) => name.replace(/-[0-9a-f]{12}$/, "");

/** condition is a region's state in words, with a colour each. A drained region is meant to be what its check says. */
export function condition(r) {
  const out = [];
  const broken = r.fault !== "none";
  if (broken) out.push([faultWords(r), "bad"]);
  if (r.drained) out.push(["drained", "warn"]);
  if (r.healthy === null) {
    if (r.drained) out.push(["viewers are kept away", ""]);
    else out.push([broken ? "nobody checks it: viewers meet this until it is drained" : "not checked", broken ? "warn" : ""]);
  } else if (r.drained) out.push(r.healthy ? ["its health check has not noticed yet", "warn"] : ["viewers are kept away", ""]);
  else if (!r.healthy) out.push([broken ? "unhealthy" : "still unhealthy", "bad"]);
  else if (broken) out.push(["its health check has not noticed yet", "warn"]);
  else out.push(["healthy", "good"]);
  return out;
}

function faultWords(f) {
  if (f.fault === "error") return `answers ${f.statusCode}`;
  if (f.fault === "slow") return `slow by ${f.latencyMs} ms`;
  return f.fault === "timeout" ? "never answers" : f.fault;
}

function regionBox(r) {
  const drawing = topology.regions.find((t) => t.region === r.region) ?? { functions: [], queues: [], buckets: 0, gateway: [] };
  const queues = state.queues[r.region];
  const parts = element("span", { class: "parts" });
  if (drawing.gateway.length) parts.append(element("span", { textContent: "gateway" }));
  for (const f of drawing.functions) parts.append(element("span", { textContent: f.name }));
  for (const s of state.services.filter((s) => s.region === r.region && s.fault !== "none")) parts.append(element("span", { class: "bad", textContent: `${s.service} ${faultWords(s)}` }));
  if (drawing.queues.length) parts.append(element("span", { class: queues?.deadLetters ? "bad" : queues?.waiting ? "warn" : "", textContent: queueWords(queues) }));
  if (drawing.buckets) parts.append(element("span", { textContent: "site bucket" }));
  const bad = r.fault !== "none" || (r.healthy === false && !r.drained) || state.services.some((s) => s.region === r.region && s.fault !== "none");
  return pressable(`region ${r.region}`, `box region${bad ? " broken" : ""}${r.drained ? " drained" : ""}`,
    element("strong", { textContent: r.region }), ...condition(r).map(([text, kind]) => tag(text, kind)), parts);
}

function queueWords(q) {
  if (!q) return "queue";
  const words = [q.waiting && `${count(q.waiting)} waiting`, q.inFlight && `${count(q.inFlight)} in flight`, q.deadLetters && plural(q.deadLetters, "dead letter")].filter(Boolean);
  return words.length ? `queue: ${words.join(", ")}` : "queue empty";
}

function saasBox() {
  if (!state.saas) return element("div", { class: "box", "data-node": "saas" }, element("strong", { textContent: "SaaS" }), element("small", { textContent: "your own, by -upstream" }));
  const up = state.saas.fault === "none";
  return pressable("saas", `box${up ? "" : " broken"}`, element("strong", { textContent: "SaaS" }), tag(up ? "up" : faultWords(state.saas), up ? "good" : "bad"),
    element("small", { textContent: `stand-in, ${plural(state.tickets, "ticket")}` }));
}

function pressable(node, className, ...children) {
  const box = element("button", { type: "button", class: className, "data-node": node, "data-key": `box ${node}`, "aria-expanded": String(chosen === node), "aria-controls": "switches" }, ...children);
  box.addEventListener("click", () => {
    chosen = chosen === node ? "" : node;
    stale = true;
    draw();
    if (chosen) byId("switches").querySelector("h3")?.focus();
  });
  return box;
}

// Lines between boxes, measured after the boxes are in place. On a phone the columns stand under each other, and the
// lines run down the left side.
function lines() {
  const picture = byId("picture");
  const paths = [];
  const board = picture.querySelector("svg.lines");
  const frame = picture.getBoundingClientRect();
  board.setAttribute("viewBox", `0 0 ${frame.width} ${frame.height}`);
  const places = new Map([...picture.querySelectorAll("[data-node]")].map((n) => [n.dataset.node, n.getBoundingClientRect()]));
  const stacked = frame.width < 700;
  const line = (from, to, rate, kind, lane = 0) => {
    const a = places.get(from), b = places.get(to);
    if (!a || !b) return;
    const [ax, ay] = stacked ? [a.left - frame.left, a.top - frame.top + a.height / 2] : [a.right - frame.left, a.top - frame.top + a.height / 2];
    const [bx, by] = stacked ? [b.left - frame.left, b.top - frame.top + b.height / 2] : [b.left - frame.left, b.top - frame.top + b.height / 2];
    const off = kind === "bad" ? 5 : 0;
    const middle = (ax + bx) / 2;
    const side = Math.max(3, 14 - lane * 4);
    const d = stacked ? `M${ax} ${ay + off}C${side - 8} ${ay + off} ${side - 8} ${by + off} ${bx} ${by + off}` : `M${ax} ${ay + off}C${middle} ${ay + off} ${middle} ${by + off} ${bx} ${by + off}`;
    const width = rate ? Math.min(14, 1.5 + 2.2 * Math.log2(1 + rate)) : 1;
    paths.push(svg("path", { d, class: `line ${kind}`, "stroke-width": width.toFixed(1) }));
  };
  for (const r of state.regions) {
    if (topology.saas && (state.saas || !stacked)) line(`region ${r.region}`, "saas", 0, "idle", 2);
    if (!stacked) for (const b of topology.distribution.behaviors) if (possible(b, r.region)) line(`behavior ${b.pattern}`, `region ${r.region}`, 0, "idle", 1);
  }
  for (const [key, n] of sum((f) => f.first && `edge ${f.edge}\nbehavior ${f.behavior}`)) line(...key.split("\n"), n / seconds, "ok", 0);
  for (const ok of [true, false]) {
    for (const [key, n] of sum((f) => f.ok === ok && f.region && `behavior ${f.behavior}\nregion ${f.region}`)) line(...key.split("\n"), n / seconds, ok ? "ok" : "bad", 1);
  }
  patchChildren(board, paths);
}

// What flows moves five times a second. An animation of the style sheet's would be computed for every frame, which costs
// more than all the rest of the page under load.
const still = matchMedia("(prefers-reduced-motion: reduce)");
let along = 0;
setInterval(() => {
  if (still.matches || document.hidden || flows.length === 0) return;
  along = (along - 3) % 204; // a multiple of both patterns of dashes
  byId("picture").querySelector("svg.lines")?.style.setProperty("stroke-dashoffset", along);
}, 200);

// possible keeps idle lines to where a behavior can lead: an origin of the site names its region; the rest may lead anywhere.
function possible(b, region) {
  const named = b.origins.filter((o) => topology.regions.some((t) => o.includes(t.region)));
  return named.length ? named.some((o) => o.includes(region)) || (b.viewerRequest && !named[0].startsWith("site")) : true;
}

function sum(key) {
  const sums = new Map();
  for (const f of flows) {
    const k = key(f);
    if (k) sums.set(k, (sums.get(k) ?? 0) + f.count);
  }
  return sums;
}

let shownSwitches = "";
function showSwitches() {
  const box = byId("switches");
  const [kind, name] = chosen.split(" ");
  const list = kind === "saas" && state.saas ? [["the SaaS", "/saas", state.saas]]
    : kind === "region" ? [["API and site of the region", `/regions/${name}`, state.regions.find((r) => r.region === name)],
      ...state.services.filter((s) => s.region === name).map((s) => [s.service.toUpperCase(), `/services/${name}/${s.service}`, s])] : [];
  const now = JSON.stringify([chosen, list]);
  if (now === shownSwitches) return;
  shownSwitches = now;
  box.hidden = list.length === 0;
  if (box.hidden) return;
  const region = state.regions.find((r) => r.region === name);
  const close = element("button", { type: "button", textContent: "Close", "data-key": "close switches" });
  close.addEventListener("click", () => { const was = chosen; chosen = ""; stale = true; draw(); byId("picture").querySelector(`[data-key="box ${was}"]`)?.focus(); });
  replace(box, element("div", { class: "heading" }, element("h3", { tabIndex: -1, "data-key": "switches title", textContent: kind === "saas" ? "SaaS (stand-in)" : name }), close),
    region ? element("p", { class: "muted" }, "Straight to it, round the edge: ", element("a", { href: region.url, rel: "noreferrer", textContent: region.url })) : null,
    element("div", { class: "switch-list" }, ...list.map(([label, path, current]) => faultSwitch(label, path, current))));
}

function faultSwitch(label, path, current) {
  const key = (what) => `${path} ${what}`;
  const status = element("input", { type: "number", min: 100, max: 599, value: current.statusCode || 503, "data-key": key("status") });
  const latency = element("input", { type: "number", min: 0, max: 600000, step: 100, value: current.latencyMs || 1000, "data-key": key("latency") });
  const set = (fault, button) => {
    const body = { fault };
    if (fault === "error") body.statusCode = Number(status.value);
    if (fault === "slow") body.latencyMs = Number(latency.value);
    send("PUT", path, body, button);
  };
  const buttons = faults.map((fault) => {
    const button = element("button", { type: "button", class: fault === "none" ? "" : "fault", textContent: fault === "none" ? "works" : fault, "data-fault": fault, "data-key": key(fault), "aria-pressed": String(current.fault === fault) });
    button.addEventListener("click", () => set(fault, button));
    return button;
  });
  for (const [input, fault] of [[status, "error"], [latency, "slow"]]) {
    input.addEventListener("change", () => { if (buttons.find((b) => b.dataset.fault === fault).getAttribute("aria-pressed") === "true") set(fault); });
  }
  return element("fieldset", { class: "switch", "data-key": `switch ${path}` }, element("legend", { textContent: label }), element("span", { class: "buttons" }, ...buttons),
    element("label", {}, "status of error ", status), element("label", {}, "ms of slow ", latency));
}

new ResizeObserver(() => { if (byId("picture").querySelector("svg.lines")) lines(); }).observe(byId("picture"));
