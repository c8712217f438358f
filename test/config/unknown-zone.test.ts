// Time zones that Node takes for another: said where growth_window goes by them, with what time it is by Node.
import { expect, test } from 'vitest'
import { isKnown, unknownZoneText, zoneTexts } from '../../src/config/unknown-zone.ts'
import { inUtc } from '../helpers/time-zone.ts'
import { settingsFrom } from '../helpers/values.ts'

inUtc()

test.each<[tz: string, zone: string | undefined, isKnownOne: boolean]>([
  ['Europe/Berlin', 'Europe/Berlin', true],
  [':Europe/Berlin', 'Europe/Berlin', true],
  ['EST5EDT', 'America/New_York', true],
  ['UTC', 'UTC', true],
  [':Etc/UTC', 'UTC', true],
  ['GMT0', 'UTC', true],
  ['CET-1CEST', 'UTC', false],
  ['No/Where', undefined, false],
  [':/etc/localtime', undefined, false],
  ['Etc/Unknown', 'Etc/Unknown', false],
])('TZ=%s, of which Node makes %s: known %s', (tz, zone, isKnownOne) => {
  expect(isKnown(tz, zone)).toBe(isKnownOne)
})

const WINDOW = ['-a', '1GB', '--growth', 'restart', '--growth-window', '02:00-05:00']

test.each<[args: string[], tz: string | undefined, texts: number]>([
  [WINDOW, ':/etc/localtime', 1],
  [WINDOW, 'No/Where', 1],
  [WINDOW, 'Europe/Berlin', 0],
  [WINDOW, 'UTC', 0],
  [WINDOW, '', 0],
  [WINDOW, undefined, 0],
  [['-a', '1GB'], 'No/Where', 0],
])('%j under TZ=%s', (args, tz, texts) => {
  if (tz === undefined) delete process.env.TZ
  else process.env.TZ = tz
  expect(zoneTexts(settingsFrom(...args), tz)).toHaveLength(texts)
})

test('what is said of it', () => {
  process.env.TZ = 'UTC'
  expect(unknownZoneText('No/Where', new Date('2026-11-21T04:33:00Z'))).toBe(
    'Node does not know the time zone TZ=No/Where, so for growth_window it is 04:33 now: set TZ to a name, such as Europe/Berlin',
  )
})
