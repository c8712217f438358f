// What is off costs nothing: of the built command, the listener has loaded the files of what its settings ask for, and no other.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { freePort } from '../helpers/free-port.ts'
import { Memmon } from '../helpers/memmon.ts'
import { ScriptedSupervisord } from '../helpers/scripted-supervisord.ts'

/** At SIGWINCH, which means nothing to memmon, it says what it has loaded: packages, and its own files without their mark. */
const SAYS = `const { writeSync } = require('node:fs')
const loaded = () => Object.keys(require('node:module')._cache).flatMap(path => {
  const [, name] = /\\/node_modules\\/((?:@[^/]+\\/)?[^/]+)\\//.exec(path) ?? /\\/dist\\/(\\w+)[^/]*\\.cjs$/.exec(path) ?? []
  return name ?? []
})
process.on('SIGWINCH', () => writeSync(2, 'LOADED ' + [...new Set(loaded())].sort().join(' ') + '\\n'))
`

let folder = ''
let server: ScriptedSupervisord
let memmon: Memmon
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'memmon-loaded-'))
  writeFileSync(join(folder, 'says.cjs'), SAYS)
  server = await ScriptedSupervisord.start({ socketPath: join(folder, 's.sock') })
  server.add({ namespec: 'g:a', pid: process.pid })
})
afterEach(async () => {
  memmon.child.kill('SIGKILL')
  await memmon.ended
  await server.close()
  rmSync(folder, { recursive: true, force: true })
})

/** When it says `said`, and after some checks. */
async function loadedWith(said: string | RegExp, ...args: string[]): Promise<string[]> {
  const env = { SUPERVISOR_SERVER_URL: server.url, NODE_OPTIONS: `--require=${folder}/says.cjs` }
  memmon = new Memmon(['-a', '64GB', ...args], env)
  await memmon.tick(5)
  await memmon.waitForLog(said)
  memmon.child.kill('SIGWINCH')
  await memmon.waitForLog(/^LOADED .*\n/m)
  return /^LOADED (.*)$/m.exec(memmon.stderr)?.[1]?.split(' ') ?? []
}

const ALWAYS = ['bytes', 'listener', 'main', 'sax']
const CHILDREN = /Checks read the sizes|not visible in \/proc/

test('nothing of metrics, alerts, agents, evidence, pictures and commands for people; nor of mail before the first one', async () => {
  expect(await loadedWith(CHILDREN, '-m', 'bob@example.com')).toEqual(ALWAYS)
})

test.each<[what: string, args: () => Promise<string[]>, said: RegExp, file: string]>([
  ['a file', async () => ['--metrics-file', join(folder, 'x.prom')], /Metrics are written to/, 'metrics'],
  ['an address', async () => ['--metrics-listen', `${await freePort()}`], /Metrics are served at/, 'metrics'],
  ['an Alertmanager', async () => ['--alertmanager', 'http://127.0.0.1:9'], /Alerts go to/, 'alerts'],
  [
    'a socket',
    async () => ['--agent-socket', join(folder, 'a.sock')],
    /Agents of workers (can )?connect/,
    'agents',
  ],
])('with %s its own file alone', async (_, args, said, file) => {
  expect(await loadedWith(said, ...(await args()))).toEqual([...ALWAYS, file].sort())
})
