// Agents of workers under a real supervisord: workers of another user than memmon's, the commands of people, and each of
// them killed.
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { agentsDocument } from '../../src/cli/agents-json.ts'
import { ProcessState } from '../../src/rules/process.ts'
import { AGENT_MODULE } from '../helpers/agent-app.ts'
import { agentsOf } from '../helpers/by-hand.ts'
import { runMemmon } from '../helpers/memmon.ts'
import { Supervisord } from '../helpers/supervisord.ts'
import { confPath } from '../helpers/supervisord-conf.ts'
import { waitFor } from '../helpers/wait.ts'

const FIXTURE = join(import.meta.dirname, '..', 'fixtures', 'agent.mjs')
const isRoot = process.getuid?.() === 0

/** Keeps a megabyte a second, and says what it does. */
const LEAKY = `const kept = []
function remember() {
  for (let at = 0; at < 1000; at++) kept.push({ at, text: 'x'.repeat(10) + at })
}
setInterval(remember, 100)
`

let folder = ''
let path = ''
let supervisord: Supervisord
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'memmon-agents-'))
  chmodSync(folder, 0o755)
  path = join(folder, 'agents.sock')
  const worker = (name: string, lines: string) => `[program:${name}]
command=${confPath(process.execPath)} ${confPath(FIXTURE)}
environment=MEMMON_SOCKET="${path}"
stdout_logfile=NONE
${lines}
`
  writeFileSync(join(folder, 'leaky.cjs'), LEAKY)
  supervisord = await Supervisord.start({
    programs: `${worker('own', '')}${worker('other', isRoot ? 'user=nobody' : '')}
[program:leaky]
command=${confPath(process.execPath)} --import ${confPath(AGENT_MODULE)} ${confPath(join(folder, 'leaky.cjs'))}
environment=MEMMON_SOCKET="${path}"
stdout_logfile=NONE
${isRoot ? 'user=nobody' : ''}
[program:plain]
command=sleep 10000
`,
    memmon: `-a 500MB --agent-socket ${path} --agent-socket-mode 0666`,
  })
})
afterAll(async () => {
  await supervisord.stop()
  rmSync(folder, { recursive: true, force: true })
})

const command = (...args: string[]) => runMemmon([...args, '-C', supervisord.conf])

const listed = () => agentsOf(supervisord)

/** Waits until both workers are connected, as processes that run now. */
const bothConnected = () => {
  let seen = ''
  return waitFor(
    () => `both agents\n${seen}\n${supervisord.memmonLog()}`,
    async () => {
      const agents = await listed()
      const names = ['own:own', 'other:other']
      const infos = await Promise.all(names.map(name => supervisord.process(name)))
      seen = JSON.stringify({ agents, infos })
      const areThere = infos.every(({ pid, namespec }) =>
        agents.some(one => one.pid === pid && one.process === namespec && one.status !== null),
      )
      return areThere && agents
    },
  )
}

test('who is connected: also a worker of another user', async () => {
  await bothConnected()
  const { code, stdout } = await command('agents')
  expect(code).toBe(0)
  const [head = '', ...rows] = stdout.trimEnd().split('\n')
  expect(head.split(/\s+/)).toEqual([
    'PROCESS',
    'PID',
    'CONNECTED',
    'HEAP',
    'EXTERNAL',
    'RSS',
    'DELAY',
    'GC',
    'STATUS',
  ])
  const fakes = rows.filter(row => row.includes('(fake)'))
  expect(fakes).toHaveLength(2)
  for (const row of fakes)
    expect(row).toMatch(
      /^\w+:\w+ \(fake\) +\d+ +\d+\w+ +4\.0MB +1\.0MB +50\.0MB +12ms +2\.0% +jobs=3 queue=mail\\x1b\[31m$/,
    )
})

test('a sample and a dump, by name', async () => {
  await bothConnected()
  const sample = await command('sample', 'other', '--duration', '1s', '--json')
  expect(sample).toMatchObject({ code: 0, stderr: '' })
  const { pid } = await supervisord.process('other:other')
  expect(JSON.parse(sample.stdout)).toMatchObject({ pid, by_package: [{ data: 'leaky' }] })
  const counted = await command('sample', 'other', '--duration', '1s', '--classes', '--json')
  expect(JSON.parse(counted.stdout)).toMatchObject({ by_class: [{ data: 'Session', count: 7, growth: 3 }] })
  const dump = await command('dump', 'heap', 'own', '--force')
  expect(JSON.parse(dump.stdout)).toEqual({ what: 'heap', force: true })
})

test('a real worker of another user names the function and line that leaks', async () => {
  await waitFor('its agent', async () =>
    (await listed()).some(one => one.process === 'leaky:leaky' && one.status),
  )
  const { code, stdout, stderr } = await command('sample', 'leaky', '--duration', '5s')
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).toMatch(/Most probably made in remember, \S+leaky\.cjs:/)
  const counted = await command('sample', 'leaky', '--duration', '1s', '--classes')
  expect(counted.stdout).toMatch(/\nObjects, by class\n.+\n {2}Object +[\d,]+ +\+/)
  const threads = await command('dump', 'threads', 'leaky')
  expect(threads).toMatchObject({ code: 0, stderr: '' })
})

test('what cannot be: no agent, no such dump, no such process', async () => {
  const none = await command('sample', 'plain')
  expect(none).toMatchObject({ code: 1, stdout: '' })
  expect(none.stderr).toMatch(
    /^memmon: plain:plain: no agent in pid \d+: start it with "node --require memmon\/agent"/,
  )
  expect(await command('dump', 'core', 'own')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('use heap, threads, gc, scheduler'),
  })
  expect(await command('sample', 'nosuch')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('no process or group "nosuch"'),
  })
})

test('whatever is killed or deleted, all are connected again, and nothing is left down', async () => {
  const socketIsGone = () => rmSync(path, { force: true })
  const ownIsGone = () => rmSync(path.replace('.sock', '-own.sock'), { force: true })
  const killed = (namespec: string) => async () => {
    // supervisord gives up what ends four times in a row before it is RUNNING. One that has just gone is what is wanted.
    const look = async () => {
      const { pid, state } = await supervisord.process(namespec)
      return state === ProcessState.RUNNING && pid
    }
    const pid = await waitFor(`${namespec} to run`, look)
    try {
      process.kill(pid, 'SIGKILL')
    } catch (thrown) {
      expect(thrown).toMatchObject({ code: 'ESRCH' })
    }
  }
  const harms = [killed('memmon:memmon'), killed('own:own'), killed('other:other')]
  for (let round = 0; round < 4; round++) {
    for (const harm of [...harms, harms[round % 3] ?? harms[0]]) await harm?.()
    await bothConnected()
  }
  // A file that was deleted is made anew within half a minute, or by the next memmon.
  for (const harm of [socketIsGone, ownIsGone]) {
    harm()
    await killed('memmon:memmon')()
    await bothConnected()
  }
})

test('memmon leaves no socket behind', async () => {
  await bothConnected()
  await supervisord.ctl('stop', 'memmon')
  expect([existsSync(path), existsSync(path.replace('.sock', '-own.sock'))]).toEqual([false, false])
  const { code, stderr } = await command('agents')
  expect({ code, stderr }).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('no memmon listens for agents'),
  })
})

test('a process that the table has lost has no name', () => {
  const agent = {
    pid: 7,
    program_pid: 7,
    language: '',
    runtime: '',
    can: [],
    connected_at_ms: 0,
    heard_at_ms: 0,
    status: null,
  }
  expect(agentsDocument({ agents: [agent] }, { processes: [] })).toMatchObject([{ process: null, pid: 7 }])
})
