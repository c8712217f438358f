// The figures of one process in the report.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { factsOf } from '../../src/picture/report-facts.ts'
import { HOUR_MS, historyOf, LEAK, leaking, lifeOf, MB, NOW_MS, pointsUntil } from '../helpers/histories.ts'

const zone = process.env.TZ
beforeAll(() => {
  process.env.TZ = 'UTC'
})
afterAll(() => {
  if (zone === undefined) delete process.env.TZ
  else process.env.TZ = zone
})

const facts = (...given: Parameters<typeof factsOf>) => Object.fromEntries(factsOf(...given))
const lasting = pointsUntil(NOW_MS, [100 * MB, 200 * MB], HOUR_MS)

test('of a leak', () => {
  expect(factsOf(leaking())).toEqual([
    ['Size', '243.5MB RSS, seen for 6h as pid 4711'],
    ['Limit', '300MB, 81% used'],
    ['Peak', '303.5MB'],
    ['Growth', '12MB an hour'],
    ['Forecast', 'limit in 5h, at 2026-11-21 07:00'],
    ['Restarts', '1 seen, 1 of them by memmon'],
    ['Last restart', '2026-11-20 20:00 at 303.5MB, by memmon: -p web=300MB'],
  ])
})

test('a leak without a limit, or at it, has no time to it', () => {
  expect(facts(leaking({ limitBytes: undefined }))).not.toHaveProperty('Forecast')
  expect(facts(leaking({ verdict: { ...LEAK, secondsToLimit: undefined } }))).not.toHaveProperty('Forecast')
  expect(facts(leaking({ verdict: { ...LEAK, secondsToLimit: 0 } })).Forecast).toBe('limit now')
})

test.each([
  [{ limitBytes: undefined }, { Limit: 'none' }],
  [{ limitBytes: 200 * MB }, { Limit: '200MB, 100% used' }],
  [{ limitBytes: 201 * MB }, { Limit: '201MB, 99% used' }],
  [
    { metric: 'pss+swap', cumulative: true },
    { Size: '200MB PSS and swap with descendants, seen for 2h as pid 4711' },
  ],
  [{ lives: [] }, { Size: 'not running', Peak: '0B', Restarts: 'none seen' }],
  [
    { lives: [lifeOf(lasting, { by: 'other' })] },
    { Size: 'not running', Limit: '300MB', 'Last restart': '2026-11-21 02:00 at 200MB, not by memmon' },
  ],
  [
    { lives: [lifeOf(lasting, { by: 'unseen' })] },
    {
      Restarts: '1 seen, 0 of them by memmon',
      'Last restart': '2026-11-21 02:00 at 200MB, while no memmon watched',
    },
  ],
] as const)('%j', (fields, expected) => {
  expect(facts(historyOf({ lives: [lifeOf(lasting)], ...fields }))).toMatchObject(expected)
})
