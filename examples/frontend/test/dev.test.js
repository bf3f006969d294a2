import assert from 'node:assert/strict'
import { createServer as createTarget } from 'node:http'
import { once } from 'node:events'
import test from 'node:test'
import { createServer } from 'vite'

// The dev server hands /api on, with the target's own name in Host, and keeps pages to itself.
test('the dev server hands the API on', async t => {
  const asked = []
  const target = createTarget((request, response) => {
    asked.push(`${request.method} ${request.headers.host} ${request.url}`)
    response.end('{"topics":[]}')
  })
  target.listen(0, '127.0.0.1')
  await once(target, 'listening')
  t.after(() => target.close())
  const host = `127.0.0.1:${target.address().port}`

  process.env.API = `http://${host}`
  const vite = await createServer({ root: new URL('..', import.meta.url).pathname, server: { port: 0, host: '127.0.0.1' }, logLevel: 'silent' })
  t.after(() => vite.close())
  await vite.listen()
  const page = `http://127.0.0.1:${vite.httpServer.address().port}`

  assert.deepEqual(await (await fetch(`${page}/api/topics?locale=de`)).json(), { topics: [] })
  assert.equal((await fetch(`${page}/api/feedback`, { method: 'POST', body: '{}' })).status, 200)
  assert.equal((await fetch(page)).status, 200)
  assert.deepEqual(asked, [`GET ${host} /api/topics?locale=de`, `POST ${host} /api/feedback`])
})
