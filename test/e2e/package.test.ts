// The package as a user gets it: packed, installed globally, under a real supervisord that finds it on PATH.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { holder, Supervisord } from '../helpers/supervisord.ts'

const ROOT = join(import.meta.dirname, '..', '..')
const npm = (...args: string[]): string =>
  execFileSync('npm', [...args, '--silent', '--no-audit', '--no-fund'], { cwd: ROOT, encoding: 'utf8' })

let folder = ''
let supervisord: Supervisord | undefined
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'memmon-package-'))
  // The build stands already; packing must not rebuild it under the feet of the tests beside.
  npm('pack', '--ignore-scripts', '--pack-destination', folder)
  const [tarball = ''] = readdirSync(folder)
  npm('install', '--global', '--prefix', join(folder, 'prefix'), '--prefer-offline', join(folder, tarball))
}, 120_000)
afterAll(async () => {
  await supervisord?.stop()
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
    'LICENSE',
    'README.md',
    'bin',
    'dist',
    'docs',
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
}, 60_000)
