// A change of how much memory there is: taken if the limits fit it, else told once, and the old ones stay.
import { beforeEach, expect, test } from 'vitest'
import { inForce, refuseFaults } from '../../src/config/in-force.ts'
import type { Capacity } from '../../src/proc/capacity.ts'
import { CapacityReload } from '../../src/proc/capacity-reload.ts'
import { runMemmon } from '../helpers/memmon.ts'
import { MB, settingsFrom } from '../helpers/values.ts'

let bytes: number | undefined
let current: Capacity | undefined
let said: string[]
const SETTINGS = settingsFrom('-a', '60%', '--hard-limit', '700MB')
const capacityNow = () => (bytes === undefined ? undefined : { bytes, source: 'memory.max' })

beforeEach(() => {
  said = []
  bytes = 1000 * MB
  current = capacityNow()
})

const create = (isNeeded = true) =>
  new CapacityReload({
    current: () => current,
    isNeeded: () => isNeeded,
    read: capacityNow,
    use: why => {
      refuseFaults(inForce(SETTINGS, () => (bytes === undefined ? undefined : { bytes, source: 'a test' })))
      current = capacityNow()
      said.push(why)
    },
    log: (level, text) => void said.push(`${level} ${text}`),
    mail: subject => void said.push(`mail ${subject}`),
  })

const REFUSED = [
  'ERRO -a 60%: hard_limit is 700MB here, below the limit of 1.2GB; set it above the limit. The current settings stay in force',
  'mail the limits do not fit the current total memory; the current settings stay in force',
]

test('what fits is taken, what does not fit is told once and leaves the old limits', () => {
  const reload = create()
  reload.look()
  expect(said).toEqual([])
  bytes = 1100 * MB
  reload.look()
  reload.look()
  expect(said).toEqual(['Total memory has changed'])
  bytes = 2000 * MB
  reload.look()
  reload.look()
  expect(said.slice(1)).toEqual(REFUSED)
  expect(current?.bytes).toBe(1100 * MB)
  // Back, and away again: news, both times.
  bytes = 1100 * MB
  reload.look()
  bytes = 2000 * MB
  reload.look()
  expect(said.slice(3)).toEqual(REFUSED)
  bytes = 900 * MB
  reload.look()
  expect(said.slice(5)).toEqual(['Total memory has changed'])
})

test('memory that can no longer be read does not switch the limits off', () => {
  const reload = create()
  bytes = undefined
  reload.look()
  reload.look()
  expect(said).toEqual([
    'ERRO Total memory can no longer be read. The current settings stay in force',
    expect.stringContaining('mail '),
  ])
  expect(current?.bytes).toBe(1000 * MB)
})

test('where no limit is a share, nothing is read', () => {
  bytes = 1
  create(false).look()
  expect(said).toEqual([])
})

test.each([
  ['the listener', []],
  ['check', ['check']],
])('%s: a share that comes to nothing is refused like a size, before READY', async (_, command) => {
  const run = await runMemmon([...command, '-a', '0.0000000000001%'], { SUPERVISOR_SERVER_URL: 'unix:///x' })
  expect(run).toMatchObject({ code: 2, stdout: '' })
  expect(run.stderr).toContain('memmon: -a 0.0000000000001%: this share comes to 0 bytes here')
})
