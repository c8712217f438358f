// -c under a real supervisord: forked children count with their parent, and only then.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { waitForChecks } from '../helpers/checks.ts'
import { PYTHON } from '../helpers/python.ts'
import { Supervisord } from '../helpers/supervisord.ts'

/** A parent of 10 MB with two children, each with a child of its own, of 30 MB each. */
const FAMILY = `${PYTHON} -c "import os, time; child = os.fork() == 0 or os.fork() == 0; child and os.fork(); b = b'x' * ((30 if child else 10) << 20); time.sleep(3600)"`

const family = (name: string): string =>
  `[program:${name}]\ncommand=${FAMILY}\nstopasgroup=true\nkillasgroup=true\n`

let counted: Supervisord
let single: Supervisord
beforeAll(async () => {
  const programs = family('family')
  ;[counted, single] = await Promise.all([
    Supervisord.start({ programs, memmon: '-c -a 80MB' }),
    Supervisord.start({ programs, memmon: '-a 80MB' }),
  ])
})
afterAll(() => Promise.all([counted.stop(), single.stop()]))

test('with -c the descendants count', async () => {
  const log = await counted.waitForLog('Restarted family:family: pid')
  expect(log).toMatch(/Restarting family:family .*MB RSS with descendants \(\d+ bytes\), over -a 80MB by/)
})

test('without -c the same program is left alone', async () => {
  const before = await single.process('family:family')
  await waitForChecks(single, 2)
  expect((await single.process('family:family')).pid).toBe(before.pid)
})
