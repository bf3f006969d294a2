import { ask, configuration, edge, region } from "/assets/api.js";

const interval = 10_000; // milliseconds
const keptAnswers = 12;
const keptHistory = 12;

const byId = (id) => document.getElementById(id);
const config = configuration();
let asking = false;
// What answered, as long as this tab lives: {from, to, region, status}, the latest first.
let history = remembered();

async function check() {
  if (asking) return;
  asking = true;
  byId("check").setAttribute("aria-disabled", "true");
  const { apiUrl } = await config;
  const [health, topics] = await Promise.all([ask(`${apiUrl}/health`, { cache: "no-store" }), ask(`${apiUrl}/topics`, { cache: "no-store" })]);
  addAnswer("GET topics", topics);
  addAnswer("GET health", health);
  // The cache may answer for topics whatever goes on behind it. A key that nobody asked for yet tells who still does.
  let read = null;
  if (health.status !== 200) {
    read = await ask(`${apiUrl}/topics?locale=x-status-${Date.now().toString(36).slice(-8)}`, { cache: "no-store" });
    addAnswer("GET topics, past the cache", read);
  }
  summarize(health, topics, read);
  byId("check").removeAttribute("aria-disabled");
  asking = false;
}

function summarize(health, topics, read) {
  const now = health.status === 200 ? region(health) : "";
  // A failure names no region. It is that of the region that answered here before.
  const failed = health.status === 200 ? "" : (history.find((h) => h.status === 200)?.region ?? "");
  const reads = read?.status === 200 ? region(read) : "";
  for (const item of byId("regions").children) {
    item.toggleAttribute("data-answered", item.textContent === (now || reads));
    item.toggleAttribute("data-failed", failed !== "" && item.textContent === failed && failed !== reads);
    if (item.textContent === (now || reads)) item.setAttribute("aria-current", "true");
    else item.removeAttribute("aria-current");
  }
  byId("summary").textContent = health.status === 200 ? well(health, now) : badly(health, topics, failed, reads, read);
  remember(health.status, now, reads);
}

function well(health, name) {
  const text = `${name || "A region"} answered${edge(health) ? ` through ${edge(health)}` : ""} in ${health.milliseconds} ms`;
  return text + (health.body?.version ? `, version ${health.body.version}.` : ".");
}

// badly says which region failed and which still answer, as far as this page can know.
function badly(health, topics, failed, reads, read) {
  if (health.status === 0 && topics.status === 0) return navigator.onLine ? "Nothing answered." : "This browser is offline, so nothing could be asked.";
  const what = health.status === 0 ? "no answer" : `status ${health.status}`;
  const first = `${failed && failed !== reads ? failed : "The region in charge"} does not answer (${what}).`;
  if (reads) return `${first} ${reads} still answers what is only read, such as topics; sending works again once ${reads} is in charge.`;
  const dry = read && region(read) !== failed ? region(read) : "";
  if (dry) return `${first} ${dry} answers what is only read, but has no topics to show (status ${read.status}).`;
  if (topics.status === 200) return `${first} No other one answers either; the edge still has topics in its cache.`;
  return `${first} No other one answers either.`;
}

function remember(status, name, reads) {
  const what = { region: name || reads, status };
  const last = history[0];
  if (last && last.region === what.region && last.status === what.status) last.to = Date.now();
  else history.unshift({ ...what, from: Date.now(), to: Date.now() });
  history.length = Math.min(history.length, keptHistory);
  try {
    sessionStorage.setItem("status-history", JSON.stringify(history));
  } catch { /* a browser that keeps nothing: the list lives as long as the page */ }
  showHistory();
}

function remembered() {
  try {
    const kept = JSON.parse(sessionStorage.getItem("status-history") ?? "[]");
    return Array.isArray(kept) ? kept : [];
  } catch {
    return [];
  }
}

function showHistory() {
  const time = (at) => new Date(at).toLocaleTimeString();
  byId("history").replaceChildren(...history.map((h) => {
    const item = document.createElement("li");
    const who = h.status === 200 ? `${h.region || "a region"} answered` : h.region ? `status ${h.status}, ${h.region} for what is only read` : h.status === 0 ? "nothing answered" : `status ${h.status}`;
    item.textContent = `${h.from === h.to ? time(h.from) : `${time(h.from)} to ${time(h.to)}`}: ${who}`;
    return item;
  }));
}

function addAnswer(request, reply) {
  const row = document.createElement("tr");
  const age = reply.headers.get("Age");
  const cells = [
    new Date().toLocaleTimeString(),
    request,
    reply.status === 0 ? "none" : String(reply.status),
    region(reply) || "none",
    [reply.headers.get("X-Cache")?.replace(" from cloudfront", "") || "none", age && `${age} s old`].filter(Boolean).join(", "),
    edge(reply) || "none",
    String(reply.milliseconds),
  ];
  for (const text of cells) row.insertCell().textContent = text;
  row.cells[2].classList.toggle("bad", reply.status !== 200);
  row.cells[6].classList.add("number");
  byId("answers").prepend(row);
  while (byId("answers").rows.length > keptAnswers) byId("answers").lastElementChild.remove();
}

async function showRegions() {
  const { regions, routing, stack } = await config;
  byId("regions").replaceChildren(...regions.map((name) => {
    const item = document.createElement("li");
    item.textContent = name;
    return item;
  }));
  byId("regions-hint").textContent = regions.length === 0
    ? "The list of regions is not known here."
    : [stack && `Stack ${stack}`, routing && `${routing} routing`, "home region first"].filter(Boolean).join(", ") + ".";
}

byId("check").addEventListener("click", check);
setInterval(() => {
  if (byId("repeat").checked && document.visibilityState === "visible") check();
}, interval);
showHistory();
showRegions().then(check);
