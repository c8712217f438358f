// A listener that supervisord no longer sends events, as the real one treats it after one stray byte.
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { waitForChecks } from '../helpers/checks.ts'
import { holder, Supervisord } from '../helpers/supervisord.ts'
import { waitFor } from '../helpers/wait.ts'

test('a deaf listener is noticed and starts afresh', async () => {
  const deaf = await Supervisord.start({ programs: holder('small', 5), memmon: '-a 1GB' })
  try {
    await deaf.waitForLog('watches supervisord')
    await waitForChecks(deaf, 1)
    const before = await deaf.process('memmon:memmon')
    await promisify(execFile)('sh', ['-c', `echo stray > /proc/${before.pid}/fd/1`])
    await deaf.waitForLog('it no longer sends memmon events. memmon ends', 120_000)
    const after = await waitFor('memmon to be back', async () => {
      const info = await deaf.process('memmon:memmon')
      return info.state === 20 && info.pid !== before.pid && info
    })
    expect(after.pid).not.toBe(before.pid)
  } finally {
    await deaf.stop()
  }
}, 180_000)
