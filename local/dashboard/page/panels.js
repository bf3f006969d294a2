// Names, alarms, queues, tickets, what is popular, invalidation.

import { byId, clockTime, count, element, empty, get, plural, replace, send, table, tag } from "./dom.js";

let edge = "";
let edges = null; // of edge routing

export async function showNames(state, onTold) {
  if (!edge) return;
  const told = await get(`/dns/${edge}`);
  if (!told) return;
  onTold(told.names);
  const names = told.names.filter((n) => n.type === "A");
  const rows = names.map((n) => {
    const fails = Object.entries(n.ifFails);
    const mine = n.ifFails[n.answer];
    const then = mine && mine !== n.answer ? `If ${n.answer} failed, it would be ${mine}.` : fails.length ? `If ${n.answer} failed, nothing would change: there is no other healthy one.` : "";
    return element("article", { class: "told" },
      element("h3", {}, element("code", { textContent: n.name })),
      element("p", {}, "is ", element("strong", { textContent: n.answer }), n.since ? ` since ${clockTime(n.since)}` : " since the start"),
      n.kept && n.kept !== n.answer ? element("p", { class: "warn-text", textContent: `This edge still keeps ${n.kept} until ${clockTime(n.keptUntil)}.` }) : null,
      element("p", { class: "muted", textContent: then }));
  });
  if (state.routing === "edge") {
    edges = await get("/edges");
    const mine = edges?.find((e) => e.edge === edge);
    if (mine) {
      rows.unshift(element("article", { class: "told" }, element("p", {}, "The function sends viewers at ", element("strong", { textContent: `${mine.edge} (${mine.city})` }), " to"),
        element("p", {}, "reading: ", element("strong", { textContent: (mine.reads ?? ["the behavior's own origin"]).join(", then ") })),
        element("p", {}, "writing: ", element("strong", { textContent: (mine.writes ?? ["the behavior's own origin"]).join(", then ") })),
        element("p", { class: "muted", textContent: "Nobody checks regions with edge routing: reads fail over in the same request, writes go wrong until a region is drained." })));
      rows.push(element("details", { "data-key": "edges" }, element("summary", { textContent: `Every edge (${edges.length})` }),
        table(["edge", "reads", "writes"], edges.map((e) => [`${e.edge} ${e.city}`, (e.reads ?? []).join(", "), (e.writes ?? []).join(", ")]))));
    }
  }
  const dns = state.dns ?? {};
  const checks = (dns.healthChecks ?? []).map((c) => [c.region || c.url, tag(c.healthy ? "healthy" : "unhealthy", c.healthy ? "good" : "bad"),
    c.disabled ? "disabled" : `${c.checkersHealthy} of ${c.checkers} checkers`, [c.lastOutcome && `last: ${c.lastOutcome}`, c.inverted && "inverted: drained"].filter(Boolean).join(", ")]);
  if (checks.length) rows.push(element("details", { "data-key": "checks", open: true }, element("summary", { textContent: plural(checks.length, "health check") }), table(["checks", "state", "checkers", "answer"], checks)));
  else if (state.routing !== "edge") rows.push(empty("No health check."));
  const records = (dns.names ?? []).flatMap((n) => n.records.map((r) => [n.name, n.type, r.latencyRegion ? `nearest to ${r.latencyRegion}` : "one answer", r.region || r.values.join(" "),
    r.healthCheckId ? tag(r.healthy ? "healthy" : "unhealthy", r.healthy ? "good" : "bad") : "not checked"]));
  if (records.length) rows.push(element("details", { "data-key": "records" }, element("summary", { textContent: `All ${plural(records.length, "record")}` }), table(["name", "type", "who", "leads to", "health"], records)));
  replace(byId("dns"), ...(rows.length ? rows : [empty("The program has no names.")]));
}

export function chooseEdge(topology, codes, onChange) {
  edge = topology.edge;
  const select = byId("edge");
  select.replaceChildren(...codes.map((c) => new Option(c, c, c === edge, c === edge)));
  select.addEventListener("change", () => { edge = select.value; onChange(); });
}

export function showQueues(queues) {
  const nodes = [];
  for (const [region, queue] of Object.entries(queues ?? {})) {
    const messages = [];
    for (const [key, label, kind] of [["waiting", "waiting", "warn"], ["inFlight", "in flight", ""], ["deadLetters", "dead letter", "bad"]]) {
      for (const m of queue[key] ?? []) messages.push(message(m, label, kind));
      const more = queue.counts[key] - (queue[key] ?? []).length;
      if (more > 0) messages.push(element("p", { class: "muted", textContent: `${count(more)} more ${label}, see /queues` }));
    }
    const c = queue.counts;
    const redrive = c.deadLetters ? element("button", { type: "button", "data-key": `redrive ${region}`, textContent: `Redrive ${plural(c.deadLetters, "dead letter")}` }) : null;
    redrive?.addEventListener("click", () => send("POST", `/queues/${region}/redrive`, {}, redrive));
    nodes.push(element("article", { class: "queue" }, element("div", { class: "heading" }, element("h3", { textContent: region }),
      element("span", { class: "muted", textContent: `${count(c.waiting)} waiting, ${count(c.inFlight)} in flight, ${count(c.deadLetters)} dead` }), redrive),
      messages.length ? element("div", { class: "scroll messages", tabIndex: 0, role: "group", "aria-label": `Messages of ${region}`, "data-key": `messages ${region}` }, ...messages) : null));
  }
  replace(byId("queues"), ...(nodes.length ? nodes : [empty("The program has no queue.")]));
}

// message shows a feedback's words; whatever else there is folds away whole, never cut.
function message(m, label, kind) {
  const body = m.body;
  const feedback = body?.feedback ?? body;
  const words = typeof feedback === "string" ? feedback : feedback?.message ?? "";
  return element("details", { class: "message", "data-key": `message ${m.id}` },
    element("summary", {}, tag(label, kind), ` ${plural(m.receives, "try", "tries")} `, element("span", { class: "words", textContent: words || "no words" }), m.reason ? element("small", { class: "reason", textContent: m.reason }) : null),
    element("pre", { tabIndex: 0, textContent: typeof body === "string" ? body : JSON.stringify(body, null, 2) }));
}

export function showTickets(tickets, standIn) {
  if (!standIn) return replace(byId("tickets"), empty("The upstream is your own: its tickets are not seen here."));
  const latest = [...(tickets?.latest ?? [])].reverse();
  const more = (tickets?.total ?? 0) - latest.length;
  const nodes = latest.map((t) => element("article", { class: "ticket" },
    element("p", { class: "muted" }, `${clockTime(t.receivedAt)} from ${t.region} `, tag(t.authenticated ? "with the key" : "without the key", t.authenticated ? "good" : "bad")),
    element("p", { class: "words", textContent: typeof t.feedback === "string" ? t.feedback : t.feedback?.message ?? JSON.stringify(t.feedback) })));
  if (more > 0) nodes.push(element("p", { class: "muted", textContent: `${count(more)} older, see /saas/tickets` }));
  replace(byId("tickets"), ...(nodes.length ? [element("div", { class: "scroll", tabIndex: 0, role: "group", "aria-label": "Tickets", "data-key": "tickets" }, ...nodes)] : [empty("No ticket yet.")]));
}

export function showAlarms(alarms) {
  if (!alarms) return replace(byId("alarms"), empty("No alarm: this local mode does not evaluate the stack's alarms."));
  const ringing = alarms.filter((a) => a.state === "ALARM");
  const quiet = alarms.filter((a) => a.state !== "ALARM");
  const show = (a) => element("details", { "data-key": `alarm ${a.name}` },
    element("summary", {}, tag(a.state, a.state === "ALARM" ? "bad" : a.state === "OK" ? "good" : ""), ` ${a.name} `, a.region ? element("small", { class: "muted", textContent: a.region }) : null),
    element("p", { class: "muted", textContent: [a.reason, a.since && `since ${clockTime(a.since)}`].filter(Boolean).join(", ") }),
    element("ol", { class: "marks" }, ...(a.history ?? []).map((h) => element("li", {}, element("time", { textContent: clockTime(h.at ?? h.since ?? h.time) }), element("span", { textContent: [h.state, h.reason].filter(Boolean).join(": ") })))));
  replace(byId("alarms"), element("p", {}, ringing.length ? tag(`${plural(ringing.length, "alarm")} in ALARM`, "bad") : tag("none in ALARM", "good")), ...ringing.map(show),
    quiet.length ? element("details", { "data-key": "quiet alarms" }, element("summary", { textContent: `${plural(quiet.length, "alarm")} quiet` }), ...quiet.map(show)) : null);
}

export function showStats(stats) {
  const list = (title, entries) => entries.length && element("div", {}, element("h3", { textContent: title }),
    element("ol", { class: "ranks" }, ...entries.map(([name, n]) => element("li", {}, element("span", { textContent: name }), element("span", { class: "number", textContent: count(n) })))));
  const named = (items) => (Array.isArray(items) ? items.map((i) => [i.path ?? i.name ?? i.browser ?? i.object ?? i.value, i.requests ?? i.count ?? 0]) : Object.entries(items ?? {}).filter(([, n]) => typeof n === "number")).slice(0, 10);
  const nodes = [list("paths", named(stats.paths ?? stats.objects)), list("browsers", named(stats.browsers)), list("edges", named(stats.byEdge).sort((a, b) => b[1] - a[1]))].filter(Boolean);
  replace(byId("stats"), ...(nodes.length ? nodes : [empty("Nothing was asked for yet.")]));
}

byId("invalidation").addEventListener("submit", async (event) => {
  event.preventDefault();
  const paths = new FormData(event.target).get("paths").split(/\s+/).filter(Boolean);
  const done = await send("POST", "/invalidations", { paths: paths.length ? paths : ["/*"] }, event.submitter);
  byId("invalidated").textContent = done ? `${plural(done.objects, "object")} dropped${paths.length ? "" : ": everything"}` : "";
});
