// docs/notifications.md and docs/draining.md name every event, and show mails as memmon writes them.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { FAILURES } from '../../src/messages/failures.ts'
import { NOTICES } from '../../src/messages/notices.ts'
import { ROOT, readDocument } from '../helpers/documents.ts'

const text = readDocument('docs/notifications.md')

/** The words in quotes of the row of this field. */
function wordsOf(field: string): string[] {
  const row = text.split('\n').find(line => line.startsWith(`| \`${field}\``)) ?? ''
  return [...(row.split('|')[2] ?? '').matchAll(/`(\w+)`/g)].map(([, word = '']) => word)
}

describe('the fields of the document', () => {
  test('event: every kind of outcome, and those about memmon itself', () => {
    const outcomes = ['restarted', 'failed', 'capped', ...Object.keys(NOTICES)]
    expect(wordsOf('event').sort()).toEqual([...outcomes, 'settings', 'test', 'digest'].sort())
  })

  test('phase: every kind of failure', () => {
    expect(wordsOf('phase').sort()).toEqual(['failed', ...Object.keys(FAILURES)].sort())
  })
})

test.each([
  'pre_restart',
  'restart',
  'post_restart',
  'drain',
  'drain_check',
  'over_limit',
])("a command's own event %s is in docs/draining.md", event => {
  expect(readDocument('docs/draining.md')).toMatch(new RegExp(`^\\| \`\\w+\` +\\| \`${event}\` +\\|$`, 'm'))
  const sources = ['effects.ts', 'actions.ts'].map(file =>
    readFileSync(join(ROOT, 'src/restart', file), 'utf8'),
  )
  expect(sources.join()).toContain(`'${event}'`)
})

describe('the mails', () => {
  const shown = [...text.matchAll(/^```text\n([\s\S]*?)^```$/gm)].map(([, picture = '']) => picture)
  const mail = (file: string) => readFileSync(join(ROOT, 'test/messages/mails', file), 'utf8')

  test('of a restart', () => expect(mail('restarted.txt')).toContain(`\n\n${shown[0]}`))
  test('a digest, from its first line on', () =>
    expect(mail('digest-of-60.txt')).toContain(`\n\n${shown[1]}`))
})
