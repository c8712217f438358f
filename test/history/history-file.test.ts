// The history file in a state folder: when it is read and written, and what a disk that fails costs.
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Histories } from '../../src/history/histories.ts'
import { HistoryFile } from '../../src/history/history-file.ts'
import { parseHistory } from '../../src/history/history-lines.ts'
import { HISTORY_FILE, MOST_HISTORY_BYTES, MOST_LINE_CHARS } from '../../src/history/read-history.ts'
import { UNSAFE_FILES, victimIn } from '../helpers/unsafe-files.ts'
import { waitFor } from '../helpers/wait.ts'
import { at, EPOCH_MS, fileOf, MB, track, tracked, withPast } from './tracking.ts'

let folder = ''
let histories: Histories
let logged: string[]
let nowSeconds = 0
let isBusy = false
let isIntact = true
let isFolderIntact: () => Promise<boolean>
/** What the file waits for; each call releases the first. */
let waiting: (() => void)[]
let file: HistoryFile

const create = (): HistoryFile => {
  histories = new Histories(() => 60)
  return new HistoryFile({
    run: 'run',
    histories,
    now: () => ({ atMs: EPOCH_MS + nowSeconds * 1000, atSeconds: nowSeconds }),
    isBusy: () => isBusy,
    sleep: () => new Promise(resolve => waiting.push(resolve)),
    log: (level, text) => logged.push(`${level} ${text.replaceAll(folder, '<folder>')}`),
  })
}
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'memmon-history-'))
  logged = []
  nowSeconds = 0
  isBusy = false
  isIntact = true
  isFolderIntact = async () => isIntact
  waiting = []
  file = create()
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const path = () => join(folder, HISTORY_FILE)
const attach = (remake = async () => {}) =>
  file.attach({ path: folder, isIntact: () => isFolderIntact(), remake })
const put = (text: string) => writeFileSync(path(), text, { mode: 0o600 })
const found = () => parseHistory(readFileSync(path(), 'utf8'))
const inode = () => statSync(path()).ino
const see = (namespec = 'web:web') => void histories.sample(namespec, at(nowSeconds, 100))
/** Checks go on until it is so: one that comes while the file is being written leaves it at that. */
const lookUntil = (what: string, isSo: () => boolean): Promise<unknown> =>
  waitFor(what, () => {
    file.look()
    return isSo()
  })
const pass = (seconds: number) => {
  nowSeconds += seconds
  see()
}
/** Checks in which nothing is to be written. */
async function lookInVain(): Promise<void> {
  for (let turn = 0; turn < 50; turn++) {
    file.look()
    await new Promise(resolve => setImmediate(resolve))
  }
}

test('written five minutes after memmon has its folder, mode 0600, and every five minutes from then on', async () => {
  await attach()
  pass(299)
  await lookInVain()
  expect(existsSync(path())).toBe(false)
  pass(1)
  await lookUntil('the file', () => existsSync(path()))
  expect(found()).toMatchObject({ version: 1, atMs: EPOCH_MS + 300_000, leftOut: 0 })
  expect([...found().tracked.keys()]).toEqual(['web:web'])
  expect(statSync(path()).mode & 0o777).toBe(0o600)
  const first = inode()
  pass(299)
  await lookInVain()
  expect(inode()).toBe(first)
  pass(1)
  await lookUntil('the next file', () => found().atMs === EPOCH_MS + 600_000)
  expect(logged).toEqual([])
})

test('nothing is written before the folder is ours, nor where nothing was sampled', async () => {
  see()
  nowSeconds = 1000
  file.look()
  await file.save()
  expect(readdirSync(folder)).toEqual([])
  file = create()
  await attach()
  nowSeconds += 1000
  file.look()
  await file.save()
  expect(readdirSync(folder)).toEqual([])
})

test('a leak that began is written within a minute: a memmon that is killed does not tell it twice', async () => {
  await attach()
  await lookInVain()
  track({ histories, namespec: 'web:web' }, { hours: 5 }, hour => 100 + 30 * hour, { limitBytes: 400 * MB })
  nowSeconds = 59
  await lookInVain()
  expect(readdirSync(folder)).toEqual([])
  nowSeconds = 60
  file.look()
  await waitFor('the file', () => existsSync(path()))
  expect(found().tracked.get('web:web')?.series.verdict.kind).toBe('leak')
})

test('written at the end, and what came since the last time alone decides if', async () => {
  await attach()
  see()
  await file.save()
  expect(found().tracked.size).toBe(1)
  const first = inode()
  await file.save()
  expect(inode()).toBe(first)
})

test('what is there is taken over, and comes back in the next file', async () => {
  put(fileOf({ 'web:web': withPast(3), 'old:old': tracked({ hours: 1 }, () => 50) }))
  await attach()
  expect(histories.all().map(({ namespec, lives }) => [namespec, lives.length])).toEqual([
    ['web:web', 4],
    ['old:old', 1],
  ])
  see()
  await file.save()
  expect([...found().tracked.keys()]).toEqual(['web:web', 'old:old'])
  expect(logged).toEqual([])
})

test('while a check runs, nothing is read or written; at the end it is', async () => {
  put(fileOf({ 'old:old': tracked({ hours: 1 }, () => 50) }))
  isBusy = true
  const attached = attach()
  await waitFor('a pause', () => waiting.length === 1)
  expect(histories.all()).toEqual([])
  waiting.shift()?.()
  await waitFor('the next pause', () => waiting.length === 1)
  isBusy = false
  waiting.shift()?.()
  await attached
  expect(histories.all()).toHaveLength(1)
  isBusy = true
  const before = inode()
  await lookAfterPausing(300)
  expect(inode()).toBe(before)
  const saved = file.save()
  waiting.shift()?.()
  await saved
  expect(inode()).not.toBe(before)
  expect(found().tracked.size).toBe(2)
})

async function lookAfterPausing(seconds: number): Promise<void> {
  nowSeconds += seconds
  see()
  file.look()
  await waitFor('a pause', () => waiting.length === 1)
}

test('what is sampled while the file is read is kept, and the end waits for the reading', async () => {
  put(fileOf({ 'old:old': tracked({ hours: 1 }, () => 50) }))
  const attached = attach()
  see()
  const saved = file.save()
  await attached
  await saved
  expect([...found().tracked.keys()].sort()).toEqual(['old:old', 'web:web'])
})

test('a disk that does not answer holds up the end for some seconds at most', async () => {
  const never = new Promise<boolean>(() => {})
  await file.attach({ path: folder, isIntact: () => never, remake: async () => {} })
  see()
  let isOver = false
  const saved = file.save().then(() => {
    isOver = true
  })
  await waitFor('the wait', () => waiting.length > 0)
  expect(isOver).toBe(false)
  waiting.shift()?.()
  await saved
})

test('many processes: a few at a time, and all of them', async () => {
  await attach()
  for (let number = 0; number < 100; number++) see(`p:${number}`)
  await file.save()
  expect(found()).toMatchObject({ leftOut: 0 })
  expect(found().tracked.size).toBe(100)
  file = create()
  await attach()
  expect(histories.all()).toHaveLength(100)
})

describe('a disk that fails', () => {
  test('is told once, tried again every five minutes, and told once when it works again', async () => {
    await attach()
    rmSync(folder, { recursive: true })
    const tell = () => logged.map(line => line.replace(/\(E[A-Z]+.*\)/, '(<why>)'))
    let tries = 0
    isFolderIntact = async () => ++tries > 0
    for (const nth of [1, 2, 3]) {
      pass(300)
      await lookUntil('another try', () => tries === nth)
    }
    expect(tell()).toEqual([
      'WARN The memory history cannot be written (<why>): it is kept in memory, and writing is retried every 5 minutes',
    ])
    mkdirSync(folder, { mode: 0o700 })
    pass(300)
    await lookUntil('the file', () => existsSync(path()))
    await waitFor('the line', () => logged.length === 2)
    expect(logged[1]).toBe('INFO The memory history can be written again: <folder>/history.jsonl')
  })

  test('a folder that was deleted is made again', async () => {
    await attach(async () => {
      isIntact = true
    })
    isIntact = false
    see()
    await file.save()
    expect(found().tracked.size).toBe(1)
    expect(logged).toEqual([
      'WARN The state folder <folder> was deleted or replaced: memmon has recreated it',
    ])
  })

  test('a folder that another has now is left alone', async () => {
    await attach(async () => {
      throw new Error('<folder> is in use by the memmon with pid 7')
    })
    put("somebody else's")
    isIntact = false
    see()
    await file.save()
    expect(readFileSync(path(), 'utf8')).toBe("somebody else's")
    expect(logged).toEqual([
      expect.stringContaining('is in use by the memmon with pid 7): it is kept in memory'),
    ])
  })
})

describe('what is there and cannot be used is said, and memory history starts over', () => {
  const line = () => fileOf({ 'a:a': tracked({ hours: 1 }, () => 50) })

  type Found = [what: string, make: () => void, says: string | RegExp, kept: number]
  test.each<Found>([
    [
      'a torn line',
      () => put(`${line().trimEnd().slice(0, -40)}`),
      'WARN <folder>/history.jsonl is damaged: the memory history of 1 of 1 processes starts over',
      0,
    ],
    [
      'a line that is too long, and one behind it that is not',
      () => put(line().replace('\n', `\n${'x'.repeat(3 * MOST_LINE_CHARS)}\n`)),
      'WARN <folder>/history.jsonl is damaged: the memory history of 1 of 2 processes starts over',
      1,
    ],
    [
      'garbage',
      () => put('\0\0{'),
      'WARN <folder>/history.jsonl is unreadable: the memory history starts over',
      0,
    ],
    [
      'nothing in it',
      () => put(''),
      'WARN <folder>/history.jsonl is unreadable: the memory history starts over',
      0,
    ],
    [
      'another version',
      () => put(line().replace('"memmonHistory":1', '"memmonHistory":2')),
      'WARN <folder>/history.jsonl was written by another version of memmon and is now history.jsonl.version-2: ' +
        'the memory history starts over',
      0,
    ],
    ...UNSAFE_FILES.map(
      ([what, make, says]): Found => [
        what,
        () => {
          put(line())
          make(path())
        },
        new RegExp(`^WARN The memory history cannot be read \\(.* ${says}: remove it\\): it starts over$`),
        0,
      ],
    ),
    [
      'more than it can be',
      () => {
        put(line())
        truncateSync(path(), MOST_HISTORY_BYTES + 1)
      },
      /is too large \(67108865 bytes\): remove it\): it starts over$/,
      0,
    ],
  ])('%s', async (_, make, says, kept) => {
    make()
    await attach()
    expect(logged).toEqual([typeof says === 'string' ? says : expect.stringMatching(says)])
    expect(histories.all()).toHaveLength(kept)
  })

  test('a link is replaced, not followed, when it is written', async () => {
    const victim = victimIn(folder)
    victim.linkAt(path())
    await attach()
    see()
    await file.save()
    expect(victim.isUntouched).toBe(true)
    expect(found().tracked.size).toBe(1)
  })

  test('another version is there, untouched, under its new name', async () => {
    const text = line().replace('"memmonHistory":1', '"memmonHistory":2')
    put(text)
    await attach()
    see()
    await file.save()
    expect(readFileSync(`${path()}.version-2`, 'utf8')).toBe(text)
    expect(found()).toMatchObject({ version: 1 })
  })
})
