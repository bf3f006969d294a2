import { ask, configuration, edge, region } from "/assets/api.js";

const interval = 10_000; // milliseconds
const keptAnswers = 12;

const byId = (id) => document.getElementById(id);
const config = configuration();
let asking = false;

async function check() {
  if (asking) return;
  asking = true;
  byId("check").setAttribute("aria-disabled", "true");
  const { apiUrl } = await config;
  const [health, topics] = await Promise.all([ask(`${apiUrl}/health`, { cache: "no-store" }), ask(`${apiUrl}/topics`, { cache: "no-store" })]);
  addAnswer("GET topics", topics);
  addAnswer("GET health", health);
  summarize(health);
  byId("check").removeAttribute("aria-disabled");
  asking = false;
}

function summarize(health) {
  const name = health.status === 200 ? region(health) : "";
  for (const item of byId("regions").children) {
    item.toggleAttribute("data-answered", item.textContent === name);
    if (item.textContent === name) item.setAttribute("aria-current", "true");
    else item.removeAttribute("aria-current");
  }
  let summary = health.status === 0 ? "Nothing answered." : `No region answered: status ${health.status}.`;
  if (health.status === 200) {
    summary = `${name || "A region"} answered${edge(health) ? ` through ${edge(health)}` : ""} in ${health.milliseconds} ms`;
    summary += health.body?.version ? `, version ${health.body.version}.` : ".";
  }
  byId("summary").textContent = summary;
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
showRegions().then(check);
