// The journal on a disk in the test's hands: what is on it at every moment, what is read of it, and what is told when
// it fails.
import { beforeEach, describe, expect, test } from 'vitest'
import { Journal } from '../../src/restart/journal.ts'
import {
  headerLine,
  jobLine,
  type PastRestart,
  parseJournal,
  restartedLine,
} from '../../src/restart/journal-lines.ts'
import { unprotectedText } from '../../src/restart/journal-writer.ts'
import { FakeClock, settled } from '../helpers/fake-clock.ts'
import { FakeDisk } from '../helpers/fake-disk.ts'
import { finishing, starting, stopping, TOLD, waiting } from '../helpers/jobs.ts'
import { processNamed, requestFor } from '../helpers/values.ts'

const DAY_MS = 86_400_000
const NOW_MS = 1_800_000_000_000

let clock: FakeClock
let disk: FakeDisk
let told: string[]
beforeEach(() => {
  clock = new FakeClock(10 * DAY_MS)
  disk = new FakeDisk()
  told = []
})

const of = (name: string) => ({ request: requestFor(processNamed(name), 60, '-a', '50') })
const journalOf = (supervisord = 'S1', boot = 'B1') =>
  new Journal({
    disk,
    supervisord,
    boot,
    nowMs: () => NOW_MS,
    tick: () => clock.tick,
    sleep: clock.sleep,
    tell: text => void told.push(text),
  })
/** A journal that has read and written, as one that runs. */
async function openJournal(supervisord?: string, boot?: string) {
  const journal = journalOf(supervisord, boot)
  const found = await journal.read()
  await journal.write()
  return { journal, ...found, names: found.jobs.map(({ request }) => request.process.namespec) }
}
const namesOf = () => [...parseJournal(disk.text).jobs.keys()]
const restartOf = (namespec: string, ageMs: number): PastRestart => ({
  namespec,
  at: NOW_MS - ageMs,
  tick: clock.tick - ageMs,
  soonTimes: 1,
})

describe('what is on disk', () => {
  test('each step when its promise is kept; the next memmon reads it', async () => {
    const { journal } = await openJournal()
    await journal.note({ jobs: [['a:x', stopping(of('a:x'))]] })
    expect((await journalOf().read()).jobs).toMatchObject([{ ...of('a:x'), state: 'stopping' }])
    await journal.note({ jobs: [['a:y', stopping(of('a:y'))]] })
    await journal.note({ jobs: [['a:x', starting(of('a:x'))]] })
    expect((await openJournal()).jobs.map(({ state }) => state)).toEqual(['stopping', 'starting'])
    await journal.note({ jobs: [['a:x', undefined]] })
    expect((await openJournal()).names).toEqual(['a:y'])
  })

  test('first as a whole, then line by line', async () => {
    const { journal } = await openJournal()
    expect(disk.text).toBe(headerLine('S1', 'B1'))
    const [x, y] = [stopping(of('a:x')), waiting({ ...of('a:y'), drained: TOLD })]
    await journal.note({
      jobs: [
        ['a:x', x],
        ['a:y', y],
      ],
      restart: restartOf('a:z', 0),
    })
    expect(disk.did).toEqual(['read', 'replace', 'append'])
    expect(disk.text).toBe(
      headerLine('S1', 'B1') + jobLine(x) + jobLine(y) + restartedLine(restartOf('a:z', 0)),
    )
  })

  test('what changes nothing is not written, but waited for', async () => {
    const { journal } = await openJournal()
    const job = stopping(of('a:x'))
    let release = () => {}
    disk.gate = new Promise(resolve => {
      release = resolve
    })
    let isDone = false
    void journal.note({ jobs: [['a:x', job]] })
    void journal.note({ jobs: [['a:x', { ...job, faults: 3 }]] }).then(() => {
      isDone = true
    })
    await settled()
    expect(isDone).toBe(false)
    release()
    await journal.flush()
    await settled()
    expect([isDone, disk.did]).toEqual([true, ['read', 'replace', 'append']])
  })

  test('what is news', async () => {
    const { journal } = await openJournal()
    expect(journal.isNews('a:x', undefined)).toBe(false)
    expect(journal.isNews('a:x', waiting(of('a:x')))).toBe(false)
    expect(journal.isNews('a:x', stopping(of('a:x')))).toBe(true)
    await journal.note({ jobs: [['a:x', stopping(of('a:x'))]] })
    expect(journal.isNews('a:x', stopping({ ...of('a:x'), faults: 3 }))).toBe(false)
    expect(journal.isNews('a:x', starting(of('a:x')))).toBe(true)
    expect(journal.isNews('a:x', waiting(of('a:x')))).toBe(true)
    expect(journal.isNews('a:x', undefined)).toBe(true)
  })

  test('one write after the other, in the order of the notes', async () => {
    const { journal } = await openJournal()
    const jobs = [stopping(of('a:x')), starting(of('a:x')), finishing(of('a:x')), undefined]
    await Promise.all(jobs.map(job => journal.note({ jobs: [['a:x', job]] })))
    const states = disk.text.split('\n').slice(1, -1)
    expect(states.map(line => JSON.parse(line)).map(({ job, ended }) => job?.state ?? ended)).toEqual([
      'stopping',
      'starting',
      'finishing',
      'a:x',
    ])
  })

  test('it does not grow without bound, nor is it written as a whole at each step', async () => {
    const { journal } = await openJournal()
    for (let entry = 0; entry < 1500; entry++) {
      await journal.note({ jobs: [['a:x', stopping(of('a:x'))]] })
      await journal.note({ jobs: [['a:x', undefined]] })
      expect(disk.text.length).toBeLessThan(300 * 1024)
    }
    expect(disk.did.filter(one => one === 'replace').length).toBeLessThan(10)
    expect(disk.did.filter(one => one === 'replace').length).toBeGreaterThan(1)
  })

  test('restarts are kept for a day, 2,000 at most', async () => {
    const { journal } = await openJournal()
    for (let count = 0; count < 2_100; count++)
      void journal.note({ jobs: [], restart: restartOf(`a:${count}`, 0) })
    await journal.flush()
    await journal.write()
    const kept = parseJournal(disk.text).restarts
    expect([kept.length, kept[0]?.namespec]).toEqual([2_000, 'a:100'])
    clock.tick += DAY_MS
    await journal.note({ jobs: [], restart: restartOf('a:new', 0) })
    await journal.write()
    expect(parseJournal(disk.text).restarts.map(({ namespec }) => namespec)).toEqual(['a:new'])
  })
})

describe('what an earlier memmon has left', () => {
  const write = (header: string, ...lines: (string | undefined)[]) => {
    disk.text = header + lines.join('')
  }

  test('nothing, the first time', async () => {
    expect(await journalOf().read()).toMatchObject({ jobs: [], restarts: [], notices: [] })
    expect(disk.did).toEqual(['read'])
  })

  test('it is read before anything is written', async () => {
    write(headerLine('S1', 'B1'), jobLine(stopping(of('a:x'))), restartedLine(restartOf('a:z', 5)))
    const { names, isNewer, restarts, notices } = await openJournal()
    expect([names, isNewer, restarts, notices]).toEqual([['a:x'], false, [restartOf('a:z', 5)], []])
    expect([namesOf(), disk.did]).toEqual([['a:x'], ['read', 'replace']])
    expect(parseJournal(disk.text).restarts).toEqual([restartOf('a:z', 5)])
  })

  test('of another supervisord: told, and left to whoever asks; its counts stay', async () => {
    write(
      headerLine('S1', 'B1'),
      jobLine(stopping(of('a:x'))),
      jobLine(stopping(of('a:y'))),
      restartedLine(restartOf('a:z', 5)),
    )
    const { names, isNewer, restarts, notices } = await openJournal('S2')
    expect([names, isNewer, restarts.length]).toEqual([['a:x', 'a:y'], true, 1])
    expect(notices).toEqual([
      'the journal is that of an earlier supervisord, and another has decided since what runs: a:x, a:y left alone',
    ])
    expect(disk.text.startsWith(headerLine('S2', 'B1'))).toBe(true)
  })

  test('of another supervisord, with nothing to do: nothing is told', async () => {
    write(headerLine('S1', 'B1'))
    expect((await openJournal('S2')).notices).toEqual([])
  })

  test('of another version: set aside under a name that is told, and not read', async () => {
    write(
      '{"memmon":7,"supervisord":"S1","boot":"B1"}\n',
      jobLine(stopping(of('a:x'))),
      restartedLine(restartOf('a:z', 5)),
    )
    const { names, isNewer, restarts, notices } = await openJournal()
    expect([names, isNewer, restarts]).toEqual([[], false, []])
    expect(notices).toEqual([
      'the journal was written by another version of memmon and is set aside as aside.7',
    ])
    expect([disk.did, disk.text]).toEqual([['read', 'setAside', 'replace'], headerLine('S1', 'B1')])
  })

  test('of another version, and it cannot be set aside: told, and it goes on', async () => {
    write('{"memmon":7}\n')
    disk.failing.add('setAside')
    expect((await openJournal()).notices).toEqual([
      'the journal was written by another version of memmon and cannot be set aside (setAside: ENOSPC): it is replaced',
    ])
  })

  test('torn and damaged lines are told, and what is written next is whole', async () => {
    write(headerLine('S1', 'B1'), jobLine(stopping(of('a:x'))), 'x\n', '{"job":{"state":"stopp')
    const { journal, names, notices } = await openJournal()
    expect([names, notices]).toEqual([['a:x'], ['2 unreadable lines of the journal are left out']])
    await journal.note({ jobs: [['a:x', undefined]] })
    expect(await openJournal()).toMatchObject({ names: [], notices: [] })
  })

  test('garbage is no journal', async () => {
    write('\0\0garbage\n\n[]\n')
    expect(await openJournal()).toMatchObject({ names: [], notices: [] })
  })

  test('a disk that cannot be read says so', async () => {
    disk.failing.add('read')
    await expect(journalOf().read()).rejects.toThrow('read: ENOSPC')
  })
})

describe('restarts of the past', () => {
  const read = async (boot: string, ...restarts: PastRestart[]) => {
    disk.text = headerLine('S1', boot) + restarts.map(restartedLine).join('')
    return (await openJournal()).restarts.map(({ namespec, tick }) => [namespec, clock.tick - tick])
  }

  test('of the same boot: by the clock that nobody sets', async () => {
    const odd = { ...restartOf('a:x', 1_000), at: NOW_MS + DAY_MS }
    expect(await read('B1', odd)).toEqual([['a:x', 1_000]])
  })

  test.each([['B2'], ['']])('of the boot %j: by the date', async boot => {
    const odd = { ...restartOf('a:x', 1_000), tick: 5 }
    expect(await read(boot, odd)).toEqual([['a:x', 1_000]])
  })

  test('where nobody knows the boot, by the date', async () => {
    disk.text = headerLine('S1', '') + restartedLine({ ...restartOf('a:x', 1_000), tick: 5 })
    expect((await openJournal('S1', '')).restarts.map(({ tick }) => clock.tick - tick)).toEqual([1_000])
  })

  test('those to come are none', async () => {
    const now = restartOf('a:now', 0)
    expect(await read('B1', restartOf('a:x', -1), now)).toEqual([['a:now', 0]])
    expect(await read('B2', { ...now, at: NOW_MS + 1 }, now)).toEqual([['a:now', 0]])
  })

  test('those of yesterday are none', async () => {
    expect(await read('B1', restartOf('a:x', DAY_MS), restartOf('a:y', DAY_MS - 1))).toEqual([
      ['a:y', DAY_MS - 1],
    ])
  })

  test('in their order', async () => {
    const restarts = [5, 9, 7].map(age => restartOf('a:x', age))
    expect((await read('B1', ...restarts)).map(([, age]) => age)).toEqual([9, 7, 5])
  })
})

describe('a disk that fails', () => {
  test('is told once, and holds up nothing; when it works again that is told, and all is there', async () => {
    const { journal } = await openJournal()
    await journal.note({ jobs: [['a:x', stopping(of('a:x'))]] })
    disk.failing.add('append').add('replace')
    await journal.note({ jobs: [['a:x', starting(of('a:x'))]] })
    await journal.note({ jobs: [['a:y', stopping(of('a:y'))]], restart: restartOf('a:z', 0) })
    expect(told).toEqual([unprotectedText('replace: ENOSPC')])
    expect(told[0]).toBe(
      'The journal cannot be written (replace: ENOSPC): restarts go on, but if memmon is killed between a stop and a start, nothing starts that program again',
    )
    disk.failing.clear()
    await journal.note({ jobs: [['a:w', stopping(of('a:w'))]] })
    expect(told.slice(1)).toEqual(['The journal is written again: restarts are protected'])
    const { jobs, restarts } = parseJournal(disk.text)
    expect([...jobs].map(([name, { state }]) => `${name} ${state}`)).toEqual([
      'a:x starting',
      'a:y stopping',
      'a:w stopping',
    ])
    expect(restarts).toHaveLength(1)
    disk.did.length = 0
    await journal.note({ jobs: [['a:w', undefined]] })
    expect([disk.did, told.length]).toEqual([['append'], 2])
  })

  test('from the beginning: read first, told once, written later', async () => {
    disk.text = headerLine('S1', 'B1') + jobLine(stopping(of('a:x')))
    disk.failing.add('replace')
    const { journal, names } = await openJournal()
    expect([names, told.length]).toEqual([['a:x'], 1])
    disk.failing.clear()
    await journal.note({ jobs: [['a:x', starting(of('a:x'))]] })
    expect([namesOf(), told.length, disk.did.at(-1)]).toEqual([['a:x'], 2, 'replace'])
  })

  test('no longer the place that was written to: written as a whole, and nothing to tell', async () => {
    const { journal } = await openJournal()
    disk.failing.add('append')
    await journal.note({ jobs: [['a:x', stopping(of('a:x'))]] })
    expect([namesOf(), told, disk.did.slice(-2)]).toEqual([['a:x'], [], ['append', 'replace']])
  })
})

describe('a disk that does not answer', () => {
  const hang = () => {
    let answer = () => {}
    disk.gate = new Promise(resolve => {
      answer = resolve
    })
    return () => {
      disk.gate = Promise.resolve()
      answer()
    }
  }
  const isDone = async (promise: Promise<unknown>) => {
    let done = false
    void promise.then(() => {
      done = true
    })
    await settled()
    return () => done
  }

  test('holds up a step for ten seconds, the next ones not at all, and is told once', async () => {
    const { journal } = await openJournal()
    const answer = hang()
    const first = await isDone(journal.note({ jobs: [['a:x', stopping(of('a:x'))]] }))
    await clock.pass(9_999)
    expect([first(), told]).toEqual([false, []])
    await clock.pass(1)
    expect([first(), told]).toEqual([true, [unprotectedText('the disk has not answered for 10 s')]])
    const second = await isDone(journal.note({ jobs: [['a:x', starting(of('a:x'))]] }))
    expect([second(), told.length]).toEqual([true, 1])
    answer()
    await journal.flush()
    expect(told.slice(1)).toEqual(['The journal is written again: restarts are protected'])
    expect([...parseJournal(disk.text).jobs.values()].map(({ state }) => state)).toEqual(['starting'])
    const third = await isDone(journal.note({ jobs: [['a:x', undefined]] }))
    await journal.flush()
    await settled()
    expect([third(), namesOf(), told.length]).toEqual([true, [], 2])
  })

  test('what is noted meanwhile does not pile up', async () => {
    const { journal } = await openJournal()
    const answer = hang()
    void journal.note({ jobs: [['a:x', stopping(of('a:x'))]] })
    await clock.pass(10_000)
    for (let count = 0; count < 1_000; count++) {
      const name = `a:${count % 3}`
      await journal.note({ jobs: [[name, count % 2 ? stopping(of(name)) : starting(of(name))]] })
    }
    await clock.pass(60_000)
    answer()
    await journal.flush()
    expect([disk.did.length, clock.sleepers, told.length]).toEqual([4, 0, 2])
    expect(namesOf()).toEqual(['a:x', 'a:0', 'a:1', 'a:2'])
  })

  test('and fails in the end: that is told already', async () => {
    const { journal } = await openJournal()
    const answer = hang()
    void journal.note({ jobs: [['a:x', stopping(of('a:x'))]] })
    await clock.pass(10_000)
    disk.failing.add('append').add('replace')
    answer()
    await journal.flush()
    await settled()
    expect(told).toHaveLength(1)
  })

  test('when it is read: said after ten seconds', async () => {
    hang()
    let thrown: unknown
    void journalOf()
      .read()
      .catch(error => {
        thrown = error
      })
    await clock.pass(9_999)
    expect(thrown).toBeUndefined()
    await clock.pass(1)
    expect(thrown).toEqual(new Error('the disk has not answered for 10 s'))
  })
})
