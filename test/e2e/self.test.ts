// memmon never restarts itself, nor with -a another event listener, however small the limit.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { waitForChecks } from '../helpers/checks.ts'
import { PYTHON } from '../helpers/python.ts'
import { holder, MEMMON, Supervisord } from '../helpers/supervisord.ts'

const LISTENER = `${PYTHON} -c "import sys; print('READY', flush=True); [print('RESULT 2\\\\nOKREADY', flush=True) for line in sys.stdin]"`

const escaped = (path: string): string => path.replaceAll('%', '%%')
const wrapped = (folder: string): string => `[eventlistener:wrapped]
command=sh -c "SUPERVISOR_PROCESS_NAME= SUPERVISOR_GROUP_NAME= '${escaped(process.execPath)}' '${escaped(MEMMON)}' -a 1KB -p 'wrapped=1KB' --ignore tiny; true"
events=TICK_5
stderr_logfile=${folder}
stopasgroup=true
`

let supervisord: Supervisord
let shell: Supervisord
beforeAll(async () => {
  ;[supervisord, shell] = await Promise.all([
    Supervisord.start({
      programs: `${holder('tiny', 1)}
[eventlistener:other]
command=${LISTENER}
events=PROCESS_LOG
[eventlistener:named]
command=${LISTENER}
events=PROCESS_LOG`,
      memmon: '-a 1KB -p memmon=1KB -p named=1KB',
    }),
    Supervisord.start({ programs: `${holder('tiny', 1)}\n${wrapped('/dev/null')}` }),
  ])
})
afterAll(() => Promise.all([supervisord.stop(), shell.stop()]))

test('-a 1KB restarts the program, and neither memmon nor another listener', async () => {
  const memmon = await supervisord.process('memmon:memmon')
  const other = await supervisord.process('other:other')
  await supervisord.waitForLog('Restarted tiny:tiny')
  await waitForChecks(supervisord, 2)
  expect((await supervisord.process('memmon:memmon')).pid).toBe(memmon.pid)
  expect((await supervisord.process('other:other')).pid).toBe(other.pid)
})

test('a listener that -p names is restarted', async () => {
  await supervisord.waitForLog('Restarted named:named')
})

test('behind a shell and without a name it knows itself by pid', async () => {
  const before = await shell.process('wrapped:wrapped')
  await waitForChecks(shell, 3, 'wrapped')
  expect((await shell.process('wrapped:wrapped')).pid).toBe(before.pid)
})
