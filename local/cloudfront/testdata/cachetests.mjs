// Runs the public HTTP cache tests, a checkout of github.com/http-tests/cache-tests, against an edge:
// node cachetests.mjs <checkout> <URL of the edge>. The suite's own origin runs in this process, on loopback. The
// first line on standard output names its address, the last one has the results as JSON.
import net from 'node:net'
import path from 'node:path'
import { pathToFileURL } from 'node:url'

const [checkout, edge] = process.argv.slice(2)
const load = (name) => import(pathToFileURL(path.join(checkout, name)))

// The suite's server listens on every address of a port of its configuration: here on loopback and a free port.
const listen = net.Server.prototype.listen
net.Server.prototype.listen = function () { return listen.call(this, 0, '127.0.0.1') }
await load('test-engine/server/server.mjs')
net.Server.prototype.listen = listen

const { default: suites } = await load('tests/index.mjs')
const { runTests, getResults } = await load('test-engine/client/runner.mjs')
const { determineTestResult, resultTypes } = await load('test-engine/lib/results.mjs')
const names = new Map(Object.entries(resultTypes).map(([name, type]) => [type, name]))

await runTests(suites, false, edge)
const results = getResults()
const judged = {}
for (const suite of suites) {
  for (const test of suite.tests) {
    if (test.browser_only === true) continue
    const message = Array.isArray(results[test.id]) ? String(results[test.id][1]) : ''
    judged[test.id] = {
      kind: test.kind || 'required', result: names.get(determineTestResult(suites, test.id, results)), message
    }
  }
}
process.stdout.write('RESULTS ' + JSON.stringify(judged) + '\n', () => process.exit(0))
