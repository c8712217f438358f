// `npm run demo`: what it shows, and that it leaves nothing behind, however it ends.
import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { isAlive } from '../helpers/alive.ts'
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
function runDemo(path = process.env.PATH ?? '') {
  const child = spawn(process.execPath, [DEMO], {
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

test('Ctrl-C ends it at once, with all it has started', async () => {
  const run = runDemo()
  await waitFor('leaky to grow', () => run.stdout.includes('leaky grows'))
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
  const run = runDemo([folder, process.env.PATH].join(delimiter))
  expect(await run.ended).toBe(1)
  expect(run.stderr).toBe('The demo failed: supervisord has ended (exit code 2): Error: no such luck\n')
  expect(readdirSync(join(folder, 'tmp'))).toEqual([])
})
