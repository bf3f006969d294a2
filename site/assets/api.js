// What every page needs: the configuration and one way to ask the API.

/** @returns {Promise<{apiUrl: string, stack: string, routing: string, regions: string[]}>} */
export async function configuration() {
  const standard = { apiUrl: "/api", stack: "", routing: "", regions: [] };
  try {
    const response = await fetch("/config.json");
    return response.ok ? { ...standard, ...(await response.json()) } : standard;
  } catch {
    return standard;
  }
}

/**
 * ask sends one request and never throws. The body is JSON or null: an error page of the edge is HTML
 * and says nothing that a visitor could use. Status 0 means that nothing answered.
 */
export async function ask(url, options) {
  const start = performance.now();
  try {
    const response = await fetch(url, options);
    const isJSON = /[/+]json\b/.test(response.headers.get("Content-Type") || "");
    const body = isJSON ? await response.json().catch(() => null) : null;
    return { ...answer(start), status: response.status, headers: response.headers, body };
  } catch {
    return { ...answer(start), status: 0, headers: new Headers(), body: null };
  }
}

function answer(start) {
  return { milliseconds: Math.round(performance.now() - start) };
}

/** region is the one that answered, as the API says. */
export function region(reply) {
  return reply.headers.get("X-Onefront-Region") || reply.body?.region || "";
}

/** edge is the edge location's name, such as FRA56-P1. */
export function edge(reply) {
  return reply.headers.get("X-Amz-Cf-Pop") || "";
}
