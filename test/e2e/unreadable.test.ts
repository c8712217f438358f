// Programs that run and whose size nobody can read, under a real supervisord: said, shown by check, and not taken for
// programs that use nothing. The tests of hidepid need root; where that is missing a zombie main thread stands in.
import { afterEach, expect, test } from 'vitest'
import { hidingShell } from '../helpers/hidepid.ts'
import { runMemmon } from '../helpers/memmon.ts'
import { PYTHON } from '../helpers/python.ts'
import { holder, MEMMON, Supervisord } from '../helpers/supervisord.ts'
import { waitFor } from '../helpers/wait.ts'

let supervisord: Supervisord | undefined
afterEach(() => supervisord?.stop())

/** Of 40 MB, by a thread that outlives the main one. */
const DEAD = `[program:dead]
command=${PYTHON} -c "import ctypes, threading, time; b = b'x' * (40 << 20); threading.Thread(target=time.sleep, args=(600,)).start(); ctypes.CDLL(None).pthread_exit(None)"
`

/** memmon behind this wrapper, if there is one. */
const listener = (wrapper: string | undefined): string => `
[eventlistener:memmon]
command=${wrapper ?? ''} ${process.execPath} ${MEMMON} -a 10MB
environment=SUPERVISOR_USERNAME=u,SUPERVISOR_PASSWORD=p
events=TICK_5
stderr_logfile=%(here)s/memmon.log
`

test.each([1, 2] as const)('programs that hidepid=%s hides from memmon', async hidepid => {
  const wrapper = hidingShell(hidepid)
  const [program, name] = wrapper ? [holder('big', 40), 'big:big'] : [DEAD, 'dead:dead']
  supervisord = await Supervisord.start({
    programs: program + listener(wrapper),
    inet: { username: 'u', password: 'p' },
  })
  const { pid } = await supervisord.process(name)
  await supervisord.waitForLog(
    `WARN Cannot read the size of 1 RUNNING process, so its limits are not checked and totals leave it out: ${name} (pid ${pid}). Cause: `,
  )
  expect(supervisord.memmonLog()).toContain(wrapper ? 'run memmon as root' : 'restart with supervisorctl')
  expect(supervisord.memmonLog()).not.toContain('Restarting')
}, 60_000)

test('check shows a program whose main thread has ended as not readable, never with 0 B', async () => {
  supervisord = await Supervisord.start({ programs: DEAD })
  const { serverUrl } = supervisord
  await waitFor('a zombie main thread', async () => {
    const { code, stdout, stderr } = await runMemmon(['check', '-a', '1GB', '--server-url', serverUrl])
    if (!/^dead +RUNNING/m.test(stdout) || /^dead .* RSS/m.test(stdout)) return false
    expect(stdout).toMatch(/^dead +RUNNING +\d+ +\d+s +- +- +- +- +not readable +-$/m)
    expect(stderr).toContain('restart with supervisorctl')
    expect(code).toBe(0)
    return true
  })
}, 60_000)
