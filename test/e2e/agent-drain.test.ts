// Soft limits that are answered by agents, under a real supervisord: real workers without any signal handler, such as have no
// agent, and a memmon that is killed before it has the answer.
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { AGENT, AGENT_API } from '../helpers/agent-app.ts'
import { runMemmon } from '../helpers/memmon.ts'
import { PYTHON } from '../helpers/python.ts'
import { holder, Supervisord } from '../helpers/supervisord.ts'
import { confPath } from '../helpers/supervisord-conf.ts'
import { waitFor } from '../helpers/wait.ts'

const WORKER = join(import.meta.dirname, '..', 'fixtures', 'agent-worker.cjs')
/** Between memmon's user and another one, a pid is proved. */
const user = process.getuid?.() === 0 ? 'user=nobody\n' : ''
let folder = ''
let supervisord: Supervisord
const file = (name: string): string => join(folder, name)
const notesOf = (name: string): string => join(folder, 'notes', name)
const read = (path: string): string => (existsSync(path) ? readFileSync(path, 'utf8') : '')

const worker = (name: string, more = ''): string => `[program:${name}]
command=${confPath(process.execPath)} --require ${confPath(AGENT)} ${confPath(WORKER)} ${confPath(AGENT_API)} ${notesOf(name)} 150 ${more}
environment=MEMMON_SOCKET="${file('agents.sock')}"
autorestart=false
${user}`

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'memmon-agent-drain-'))
  chmodSync(folder, 0o755)
  mkdirSync(file('notes'))
  chmodSync(file('notes'), 0o777)
  writeFileSync(
    file('memmon.conf'),
    `[memmon]
agent_socket = ${file('agents.sock')}
agent_socket_mode = 0666
stagger = 0
growth = off
[program:gentle]
memory_limit = 1GB
soft_limit = 120MB
drain_agent = true
drain_signal = KILL
[program:still]
soft_limit = 120MB
drain_agent = true
[program:signalled]
soft_limit = 30MB
drain_agent = true
drain_signal = USR1
grace = 16s
[program:bare]
soft_limit = 30MB
drain_agent = true
grace = 8s
`,
  )
  supervisord = await Supervisord.start({
    programs: `${worker('gentle')}${worker('still', 'stops')}
[program:signalled]
command=${PYTHON} -c "import signal, time; signal.signal(10, lambda *a: open('${file('signals')}', 'a').write('x')); b = b'x' * (50 << 20); [time.sleep(1) for _ in range(3600)]"
${holder('bare', 50)}`,
    memmon: `--config ${file('memmon.conf')}`,
  })
  const names = ['gentle', 'still']
  await waitFor(
    () => `their agents\n${supervisord.memmonLog()}`,
    async () => {
      const { stdout } = await runMemmon(['agents', '-C', supervisord.conf])
      return names.every(name => stdout.includes(`${name}:${name} `))
    },
  )
  for (const name of names) writeFileSync(`${notesOf(name)}.known`, '')
})
afterAll(async () => {
  await supervisord?.stop()
  rmSync(folder, { recursive: true, force: true })
})

/** The lines that each run has noted. */
const notes = (name: string): string[][] => {
  const lines = read(notesOf(name)).trim().split('\n')
  const pids = [...new Set(lines.map(line => line.split(' ')[0]))]
  return pids.map(pid =>
    lines.filter(line => line.startsWith(`${pid} `)).map(line => line.replace(/^\d+ /, '')),
  )
}

test('a worker finishes its job, ends and is started again, without a signal', async () => {
  const { pid } = await supervisord.process('gentle:gentle')
  await supervisord.waitForLog(
    /Draining gentle:gentle .*\. Asked to finish by its agent, or else by SIGKILL; restarts at /,
  )
  await supervisord.waitForLog(/The agent of gentle:gentle \(pid \d+\) has asked it to finish/)
  await supervisord.waitForLog('No longer draining gentle:gentle (pid')
  await supervisord.waitForLog('Restarted gentle:gentle: pid')
  const [first = []] = await waitFor('its next run', () => notes('gentle').length > 1 && notes('gentle'))
  expect(first.filter(line => line === 'drains')).toHaveLength(1)
  const begun = first.filter(line => line.startsWith('begins')).length
  expect(first.filter(line => line.startsWith('ends'))).toHaveLength(begun)
  expect((await supervisord.process('gentle:gentle')).pid).not.toBe(pid)
})

test('what has no agent gets its signal; without one the drain has failed, and its grace goes on', async () => {
  await supervisord.waitForLog(
    /WARN The agent of signalled:signalled \(pid \d+\) has not asked it to finish: no agent in pid \d+.*\. Asking by SIGUSR1/,
  )
  await waitFor('the signal', () => read(file('signals')) === 'x')
  await supervisord.waitForLog(
    /Failed to drain bare:bare: its agent: no agent in pid \d+.*\. It is restarted when its grace is over/,
  )
  await supervisord.waitForLog(/Restarting bare:bare .* its grace of 8s is over/)
})

test('memmon is killed before it has the answer: the next one asks again, and the program is told once', async () => {
  await supervisord.waitForLog('Draining still:still')
  const { pid } = await supervisord.process('still:still')
  process.kill((await supervisord.process('memmon:memmon')).pid, 'SIGKILL')
  await supervisord.waitForLog('still:still was asked to finish by an earlier memmon: draining continues')
  expect(notes('still')).toEqual([expect.not.arrayContaining(['drains'])])
  process.kill(pid, 'SIGCONT')
  await supervisord.waitForLog(`The agent of still:still (pid ${pid}) has asked it to finish`)
  writeFileSync(`${notesOf('still')}.done`, '')
  await supervisord.waitForLog('Restarted still:still: pid')
  expect(notes('still')[0]?.filter(line => line === 'drains')).toHaveLength(1)
  expect(supervisord.memmonLog().split('Draining still:still')).toHaveLength(2)
})
