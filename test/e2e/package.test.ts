// The package as a user gets it: packed, installed globally by each Node that memmon is for, under a real supervisord that
// finds it on PATH.
import { execFile, execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readlinkSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ROOT } from '../helpers/documents.ts'
import { type Registry, startRegistry } from '../helpers/registry.ts'
import { holder, Supervisord } from '../helpers/supervisord.ts'

const run = promisify(execFile)
const npm = (args: readonly string[], env = process.env) =>
  run('npm', [...args, '--silent', '--no-audit', '--no-fund'], { cwd: ROOT, env })

/** Those that are kept up, from the oldest that package.json names. */
const MAJORS = ['20', '22', '24']

/** The one that runs this test, or one that npm brings, once; without a registry it fails, and says so. */
async function nodeOf(major: string): Promise<string> {
  if (process.versions.node.startsWith(`${major}.`)) return process.execPath
  const { stdout } = await run(process.execPath, [join(ROOT, 'scripts', 'node-binary.mjs'), major])
  return stdout.trim()
}

let folder = ''
let tarball = ''
let registry: Registry
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'memmon-package-'))
  for (const name of ['packed', 'registry']) mkdirSync(join(folder, name))
  registry = await startRegistry(join(folder, 'registry'))
  // The build stands already; packing must not rebuild it under the feet of the tests beside.
  await npm(['pack', '--ignore-scripts', '--pack-destination', join(folder, 'packed')])
  tarball = join(folder, 'packed', readdirSync(join(folder, 'packed'))[0] ?? '')
})
afterAll(() => {
  registry.close()
  rmSync(folder, { recursive: true, force: true })
})

describe.each(MAJORS)('Node %s', major => {
  let node = ''
  let prefix = ''
  let PATH = ''
  let supervisord: Supervisord | undefined
  beforeAll(async () => {
    node = await nodeOf(major)
    prefix = join(folder, `prefix-${major}`)
    PATH = [join(prefix, 'bin'), dirname(node), process.env.PATH].join(':')
    const from = ['--registry', registry.url, '--noproxy', '127.0.0.1']
    const places = ['--prefix', prefix, '--cache', join(folder, 'cache')]
    await npm(['install', '--global', ...places, ...from, tarball], { ...process.env, PATH })
  })
  afterAll(() => supervisord?.stop())

  test('memmon is on PATH', () => {
    const version = (name: string) => execFileSync(name, ['--version'], { encoding: 'utf8', env: { PATH } })
    expect(version('memmon')).toBe('0.1.0\n')
    expect(version('node')).toMatch(new RegExp(`^v${major}\\.`))
  })

  test('it holds what is needed to run and to read, and no tests', () => {
    const installed = readdirSync(join(prefix, 'lib', 'node_modules', 'memmon'))
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

  test('man finds its pages where npm puts them', () => {
    expect(readdirSync(join(prefix, 'share', 'man', 'man1'))).toEqual(['memmon.1'])
    expect(readdirSync(join(prefix, 'share', 'man', 'man5'))).toEqual(['memmon.conf.5'])
  })

  test('the block of the README works with it, and memmon check beside it', async () => {
    supervisord = await Supervisord.start({
      programs: `${holder('big', 50)}
[eventlistener:memmon]
command=memmon -a 30MB
events=TICK_5`,
      env: { PATH },
    })
    const { pid } = await supervisord.process('memmon:memmon')
    expect(readlinkSync(`/proc/${pid}/exe`)).toBe(realpathSync(node))
    await supervisord.waitForRestart(await supervisord.process('big:big'))
    const args = ['check', '-a', '1TB', '--server-url', supervisord.serverUrl]
    expect(execFileSync('memmon', args, { encoding: 'utf8', env: { PATH } })).toMatch(/^big .* -a 1TB$/m)
  })
})
