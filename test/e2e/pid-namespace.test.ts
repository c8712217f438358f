// A real supervisord in a pid namespace of its own, asked by a memmon outside and by one inside. Where this machine
// permits no such namespace, a scripted one answers with the pids of processes that are not its children.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { afterEach, expect, test } from 'vitest'
import type { ProcessInfo } from '../../src/rules/process.ts'
import { ProcessState } from '../../src/rules/process.ts'
import { Memmon, runMemmon, tickText } from '../helpers/memmon.ts'
import { supervisordUnshared, unshareArguments } from '../helpers/pid-namespace.ts'
import { ScriptedSupervisord } from '../helpers/scripted-supervisord.ts'
import { holder, Supervisord } from '../helpers/supervisord.ts'
import { waitFor } from '../helpers/wait.ts'

interface Foreign {
  readonly url: string
  table(): Promise<readonly Pick<ProcessInfo, 'pid' | 'namespec'>[]>
  stop(): Promise<void>
}

let foreign: Foreign
let memmon: Memmon | undefined
afterEach(async () => {
  memmon?.child.kill('SIGKILL')
  await memmon?.ended
  await foreign.stop()
})

/** With a program of 60 MB; `memmonInside` are the arguments of a memmon under it. */
async function unshared(
  args: readonly string[] | undefined,
  memmonInside?: string,
): Promise<Foreign & { supervisord: Supervisord }> {
  const folder = args && supervisordUnshared(args)
  const supervisord = await Supervisord.start({
    programs: holder('big', 60) + holder('small', 5),
    ...(memmonInside !== undefined && { memmon: memmonInside }),
    ...(folder && { env: { PATH: `${folder}:${process.env.PATH}` } }),
  })
  return {
    supervisord,
    url: supervisord.serverUrl,
    table: () => supervisord.client.getAllProcessInfo(),
    async stop() {
      await supervisord.ctl('shutdown') // unshare itself does not hand SIGTERM on
      await supervisord.stop()
      if (folder) rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Its programs have the pids of a shell's children. */
async function scripted(): Promise<Foreign> {
  const shell = spawn('sh', ['-c', 'for i in 1 2; do sleep 600 & echo $!; done; wait'], { detached: true })
  const pids = await linesOf(shell, 2)
  const server = await ScriptedSupervisord.start({
    programs: pids.map((pid, at) => ({ namespec: `w:p${at}`, pid: Number(pid) })),
  })
  return {
    url: server.url,
    table: async () =>
      [...server.programs.values()].map(program => ({ ...program.info(), namespec: program.name })),
    async stop() {
      const ended = once(shell, 'exit')
      process.kill(-(shell.pid ?? 0), 'SIGKILL')
      await ended
      await server.close()
    },
  }
}

async function linesOf(child: ChildProcess, count: number): Promise<string[]> {
  let output = ''
  child.stdout?.on('data', chunk => {
    output += chunk
  })
  return await waitFor(`${count} lines`, () => {
    const lines = output.split('\n').slice(0, -1)
    return lines.length >= count && lines
  })
}

test('asked from outside: nothing is measured or restarted, one line says why, and each tick is answered', async () => {
  const args = unshareArguments()
  foreign = args ? await unshared(args) : await scripted()
  const before = await foreign.table()
  memmon = new Memmon(['-a', '1KB', '-c', '--min-free', '99%', '--verbose'], {
    SUPERVISOR_SERVER_URL: foreign.url,
  })
  for (let tick = 1; tick <= 5; tick++) {
    memmon.write(tickText())
    await memmon.waitForAnswers(tick)
  }
  await memmon.waitForLog('nothing is measured and nothing restarted')
  for (const command of [['check'], ['explain', before[0]?.namespec ?? '']]) {
    const run = await runMemmon([...command, '-a', '1KB', '--server-url', foreign.url])
    expect(run).toMatchObject({ code: 2, stdout: '' })
    expect(run.stderr).toContain('nothing is measured and nothing restarted')
  }
  await memmon.end()
  expect(memmon.stderr.match(/nothing is measured and nothing restarted/g)).toHaveLength(1)
  expect(memmon.stderr).not.toMatch(/RSS of|Restarting|Too little/)
  expect((await foreign.table()).map(({ pid }) => pid)).toEqual(before.map(({ pid }) => pid))
}, 60_000)

test('asked from inside, or from the only namespace that there is: what is over its limit is restarted', async () => {
  const inside = await unshared(unshareArguments(), '-p big=40MB')
  foreign = inside
  const { supervisord } = inside
  await supervisord.waitForLog('Restarted big:big: pid')
  expect(supervisord.memmonLog()).not.toMatch(/WARN|ERRO|CRIT/)
  expect(await supervisord.process('big:big')).toMatchObject({ state: ProcessState.RUNNING })
}, 60_000)
