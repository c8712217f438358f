// The package as a user gets it: packed, installed globally, under a real supervisord that finds it on PATH.
import { execFile, execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ROOT } from '../helpers/documents.ts'
import { type Registry, startRegistry } from '../helpers/registry.ts'
import { holder, Supervisord } from '../helpers/supervisord.ts'

const npm = (...args: string[]) =>
  promisify(execFile)('npm', [...args, '--silent', '--no-audit', '--no-fund'], { cwd: ROOT })

let folder = ''
let registry: Registry | undefined
let supervisord: Supervisord | undefined
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'memmon-package-'))
  for (const name of ['packed', 'registry']) mkdirSync(join(folder, name))
  registry = await startRegistry(join(folder, 'registry'))
  // The build stands already; packing must not rebuild it under the feet of the tests beside.
  await npm('pack', '--ignore-scripts', '--pack-destination', join(folder, 'packed'))
  const [tarball = ''] = readdirSync(join(folder, 'packed'))
  const from = ['--registry', registry.url, '--noproxy', '127.0.0.1']
  const places = ['--prefix', join(folder, 'prefix'), '--cache', join(folder, 'cache')]
  await npm('install', '--global', ...places, ...from, join(folder, 'packed', tarball))
})
afterAll(async () => {
  await supervisord?.stop()
  registry?.close()
  rmSync(folder, { recursive: true, force: true })
})

test('memmon is on PATH', () => {
  const output = execFileSync(join(folder, 'prefix', 'bin', 'memmon'), ['--version'], { encoding: 'utf8' })
  expect(output).toBe('0.1.0\n')
})

test('it holds what is needed to run and to read, and no tests', () => {
  const installed = readdirSync(join(folder, 'prefix', 'lib', 'node_modules', 'memmon'))
  expect(installed.filter(name => name !== 'node_modules').sort()).toEqual([
    'CHANGELOG.md',
    'CONTRIBUTING.md',
    'LICENSE',
    'README.md',
    'bin',
    'completions',
    'dist',
    'docs',
    'examples',
    'man',
    'package.json',
  ])
})

test('the block of the README works with it', async () => {
  supervisord = await Supervisord.start({
    programs: `${holder('big', 50)}
[eventlistener:memmon]
command=memmon -a 30MB
events=TICK_5`,
    env: { PATH: `${join(folder, 'prefix', 'bin')}:${process.env.PATH}` },
  })
  await supervisord.waitForRestart(await supervisord.process('big:big'))
})
