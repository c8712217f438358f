// The journal on a disk in the test's hands: what is on it at every moment, and what is read of it.
import { beforeEach, describe, expect, test } from 'vitest'
import { headerLine, jobLine, parseJournal, restartedLine } from '../../src/restart/journal-lines.ts'
import type { FakeClock } from '../helpers/fake-clock.ts'
import { settled } from '../helpers/fake-clock.ts'
import type { FakeDisk } from '../helpers/fake-disk.ts'
import { starting, stopping, TOLD, waiting } from '../helpers/jobs.ts'
import { DAY_MS, JournalWorld, of } from '../helpers/journal-world.ts'

let world: JournalWorld
let clock: FakeClock
let disk: FakeDisk
beforeEach(() => {
  world = new JournalWorld()
  clock = world.clock
  disk = world.disk
})

describe('what is on disk', () => {
  test('each step when its promise is kept; the next memmon reads it', async () => {
    const { journal } = await world.open()
    await journal.note({ jobs: [['a:x', stopping(of('a:x'))]] })
    expect((await world.journal().read()).jobs).toMatchObject([{ ...of('a:x'), state: 'stopping' }])
    await journal.note({ jobs: [['a:y', stopping(of('a:y'))]] })
    await journal.note({ jobs: [['a:x', starting(of('a:x'))]] })
    expect((await world.open()).jobs.map(({ state }) => state)).toEqual(['stopping', 'starting'])
    await journal.note({ jobs: [['a:x', undefined]] })
    expect((await world.open()).names).toEqual(['a:y'])
  })

  test('first as a whole, then line by line', async () => {
    const { journal } = await world.open()
    expect(disk.text).toBe(headerLine('S1', 'B1'))
    const [x, y] = [stopping(of('a:x')), waiting({ ...of('a:y'), drained: TOLD })]
    await journal.note({
      jobs: [
        ['a:x', x],
        ['a:y', y],
      ],
      restart: world.restart('a:z', 0),
    })
    expect(disk.did).toEqual(['read', 'replace', 'append'])
    expect(disk.text).toBe(
      headerLine('S1', 'B1') + jobLine(x) + jobLine(y) + restartedLine(world.restart('a:z', 0)),
    )
  })

  test('what changes nothing is not written, but waited for', async () => {
    const { journal } = await world.open()
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
    const { journal } = await world.open()
    expect(journal.isNews('a:x', undefined)).toBe(false)
    expect(journal.isNews('a:x', waiting(of('a:x')))).toBe(false)
    expect(journal.isNews('a:x', stopping(of('a:x')))).toBe(true)
    await journal.note({ jobs: [['a:x', stopping(of('a:x'))]] })
    expect(journal.isNews('a:x', stopping({ ...of('a:x'), faults: 3 }))).toBe(false)
    expect(journal.isNews('a:x', starting(of('a:x')))).toBe(true)
    expect(journal.isNews('a:x', waiting(of('a:x')))).toBe(true)
    expect(journal.isNews('a:x', undefined)).toBe(true)
  })

  test('restarts are kept for a day, 2,000 at most', async () => {
    const { journal } = await world.open()
    for (let count = 0; count < 2_100; count++)
      void journal.note({ jobs: [], restart: world.restart(`a:${count}`, 0) })
    await journal.flush()
    await journal.write()
    const kept = parseJournal(disk.text).restarts
    expect([kept.length, kept[0]?.namespec]).toEqual([2_000, 'a:100'])
    clock.tick += DAY_MS
    await journal.note({ jobs: [], restart: world.restart('a:new', 0) })
    await journal.write()
    expect(parseJournal(disk.text).restarts.map(({ namespec }) => namespec)).toEqual(['a:new'])
  })
})

describe('what an earlier memmon has left', () => {
  const write = (header: string, ...lines: (string | undefined)[]) => {
    disk.text = header + lines.join('')
  }

  test('nothing, the first time', async () => {
    expect(await world.journal().read()).toMatchObject({ jobs: [], restarts: [], notices: [] })
    expect(disk.did).toEqual(['read'])
  })

  test('it is read before anything is written', async () => {
    write(headerLine('S1', 'B1'), jobLine(stopping(of('a:x'))), restartedLine(world.restart('a:z', 5)))
    const { names, isNewer, restarts, notices } = await world.open()
    expect([names, isNewer, restarts, notices]).toEqual([['a:x'], false, [world.restart('a:z', 5)], []])
    expect([world.names, disk.did]).toEqual([['a:x'], ['read', 'replace']])
    expect(parseJournal(disk.text).restarts).toEqual([world.restart('a:z', 5)])
  })

  test('of another supervisord: told, and left to whoever asks; its counts stay', async () => {
    write(
      headerLine('S1', 'B1'),
      jobLine(stopping(of('a:x'))),
      jobLine(stopping(of('a:y'))),
      restartedLine(world.restart('a:z', 5)),
    )
    const { names, isNewer, restarts, notices } = await world.open('S2')
    expect([names, isNewer, restarts.length]).toEqual([['a:x', 'a:y'], true, 1])
    expect(notices).toEqual([
      'the journal is that of an earlier supervisord, and another has decided since what runs: a:x, a:y left alone',
    ])
    expect(disk.text.startsWith(headerLine('S2', 'B1'))).toBe(true)
  })

  test('of another supervisord, with nothing to do: nothing is told', async () => {
    write(headerLine('S1', 'B1'))
    expect((await world.open('S2')).notices).toEqual([])
  })

  test('of another version: set aside under a name that is told, and not read', async () => {
    write(
      '{"memmon":7,"supervisord":"S1","boot":"B1"}\n',
      jobLine(stopping(of('a:x'))),
      restartedLine(world.restart('a:z', 5)),
    )
    const { names, isNewer, restarts, notices } = await world.open()
    expect([names, isNewer, restarts]).toEqual([[], false, []])
    expect(notices).toEqual([
      'the journal was written by another version of memmon and is set aside as aside.7',
    ])
    expect([disk.did, disk.text]).toEqual([['read', 'setAside', 'replace'], headerLine('S1', 'B1')])
  })

  test('of another version, and it cannot be set aside: told, and it goes on', async () => {
    write('{"memmon":7}\n')
    disk.failing.add('setAside')
    expect((await world.open()).notices).toEqual([
      'the journal was written by another version of memmon and cannot be set aside (setAside: ENOSPC): it is replaced',
    ])
  })

  test('torn and damaged lines are told, and what is written next is whole', async () => {
    write(headerLine('S1', 'B1'), jobLine(stopping(of('a:x'))), 'x\n', '{"job":{"state":"stopp')
    const { journal, names, notices } = await world.open()
    expect([names, notices]).toEqual([['a:x'], ['2 unreadable lines of the journal were skipped']])
    await journal.note({ jobs: [['a:x', undefined]] })
    expect(await world.open()).toMatchObject({ names: [], notices: [] })
  })

  test('garbage is no journal', async () => {
    write('\0\0garbage\n\n[]\n')
    expect(await world.open()).toMatchObject({ names: [], notices: [] })
  })

  test('a disk that cannot be read says so', async () => {
    disk.failing.add('read')
    await expect(world.journal().read()).rejects.toThrow('read: ENOSPC')
  })
})
