// Time: requests of each second over simulated time, stacked, with marks; hit rate and latency beneath. Seconds without
// requests are folded, so a jump of the clock by a day takes no more room than a pause.

import { byId, changed, clockTime, count, element, ms, onFrame, palette, plural, replace } from "./dom.js";
import { keyboard } from "./seconds.js";

const foldedGap = 4; // seconds that any longer gap is drawn as
const redrawEvery = 250, redrawAtLeast = 1500; // milliseconds: how often depends on what drawing takes
const leisure = 20; // times as long as a drawing takes nothing is drawn
const kinds = { fault: "F", drain: "D", health: "H", dns: "N", alarm: "A", clock: "C", reset: "R", redrive: "Q", deploy: "V" };

let live = { buckets: new Map(), marks: [] };
let drill = null;
let by = "regions";
let regions = [];
let charts = [];
let pending = false;
let xs = [], ats = [];
let brush = null; // the seconds that are listed below, [first, last]
let brushed = () => {};

export const onBrush = (f) => { brushed = f; };
export const setRegions = (names) => { if (names.join() !== regions.join()) { regions = names; rebuild(); } };

/** add merges seconds that changed and, if there are new ones, all marks. */
export function add({ buckets, marks }) {
  for (const b of buckets) live.buckets.set(b.at, b);
  while (live.buckets.size > 3600) live.buckets.delete(live.buckets.keys().next().value);
  if (marks) live.marks = marks;
  soon();
}

export function clear() {
  live = { buckets: new Map(), marks: [] };
  if (brush) brushed(null);
  soon();
}

/** recent are the flows of the last seconds before a moment of simulated time. */
export function recent(now, seconds) {
  const list = [];
  for (let at = Math.floor(now); at > now - seconds; at--) list.push(...(live.buckets.get(at)?.flows ?? []));
  return list;
}

function shown() { return drill ?? { buckets: [...live.buckets.values()].sort((a, b) => a.at - b.at), marks: live.marks }; }

const drawSoon = onFrame(() => {
  const began = performance.now();
  draw();
  queueMicrotask(() => { cost = performance.now() - began; }); // uPlot draws in a microtask of its own, queued before
});
let cost = 0; // milliseconds of the last drawing

function soon() {
  if (pending) return;
  pending = true;
  setTimeout(() => { pending = false; drawSoon(); }, Math.min(Math.max(redrawEvery, cost * leisure), redrawAtLeast));
}

function names(buckets) {
  if (by === "outcomes") return ["2xx", "3xx", "answered", "slowed", "4xx", "5xx", "lost reads", "lost writes"].filter((o) => buckets.some((b) => b.outcomes[o]));
  const seen = new Set(buckets.flatMap((b) => Object.keys(b.regions)));
  const last = ["cache", "edge", "none"];
  return [...regions, ...[...seen].filter((r) => !regions.includes(r) && !last.includes(r)), ...last].filter((r) => seen.has(r));
}

function colour(name) {
  const variable = { cache: "--cache", edge: "--muted", none: "--bad-line", answered: "--good-line", slowed: "--warn-line", "lost reads": "--r4", "lost writes": "--bad-line", "2xx": "--good-line", "3xx": "--cache", "4xx": "--warn-line", "5xx": "--bad-line" }[name] ?? palette(Math.max(0, regions.indexOf(name)));
  return getComputedStyle(document.documentElement).getPropertyValue(variable).trim();
}

// fold places each second: gaps longer than foldedGap are drawn as that.
function fold(buckets) {
  xs = []; ats = [];
  for (const b of buckets) {
    const last = ats.at(-1);
    xs.push(last === undefined ? 0 : xs.at(-1) + (drill?.relative ? (b.at - last) / (drill.step || 1) : Math.min(b.at - last, foldedGap)));
    ats.push(b.at);
  }
}

// label is a moment for people: a time of day, or how long after a drill began.
function label(at) {
  if (!drill?.relative) return clockTime(at * 1000);
  const s = Math.round(at);
  return `${s >= 3600 ? `${Math.floor(s / 3600)}:` : ""}${String(Math.floor(s / 60) % 60).padStart(s >= 3600 ? 2 : 1, "0")}:${String(s % 60).padStart(2, "0")}`;
}

// momentOfMark is in seconds, as a second with requests is.
const momentOfMark = (m) => (typeof m.at === "number" ? m.at : new Date(m.at).getTime() / 1000);

// after is how many of the sorted values are not beyond one.
function after(values, value) {
  let low = 0, high = values.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (values[middle] <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}

// place is where a moment is drawn, right of where its second begins; indexAt is which second is drawn at a place.
function place(at) {
  if (ats.length === 0) return null;
  const i = after(ats, at);
  if (i === 0) return xs[0] - Math.min(0.4, ats[0] - at);
  return xs[i - 1] + Math.min((at - ats[i - 1]) / unit(), i < ats.length ? (xs[i] - xs[i - 1]) * 0.95 : foldedGap);
}
const unit = () => (drill?.relative ? drill.step || 1 : 1); // seconds that a bar stands for
const indexAt = (x) => Math.max(0, after(xs, x) - 1);

let series = "";
function rebuild() { series = ""; soon(); }

function draw() {
  const { buckets, marks } = shown();
  showMarks(marks, Boolean(drill?.relative));
  showNumbers(buckets);
  const list = names(buckets);
  fold(buckets);
  if (buckets.length === 0) {
    destroy();
    byId("charts").replaceChildren(element("p", { class: "muted empty", textContent: "No request yet. Open the site, or send one: the seconds with requests appear here." }));
    byId("series").replaceChildren();
    return;
  }
  const stacked = [];
  let below = xs.map(() => 0);
  for (const name of list) {
    below = below.map((v, i) => v + (buckets[i][by][name] ?? 0));
    stacked.push(below);
  }
  const middles = xs.map((x) => x + 0.45);
  const data = [
    [xs, ...stacked.reverse()],
    [middles, buckets.map((b) => (b.cached ? 100 * b.hits / b.cached : null))],
    [middles, buckets.map((b) => b.p50), buckets.map((b) => b.p99)],
  ];
  const now = `${list.join()} ${by} ${byId("charts").clientWidth} ${Boolean(drill)}`;
  if (now !== series) build(list, now);
  charts.forEach((chart, i) => chart.setData(data[i]));
  showBrush();
}

const showSeries = (list) => byId("series").replaceChildren(...list.map((name) => element("span", { class: "series" }, swatch(colour(name)),
  name === "cache" ? "from the cache" : name === "edge" ? "the edge itself" : name)));

// A canvas, since the policy of the page forbids inline style.
function swatch(fill) {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 10;
  const c = canvas.getContext("2d");
  c.fillStyle = fill;
  c.fillRect(0, 0, 10, 10);
  return canvas;
}

function destroy() {
  for (const chart of charts) chart.destroy();
  charts = []; series = "";
}

// labelled are places of seconds, so far apart that each has room for its time.
function labelled(u, _, min, max) {
  let last = -Infinity;
  return xs.filter((x) => (x - last) * (u.width / (max - min)) >= 80 && Number.isFinite(last = x));
}

function build(list, now) {
  destroy();
  series = now;
  showSeries(list);
  const box = byId("charts");
  box.replaceChildren();
  const width = box.clientWidth;
  const ink = getComputedStyle(document.documentElement);
  const text = ink.getPropertyValue("--muted").trim(), grid = ink.getPropertyValue("--line").trim();
  const axis = (extra) => ({ stroke: text, font: "11px system-ui", grid: { stroke: grid, width: 1 }, ticks: { stroke: grid, width: 1 }, ...extra });
  const time = axis({ splits: labelled, values: (_, splits) => splits.map((x) => label(ats[indexAt(x)])), size: 26 });
  const common = (height) => ({
    width, height, legend: { show: false },
    scales: { x: { time: false, range: () => [-0.5, Math.max((xs.at(-1) ?? 0) + 1, 30)] } },
    cursor: { sync: { key: "time" }, drag: { x: true, y: false, setScale: false }, points: { show: false } },
    hooks: { draw: [drawMarks], setSelect: [select] },
  });
  const bars = window.uPlot.paths.bars({ size: [0.9, 40], gap: 0, align: 1 });
  const place1 = element("div", {}), place2 = element("div", {}), place3 = element("div", {});
  box.append(place1);
  if (!drill?.relative) box.append(element("p", { class: "chart-title muted", textContent: "hit rate, %" }), place2, element("p", { class: "chart-title muted", textContent: "ms a viewer waited: p50, p99 (dashed)" }), place3);
  charts = [ // a drill knows neither hit rate nor latency
    new window.uPlot({ ...common(200), padding: [16, null, null, null], axes: [time, axis({ size: 54 })], series: [{}, ...[...list].reverse().map((name) => ({ label: name, fill: colour(name), stroke: colour(name), width: 0, paths: bars, points: { show: false } }))],
      scales: { ...common(0).scales, y: { range: (_, min, max) => [0, Math.max(4, max)] } } }, undefined, place1),
    new window.uPlot({ ...common(90), axes: [{ ...time, values: (_, s) => s.map(() => ""), size: 8 }, axis({ size: 54, space: 20 })], series: [{}, { label: "hit rate", stroke: colour("cache"), width: 2, spanGaps: true }], scales: { ...common(0).scales, y: { range: [0, 100] } } }, undefined, place2),
    new window.uPlot({ ...common(110), axes: [time, axis({ size: 54, space: 20 })], series: [{}, { label: "p50", stroke: colour("2xx"), width: 2 }, { label: "p99", stroke: colour("4xx"), width: 2, dash: [5, 3] }], scales: { ...common(0).scales, y: { range: (_, min, max) => [0, Math.max(10, max)] } } }, undefined, place3),
  ].slice(0, drill?.relative ? 1 : 3);
  for (const chart of charts) chart.root.querySelector("canvas").setAttribute("aria-hidden", "true");
}

// drawMarks puts a line at every mark, with the letter of its kind at the top of the first chart.
function drawMarks(u) {
  const ctx = u.ctx;
  ctx.save();
  ctx.font = `${10 * devicePixelRatio}px system-ui`;
  ctx.textAlign = "center";
  for (const m of shown().marks) {
    const x = place(momentOfMark(m));
    if (x === null || x < u.scales.x.min || x > u.scales.x.max) continue;
    const px = u.valToPos(x, "x", true);
    ctx.strokeStyle = ctx.fillStyle = colour(m.kind === "fault" || m.kind === "alarm" ? "5xx" : m.kind === "clock" || m.kind === "reset" ? "edge" : "4xx");
    ctx.setLineDash([3, 3]);
    ctx.beginPath();
    ctx.moveTo(px, u.bbox.top);
    ctx.lineTo(px, u.bbox.top + u.bbox.height);
    ctx.stroke();
    if (u === charts[0]) ctx.fillText(kinds[m.kind] ?? "?", px, u.bbox.top - 4 * devicePixelRatio);
  }
  ctx.restore();
}

function select(u) {
  if (u.select.width < 3) return;
  choose(ats[indexAt(u.posToVal(u.select.left, "x"))], ats[indexAt(u.posToVal(u.select.left + u.select.width, "x"))]);
}

// choose lists the requests of some seconds, both ends included.
function choose(first, last) {
  if (drill?.relative) return; // a drill's requests are not those of the list
  brush = [first, last];
  showBrush();
  brushed(first, last + 0.999);
}

// showBrush keeps the selection over its seconds while others come.
function showBrush() {
  for (const chart of charts) {
    const left = brush ? chart.valToPos(place(brush[0]), "x") : 0;
    const width = brush ? chart.valToPos(place(brush[1]) + 0.95, "x") - left : 0;
    chart.setSelect({ left, width, top: 0, height: brush ? chart.over.clientHeight : 0 }, false);
  }
}

export function forgetBrush() {
  brush = null;
  showBrush();
}

keyboard(byId("charts"), {
  seconds: () => ats,
  show: (i) => { for (const chart of charts) chart.setCursor({ left: chart.valToPos(xs[i] + 0.45, "x"), top: 10 }, false); },
  words: (i) => secondWords(shown().buckets[i]),
  choose,
  let: () => { if (brush) brushed(null); },
});

function secondWords(b) {
  const parts = (counts) => Object.entries(counts).map(([name, n]) => `${name} ${count(n)}`).join(", ");
  return `${label(b.at)}: ${plural(b.requests, "request")}. ${parts(b.regions)}. ${parts(b.outcomes)}.`;
}

const showMarks = changed((marks) => {
  byId("marks-count").textContent = marks.length ? `(${marks.length})` : "(nothing yet)";
  replace(byId("marks"), ...[...marks].reverse().slice(0, 100).map((m) => element("li", {},
    element("time", { textContent: label(momentOfMark(m)) }), element("span", { class: `mark ${m.kind}`, textContent: m.kind }), element("span", { textContent: m.text }))));
});

/** totals adds up what is shown: a drill's own numbers must be the same. */
export function totals(buckets) {
  const t = { requests: 0, cached: 0, hits: 0, outcomes: {}, regions: {}, p99: 0 };
  for (const b of buckets) {
    t.requests += b.requests; t.cached += b.cached; t.hits += b.hits;
    for (const part of ["outcomes", "regions"]) for (const [name, n] of Object.entries(b[part])) t[part][name] = (t[part][name] ?? 0) + n;
    t.p99 = Math.max(t.p99, b.p99 ?? 0);
  }
  return t;
}

function showNumbers(buckets) {
  if (buckets.length === 0) return byId("time-numbers").replaceChildren();
  const t = totals(buckets);
  const facts = drill?.relative
    ? [[`Drill ${drill.name}`, plural(t.requests, "request")], ["result", drill.passed ? "passed" : "failed"], ...["lost reads", "lost writes", "slowed"].map((o) => [o, count(t.outcomes[o] ?? 0)])]
    : [["Shown", plural(t.requests, "request")], ["failed", count(t.outcomes["5xx"] ?? 0)], ["hit rate", t.cached ? `${Math.round(100 * t.hits / t.cached)} %` : "none cacheable"], ["worst p99", `${ms(t.p99)} ms`]];
  facts.push(...Object.entries(t.regions).sort().map(([name, n]) => [name, count(n)]));
  replace(byId("time-numbers"), ...facts.map(([name, value]) => element("span", { "data-number": name }, `${name} `, element("strong", { textContent: value }))));
}

export function stackBy(what) {
  by = what;
  byId("by-regions").setAttribute("aria-pressed", String(by === "regions"));
  byId("by-outcomes").setAttribute("aria-pressed", String(by === "outcomes"));
  rebuild();
}

/** replay shows a timeline that is not the live one; null goes back. */
export function replay(timeline) {
  drill = timeline;
  if (brush) brushed(null);
  byId("back-live").hidden = !timeline;
  byId("charts-hint").hidden = Boolean(timeline?.relative);
  rebuild();
}

new ResizeObserver(() => soon()).observe(byId("charts"));
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", rebuild);
