// A machine without a descriptor, memory or process left: a command that cannot be started is a value.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { runCommand } from '../../src/base/pipe-command.ts'

const spawn = vi.hoisted(() => vi.fn())
vi.mock('node:child_process', async original => {
  const real = await original<typeof import('node:child_process')>()
  return {
    ...real,
    spawn: (...args: Parameters<typeof real.spawn>) => (spawn() as undefined) ?? real.spawn(...args),
  }
})

test.each(['ENOMEM', 'EAGAIN', 'E2BIG'])('%s, thrown by spawn', async code => {
  spawn.mockImplementationOnce(() => {
    throw Object.assign(new Error(`spawn ${code}`), { code })
  })
  const result = await runCommand(['true'], Buffer.alloc(0), { timeoutMs: 60_000 })
  expect(result).toEqual({
    ok: false,
    why: `it could not be run: spawn ${code}`,
    ...(code !== 'E2BIG' && { isLack: true }),
  })
})

test('no descriptor left, in a process of its own that may open 64: said, and it works again with one', () => {
  const module = JSON.stringify(join(import.meta.dirname, '..', '..', 'build', 'base', 'pipe-command.js'))
  const script = `
    import { closeSync, openSync } from 'node:fs'
    import { runCommand } from ${module}
    const run = () => runCommand(['true'], Buffer.alloc(0), { timeoutMs: 60000 })
    const open = []
    try { for (;;) open.push(openSync('/dev/null')) } catch {}
    const results = [await run()]
    for (const one of open) closeSync(one)
    results.push(await run())
    console.log(JSON.stringify(results))`
  const command = `ulimit -n 64; exec "$0" --input-type=module -e "$1"`
  const { stdout, stderr } = spawnSync('sh', ['-c', command, process.execPath, script], { encoding: 'utf8' })
  expect(stderr).toBe('')
  expect(JSON.parse(stdout)).toEqual([
    { ok: false, why: expect.stringContaining('EMFILE'), isLack: true },
    { ok: true },
  ])
})
