// Names, alarms, queues, tickets, what is popular, invalidation.

import { byId, clockTime, count, element, empty, get, plural, replace, send, table, tag } from "./dom.js";

const ranks = 10; // of a list of the last hour
let asked = 0;

/** showNames asks what the chosen edge is told, and says what its own name means. */
export async function showNames(state, onTold) {
  const edge = byId("edge").value;
  const mine = ++asked;
  if (!edge) return;
  const [told, dns, edges] = await Promise.all([get(`/dns/${edge}`), get("/dns"), state.routing === "edge" ? get("/edges") : null]);
  if (!told || mine !== asked) return;
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
  let gist = names.map((n) => `${n.name.split(".")[0]} is ${n.answer}`).join(", ");
  if (state.routing === "edge") {
    const mine = edges?.find((e) => e.edge === edge);
    if (mine) {
      gist = `${mine.edge} to ${(mine.reads ?? ["one origin"]).join(", then ")}`;
      rows.unshift(element("article", { class: "told" }, element("p", {}, "The function sends viewers at ", element("strong", { textContent: `${mine.edge} (${mine.city})` }), " to"),
        element("p", {}, "reading: ", element("strong", { textContent: (mine.reads ?? ["the behavior's own origin"]).join(", then ") })),
        element("p", {}, "writing: ", element("strong", { textContent: (mine.writes ?? ["the behavior's own origin"]).join(", then ") })),
        element("p", { class: "muted", textContent: `Nobody checks regions with edge routing: ${mine.reads?.length > 1 ? "reads fail over in the same request, writes go wrong until a region is drained." : "there is no other one, so a failure stays until it ends."}` })));
      rows.push(element("details", { "data-key": "edges" }, element("summary", { textContent: `Every edge (${edges.length})` }),
        table(["edge", "reads", "writes"], edges.map((e) => [`${e.edge} ${e.city}`, (e.reads ?? []).join(", "), (e.writes ?? []).join(", ")]))));
    }
  }
  byId("dns-gist").textContent = gist;
  const drained = state.regions.filter((r) => r.drained).map((r) => r.region);
  const health = (ok, region) => (ok ? tag("healthy", "good") : drained.includes(region) ? tag("drained", "warn") : tag("unhealthy", "bad"));
  const checks = (dns?.healthChecks ?? []).map((c) => [c.region || publicName(c.url), health(c.healthy, c.region),
    c.disabled ? "disabled" : `${c.checkersHealthy} of ${c.checkers} checkers`, [c.lastOutcome && `last: ${c.lastOutcome}`, c.inverted && "inverted: drained"].filter(Boolean).join(", ")]);
  if (checks.length) rows.push(element("details", { "data-key": "checks", open: checks.length <= 4 }, element("summary", { textContent: plural(checks.length, "health check") }), table(["checks", "state", "checkers", "answer"], checks)));
  else if (state.routing !== "edge") rows.push(empty("No health check."));
  const records = (dns?.names ?? []).flatMap((n) => n.records.map((r) => [n.name, n.type, r.latencyRegion ? `nearest to ${r.latencyRegion}` : "one answer", r.region || r.values.join(" "),
    r.healthCheckId ? health(r.healthy, r.region) : "not checked"]));
  if (records.length) rows.push(element("details", { "data-key": "records" }, element("summary", { textContent: `All ${plural(records.length, "record")}` }), table(["name", "type", "who", "leads to", "health"], records)));
  replace(byId("dns"), ...(rows.length ? rows : [empty("The program has no names.")]));
}

// publicName is the host of an address that a check asks from outside.
function publicName(url) {
  try { return new URL(url).host; } catch { return url; }
}

/** chooseEdge offers the edges; one that is chosen stays. */
export function chooseEdge(topology) {
  const select = byId("edge");
  const edge = select.value || topology.edge;
  select.replaceChildren(...topology.edges.map((c) => new Option(c, c, c === edge, c === edge)));
}

/** showQueues lists the regions in the stack's order. */
export function showQueues(queues, regions) {
  const nodes = [], idle = [];
  const all = { waiting: 0, inFlight: 0, deadLetters: 0 };
  for (const region of regions.filter((r) => queues?.[r])) {
    const queue = queues[region];
    for (const key of Object.keys(all)) all[key] += queue.counts[key];
    const messages = [];
    for (const [key, label, kind] of [["waiting", "waiting", "warn"], ["inFlight", "in flight", ""], ["deadLetters", "dead letter", "bad"]]) {
      for (const m of queue[key] ?? []) messages.push(message(m, key, label, kind));
      const more = queue.counts[key] - (queue[key] ?? []).length;
      if (more > 0) messages.push(element("p", { class: "muted", textContent: `${count(more)} more ${label}, see /queues` }));
    }
    const c = queue.counts;
    if (c.waiting + c.inFlight + c.deadLetters === 0) {
      idle.push(region);
      continue;
    }
    const redrive = c.deadLetters ? element("button", { type: "button", "data-key": `redrive ${region}`, textContent: `Redrive ${plural(c.deadLetters, "dead letter")}` }) : null;
    redrive?.addEventListener("click", () => send("POST", `/queues/${region}/redrive`, {}, redrive));
    nodes.push(element("article", { class: "queue" }, element("div", { class: "heading" }, element("h3", { textContent: region }),
      element("span", { class: "muted", textContent: `${count(c.waiting)} waiting, ${count(c.inFlight)} in flight, ${count(c.deadLetters)} dead` }), redrive),
      messages.length ? element("div", { class: "scroll messages", tabIndex: 0, role: "group", "aria-label": `Messages of ${region}`, "data-key": `messages ${region}` }, ...messages) : null));
  }
  if (idle.length) nodes.push(element("p", { class: "muted", textContent: `Empty: ${idle.join(", ")}.` }));
  byId("queues-gist").textContent = nodes.length ? [all.waiting + all.inFlight ? `${count(all.waiting + all.inFlight)} under way` : "empty", all.deadLetters && plural(all.deadLetters, "dead letter")].filter(Boolean).join(", ") : "";
  replace(byId("queues"), ...(nodes.length ? nodes : [empty("The program has no queue.")]));
}

// message shows a feedback's words; whatever else there is folds away whole, never cut.
function message(m, key, label, kind) {
  const body = m.body;
  const feedback = body?.feedback ?? body;
  const words = typeof feedback === "string" ? feedback : feedback?.message ?? "";
  return element("details", { class: "message", "data-key": `message ${m.id}` },
    element("summary", {}, tag(label, kind), key === "deadLetters" ? " " : ` ${plural(m.receives, "try", "tries")} `, element("span", { class: "words", textContent: words || "no words" }), m.reason ? element("small", { class: "reason", textContent: m.reason }) : null),
    element("pre", { tabIndex: 0, textContent: typeof body === "string" ? body : JSON.stringify(body, null, 2) }));
}

/** showTickets of the stand-in; any says whether the application has a SaaS at all. */
export function showTickets(tickets, standIn, any) {
  byId("tickets-gist").textContent = standIn ? count(tickets?.total ?? 0) : "";
  byId("tickets").closest("section").hidden = !any;
  if (!standIn) return replace(byId("tickets"), empty("The upstream is your own: its tickets are not seen here."));
  const latest = [...(tickets?.latest ?? [])].reverse();
  const more = (tickets?.total ?? 0) - latest.length;
  const nodes = latest.map((t) => element("article", { class: "ticket", "data-key": `ticket ${t.id}` },
    element("p", { class: "muted" }, `${clockTime(t.receivedAt)} from ${t.region} `, tag(t.authenticated ? "with the key" : "without the key", t.authenticated ? "good" : "bad")),
    element("p", { class: "words", textContent: typeof t.feedback === "string" ? t.feedback : t.feedback?.message ?? JSON.stringify(t.feedback) })));
  if (more > 0) nodes.push(element("p", { class: "muted", textContent: `${count(more)} older, see /saas/tickets` }));
  replace(byId("tickets"), ...(nodes.length ? [element("div", { class: "scroll", tabIndex: 0, role: "group", "aria-label": "Tickets", "data-key": "tickets" }, ...nodes)] : [empty("No ticket yet.")]));
}

export function showAlarms(alarms) {
  byId("alarms-gist").replaceChildren();
  if (alarms?.length === 0) return replace(byId("alarms"), empty("The stack has no alarms."));
  if (!alarms) return replace(byId("alarms"), empty("No alarm: this local mode does not evaluate the stack's alarms."));
  const ringing = alarms.filter((a) => a.state === "ALARM");
  const quiet = alarms.filter((a) => a.state !== "ALARM");
  const show = (a) => element("details", { "data-key": `alarm ${a.name}` },
    element("summary", {}, tag(a.state, a.state === "ALARM" ? "bad" : a.state === "OK" ? "good" : ""), ` ${a.name} `, a.region ? element("small", { class: "muted", textContent: a.region }) : null),
    element("p", { class: "muted", textContent: [a.reason, a.since && `since ${clockTime(a.since)}`].filter(Boolean).join(", ") }),
    element("ol", { class: "marks" }, ...(a.history ?? []).map((h) => element("li", {}, element("time", { textContent: clockTime(h.at ?? h.since ?? h.time) }), element("span", { textContent: [h.state, h.reason].filter(Boolean).join(": ") })))));
  byId("alarms-gist").replaceChildren(ringing.length ? tag(`${plural(ringing.length, "alarm")} in ALARM`, "bad") : tag("none in ALARM", "good"));
  replace(byId("alarms"), ...ringing.map(show),
    quiet.length ? element("details", { "data-key": "quiet alarms" }, element("summary", { textContent: `${plural(quiet.length, "alarm")} quiet` }), ...quiet.map(show)) : null);
}

let counted = -1; // requests when the statistics were last asked for

/** showStats draws what `go run ./stats` would say of the last hour; total is how many requests there were. */
export async function showStats(total) {
  if (!byId("stats-box").open || total === undefined || total === counted) return;
  const stats = await get("/stats");
  if (!stats) return;
  counted = total;
  const reports = stats.lastHour?.reports ?? {};
  const people = reports.browsers?.requests ?? 0, bots = reports.bots?.requests ?? 0;
  byId("stats-gist").textContent = stats.lastHour ? `${plural(people, "request")} by people, ${count(bots)} by bots` : "";
  replace(byId("stats"),
    ranking("Popular objects", reports.objects, (r) => [r.Object, r.RequestCount, `${Math.round(r.HitCountPct)} % from the edge`]),
    ranking("Browsers", reports.browsers, (r) => [r.Browser, r.Requests]),
    ranking("Devices", reports.devices, (r) => [r.Device, r.Requests]),
    ranking("Bots and scripts, not counted above", reports.bots, (r) => [r.Bot, r.RequestCount]),
    ranking("Edges", reports.edges, (r) => [r.EdgeLocation, r.RequestCount]),
    stats.lastHour?.lines ? null : empty("Nothing was asked for in the last hour."),
    stats.paths.length ? element("details", { "data-key": "since the start" }, element("summary", { textContent: "Since the start, everybody" }),
      ranking("Paths", { requests: stats.requests, rows: stats.paths }, (r) => [r.path, r.requests])) : null);
}

// ranking draws the first rows of a report, each with its share as a bar.
function ranking(title, report, of) {
  if (!report?.rows?.length) return null;
  const list = report.rows.slice(0, ranks).map(of);
  const most = Math.max(...list.map(([, n]) => n));
  return element("div", { "data-key": `ranking ${title}` }, element("h3", { textContent: title }), element("ol", { class: "ranks" }, ...list.map(([name, n, more]) => {
    const bar = element("span", { class: "bar", "aria-hidden": "true" });
    bar.style.setProperty("--share", `${(100 * n) / most}%`);
    return element("li", {}, bar, element("span", { class: "name", textContent: name }), more ? element("small", { class: "muted", textContent: more }) : null, element("span", { class: "number", textContent: count(n) }));
  })), report.rows.length > ranks ? element("p", { class: "muted hint", textContent: `${plural(report.rows.length - ranks, "more row")} in /stats` }) : null);
}

byId("invalidation").addEventListener("submit", async (event) => {
  event.preventDefault();
  const paths = new FormData(event.target).get("paths").split(/\s+/).filter(Boolean);
  const done = await send("POST", "/invalidations", { paths: paths.length ? paths : ["/*"] }, event.submitter);
  byId("invalidated").textContent = done ? `${plural(done.objects, "object")} dropped${paths.length ? "" : ": everything"}` : "";
});
