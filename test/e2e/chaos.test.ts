// A bounded time of `npm run chaos`.
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

test('the chaos of a bounded time leaves no program down', async () => {
  const chaos = join(import.meta.dirname, '..', '..', 'scripts', 'chaos.mjs')
  const { stdout } = await promisify(execFile)(process.execPath, [chaos, '40'])
  expect(stdout).toMatch(/^\d+ kills/)
  expect(stdout).toContain('0 of 10 programs left down')
})
