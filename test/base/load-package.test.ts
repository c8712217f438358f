// Packages that npm is replacing: what could not be loaded once is loaded when it is there again, by each of the ways
// in which a package may be missing. Each in a process of its own, for Node remembers what it has not found.
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ROOT } from '../helpers/documents.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'memmon-package-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

/** What stands there while npm is at work: file names and texts; undefined: not even the folder. */
const WAYS: readonly [string, Record<string, string> | undefined][] = [
  ['no folder', undefined],
  ['an empty folder', {}],
  ['half a package.json', { 'package.json': '{ "name"' }],
  ['nothing but package.json', { 'package.json': '@' }],
  ['half its file', { 'package.json': '@', 'lib/main.js': 'const half = (' }],
  ['a file that it needs is missing', { 'package.json': '@', 'lib/main.js': '@' }],
]

const KINDS = {
  importPackage: {
    type: 'module',
    main: "export { value } from './late.js'",
    late: 'export const value = 1',
  },
  requirePackage: {
    type: 'commonjs',
    main: "exports.value = require('./late.js').value",
    late: 'exports.value = 1',
  },
}

const SCRIPT = `
  import { cpSync, rmSync } from 'node:fs'
  const { [process.env.KIND]: load } = await import(process.env.MODULE)
  const value = async () => { try { return (await load(process.env.NAME)).value } catch (thrown) { return thrown.constructor.name } }
  const said = [await value(), await value()]
  rmSync('node_modules/' + process.env.NAME, { recursive: true, force: true })
  cpSync('whole', 'node_modules/' + process.env.NAME, { recursive: true })
  said.push(await value())
  rmSync('node_modules/' + process.env.NAME, { recursive: true })
  console.log(JSON.stringify(said))`

function write(at: string, files: Record<string, string>, whole: Record<string, string>): void {
  mkdirSync(join(folder, at, 'lib'), { recursive: true })
  for (const [name, text] of Object.entries(files))
    writeFileSync(join(folder, at, name), text === '@' ? (whole[name] ?? '') : text)
}

const NAMES = ['one', '@scope/one']

test.each(
  WAYS.flatMap(way =>
    NAMES.flatMap(name =>
      Object.keys(KINDS).map(kind => [kind as keyof typeof KINDS, name, ...way] as const),
    ),
  ),
)('%s %s: %s', (kind, name, _, files) => {
  const { type, main, late } = KINDS[kind]
  const whole = {
    'package.json': JSON.stringify({ name: 'one', type, main: 'lib/main.js' }),
    'lib/main.js': main,
    'lib/late.js': late,
  }
  mkdirSync(join(folder, 'node_modules'))
  if (files) write(join('node_modules', name), files, whole)
  write('whole', whole, whole)
  mkdirSync(join(folder, 'base'))
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  const module = join(folder, 'base', 'load-package.js')
  const copied = spawnSync('cp', [join(ROOT, 'build', 'base', 'load-package.js'), module])
  expect(copied.status).toBe(0)
  const args = ['--input-type=module', '-e', SCRIPT]
  const env = { ...process.env, KIND: kind, NAME: name, MODULE: module }
  const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: folder, env, encoding: 'utf8' })
  expect(stderr).toBe('')
  const [first, second, third] = JSON.parse(stdout)
  expect([first, second]).toEqual([expect.stringMatching(/Error$/), expect.stringMatching(/Error$/)])
  expect(third).toBe(1)
})
