// Evidence of a request: the document, its file, and what happens where there is none.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { createRedactor } from '../../src/base/redact.ts'
import { createEvidenceStore, type EvidenceStore } from '../../src/evidence/store.ts'
import { type EvidencePorts, takeEvidence } from '../../src/evidence/take-evidence.ts'
import type { RestartRequest } from '../../src/rules/outcome.ts'
import { captured, treeFiles } from './tree.ts'

const tree = captured('python-futex')
const state = mkdtempSync(join(tmpdir(), 'memmon-evidence-'))
afterAll(() => rmSync(state, { recursive: true, force: true }))

const request: RestartRequest = {
  process: {
    group: 'app',
    name: 'web',
    namespec: 'app:web',
    pid: tree.pid,
    startSeconds: 1_700_000_000,
    nowSeconds: 1_700_003_600,
    state: 20,
    spawnError: '',
  },
  breach: {
    rule: '-p web=100',
    ruleId: 'web rss',
    metric: 'threads',
    cumulative: false,
    value: 115,
    limit: 100,
  },
}
const known = {
  samples: [{ atMs: 1, bytes: 2 }],
  growth: { kind: 'leak', slopeBytesPerHour: 5 },
  restarts: [{ atMs: 3, outcome: 'restarted' }],
}

const ports = (store: EvidenceStore | undefined, secret = ''): EvidencePorts => ({
  store: () => store,
  redactor: createRedactor(secret === '' ? [] : [{ text: secret }]),
  tick: () => performance.now(),
  nowMs: () => Date.UTC(2026, 10, 22),
  files: treeFiles(tree),
})

test('the document: process, rule, what memmon knows, and the facts; its keys as in all JSON of memmon', async () => {
  const store = createEvidenceStore(state)
  const {
    path = '',
    facts,
    problem,
  } = await takeEvidence(request, { known, timeoutMs: 60_000 }, ports(store))
  expect(problem).toBeUndefined()
  const document = JSON.parse(readFileSync(path, 'utf8'))
  expect(document).toMatchObject({
    version: 1,
    process: {
      group: 'app',
      name: 'web',
      pid: tree.pid,
      start_seconds: 1_700_000_000,
      uptime_seconds: 3600,
      state: 'RUNNING',
    },
    breach: { rule: '-p web=100', metric: 'threads', value: 115, limit: 100 },
    known: {
      samples: [{ at_ms: 1, bytes: 2 }],
      growth: { kind: 'leak', slope_bytes_per_hour: 5 },
      restarts: [{ at_ms: 3, outcome: 'restarted' }],
    },
  })
  expect(document.facts.threads.by_wchan[0]).toEqual({ what: 'futex_do_wait', count: 36 })
  expect(document.facts.mappings.groups[0].rss_bytes).toBe(facts.mappings?.groups[0]?.rssBytes)
  expect(JSON.stringify(document)).not.toMatch(/"[a-z]+[A-Z][a-zA-Z]*":/)
})

test('no secret that memmon knows is in it', async () => {
  const secret = 'hostname' // a descriptor of /etc/hostname is open
  const store = createEvidenceStore(state)
  const { path = '' } = await takeEvidence(request, { known, timeoutMs: 60_000 }, ports(store, secret))
  const text = readFileSync(path, 'utf8')
  expect(text).toContain('/etc/***')
  expect(text).not.toContain(secret)
})

test('without a state folder there are the facts alone', async () => {
  const taken = await takeEvidence(request, { known, timeoutMs: 60_000 }, ports(undefined))
  expect(taken.facts.threads?.count).toBe(41)
  expect(Object.keys(taken)).toEqual(['facts'])
})

test('a disk that refuses costs the file, and says why', async () => {
  const refuses = () => Promise.reject(new Error('no space left: free some'))
  const store: EvidenceStore = { write: refuses, writeOutput: refuses }
  const taken = await takeEvidence(request, { known, timeoutMs: 60_000 }, ports(store))
  expect(taken).toMatchObject({ problem: 'no space left: free some', facts: { pid: tree.pid } })
  expect(taken).not.toHaveProperty('path')
})

test('a disk that does not answer is not waited for', async () => {
  let answer = (_path: string): void => {}
  let sinceMs: number | undefined
  const write = () =>
    new Promise<string>(resolve => {
      sinceMs = performance.now()
      answer = resolve
    })
  const store: EvidenceStore = { write, writeOutput: write }
  // The clock stands until then: reading takes as long as this machine lets it.
  const tick = () => (sinceMs === undefined ? 0 : performance.now() - sinceMs)
  const taken = await takeEvidence(request, { known, timeoutMs: 100 }, { ...ports(store), tick })
  expect(taken.problem).toMatch(/^the disk did not take it within 100 ms; .* evidence_timeout/)
  expect(taken.facts.threads?.count).toBe(41)
  answer('late')
})
