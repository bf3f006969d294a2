// A drill's JSON (drills/timeline.schema.json), or that of GET /timeline, as a timeline to show.

/** fromDrill throws words for people. */
export function fromDrill(json, file) {
  if (Array.isArray(json?.steps) && Array.isArray(json.bands)) return drill(json);
  if (Array.isArray(json?.buckets) && Array.isArray(json.marks)) return { name: file, ...json };
  throw new Error("this is no timeline: want one document of `local drill -json`, or what GET /timeline answers");
}

function drill(json) {
  const buckets = json.steps.map((s) => {
    const requests = Object.values(s.requests).reduce((sum, n) => sum + n, 0);
    const lost = s.lostReads + s.lostWrites;
    const outcomes = { answered: requests - lost - s.slowed, slowed: s.slowed, "lost reads": s.lostReads, "lost writes": s.lostWrites };
    for (const name of Object.keys(outcomes)) if (outcomes[name] <= 0) delete outcomes[name];
    return { at: s.at, requests, cached: 0, hits: s.requests.cache ?? 0, p50: null, p99: null, regions: s.requests, outcomes, flows: [] };
  });
  const marks = json.bands.flatMap((b) => [{ at: b.from, kind: b.kind, text: b.name }, b.to < json.durationSeconds && { at: b.to, kind: b.kind, text: `${b.name} ends` }]).filter(Boolean);
  for (const m of json.messages) marks.push({ at: m.at, kind: "alarm", text: `${m.alarm} told to ${m.topics.join(", ")}` });
  marks.sort((a, b) => a.at - b.at);
  return { name: json.name, regions: json.regions, relative: true, buckets, marks, step: json.stepSeconds, passed: json.passed, expectations: json.expectations };
}
