import { ask, configuration, edge, region } from "/assets/api.js";

const maxMessage = 5000; // characters, as the API counts them
const automaticTries = 3;
const longestWait = 8; // seconds; whoever asks for more gets a button instead

const draftName = "feedback-draft";
const draftLife = 24 * 60 * 60 * 1000; // milliseconds

const byId = (id) => document.getElementById(id);
const form = byId("feedback");
const fields = ["message", "rating", "topic", "email"];
const config = configuration();

// One key for one set of words, however often they are sent: the API answers a repeated key with the
// same id, so nothing that arrived twice counts twice.
let attempt = { body: "", key: "" };
let sending = false;
let waitsForNetwork = false;

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (sending) return;
  showFieldProblems([]);
  const problems = check();
  if (problems.length > 0) {
    byId("outcome").hidden = true;
    showFieldProblems(problems);
    return;
  }
  const body = JSON.stringify(read());
  if (body !== attempt.body) attempt = { body, key: newKey() };
  sending = true;
  waitsForNetwork = false;
  keepDraft();
  byId("send").setAttribute("aria-disabled", "true");
  show(await send());
  byId("send").removeAttribute("aria-disabled");
  sending = false;
});

async function send() {
  const { apiUrl } = await config;
  for (let tries = 1; ; tries++) {
    byId("send").textContent = "Sending";
    const reply = await ask(`${apiUrl}/feedback`, {
      method: "POST",
      headers: { "Content-Type": "application/json", "Idempotency-Key": attempt.key },
      body: attempt.body,
    });
    const wait = retryAfter(reply, tries);
    if (wait === null || tries === automaticTries || (reply.status === 0 && !navigator.onLine)) return reply;
    notify("wait", "Still trying", `There was no good answer. Trying again in ${wait === 1 ? "a second" : `${wait} seconds`}.`, "");
    await new Promise((done) => setTimeout(done, wait * 1000));
  }
}

// retryAfter is the number of seconds after which another try makes sense, or null if none does. No
// answer at all and the edge's 502 to 504 leave open whether the words arrived; the key makes it safe.
function retryAfter(reply, tries) {
  if (![0, 429, 502, 503, 504].includes(reply.status)) return null;
  const asked = Number.parseInt(reply.headers.get("Retry-After") ?? "", 10);
  const wait = Number.isNaN(asked) ? 2 ** (tries - 1) : Math.max(1, asked);
  return wait > longestWait ? null : wait;
}

function read() {
  const data = new FormData(form);
  const feedback = { message: data.get("message").trim() };
  if (data.get("rating")) feedback.rating = Number(data.get("rating"));
  for (const name of ["topic", "email", "website"]) {
    const value = data.get(name).trim();
    if (value) feedback[name] = value;
  }
  feedback.pageUrl = location.href;
  if (navigator.language) feedback.locale = navigator.language;
  return feedback;
}

// check finds what the visitor can mend without asking the API, which has the last word.
function check() {
  const problems = [];
  const length = [...byId("message").value.trim()].length;
  if (length === 0) problems.push({ field: "message", detail: "Please write a message." });
  if (length > maxMessage) problems.push({ field: "message", detail: `Please shorten the message by ${length - maxMessage} characters.` });
  if (!byId("email").validity.valid) problems.push({ field: "email", detail: "This does not look like an email address." });
  return problems;
}

function show(reply) {
  const trace = [reply.body?.id, region(reply), edge(reply), `${reply.milliseconds} ms`].filter(Boolean).join(" · ");
  byId("send").textContent = "Send feedback";
  switch (reply.status) {
    case 201:
      done("good", "Thank you", "Your feedback has been delivered.", trace);
      return;
    case 202:
      done("good", "Thank you, your feedback is safe", "The service behind this form is busy. Your words wait in a queue and are delivered as soon as it is back.", trace);
      return;
    case 400: {
      const problems = reply.body?.errors ?? [];
      notify("bad", "Something needs a change", "Nothing was sent. Please look at the marked fields.", trace);
      if (!showFieldProblems(problems)) notify("bad", "Something needs a change", text(reply), trace);
      return;
    }
    case 413:
      notify("bad", "This is too long", "Nothing was sent. Please shorten your message.", trace);
      return;
    case 429:
      retry("Too many at once", "Nothing was sent. Please try again in a moment; your words stay here.", trace);
      return;
    case 0:
      if (!navigator.onLine) {
        waitsForNetwork = true;
        retry("You are offline", "Your words stay here and are sent as soon as this browser is online again.", trace);
        return;
      }
    // falls through
    case 502:
    case 503:
    case 504:
      retry("Not delivered yet", "Nobody could take your feedback right now. Your words stay here: please try again in a minute.", trace);
      return;
    default:
      notify("bad", "That did not work", text(reply), trace);
  }
}

function text(reply) {
  return reply.body?.detail || reply.body?.title || `The answer was ${reply.status}.`;
}

function done(kind, title, words, trace) {
  attempt = { body: "", key: "" };
  dropDraft();
  form.reset();
  update();
  form.hidden = true;
  byId("again").hidden = false;
  notify(kind, title, words, trace);
  byId("outcome").focus();
}

function retry(title, words, trace) {
  byId("send").textContent = "Try again";
  notify("bad", title, words, trace);
}

function notify(kind, title, words, trace) {
  byId("outcome").dataset.kind = kind;
  byId("outcome-title").textContent = title;
  byId("outcome-text").textContent = words;
  byId("outcome-trace").textContent = trace;
  byId("outcome").hidden = false;
  byId("outcome").scrollIntoView({ block: "nearest" });
}

// showFieldProblems marks the fields at fault, unmarks the others and goes to the first. It says
// whether every problem found its field.
function showFieldProblems(problems) {
  let first = null;
  let known = problems.length > 0;
  const details = new Map(problems.map((p) => [p.field, p.detail]));
  for (const name of details.keys()) known &&= fields.includes(name);
  for (const name of fields) {
    byId(`${name}-error`).textContent = details.get(name) ?? "";
    for (const input of form.elements[name] instanceof RadioNodeList ? form.elements[name] : [form.elements[name]]) {
      if (details.has(name)) {
        input.setAttribute("aria-invalid", "true");
        first ??= input;
      } else {
        input.removeAttribute("aria-invalid");
      }
    }
  }
  first?.focus();
  return known;
}

function newKey() {
  if (crypto.randomUUID) return crypto.randomUUID(); // only over https and on localhost
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, "0")).join("");
}

function update() {
  const left = maxMessage - [...byId("message").value.trim()].length;
  byId("message-count").textContent = left < 0 ? `${-left} characters too many` : `${left} characters left`;
  byId("message-count").classList.toggle("over", left < 0);
  byId("rating-clear").hidden = !new FormData(form).get("rating");
}

// The draft: words survive a closed tab until they are accepted, with the key they were sent under. A page whose form
// is marked data-shared, such as one on a counter, keeps nothing.
const mayKeep = () => !form.hasAttribute("data-shared");

function storage(use) {
  try {
    return use(localStorage);
  } catch {
    return null; // switched off, or full
  }
}

function keepDraft() {
  const words = Object.fromEntries(fields.map((name) => [name, form.elements[name].value]));
  if (!mayKeep() || !Object.values(words).some((value) => value.trim())) return dropDraft();
  const kept = storage((s) => { s.setItem(draftName, JSON.stringify({ at: Date.now(), words, attempt })); return true; });
  byId("draft").hidden = !kept;
}

function dropDraft() {
  storage((s) => s.removeItem(draftName));
  byId("draft").hidden = true;
}

function takeDraft() {
  const draft = storage((s) => JSON.parse(s.getItem(draftName)));
  const age = Date.now() - draft?.at;
  if (!mayKeep() || !(age >= 0 && age < draftLife)) return dropDraft();
  for (const name of fields) form.elements[name].value = draft.words?.[name] ?? "";
  if (draft.attempt?.key) attempt = draft.attempt;
  byId("draft").hidden = false;
}

byId("discard").addEventListener("click", () => {
  form.reset();
  attempt = { body: "", key: "" };
  waitsForNetwork = false;
  dropDraft();
  update();
  byId("outcome").hidden = true;
  byId("send").textContent = "Send feedback";
  byId("message").focus();
});

window.addEventListener("online", () => {
  if (waitsForNetwork && !sending) form.requestSubmit();
});

form.addEventListener("input", (event) => {
  update();
  keepDraft();
  const name = event.target.name;
  if (!fields.includes(name)) return;
  byId(`${name}-error`).textContent = "";
  for (const input of form.querySelectorAll(`[name="${name}"]`)) input.removeAttribute("aria-invalid");
});

byId("rating-clear").addEventListener("click", () => {
  for (const input of form.elements.rating) input.checked = false;
  update();
  keepDraft();
  form.elements.rating[0].focus();
});

byId("again").addEventListener("click", () => {
  byId("outcome").hidden = true;
  byId("again").hidden = true;
  form.hidden = false;
  byId("message").focus();
});

async function loadTopics() {
  const { apiUrl } = await config;
  const locale = navigator.language ? `?locale=${encodeURIComponent(navigator.language)}` : "";
  const reply = await ask(`${apiUrl}/topics${locale}`);
  if (reply.status !== 200 || !Array.isArray(reply.body?.topics)) {
    byId("topic-hint").textContent = "Topics cannot be shown right now. Your message needs none.";
    return;
  }
  byId("topic").append(...reply.body.topics.map(({ id, label }) => new Option(label, id)));
  const draft = storage((s) => JSON.parse(s.getItem(draftName)));
  if (draft && mayKeep() && byId("topic").value === "") byId("topic").value = draft.words?.topic ?? "";
  if (byId("topic").selectedIndex < 0) byId("topic").value = "";
}

takeDraft();
update(); // a reloaded page may bring its words along
loadTopics();
