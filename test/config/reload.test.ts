// A reload that is refused: said once, tried again at each tick until it is taken.
import { beforeEach, expect, test } from 'vitest'
import { UsageError } from '../../src/base/errors.ts'
import { SettingsReload } from '../../src/config/reload.ts'
import type { Settings } from '../../src/config/settings.ts'
import { settingsFrom } from '../helpers/values.ts'

const CONF = '/etc/memmon.conf'
const settings: Settings = { ...settingsFrom('-a', '200MB'), configPath: CONF }

let said: string[]
let readings: number
let hasChanged: boolean
/** Why a reading fails; none: it is right. */
let fault: UsageError | undefined
let reload: SettingsReload

beforeEach(() => {
  said = []
  readings = 0
  hasChanged = false
  fault = undefined
  reload = new SettingsReload(settings, {
    warnings: [],
    haveChanged: () => hasChanged,
    readSettings() {
      readings += 1
      hasChanged = false
      if (fault) throw fault
      return { settings, warnings: [] }
    },
    use: (_, why) => void said.push(why),
    log: (level, text) => void said.push(`${level} ${text}`),
    mail: (subject, text) => void said.push(`mail ${subject}\n${text}`),
  })
})

/** What a tick says with this fault. */
function tick(now?: UsageError): string[] {
  fault = now
  said = []
  reload.look()
  return said
}

const INVALID = new UsageError(`${CONF}, line 2: x`)
const TRANSIENT = new UsageError('EMFILE: too many open files', { isTransient: true })
const REFUSED = [
  `ERRO ${CONF}, line 2: x. The current settings stay in force`,
  `mail ${CONF} is invalid; the current settings stay in force\n${CONF}, line 2: x\n\nmemmon continues with its current settings. It reloads the file when it is valid.\n`,
]
const UNREAD = [
  'ERRO EMFILE: too many open files. The current settings stay in force; memmon tries again at each tick',
  `mail ${CONF} cannot be read at the moment; the current settings stay in force\nEMFILE: too many open files\n\nmemmon continues with its current settings, and tries again at each tick.\n`,
]
const TAKEN = [`${CONF} reloaded`]
const own = (figure: string) => new UsageError(`--own-limit 1MB: memmon itself already uses ${figure} RSS`)

test('a quiet tick reads nothing', () => {
  expect(tick()).toEqual([])
  expect(readings).toBe(0)
})

test.each<[what: string, first: UsageError, told: string[]]>([
  ['invalid', INVALID, REFUSED],
  ['not to be read at the moment', TRANSIENT, UNREAD],
])('a file that is %s is told once, and taken as soon as it can be, whatever mends it', (_, first, told) => {
  hasChanged = true
  expect(tick(first)).toEqual(told)
  expect(tick(first)).toEqual([])
  expect(tick()).toEqual(TAKEN)
  const before = readings
  expect(tick()).toEqual([])
  expect(readings).toBe(before)
  hasChanged = true
  expect(tick(first)).toEqual(told)
})

test('another fault is told; the lack of a moment is none beside a fault', () => {
  hasChanged = true
  expect(tick(TRANSIENT)).toEqual(UNREAD)
  expect(tick(INVALID)).toEqual(REFUSED)
  expect(tick(TRANSIENT)).toEqual([])
  expect(tick(INVALID)).toEqual([])
})

test('a size that is another one at each tick makes no other fault', () => {
  hasChanged = true
  expect(tick(own('61MB'))).toHaveLength(2)
  expect(tick(own('61.5MB'))).toEqual([])
  hasChanged = true
  expect(tick(own('62MB'))).toHaveLength(2)
})
