// What `npm pack` packs: all that memmon needs at work, and nothing else.
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'

const ROOT = join(import.meta.dirname, '..')
const packageJson = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))

let folder = ''
let packed = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'memmon-pack-'))
  // Without prepack: it would build anew, under the feet of other tests.
  const args = ['pack', '--ignore-scripts', '--loglevel=error', '--pack-destination', folder]
  execFileSync('npm', args, { cwd: ROOT, stdio: ['ignore', 'ignore', 'inherit'] })
  execFileSync('tar', ['xzf', join(folder, `memmon-${packageJson.version}.tgz`), '-C', folder])
  packed = join(folder, 'package')
  // The dependencies of the package alone, as `npm i -g` brings them: development packages are out of reach.
  for (const name of Object.keys(packageJson.dependencies)) {
    const link = join(packed, 'node_modules', name)
    mkdirSync(dirname(link), { recursive: true })
    symlinkSync(join(ROOT, 'node_modules', name), link)
  }
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const filesBelow = (path: string): string[] =>
  readdirSync(path, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => join(entry.parentPath, entry.name).slice(path.length + 1))
    .sort()

test('it holds the command, what it is made of, and the documents', () => {
  const documents = filesBelow(join(ROOT, 'docs')).map(name => `docs/${name}`)
  const examples = filesBelow(join(ROOT, 'examples')).map(name => `examples/${name}`)
  const pages = [
    ...packageJson.man,
    ...filesBelow(join(ROOT, 'completions')).map(name => `completions/${name}`),
  ]
  const top = ['CHANGELOG.md', 'CONTRIBUTING.md', 'LICENSE', 'README.md', 'package.json']
  const files = filesBelow(packed).filter(name => !name.startsWith('node_modules/'))
  expect(files.filter(name => !name.startsWith('dist/'))).toEqual(
    [...top, 'bin/memmon.js', 'bin/package.json', ...documents, ...examples, ...pages].sort(),
  )
  // Nothing of an earlier build: each file is there because another one, the command, package.json or a program names it.
  const dist = files.filter(name => name.startsWith('dist/'))
  const texts = ['bin/memmon.js', 'package.json', ...dist].map(name =>
    readFileSync(join(packed, name), 'utf8'),
  )
  for (const name of dist)
    expect(
      texts.some(text => text.includes(name.slice('dist/'.length))),
      name,
    ).toBe(true)
})

test('the listener loads nothing of what the commands for people need', () => {
  // Names are short in what is packed; the maps beside it, which are not packed, have them as they were.
  const dist = join(ROOT, 'dist')
  const namesOf = (file: string): string[] => {
    const map = join(dist, `${file}.map`)
    return existsSync(map) ? JSON.parse(readFileSync(map, 'utf8')).names : []
  }
  const textOf = (name: string) =>
    readdirSync(join(packed, 'dist'))
      .filter(file => file.startsWith(name))
      .flatMap(file => [readFileSync(join(dist, file), 'utf8'), ...namesOf(file).map(one => `${one}=`)])
      .join('\n')
  const own = [
    'string-width',
    'tableLines',
    'listenerSections',
    'CHECK_OPTIONS',
    'assessBudget',
    'parseRecording',
    'screenChanges',
  ]
  const looking = ['readFacts', 'WORD_RULES', 'createEvidenceStore']
  const drawing = ['appendRound', 'withDrawnLetters', 'REPORT_STYLE']
  const heldBy = (text: string) => own.filter(one => text.includes(one))
  expect(heldBy(textOf('people-'))).toEqual(own)
  expect(heldBy(textOf('main') + textOf('listener-'))).toEqual([])
  const drawnBy = (text: string) => drawing.filter(one => text.includes(one))
  expect(drawnBy(textOf('pictures-'))).toEqual(drawing)
  expect(drawnBy(textOf('main') + textOf('listener-') + textOf('people-'))).toEqual([])
  // `main` and `listener` name these where they import them, if they do.
  const lookedBy = (text: string) =>
    looking.filter(one => text.includes(`${one}=`) || text.includes(`function ${one}(`))
  expect(lookedBy(textOf('evidence-'))).toEqual(looking)
  expect(lookedBy(textOf('main') + textOf('listener-') + textOf('pictures-'))).toEqual([])
  // Nothing of metrics is loaded where nobody wants any.
  const exporting = ['FAMILIES', 'PROMETHEUS_CONTENT_TYPE', 'memmon_restarts_total']
  const exportedBy = (text: string) => exporting.filter(one => text.includes(one))
  expect(exportedBy(textOf('metrics-'))).toEqual(exporting)
  expect(exportedBy(textOf('main') + textOf('listener-') + textOf('agents-'))).toEqual([])
  expect(textOf('metrics-')).not.toMatch(/people-|pictures-|evidence-/)
  const alerting = ['MemmonProcessOverLimit', 'alerts.json']
  const alertedBy = (text: string) => alerting.filter(one => text.includes(one))
  expect(alertedBy(textOf('alerts-'))).toEqual(alerting)
  expect(alertedBy(textOf('main') + textOf('listener-') + textOf('metrics-'))).toEqual([])
  // It takes what it needs from those, never they from it, but when people ask for it.
  expect(textOf('listener-')).not.toContain('people-')
})

test('what is packed runs with its own dependencies alone', () => {
  const memmon = (args: string[], env: Record<string, string> = {}) =>
    spawnSync(process.execPath, [join(packed, packageJson.bin.memmon), ...args], {
      env: { PATH: process.env.PATH, ...env },
      input: '',
      encoding: 'utf8',
    })
  expect(memmon(['--version']).stdout).toBe(`${packageJson.version}\n`)
  const listening = memmon(['-a', '200MB'], { SUPERVISOR_SERVER_URL: 'unix:///nonexistent/supervisor.sock' })
  expect(listening.stderr).toContain('supervisord has closed the event stream: memmon ends')
  expect(listening).toMatchObject({ status: 0, stdout: 'READY\n' })
})

test('what is loaded for a monitor is nothing but what its process runs', () => {
  const [host = ''] = readdirSync(join(packed, 'dist')).filter(name => name.startsWith('monitor-host-'))
  const text = readFileSync(join(packed, 'dist', host), 'utf8')
  expect(text.match(/require\([^)]*\)/g)?.every(one => one.startsWith('require("node:'))).toBe(true)
  const { types } = packageJson.exports['./monitor']
  expect(readFileSync(join(packed, types), 'utf8')).not.toMatch(
    /^import |^(export )?(const|function|class) /m,
  )
})

test('check runs where require() takes no ES module, as before Node 20.19', () => {
  const flag = '--no-experimental-require-module'
  const flags = process.allowedNodeEnvironmentFlags.has(flag) ? [flag] : []
  const memmon = join(packed, packageJson.bin.memmon)
  const args = ['check', '-a', '1GB', '--server-url', 'unix:///nonexistent.sock']
  const run = spawnSync(process.execPath, [...flags, memmon, ...args], { encoding: 'utf8' })
  // It has got as far as to ask supervisord.
  expect(run.stderr).toMatch(/^memmon: no answer from supervisord/)
})
