"use strict";

// The dashboard shows what /events tells and sends what buttons say. It holds no state of its own but the latest picture.

const byId = (id) => document.getElementById(id);
const faults = ["none", "down", "error", "slow", "timeout"];
const advances = [["+10 s", 10], ["+1 min", 60], ["+5 min", 300], ["+1 h", 3600], ["+1 day", 86400]];
const rowsShown = 100;
let ahead = 0;

// element makes a node: text is always text, never markup.
function element(tag, properties = {}, ...children) {
  const node = document.createElement(tag);
  for (const [key, value] of Object.entries(properties)) {
    if (key === "class") node.className = value;
    else if (key.startsWith("aria-")) node.setAttribute(key, value);
    else node[key] = value;
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

async function send(method, path, body, button) {
  if (button) button.disabled = true;
  try {
    const response = await fetch(path, { method, headers: { "Content-Type": "application/json" }, body: JSON.stringify(body ?? {}) });
    const answer = await response.json();
    complain(response.ok ? "" : answer.error);
  } catch (error) {
    complain(`${method} ${path}: ${error.message}`);
  } finally {
    if (button) button.disabled = false;
  }
}

function complain(text) {
  byId("problem").textContent = text;
  byId("problem").hidden = text === "";
}

function faultSwitch(label, path, current) {
  const buttons = element("span", { class: "buttons" });
  for (const fault of faults) {
    const pressed = current.fault === fault;
    let text = fault;
    if (pressed && current.statusCode) text += ` ${current.statusCode}`;
    if (pressed && current.latencyMs) text += ` ${current.latencyMs} ms`;
    const button = element("button", { type: "button", class: fault === "none" ? "" : "fault", textContent: text, "aria-pressed": String(pressed) });
    button.addEventListener("click", () => send("PUT", path, { fault }, button));
    buttons.append(button);
  }
  return element("div", { class: "row" }, element("span", { textContent: label }), buttons);
}

function tag(text, kind) { return element("span", { class: `tag ${kind}`, textContent: text }); }

function showRegions(state) {
  const cards = state.regions.map((region) => {
    const broken = region.fault !== "none";
    const card = element("article", { class: broken || !region.healthy ? "card broken" : "card" },
      element("h3", {}, region.region, region.healthy ? tag("healthy", "good") : tag("unhealthy", "bad")),
      faultSwitch("region", `/regions/${region.region}`, region));
    for (const service of state.services.filter((s) => s.region === region.region)) {
      card.append(faultSwitch(service.service, `/services/${service.region}/${service.service}`, service));
    }
    card.append(element("small", {}, "straight to it: ", element("a", { href: region.url, rel: "noreferrer", textContent: region.url })));
    return card;
  });
  if (state.saas) {
    const up = state.saas.fault === "none";
    cards.push(element("article", { class: up ? "card" : "card broken" },
      element("h3", {}, "SaaS (stand-in)", up ? tag("up", "good") : tag(state.saas.fault, "bad")),
      faultSwitch("saas", "/saas", state.saas)));
  }
  replace(byId("regions"), ...cards);
}

// replace swaps content but keeps the keyboard's place.
function replace(node, ...children) {
  const buttons = [...node.querySelectorAll("button")];
  const focused = buttons.indexOf(document.activeElement);
  node.replaceChildren(...children);
  if (focused >= 0) node.querySelectorAll("button")[focused]?.focus();
}

function statusKind(status) { return status >= 500 ? "bad" : status >= 400 ? "warn" : "good"; }
function cacheKind(cache) { return /hit/i.test(cache) ? "good" : /error/i.test(cache) ? "bad" : ""; }

function requestRow(r) {
  const tried = r.origins.map((o) => `${o.id} ${o.outcome} (${Math.round(o.ms)} ms)`).join(" → ");
  return element("tr", {},
    element("td", { textContent: new Date(r.time).toLocaleTimeString() }),
    element("td", { textContent: r.edge }),
    element("td", { class: "wide" }, element("code", { textContent: `${r.method} ${r.path}` })),
    element("td", {}, element("code", { textContent: r.behavior })),
    element("td", {}, tag(r.cache, cacheKind(r.cache))),
    element("td", { class: "wide", textContent: tried }),
    element("td", { textContent: r.region }),
    element("td", {}, tag(String(r.status), statusKind(r.status))),
    element("td", { class: "number", textContent: r.ms.toFixed(1) }));
}

function showRequests(list) {
  byId("requests").replaceChildren(...list.slice(0, rowsShown).map(requestRow));
  byId("no-requests").hidden = list.length > 0;
}

function addRequest(r) {
  const row = requestRow(r);
  row.className = "new";
  byId("requests").prepend(row);
  while (byId("requests").rows.length > rowsShown) byId("requests").lastElementChild.remove();
  byId("no-requests").hidden = true;
}

function table(headings, rows, none) {
  if (rows.length === 0) return element("p", { class: "muted", textContent: none });
  return element("table", {},
    element("thead", {}, element("tr", {}, ...headings.map((h) => element("th", { textContent: h })))),
    element("tbody", {}, ...rows.map((cells) => element("tr", {}, ...cells.map((cell) => cell instanceof Node
      ? element("td", {}, cell) : element("td", { class: "wrap", textContent: text(cell) }))))));
}

function text(value) {
  if (value === null || value === undefined) return "";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

function showQueues(queues) {
  const rows = [];
  for (const [region, queue] of Object.entries(queues)) {
    for (const [key, label, kind] of [["waiting", "waiting", "warn"], ["inFlight", "in flight", ""], ["deadLetters", "dead letter", "bad"]]) {
      for (const m of queue[key] ?? []) rows.push([region, tag(label, kind), m.receives, m.reason, m.body]);
      const more = queue.counts[key] - (queue[key] ?? []).length;
      if (more > 0) rows.push([region, tag(label, kind), "", "", `${more} more, see /queues`]);
    }
  }
  replace(byId("queues"), table(["region", "state", "receives", "reason", "message"], rows, "All queues are empty."));
}

function showTickets(tickets) {
  if (!tickets) return replace(byId("tickets"), element("p", { class: "muted", textContent: "The upstream is not the stand-in." }));
  const rows = [...tickets.latest].reverse().map((t) => [new Date(t.receivedAt).toLocaleTimeString(), t.region,
    t.authenticated ? tag("authenticated", "good") : tag("not authenticated", "bad"), t.feedback?.message ?? t.feedback]);
  const more = tickets.total - tickets.latest.length;
  if (more > 0) rows.push(["", "", "", `${more} older, see /saas/tickets`]);
  replace(byId("tickets"), table(["time", "region", "key", "feedback"], rows, "No ticket yet."));
}

function health(ok) { return tag(ok ? "healthy" : "unhealthy", ok ? "good" : "bad"); }

// answered groups edges by what they are told: "eu-west-1: FRA LHR; us-east-1: IAD".
function answered(answers) {
  const edges = {};
  for (const [edge, answer] of Object.entries(answers ?? {})) (edges[answer] ??= []).push(edge);
  return Object.entries(edges).map(([answer, codes]) => `${answer}: ${codes.sort().join(" ")}`).join("; ");
}

function showDNS(dns) {
  const records = [];
  for (const name of dns?.names ?? []) {
    for (const r of name.records) {
      records.push([name.name, name.type, r.latencyRegion ? `latency ${r.latencyRegion}` : "", r.region || r.values.join(" "), health(r.healthy)]);
    }
  }
  const answers = (dns?.names ?? []).filter((n) => n.answers).map((n) => [`${n.name} ${n.type}`, answered(n.answers),
    answered(Object.fromEntries(Object.entries(n.kept ?? {}).map(([edge, kept]) => [edge, kept.answer])))]);
  const checks = (dns?.healthChecks ?? []).map((c) => [c.url, health(c.healthy), `${c.checkersHealthy} of ${c.checkers} checkers`,
    c.lastOutcome, [c.disabled && "disabled", c.inverted && "inverted"].filter(Boolean).join(", ")]);
  replace(byId("dns"),
    table(["health check", "state", "", "last answer", ""], checks, "No health check: the function picks the region."),
    answers.length ? table(["name", "an edge asking now is sent to", "still kept from before"], answers, "") : "",
    table(["record", "type", "policy", "leads to", "state"], records, "No record."));
}

function showStats(stats) {
  byId("totals").textContent = stats.requests === 1 ? "1 since the start" : `${stats.requests} since the start`;
  const counted = (title, counts) => element("div", {}, element("h2", { textContent: title }),
    element("div", { class: "scroll" }, table(["", "requests"], counts, "Nothing yet.")));
  replace(byId("stats"),
    counted("by status", Object.entries(stats.byStatus)), counted("by cache result", Object.entries(stats.byCache)),
    counted("by region", Object.entries(stats.byRegion)), counted("popular paths", stats.paths.map((p) => [p.path, p.requests])));
}

function showState(state) {
  byId("stack").textContent = state.stack;
  byId("routing").textContent = `${state.routing} routing`;
  byId("viewer").href = state.viewer;
  ahead = state.aheadSeconds;
  tick();
  showRegions(state);
  showQueues(state.queues);
  showTickets(state.tickets);
  showDNS(state.dns);
  showStats(state.stats);
}

function tick() {
  byId("now").textContent = new Date(Date.now() + ahead * 1000).toLocaleString();
  byId("ahead").textContent = ahead > 0 ? `${ahead} s ahead` : "";
}

function connect() {
  const events = new EventSource("/events");
  const link = byId("link");
  events.addEventListener("open", () => { link.textContent = "live"; link.className = "tag good"; });
  events.addEventListener("error", () => { link.textContent = "not connected"; link.className = "tag bad"; });
  events.addEventListener("requests", (e) => showRequests(JSON.parse(e.data)));
  events.addEventListener("request", (e) => addRequest(JSON.parse(e.data)));
  events.addEventListener("state", (e) => showState(JSON.parse(e.data)));
  events.addEventListener("reset", () => showRequests([]));
}

for (const [label, seconds] of advances) {
  const button = element("button", { type: "button", textContent: label });
  button.addEventListener("click", () => send("POST", "/clock", { advanceSeconds: seconds }, button));
  byId("advance").append(button);
}
byId("reset").addEventListener("click", () => send("POST", "/reset", {}, byId("reset")));
setInterval(tick, 1000);
connect();
