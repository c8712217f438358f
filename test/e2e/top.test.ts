// `memmon top` on a real terminal, under a real supervisord with a listener: three sizes, keys, resizes, every end.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { codeBlocks } from '../helpers/documents.ts'
import { holder, MEMMON, Supervisord } from '../helpers/supervisord.ts'
import { Tmux } from '../helpers/tmux.ts'
import { waitFor } from '../helpers/wait.ts'

let supervisord: Supervisord
let tmux: Tmux | undefined
beforeAll(async () => {
  supervisord = await Supervisord.start({
    programs: `${holder('big', 50)}${holder('steady', 20)}[program:small]
command=sleep 3600
process_name=%(program_name)s_%(process_num)02d
numprocs=30
`,
    memmon: '-p big=40MB -a 1GB --action alert -s true --agent-socket %(here)s/agents.sock',
  })
  await supervisord.waitForLog('big:big (pid')
})
afterAll(() => supervisord.stop())
afterEach(() => {
  tmux?.stop()
  tmux = undefined
})

/** What docs/top.md says to type after SIGKILL. */
const MENDS =
  codeBlocks('docs/top.md')
    .find(({ text }) => text.includes('reset'))
    ?.text.trim() ?? ''
const TABLE = /\n> big +63|\n> big +\d+/
const conf = () => supervisord.conf
const topArgs = (...more: string[]) => [process.execPath, ...more, MEMMON, 'top', '-C', conf(), '-d', '1']

/** A shell that has `./t` for memmon top. */
function shellOf(
  columns: number,
  rows: number,
  env: Record<string, string> = {},
  nodeArgs: string[] = [],
): Tmux {
  const made = new Tmux(columns, rows, env)
  made.script('t', topArgs(...nodeArgs))
  tmux = made
  return made
}

async function topOf(...of: Parameters<typeof shellOf>): Promise<Tmux> {
  const made = shellOf(...of)
  await made.waitFor(/^\$ *$/m)
  made.type('echo before; stty -a > before; ./t; echo code $?; stty -a > after; echo after')
  await made.waitFor(TABLE)
  return made
}

/** The terminal is as it was: its settings, its modes, and what was on its screen. */
async function expectRestored(made: Tmux, code: number): Promise<void> {
  const lines = await made.waitFor(/\nafter\n/)
  expect(made.modes).toEqual({ alternate: false, cursor: true, wrap: true })
  const [before, after] = ['before', 'after'].map(name => readFileSync(join(made.folder, name), 'utf8'))
  expect(after).toBe(before)
  const shown = lines.join('\n').trimEnd()
  expect(shown).toMatch(new RegExp(`^\\$ echo before; [\\s\\S]*\\nbefore\\n[^>]*code ${code}\\nafter\\n\\$$`))
}

test.each([
  [60, 20, /^ {2}PROCESS +RSS .*NOW$/],
  [80, 24, /^ {2}PROCESS +RSS +LIMIT +USED +LAST \S+ .*NOW$/],
  [200, 50, /^ {2}PROCESS +PID +UPTIME +RSS +LIMIT +USED +LAST .* NOW +RULE$/],
])('%ix%i: as many lines as there are, what is over on top, and the keys below', async (columns, rows, head) => {
  const made = await topOf(columns, rows)
  const { lines } = made
  expect(lines).toHaveLength(rows)
  expect(lines[0]).toMatch(/^1 of 33 over, .* \d\d:\d\d:\d\d$/)
  expect(lines[1]).toMatch(/^memmon \(pid \d+\): last tick \ds ago, [\d.]+MB of [\d.]+MB used$/)
  expect(lines[3]).toMatch(head)
  expect(lines[4]).toMatch(/^> big .* 1\d\d% .*alerted/)
  expect(lines.filter(line => / {2}small:small_\d\d /.test(line)).length).toBe(Math.min(30, rows - 6 - 2))
  expect(lines.at(-1)).toMatch(/^q quit {2}\? help {2}Enter details {2}e evidence {2}r restart/)
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(columns)
  made.press('q')
  await expectRestored(made, 0)
})

test('keys: sort, filter, details, evidence, a question that is not answered, help', async () => {
  const made = await topOf(80, 24)
  made.press('s')
  expect((await made.waitFor(/^By size/m))[4]).toMatch(/^> big /)
  made.press('s', 's', 's', 's', 's')
  await made.waitFor(/^By urgency/m)
  made.press('/')
  made.press('s', 't', 'e')
  await made.waitFor(/^By urgency; 1 of 33 hold "ste"[\s\S]*> steady[\s\S]*^Filter: ste_/m)
  made.press('Enter', 'Enter')
  const details = await made.waitFor(/^Details of steady[\s\S]*^q back/m)
  expect(details.join('\n')).toMatch(
    /\nState +RUNNING, pid \d+, up .*\nSize +\d\d\.\dMB RSS\nLimit +1GB, \d% used/,
  )
  made.press('e')
  const evidence = await made.waitFor(
    /^Evidence of steady \(pid \d+\); lines 1 to 19 of \d\d[\s\S]*\nMemory: /m,
  )
  expect(evidence.join('\n')).toMatch(/steady:steady: RUNNING, pid \d+/)
  made.press('NPage')
  await made.waitFor(/^Evidence of steady \(pid \d+\); lines (19|2\d|1\d) to \d\d of \d\d/m)
  made.press('q', 'Escape')
  await made.waitFor(TABLE)
  made.press('r')
  await made.waitFor(/^Restart big \(pid \d+\) now\?\ny yes {2}any other key no/m)
  made.press('q')
  await made.waitFor(/^Nothing was done\./m)
  made.paste('ry')
  made.press('?')
  const help = await made.waitFor(/^Keys/m)
  expect(help.join('\n')).not.toMatch(/now\?|\.\.\.$/m)
  made.press('C-c')
  await expectRestored(made, 0)
})

test('r restarts the selected process by the listener, once it was confirmed', async () => {
  const made = await topOf(80, 24)
  const before = await supervisord.process('small:small_29')
  made.press('/')
  made.press('_', '2', '9', 'Enter', 'r')
  await made.waitFor(new RegExp(`^Restart small:small_29 \\(pid ${before.pid}\\) now\\?`, 'm'))
  made.press('y')
  const after = await supervisord.waitForRestart(before)
  const lines = await made.waitFor(new RegExp(`^.*small_29.*${after.pid}`, 'm'))
  expect(lines.at(-2)).toMatch(/small_29/)
  await supervisord.waitForLog('small:small_29')
  made.press('m')
  await made.waitFor(/^Leave small:small_29 (\(pid \d+\) )?alone for an hour/m)
  made.press('y')
  await made.waitFor(/^> small:small_29 .* muted until \d\d:\d\d$/m)
  made.press('q')
  await expectRestored(made, 0)
})

test('it is live, and follows the size of the terminal, also one that is too small', async () => {
  const made = await topOf(80, 24)
  await supervisord.ctl('stop', 'steady')
  made.press('/')
  made.press('s', 't', 'e', 'Enter')
  await made.waitFor(/^> steady .* STOPPED$/m)
  await supervisord.ctl('start', 'steady')
  await made.waitFor(/^> steady .* ok$/m)
  made.press('Escape')
  for (const [columns, rows] of [
    [120, 30],
    [40, 8],
    [80, 24],
  ] as const) {
    made.resize(columns, rows)
    await made.waitFor(new RegExp(`^.{${columns - 8}}\\d\\d:\\d\\d:\\d\\d\\n[\\s\\S]*\\n> big`))
    expect(made.lines.at(-1)).toMatch(/^q quit/)
  }
  made.resize(30, 5)
  expect((await made.waitFor(/q quits/)).join('\n')).toMatch(/^memmon top needs 40x8; this is\nq quits\n/)
  made.resize(80, 24)
  await made.waitFor(TABLE)
  made.press('q')
  await expectRestored(made, 0)
})

test.each([
  ['SIGTERM', 143],
  ['SIGINT', 130],
  ['SIGHUP', 129],
] as const)('%s leaves the terminal as it was', async (signal, code) => {
  const made = await topOf(80, 24)
  process.kill(made.child, signal)
  await expectRestored(made, code)
})

test('so does an error within it', async () => {
  const fails = `data:text/javascript,process.on('SIGUSR2',()=>{throw new Error('a defect')})`
  const made = await topOf(80, 24, {}, ['--import', fails])
  process.kill(made.child, 'SIGUSR2')
  const lines = await made.waitFor(/\nafter\n/)
  expect(lines.join('\n')).toMatch(/Error: a defect[\s\S]*\ncode 1\nafter/)
  expect(made.modes).toEqual({ alternate: false, cursor: true, wrap: true })
  const [before, after] = ['before', 'after'].map(name => readFileSync(join(made.folder, name), 'utf8'))
  expect(after).toBe(before)
})

test('after SIGKILL the terminal is as docs/top.md says, and what it says mends it', async () => {
  const made = await topOf(80, 24)
  process.kill(made.child, 'SIGKILL')
  await waitFor('the shell to go on', () => existsSync(join(made.folder, 'after')))
  expect(made.modes).toEqual({ alternate: true, cursor: false, wrap: false })
  // Enter sends a carriage return, which nothing makes a line end of now.
  made.press('C-j')
  for (const key of `${MENDS}; :>mended`) made.press(key === ' ' ? 'Space' : key === ';' ? '\\;' : key)
  made.press('C-j')
  await waitFor('reset to end', () => existsSync(join(made.folder, 'mended')))
  expect(made.modes).toEqual({ alternate: false, cursor: true, wrap: true })
  made.type('stty -a')
  await made.waitFor(/ icrnl ixon [\s\S]*\nopost [\s\S]*\nisig icanon -?iexten echo /)
})

test('Ctrl-Z gives the terminal to the shell, and fg gives it back', async () => {
  const made = await topOf(80, 24)
  made.press('C-z')
  await waitFor('the shell', () => !made.modes.alternate && made.lines.some(line => /^\$ *$/.test(line)))
  expect(made.modes).toEqual({ alternate: false, cursor: true, wrap: true })
  made.type('fg')
  await made.waitFor(TABLE)
  expect(made.modes).toEqual({ alternate: true, cursor: false, wrap: false })
})

test('a terminal that has gone ends it', async () => {
  const made = await topOf(80, 24)
  const { child } = made
  made.stop()
  await waitFor('memmon top to end', () => !existsSync(`/proc/${child}`))
})

test('NO_COLOR has no colours, and no bold', async () => {
  const coloured = await topOf(80, 24)
  expect(coloured.colours).toContain('\u001b[31m')
  coloured.stop()
  const made = await topOf(80, 24, { NO_COLOR: '1' })
  expect(made.colours).not.toContain('\u001b[')
})

test('in a pipe it is one picture, and no terminal is steered', () => {
  const [command = '', ...args] = topArgs()
  const env = { PATH: process.env.PATH, HOME: '/', LC_ALL: 'C.UTF-8' }
  const { stdout, stderr, status } = spawnSync(command, args, { encoding: 'utf8', env })
  expect({ stderr, status }).toEqual({ stderr: '', status: 0 })
  expect(stdout).toMatch(/^1 of 33 over, .*\nmemmon \(pid \d+\): last tick .*\n\nPROCESS +PID .*\nbig +\d+ /)
  expect(stdout.trimEnd().split('\n')).toHaveLength(3 + 1 + 33)
  expect(stdout).toMatch(/^[ -~▁-█\n]*$/)
})

test('a listener that does not run, and a supervisord that does not answer, are said above what was seen last', async () => {
  const made = await topOf(80, 24)
  await supervisord.ctl('stop', 'memmon')
  await made.waitFor(/^\[eventlistener:memmon\] memmon is not running \(supervisord says STOPPED/m)
  await supervisord.ctl('shutdown')
  const lines = await made.waitFor(/^no answer from supervisord|^supervisord/m)
  expect(lines.join('\n')).toMatch(/\n> big /)
  made.press('q')
  await expectRestored(made, 0)
})
