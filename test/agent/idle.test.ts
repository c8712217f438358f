// What the agent costs a program that nobody asks anything: within 1.5 MB of RSS, loaded as docs/agent.md says. A CommonJS program
// with --import is not among them: Node itself takes 1.4 to 2.5 MB for whatever is imported there.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { AGENT, AGENT_MODULE, startApp } from '../helpers/agent-app.ts'
import { AgentServer } from '../helpers/agent-server.ts'
import { waitFor } from '../helpers/wait.ts'

const MOST_BYTES = 1.5 * 2 ** 20
const RUNS = 5
/** Looks, one after another, in which the size of a process stays the same. */
const STILL_LOOKS = 10
const SERVES = `http.createServer((_, answer) => answer.end()).listen(0, () => console.log('listening'))`
const APPS = {
  'app.cjs': `const http = require('node:http'); ${SERVES}`,
  'app.mjs': `import http from 'node:http'; ${SERVES}`,
}

let folder = ''
let server: AgentServer
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'memmon-idle-'))
  for (const [name, code] of Object.entries(APPS)) writeFileSync(join(folder, name), code)
  server = await new AgentServer().listen()
})
afterAll(async () => {
  await server.end()
  rmSync(folder, { recursive: true, force: true })
})

test.each([
  ['app.cjs', '--require', AGENT],
  ['app.mjs', '--require', AGENT],
  ['app.mjs', '--import', AGENT_MODULE],
])('%s, %s', async (app, flag, agent) => {
  const costs: number[] = []
  for (let run = 0; run < RUNS; run++)
    costs.push((await idleBytes(app, [flag, agent])) - (await idleBytes(app, [])))
  const middle = costs.sort((a, b) => a - b)[RUNS >> 1]
  expect(middle).toBeLessThan(MOST_BYTES)
  expect(middle).toBeGreaterThan(0)
})

/** Once it serves, its agent is welcome, and its size stands still. */
async function idleBytes(app: string, flags: readonly string[]): Promise<number> {
  const { pid, output, kill } = startApp([join(folder, app)], { socket: server.path, flags })
  try {
    await waitFor('it to serve', () => output().includes('listening'))
    if (flags.length > 0) await server.worker(pid)
    const looks: number[] = []
    return await waitFor('its size to stand still', () => {
      looks.push(rssBytes(pid))
      const last = looks.slice(-STILL_LOOKS)
      return last.length === STILL_LOOKS && new Set(last).size === 1 && last[0]
    })
  } finally {
    await kill()
  }
}

/** proc(5) */
const rssBytes = (pid: number): number =>
  Number(/^Rss: +(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1]) * 1024
