// docs/notifications.md and docs/draining.md name every event, and show mails as memmon writes them.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { simpleParser } from 'mailparser'
import { describe, expect, test } from 'vitest'
import { ALERTS } from '../../src/messages/alert.ts'
import { digestOf } from '../../src/messages/digest.ts'
import { evidenceEvent } from '../../src/messages/evidence-text.ts'
import { FAILURES } from '../../src/messages/failures.ts'
import { growthEvent } from '../../src/messages/growth.ts'
import { messageOf } from '../../src/messages/message.ts'
import { NOTICES } from '../../src/messages/notices.ts'
import { CAUSES } from '../../src/rules/cause.ts'
import type { Verdict } from '../../src/trend/verdict.ts'
import { ROOT, readDocument } from '../helpers/documents.ts'
import { failed, processNamed, requestFor, restarted } from '../helpers/values.ts'
import { historyOf } from '../picture/histories.ts'

const text = readDocument('docs/notifications.md')

/** The words in quotes of the row of this field. */
function wordsOf(field: string): string[] {
  const row = text.split('\n').find(line => line.startsWith(`| \`${field}\``)) ?? ''
  return [...(row.split('|')[2] ?? '').matchAll(/`(\w+)`/g)].map(([, word = '']) => word)
}

describe('the fields of the document', () => {
  test('event: every kind of outcome, and those about memmon itself', () => {
    const outcomes = ['restarted', 'failed', 'capped', ...Object.keys(NOTICES)]
    const own = ['settings', 'monitor_failed', 'monitor_recovered', 'test', 'digest']
    expect(wordsOf('event').sort()).toEqual([...outcomes, ...own].sort())
  })

  test('each that memmon writes is in the table, with those of its process', () => {
    const request = requestFor(processNamed('shop:web'), 251, '-p', 'web=200')
    const noticed = { kind: 'noticed', what: 'would', request, occurredAt: 0, detail: 'restart' } as const
    const context = { host: 'web1', name: undefined, mailUptimeSeconds: undefined }
    const outcomes = [
      restarted(request, { evidence: { sentences: [] }, hookFault: 'exit code 1' }),
      failed(request, 'start', 'NO_FILE'),
      { kind: 'capped', request, occurredAt: 0, cap: '3/1h', until: 0 } as const,
      noticed,
    ]
    const messages = outcomes.flatMap(outcome => messageOf(outcome, context, historyOf([])) ?? [])
    const digest = digestOf({ messages, lines: [], dropped: 0 }, context, 0)
    const fields = [...messages, digest].flatMap(message => Object.keys(message?.event ?? {}))
    const [, table = ''] = /^\| field +\| meaning +\|\n([\s\S]*?)\n\n/m.exec(text) ?? []
    const told = table.split('\n').flatMap(row => (row.split('|')[1] ?? '').match(/\w+(?=`)/g) ?? [])
    expect([...new Set([...fields, 'id', 'content'])].sort()).toEqual([...new Set(told)].sort())
    expect(wordsOf('process')).toEqual(Object.keys(Object(messages[0]?.event.process)))
  })

  test('cause: every one', () => expect(wordsOf('cause')).toEqual(CAUSES))

  test('growth: every key of it, and every verdict', () => {
    const keys = Object.keys(growthEvent(historyOf([]), 0))
    const verdicts: readonly Verdict['kind'][] = ['leak', 'bloat', 'steady']
    expect(wordsOf('growth').sort()).toEqual([...keys, ...verdicts].sort())
  })

  test('evidence: every key of it', () => {
    const keys = Object.keys(evidenceEvent({ sentences: [] }))
    expect(wordsOf('evidence').sort()).toEqual([...keys, 'restarted', 'failed'].sort())
  })

  test('phase: every kind of failure', () => {
    expect(wordsOf('phase').sort()).toEqual(['failed', ...Object.keys(FAILURES)].sort())
  })
})

test.each([
  'pre_restart',
  'diagnose',
  'restart',
  'post_restart',
  'drain',
  'drain_check',
  'over_limit',
])("a command's own event %s is in docs/draining.md", event => {
  expect(readDocument('docs/draining.md')).toMatch(new RegExp(`^\\| \`\\w+\` +\\| \`${event}\` +\\|$`, 'm'))
  const sources = ['effects.ts', 'actions.ts', 'hook-commands.ts'].map(file =>
    readFileSync(join(ROOT, 'src/restart', file), 'utf8'),
  )
  expect(sources.join()).toContain(`'${event}'`)
})

test('alerts: each with its severity', () => {
  const rows = [...text.matchAll(/^\| `(Memmon\w+)` \| (\w+) \|/gm)].map(([, name, severity]) => [
    name,
    severity,
  ])
  expect(Object.fromEntries(rows)).toEqual(ALERTS)
})

describe('the mails', () => {
  const shown = [...text.matchAll(/^```text\n([\s\S]*?)^```$/gm)].map(([, picture = '']) => picture)
  const mail = (file: string) => readFileSync(join(ROOT, 'test/messages/mails', file), 'utf8')

  test('of a restart', async () => expect((await simpleParser(mail('restarted.txt'))).text).toBe(shown[0]))
  test('of a leak, with a chart', () => expect(mail('leaking-with-chart.txt')).toBe(shown[1]))
  test('a digest, from its first line on', () =>
    expect(mail('digest-of-60.txt')).toContain(`\n\n${shown[2]}`))
})

test('each sentence of the table is one that the tests of sentences hold', () => {
  const held = ['test/picture/sentence.test.ts', 'test/messages/mails/restarted-again.txt']
    .map(file => readFileSync(join(ROOT, file), 'utf8').replace(/\n +/g, ' '))
    .join('\n')
    .toLowerCase()
  const [, table = ''] = /`Trend` is one sentence:\n\n([\s\S]*?)\n\n/.exec(text) ?? []
  const cells = table.split('\n').map(row => row.split('|')[1] ?? '')
  const sentences = cells.flatMap(cell =>
    [...cell.matchAll(/`([^`]+)`/g)].map(([, sentence = '']) => sentence),
  )
  expect(sentences.length).toBeGreaterThan(7)
  for (const sentence of sentences)
    for (const part of sentence.split(/ \(sure\)| \.\.\.|251MB 3m/))
      expect(held).toContain(part.toLowerCase())
})
