// The outbox: at once, again with growing waits, over restarts of memmon, within its bounds.
import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Channel, Delivery } from '../../src/delivery/channel.ts'
import { Outbox } from '../../src/delivery/outbox.ts'
import { readEntries, writeEntry } from '../../src/delivery/outbox-files.ts'
import { outgoing } from '../helpers/values.ts'
import { waitFor } from '../helpers/wait.ts'

let folder = ''
let log: string[]
let nowMs: number
let boxes: Outbox[]
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'memmon-outbox-'))
  log = []
  nowMs = Date.UTC(2026, 10, 21, 12)
  boxes = []
})
afterEach(async () => {
  vi.useRealTimers()
  await Promise.all(boxes.map(box => box.close()))
  rmSync(folder, { recursive: true, force: true })
})

const OK: Delivery = { ok: true, said: '250 ok' }
const LATER: Delivery = { ok: false, why: '451 later', permanent: false }
const NEVER: Delivery = { ok: false, why: '550 no', permanent: true }

/** A channel that answers one after the other, the last one for ever, and keeps the subjects it was given. */
function channelOf(key: string, answers: (Delivery | Promise<Delivery>)[]): Channel & { tried: string[] } {
  const tried: string[] = []
  return {
    key,
    by: `${key}://there`,
    tried,
    whatText: subject => `"${subject}"`,
    deliver: async ({ subject }) => {
      tried.push(subject)
      return (answers.length > 1 ? answers.shift() : answers[0]) ?? OK
    },
  }
}

function outboxOf(channels: readonly Channel[]): Outbox {
  const box = new Outbox({
    channels: () => channels,
    log: (level, text) => void log.push(`${level} ${text}`),
    nowMs: () => nowMs,
    tick: () => nowMs,
    random: () => 1,
  })
  boxes.push(box)
  return box
}
/** It never takes one message. */
function pickyChannel(): Channel & { tried: string[] } {
  const channel = channelOf('smtp', [])
  const deliver = async ({ subject }: { subject: string }) => {
    channel.tried.push(subject)
    return subject === 'bad' ? LATER : OK
  }
  return { ...channel, deliver }
}

/** Leaves a message to the next memmon that has failed so often, and is due in an hour. */
async function leaveWith(box: Outbox, subject: string, failures: number): Promise<void> {
  await box.close()
  const waiting = [{ channel: 'smtp', failures, dueTick: nowMs + 3_600_000 }]
  await writeEntry(join(folder, 'outbox'), { message: outgoing(subject, { id: subject }), waiting })
}

const files = () => readdirSync(join(folder, 'outbox'))

/** A disk that fails, whoever writes: no file can be where the folder is a file. */
function blockOutbox(): void {
  renameSync(join(folder, 'outbox'), join(folder, 'aside'))
  writeFileSync(join(folder, 'outbox'), 'no folder')
}

function freeOutbox(): void {
  rmSync(join(folder, 'outbox'))
  renameSync(join(folder, 'aside'), join(folder, 'outbox'))
}

test('what is taken is gone; what the server said is in the log', async () => {
  const box = outboxOf([channelOf('smtp', [OK])])
  await box.attach(folder)
  box.add(outgoing('one'))
  await waitFor('it to be gone', () => box.size === 0 && files().length === 0)
  expect(log).toEqual(['INFO Sent "one" by smtp://there: 250 ok'])
})

test('what is not taken waits on disk, 0600 in a folder 0700, and the wait is told', async () => {
  const box = outboxOf([channelOf('smtp', [LATER])])
  await box.attach(folder)
  box.add(outgoing('one'))
  await waitFor('the try', () => log.length === 1)
  expect(log).toEqual(['ERRO Failed to send "one" by smtp://there: 451 later. Retrying in 30 s'])
  await waitFor('one file', () => files().length === 1 && !files()[0]?.endsWith('.new'))
  expect(statSync(join(folder, 'outbox', files()[0] ?? '')).mode & 0o777).toBe(0o600)
  expect(statSync(join(folder, 'outbox')).mode & 0o777).toBe(0o700)
})

test('waits grow to an hour, and one that waits holds up those behind it, once', async () => {
  const channel = channelOf('smtp', [LATER])
  const box = outboxOf([channel])
  await box.attach(folder)
  box.add(outgoing('one'))
  await waitFor('the try', () => log.length === 1)
  await box.close()
  for (const seconds of [60, 120, 240, 480, 960, 1920, 3600, 3600]) {
    nowMs += 2 * 3_600_000
    const tries = log.length
    const next = outboxOf([channel])
    await next.attach(folder)
    await waitFor('the next try', () => log.length > tries && log.at(-1)?.includes('Retrying') === true)
    expect(log.at(-1)).toContain(`Retrying in ${seconds} s`)
    await next.close()
  }
})

test('killed with mail in the outbox: it arrives once, after the next start', async () => {
  const first = outboxOf([channelOf('smtp', [LATER])])
  await first.attach(folder)
  first.add(outgoing('one'))
  first.add(outgoing('two', { createdAt: Date.UTC(2026, 10, 21, 12, 1) }))
  await waitFor('the try', () => log.length > 0)
  // What it writes of a failed try would go on after the kill that is meant here: this process lives on.
  await first.whenIdle()
  expect(files().filter(name => name.endsWith('.json'))).toHaveLength(2)
  void first.close() // no goodbye: this is all that a kill leaves
  nowMs += 3_600_000
  const channel = channelOf('smtp', [OK])
  const second = outboxOf([channel])
  await second.attach(folder)
  await waitFor('both to be sent', () => second.size === 0 && files().length === 0)
  expect([...channel.tried].sort()).toEqual(['one', 'two'])
  expect(log.filter(line => line.includes('undelivered messages'))).toEqual([
    'INFO 2 undelivered messages from an earlier run',
  ])
  const third = outboxOf([channel])
  await third.attach(folder)
  await third.whenIdle()
  expect(channel.tried).toHaveLength(2)
})

test('a refusal is final, and told as such', async () => {
  const box = outboxOf([channelOf('smtp', [NEVER])])
  await box.attach(folder)
  box.add(outgoing('one'))
  await waitFor('it to be given up', () => box.size === 0)
  expect(log).toEqual(['ERRO Failed to send "one" by smtp://there: 550 no. Gave up'])
})

test('each channel for itself: one that hangs holds up no other, and only what is not taken waits', async () => {
  let answer: (delivery: Delivery) => void = () => {}
  const hangs = channelOf('smtp', [new Promise<Delivery>(resolve => (answer = resolve))])
  const good = channelOf('webhook 1', [OK])
  const box = outboxOf([hangs, good])
  await box.attach(folder)
  box.add(outgoing('one'))
  await waitFor('the other channel', () => good.tried.length === 1)
  expect(box.size).toBe(1)
  answer(OK)
  await waitFor('both', () => box.size === 0)
  expect(good.tried).toEqual(['one'])
})

test('a channel that is no longer set will never take what waits for it: told, and forgotten', async () => {
  const first = outboxOf([channelOf('webhook 1', [LATER])])
  await first.attach(folder)
  first.add(outgoing('one'))
  await waitFor('the try', () => log.length === 1 && files().length === 1)
  await first.close()
  const second = outboxOf([channelOf('smtp', [OK])])
  await second.attach(folder)
  await waitFor('it to be forgotten', () => second.size === 0 && files().length === 0)
  expect(log.at(-1)).toBe('WARN Dropped "one" for webhook: no longer configured')
})

test('a thousand at most, a week at most: the oldest go, and how many is told', async () => {
  const box = outboxOf([channelOf('smtp', [LATER])])
  for (let at = 0; at < 1_005; at++) box.add(outgoing(`m${at}`, { createdAt: nowMs + at }))
  expect(box.size).toBe(1_000)
  expect(log.filter(line => line.includes('Dropped'))).toEqual([
    'ERRO Dropped the oldest undelivered messages, 1 so far: 1000 are kept, for 7 days',
  ])
  await box.whenIdle()
  nowMs += 8 * 86_400_000
  box.add(outgoing('new', { createdAt: nowMs }))
  expect(box.size).toBe(1)
})

test('what nobody can read is left out and told; links are not followed, pipes not waited for', async () => {
  const first = outboxOf([channelOf('smtp', [OK])])
  await first.attach(folder)
  writeFileSync(join(folder, 'outbox', '1-a.json'), '{"message":')
  writeFileSync(join(folder, 'outbox', '2-b.json'), '{"message":{"id":1},"waiting":[]}')
  writeFileSync(join(folder, 'outbox', '3-c.json.new'), 'half')
  symlinkSync('/etc/passwd', join(folder, 'outbox', '4-d.json'))
  execFileSync('mkfifo', [join(folder, 'outbox', '5-e.json')])
  const second = outboxOf([channelOf('smtp', [OK])])
  await second.attach(folder)
  expect(log).toEqual([expect.stringMatching(/^WARN 4 unreadable messages in the outbox /)])
  expect(files()).toEqual([])
})

test('only what an outbox is made of is removed: no folder, nothing of another name', async () => {
  mkdirSync(join(folder, 'outbox', '1-a.json', 'deep'), { recursive: true, mode: 0o700 })
  writeFileSync(join(folder, 'outbox', 'notes.txt'), 'precious')
  writeFileSync(join(folder, 'outbox', '2-b.json'), 'torn')
  await outboxOf([channelOf('smtp', [OK])]).attach(folder)
  expect(log).toEqual([expect.stringMatching(/^WARN 2 unreadable messages in the outbox /)])
  expect(files().sort()).toEqual(['1-a.json', 'notes.txt'])
  expect(readdirSync(join(folder, 'outbox', '1-a.json'))).toEqual(['deep'])
})

test('an outbox that is a link to elsewhere is not used', async () => {
  mkdirSync(join(folder, 'elsewhere'))
  writeFileSync(join(folder, 'elsewhere', 'x.json'), 'precious')
  symlinkSync('elsewhere', join(folder, 'outbox'))
  const channel = channelOf('smtp', [LATER])
  const box = outboxOf([channel])
  await box.attach(folder)
  box.add(outgoing('one'))
  await waitFor('the try', () => channel.tried.length === 1)
  await box.whenIdle()
  expect(log[0]).toMatch(/^WARN The outbox in .* cannot be used \(.* is not a directory: remove it\)/)
  expect(readdirSync(join(folder, 'elsewhere'))).toEqual(['x.json'])
})

test('an outbox that was deleted is made anew with the next message', async () => {
  const box = outboxOf([channelOf('smtp', [LATER])])
  await box.attach(folder)
  rmSync(join(folder, 'outbox'), { recursive: true })
  box.add(outgoing('one'))
  await waitFor('one file', () => log.length === 1 && files().length === 1)
  expect(statSync(join(folder, 'outbox')).mode & 0o777).toBe(0o700)
  expect(log).toEqual([expect.stringContaining('Failed to send "one"')])
})

test('a disk that fails is told once, and messages go on', async () => {
  const channel = channelOf('smtp', [OK])
  const box = outboxOf([channel])
  writeFileSync(join(folder, 'outbox'), 'no folder')
  await box.attach(folder)
  box.add(outgoing('one'))
  await waitFor('it to be sent', () => channel.tried.length === 1)
  expect(log[0]).toMatch(
    /^WARN The outbox in .* cannot be used \(.*\): undelivered messages are lost if memmon ends$/,
  )
  chmodSync(folder, 0o700)
})

test('a folder that cannot be used is tried again, by itself and at the end: what waits is kept', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  try {
    const blocked = join(folder, 'outbox')
    writeFileSync(blocked, 'no folder')
    const retried = outboxOf([channelOf('smtp', [LATER])])
    await retried.attach(folder)
    retried.add(outgoing('one'))
    await vi.advanceTimersByTimeAsync(5_000)
    expect(log.filter(line => line.includes('cannot be used'))).toHaveLength(1)
    rmSync(blocked)
    await vi.advanceTimersByTimeAsync(10_000)
    await waitFor(
      'the message on disk',
      () => existsSync(blocked) && files().some(name => name.endsWith('.json')),
    )
    expect(log).toContain('INFO The outbox can be written again')
    await retried.close()
    rmSync(blocked, { recursive: true })
    writeFileSync(blocked, 'no folder')
    const ended = outboxOf([channelOf('smtp', [LATER])])
    await ended.attach(folder)
    rmSync(blocked)
    ended.add(outgoing('two'))
    await ended.close()
    expect(files()).toHaveLength(1)
  } finally {
    vi.useRealTimers()
  }
})

test('the end waits until every message is on disk; without a folder it says how many are lost', async () => {
  const box = outboxOf([channelOf('smtp', [LATER])])
  const attached = box.attach(folder)
  for (let at = 0; at < 50; at++) box.add(outgoing(`m${at}`))
  await box.close()
  expect(files()).toHaveLength(50)
  await attached
  const without = outboxOf([channelOf('smtp', [LATER])])
  without.add(outgoing('one'))
  await without.close()
  expect(log.at(-1)).toBe('WARN Lost 1 undelivered messages: no state folder to keep them in')
})

test('whoever ends it, and how often: each waits until every message is on disk', async () => {
  const box = outboxOf([channelOf('smtp', [LATER])])
  await box.attach(folder)
  for (let at = 0; at < 8; at++) box.add(outgoing(`m${at}`))
  const kept = Array.from({ length: 2 }, () => box.close().then(() => files().length))
  expect(await Promise.all(kept)).toEqual([8, 8])
})

test('what the disk did not take while it failed follows when it works again, and at the end', async () => {
  const channel = channelOf('smtp', [LATER])
  const box = outboxOf([channel])
  await box.attach(folder)
  const subjectsOnDisk = async () =>
    (await readEntries(join(folder, 'outbox'))).entries.map(({ message }) => message.subject).sort()
  box.add(outgoing('m0'))
  await box.whenIdle()
  for (const [at, mend] of [() => void box.add(outgoing('m3')), () => {}].entries()) {
    log = []
    blockOutbox()
    box.add(outgoing(`m${at * 3 + 1}`))
    box.add(outgoing(`m${at * 3 + 2}`))
    await box.whenIdle()
    freeOutbox()
    mend()
    if (at === 0) await box.whenIdle()
    else await box.close()
    expect(await subjectsOnDisk()).toEqual(Array.from({ length: at * 2 + 4 }, (_, of) => `m${of}`))
    expect(log).toEqual([
      expect.stringMatching(/^WARN The outbox cannot be written \(.*\): undelivered messages are lost/),
      'INFO The outbox can be written again',
    ])
  }
})

test('the end says how many messages have no file: not those that only have an older one', async () => {
  const box = outboxOf([channelOf('smtp', [LATER, OK, LATER])])
  await box.attach(folder)
  box.add(outgoing('old'))
  await box.whenIdle()
  const [old = ''] = files()
  // Nothing can be written under these names.
  for (const name of [old, old.replace('old', 'lost')]) mkdirSync(join(folder, 'outbox', `${name}.new`))
  nowMs += 30_000
  box.add(outgoing('sent'))
  await waitFor(
    'the second try of the old one',
    () => log.filter(line => line.includes('"old"')).length === 2,
  )
  box.add(outgoing('lost'))
  await box.close()
  expect(log.at(-1)).toBe('WARN Lost 1 undelivered messages: the outbox cannot be written')
  expect(files().filter(name => name.endsWith('.json'))).toEqual([old])
})

test('what was sent while the disk failed is on no disk afterwards', async () => {
  const box = outboxOf([channelOf('smtp', [LATER, OK])])
  await box.attach(folder)
  box.add(outgoing('one'))
  await box.whenIdle()
  blockOutbox()
  nowMs += 30_000
  box.add(outgoing('two'))
  await waitFor('both to be sent', () => box.size === 0)
  await box.whenIdle()
  freeOutbox()
  await box.close()
  expect(files()).toEqual([])
})

test('a try that outlasts memmon is abandoned, and its message left to the next one', async () => {
  let fail: (delivery: Delivery) => void = () => {}
  const channel = {
    ...channelOf('sendmail', [new Promise(resolve => (fail = resolve))]),
    abandon: () => fail(LATER),
  }
  const box = outboxOf([channel])
  await box.attach(folder)
  box.add(outgoing('one'))
  await waitFor('the try', () => channel.tried.length === 1)
  await box.close()
  expect(files()).toHaveLength(1)
  const next = channelOf('sendmail', [OK])
  nowMs += 3_600_000
  const second = outboxOf([next])
  await second.attach(folder)
  await waitFor('it to be sent', () => second.size === 0)
  expect(next.tried).toEqual(['one'])
})

test('forty that wait for a server that is away: one try and one line each time, with growing waits', async () => {
  const channel = channelOf('smtp', [LATER])
  const box = outboxOf([channel])
  await box.attach(folder)
  for (let at = 10; at < 50; at++) box.add(outgoing(`m${at}`))
  await box.whenIdle()
  const first = 'ERRO Failed to send "m10" by smtp://there: 451 later. Retrying in 30 s'
  expect(log).toEqual([expect.stringContaining(first)])
  await box.close()
  for (const [tries, seconds] of [60, 120, 240].entries()) {
    nowMs += 3_600_000
    log = []
    const next = outboxOf([channel])
    await next.attach(folder)
    await next.whenIdle()
    await next.close()
    expect(log.slice(1)).toEqual([
      `ERRO Failed to send "m${tries + 11}" by smtp://there: 451 later. Retrying in ${seconds} s; 39 more queued`,
    ])
  }
  expect(channel.tried).toHaveLength(4)
})

test('the server is back: one try, then all that waits, what has failed behind the rest', async () => {
  const channel = channelOf('smtp', [LATER, OK])
  const box = outboxOf([channel])
  await box.attach(folder)
  for (let at = 0; at < 5; at++) box.add(outgoing(`m${at}`))
  await box.whenIdle()
  expect(channel.tried).toEqual(['m0'])
  nowMs += 30_000
  box.add(outgoing('m5'))
  await waitFor('all', () => box.size === 0)
  expect(channel.tried).toEqual(['m0', 'm1', 'm2', 'm3', 'm4', 'm5', 'm0'])
})

test('a message that the server does not take now holds up the others once, not for good', async () => {
  const channel = pickyChannel()
  const box = outboxOf([channel])
  await box.attach(folder)
  box.add(outgoing('bad'))
  await box.whenIdle()
  for (const name of ['a', 'b']) {
    nowMs += 30_000
    box.add(outgoing(name))
    await box.whenIdle()
    await box.whenIdle()
  }
  expect(channel.tried.filter(name => name !== 'bad')).toEqual(['a', 'b'])
  expect(box.size).toBe(1)
})

test('a message that the server never takes, alone for hours: a new one goes at once', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const channel = pickyChannel()
  const box = outboxOf([channel])
  box.add(outgoing('bad'))
  await box.whenIdle()
  for (let tries = 1; tries < 8; tries++) {
    nowMs += 3_600_000
    await vi.advanceTimersByTimeAsync(3_600_000)
    await box.whenIdle()
  }
  expect(log.at(-1)).toContain('451 later. Retrying in 3600 s')
  nowMs += 30_000
  box.add(outgoing('urgent'))
  await box.whenIdle()
  expect(channel.tried).toEqual([...Array(8).fill('bad'), 'urgent'])
})

test('and after a restart of memmon: a new one waits for its try no longer than after a first failure', async () => {
  const first = outboxOf([pickyChannel()])
  await first.attach(folder)
  await leaveWith(first, 'bad', 8)
  const channel = pickyChannel()
  const box = outboxOf([channel])
  await box.attach(folder)
  await box.whenIdle()
  expect(channel.tried).toEqual(['bad'])
  nowMs += 30_000
  box.add(outgoing('urgent'))
  await box.whenIdle()
  expect(channel.tried).toEqual(['bad', 'urgent'])
})

test('the server works again after a restart of memmon: nothing waits out the old pause', async () => {
  const first = outboxOf([channelOf('smtp', [LATER])])
  await first.attach(folder)
  for (const name of ['a', 'b', 'c']) await leaveWith(first, name, 5)
  const channel = channelOf('smtp', [OK])
  const box = outboxOf([channel])
  await box.attach(folder)
  await box.whenIdle()
  expect([...channel.tried].sort()).toEqual(['a', 'b', 'c'])
  expect(box.size).toBe(0)
})

test.each<[what: string, answer: Delivery, tried: readonly string[], left: number]>([
  ['it works: all that waits goes', OK, ['b', 'c', 'a'], 0],
  ['it does not: one try, and a longer wait', LATER, ['b'], 3],
])('other settings of the channel, and %s', async (_, answer, tried, left) => {
  const channels: Channel[] = [channelOf('smtp', [LATER])]
  const box = outboxOf(channels)
  await box.attach(folder)
  for (const name of ['a', 'b', 'c']) box.add(outgoing(name))
  await box.whenIdle()
  const changed = channelOf('smtp', [answer])
  channels.splice(0, 1, changed)
  box.retry()
  await box.whenIdle()
  await box.whenIdle()
  expect(changed.tried).toEqual(tried)
  expect(box.size).toBe(left)
  expect(log[0]).toContain('Retrying in 30 s')
  if (left > 0) expect(log[1]).toContain('Retrying in 60 s; 2 more queued')
})

test('other settings while a try hangs: its failure is not that of the new ones', async () => {
  let fail: (delivery: Delivery) => void = () => {}
  const hangs = channelOf('smtp', [new Promise<Delivery>(resolve => (fail = resolve))])
  const channels: Channel[] = [hangs]
  const box = outboxOf(channels)
  await box.attach(folder)
  box.add(outgoing('one'))
  await waitFor('the try', () => hangs.tried.length === 1)
  const changed = channelOf('smtp', [OK])
  channels.splice(0, 1, changed)
  box.retry()
  fail(LATER)
  await waitFor('it to be sent', () => box.size === 0)
  expect([...hangs.tried, ...changed.tried]).toEqual(['one', 'one'])
})

test('one that hangs does not hold up what comes later for another', async () => {
  let answer: (delivery: Delivery) => void = () => {}
  const hangs = channelOf('smtp', [new Promise<Delivery>(resolve => (answer = resolve))])
  const good = channelOf('webhook 1', [OK])
  const box = outboxOf([hangs, good])
  await box.attach(folder)
  box.add(outgoing('one'))
  await waitFor('the first', () => good.tried.length === 1)
  box.add(outgoing('two'))
  await waitFor('the second', () => good.tried.length === 2)
  answer(OK)
  await waitFor('all', () => box.size === 0)
})
