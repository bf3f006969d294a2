// The dashboard shows what /events tells and sends what buttons say. It holds no state of its own but the latest picture.

import { byId, changed, clockTime, complain, duration, element, get, narrow, send } from "./dom.js";
import * as panels from "./panels.js";
import * as picture from "./picture.js";
import { fromDrill } from "./drill.js";
import * as requests from "./requests.js";
import * as time from "./time.js";

const advances = [["10 s", 10], ["1 min", 60], ["5 min", 300], ["1 h", 3600], ["1 day", 86400]];
const rateOver = 10; // seconds
const askEvery = 5; // seconds: answers that an edge keeps expire without a word, and so do an hour's requests
const reconnectAfter = 3000; // milliseconds
let ahead = null;
let connected = false;
let state = {};
let topology = null;
let lastMark = "";
let ticks = 0;

const now = () => Date.now() + (ahead ?? 0) * 1000;
requests.setClock(now);

const regionNames = changed((names) => { time.setRegions(names); requests.setRegions(names); });
const whatChangesNames = changed(() => names());

/** showState takes the members of the state that changed. */
function showState(members) {
  state = { ...state, ...members };
  byId("stack").textContent = state.stack;
  byId("routing").textContent = `${state.routing} routing`;
  byId("viewer").href = state.viewer;
  ahead = state.aheadSeconds;
  tick();
  const regions = state.regions.map((r) => r.region);
  regionNames(regions);
  requests.total(state.requests);
  picture.setState(state);
  if (members.queues) panels.showQueues(state.queues, regions);
  if (members.tickets || members.saas || members.stack) showTickets();
  if (members.alarms || members.stack) panels.showAlarms(state.alarms);
  whatChangesNames(state.regions, state.aheadSeconds);
}

const showTickets = () => panels.showTickets(state.tickets, Boolean(state.saas), topology?.saas !== "");
const names = () => state.regions && panels.showNames(state, picture.setTold);

// A clock that runs while nothing is heard would lie, so it stands still then.
function tick() {
  if (!connected || ahead === null) return;
  const at = new Date(now());
  byId("now").textContent = at.toLocaleString([], { hour12: false });
  byId("now").dateTime = at.toISOString();
  byId("ahead").textContent = ahead > 0 ? `${duration(ahead)} ahead` : "";
  picture.setFlows(time.recent(now() / 1000, rateOver));
  ticks++; // the two in different seconds, so that no press waits for both
  if (ticks % askEvery === 0) names();
  else if (ticks % askEvery === 2) panels.showStats(state.requests);
}

function showTimeline(timeline) {
  time.add(timeline);
  const newest = timeline.marks?.at(-1);
  if (newest && `${newest.at}${newest.text}` !== lastMark) {
    if (lastMark !== "") byId("live").textContent = newest.text;
    lastMark = `${newest.at}${newest.text}`;
  } else if (timeline.marks && lastMark === "") lastMark = "none";
}

function link(ok) {
  if (connected === ok && byId("link").textContent !== "connecting") return;
  connected = ok;
  byId("link").textContent = ok ? "live" : "not connected";
  byId("link").className = ok ? "tag good" : "tag bad";
  byId("offline").hidden = ok;
  if (!ok) byId("offline").textContent = `Local mode does not answer. Everything below is as it was at ${clockTime(Date.now())}; this page comes back by itself.`;
  document.body.classList.toggle("stale", !ok);
}

function connect() {
  const events = new EventSource("/events");
  events.addEventListener("open", () => { link(true); loadTopology(); });
  events.addEventListener("error", () => {
    link(false);
    if (events.readyState === EventSource.CLOSED) setTimeout(connect, reconnectAfter); // it comes back by itself otherwise
  });
  events.addEventListener("requests", (e) => requests.all(JSON.parse(e.data)));
  events.addEventListener("request", (e) => requests.more(JSON.parse(e.data)));
  events.addEventListener("timeline", (e) => showTimeline(JSON.parse(e.data)));
  events.addEventListener("state", (e) => showState(JSON.parse(e.data)));
  events.addEventListener("reset", () => { requests.all([]); time.clear(); });
}

async function loadTopology() {
  topology = await get("/topology");
  if (!topology) return;
  panels.chooseEdge(topology);
  picture.setTopology(topology);
  showTickets();
  names();
}

// On a phone the sections below the requests begin folded: their headings say the gist.
const fold = () => { for (const box of document.querySelectorAll("details[data-fold]")) box.open = !narrow.matches; };
fold();
narrow.addEventListener("change", fold);
byId("stats-box").addEventListener("toggle", () => panels.showStats(state.requests));
byId("edge").addEventListener("change", names);

for (const [label, seconds] of advances) {
  const button = element("button", { type: "button", textContent: `+${label}`, title: `Move the clock on by ${duration(seconds)}` });
  button.addEventListener("click", () => send("POST", "/clock", { advanceSeconds: seconds }, button));
  byId("advance").append(button);
}
byId("reset").addEventListener("click", () => send("POST", "/reset", {}, byId("reset")));
byId("by-regions").addEventListener("click", () => time.stackBy("regions"));
byId("by-outcomes").addEventListener("click", () => time.stackBy("outcomes"));
byId("back-live").addEventListener("click", () => { time.replay(null); byId("drill").value = ""; byId("time-title").focus(); });
byId("drill").addEventListener("change", async (event) => {
  const file = event.target.files[0];
  if (!file) return;
  try {
    time.replay(fromDrill(JSON.parse(await file.text()), file.name));
    complain("");
  } catch (error) {
    complain(`${file.name}: ${error.message}`);
  }
});
time.onBrush(requests.brushed);
setInterval(tick, 1000);
connect();
