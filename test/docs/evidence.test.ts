// docs/evidence.md names every field of the evidence, every kind and code, and shows a document as memmon writes it.
import { expect, test } from 'vitest'
import { evidenceDocument, factsDocument } from '../../src/evidence/document.ts'
import { PARTS } from '../../src/evidence/facts.ts'
import { captured, factsOf } from '../evidence/tree.ts'
import { codeBlocks, readDocument } from '../helpers/documents.ts'

const text = readDocument('docs/evidence.md')
const named = new Set([...text.matchAll(/`([\w. ]+)`/g)].map(([, name = '']) => name))

/** Of all objects in it. */
function keysIn(value: unknown, keys = new Set<string>()): Set<string> {
  if (Array.isArray(value)) for (const one of value) keysIn(one, keys)
  else if (typeof value === 'object' && value !== null)
    for (const [key, one] of Object.entries(value)) keysIn(one, keys.add(key))
  return keys
}

const TREES = ['python-futex', 'jvm', 'node', 'php-fpm', 'zombie'] as const

test.each(TREES)('every field, kind and state of the facts of %s is explained', async name => {
  const facts = await factsOf(captured(name))
  expect([...keysIn(factsDocument(facts))].filter(key => !named.has(key))).toEqual([])
  const kinds = facts.mappings?.groups.map(({ kind }) => kind) ?? []
  const words = [
    ...kinds,
    facts.status?.state ?? '',
    ...(facts.descriptors?.byKind ?? []).map(({ what }) => what),
  ]
  expect(words.filter(word => !named.has(word))).toEqual([])
})

test('each part has its row and its price, and those with fields of their own their section', () => {
  for (const part of PARTS) expect(text).toMatch(new RegExp(`^\\| .*\`${part}\`.* \\| .* ms.* \\|$`, 'm'))
  for (const part of PARTS) expect(text).toContain(`### facts.${part}\n`)
})

test('the document that is shown has the fields that memmon writes', async () => {
  const block = codeBlocks('docs/evidence.md').find(({ language }) => language === 'json')
  const shown = JSON.parse(block?.text ?? '')
  const { process, breach, known, facts } = shown
  const written = evidenceDocument(
    {
      process: {
        ...process,
        namespec: 'app:web',
        state: 20,
        startSeconds: process.start_seconds,
        nowSeconds: process.start_seconds + process.uptime_seconds,
        spawnError: '',
      },
      breach: { ...breach, ruleId: 'web' },
    },
    { samples: [{ atMs: known.samples[0].at_ms, bytes: known.samples[0].bytes }], restarts: [] },
    { version: 1, pid: facts.pid, takenAt: facts.taken_at, tookMs: facts.took_ms, missing: facts.missing },
  )
  expect(JSON.parse(JSON.stringify(written))).toEqual(shown)
})
