// Crash safety, slow stops, rolling and --max-restarts under a real supervisord.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ProcessState } from '../../src/rules/process.ts'
import { waitForChecks } from '../helpers/checks.ts'
import { PYTHON } from '../helpers/python.ts'
import { holdCommand, holder, Supervisord } from '../helpers/supervisord.ts'
import { waitFor } from '../helpers/wait.ts'

/** Grows when it is stopped, and takes its time. */
const FLUSHES = `${PYTHON} -c "import signal, time; b = []; signal.signal(15, lambda *_: b.append(b'x' * (50 << 20))); exec('while True: time.sleep(60)')"`
/** Ignores SIGTERM by the time it has its size. */
const SLOW = holdCommand(50, 'import signal; signal.signal(15, signal.SIG_IGN)')

let slow: Supervisord
let rolling: Supervisord
let capped: Supervisord
let killed: Supervisord
let stopped: Supervisord
beforeAll(async () => {
  const numbered = 'process_name=%(program_name)s_%(process_num)02d\nnumprocs=3\nstartsecs=2'
  ;[slow, rolling, capped, killed, stopped] = await Promise.all([
    Supervisord.start({
      programs: `[program:slow]\ncommand=${SLOW}\nstopwaitsecs=25\n${holder('quick', 50)}`,
      memmon: '-a 30MB --max-restarts 1/1h',
      listenerLines: 'buffer_size=2',
    }),
    Supervisord.start({ programs: holder('w', 50, numbered), memmon: '-a 30MB --max-restarts 1/1h' }),
    Supervisord.start({
      programs: holder('big', 50, 'startsecs=0'),
      memmon:
        '-a 30MB --max-restarts 2/1h --restart-backoff 0 -m bob@example.com --mail-interval 0 -s @sendmail',
    }),
    Supervisord.start({
      programs: `[program:slow]\ncommand=${SLOW}\nstopwaitsecs=600\nautorestart=false`,
      memmon: '-a 30MB --max-restarts 1/1h',
    }),
    Supervisord.start({
      programs: `[program:flushes]\ncommand=${FLUSHES}\nstopwaitsecs=600`,
      memmon: '-a 30MB',
    }),
  ])
})
afterAll(() => Promise.all([slow, rolling, capped, killed, stopped].map(supervisord => supervisord.stop())))

test('killed between stop and start: the next memmon starts the program', async () => {
  const before = await waitFor('slow to be stopping', async () => {
    const slow = await killed.process('slow:slow')
    return slow.state === ProcessState.STOPPING && slow
  })
  process.kill((await killed.process('memmon:memmon')).pid, 'SIGKILL')
  await killed.waitForLog('Finishing the restart of slow:slow that an earlier memmon began')
  process.kill(before.pid, 'SIGKILL') // it would take ten minutes to die
  await killed.waitForRestart(before)
  await killed.waitForLog(`Restarted slow:slow: pid ${before.pid} is now pid`)
})

test('a program that takes 25 s to die: ticks are heard all the while, it is stopped once, others are restarted', async () => {
  await slow.waitForLog('Restarted slow:slow')
  await slow.waitForLog('Restarted quick:quick')
  expect(slow.memmonLog().split('Restarting slow:slow')).toHaveLength(2)
  expect(slow.log()).not.toMatch(/overflow/)
  expect(slow.log().split("killing 'slow'")).toHaveLength(2)
})

test('a group is restarted one by one', async () => {
  await rolling.waitForLog('Restarted w:w_0', { times: 3 })
  const steps = rolling.memmonLog().match(/Restarting w|Restarted w/g)
  expect(steps).toEqual(Array(3).fill(['Restarting w', 'Restarted w']).flat())
})

test('--max-restarts holds the third back, one mail says so, also after memmon was restarted', async () => {
  await capped.waitForLog('big:big is no longer restarted')
  await waitForChecks(capped, 1)
  expect(capped.memmonLog().split('big:big is no longer restarted')).toHaveLength(2)
  expect(capped.memmonLog().split('Restarted big:big')).toHaveLength(3)
  expect(await capped.waitForMails(1, 'exceeds its limit and is no')).toHaveLength(1)
  await capped.ctl('restart', 'memmon')
  await capped.waitForLog('big:big is no longer restarted', { times: 2 })
  expect(capped.memmonLog().split('Restarted big:big')).toHaveLength(3)
})

test('a program that grows while an operator stops it: one try to restart it, then silence', async () => {
  await waitForChecks(stopped, 2) // the second finds the children of the first
  await stopped.client.stopProcess('flushes:flushes')
  await stopped.waitForLog('Left flushes:flushes alone: it is STOPPING by now')
  await waitForChecks(stopped, 2)
  expect(stopped.memmonLog().split('Restarting flushes:flushes')).toHaveLength(2)
  process.kill((await stopped.process('flushes:flushes')).pid, 'SIGKILL')
})
