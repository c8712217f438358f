// agent_socket_group under a real supervisord: a worker of that group connects, and its pid is proved; another user does not even
// reach the socket, and neither reaches that of people.
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { AGENT } from '../helpers/agent-app.ts'
import { agentsOf } from '../helpers/by-hand.ts'
import { Supervisord } from '../helpers/supervisord.ts'
import { confPath } from '../helpers/supervisord-conf.ts'
import { waitFor } from '../helpers/wait.ts'

/** Debian has both. Whoever is not root has no other user, and a group of his own. */
const isRoot = process.getuid?.() === 0
const GROUP = isRoot ? 'www-data' : String(process.getgid?.())
const userLine = (user: string): string => (isRoot ? `user=${user}\n` : '')
/** What becomes of a connection to each of these paths. */
const KNOCKS = `const { connect } = require('node:net'); const { renameSync, writeFileSync } = require('node:fs')
const [file, ...paths] = process.argv.slice(2)
const knock = path => new Promise(resolve => {
  const socket = connect(path)
  socket.on('connect', () => resolve('open')).on('error', ({ code }) => resolve(code))
})
setInterval(async () => {
  const said = await Promise.all(paths.map(knock))
  if (said.includes('ENOENT')) return
  // Whole at any time: it may be read just now.
  writeFileSync(file + '.new', said.join(' '))
  renameSync(file + '.new', file)
}, 200)
`

let folder = ''
let supervisord: Supervisord
const file = (name: string): string => join(folder, name)
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'memmon-agent-group-'))
  chmodSync(folder, 0o755)
  mkdirSync(file('said'))
  chmodSync(file('said'), 0o777)
  writeFileSync(file('idle.cjs'), 'setInterval(() => {}, 60_000)\n')
  writeFileSync(file('knocks.cjs'), KNOCKS)
  const knocks = (name: string, user: string) =>
    `[program:${name}]\ncommand=${confPath(process.execPath)} ${file('knocks.cjs')} ${file(`said/${name}`)} ${file('a.sock')} ${file('a-own.sock')}\n${userLine(user)}`
  supervisord = await Supervisord.start({
    programs: `[program:web]
command=${confPath(process.execPath)} --require ${confPath(AGENT)} ${file('idle.cjs')}
environment=MEMMON_SOCKET="${file('a.sock')}"
${userLine('www-data')}
${knocks('member', 'www-data')}
${knocks('stranger', 'nobody')}`,
    memmon: `-a 1GB --agent-socket ${file('a.sock')} --agent-socket-group ${GROUP}`,
  })
})
afterAll(async () => {
  await supervisord?.stop()
  rmSync(folder, { recursive: true, force: true })
})

test('a worker of the group is connected, as the process that it is', async () => {
  const { pid } = await supervisord.process('web:web')
  const agent = await waitFor(
    () => `the agent of web\n${supervisord.memmonLog()}`,
    async () => {
      const agents = await agentsOf(supervisord)
      return agents.find(one => one.process === 'web:web' && one.status)
    },
  )
  expect(agent.pid).toBe(pid)
  expect(agent.status).toHaveProperty('rss_bytes')
})

test('the socket is open to the group alone, and that of people to nobody else', async () => {
  const said = (name: string) =>
    waitFor(
      `what ${name} has met`,
      () => existsSync(file(`said/${name}`)) && readFileSync(file(`said/${name}`), 'utf8'),
    )
  const [member, stranger] = isRoot ? ['open EACCES', 'EACCES EACCES'] : ['open open', 'open open']
  expect([await said('member'), await said('stranger')]).toEqual([member, stranger])
  expect([file('a.sock'), file('a-own.sock')].map(path => statSync(path).mode & 0o777)).toEqual([
    0o660, 0o600,
  ])
})
