// What was gathered for a digest and not sent yet when memmon ends, whatever ends it: kept, and sent once. The built
// binary against a scripted supervisord.
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ProcessState } from '../../src/rules/process.ts'
import { Memmon, tickText } from '../helpers/memmon.ts'
import { ownNeedMb } from '../helpers/own-need.ts'
import { ScriptedSupervisord } from '../helpers/scripted-supervisord.ts'
import { waitFor } from '../helpers/wait.ts'

const PROGRAMS = 9
const DEFECT = "process.once('SIGUSR2', () => { throw new Error('a defect') })"

let folder = ''
let server: ScriptedSupervisord
let sleeps: ChildProcess[]
let memmons: Memmon[]
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'memmon-unsent-'))
  mkdirSync(join(folder, 'mails'))
  // Takes a mail once the file `ready` is there, as a server that is away for a while.
  writeFileSync(
    join(folder, 'sendmail'),
    `#!/bin/sh\ncd ${folder}\ntest -e ready || exit 75\ncat > new.$$ && mv new.$$ mails/$$\n`,
    { mode: 0o755 },
  )
  sleeps = Array.from({ length: PROGRAMS }, () => spawn('sleep', ['600']))
  server = await ScriptedSupervisord.start({
    socketPath: join(folder, 's.sock'),
    programs: sleeps.map(({ pid = 0 }, at) => ({ namespec: `p:p${at}`, pid })),
  })
  memmons = []
})
afterEach(async () => {
  for (const memmon of memmons) memmon.child.kill('SIGKILL')
  await Promise.all(memmons.map(({ ended }) => ended))
  await server.close()
  for (const sleep of sleeps) sleep.kill()
  rmSync(folder, { recursive: true, force: true })
})

function start(...args: string[]): Memmon {
  const rules = ['-a', '1KB', '--action', 'alert', '--mail-interval', '1h']
  const channel = ['-m', 'bob@example.com', '-s', join(folder, 'sendmail')]
  const memmon = new Memmon([...rules, ...channel, '--state-dir', join(folder, 'state'), ...args], {
    SUPERVISOR_SERVER_URL: server.url,
    NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(DEFECT)}`,
  })
  memmons.push(memmon)
  return memmon
}

/** What waits for its next try is due at once. */
function hurry(): void {
  const state = join(folder, 'state')
  for (const name of readdirSync(state, { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.json')) continue
    const text = readFileSync(join(state, name), 'utf8')
    writeFileSync(join(state, name), text.replace(/"dueTick":[\d.]+/g, '"dueTick":0'))
  }
}

const ready = () => writeFileSync(join(folder, 'ready'), '')

/** How many of the mails that arrived are about each program. */
function arrived(): number[] {
  const mails = readdirSync(join(folder, 'mails')).map(name =>
    readFileSync(join(folder, 'mails', name), 'utf8'),
  )
  return sleeps.map((_, at) => mails.filter(mail => mail.includes(`p:p${at} `)).length)
}

const alertsIn = ({ stderr }: Memmon): number => stderr.match(/ exceeds its limit and is left/g)?.length ?? 0

const ENDS: readonly [string, (memmon: Memmon) => unknown, args?: () => Promise<string[]>][] = [
  ['SIGTERM', memmon => memmon.child.kill('SIGTERM')],
  ['the end of stdin', memmon => memmon.child.stdin.end()],
  ['a defect', memmon => memmon.child.kill('SIGUSR2')],
  ['its own limit', () => {}, ownLimit],
]

/** Enough for the start, and not for the table of so many. */
async function ownLimit(): Promise<string[]> {
  const needMb = await ownNeedMb(start('--own-limit', '1MB'))
  for (let at = 0; at < 4_000; at++) server.add({ namespec: `many:${at}`, state: ProcessState.STOPPED })
  return ['--own-limit', `${needMb + 2}MB`]
}

test.each(
  ENDS,
)('%s, and the mail server is away: the next memmon sends each message once', async (_, end, args = async () => []) => {
  const first = start(...(await args()))
  first.write(tickText())
  await waitFor(
    () => `all alerts\n${first.stderr}`,
    () => alertsIn(first) === PROGRAMS,
  )
  end(first)
  await first.ended
  expect(arrived()).toEqual(sleeps.map(() => 0))
  ready()
  hurry()
  server.programs.clear() // the next memmon has nothing of its own to say
  const second = start()
  await waitFor(
    () => `the mails\n${first.stderr}${second.stderr}`,
    () => second.stderr.match(/Sent mail/g)?.length === 2,
  )
  expect(arrived()).toEqual(sleeps.map(() => 1))
})

test.each(
  ENDS,
)('%s, and the mail server is there: each message arrives once, by this memmon or the next', async (_, end, args = async () => []) => {
  ready()
  const first = start(...(await args()))
  first.write(tickText())
  await waitFor(
    () => `all alerts\n${first.stderr}`,
    () => alertsIn(first) === PROGRAMS,
  )
  end(first)
  await first.ended
  server.programs.clear()
  const second = start()
  await waitFor(
    () => `the mails\n${first.stderr}${second.stderr}`,
    () => arrived().every(count => count > 0),
  )
  await second.end()
  expect(arrived()).toEqual(sleeps.map(() => 1))
})

test('SIGTERM before the state folder is found: it is waited for, and nothing is lost', async () => {
  server.misbehave('getPID', { kind: 'status', status: 500 }, 1)
  const first = start()
  first.write(tickText())
  await waitFor(
    () => `all alerts\n${first.stderr}`,
    () => alertsIn(first) === PROGRAMS,
  )
  first.child.kill('SIGTERM')
  await first.ended
  ready()
  hurry()
  server.programs.clear()
  const second = start()
  await waitFor(
    () => `the mails\n${first.stderr}${second.stderr}`,
    () => second.stderr.match(/Sent mail/g)?.length === 2,
  )
  expect(arrived()).toEqual(sleeps.map(() => 1))
})
