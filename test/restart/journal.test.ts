// The journal: what is on disk at every moment, and what is read of it after a crash at any moment.
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openJournal } from '../../src/restart/journal.ts'
import { parseJournal } from '../../src/restart/journal-lines.ts'
import {
  claimStateFolder,
  releaseStateFolder,
  stateFolderName,
  stateRoot,
} from '../../src/restart/state-folder.ts'
import { runOf } from '../../src/supervisor/identity.ts'
import { MB, processNamed, requestFor } from '../helpers/values.ts'

let folder = ''
let told: string[]
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'memmon-journal-'))
  told = []
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const request = (name: string) => requestFor(processNamed(name), 60 * MB, '-a', '50MB')
const ports = { nowMs: () => 1_000_000, tell: (text: string) => void told.push(text) }
const reopen = (supervisord = 'S1') => openJournal(folder, supervisord, ports)
const file = () => join(folder, 'restarts.jsonl')
const text = () => readFileSync(file(), 'utf8')

test('each step is on disk when its promise is kept, and is read again', async () => {
  const { journal } = await reopen()
  await journal.begin(request('a:x'))
  expect((await reopen()).unfinished).toMatchObject([{ step: 'stop', request: request('a:x') }])
  await journal.begin(request('a:y'))
  await journal.step('a:y', 'stopping')
  await journal.step('a:y', 'start')
  await journal.close('a:x', 'restarted')
})

test('what was begun and not closed is unfinished; what was restarted is counted', async () => {
  const { journal } = await reopen()
  for (const name of ['a:x', 'a:y', 'a:z']) await journal.begin(request(name))
  await journal.step('a:x', 'stopping')
  await journal.step('a:x', 'start')
  await journal.close('a:y', 'restarted')
  await journal.close('a:z', 'removed')
  const { unfinished, restarts, notices } = await reopen()
  expect(unfinished.map(({ request, step }) => [request.process.namespec, step])).toEqual([['a:x', 'start']])
  expect(restarts).toEqual([{ namespec: 'a:y', at: 1_000_000 }])
  expect(notices).toEqual([])
})

test('cut at every byte of every write: all whole lines count, the torn one is told, nothing throws', async () => {
  const { journal } = await reopen()
  await journal.begin(request('a:x'))
  await journal.step('a:x', 'stopping')
  await journal.begin(request('b:y'))
  await journal.close('a:x', 'restarted')
  const whole = Buffer.from(text())
  const ends = [...whole.entries()].filter(([, byte]) => byte === 10).map(([at]) => at + 1)
  const states = [[], ['a:x stop'], ['a:x stopping'], ['a:x stopping', 'b:y stop'], ['b:y stop']]
  for (let cut = 0; cut <= whole.length; cut++) {
    const contents = parseJournal(whole.subarray(0, cut).toString())
    const lines = ends.filter(end => end <= cut).length
    expect([...contents.open].map(([name, { step }]) => `${name} ${step}`)).toEqual(
      states[Math.max(0, lines - 1)],
    )
    expect(contents.damagedLines).toBe(cut === 0 || ends.includes(cut) ? 0 : 1)
  }
})

test('a torn last line is told, and what is written next is whole', async () => {
  const { journal } = await reopen()
  await journal.begin(request('a:x'))
  writeFileSync(file(), `${text()}{"step":"stopp`)
  const second = await reopen()
  expect(second.unfinished).toHaveLength(1)
  expect(second.notices).toEqual(['1 unreadable lines of the journal are left out'])
  await second.journal.close('a:x', 'restarted')
  expect((await reopen()).unfinished).toEqual([])
})

test('the journal of an earlier supervisord is not acted on, and is told; its counts stay', async () => {
  const { journal } = await reopen('S1')
  await journal.begin(request('a:y'))
  await journal.close('a:y', 'restarted')
  await journal.begin(request('a:x'))
  const { unfinished, restarts, notices } = await reopen('S2')
  expect([unfinished, restarts.length]).toEqual([[], 1])
  expect(notices).toEqual([
    expect.stringMatching(/earlier supervisord, which has decided since: a:x left alone/),
  ])
})

test('an unknown version is set aside', async () => {
  writeFileSync(file(), '{"memmon":7,"supervisord":"S1"}\n{"whatever":1}\n')
  const { unfinished, notices } = await reopen()
  expect(unfinished).toEqual([])
  expect(notices).toEqual([
    expect.stringMatching(/another version of memmon and is set aside as restarts\.jsonl\.version-7/),
  ])
  expect(readFileSync(`${file()}.version-7`, 'utf8')).toContain('whatever')
})

test.each([
  ['no JSON at all', '\0\0garbage\n\n[]\n'],
  [
    'entries of the wrong shape',
    '{"memmon":1,"supervisord":"S1"}\n{"step":"stop","at":1,"request":{"process":{}}}\n{"step":"stop","at":"x"}\n',
  ],
  [
    'a step without a beginning',
    '{"memmon":1,"supervisord":"S1"}\n{"step":"start","at":1,"namespec":"a:x"}\n',
  ],
])('%s is no error', async (_, content) => {
  writeFileSync(file(), content)
  expect((await reopen()).unfinished).toEqual([])
})

test('a disk that fails is told once and does not stop a restart; when it works again all is there', async () => {
  const { journal } = await reopen()
  await journal.begin(request('a:x'))
  rmSync(folder, { recursive: true })
  writeFileSync(folder, 'a file where the folder was')
  // The open file still takes lines; a rewrite is what fails.
  for (let entry = 0; entry < 1000; entry++) await journal.begin(request('a:y'))
  expect(told).toEqual([
    expect.stringMatching(/^The journal cannot be written \(.*\): restarts go on, but if memmon is killed/),
  ])
  rmSync(folder)
  mkdirSync(folder)
  await journal.step('a:x', 'stopping')
  expect(told[1]).toMatch(/is written again/)
  expect((await reopen()).unfinished.map(({ request }) => request.process.namespec)).toEqual(['a:x', 'a:y'])
})

test('it does not grow without bound', async () => {
  const { journal } = await reopen()
  for (let entry = 0; entry < 1500; entry++) {
    await journal.begin(request('a:x'))
    await journal.close('a:x', 'recovered')
  }
  expect(readFileSync(file()).length).toBeLessThan(300 * 1024)
}, 60_000)

test('a link in the place of the journal is not followed', async () => {
  const victim = join(folder, 'victim')
  writeFileSync(victim, 'precious')
  symlinkSync(victim, file())
  await expect(reopen()).rejects.toThrow()
  rmSync(file())
  symlinkSync(victim, `${file()}.new`)
  await expect(reopen()).rejects.toThrow()
  expect(readFileSync(victim, 'utf8')).toBe('precious')
})

const claim = (name = 'memmon-1') => claimStateFolder(join(folder, 'state'), name, runOf)

test('a state folder is 0700, its files 0600', async () => {
  const claimed = await claim()
  await openJournal(claimed, 'S1', ports)
  expect(lstatSync(claimed).mode & 0o777).toBe(0o700)
  for (const name of readdirSync(claimed)) expect(lstatSync(join(claimed, name)).mode & 0o777).toBe(0o600)
  await releaseStateFolder(claimed)
  chmodSync(claimed, 0o755)
  expect(lstatSync(await claim()).mode & 0o777).toBe(0o700)
})

test('two memmons never share one; a lock left by a dead one is taken over', async () => {
  const claimed = await claim()
  const lock = join(claimed, 'lock')
  writeFileSync(lock, `${process.ppid} ${runOf(process.ppid)}\n`)
  await expect(claim()).rejects.toThrow(`is in use by the memmon with pid ${process.ppid}`)
  for (const stale of [`${process.ppid} another-run\n`, '4194305 x\n', 'torn']) {
    writeFileSync(lock, stale)
    expect(await claim()).toBe(claimed)
  }
})

test('a link in the place of the state folder is refused', async () => {
  mkdirSync(join(folder, 'state'))
  mkdirSync(join(folder, 'elsewhere'))
  symlinkSync(join(folder, 'elsewhere'), join(folder, 'state', 'memmon-1'))
  await expect(claim()).rejects.toThrow('is no folder')
})

test.each([
  ['/x', { STATE_DIRECTORY: '/y', XDG_STATE_HOME: '/z', HOME: '/h' }, 0, '/x'],
  [undefined, { STATE_DIRECTORY: '/y:/y2', XDG_STATE_HOME: '/z', HOME: '/h' }, 0, '/y'],
  [undefined, { XDG_STATE_HOME: '/z', HOME: '/h' }, 0, '/z/memmon'],
  [undefined, { HOME: '/root' }, 0, '/var/lib/memmon'],
  [undefined, { HOME: '/h' }, 1000, '/h/.local/state/memmon'],
  [undefined, {}, 1000, undefined],
])('--state-dir %s, %j, uid %d: %s', (wanted, environment, uid, root) => {
  expect(stateRoot(wanted, environment, uid)).toBe(root)
})

test('folders differ by server and by name, and hold no odd characters', () => {
  const names = [
    stateFolderName('unix:///a', { SUPERVISOR_GROUP_NAME: 'g', SUPERVISOR_PROCESS_NAME: '../x' }),
    stateFolderName('unix:///b', { SUPERVISOR_GROUP_NAME: 'g', SUPERVISOR_PROCESS_NAME: '../x' }),
    stateFolderName('unix:///a', { SUPERVISOR_GROUP_NAME: 'h', SUPERVISOR_PROCESS_NAME: '../x' }),
    stateFolderName('unix:///a', {}),
  ]
  expect(new Set(names).size).toBe(4)
  for (const name of names) expect(name).toMatch(/^\w[\w.-]*-[0-9a-f]{16}$/)
})
