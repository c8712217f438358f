// A supervisord whose pids mean other processes here: the built binary measures none of them and restarts nothing.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Memmon, runMemmon, tickText } from '../helpers/memmon.ts'
import { ScriptedSupervisord } from '../helpers/scripted-supervisord.ts'
import { waitFor } from '../helpers/wait.ts'

let folder = ''
let server: ScriptedSupervisord
let children: ChildProcess[]
let memmon: Memmon | undefined
let ticks: number
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'memmon-namespace-'))
  children = []
  memmon = undefined
  ticks = 0
  server = await ScriptedSupervisord.start({ socketPath: join(folder, 's.sock') })
})
afterEach(async () => {
  memmon?.child.kill('SIGKILL')
  await memmon?.ended
  for (const child of children) {
    const ended = once(child, 'exit')
    child.kill('SIGKILL')
    await ended
  }
  await server.close()
  rmSync(folder, { recursive: true, force: true })
})

/** A process of this test, which is the parent that the scripted supervisord says it is. */
function ownChild(): number {
  const child = spawn('sleep', ['600'])
  children.push(child)
  return child.pid ?? 0
}

/** A process of this machine that is nobody's here: a child of a shell of ours. */
async function strange(): Promise<number> {
  const shell = spawn('sh', ['-c', 'sleep 600 & echo $!; trap "kill $!" EXIT; wait'])
  children.push(shell)
  const [line] = await once(shell.stdout, 'data')
  const pid = Number(line)
  shell.on('exit', () => process.kill(pid, 'SIGKILL'))
  return pid
}

/** A memmon that would restart whatever it could measure. */
async function start(...args: string[]): Promise<Memmon> {
  memmon = new Memmon(['-a', '1KB', '--min-free', '99%', ...args], { SUPERVISOR_SERVER_URL: server.url })
  await waitFor('READY', () => memmon?.stdout === 'READY\n')
  return memmon
}

/** Ticks until supervisord has been asked for its table so many times. */
const checks = (running: Memmon, count: number) =>
  waitFor(`${count} checks\n${running.stderr}`, async () => {
    running.write(tickText())
    await running.waitForAnswers(++ticks)
    return server.count('getAllProcessInfo') >= count
  })

const refusals = (running: Memmon): string[] =>
  running.stderr.match(/WARN .*nothing is measured and nothing restarted: .*/g) ?? []

test('pids of unrelated processes: said once, ticks are answered, nothing is restarted', async () => {
  const pids = [await strange(), await strange()]
  pids.map((pid, at) => server.add({ namespec: `w:p${at}`, pid }))
  const running = await start()
  await checks(running, 5)
  expect(refusals(running)).toHaveLength(1)
  expect(refusals(running)[0]).toMatch(
    new RegExp(
      `it says that w:p0 is pid ${pids[0]}, a child of its own pid ${process.pid}, .* is a child of pid`,
    ),
  )
  expect(running.stderr).not.toMatch(/Restarting|Too little/)
  // Another supervisord answers there, whose children are here.
  server.programs.clear()
  server.add({ namespec: 'w:ours', pid: ownChild() })
  await checks(running, 6)
  await running.waitForLog('INFO Checks resumed')
  await waitFor('the stop', () => server.count('stopProcess') > 0)
  expect(server.calls.filter(({ method }) => method === 'stopProcess')).toMatchObject([
    { params: ['w:ours', false] },
  ])
})

test('one pid that another process was given meanwhile is left out alone', async () => {
  server.add({ namespec: 'w:reused', pid: await strange() })
  server.add({ namespec: 'w:a', pid: ownChild() })
  server.add({ namespec: 'w:b', pid: ownChild() })
  // Nothing goes away, so that the others vouch for supervisord's pids at each check.
  const running = await start('--dry-run')
  await checks(running, 2)
  await running.waitForLog('Would restart w:a')
  await running.waitForLog('Would restart w:b')
  expect(running.stderr).not.toContain('w:reused')
  expect(refusals(running)).toEqual([])
})

test.each([
  ['an hour earlier', -3600],
  ['an hour later', 3600],
])('children of a namesake that were started %s: refused', async (_, seconds) => {
  server.add({ namespec: 'w:a', pid: ownChild() }).startSeconds += seconds
  const running = await start()
  await checks(running, 3)
  expect(refusals(running)).toEqual([expect.stringContaining("If this machine's clock was set since")])
  expect(server.count('stopProcess')).toBe(0)
})

test('check and explain refuse in the same words, with exit code 2', async () => {
  server.add({ namespec: 'w:a', pid: await strange() })
  for (const command of [['check'], ['check', '--json'], ['explain', 'a']]) {
    const run = await runMemmon([...command, '-a', '1KB', '--server-url', server.url])
    expect(run).toMatchObject({ code: 2, stdout: '' })
    expect(run.stderr).toMatch(
      /^memmon: supervisord's pids are those of another pid namespace, .*it says that w:a/,
    )
  }
})

test('check looks at pids that are children here, and at no other', async () => {
  const pid = ownChild()
  server.add({ namespec: 'w:a', pid })
  server.add({ namespec: 'w:reused', pid: await strange() })
  const run = await runMemmon(['check', '-a', '1KB', '--json', '--server-url', server.url])
  expect(run).toMatchObject({ code: 1, stderr: '' })
  expect(JSON.parse(run.stdout).processes).toMatchObject([
    { namespec: 'w:a', pid, rss_bytes: expect.any(Number), verdict: 'restart' },
    { namespec: 'w:reused', rss_bytes: null, verdict: 'no rule' },
  ])
})
