// The door to everything about restarts, with a real journal behind it: what goes in, what comes out, and what the next
// memmon finds.
import { beforeEach, expect, test } from 'vitest'
import { resolveSettings } from '../../src/config/in-force.ts'
import { type JournalPlace, Restarts } from '../../src/restart/restarts.ts'
import type { RestartRequest } from '../../src/rules/outcome.ts'
import { settled } from '../helpers/fake-clock.ts'
import { FakeDisk } from '../helpers/fake-disk.ts'
import { JobWorld } from '../helpers/job-world.ts'
import { AT_MS, toldText } from '../helpers/jobs.ts'
import { MB, settingsFrom } from '../helpers/values.ts'

let world: JobWorld
let disk: FakeDisk
beforeEach(() => {
  world = new JobWorld('w:a', 'w:b')
  disk = new FakeDisk()
})

const rulesOf = (...argv: string[]) => resolveSettings(settingsFrom(...argv), 1000 * MB)
const place = async (): Promise<JournalPlace> => ({ disk, supervisord: 'S', boot: 'B' })

/** A memmon with this disk, in this world. */
function restartsWith(...argv: string[]): Restarts {
  const { clock } = world
  return new Restarts(settingsFrom(...argv), rulesOf(...argv), {
    supervisor: {
      getProcessInfo: async namespec => world.process(namespec).info(),
      stopProcess: async namespec => {
        world.did.push(`stop ${namespec}`)
        world.process(namespec).stop()
      },
      startProcess: async namespec => {
        world.did.push(`start ${namespec}`)
        world.process(namespec).start()
      },
      signalProcess: async (namespec, signal) => void world.did.push(`${signal} ${namespec}`),
    },
    measure: async ({ breach }) => breach.value,
    takeEvidence: async () => ({ sentences: [] }),
    companionsOf: async () => [],
    runHook: async () => ({ ok: true }),
    drainByAgent: async () => ({ kind: 'taken' }),
    tell: outcome => void world.told.push(outcome),
    log: (level, text) => void world.log.push(`${level} ${text}`),
    sleep: clock.sleep,
    nowMs: () => AT_MS + clock.tick,
    tick: () => clock.tick,
    random: () => 1,
  })
}

/** The process as it is now, over a limit of 50 MB by the rule that the settings have. */
function over(namespec: string, rule = 'any', megabytes = 60): RestartRequest {
  const { process, breach } = world.over(namespec, megabytes - 50)
  return { process, breach: { ...breach, ruleId: rulesOf('-a', '50MB').rules[0]?.id ?? rule } }
}

/** So much time passes, in seconds, in steps that leave the disk its time. */
async function pass(seconds: number): Promise<void> {
  for (let step = 0; step < seconds * 10; step++) {
    await world.pass(0.1)
    for (let round = 0; round < 3; round++) await settled()
  }
}

const warnings = () => world.log.filter(line => line.startsWith('WARN'))

/** What was told, without what it says of the past. */
const tellings = () => world.told.splice(0).map(toldText)

async function restart(restarts: Restarts, namespec: string): Promise<void> {
  restarts.add([over(namespec)])
  await pass(10)
}

test('a restart from end to end: away meanwhile, told, and in the journal until it is over', async () => {
  const restarts = restartsWith('-a', '50MB')
  await restarts.open(place())
  expect([restarts.isAway('w:a'), restarts.isComing('w:a'), restarts.mayRestart('w:a')]).toEqual([
    false,
    false,
    true,
  ])
  restarts.add([over('w:a')])
  await settled()
  await pass(0.5)
  expect([restarts.isAway('w:a'), restarts.isComing('w:a'), restarts.isAway('w:b')]).toEqual([
    true,
    true,
    false,
  ])
  expect(restarts.unfinished).toEqual({ restarts: ['w:a'], drains: [] })
  expect(disk.text).toContain('"w:a"')
  let isIdle = false
  void restarts.whenIdle().then(() => {
    isIdle = true
  })
  await pass(10)
  await restarts.flush()
  expect([isIdle, world.did, restarts.unfinished.restarts]).toEqual([true, ['stop w:a', 'start w:a'], []])
  expect(tellings()).toEqual([expect.stringMatching(/^restarted: \d+ by memmon, \d+ ms, 0 failed$/)])
})

test('nothing is begun before the journal has been read', async () => {
  const restarts = restartsWith('-a', '50MB')
  restarts.add([over('w:a')])
  await pass(5)
  expect(world.did).toEqual([])
  await restarts.open(place())
  await pass(10)
  expect(world.did).toEqual(['stop w:a', 'start w:a'])
})

test('what an earlier memmon has stopped is started by the next one', async () => {
  const first = restartsWith('-a', '50MB')
  await first.open(place())
  first.add([over('w:a')])
  await pass(0.5)
  const left = disk.text
  const next = new JobWorld('w:a', 'w:b')
  next.process('w:a').become(0)
  world = next
  disk = new FakeDisk()
  disk.text = left
  const second = restartsWith('-a', '50MB')
  await second.open(place())
  await pass(10)
  expect(world.did).toEqual(['start w:a'])
  expect(world.log).toEqual(['INFO Finishing the restart of w:a that an earlier memmon began'])
})

test('another supervisord has come since: what the journal holds is left alone, which is said', async () => {
  const first = restartsWith('-a', '50MB')
  await first.open(place())
  first.add([over('w:a')])
  await pass(0.5)
  const left = disk.text
  disk = new FakeDisk()
  disk.text = left
  world.did.length = 0
  const second = restartsWith('-a', '50MB')
  await second.open(Promise.resolve({ disk, supervisord: 'another', boot: 'B' }))
  expect(warnings()).toEqual([
    'WARN Journal: the journal is that of an earlier supervisord, and another has decided since what runs: w:a left alone',
  ])
})

test('restarts that the journal remembers count for --max-restarts', async () => {
  const argv = ['-a', '50MB', '--max-restarts', '1/1h']
  const first = restartsWith(...argv)
  await first.open(place())
  await restart(first, 'w:a')
  await first.flush()
  expect([first.mayRestart('w:a'), first.mayRestart('w:b')]).toEqual([false, true])
  const second = restartsWith(...argv)
  await second.open(place())
  expect([second.mayRestart('w:a'), second.mayRestart('w:b')]).toEqual([false, true])
})

test('no place for a journal: that is said, and restarts go on', async () => {
  const restarts = restartsWith('-a', '50MB')
  await restarts.open(Promise.reject(new Error('no state directory')))
  expect(world.log).toEqual([
    'WARN The journal cannot be written (no state directory): restarts continue, but if memmon is killed between a stop and a start, nothing starts that program again',
  ])
  await restart(restarts, 'w:a')
  await restarts.flush()
  expect(world.did).toEqual(['stop w:a', 'start w:a'])
})

test('a disk that cannot be written is told, and again when it can', async () => {
  disk.failing.add('replace')
  const restarts = restartsWith('-a', '50MB')
  await restarts.open(place())
  expect(warnings()).toEqual([
    expect.stringContaining('WARN The journal cannot be written (replace: ENOSPC)'),
  ])
  disk.failing.clear()
  await restart(restarts, 'w:a')
  expect(warnings()).toHaveLength(1)
  expect(world.log).toContain('INFO The journal can be written again: restarts are protected')
})

test('other settings are asked from then on', async () => {
  const restarts = restartsWith('-a', '50MB', '--max-restarts', '1/1h')
  await restarts.open(place())
  await restart(restarts, 'w:a')
  tellings()
  restarts.use(settingsFrom('-a', '50MB'), rulesOf('-a', '50MB'))
  expect(restarts.mayRestart('w:a')).toBe(true)
  world.did.length = 0
  const dry = ['-a', '50MB', '--dry-run']
  restarts.use(settingsFrom(...dry), rulesOf(...dry))
  await restart(restarts, 'w:b')
  expect(world.did).toEqual([])
})

test('settings that change while a program waits for its turn are asked about it at once', async () => {
  const restarts = restartsWith('-a', '50MB')
  await restarts.open(place())
  restarts.add([over('w:a'), over('w:b')])
  await pass(0.5)
  const ignoring = ['-a', '50MB', '--ignore', 'b']
  restarts.use(settingsFrom(...ignoring), rulesOf(...ignoring))
  await pass(10)
  expect(world.did).toEqual(['stop w:a', 'start w:a'])
})

/** A program of these settings that exceeds its soft limit. */
const softened = (restarts: Restarts, ...argv: string[]): RestartRequest => {
  const soft = rulesOf(...argv).rules.find(({ action }) => action.kind === 'drain')
  const { process, breach } = over('w:a')
  const request = { process, breach: { ...breach, ruleId: soft?.id ?? '' } }
  if (soft?.action.kind === 'drain') restarts.soften(request, soft.action)
  return request
}

test('a program over its soft limit was asked to finish, and left alone when it is back under it', async () => {
  const argv = ['-a', '100MB', '--soft-limit', '50MB', '--drain-signal', 'TSTP']
  const restarts = restartsWith(...argv)
  await restarts.open(place())
  const request = softened(restarts, ...argv)
  await pass(1)
  expect([world.did, restarts.unfinished]).toEqual([['TSTP w:a'], { restarts: [], drains: ['w:a'] }])
  restarts.check()
  restarts.onTable([world.process('w:a').info()])
  await pass(1)
  restarts.relieve(request)
  await world.pass(900)
  await pass(60)
  expect(world.did).toEqual(['TSTP w:a'])
})

test('a program that has time to recover, and does, is drained no longer', async () => {
  const argv = ['-a', '100MB', '--soft-limit', '50MB', '--grace', '10m']
  const restarts = restartsWith(...argv)
  await restarts.open(place())
  const request = softened(restarts, ...argv)
  await pass(1)
  expect(restarts.unfinished.drains).toEqual(['w:a'])
  restarts.relieve(request)
  await pass(1)
  expect(restarts.unfinished.drains).toEqual([])
})

test('a program that has used up its grace is restarted at the next check', async () => {
  const argv = ['-a', '100MB', '--soft-limit', '50MB', '--grace', '10m']
  const restarts = restartsWith(...argv)
  await restarts.open(place())
  softened(restarts, ...argv)
  await pass(1)
  await world.pass(600)
  expect(world.did).toEqual([])
  restarts.check()
  await pass(1)
  expect(world.did).toEqual(['stop w:a'])
})

test('what is flushed is on the disk', async () => {
  const restarts = restartsWith('-a', '50MB')
  await restarts.open(place())
  let answer = () => {}
  disk.gate = new Promise(resolve => {
    answer = resolve
  })
  restarts.add([over('w:a')])
  await pass(0.1)
  const flushed = restarts.flush().then(() => disk.text)
  expect(disk.text).not.toContain('"w:a"')
  answer()
  expect(await flushed).toContain('"w:a"')
})

test('a program that supervisord has no more is forgotten, and so are its restarts', async () => {
  const restarts = restartsWith('-a', '50MB', '--max-restarts', '1/1h')
  await restarts.open(place())
  await restart(restarts, 'w:a')
  restarts.onTable([world.process('w:a').info()])
  expect(restarts.mayRestart('w:a')).toBe(false)
  restarts.onTable([world.process('w:b').info()])
  expect(restarts.mayRestart('w:a')).toBe(true)
})

test('the smallest size that was measured since a restart is told with what comes next', async () => {
  const restarts = restartsWith('-a', '50MB')
  await restarts.open(place())
  await restart(restarts, 'w:a')
  world.told.length = 0
  restarts.observe(world.process('w:a').info(), 30 * MB)
  await restart(restarts, 'w:a')
  expect(world.told[0]).toMatchObject({ past: { smallestBytes: 30 * MB, restartsLastHour: 1 } })
})

test('a memmon that ends begins nothing more', async () => {
  const restarts = restartsWith('-a', '50MB')
  await restarts.open(place())
  restarts.end()
  await restart(restarts, 'w:a')
  await restarts.whenIdle()
  expect(world.did).toEqual([])
})

test('muted: what is due is left alone, also by the next memmon, until the time is over', async () => {
  const restarts = restartsWith('-a', '50MB')
  await restarts.open(place())
  expect(await restarts.mute('w:a', 60)).toMatchObject({ namespec: 'w:a' })
  expect([restarts.isMuted('w:a'), restarts.mayRestart('w:a'), restarts.mayRestart('w:b')]).toEqual([
    true,
    false,
    true,
  ])
  await restart(restarts, 'w:a')
  expect(world.did.filter(text => text.startsWith('stop'))).toEqual([])
  expect(tellings()).toEqual([expect.stringContaining('muted until')])
  const next = restartsWith('-a', '50MB')
  await next.open(place())
  expect(next.mutes).toMatchObject([{ namespec: 'w:a' }])
  await pass(60)
  next.check()
  expect([next.isMuted('w:a'), world.log.at(-1)]).toEqual([false, 'INFO Unmuted w:a'])
  await next.flush()
  const third = restartsWith('-a', '50MB')
  await third.open(place())
  expect(third.mutes).toEqual([])
  await restart(third, 'w:a')
  expect(world.did.filter(text => text.startsWith('stop'))).toEqual(['stop w:a'])
})

test('unmuted at once; what a person asks for is done though it is muted', async () => {
  const restarts = restartsWith('-a', '50MB')
  await restarts.open(place())
  await restarts.mute('w:a', 60)
  const { process, breach } = over('w:a')
  const byHand = {
    ...breach,
    rule: 'memmon restart',
    limit: Number.POSITIVE_INFINITY,
    isByHand: true,
  } as const
  expect(await restarts.restartByHand({ process, breach: byHand })).toBeUndefined()
  await pass(10)
  expect(world.did.filter(text => text.startsWith('stop'))).toEqual(['stop w:a'])
  expect([await restarts.unmute('w:a'), await restarts.unmute('w:a'), restarts.isMuted('w:a')]).toEqual([
    true,
    false,
    false,
  ])
})

test('mutes are bounded, in time and number; one that is there can be set anew', async () => {
  const restarts = restartsWith('-a', '50MB')
  await restarts.open(place())
  expect(await restarts.mute('w:a', 86_401)).toMatch(/^1d 1s is too long: 1d at most$|^1d is too long/)
  for (let at = 0; at < 200; at++) await restarts.mute(`p:${at}`, 60)
  expect(await restarts.mute('w:a', 60)).toMatch(/^200 programs are muted already/)
  expect(await restarts.mute('p:7', 90)).toMatchObject({ namespec: 'p:7' })
})
