// docs/check.md and README.md show what `memmon check` draws, and name each word that it may say.
import widthOf from 'string-width'
import { expect, test } from 'vitest'
import { checkDocument } from '../../src/cli/check-json.ts'
import { diagnosisDocument } from '../../src/cli/diagnose-json.ts'
import { explainText } from '../../src/cli/explain-text.ts'
import { resolveSettings } from '../../src/config/in-force.ts'
import { missingTexts } from '../../src/evidence/missing-text.ts'
import { whyOf } from '../../src/evidence/why.ts'
import { wordsOf } from '../../src/evidence/words.ts'
import type { ProcessInfo } from '../../src/rules/process.ts'
import { pipeLines, terminalLines } from '../../src/screen/check-screen.ts'
import { diagnosisLines } from '../../src/screen/diagnosis.ts'
import { SORTS } from '../../src/screen/order.ts'
import { countsOf } from '../../src/screen/summary.ts'
import { assessmentOf, type Sample } from '../helpers/assessed.ts'
import { LOCKED, OF_ANOTHER_USER } from '../helpers/diagnosed.ts'
import { codeBlocks, memmonLines, readDocument } from '../helpers/documents.ts'
import { pictureOf } from '../helpers/screens.ts'
import { settingsFrom } from '../helpers/values.ts'

const SAMPLES: readonly Sample[] = [
  { name: 'api', megabytes: 63.2, uptimeSeconds: 93_784 },
  { name: 'web', megabytes: 184, uptimeSeconds: 102 },
  { name: 'db', megabytes: 58.1, uptimeSeconds: 93_784 },
  { name: 'mailer', state: 'FATAL' },
  { name: 'memmon', megabytes: 48.7, uptimeSeconds: 93_784, isListener: true },
  ...[41, 96.4, 12.8].map((megabytes, at) => ({
    name: `worker:worker_0${at}`,
    megabytes,
    uptimeSeconds: 3723 + at,
  })),
]
const ARGV = [
  '-p',
  'web=65MB',
  '-p',
  'api=65MB',
  '-g',
  'worker=100MB',
  '-a',
  '200MB',
  '--warn',
  '97%',
  '--group-total',
  'worker=120MB',
]

const GB = 1024 ** 3
const MEMORY = { memory: { totalBytes: 31.2 * GB, availableBytes: 17 * GB } }

const blocks = codeBlocks('docs/check.md').filter(({ language }) => language === 'text')

test.each([
  [0, 80],
  [1, 60],
])('block %s of docs/check.md is the screen at %s columns', async (at, columns) => {
  const picture = pictureOf(await assessmentOf(ARGV, SAMPLES), MEMORY)
  expect(blocks[at]?.text).toBe(
    `${terminalLines(picture, { columns, rows: 24, colour: false, widthOf }).join('\n')}\n`,
  )
})

test('block 2 is the screen with --why', async () => {
  const reader = { uid: 1000, nameOf: (uid: number) => (uid === 999 ? 'postgres' : 'deploy') }
  const whys = new Map([
    ['web:web', whyOf(LOCKED, {}, reader)],
    ['api:api', {}],
    ['db:db', whyOf(OF_ANOTHER_USER, {}, reader)],
  ])
  const picture = pictureOf(await assessmentOf(ARGV.slice(0, -2), SAMPLES.slice(0, 4)), { ...MEMORY, whys })
  expect(blocks[2]?.text).toBe(
    `${terminalLines(picture, { columns: 80, rows: 24, colour: false, widthOf }).join('\n')}\n`,
  )
})

test('block 3 is what a pipe gets', async () => {
  const picture = pictureOf(await assessmentOf(ARGV, SAMPLES.slice(0, 3)), MEMORY)
  expect(blocks[3]?.text).toBe(`${pipeLines(picture, widthOf).join('\n')}\n`)
})

test('block 4 is what explain prints', async () => {
  const argv = ['-p', 'web=65MB', '--for', '3/5', '--group-total', 'web=1GB']
  const window = { values: [1, 9e9, 1] }
  const seen = await assessmentOf(argv, [{ name: 'web', megabytes: 72.6, uptimeSeconds: 102, window }])
  const rules = resolveSettings(settingsFrom(...argv), undefined)
  expect(blocks[4]?.text).toBe(
    `Rules of [eventlistener:memmon] in /etc/supervisor/supervisord.conf
What the memmon with pid 998 remembers, as of 2026-11-21 14:02:10

${explainText({ ...seen, rules, capacity: undefined })}`,
  )
})

test('block 5 is what diagnose draws', () => {
  const heads = ['web:web: RUNNING, pid 4711, up 42m, 15.1MB RSS']
  const unread = missingTexts(LOCKED, { uid: 1000, nameOf: String })
  const diagnosis = { heads, facts: LOCKED, sentences: wordsOf(LOCKED), unread }
  const lines = diagnosisLines(diagnosis, { columns: 80, colour: false, widthOf })
  expect(blocks[5]?.text).toBe(`${lines.join('\n')}\n`)
})

test('each key of check --json is in its table', async () => {
  const lists = { channels: [], metrics: [], views: [], problems: [] }
  const seen = await assessmentOf(ARGV, SAMPLES)
  const document = checkDocument({ ...seen, ...lists, counts: countsOf([]), memory: undefined })
  const [, section = ''] = readDocument('docs/check.md').split('\n### In scripts\n')
  const [one = {}] = document.processes
  const keys = [document, document.summary, one].flatMap(Object.keys)
  expect(keys.length).toBeGreaterThan(20)
  for (const key of keys) expect(section).toContain(`\`${key}\``)
})

test('each key of diagnose --json is in its table', () => {
  const process = { namespec: 'web:web', pid: 4711, state: 20 } as ProcessInfo
  const diagnosis = { heads: [], facts: LOCKED, sentences: [], unread: [] }
  const keys = Object.keys(diagnosisDocument(diagnosis, { process, pid: 4711 }))
  const [, section = ''] = readDocument('docs/check.md').split('\n## diagnose\n')
  expect(keys.length).toBeGreaterThan(5)
  for (const key of keys) expect(section).toContain(`\`${key}\``)
})

/** Of the restart that the log in README.md tells. */
const README_SAMPLES: readonly Sample[] = [
  { name: 'web', megabytes: 302.6, uptimeSeconds: 102 },
  { name: 'api', megabytes: 184, uptimeSeconds: 93_784 },
  ...[118.2, 96.4].map((megabytes, at) => ({ name: `worker:worker_0${at}`, megabytes, uptimeSeconds: 3723 })),
  { name: 'db', megabytes: 58.1, uptimeSeconds: 93_784 },
  { name: 'mailer', state: 'FATAL' },
]

test('README.md shows the screen of its first command', async () => {
  const [command] = memmonLines('README.md').filter(line => line.startsWith('memmon check'))
  const argv = command?.replace('memmon check ', '').split(' ') ?? []
  const picture = pictureOf(await assessmentOf(argv, README_SAMPLES), { ...MEMORY, notes: [] })
  const screen = terminalLines(picture, { columns: 80, rows: 24, colour: false, widthOf })
  expect(codeBlocks('README.md').find(({ language }) => language === 'text')?.text).toBe(
    `${screen.join('\n')}\n`,
  )
})

test.each([
  'ok',
  'warn',
  'restart',
  'restart one',
  'drain',
  'alert',
  'send SIGUSR1',
  'run command',
  'would restart',
  'over, waits 3/5',
  'min_uptime 2m',
  'not readable',
  'ignored',
  'listener',
  'no rule',
  'STOPPED',
  'waits 2 of 3',
  'waits 2m of 5m',
  'waits, 3 of 5 made',
  'alerted',
  'SIGUSR1 sent',
  'command ran',
  'capped until 14:05',
  'held 4m',
  'postponed',
  'waits its turn',
  'draining 2m of 5m',
  'drained, watched',
  'restarting',
  'start failed',
  'muted until 14:05',
  'restarting one',
  'told',
  'queued',
  'watched',
  'progress',
  ...SORTS,
])('docs/check.md explains `%s`', word => {
  expect(readDocument('docs/check.md')).toContain(`\`${word}\``)
})
