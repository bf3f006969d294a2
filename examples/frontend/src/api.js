// What the stack said at build time: the outputs that `make frontend-env` wrote into .env.production.local.
const { VITE_API_URL = '/api', VITE_SITE_URL = '', VITE_STACK = 'development', VITE_REGIONS = '' } = import.meta.env

export const stack = VITE_STACK
export const regions = VITE_REGIONS.split(',').filter(Boolean)

/**
 * The API as this page calls it. Where site and API share a name, a path is enough, and right under every name of the
 * distribution: no request crosses origins, so none needs CORS and the strict Content-Security-Policy allows it.
 */
export const api = relative(VITE_API_URL, VITE_SITE_URL)

function relative (apiUrl, siteUrl) {
  if (!siteUrl || !apiUrl.startsWith(siteUrl + '/')) return apiUrl
  return apiUrl.slice(siteUrl.length)
}

/** The topics that the SaaS offers, for a select. */
export async function topics () {
  const answer = await fetch(`${api}/topics?locale=${encodeURIComponent(document.documentElement.lang)}`)
  if (!answer.ok) throw new Error(`topics: ${answer.status}`)
  return (await answer.json()).topics
}

/**
 * Sends feedback and returns what became of it, with the region that answered. The key makes a second attempt the
 * same feedback: a POST that got no answer may have arrived.
 */
export async function send (feedback, key) {
  const answer = await fetch(`${api}/feedback`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'Idempotency-Key': key },
    body: JSON.stringify(feedback)
  })
  const region = answer.headers.get('X-Onefront-Region')
  const body = await answer.json().catch(() => ({}))
  if (!answer.ok) throw new Error(body.detail || body.title || `the server answered ${answer.status}`)
  return { ...body, region }
}
