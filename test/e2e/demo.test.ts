// `npm run demo`, and its tour: what they show, and that they leave nothing behind, however they end.
import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { isAlive } from '../helpers/alive.ts'
import { Tmux } from '../helpers/tmux.ts'
import { waitFor } from '../helpers/wait.ts'

const DEMO = join(import.meta.dirname, '..', '..', 'scripts', 'demo.mjs')

// The characters that quoting has to get right, since a temporary folder may have any name.
let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "memmon 100% o'demo;"))
  mkdirSync(join(folder, 'tmp'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** Runs the demo with a temporary folder of its own. */
function runDemo({ path = process.env.PATH ?? '', args = [] as string[] } = {}) {
  const child = spawn(process.execPath, [DEMO, ...args], {
    env: { ...process.env, PATH: path, TMPDIR: join(folder, 'tmp') },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const run = { child, stdout: '', stderr: '', ended: new Promise<number | null>(r => child.on('close', r)) }
  child.stdout.on('data', chunk => {
    run.stdout += chunk
  })
  child.stderr.on('data', chunk => {
    run.stderr += chunk
  })
  return run
}

const pidsIn = (text: string): number[] => [...text.matchAll(/\bpid (\d+)/g)].map(([, pid]) => Number(pid))

test('it shows the growth, the restart and the mail, within a minute, and cleans up', async () => {
  const run = runDemo()
  expect(await run.ended, run.stdout + run.stderr).toBe(0)
  const [, oldPid, newPid] = /leaky was restarted: old pid (\d+), new pid (\d+)/.exec(run.stdout) ?? []
  expect(run.stdout).toMatch(`leaky was started: pid ${oldPid}\n`)
  expect(run.stdout).toMatch(/leaky grows: [\d.]+MB now, of 40MB\n/)
  expect(run.stdout).toMatch(
    new RegExp(
      `memmon's log: .* Restarting leaky:leaky \\(pid ${oldPid}, up \\d+s\\): .* over -p leaky=40MB by`,
    ),
  )
  expect(run.stdout).toMatch(`Restarted leaky:leaky: pid ${oldPid} is now pid ${newPid}, after `)
  expect(run.stdout).toMatch(/^ {4}Subject: memmon: process leaky:leaky restarted$/m)
  expect(run.stdout).toMatch(new RegExp(`^ {4}Pid: +${oldPid} before, ${newPid} now$`, 'm'))
  expect(run.stdout).toMatch(/Done, after \d+ s\. All is cleaned up\.\n$/)
  expect(pidsIn(run.stdout).filter(isAlive)).toEqual([])
  expect(readdirSync(join(folder, 'tmp'))).toEqual([])
})

test.each([
  ['the demo', [], 'leaky grows'],
  ['the tour', ['--tour'], '[3/8]'],
])('Ctrl-C ends %s at once, with all it has started', async (_, args, shown) => {
  const run = runDemo({ args })
  await waitFor(
    () => `${shown}\n${run.stdout}${run.stderr}`,
    () => run.stdout.includes(shown),
  )
  const running = pidsIn(run.stdout).filter(isAlive)
  expect(running.length).toBeGreaterThan(0)
  run.child.kill('SIGINT')
  expect(await run.ended).toBe(130)
  expect(run.stderr).toBe('The demo failed: ended by SIGINT\n')
  expect(running.filter(isAlive)).toEqual([])
  expect(readdirSync(join(folder, 'tmp'))).toEqual([])
})

test('a supervisord that does not start is told in one line', async () => {
  const script = `#!/bin/sh\n[ "$1" = --version ] && exit 0\necho 'Error: no such luck' >&2\nexit 2\n`
  writeFileSync(join(folder, 'supervisord'), script, { mode: 0o755 })
  const run = runDemo({ path: [folder, process.env.PATH].join(delimiter) })
  expect(await run.ended).toBe(1)
  expect(run.stderr).toBe('The demo failed: supervisord has ended (exit code 2): Error: no such luck\n')
  expect(readdirSync(join(folder, 'tmp'))).toEqual([])
})

test('an argument that it does not know is refused', async () => {
  const run = runDemo({ args: ['--tuor'] })
  expect(await run.ended).toBe(2)
  expect(run.stderr).toBe(`Unknown option '--tuor'. Run "npm run demo", or "npm run demo -- --tour"\n`)
})

test('on a terminal the tour opens memmon top, and q goes on', async () => {
  // Tall enough for all that it says: nothing scrolls away.
  const tmux = new Tmux(100, 250, { TMPDIR: join(folder, 'tmp'), PATH: process.env.PATH ?? '' })
  try {
    tmux.script('t', [process.execPath, DEMO, '--tour'])
    await tmux.waitFor(/^\$ *$/m)
    tmux.type('./t; echo code $?')
    await tmux.waitFor(/^memmon \(pid \d+\): last tick [\s\S]*^> shop .* leak: limit in \d+m[\s\S]*^q quit/m)
    expect(tmux.modes.alternate).toBe(true)
    tmux.press('q')
    await tmux.waitFor(/^well: 1 program watched[\s\S]*^\[5\/8\] /m)
    expect(tmux.modes).toEqual({ alternate: false, cursor: true, wrap: true })
    tmux.press('C-c')
    await tmux.waitFor(/The demo failed: ended by SIGINT\ncode 130$/m)
    expect(readdirSync(join(folder, 'tmp'))).toEqual([])
  } finally {
    tmux.stop()
  }
})

/** What each step of the tour announces, and what it then shows. */
const STEPS: readonly [sentence: RegExp, ...facts: RegExp[]][] = [
  [
    /has written the last \d+m( \d+s)? of shop's history, with memmon's own code, as memmon would have recorded it/,
    /^shop has pid (\d+) and uses [\d.]+MB$/m,
    /memmon's log: .* INFO memmon watches supervisord at unix:/,
  ],
  [
    /memmon check shows .*; memmon history shows/,
    /^\$ memmon check -C supervisord\.conf\nPROCESS .*\nshop +RUNNING .* ok +\[program:shop\] soft_limit=150MB$/m,
    /^limit 200MB │╌+$/m,
    /^ {2}Size .* seen for \d+m/m,
  ],
  [
    /A limit sees only the end of a leak/,
    /memmon's log: .* WARN shop:shop \(pid \d+\) leaks: .*growing by [\d.]+MB an hour .* it reaches its limit of 200MB in \d+m/,
    /^ {4}Subject: memmon: process shop:shop leaks$/m,
    /^ {4}limit 200MB \|-+$/m,
  ],
  [
    /memmon top shows that live, here as one picture\. Then memmon status says whether all is well/,
    /^\$ memmon top -C supervisord\.conf\n[\s\S]*?^shop .* leak: limit in \d+m/m,
    /^well: 1 program watched, all within their limits$/m,
    /it leaks and reaches its limit in \d+m/,
  ],
  [
    /shop now works, and leaks, without a pause/,
    /^shop uses 1[0-4]\d(\.\d)?MB$/m,
    /memmon's log: .* INFO Draining shop:shop .* over \[program:shop\] soft_limit=150MB .* Asked to finish by SIGUSR2/,
  ],
  [
    /memmon writes down what the kernel knows about it, and restarts it/,
    /INFO Restarting shop:shop .* it has finished, after \d+s/,
    /INFO Evidence of shop:shop .*: \d+ of \d+ descriptors are of one file, .*tour-program\.mjs: it is opened again and again/,
    /^shop was pid \d+ with 1[5-9]\d(\.\d)?MB, and is pid \d+ with \d\d(\.\d)?MB$/m,
  ],
  [
    /The mail says what was done and why, with that evidence and the chart/,
    /^ {4}Subject: memmon: process shop:shop restarted$/m,
    /^ {4}Found: +\d+ of \d+ descriptors are of one file,$/m,
    /\^ restart/,
    /^The chart is also in it as a picture: image\/png, [\d.]+KB$/m,
  ],
  [/memmon report makes one page of everything/, /^\S.*\/report\.html: 1 process$/m],
]

test('the tour tells the whole story, each step with what memmon has just said, and cleans up', async () => {
  const run = runDemo({ args: ['--tour'] })
  expect(await run.ended, run.stdout + run.stderr).toBe(0)
  expect(run.stderr).not.toContain('failed')
  const told = run.stdout.split(/^\[\d\/8\] /m).slice(1)
  expect(told).toHaveLength(STEPS.length)
  for (const [at, [sentence, ...facts]] of STEPS.entries()) {
    const [announced = '', ...shown] = (told[at] ?? '').split('\n\n')
    expect(announced.replaceAll('\n', ' ')).toMatch(sentence)
    for (const fact of facts) expect(shown.join('\n\n')).toMatch(fact)
  }
  expect(run.stdout).toMatch(/Done, after \d+ s\. All is cleaned up\.\n$/)
  expect(pidsIn(run.stdout).filter(isAlive)).toEqual([])
  expect(readdirSync(join(folder, 'tmp'))).toEqual([])
})
