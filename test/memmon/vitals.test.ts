// What the listener says of itself to those who look: ticks, and checks that fail, one that never ends among them.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Vitals } from '../../src/memmon/vitals.ts'
import { readListenerFile } from '../../src/restart/listener-look.ts'
import type { StateFolder } from '../../src/restart/state-folder.ts'
import { waitFor } from '../helpers/wait.ts'

const START_MS = 1_700_000_000_000
const AFTER_MINUTE = { sinceMs: START_MS, why: 'the check that began then has not ended' }

let folder = ''
let passedMs = 0
let failing: { sinceMs: number; why: string } | undefined
let vitals: Vitals
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'memmon-vitals-'))
  passedMs = 0
  failing = undefined
  vitals = new Vitals({
    run: 'run',
    failing: () => failing,
    nowMs: () => START_MS + passedMs,
    tick: () => passedMs,
  })
  vitals.attach({ path: folder, isIntact: async () => true } as StateFolder)
})
afterEach(async () => {
  await vitals.close()
  rmSync(folder, { recursive: true, force: true })
})

/** Both those who ask by the socket and those who read the file are told so. */
async function expectFailing(wanted: typeof failing): Promise<void> {
  expect(vitals.document.failing).toEqual(wanted ?? null)
  await waitFor(`${wanted?.why} in its file`, async () => {
    const { value } = await readListenerFile(folder, process.geteuid?.() ?? 0)
    return value && value.failing?.why === wanted?.why && value.failing?.sinceMs === wanted?.sinceMs
  })
}

test('its last tick, and the shortest period of those that have come', () => {
  expect(vitals.document).toEqual({ run: 'run', tick_at_ms: null, period_seconds: null, failing: null })
  vitals.onTick(60)
  passedMs = 5_000
  vitals.onTick(5)
  passedMs = 60_000
  vitals.onTick(60)
  expect(vitals.document).toMatchObject({ tick_at_ms: START_MS + 60_000, period_seconds: 5 })
})

test('why checks are left out, and that they are not', async () => {
  failing = { sinceMs: 1, why: 'no answer from supervisord' }
  vitals.onTick(5)
  await expectFailing(failing)
  failing = undefined
  vitals.onCheck(false)
  await expectFailing(undefined)
})

test('a check that has not ended for a minute fails, though ticks come; when it ends, checks go on', async () => {
  vitals.onTick(5)
  vitals.onCheck(true)
  passedMs = 60_000
  vitals.onTick(5)
  await expectFailing(undefined)
  passedMs = 60_001
  vitals.onTick(5)
  await expectFailing(AFTER_MINUTE)
  passedMs = 120_000
  vitals.onTick(5)
  await expectFailing(AFTER_MINUTE)
  vitals.onCheck(false)
  await expectFailing(undefined)
  // The next one has its own minute.
  vitals.onCheck(true)
  passedMs = 150_000
  vitals.onTick(5)
  await expectFailing(undefined)
})
