// `npm run leak-score` as a command: recordings in, tables out.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, expect, test } from 'vitest'
import { generate } from '../trend/traces/generate.ts'

const SCRIPT = join(import.meta.dirname, '..', '..', 'scripts', 'leak-score.mjs')
const folder = mkdtempSync(join(tmpdir(), 'memmon-leak-score-'))
afterAll(() => rmSync(folder, { recursive: true }))

const run = (name: string, content: string | Buffer) => {
  const file = join(folder, name)
  writeFileSync(file, content)
  return spawnSync(process.execPath, [SCRIPT, file], { encoding: 'utf8' })
}

test('prints all ways and all families of a recording, gzipped or not', () => {
  const text = generate(1, 1, ['leak_line', 'steady_flat'])
    .map(one => JSON.stringify(one))
    .join('\n')
  const plain = run('some.jsonl', text)
  expect(plain.stdout).toMatch(/^2 recordings, \d+ samples\n/)
  for (const row of [
    'memmon',
    'memory-leak gem, 20 maxima',
    'linear fit, R2 >= .95',
    'leak_line',
    'steady_flat',
  ])
    expect(plain.stdout).toContain(`\n| ${row} |`)
  expect(run('some.jsonl.gz', gzipSync(text)).stdout).toBe(plain.stdout)
})

test('names the line that is not JSON', () => {
  const wrong = run('wrong.jsonl', '\n{"id":')
  expect(wrong.stderr).toContain('wrong.jsonl: line 2 is not JSON')
  expect(wrong.status).not.toBe(0)
})
