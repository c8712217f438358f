// docs/metrics.md lists every metric as memmon exports it, and every value of its labels.
import { expect, test } from 'vitest'
import { CHANNELS } from '../../src/metrics/counts.ts'
import { FAMILIES } from '../../src/metrics/families.ts'
import { CAUSES } from '../../src/rules/cause.ts'
import { MEMORY_METRICS } from '../../src/rules/metric.ts'
import { blocksOf, readDocument } from '../helpers/documents.ts'

const text = readDocument('docs/metrics.md')

test('the table is that of the code, row by row', () => {
  const rows = text.split('\n').filter(line => line.startsWith('| `memmon_'))
  const wanted = FAMILIES.map(({ name, type, labels, help }) => {
    const names = labels.map(label => `\`${label}\``).join(', ')
    return `| \`${name}\` | ${type} | ${names} | ${help} |`
  })
  expect(rows).toEqual(wanted)
})

/** The words in quotes from the sentence about this label on, to the end of its paragraph. */
const wordsAbout = (label: string): string[] => {
  const [, paragraph = ''] = new RegExp(`^\`${label}\` is ([^]*?)\\n\\n`, 'm').exec(text) ?? []
  return [...paragraph.matchAll(/`([\w+]+)`/g)].map(([, word = '']) => word)
}

test.each<[label: string, values: readonly string[]]>([
  ['reason', CAUSES],
  ['channel', CHANNELS],
  ['metric', MEMORY_METRICS],
])('%s: every value', (label, values) =>
  expect(wordsAbout(label)).toEqual(expect.arrayContaining([...values])))

test('each query names metrics that there are', () => {
  const queries = blocksOf('promql').filter(({ path }) => path === 'docs/metrics.md')
  const names = queries.flatMap(query => query.text.match(/memmon_\w+/g) ?? [])
  expect(names.length).toBeGreaterThan(3)
  expect(FAMILIES.map(({ name }) => name)).toEqual(expect.arrayContaining(names))
})
