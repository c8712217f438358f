// docs/agent.md against the agent itself: its examples are what is sent, its names are those of the api and the report.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { requestOf } from '../../src/agent/answer.ts'
import * as api from '../../src/agent/api.ts'
import { parseSample } from '../../src/agent-report/sample-report.ts'
import { codeBlocks, ROOT, readDocument } from '../helpers/documents.ts'
import { LEAKING } from '../helpers/sampled.ts'

const blocks = (language: string) => codeBlocks('docs/agent.md').filter(block => block.language === language)
const lines = blocks('json').flatMap(({ text }) =>
  text
    .trim()
    .split('\n')
    .map(line => JSON.parse(line)),
)

test('requests of the examples are requests, and the entry of a list is one', () => {
  const requests = lines.filter(line => 'do' in line)
  expect(requests.length).toBeGreaterThan(0)
  for (const request of requests)
    expect(requestOf(request)).toMatchObject({ id: request.id, what: request.do })
  const [entry] = lines.filter(line => 'survivors' in line)
  const sample = parseSample({ ...LEAKING, by_location: [entry] })
  expect(sample?.locations).toEqual([
    {
      name: entry.data,
      functionName: entry.function,
      bytes: entry.memory,
      externalBytes: 0,
      survivors: entry.survivors,
    },
  ])
})

test('every key of a report is named, and every function of the api is shown', () => {
  const text = readDocument('docs/agent.md')
  for (const key of Object.keys(LEAKING)) expect(text, key).toContain(`\`${key}\``)
  const [example] = blocks('js')
  for (const name of Object.keys(api))
    expect(example?.text, name).toMatch(new RegExp(`import .*\\b${name}\\b`))
})

test('what is loaded by its name is exported', () => {
  const { exports } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
  const named = [...readDocument('docs/agent.md').matchAll(/(?:--import|--require|from) '?memmon(\/[\w/]+)/g)]
  expect(named.length).toBeGreaterThan(2)
  for (const [, path] of named) expect(Object.keys(exports)).toContain(`.${path}`)
})
