// How the journal is written: one write after the other, anew when it has grown, and what is told when the disk fails or
// does not answer.
import { beforeEach, describe, expect, test } from 'vitest'
import { headerLine, jobLine, parseJournal } from '../../src/restart/journal-lines.ts'
import { unprotectedText } from '../../src/restart/journal-writer.ts'
import type { FakeClock } from '../helpers/fake-clock.ts'
import { settled } from '../helpers/fake-clock.ts'
import type { FakeDisk } from '../helpers/fake-disk.ts'
import { finishing, starting, stopping } from '../helpers/jobs.ts'
import { JournalWorld, of } from '../helpers/journal-world.ts'

let world: JournalWorld
let clock: FakeClock
let disk: FakeDisk
let told: string[]
beforeEach(() => {
  world = new JournalWorld()
  clock = world.clock
  disk = world.disk
  told = world.told
})

test('nothing is added to what was never written as a whole: it would have no first line', async () => {
  await world.journal().note({ jobs: [['a:x', stopping(of('a:x'))]] })
  expect([disk.did, world.names]).toEqual([['replace'], ['a:x']])
})

test('what changes nothing is not written', async () => {
  const { journal } = await world.open()
  await journal.note({ jobs: [['a:x', undefined]] })
  expect(disk.did).toEqual(['read', 'replace'])
})

test('all of it is written twice at a time: it is whole', async () => {
  const journal = world.journal()
  await Promise.all([journal.write(), journal.write()])
  expect(disk.text).toBe(headerLine('S1', 'B1'))
})

test('one write after the other, in the order of the notes', async () => {
  const { journal } = await world.open()
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
  const { journal } = await world.open()
  for (let entry = 0; entry < 1500; entry++) {
    await journal.note({ jobs: [['a:x', stopping(of('a:x'))]] })
    await journal.note({ jobs: [['a:x', undefined]] })
    expect(disk.text.length).toBeLessThan(300 * 1024)
  }
  expect(disk.did.filter(one => one === 'replace').length).toBeLessThan(10)
  expect(disk.did.filter(one => one === 'replace').length).toBeGreaterThan(1)
})

describe('a disk that fails', () => {
  test('is told once, and holds up nothing; when it works again that is told, and all is there', async () => {
    const { journal } = await world.open()
    await journal.note({ jobs: [['a:x', stopping(of('a:x'))]] })
    disk.failing.add('append').add('replace')
    await journal.note({ jobs: [['a:x', starting(of('a:x'))]] })
    await journal.note({ jobs: [['a:y', stopping(of('a:y'))]], restart: world.restart('a:z', 0) })
    expect(told).toEqual([unprotectedText('replace: ENOSPC')])
    expect(told[0]).toBe(
      'The journal cannot be written (replace: ENOSPC): restarts continue, but if memmon is killed between a stop and a start, nothing starts that program again',
    )
    disk.failing.clear()
    await journal.note({ jobs: [['a:w', stopping(of('a:w'))]] })
    expect(told.slice(1)).toEqual(['The journal can be written again: restarts are protected'])
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
    const { journal, names } = await world.open()
    expect([names, told.length]).toEqual([['a:x'], 1])
    disk.failing.clear()
    await journal.note({ jobs: [['a:x', starting(of('a:x'))]] })
    expect([world.names, told.length, disk.did.at(-1)]).toEqual([['a:x'], 2, 'replace'])
  })

  test('no longer the place that was written to: written as a whole, and nothing to tell', async () => {
    const { journal } = await world.open()
    disk.failing.add('append')
    await journal.note({ jobs: [['a:x', stopping(of('a:x'))]] })
    expect([world.names, told, disk.did.slice(-2)]).toEqual([['a:x'], [], ['append', 'replace']])
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
    const { journal } = await world.open()
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
    expect(told.slice(1)).toEqual(['The journal can be written again: restarts are protected'])
    expect([...parseJournal(disk.text).jobs.values()].map(({ state }) => state)).toEqual(['starting'])
    const third = await isDone(journal.note({ jobs: [['a:x', undefined]] }))
    await journal.flush()
    await settled()
    expect([third(), world.names, told.length]).toEqual([true, [], 2])
  })

  test('is protected again when the last line is written, not before', async () => {
    const { journal } = await world.open()
    const answer = hang()
    void journal.note({ jobs: [['a:x', stopping(of('a:x'))]] })
    await clock.pass(10_000)
    await journal.note({ jobs: [['a:y', stopping(of('a:y'))]] })
    told.push = () => disk.did.push('told')
    answer()
    await journal.flush()
    expect(disk.did).toEqual(['read', 'replace', 'append', 'replace', 'told'])
  })

  test('and does so again later: a step is held up again, and what is noted meanwhile is not lost', async () => {
    const { journal } = await world.open()
    for (const name of ['a:x', 'a:y', 'a:z']) {
      const answer = hang()
      const first = await isDone(journal.note({ jobs: [[name, stopping(of(name))]] }))
      await clock.pass(9_999)
      expect(first()).toBe(false)
      await clock.pass(1)
      expect(first()).toBe(true)
      await journal.note({ jobs: [[name, starting(of(name))]] })
      answer()
      await journal.flush()
      await settled()
      expect(parseJournal(disk.text).jobs.get(name)?.state).toBe('starting')
    }
    expect([world.names, told.length]).toEqual([['a:x', 'a:y', 'a:z'], 6])
  })

  test('what is noted meanwhile does not pile up', async () => {
    const { journal } = await world.open()
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
    expect(world.names).toEqual(['a:x', 'a:0', 'a:1', 'a:2'])
  })

  test('and fails in the end: that is told already', async () => {
    const { journal } = await world.open()
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
    void world
      .journal()
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
