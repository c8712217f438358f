// A writer of evidence that is killed at each step it takes on the disk: what is there under its name is whole.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildSync } from 'esbuild'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createEvidenceStore, EVIDENCE_FOLDER, readEvidence } from '../../src/evidence/store.ts'

const state = mkdtempSync(join(tmpdir(), 'memmon-evidence-'))
const script = join(state, 'writer.cjs')
const folder = join(state, EVIDENCE_FOLDER)
const AT = Date.UTC(2026, 10, 22)

/** Counts its steps on the disk and kills itself at the one it is given; of a text it writes half before. */
const WRITER = `
import fs from 'node:fs/promises'
const [step, takenAt] = process.argv.slice(2).map(Number)
let steps = 0
const isLast = () => ++steps === step
const kill = () => process.kill(process.pid, 'SIGKILL')
function killBefore(owner, names) {
  for (const name of names) {
    const whole = owner[name]
    owner[name] = async function (...all) {
      if (isLast()) kill()
      return whole.apply(this, all)
    }
  }
}
async function main() {
  const probe = await fs.open(process.argv[1])
  const handles = Object.getPrototypeOf(probe)
  await probe.close()
  const write = fs.writeFile
  const writeWhole = handles.writeFile
  const halved = whole => async function (...all) {
    const at = all.findIndex(one => typeof one === 'string' && one.startsWith('{'))
    if (isLast()) {
      await whole.apply(this, all.toSpliced(at, 1, all[at].slice(0, all[at].length / 2)))
      kill()
    }
    return whole.apply(this, all)
  }
  fs.writeFile = halved(write)
  handles.writeFile = halved(writeWhole)
  killBefore(handles, ['sync'])
  killBefore(fs, ['open', 'rename', 'rm', 'unlink', 'readdir', 'lstat', 'mkdir'])
  const { createEvidenceStore } = await import('STORE')
  const of = { group: 'app', name: 'web', pid: 7, takenAt }
  await createEvidenceStore('STATE').write(of, { version: 1, facts: 'x'.repeat(1000), end: true })
}
void main()`

beforeAll(() => {
  const store = join(import.meta.dirname, '..', '..', 'src', 'evidence', 'store.ts')
  const contents = WRITER.replace('STORE', store).replace('STATE', state)
  const stdin = { contents, resolveDir: import.meta.dirname }
  buildSync({ stdin, bundle: true, platform: 'node', format: 'cjs', outfile: script })
})
afterAll(() => rmSync(state, { recursive: true, force: true }))

/** True if it was killed; false if it had no such step. */
const isKilledAt = (step: number): boolean => {
  const args = [script, String(step), String(AT + step * 1000)]
  const { signal, status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' })
  expect([signal, status], stderr).toEqual(signal === null ? [null, 0] : ['SIGKILL', null])
  return signal === 'SIGKILL'
}

test('no half file is read as whole, and none stays', async () => {
  let step = 1
  let halves = 0
  for (; isKilledAt(step); step++) {
    const names = readdirSync(state).includes(EVIDENCE_FOLDER) ? readdirSync(folder) : []
    halves += names.filter(name => name.endsWith('.new')).length
    for (const name of names.filter(one => one.endsWith('.json')))
      expect(await readEvidence(join(folder, name)), `step ${step}: ${name}`).toMatchObject({ end: true })
  }
  // Made, written and synced: it was killed within each.
  expect(halves).toBeGreaterThanOrEqual(3)
  await createEvidenceStore(state).write(
    { group: 'app', name: 'web', pid: 7, takenAt: AT },
    { version: 1, facts: {} },
  )
  expect(readdirSync(folder).filter(name => !name.endsWith('.json'))).toEqual([])
})
